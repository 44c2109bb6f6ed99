// TraceFiles: the captures and the key logs of one run, opened before anything is sent.
#pragma once

#include <memory>

#include "ike/observer.hpp"
#include "ike/tool/options.hpp"

namespace iscsi_ike::ike::tool {

class TraceFiles {
 public:
  // Open creates every file that is asked for; CheckFileRoles has been passed. Key files are of
  // mode 0600 and never written through a symbolic link. The captures are emptied when all of them
  // are open. `nat_port` is that of the engine.
  static Checked<TraceFiles> Open(const OutputOptions& output, std::uint16_t nat_port);
  TraceFiles(TraceFiles&&) noexcept;
  TraceFiles& operator=(TraceFiles&&) noexcept;
  ~TraceFiles();

  // The observers that write; they live as long as this object.
  [[nodiscard]] std::vector<Observer*> observers() const;
  // Close reports the first octet that could not be written.
  Status<ToolError> Close();

 private:
  struct Impl;
  explicit TraceFiles(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike::tool
