#include "ike/tool/check_edit.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "policy/reason.hpp"
#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using policy::ReasonCode;
using policy::SecurityFlags;

// CheckEdits gathers them.
class CheckEdits {
 public:
  explicit CheckEdits(const CheckView& view) : view_(view) {}

  std::vector<CheckEdit> Run() {
    Words();
    Suites(
        "ike", request().suites.phase1, other().suites.phase1,
        [](CheckEntry & entry) -> auto& { return entry.sources.request.suites.phase1; });
    Suites(
        "esp", request().suites.phase2, WithoutGroups(other().suites.phase2),
        [](CheckEntry & entry) -> auto& { return entry.sources.request.suites.phase2; });
    PfsGroups();
    Key();
    Identities();
    Places();
    Selectors();
    Rules();
    return std::move(edits_);
  }

 private:
  [[nodiscard]] const policy::TranslateRequest& request() const {
    return view_.entry.sources.request;
  }
  [[nodiscard]] const policy::TranslateRequest& other() const {
    return view_.other_entry.sources.request;
  }
  [[nodiscard]] bool responds() const { return view_.end.role == Role::kResponder; }

  using Apply = std::function<void(CheckEntry&)>;
  CheckEdit& Add(std::string member, std::string from, std::string to, Apply apply) {
    std::string text = member;
    if (!from.empty()) text += " " + from;
    text += from.empty() ? " " + to : " -> " + (to.empty() ? "nothing" : to);
    edits_.push_back({std::move(member), std::move(from), std::move(to), std::move(text), false, 1,
                      std::move(apply)});
    return edits_.back();
  }

  // The word.

  [[nodiscard]] std::string WordMember() const {
    if (!view_.entry.policy.flags.empty()) return "flags";
    const auto is_from = [this](ReasonCode source) {
      return policy::Contains(request().prior, source);
    };
    if (is_from(ReasonCode::kWordFromCall)) return "passedFlags";
    if (is_from(ReasonCode::kWordFromPortal) || is_from(ReasonCode::kWordFromIsns) ||
        is_from(ReasonCode::kWordFromDefault))
      return "securityBitmap";
    return "securityFlags";
  }
  static std::string FlagNames(SecurityFlags from, SecurityFlags to) {
    std::string names;
    for (const auto& flag : policy::AllSecurityFlags()) {
      if (from.Has(flag.flag) == to.Has(flag.flag)) continue;
      names += (names.empty() ? "" : ", ") + std::string(to.Has(flag.flag) ? "add " : "remove ") +
               std::string(flag.name);
    }
    return names;
  }
  void Word(std::uint64_t word) {
    const SecurityFlags from = request().word;
    const SecurityFlags to(word);
    if (from == to || !seen_words_.insert(word).second) return;
    CheckEdit& edit = Add(WordMember(), from.ToHex(), to.ToHex(), [to](CheckEntry& entry) {
      entry.sources.request.word = to;
      entry.sources.request.prior.clear();
    });
    edit.text += " (" + FlagNames(from, to) + ")";
    edit.size = static_cast<unsigned>(std::popcount((from.word() ^ word) & SecurityFlags::kKnown));
  }
  void Words() {
    const std::uint64_t own = request().word.word();
    for (const auto& first : policy::AllSecurityFlags())
      for (const auto& second : policy::AllSecurityFlags())
        Word(own ^ ToNumber(first.flag) ^ (first.flag < second.flag ? ToNumber(second.flag) : 0U));
    Word(own | 0x07U);  // VALID, IKE_IPSEC_ENABLED, MAIN_MODE_ENABLED
    Word(own | 0x0BU);
    Word(own | 0x17U);  // and with PFS
    Word(own | 0x1BU);
    Word((own & ~SecurityFlags::kKnown) | (other().word.word() & SecurityFlags::kKnown));
  }

  // The suites.

