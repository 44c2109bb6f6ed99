#include "ike/core/checkpoint.hpp"

#include <utility>

#include "crypto/sealed_box.hpp"
#include "ike/core/archive_access.hpp"
#include "ike/core/archive_config.hpp"

namespace iscsi_ike::ike {
namespace {

// The version counts the forms of the contents: any other field, order or meaning is another one.
constexpr crypto::SealKind kKind{"ISIKECKP", 3};

CheckpointCode CodeOf(crypto::SealError error) {
  switch (error) {
    case crypto::SealError::kBadKey:
      return CheckpointCode::kBadKey;
    case crypto::SealError::kTooShort:
      return CheckpointCode::kTooShort;
    case crypto::SealError::kOtherKind:
      return CheckpointCode::kOtherKind;
    case crypto::SealError::kOtherVersion:
      return CheckpointCode::kOtherVersion;
    case crypto::SealError::kDamaged:
      return CheckpointCode::kDamaged;
    case crypto::SealError::kCrypto:
      return CheckpointCode::kCrypto;
  }
  return CheckpointCode::kInvalid;
}

Failure<CheckpointError> Refused(crypto::SealError error) {
  return Failure(CheckpointError{CodeOf(error), "checkpoint: " + std::string(Name(error))});
}

Failure<CheckpointError> Refused(const Archive& archive) {
  return Failure(CheckpointError{CheckpointCode::kInvalid, archive.error()});
}

}  // namespace

std::string_view Name(CheckpointCode code) {
  switch (code) {
    case CheckpointCode::kBadKey:
      return "bad key";
    case CheckpointCode::kTooShort:
      return "too short";
    case CheckpointCode::kOtherKind:
      return "other kind";
    case CheckpointCode::kOtherVersion:
      return "other version";
    case CheckpointCode::kDamaged:
      return "damaged";
    case CheckpointCode::kCrypto:
      return "crypto";
    case CheckpointCode::kInvalid:
      return "invalid";
  }
  return "";
}

Result<std::vector<std::uint8_t>, CheckpointError> SaveCore(const EngineCore& core,
                                                            crypto::Octets seal_key) {
  ArchiveWriter a;
  Carry<ArchiveWriter>(a, core.config);
  Carry(a, ArchiveAccess::SecretOf(core));
  ArchiveAccess::CarryCore(a, core);
  if (!a.ok()) return Refused(a);
  auto box = crypto::Seal(kKind, seal_key, a.contents());
  if (!box) return Refused(box.error());
  return *std::move(box);
}

Result<std::unique_ptr<EngineCore>, CheckpointError> RestoreCore(crypto::Octets seal_key,
                                                                 crypto::Octets box,
                                                                 crypto::RandomSource& random,
                                                                 Observer* observer) {
  const auto state = crypto::Unseal(kKind, seal_key, box);
  if (!state) return Refused(state.error());
  ArchiveReader a(state->Expose());
  EngineConfig config;
  Carry<ArchiveReader>(a, config);
  crypto::ShortHashKey secret{};
  Carry(a, secret);
  if (!a.ok()) return Refused(a);
  auto core = ArchiveAccess::MakeCore(std::move(config), random, observer, secret);
  ArchiveAccess::CarryCore(a, *core);
  crypto::Wipe(secret);
  if (!a.ok()) return Refused(a);
  return core;
}

}  // namespace iscsi_ike::ike
