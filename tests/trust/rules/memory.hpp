// Memory that the program has from its allocator at present, in octets.
#pragma once

#include <cstddef>

namespace iscsi_ike::test {

[[nodiscard]] std::size_t LiveOctets();

// FailFrom: the n-th allocation from now on (from 1) and `times - 1` after it cannot be had.
// StopFailing gives how many that were.
void FailFrom(std::size_t n, std::size_t times);
[[nodiscard]] std::size_t StopFailing();

}  // namespace iscsi_ike::test
