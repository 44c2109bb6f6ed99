// MappingFlags: what the system says of the pages at an address of a process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace iscsi_ike::test {

// MappingFlags returns the line "VmFlags: rd wr ... " of proc(5), with a space behind each flag;
// empty: nothing is mapped there.
[[nodiscard]] std::string MappingFlags(pid_t process, std::uint64_t address);

}  // namespace iscsi_ike::test
