#include "ike/trace/judge_message.hpp"

#include <algorithm>

#include "ike/core/script.hpp"
#include "ike/trace/field_reader.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike {
namespace {

const Row* RowOf(std::string_view name) {
  for (const Script* script : {&MainModeScript(), &AggressiveModeScript(), &QuickModeScript()}) {
    for (const Row& row : script->rows) {
      if (row.name == name) return &row;
    }
  }
  return nullptr;
}

// Judge looks at one message.
class Judge {
 public:
  Judge(const MessageView& message, std::vector<Fault>& faults)
      : message_(message), faults_(faults), row_(RowOf(message.name)) {}

  void Run() {
    if (row_ != nullptr && UsesPresharedKey()) JudgePayloads();
    if (row_ != nullptr) JudgeOrder();
    JudgeNotifications();
    JudgeHashes();
    if (Is("MM3") || Is("MM4") || Is("AM2")) JudgePhase1Key(message_.session.phase1.chosen);
    if (Is("AM1")) JudgeAggressiveOffer();
    if (Is("MM1") || Is("AM1")) JudgePhase1Offer();
    if (Is("MM2") || Is("AM2")) {
      JudgeAnswer(TransformsOf(message_.session.phase1.sa_offer), message_.session.phase1.sa_offer);
    }
    if (row_ != nullptr && message_.name.starts_with("QM")) JudgeQuick();
  }

 private:
  [[nodiscard]] bool Is(std::string_view name) const { return message_.name == name; }
  void Blame(std::size_t at, std::string text) { faults_.push_back({at, std::move(text)}); }
  void Blame(const PayloadSpan& payload, std::string text) {
    Blame(payload.offset, std::move(text));
  }

