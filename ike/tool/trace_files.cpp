#include "ike/tool/trace_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include "ike/net/reactor.hpp"
#include "ike/trace/keylog.hpp"
#include "ike/trace/pcap_writer.hpp"
#include "ike/trace/secret_file.hpp"

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

}  // namespace

struct TraceFiles::Impl {
  FilePtr pcap_file;
  std::string pcap_path;
  int pcap_error = 0;
  std::vector<std::unique_ptr<SecretFile>> secret_files;
  std::unique_ptr<PcapWriter> pcap;
  std::unique_ptr<KeyLog> keylog;

  Status<ToolError> OpenPcap(const std::string& path) {
    if (path.empty()) return Done{};
    pcap_path = path;
    pcap_file = OpenUntruncated(path);
    if (!pcap_file) return Usage("--pcap", path + ": " + std::generic_category().message(errno));
    return Done{};
  }

  // StartPcap empties the file and begins the capture.
  Status<ToolError> StartPcap() {
    if (!pcap_file) return Done{};
    // A pipe or a terminal has nothing to cut.
    if (ftruncate(fileno(pcap_file.get()), 0) != 0 && errno != EINVAL)
      return Usage("--pcap", pcap_path + ": " + std::generic_category().message(errno));
    pcap = std::make_unique<PcapWriter>([this](crypto::Octets octets) { WritePcap(octets); },
                                        ClockFrom(WallClockOffset()));
    return Done{};
  }

  // Flushed block by block, so that a capture can be watched while it grows.
  void WritePcap(crypto::Octets octets) {
    if (pcap_error != 0) return;
    if (std::fwrite(octets.data(), 1, octets.size(), pcap_file.get()) != octets.size() ||
        std::fflush(pcap_file.get()) != 0)
      pcap_error = errno;
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

Checked<TraceFiles> TraceFiles::Open(const OutputOptions& output) {
  auto impl = std::make_unique<Impl>();
  KeyLogSinks sinks;
  if (auto s = impl->OpenPcap(output.pcap); !s) return Failure(s.error());
  if (auto s = impl->OpenSecret("--keylog", output.keylog, sinks.isakmp); !s)
    return Failure(s.error());
  if (auto s = impl->OpenSecret("--esp-keylog", output.esp_keylog, sinks.esp); !s)
    return Failure(s.error());
  if (auto s = impl->OpenSecret("--secrets", output.secrets, sinks.secrets); !s)
    return Failure(s.error());
  if (auto s = impl->StartPcap(); !s) return Failure(s.error());
  if (!impl->secret_files.empty()) impl->keylog = std::make_unique<KeyLog>(std::move(sinks));
  return TraceFiles(std::move(impl));
}

std::vector<Observer*> TraceFiles::observers() const {
  std::vector<Observer*> all;
  if (impl_->pcap) all.push_back(impl_->pcap.get());
  if (impl_->keylog) all.push_back(impl_->keylog.get());
  return all;
}

Status<ToolError> TraceFiles::Close() {
  if (impl_->pcap_error != 0)
    return Usage("--pcap",
                 impl_->pcap_path + ": " + std::generic_category().message(impl_->pcap_error));
  for (const auto& file : impl_->secret_files)
    if (auto closed = file->Close(); !closed)
      return Failure(ToolError{ExitCode::kUsage, closed.error().Text()});
  return Done{};
}

}  // namespace iscsi_ike::ike::tool
