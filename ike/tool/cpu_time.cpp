#include "ike/tool/cpu_time.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace iscsi_ike::ike::tool {

namespace {

CpuTime ToCpuTime(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

constexpr int kFieldsBeforeUserTime = 11;  // behind the name: state .. cmajflt (proc(5))

}  // namespace

CpuTime OwnCpuTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return ToCpuTime(usage.ru_utime) + ToCpuTime(usage.ru_stime);
}

std::optional<CpuTime> CpuTimeOf(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The name may hold blanks and parentheses.
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBeforeUserTime; ++i) fields >> skipped;
  unsigned long user = 0;
  unsigned long system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  return CpuTime(static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

}  // namespace iscsi_ike::ike::tool