  static std::vector<policy::EspSuite> WithoutGroups(std::vector<policy::EspSuite> suites) {
    for (policy::EspSuite& suite : suites) suite.pfs_group.reset();
    return suites;
  }
  // Suites: the other's, behind this end's own and in front of them, and its own in another order.
  template <class Suite, class List>
  void Suites(const std::string& member, const std::vector<Suite>& own,
              const std::vector<Suite>& theirs, List list) {
    const std::string from = policy::ToString(std::span<const Suite>(own));
    const auto put = [&](const Suite& suite, bool first) {
      std::vector<Suite> suites = own;
      std::erase(suites, suite);
      const bool known = suites.size() != own.size();
      if (!known && suites.size() == policy::kMostSuites) return;
      suites.insert(first ? suites.begin() : suites.end(), suite);
      if (suites == own) return;
      CheckEdit& edit = Add(member, from, policy::ToString(std::span<const Suite>(suites)),
                            [list, suites](CheckEntry& entry) { list(entry) = suites; });
      edit.text = member + ": " + (known ? "put " : "add ") + policy::ToString(suite) +
                  (first ? (known ? " first" : " in front") : (known ? " last" : ""));
      edit.size = first ? 2 : 1;
    };
    if (own != theirs) {
      CheckEdit& edit = Add(member, from, policy::ToString(std::span<const Suite>(theirs)),
                            [list, theirs](CheckEntry& entry) { list(entry) = theirs; });
      edit.text = member + ": the same as in " + view_.other_end.letter;
      edit.size = static_cast<unsigned>(own.size() + theirs.size());
    }
    for (const Suite& suite : theirs)
      if (std::ranges::find(own, suite) == own.end()) put(suite, false);
    for (const Suite& suite : theirs) put(suite, true);
    for (const Suite& suite : own) put(suite, true);
  }

  void PfsGroup(std::optional<crypto::DhGroup> group) {
    const auto& suites = request().suites.phase2;
    if (std::ranges::all_of(suites, [&](const auto& s) { return s.pfs_group == group; })) return;
    const auto name = [](const std::optional<crypto::DhGroup>& g) {
      return g ? std::string(crypto::Info(*g).name) : std::string();
    };
    const auto had =
        std::ranges::find_if(suites, [](const auto& s) { return s.pfs_group.has_value(); });
    const std::string from = had == suites.end() ? "" : name(had->pfs_group);
    CheckEdit& edit = Add("esp", from, name(group), [group](CheckEntry& entry) {
      for (auto& suite : entry.sources.request.suites.phase2) suite.pfs_group = group;
    });
    edit.text = !group ? "esp: leave out the PFS group " + from
                       : "esp: PFS group " + (from.empty() ? "" : from + " -> ") + name(group);
  }
  void PfsGroups() {
    PfsGroup(std::nullopt);
    for (const auto& suite : other().suites.phase2)
      if (suite.pfs_group) return PfsGroup(suite.pfs_group);
    if (view_.agreement.phase1) PfsGroup(view_.agreement.phase1->suite.group);
  }

  // Key and identities.

  [[nodiscard]] std::string KeyMember() const {
    const KeySource& given = view_.end.options.key;
    if (!given.file.empty()) return "key-file";
    if (!given.descriptor.empty()) return "key-fd";
    return view_.entry.sources.group_key ? "groupKey" : "key";
  }
  void Key() {
    const crypto::Secret& theirs = view_.other.key;
    if (theirs.empty() || view_.agreement.same_key) return;
    const auto key = std::make_shared<const crypto::Secret>(theirs.Clone());
    CheckEdit& edit =
        Add(KeyMember(), "", "", [key](CheckEntry& entry) { entry.sources.key = key->Clone(); });
    edit.text = edit.member + ": the same as in " + view_.other_end.letter;
    edit.is_key = true;
  }

