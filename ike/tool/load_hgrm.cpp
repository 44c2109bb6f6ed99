#include "ike/tool/load_hgrm.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace iscsi_ike::ike::tool {

Status<ToolError> HistogramFile::Open(const std::string& path) {
  if (path.empty()) return Done{};
  path_ = path;
  if (path == "-") return Usage("--hgrm", "writes a file; standard output has the report");
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return Trouble(errno);
  file_.reset(fdopen(descriptor, "wb"));
  if (file_) return Done{};
  const int error = errno;
  close(descriptor);
  return Trouble(error);
}

Status<ToolError> HistogramFile::Write(const LatencyHistogram& latency) {
  if (!file_) return Done{};
  // A pipe or a terminal has nothing to cut.
  if (ftruncate(fileno(file_.get()), 0) != 0 && errno != EINVAL) return Trouble(errno);
  const std::string text = latency.PercentileText();
  const bool written = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size();
  if (!written || std::fflush(file_.get()) != 0) return Trouble(errno);
  return Done{};
}

Status<ToolError> HistogramFile::Trouble(int error) const {
  return Usage("--hgrm", path_ + ": " + std::generic_category().message(error));
}

}  // namespace iscsi_ike::ike::tool
