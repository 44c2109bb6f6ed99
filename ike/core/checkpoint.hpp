// Checkpoints: the state of an engine, mid-exchange included, as a sealed box, and an engine that
// goes on from one. What is in the box, and why it is as it is, stands with each Carry.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "crypto/result.hpp"
#include "ike/checkpoint.hpp"
#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

[[nodiscard]] Result<std::vector<std::uint8_t>, CheckpointError> SaveCore(const EngineCore& core,
                                                                          crypto::Octets seal_key);
[[nodiscard]] Result<std::unique_ptr<EngineCore>, CheckpointError> RestoreCore(
    crypto::Octets seal_key, crypto::Octets box, crypto::RandomSource& random, Observer* observer);

}  // namespace iscsi_ike::ike