  void Identity(std::optional<policy::Identity> to) {
    const auto& from = request().identity;
    if (!to || to == from) return;
    Add("identity", from ? from->ToString() : "", to->ToString(),
        [to](CheckEntry& entry) { entry.sources.request.identity = to; });
  }
  void PeerIdentity(std::optional<policy::Identity> to) {
    const auto& from = view_.entry.sources.peer_identity;
    if (to == from) return;
    Add("peerIdentity", from ? from->ToString() : "", to ? to->ToString() : "",
        [to](CheckEntry& entry) { entry.sources.peer_identity = to; });
  }
  void Identities() {
    Identity(view_.other.peer_identity);
    const std::string& shown =
        responds() ? view_.agreement.initiator_identity : view_.agreement.responder_identity;
    if (auto identity = policy::Identity::Parse(shown, "identity"); identity.ok())
      PeerIdentity(std::move(identity).value());
    PeerIdentity(std::nullopt);
  }

  // Addresses.

  void Peer(const std::optional<policy::IpAddress>& to) {
    const auto& from = view_.peer.remote;
    Add("peer", from ? from->address.ToString() : "", to ? to->ToString() : "",
        [to](CheckEntry& entry) {
          entry.sources.peer = to;
          entry.ends.remote = to ? std::optional(Endpoint{*to, kIkePort}) : std::nullopt;
        });
  }
  void Places() {
    if (responds()) {
      if (!view_.peer.remote) return;
      if (view_.peer.remote->address != view_.places.initiator.address)
        Peer(view_.places.initiator.address);
      return Peer(std::nullopt);
    }
    const policy::IpAddress& serving = view_.other.local.address;
    if (!serving.IsUnspecified() && serving != view_.places.responder.address) Peer(serving);
  }

  // What the child protects.

  void Selector(const std::string& member, std::string ChildOptions::*text, const std::string& to) {
    std::string from = view_.entry.child.*text;
    if (from == to) return;
    Add(member, std::move(from), to, [text, to](CheckEntry& entry) { entry.child.*text = to; });
  }
  void Port(const policy::Selector& target) {
    if (!view_.entry.child.remote_ts.empty() || target.port == 0) return;
    const std::string to = std::to_string(target.port);
    const std::string& given = view_.entry.child.target_port;
    const std::string own = std::to_string(view_.entry.sources.target_port);
    const std::string from = given.empty() ? own : given;
    if (from == to) return;
    Add(given.empty() && !responds() ? "socket" : "target-port", from, to,
        [to](CheckEntry& entry) { entry.child.target_port = to; });
  }
  void Selectors() {
    const auto& theirs = responds() ? view_.agreement.asked : view_.agreement.allowed;
    Selector("local-ts", &ChildOptions::local_ts, "");
    Selector("remote-ts", &ChildOptions::remote_ts, "");
    if (!theirs) return;
    const policy::Selector& local = responds() ? theirs->responder : theirs->initiator;
    const policy::Selector& remote = responds() ? theirs->initiator : theirs->responder;
    Port(theirs->responder);
    Selector("local-ts", &ChildOptions::local_ts, policy::ToString(local));
    Selector("remote-ts", &ChildOptions::remote_ts, policy::ToString(remote));
  }

  // Rules that options have made stricter.

  void Rule(const std::string& member, bool PolicyOptions::*rule) {
    if (!(view_.entry.policy.*rule)) return;
    CheckEdit& edit =
        Add(member, "", "", [rule](CheckEntry& entry) { entry.policy.*rule = false; });
    edit.text = "leave out --" + member;
  }
  void Rules() {
    Rule("strict", &PolicyOptions::strict);
    Rule("strict-microsoft", &PolicyOptions::strict_microsoft);
    Rule("refuse-pfs", &PolicyOptions::refuse_pfs);
    if (view_.entry.policy.mode.empty()) return;
    Add("mode", view_.entry.policy.mode, "", [](CheckEntry& entry) { entry.policy.mode.clear(); });
  }

  const CheckView& view_;
  std::vector<CheckEdit> edits_;
  std::set<std::uint64_t> seen_words_;
};

}  // namespace

std::vector<CheckEdit> EditsOf(const CheckView& view) { return CheckEdits(view).Run(); }

}  // namespace iscsi_ike::ike::tool
