// Checkpoints: what the C interface adds to the engine's own state is the place of its seed, and a
// datagram that a short buffer has left behind.
//
// The contents of the box, numbers with the most significant octet first:
//   1  randomness: 0 the system's, 1 a seed, 2 a callback; for a seed 32 octets of it and 8, the
//      number of draws
//   1  there is a datagram: 1 or 0; then 20 local, 20 remote (family 2, port 2, address 16), 4 its
//      size, and its octets
//   the rest: the engine's own box (ike::Engine::Checkpoint), under the same key
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "crypto/box_contents.hpp"
#include "crypto/sealed_box.hpp"
#include "ike/capi/buffer.hpp"
#include "ike/capi/call.hpp"
#include "ike/capi/engine.hpp"
#include "ike/capi/sized.hpp"
#include "ike/capi/values.hpp"

namespace crypto = iscsi_ike::crypto;
namespace ike = iscsi_ike::ike;
using iscsi_ike::capi::Clear;
using iscsi_ike::capi::EngineRandom;
using iscsi_ike::capi::Explain;
using iscsi_ike::capi::Guarded;
using iscsi_ike::capi::IsReadable;
using iscsi_ike::capi::Look;
using iscsi_ike::capi::ReadSized;
using iscsi_ike::capi::ToC;
using iscsi_ike::capi::ToEndpoint;
using iscsi_ike::capi::ToOctets;
using iscsi_ike::capi::Traces;
using iscsi_ike::capi::WriteOctets;

namespace {

using EngineOptions = iscsi_ike_engine_options;

constexpr crypto::SealKind kKind{"ISIKE_C_", 1};

void PutEndpoint(crypto::BoxWriter& out, const ike::Endpoint& endpoint) {
  const iscsi_ike_endpoint c = ToC(endpoint);
  out.Number(c.family, 2);
  out.Number(c.port, 2);
  out.Put(c.address);
}

std::optional<ike::Endpoint> TakeEndpoint(crypto::BoxReader& in) {
  iscsi_ike_endpoint c{};
  c.family = static_cast<std::uint8_t>(in.Number(2));
  c.port = static_cast<std::uint16_t>(in.Number(2));
  const crypto::Octets address = in.Take(sizeof c.address);
  std::copy(address.begin(), address.end(), std::begin(c.address));
  return ToEndpoint(c);
}

crypto::Secret Contents(const iscsi_ike_engine& engine, crypto::Octets inner) {
  return crypto::PackBox([&](crypto::BoxWriter& out) {
    const auto& seeded = engine.random->seeded();
    out.Number(static_cast<std::uint64_t>(engine.random->kind()), 1);
    if (seeded) {
      out.Put(seeded->seed());
      out.Number(seeded->stream(), 8);
    }
    out.Number(engine.next ? 1 : 0, 1);
    if (engine.next) {
      PutEndpoint(out, engine.next->local);
      PutEndpoint(out, engine.next->remote);
      out.PutSized(engine.next->octets, 4);
    }
    out.Put(inner);
  });
}

// Saved is what Contents wrote, read back.
struct Saved {
  EngineRandom::Kind kind{};
  std::optional<crypto::SeededRandom> seeded;
  std::optional<ike::Datagram> next;
  crypto::Octets inner;
};

std::optional<Saved> ReadContents(crypto::Octets contents) {
  crypto::BoxReader in(contents);
  Saved saved;
  const std::uint64_t kind = in.Number(1);
  saved.kind = static_cast<EngineRandom::Kind>(kind);
  if (saved.kind == EngineRandom::Kind::kSeed) {
    const crypto::Octets seed = in.Take(crypto::kSeedSize);
    saved.seeded.emplace(seed, in.Number(8));
  }
  const std::uint64_t has_datagram = in.Number(1);
  if (has_datagram == 1) {
    const auto local = TakeEndpoint(in);
    const auto remote = TakeEndpoint(in);
    const crypto::Octets octets = in.TakeSized(4);
    if (!local || !remote) return std::nullopt;
    saved.next = {*local, *remote, {octets.begin(), octets.end()}};
  }
  saved.inner = in.rest();
  if (!in.ok() || kind > 2 || has_datagram > 1) return std::nullopt;
  return saved;
}

iscsi_ike_status Damaged(const char* rule, iscsi_ike_error* error) {
  Explain({"box", rule}, error);
  return ISCSI_IKE_E_DAMAGED;
}

iscsi_ike_status Unsealed(crypto::SealError problem, iscsi_ike_error* error) {
  Damaged(Name(problem).data(), error);
  return problem == crypto::SealError::kCrypto ? ISCSI_IKE_E_CRYPTO : ISCSI_IKE_E_DAMAGED;
}

iscsi_ike_status Unrestored(const ike::CheckpointError& problem, iscsi_ike_error* error) {
  Damaged(problem.text.c_str(), error);
  return problem.code == ike::CheckpointCode::kCrypto ? ISCSI_IKE_E_CRYPTO : ISCSI_IKE_E_DAMAGED;
}

// Unsaved: a state that no engine can be in is none of the caller's making.
iscsi_ike_status Unsaved(const ike::CheckpointError& problem, iscsi_ike_error* error) {
  Explain({"engine", problem.text}, error);
  return problem.code == ike::CheckpointCode::kCrypto ? ISCSI_IKE_E_CRYPTO : ISCSI_IKE_E_INTERNAL;
}

// HasCallbacksOnly: nothing is said that the box has to say.
bool HasCallbacksOnly(const EngineOptions& o) {
  return o.nat_port == 0 && o.no_nat_port == 0 && o.seed == nullptr && o.responders == nullptr &&
         o.responder_count == 0 && o.max_half_open == 0 && o.max_sessions == 0 &&
         o.max_children == 0 && o.half_open_timeout_ms == 0 && o.linger_ms == 0 &&
         o.half_open_kib == 0 && o.aggressive_at_once == 0 && o.aggressive_per_second == 0 &&
         o.refusals_per_second == 0;
}

iscsi_ike_status Restore(const EngineOptions& options, crypto::Octets key, crypto::Octets box,
                         iscsi_ike_engine** engine, iscsi_ike_error* error) {
  if (!crypto::InitializeCrypto()) return ISCSI_IKE_E_RANDOM;
  const auto contents = crypto::Unseal(kKind, key, box);
  if (!contents) return Unsealed(contents.error(), error);
  auto saved = ReadContents(contents->Expose());
  if (!saved) return Damaged("is authentic, and not what this release writes", error);
  if ((saved->kind == EngineRandom::Kind::kCallback) != (options.random != nullptr)) {
    Explain({"random", options.random != nullptr ? "is given, and the first engine had none"
                                                 : "is missing: the first engine had one"},
            error);
    return ISCSI_IKE_E_INVALID;
  }
  auto random = saved->seeded ? std::make_unique<EngineRandom>(*saved->seeded)
                              : std::make_unique<EngineRandom>(options);
  auto traces = std::make_unique<Traces>(options);
  auto restored = ike::Engine::Restore(key, saved->inner, *random, traces->observer());
  if (!restored) return Unrestored(restored.error(), error);
  auto made = std::make_unique<iscsi_ike_engine>(std::move(random), std::move(traces),
                                                 std::move(*restored));
  made->next = std::move(saved->next);
  *engine = made.release();
  return ISCSI_IKE_OK;
}

}  // namespace

