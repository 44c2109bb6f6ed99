// LoginSink and TunnelSink: one login, one outer address of a tunnel, as a file of our own has
// them:
//
//   {"target": "iqn.2001-04.example:disk", "address": "192.0.2.10", "socket": 3260,
//    "initiator": "Root\\ISCSIPRT\\0000_0", "initiatorPort": 0, "passedFlags": "0x27",
//    "requireIpsec": true, "key": "text:..."}
//   {"initiator": "...", "initiatorPort": 0, "destination": "192.0.2.10", "outer": "198.51.100.1"}
//
// Everything of a login may be left out, and then is any; of a tunnel, the initiator and its port.
#pragma once

#include <string>
#include <string_view>

#include "policy/config.hpp"
#include "policy/config_fields.hpp"
#include "policy/iscsi_name.hpp"

namespace iscsi_ike::policy {

// LoginSink puts the login at the end of `config`.
class LoginSink : public JsonSink {
 public:
  explicit LoginSink(Config& config) : config_(config) {}
  JsonVerdict OnObject() override { return std::nullopt; }
  Next OnMember(std::string_view name) override;
  JsonVerdict OnEnd() override;
  [[nodiscard]] std::string Wanted() const override { return "a login is expected"; }

 private:
  Config& config_;
  TextField target_{kLongestIscsiName};
  AddressField address_{Dialect::kOwn, false};
  NumberField socket_{0xFFFF};
  InitiatorFields initiator_;
  FlagsField passed_flags_{~std::uint64_t{0}};
  TruthField require_ipsec_;
  OctetsField key_{kLongestKey, Dialect::kOwn};
};

// TunnelSink likewise.
class TunnelSink : public JsonSink {
 public:
  explicit TunnelSink(Config& config) : config_(config) {}
  JsonVerdict OnObject() override { return std::nullopt; }
  Next OnMember(std::string_view name) override;
  JsonVerdict OnEnd() override;
  [[nodiscard]] std::string Wanted() const override { return "an outer address is expected"; }

 private:
  Config& config_;
  InitiatorFields initiator_;
  AddressTextField destination_;
  AddressTextField outer_;
};

}  // namespace iscsi_ike::policy
