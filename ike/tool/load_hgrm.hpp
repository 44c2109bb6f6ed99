// HistogramFile: the file of --hgrm, opened before the storm and written after it.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "ike/tool/exit_codes.hpp"
#include "ike/tool/latency_histogram.hpp"

namespace iscsi_ike::ike::tool {

class HistogramFile {
 public:
  // Open leaves what an earlier run wrote as it is. An empty path: there is no such file.
  Status<ToolError> Open(const std::string& path);
  Status<ToolError> Write(const LatencyHistogram& latency);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  [[nodiscard]] Status<ToolError> Trouble(int error) const;

  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;
};

}  // namespace iscsi_ike::ike::tool
