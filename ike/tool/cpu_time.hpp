// CPU time of this process and of another.
#pragma once

#include <chrono>
#include <optional>

namespace iscsi_ike::ike::tool {

using CpuTime = std::chrono::duration<double>;

// OwnCpuTime: user and system, all threads.
[[nodiscard]] CpuTime OwnCpuTime();

// CpuTimeOf a process on this machine, to the tick of the kernel (10 ms); nullopt: there is none.
[[nodiscard]] std::optional<CpuTime> CpuTimeOf(int process);

}  // namespace iscsi_ike::ike::tool
