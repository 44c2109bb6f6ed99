// EntrySink: one record or one portal, as PowerShell prints it or as our own file has it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/config_fields.hpp"
#include "policy/config_json.hpp"

namespace iscsi_ike::policy {

// EntryKind: in a file of our own the section says what an entry is; otherwise its members do.
enum class EntryKind : std::uint8_t { kEither, kRecord, kPortal };

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

  EntryKind kind_;
  Dialect dialect_;
  bool key_elsewhere_;
  Config& config_;
  std::string_view record_member_;  // the first that only a record has
  std::string_view portal_member_;  // the first that only a portal has

  NumberField auth_method_{0xFFFFFFFF};
  FlagsField flags_{~std::uint64_t{0}};
  IdTypeField id_type_;
  OctetsField id_;
  TextField identity_{kLongestId + 16};
  OctetsField key_;
  TextField name_{256};
  AddressTextField peer_;
  TextField peer_identity_{kLongestId + 16};
  TextField target_{223};  // MAX_ISCSI_NAME_LEN
  AddressField address_;
  NumberField socket_{0xFFFF};
  FlagsField bitmap_{0xFFFFFFFF};
  TextField symbolic_name_{256};
  ClassField class_;
  ClassField cim_class_;
  ClassField cim_system_;
};

}  // namespace iscsi_ike::policy
