#include "policy/config_json.hpp"

#include <map>
#include <memory>

#include "policy/config_calls.hpp"
#include "policy/config_entry.hpp"
#include "policy/json_reader.hpp"
#include "policy/text.hpp"
#include "policy/text_encoding.hpp"

namespace iscsi_ike::policy {
namespace {

// MakeEntry makes the sink of one element of a section of our own.
using MakeEntry = std::unique_ptr<JsonSink> (*)(const ConfigOptions&, Config&);

// SectionSink takes one of "records", "portals", "logins", "tunnelAddresses".
class SectionSink : public JsonSink {
 public:
  SectionSink(MakeEntry make, const ConfigOptions& options, Config& config)
      : make_(make), options_(options), config_(config) {}
  JsonVerdict OnArray() override { return std::nullopt; }
  Next OnElement(std::size_t) override {
    entry_ = make_(options_, config_);
    return entry_.get();
  }
  [[nodiscard]] std::string Wanted() const override { return "an array is expected"; }

 private:
  MakeEntry make_;
  const ConfigOptions& options_;
  Config& config_;
  std::unique_ptr<JsonSink> entry_;
};

template <EntryKind kKind>
std::unique_ptr<JsonSink> MakeOwn(const ConfigOptions& options, Config& config) {
  return std::make_unique<EntrySink>(kKind, Dialect::kOwn, options, config);
}

template <class Sink>
std::unique_ptr<JsonSink> MakeCall(const ConfigOptions& /*options*/, Config& config) {
  return std::make_unique<Sink>(config);
}

// DefaultsSink takes "defaults" of a file of our own.
class DefaultsSink : public JsonSink {
 public:
  explicit DefaultsSink(Config& config) : config_(config) {}
  JsonVerdict OnObject() override { return std::nullopt; }
  Next OnMember(std::string_view name) override {
    if (SameName(name, "securityBitmap")) return &bitmap_;
    if (SameName(name, "suite")) return &suite_;
    if (SameName(name, "ike")) return &ike_;
    if (SameName(name, "esp")) return &esp_;
    if (SameName(name, "groupKey")) return &group_key_;
    return Failure(
        JsonProblem{{}, "is not known here; known are securityBitmap, suite, ike, esp, groupKey"});
  }
  JsonVerdict OnEnd() override;
  [[nodiscard]] std::string Wanted() const override { return "an object is expected"; }

 private:
  Config& config_;
  FlagsField bitmap_{0xFFFFFFFF};
  TextField suite_{64};
  TextField ike_{2048};
  TextField esp_{2048};
  OctetsField group_key_{kLongestKey, Dialect::kOwn};
};

JsonVerdict DefaultsSink::OnEnd() {
  ConfigDefaults& defaults = config_.defaults;
  defaults.security_bitmap = bitmap_.value;
  if (suite_.value || ike_.value || esp_.value) {
    const std::string suite = suite_.value.value_or("");
    const std::string ike = ike_.value.value_or("");
    const std::string esp = esp_.value.value_or("");
    auto suites = ChooseSuites({suite, ike, esp}, {"suite", "ike", "esp"});
    if (!suites) return JsonProblem{suites.error().place, suites.error().rule};
    defaults.suites = *std::move(suites);
  }
  if (!group_key_.is_given()) return std::nullopt;
  auto key = CheckKey(group_key_.Take(), "groupKey");
  if (!key) return JsonProblem{key.error().place, key.error().rule};
  defaults.group_key = *std::move(key);
  return std::nullopt;
}

// RootSink tells the forms apart by the first member that counts.
class RootSink : public JsonSink {
 public:
  RootSink(const ConfigOptions& options, Config& config)
      : options_(options),
        config_(config),
        records_(MakeOwn<EntryKind::kRecord>, options, config),
        portals_(MakeOwn<EntryKind::kPortal>, options, config),
        logins_(MakeCall<LoginSink>, options, config),
        tunnels_(MakeCall<TunnelSink>, options, config),
        defaults_(config) {}

  JsonVerdict OnObject() override {
    StartEntry();
    return std::nullopt;
  }
  JsonVerdict OnArray() override {
    is_array_ = true;
    return std::nullopt;
  }
  Next OnElement(std::size_t) override { return StartEntry(); }
  Next OnMember(std::string_view name) override;
  JsonVerdict OnEnd() override;
  [[nodiscard]] std::string Wanted() const override {
    return "an object or an array of objects is expected";
  }

 private:
  JsonSink* StartEntry() {
    return &entry_.emplace(EntryKind::kEither, Dialect::kPowerShell, options_, config_);
  }
  // IsGroup: what came before is of a group of portals, so that its Portals are no section.
  [[nodiscard]] bool IsGroup() const { return !has_sections_ && entry_ && entry_->IsGroup(); }
  JsonSink* Section(std::string_view name) {
    if (SameName(name, "records")) return &records_;
    if (SameName(name, "portals")) return IsGroup() ? nullptr : &portals_;
    if (SameName(name, "logins")) return &logins_;
    if (SameName(name, "tunnelAddresses")) return &tunnels_;
    if (SameName(name, "defaults")) return &defaults_;
    return nullptr;
  }

  const ConfigOptions& options_;
  Config& config_;
  SectionSink records_;
  SectionSink portals_;
  SectionSink logins_;
  SectionSink tunnels_;
  DefaultsSink defaults_;
  std::optional<EntrySink> entry_;
  bool is_array_ = false;
  bool has_sections_ = false;
  std::string foreign_;  // the first member that is no section
};

JsonSink::Next RootSink::OnMember(std::string_view name) {
  JsonSink* const section = Section(name);
  const bool is_foreign = section == nullptr;
  if (is_foreign && foreign_.empty()) foreign_ = Quote(name);
  has_sections_ |= !is_foreign;
  if (has_sections_ && !foreign_.empty()) {
    return Failure(
        JsonProblem{{},
                    "stands beside " + (is_foreign ? "sections" : foreign_) +
                        "; a file has records, portals, logins, tunnelAddresses, defaults "
                        "and nothing else"});
  }
  return is_foreign ? entry_->OnMember(name) : Next(section);
}

JsonVerdict RootSink::OnEnd() {
  if (is_array_) return entry_ ? std::nullopt : Broken("is an empty array; nothing is configured");
  return has_sections_ ? std::nullopt : entry_->OnEnd();
}

// CheckNames: a name chooses one record. Portals may well come twice: PowerShell lists them for
// each target.
Status<Error> CheckNames(const Config& config, std::string_view place) {
  const auto path = [](std::size_t i) { return "records[" + std::to_string(i) + "]"; };
  std::map<std::string_view, std::size_t> known;
  for (std::size_t i = 0; i < config.records.size(); ++i) {
    const std::string& name = config.records[i].name;
    if (name.empty()) continue;
    const auto [first, is_new] = known.emplace(name, i);
    if (!is_new)
      return Reject(std::string(place) + ": " + path(i) + ".name",
                    Quote(name) + " is the name of " + path(first->second) + " already");
  }
  return Done{};
}

}  // namespace

Parsed<Config> ParseConfig(crypto::Secret octets, std::string_view place,
                           const ConfigOptions& options) {
  Parsed<crypto::Secret> text = DecodeText(std::move(octets), place);
  if (!text) return Failure(std::move(text).error());
  Config config;
  RootSink root(options, config);
  Status<Error> status = ReadJson(*std::move(text), root, place);
  if (!status) return Failure(std::move(status).error());
  if (auto unique = CheckNames(config, place); !unique) return Failure(std::move(unique).error());
  return config;
}

}  // namespace iscsi_ike::policy
