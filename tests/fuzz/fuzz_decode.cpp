// A whole file, from capture to text and JSON. What stands behind a line of two percent signs is
// its key log; and a key is known for every message, so that what is behind the decryption is met
// too.
#include "ike/trace/decode_report.hpp"
#include "ike/trace/keylog_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

void RequirePrintable(std::string_view text) {
  for (const char c : text) fuzz::Require((c >= ' ' && c <= '~') || c == '\n');
}

// RequireNested: fields stand within what holds them, in wire order.
void RequireNested(const std::vector<Field>& fields, std::size_t begin, std::size_t end) {
  for (const Field& field : fields) {
    if (field.name == "format") continue;  // shares its octets with the class of its attribute
    fuzz::Require(field.offset >= begin && field.offset + field.size <= end);
    RequireNested(field.fields, field.offset, field.offset + field.size);
    begin = field.offset + field.size;
  }
}

void RequireSound(const std::optional<DecodedMessage>& message) {
  if (!message) return;
  RequireNested(message->fields, 0, message->size);
  for (const Fault& fault : message->faults) fuzz::Require(!fault.text.empty());
}

constexpr std::string_view kKeyLogLine = "\n%%\n";

KeyTable KeysFor(const Capture& capture, Octets log) {
  KeyTable keys;
  if (auto read = ReadKeyTable(log)) {
    keys = *std::move(read);
  } else {
    RequirePrintable(read.error());
  }
  for (const CapturedDatagram& datagram : capture.datagrams) {
    const Wire<Header> header = ReadHeader(datagram.octets);
    if (!header || keys.contains(header->initiator.octets)) continue;
    for (const std::size_t size : {16U, 24U, 32U}) {
      LoggedKey key;
      key.Resize(size);
      keys[header->initiator.octets].push_back(std::move(key));
    }
  }
  return keys;
}

void Run(Octets file) {
  Octets log;
  const std::string_view text = fuzz::AsText(file.data(), file.size());
  if (const std::size_t at = text.rfind(kKeyLogLine); at != std::string_view::npos) {
    log = file.subspan(at + kKeyLogLine.size());
    file = file.first(at + 1);
  }
  const auto capture = ReadCapture(file);
  if (!capture) return RequirePrintable(capture.error());
  for (const CaptureRemark& remark : capture->remarks) RequirePrintable(RemarkText(remark));
  const IkeDatagrams datagrams(*capture, {});
  Decoder decoder(KeysFor(*capture, log));
  for (const CapturedDatagram* datagram : datagrams.chosen()) {
    const DecodedDatagram decoded = decoder.Decode(*datagram, datagrams.KindOf(*datagram));
    RequireSound(decoded.message);
    RequireSound(decoded.assembled);
    RequirePrintable(DecodeText(*datagram, decoded, {}));
    RequirePrintable(DecodeJson(*datagram, decoded));
  }
  for (const SeenPhase1* seen : decoder.phases()) (void)TryPsk(*seen, file.first(0));
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::ike::Run({data, size});
  return 0;
}
