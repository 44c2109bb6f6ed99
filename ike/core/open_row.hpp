// Opening a message of the peer for the row that it is due in: decryption, payloads, and whether
// they are those of the row.
#pragma once

#include <vector>

#include "ike/core/runner.hpp"

namespace iscsi_ike::ike {

// OpenRow decrypts (when it is encrypted) and parses; `clear` is the storage that the payloads
// borrow.
[[nodiscard]] Result<PayloadList, Trouble> OpenRow(EngineCore& core, Session& session,
                                                   Exchange& exchange, const Received& received,
                                                   std::vector<std::uint8_t>& clear);

}  // namespace iscsi_ike::ike
