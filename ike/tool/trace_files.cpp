#include "ike/tool/trace_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include "ike/net/reactor.hpp"
#include "ike/tool/secret_file.hpp"
#include "ike/trace/clear_pcap.hpp"
#include "ike/trace/keylog.hpp"
#include "ike/trace/pcap_writer.hpp"

namespace iscsi_ike::ike::tool {

namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};
using FilePtr = std::unique_ptr<std::FILE, FileCloser>;

// SinceBoot is how far the wall clock is ahead of the engine's scale.
std::chrono::microseconds WallClockOffset() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::floor<std::chrono::microseconds>(wall) - net::SteadyNow().time_since_epoch();
}

// OpenUntruncated: like fopen's "wb", but the file keeps its content so far.
FilePtr OpenUntruncated(const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return nullptr;
  FilePtr file(fdopen(descriptor, "wb"));
  if (!file) close(descriptor);
  return file;
}

// CaptureFile is the file of --pcap or --pcap-clear.
class CaptureFile {
 public:
  Status<ToolError> Open(const char* option, const std::string& path) {
    option_ = option;
    path_ = path;
    if (path.empty()) return Done{};
    file_ = OpenUntruncated(path);
    return file_ ? Status<ToolError>(Done{}) : Trouble(errno);
  }
  [[nodiscard]] bool is_open() const { return file_ != nullptr; }
  // Empty cuts what an earlier run wrote. A pipe or a terminal has nothing to cut.
  Status<ToolError> Empty() {
    if (!file_ || ftruncate(fileno(file_.get()), 0) == 0 || errno == EINVAL) return Done{};
    return Trouble(errno);
  }
  // Flushed block by block, so that a capture can be watched while it grows.
  void Write(crypto::Octets octets) {
    if (error_ != 0) return;
    if (std::fwrite(octets.data(), 1, octets.size(), file_.get()) != octets.size() ||
        std::fflush(file_.get()) != 0)
      error_ = errno;
  }
  [[nodiscard]] Status<ToolError> Close() const {
    return error_ == 0 ? Status<ToolError>(Done{}) : Trouble(error_);
  }

 private:
  [[nodiscard]] Status<ToolError> Trouble(int error) const {
    return Usage(option_, path_ + ": " + std::generic_category().message(error));
  }
  const char* option_ = "";
  std::string path_;
  FilePtr file_;
  int error_ = 0;
};

}  // namespace

struct TraceFiles::Impl {
  CaptureFile pcap_file;
  CaptureFile clear_file;
  std::vector<std::unique_ptr<SecretFile>> secret_files;
  std::unique_ptr<PcapWriter> pcap;
  std::unique_ptr<ClearPcapWriter> clear;
  std::unique_ptr<KeyLog> keylog;

  // StartCaptures empties the files and begins the captures.
  Status<ToolError> StartCaptures(std::uint16_t nat_port) {
    if (auto s = pcap_file.Empty(); !s) return s;
    if (auto s = clear_file.Empty(); !s) return s;
    const PcapClock clock = ClockFrom(WallClockOffset());
    if (pcap_file.is_open())
      pcap = std::make_unique<PcapWriter>([this](crypto::Octets o) { pcap_file.Write(o); }, clock);
    if (clear_file.is_open())
      clear = std::make_unique<ClearPcapWriter>([this](crypto::Octets o) { clear_file.Write(o); },
                                                clock, nat_port);
    return Done{};
  }

  Status<ToolError> OpenSecret(const char* option, const std::string& path, TextSink& sink) {
    if (path.empty()) return Done{};
    auto created = SecretFile::Create(path);
    if (!created) return Usage(option, created.error().Text());
    secret_files.push_back(std::make_unique<SecretFile>(std::move(created).value()));
    sink = [file = secret_files.back().get()](std::string_view text) { file->Write(text); };
    return Done{};
  }
};

TraceFiles::TraceFiles(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TraceFiles::TraceFiles(TraceFiles&&) noexcept = default;
TraceFiles& TraceFiles::operator=(TraceFiles&&) noexcept = default;
TraceFiles::~TraceFiles() = default;

Checked<TraceFiles> TraceFiles::Open(const OutputOptions& output, std::uint16_t nat_port) {
  auto impl = std::make_unique<Impl>();
  KeyLogSinks sinks;
  if (auto s = impl->pcap_file.Open("--pcap", output.pcap); !s) return Failure(s.error());
  if (auto s = impl->clear_file.Open("--pcap-clear", output.pcap_clear); !s)
    return Failure(s.error());
  if (auto s = impl->OpenSecret("--keylog", output.keylog, sinks.isakmp); !s)
    return Failure(s.error());
  if (auto s = impl->OpenSecret("--esp-keylog", output.esp_keylog, sinks.esp); !s)
    return Failure(s.error());
  if (auto s = impl->OpenSecret("--secrets", output.secrets, sinks.secrets); !s)
    return Failure(s.error());
  if (auto s = impl->StartCaptures(nat_port); !s) return Failure(s.error());
  if (!impl->secret_files.empty()) impl->keylog = std::make_unique<KeyLog>(std::move(sinks));
  return TraceFiles(std::move(impl));
}

std::vector<Observer*> TraceFiles::observers() const {
  std::vector<Observer*> all;
  if (impl_->pcap) all.push_back(impl_->pcap.get());
  if (impl_->clear) all.push_back(impl_->clear.get());
  if (impl_->keylog) all.push_back(impl_->keylog.get());
  return all;
}

Status<ToolError> TraceFiles::Close() {
  if (auto closed = impl_->pcap_file.Close(); !closed) return closed;
  if (auto closed = impl_->clear_file.Close(); !closed) return closed;
  for (const auto& file : impl_->secret_files)
    if (auto closed = file->Close(); !closed)
      return Failure(ToolError{ExitCode::kUsage, closed.error().Text()});
  return Done{};
}

}  // namespace iscsi_ike::ike::tool