  [[nodiscard]] const PayloadSpan* Find(PayloadType type) const {
    const auto& all = message_.payloads;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [type](const PayloadSpan& p) { return p.type == type; });
    return found == all.end() ? nullptr : &*found;
  }
  [[nodiscard]] std::size_t NumberOfIds() const {
    const auto& all = message_.payloads;
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const PayloadSpan& p) { return p.type == PayloadType::kId; }));
  }

  // The tables are those of pre-shared keys; XAUTH and signatures have others.
  [[nodiscard]] bool UsesPresharedKey() const {
    const auto& chosen = message_.session.phase1.chosen;
    return !chosen || chosen->auth == ToNumber(Phase1Authentication::kPresharedKey);
  }

  // MayStand: besides what the tables have. RFC 3947 sections 3.2 and 5.2 place NAT-D and NAT-OA,
  // RFC 2408 section 3.10 certificate requests.
  [[nodiscard]] bool MayStand(PayloadType type) const {
    switch (type) {
      case PayloadType::kVendorId:
      case PayloadType::kNotify:
        return true;
      case PayloadType::kNatD:
      case PayloadType::kNatDDraft:
        return Is("MM3") || Is("MM4") || Is("AM2") || Is("AM3");
      case PayloadType::kNatOa:
      case PayloadType::kNatOaDraft:
        return Is("QM1") || Is("QM2");
      case PayloadType::kCertRequest:
        return !message_.name.starts_with("QM");
      default:
        return NameOf(type).empty();
    }
  }

  void JudgePayloads() {
    PayloadSet there;
    for (const PayloadSpan& payload : message_.payloads) {
      there.Add(payload.type);
      if (!MayStand(payload.type) && !row_->required.Has(payload.type) &&
          !row_->optional.Has(payload.type)) {
        Blame(payload, "A payload " + Describe(payload.type) + " has no place in " +
                           std::string(row_->name) + ".");
      }
    }
    if (const auto missing = row_->required.FirstNotIn(there)) {
      Blame(kHeaderSize,
            std::string(row_->name) + " lacks the payload " + Describe(*missing) + ".");
    }
    JudgeDuplicates();
  }

  void JudgeDuplicates() {
    PayloadSet seen;
    const bool phase1 = !message_.name.starts_with("QM");
    for (const PayloadSpan& payload : message_.payloads) {
      const bool once =
          payload.type == PayloadType::kKeyExchange || payload.type == PayloadType::kHash ||
          payload.type == PayloadType::kNonce ||
          (phase1 && (payload.type == PayloadType::kSa || payload.type == PayloadType::kId));
      if (once && seen.Has(payload.type)) {
        Blame(payload, "The payload " + Describe(payload.type) + " stands here twice.");
      }
      seen.Add(payload.type);
    }
  }

  void JudgeOrder() {
    const auto& all = message_.payloads;
    if (all.empty()) return;
    const bool quick = message_.name.starts_with("QM");
    if (quick && all[0].type != PayloadType::kHash) {
      Blame(all[0], "In quick mode the payload HASH comes first (RFC 2409 section 5.5).");
    }
    const PayloadSpan* sa = Find(PayloadType::kSa);
    if (sa == nullptr) return;
    if (!quick && sa != &all[0]) {
      Blame(*sa, "The payload SA comes before all others (RFC 2409 section 5).");
    }
    if (quick && all.size() > 1 && all[1].type != PayloadType::kSa) {
      Blame(*sa, "The payload SA directly follows HASH (RFC 2409 section 5.5).");
    }
  }

  // RFC 2407 section 4.6.3: status notifications are sent "under the protection of an ISAKMP SA".
  void JudgeNotifications() {
    for (const PayloadSpan& payload : message_.payloads) {
      const bool deletes = payload.type == PayloadType::kDelete;
      if (deletes && !message_.header.encrypted()) {
        Blame(payload, "A delete in clear proves nothing and is ignored (RFC 2408 section 5.15).");
      }
      if (payload.type != PayloadType::kNotify) continue;
      const Wire<NotifyView> notify = ParseNotify(payload.body);
      if (!notify) continue;
      if (!message_.header.encrypted() && !IsError(notify->type)) {
        Blame(payload,
              "A status notification in clear: they need the protection of an ISAKMP SA "
              "(RFC 2407 section 4.6.3).");
      }
      const bool dpd =
          notify->type == NotifyType::kRUThere || notify->type == NotifyType::kRUThereAck;
      if (dpd && !notify->SpiIsCookies(message_.header.initiator, message_.header.responder)) {
        Blame(payload,
              "The SPI of dead peer detection is the two cookies of the SA (RFC 3706 "
              "section 5.3).");
      }
    }
    const bool bare = Is("INFO") && message_.header.encrypted() && !message_.payloads.empty() &&
                      message_.payloads[0].type != PayloadType::kHash;
    if (bare) {
      Blame(message_.payloads[0],
            "In an encrypted informational exchange the payload HASH comes "
            "first (RFC 2409 section 5.7).");
    }
  }

  void JudgeHashes() {
    const auto& chosen = message_.session.phase1.chosen;
    const auto hash = chosen ? HashFromWire(chosen->hash) : std::nullopt;
    if (!hash) return;
    const std::size_t size = crypto::HashSize(*hash);
    for (const PayloadSpan& payload : message_.payloads) {
      const bool of_hash = payload.type == PayloadType::kHash ||
                           payload.type == PayloadType::kNatD ||
                           payload.type == PayloadType::kNatDDraft;
      if (of_hash && payload.body.size() != size) {
        Blame(payload, "The hash has " + Count(payload.body.size(), "octet") + ", but " +
                           std::string(crypto::Name(*hash)) + " makes " + std::to_string(size) +
                           ".");
      }
    }
  }

  void JudgeKeySize(std::uint16_t group) {
    const PayloadSpan* key = Find(PayloadType::kKeyExchange);
    const auto known = crypto::DhGroupByNumber(group);
    if (key == nullptr || !known) return;
    const std::size_t size = crypto::Info(*known).public_size;
    if (key->body.size() != size) {
      Blame(*key, "The public value has " + Count(key->body.size(), "octet") + ", but group " +
                      WithNumber(GroupName(group), group) + " has " + std::to_string(size) + ".");
    }
  }

  void JudgePhase1Key(const std::optional<Phase1Transform>& chosen) {
    if (chosen) JudgeKeySize(chosen->group);
  }

  // RFC 2409 section 5: in aggressive mode the group cannot be negotiated.
  void JudgeAggressiveOffer() {
    const PayloadSpan* sa = Find(PayloadType::kSa);
    if (sa == nullptr) return;
    const auto groups = GroupsOf(TransformsOf(sa->body), ToNumber(Phase1Attribute::kGroup));
    if (groups.size() > 1) {
      Blame(*sa,
            "The transforms name different groups, but the KE payload is of one: aggressive "
            "mode cannot negotiate the group (RFC 2409 section 5).");
    } else if (groups.size() == 1) {
      JudgeKeySize(*groups.begin());
    }
  }

  static std::set<std::uint16_t> GroupsOf(const std::vector<OfferedTransform>& transforms,
                                          std::uint16_t type) {
    std::set<std::uint16_t> groups;
    for (const OfferedTransform& transform : transforms) {
      std::uint16_t group = 0;  // none
      for (const auto& [attribute, value] : transform.attributes) {
        if (attribute != type || value.size() > 2) continue;
        for (const std::uint8_t octet : value)
          group = static_cast<std::uint16_t>(group << 8 | octet);
      }
      groups.insert(group);
    }
    return groups;
  }

  void JudgePhase1Offer() {
    const PayloadSpan* sa = Find(PayloadType::kSa);
    if (sa == nullptr) return;
    const Wire<SaView> view = ParseSa(sa->body);
    if (!view) return;
    if (view->proposal_count > 1) {
      Blame(*sa, "Phase 1 offers a single proposal (RFC 2409 section 5), not " +
                     std::to_string(view->proposal_count) + ".");
    }
    for (const ProposalView proposal : view->proposals()) {
      if (proposal.protocol == ProtocolId::kIsakmp) continue;
      Blame(*sa, "Phase 1 negotiates ISAKMP (1), not " + Describe(proposal.protocol) + ".");
      return;
    }
  }

  // `offer_body`: empty when the offer was not seen. RFC 2408 section 4.2: one transform of each
  // protocol; RFC 2409 section 5: the responder changes no attribute.
  void JudgeAnswer(const std::vector<OfferedTransform>& offer, Octets offer_body) {
    const PayloadSpan* sa = Find(PayloadType::kSa);
    if (sa == nullptr) return;
    const Wire<SaView> view = ParseSa(sa->body);
    if (!view) return;
    std::optional<std::uint8_t> number;
    for (const ProposalView proposal : view->proposals()) {
      if (number && *number != proposal.number) {
        Blame(*sa, "The answer has several proposals; it chooses one (RFC 2408 section 4.2).");
        break;
      }
      number = proposal.number;
      if (proposal.transform_count > 1) {
        Blame(*sa, "The answer has several transforms; it chooses one (RFC 2408 section 4.2).");
        break;
      }
    }
    if (offer.empty() || offer_body.empty()) return;
    for (const OfferedTransform& transform : TransformsOf(sa->body)) {
      if (std::find(offer.begin(), offer.end(), transform) != offer.end()) continue;
      Blame(*sa, "The transform of the answer was not offered like that (RFC 2409 section 5).");
    }
  }

  void JudgeQuick() {
    JudgeQuickIds();
    const PayloadSpan* sa = Find(PayloadType::kSa);
    if (sa == nullptr) return;
    const std::vector<OfferedTransform> transforms = TransformsOf(sa->body);
    const auto groups = GroupsOf(transforms, ToNumber(EspAttribute::kGroup));
    const bool has_key = Find(PayloadType::kKeyExchange) != nullptr;
    if (groups.size() > 1) {
      Blame(*sa, "The transforms do not all name the same group (RFC 2409 section 5.5).");
    } else if (groups.size() == 1 && (*groups.begin() != 0) != has_key) {
      Blame(*sa, has_key ? "There is a KE payload, but the transforms name no group (RFC 2409 "
                           "section 5.5)."
                         : "The transforms name a group, but there is no KE payload (RFC 2409 "
                           "section 5.5).");
    } else if (groups.size() == 1) {
      JudgeKeySize(*groups.begin());
    }
    if (Is("QM2") && message_.exchange != nullptr) JudgeAnswer(message_.exchange->offer, sa->body);
  }

  void JudgeQuickIds() {
    const std::size_t count = NumberOfIds();
    const PayloadSpan* first = Find(PayloadType::kId);
    if (count == 0) return;
    if (count != 2) {
      return Blame(*first, "Quick mode has two ID payloads or none (RFC 2409 section 5.5), not " +
                               std::to_string(count) + ".");
    }
    if ((first + 1)->type != PayloadType::kId) {
      Blame(*first, "The second ID payload directly follows the first (RFC 2409 section 5.5).");
    }
  }

  const MessageView& message_;
  std::vector<Fault>& faults_;
  const Row* row_;
};

}  // namespace

