#include "ike/tool/decode.hpp"

#include <utility>
#include <vector>

#include "ike/tool/console.hpp"
#include "ike/tool/input_text.hpp"
#include "ike/tool/key_source.hpp"
#include "ike/tool/number_text.hpp"
#include "ike/tool/try_psk.hpp"
#include "ike/trace/decode_report.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr std::size_t kLargestCapture = std::size_t{256} << 20U;
constexpr std::size_t kLargestKeyLog = std::size_t{16} << 20U;

Checked<std::vector<std::uint16_t>> ParsePorts(const std::vector<std::string>& texts) {
  std::vector<std::uint16_t> ports;
  for (const std::string& text : texts) {
    const auto port = ParseNumber(text, "--port", 1, 65535);
    if (!port) return Failure(port.error());
    ports.push_back(static_cast<std::uint16_t>(*port));
  }
  return ports;
}

Checked<Capture> ReadCaptureFile(const std::string& path) {
  const auto file = ReadInput(path, "FILE", kLargestCapture);
  if (!file) return Failure(file.error());
  auto capture = ReadCapture(file->Expose());
  if (!capture) return Usage(path, capture.error());
  return std::move(*capture);
}

Checked<KeyTable> ReadKeyLogFile(const std::string& path) {
  if (path.empty()) return KeyTable();
  const auto file = ReadInput(path, "--keylog", kLargestKeyLog);
  if (!file) return Failure(file.error());
  auto table = ReadKeyTable(file->Expose());
  if (!table) return Usage("--keylog: " + path, table.error());
  return std::move(*table);
}

// Report prints datagrams and remarks in the order of their frames, and counts.
class Report {
 public:
  Report(const Capture& capture, bool json) : remarks_(capture.remarks), json_(json) {}

  void Add(const CapturedDatagram& datagram, const DecodedDatagram& decoded) {
    RemarkUpTo(datagram.frame);
    for (const auto* message : {&decoded.message, &decoded.assembled}) {
      if (!*message) continue;
      ++messages_;
      if (!(*message)->faults.empty()) ++faulty_;
    }
    if (json_) return Print(DecodeJson(datagram, decoded));
    if (!zero_ && datagram.time) zero_ = datagram.time;
    Print(DecodeText(datagram, decoded, zero_.value_or(std::chrono::microseconds())) + "\n");
  }
  void RemarkAll() { RemarkUpTo(static_cast<std::size_t>(-1)); }
  void Finish() {
    RemarkAll();
    if (json_) return;
    Print(std::to_string(messages_) + (messages_ == 1 ? " message, " : " messages, ") +
          std::to_string(faulty_) + " with faults\n");
  }

 private:
  // A remark on the file comes where the reading of it ended.
  void RemarkUpTo(std::size_t frame) {
    for (; next_ < remarks_.size() && remarks_[next_].frame <= frame; ++next_) {
      const CaptureRemark& remark = remarks_[next_];
      if (remark.frame == 0 && frame != static_cast<std::size_t>(-1)) return;
      Print(json_ ? RemarkJson(remark) : "# " + RemarkText(remark) + "\n\n");
    }
  }

  const std::vector<CaptureRemark>& remarks_;
  bool json_;
  std::size_t next_ = 0;
  std::size_t messages_ = 0;
  std::size_t faulty_ = 0;
  std::optional<std::chrono::microseconds> zero_;
};

Status<ToolError> CheckStandardInput(const Options& options) {
  const int users = (options.decode.file == "-" ? 1 : 0) + (options.decode.keylog == "-" ? 1 : 0) +
                    (options.key.file == "-" ? 1 : 0);
  if (users > 1) return Usage("FILE", "standard input can be only one of the files");
  return Done{};
}

Checked<ExitCode> TryDecode(const Options& options) {
  if (auto single = CheckStandardInput(options); !single) return Failure(single.error());
  const auto ports = ParsePorts(options.decode.ports);
  if (!ports) return Failure(ports.error());
  auto psk = ReadKey(options.key);
  if (!psk) return Failure(psk.error());
  auto keys = ReadKeyLogFile(options.decode.keylog);
  if (!keys) return Failure(keys.error());
  const auto capture = ReadCaptureFile(options.decode.file);
  if (!capture) return Failure(capture.error());

  const IkeDatagrams datagrams(*capture, *ports);
  const std::string place = options.decode.file == "-" ? "standard input" : options.decode.file;
  Report report(*capture, options.output.json);
  if (datagrams.chosen().empty()) {
    report.RemarkAll();
    return Usage(place,
                 "holds no IKE: no datagram on UDP port 500 or 4500 nor on one of --port, "
                 "and none that looks like ISAKMP");
  }
  if (datagrams.guessed() && !*psk && !options.output.json) {
    Print("# no datagram is on port 500 or 4500: shown is what looks like ISAKMP\n\n");
  }
  Decoder decoder(std::move(*keys));
  for (const CapturedDatagram* datagram : datagrams.chosen()) {
    const DecodedDatagram decoded = decoder.Decode(*datagram, datagrams.KindOf(*datagram));
    if (!*psk) report.Add(*datagram, decoded);
  }
  if (*psk) return TryPskOn(decoder, (*psk)->Expose(), place, options.output.json);
  report.Finish();
  return ExitCode::kOk;
}

}  // namespace

ExitCode RunDecode(const Options& options) {
  const auto code = TryDecode(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
