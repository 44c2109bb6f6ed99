#include "policy/security_config_wire.hpp"

#include <algorithm>
#include <utility>

namespace iscsi_ike::policy {
namespace {

void PutNumber(std::vector<std::uint8_t>& out, std::size_t offset, std::uint64_t number,
               std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    out[offset + i] = static_cast<std::uint8_t>(number >> 8 * i);
}

Status<HbaError> SetPresharedKeyForId(SecurityCache& cache, crypto::Octets in,
                                      const WmiOptions& options) {
  const auto set = ReadSetPresharedKeyForId(in, options);
  if (!set) return Failure(set.error());
  return cache.SetPresharedKeyForId(set->port, set->flags, set->id_type, set->id, set->key);
}

Result<SecurityFlags, HbaError> GetPresharedKeyForId(const SecurityCache& cache,
                                                     const WmiInput& in) {
  constexpr std::size_t kStart = 12;
  if (Status<HbaError> start = in.CheckStart(kStart); !start) return Failure(start.error());
  const std::uint32_t id_size = in.Number32(8);
  if (Status<HbaError> id = in.CheckIdSize(id_size); !id) return Failure(id.error());
  if (Status<HbaError> end = in.CheckEnd(kStart + id_size); !end) return Failure(end.error());
  return cache.GetPresharedKeyForId(in.Number32(0), in.octets[4],
                                    in.octets.subspan(kStart, id_size));
}

Status<HbaError> SetGroupPresharedKey(SecurityCache& cache, crypto::Octets in,
                                      const WmiOptions& options) {
  const auto key = ReadSetGroupPresharedKey(in, options);
  return key ? cache.SetGroupPresharedKey(*key) : Failure(key.error());
}

Status<HbaError> SetTunnelModeOuterAddress(SecurityCache& cache, crypto::Octets in,
                                           const WmiOptions& options) {
  const auto set = ReadSetTunnelModeOuterAddress(in, options);
  if (!set) return Failure(set.error());
  return cache.SetTunnelModeOuterAddress(set->port, set->destination, set->outer);
}

Status<HbaError> SetGenerationalGuid(SecurityCache& cache, const WmiInput& in) {
  GenerationalGuid guid{};
  if (Status<HbaError> end = in.CheckEnd(guid.size()); !end) return end;
  std::copy_n(in.octets.begin(), guid.size(), guid.begin());
  return cache.SetGenerationalGuid(guid);
}

Status<HbaError> ClearCache(SecurityCache& cache, const WmiInput& in) {
  if (Status<HbaError> end = in.CheckEnd(0); !end) return end;
  return cache.ClearCache();
}

// Answer writes the OUT structure that every method but the second has.
template <class Value>
WmiAnswer Answer(std::vector<std::uint8_t> out, const Result<Value, HbaError>& result,
                 std::size_t out_size = 4) {
  WmiAnswer answer;
  answer.out = std::move(out);
  answer.out.resize(out_size);
  if (!result) {
    answer.status = result.error().status;
    answer.error = result.error().error;
  }
  PutNumber(answer.out, 0, static_cast<std::uint32_t>(answer.status), 4);
  return answer;
}

}  // namespace

WmiAnswer Invoke(SecurityCache& cache, std::uint32_t method_id, crypto::Octets in,
                 const WmiOptions& options) {
  std::vector<std::uint8_t> out(16);  // before anything changes: nothing may fail behind that
  switch (static_cast<SecurityMethod>(method_id)) {
    case SecurityMethod::kSetPresharedKeyForId:
      return Answer(std::move(out), SetPresharedKeyForId(cache, in, options));
    case SecurityMethod::kGetPresharedKeyForId: {
      const auto flags = GetPresharedKeyForId(cache, {in, "GetPresharedKeyForId_IN", options});
      WmiAnswer answer = Answer(std::move(out), flags, 16);
      if (flags) PutNumber(answer.out, 8, flags->word(), 8);
      return answer;
    }
    case SecurityMethod::kSetGroupPresharedKey:
      return Answer(std::move(out), SetGroupPresharedKey(cache, in, options));
    case SecurityMethod::kSetTunnelModeOuterAddress:
      return Answer(std::move(out), SetTunnelModeOuterAddress(cache, in, options));
    case SecurityMethod::kClearCache:
      return Answer(std::move(out), ClearCache(cache, {in, "ClearCache", options}));
    case SecurityMethod::kSetGenerationalGuid:
      return Answer(std::move(out),
                    SetGenerationalGuid(cache, {in, "SetGenerationalGuid_IN", options}));
  }
  return {HbaStatus::kRequestNotSupported,
          {},
          Error{"method", "is " + std::to_string(method_id) + "; the class has 1 to 6"}};
}

std::vector<std::uint8_t> WriteSecurityCapabilities(const SecurityCapabilities& security) {
  std::vector<std::uint8_t> out(8 + 4 * security.encryption.size());
  out[0] = security.protect_iscsi ? 1 : 0;
  out[1] = security.protect_isns ? 1 : 0;
  out[2] = security.certificates ? 1 : 0;
  PutNumber(out, 4, security.encryption.size(), 4);
  for (std::size_t i = 0; i < security.encryption.size(); ++i) {
    PutNumber(out, 8 + 4 * i, static_cast<std::uint32_t>(security.encryption[i]), 4);
  }
  return out;
}

}  // namespace iscsi_ike::policy
