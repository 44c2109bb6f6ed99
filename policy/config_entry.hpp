// EntrySink: one record, one portal or one group of portals, as PowerShell prints it or as our own
// file has it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "policy/config_fields.hpp"
#include "policy/config_json.hpp"
#include "policy/iscsi_name.hpp"

namespace iscsi_ike::policy {

// EntryKind: in a file of our own the section says what an entry is; otherwise its members do. A
// group (ISCSI_DiscoveredTargetPortalGroup2) is PowerShell's alone.
enum class EntryKind : std::uint8_t { kEither, kRecord, kPortal, kGroup };

class EntrySink;

// PortalsField takes Portals of a group: each portal goes to the end of `config`.
class PortalsField : public JsonSink {
 public:
  PortalsField(const ConfigOptions& options, Config& config);
  ~PortalsField() override;
  PortalsField(const PortalsField&) = delete;
  PortalsField& operator=(const PortalsField&) = delete;

  JsonVerdict OnObject() override { return std::nullopt; }  // {"value": [...], "Count": n}
  JsonVerdict OnArray() override;
  Next OnMember(std::string_view name) override;
  Next OnElement(std::size_t index) override;
  JsonVerdict OnEnd() override { return std::nullopt; }
  [[nodiscard]] std::string Wanted() const override;

  [[nodiscard]] bool is_given() const { return is_given_; }
  [[nodiscard]] std::size_t first() const { return first_; }  // index in config.portals

 private:
  const ConfigOptions& options_;
  Config& config_;
  std::unique_ptr<EntrySink> entry_;
  std::size_t first_ = 0;
  bool is_given_ = false;
};

// EntrySink takes one object and puts what it makes of it at the end of `config`.
class EntrySink : public JsonSink {
 public:
  EntrySink(EntryKind kind, Dialect dialect, const ConfigOptions& options, Config& config);
  EntrySink(const EntrySink&) = delete;
  EntrySink& operator=(const EntrySink&) = delete;

  JsonVerdict OnObject() override { return std::nullopt; }
  Next OnMember(std::string_view name) override;
  JsonVerdict OnEnd() override;
  [[nodiscard]] std::string Wanted() const override;
  // IsGroup: a member that only a group of portals has, or its class, has come.
  [[nodiscard]] bool IsGroup() const;

 private:
  struct Member;
  static const Member* Find(std::string_view name);

  [[nodiscard]] std::string Spelled(std::string_view member) const;
  [[nodiscard]] std::string KnownMembers(EntryKind kind) const;
  [[nodiscard]] JsonVerdict Problem(std::string_view member, std::string rule) const;
  [[nodiscard]] JsonVerdict Missing(std::string_view member) const;

  JsonVerdict Classify();
  JsonVerdict CheckClass(std::string_view member, const std::string& name);
  JsonVerdict CheckMethodMember() const;
  JsonVerdict CheckRecordMembers() const;
  JsonVerdict MakeRecord();
  JsonVerdict ParseIdentity(std::string_view member, const TextField& field,
                            std::optional<Identity>& identity) const;
  JsonVerdict MakeIdentity(std::optional<Identity>& identity);
  JsonVerdict MakeIdentityOf(std::uint32_t type, crypto::Octets id,
                             std::optional<Identity>& identity) const;
  JsonVerdict MakeKey(crypto::Secret& key);
  JsonVerdict MakePortal();
  JsonVerdict FinishGroup();

  EntryKind kind_;
  Dialect dialect_;
  bool key_elsewhere_;
  Config& config_;
  std::string_view record_member_;  // the first that only a record has
  std::string_view portal_member_;  // the first that only a portal has
  std::string_view group_member_;   // the first that only a group has

  NumberField auth_method_{0xFFFFFFFF};
  FlagsField flags_{~std::uint64_t{0}};
  IdTypeField id_type_;
  OctetsField id_;
  TextField identity_{kLongestId + 16};
  OctetsField key_;
  TextField name_{256};
  AddressTextField peer_;
  TextField peer_identity_{kLongestId + 16};
  TextField target_{kLongestIscsiName};
  InitiatorFields initiator_;
  AddressField address_;
  NumberField socket_{0xFFFF};
  FlagsField bitmap_{0xFFFFFFFF};
  TextField symbolic_name_{256};
  NumberField group_tag_{0xFFFF};
  FlagsField passed_flags_{~std::uint64_t{0}};
  TruthField require_ipsec_;
  NumberField portal_count_{0xFFFFFFFF};
  NumberField tag_{0xFFFF};
  PortalsField portals_;
  ClassField class_;
  ClassField cim_class_;
  ClassField cim_system_;
};

}  // namespace iscsi_ike::policy
