#include "policy/preshared_key.hpp"

#include "policy/text.hpp"

namespace iscsi_ike::policy {
Parsed<crypto::Secret> CheckKey(crypto::Secret key, std::string_view place) {
  if (key.empty()) return Reject(std::string(place), "is empty; a pre-shared key has octets");
  if (key.size() > kLongestKey) {
    return Reject(std::string(place), "has more than " + std::to_string(kLongestKey) + " octets");
  }
  return key;
}

Status<Error> CheckMethod(std::uint32_t auth_method, std::string_view place) {
  if (auth_method == kPresharedKeyMethod) return Done{};
  return Reject(std::string(place),
                "is " + std::to_string(auth_method) + "; only 1, pre-shared key, is supported");
}

Parsed<PresharedKey> PresharedKey::Make(std::uint32_t auth_method, SecurityFlags flags,
                                        std::uint32_t id_type, crypto::Octets id,
                                        crypto::Secret key, std::string_view place) {
  Status<Error> method = CheckMethod(auth_method, Below(place, "AuthMethod"));
  if (!method) return Failure(std::move(method).error());
  Parsed<Identity> identity = Identity::Make(id_type, id, place);
  if (!identity) return Failure(std::move(identity).error());
  Parsed<crypto::Secret> checked = CheckKey(std::move(key), Below(place, "Key"));
  if (!checked) return Failure(std::move(checked).error());
  return PresharedKey{flags, *std::move(identity), *std::move(checked), {}, {}, {}, {}, {}};
}

std::string LabelOf(const PresharedKey& record) {
  std::string label = record.identity ? record.identity->ToString() : "the local address";
  const std::string initiator = ToString(record.initiator);
  if (!initiator.empty()) label += " (" + initiator + ")";
  return label.size() <= kLongestRecordName ? label : std::string();
}

}  // namespace iscsi_ike::policy