iscsi_ike_status iscsi_ike_engine_save(iscsi_ike_engine* engine, const uint8_t* seal_key,
                                       uint8_t* box, size_t* size, iscsi_ike_error* error) {
  if (seal_key == nullptr || size == nullptr || !Clear(error)) return ISCSI_IKE_E_INVALID;
  const crypto::Octets key(seal_key, crypto::kSealKeySize);
  return Look(engine, [&] {
    const auto inner = engine->engine.Checkpoint(key);
    if (!inner) return Unsaved(inner.error(), error);
    const crypto::Secret contents = Contents(*engine, *inner);
    const auto sealed = crypto::Seal(kKind, key, contents.Expose());
    if (!sealed) return ISCSI_IKE_E_CRYPTO;
    return WriteOctets(sealed->data(), sealed->size(), box, size);
  });
}

iscsi_ike_status iscsi_ike_engine_restore(const iscsi_ike_engine_options* options,
                                          const uint8_t* seal_key, const uint8_t* box, size_t size,
                                          iscsi_ike_engine** engine, iscsi_ike_error* error) {
  EngineOptions ours;
  if (engine == nullptr || seal_key == nullptr || !IsReadable(box, size) || !Clear(error))
    return ISCSI_IKE_E_INVALID;
  *engine = nullptr;
  if (const auto status = ReadSized(options, ours); status != ISCSI_IKE_OK) return status;
  if (!HasCallbacksOnly(ours)) return ISCSI_IKE_E_INVALID;
  return Guarded([&] {
    if (const auto traced = Traces::Check(ours); !traced) return Explain(traced.error(), error);
    return Restore(ours, {seal_key, crypto::kSealKeySize}, ToOctets(box, size), engine, error);
  });
}
