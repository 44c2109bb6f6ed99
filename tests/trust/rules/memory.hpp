// Memory that the program has from its allocator at present, in octets.
#pragma once

#include <cstddef>

namespace iscsi_ike::test {

[[nodiscard]] std::size_t LiveOctets();

}  // namespace iscsi_ike::test