void JudgeMessage(const MessageView& message, std::vector<Fault>& faults) {
  Judge(message, faults).Run();
}

void JudgeHeader(const MessageView& message, std::vector<Fault>& faults) {
  constexpr std::size_t kFlagsAt = 19;
  constexpr std::size_t kMessageIdAt = 20;
  const Header& header = message.header;
  const Row* row = RowOf(message.name);
  if (row != nullptr && message.session.phase1.exchange == header.exchange) {
    if (row->protection == Protection::kEncrypted && !header.encrypted()) {
      faults.push_back({kFlagsAt, std::string(row->name) + " is encrypted; this one is in clear."});
    }
    if (row->protection == Protection::kClear && header.encrypted()) {
      faults.push_back({kFlagsAt, std::string(row->name) + " is in clear; this one is encrypted."});
    }
  }
  const Cookie& known = message.session.phase1.responder;
  if (!known.IsZero() && !header.responder.IsZero() && header.responder != known) {
    faults.push_back({8, "The responder cookie was " + Hex(known.octets) + " before."});
  }
  if (message.name == "INFO" && !header.encrypted() && message.session.phase1_over) {
    faults.push_back({kFlagsAt,
                      "Phase 1 is over, but this message is in clear: nothing proves who "
                      "sent it (RFC 2409 section 5.7)."});
  }
  if (message.exchange == nullptr) return;
  if (message.exchange->messages != 0 && message.exchange->type != header.exchange) {
    faults.push_back({kMessageIdAt,
                      "The message ID is that of another exchange; each has its own "
                      "(RFC 2409 section 5.7)."});
  } else if (header.exchange == ExchangeType::kQuick && message.exchange->messages >= 3) {
    faults.push_back({kMessageIdAt,
                      "Quick mode has three messages, and this message ID has had "
                      "them."});
  }
}

}  // namespace iscsi_ike::ike
