// The part of judge_message.hpp that speaks of what is offered and chosen: SA, KE and the IDs of
// quick mode.
#include <algorithm>

#include "ike/trace/field_reader.hpp"
#include "ike/trace/judge_message.hpp"

namespace iscsi_ike::ike {
namespace {

class OfferJudge {
 public:
  OfferJudge(const MessageView& message, std::vector<Fault>& faults)
      : message_(message), faults_(faults) {}

  void Run() {
    if (Is("MM3") || Is("MM4") || Is("AM2")) JudgePhase1Key(message_.session.phase1.chosen);
    if (Is("AM1")) JudgeAggressiveOffer();
    if (Is("MM1") || Is("AM1")) JudgePhase1Offer();
    if (Is("MM2") || Is("AM2")) JudgeAnswer(TransformsOf(message_.session.phase1.sa_offer));
    if (message_.name.starts_with("QM")) JudgeQuick();
  }

 private:
  [[nodiscard]] bool Is(std::string_view name) const { return message_.name == name; }
  void Blame(const PayloadSpan& payload, std::string text) {
    faults_.push_back({payload.offset, std::move(text)});
  }

  void JudgeKeySize(std::uint16_t group) {
    const PayloadSpan* key = message_.Find(PayloadType::kKeyExchange);
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
    const PayloadSpan* sa = message_.Find(PayloadType::kSa);
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
    const PayloadSpan* sa = message_.Find(PayloadType::kSa);
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

  // `offer`: empty when it was not seen. RFC 2408 section 4.2: one transform of each protocol; RFC
  // 2409 section 5: the responder changes no attribute.
  void JudgeAnswer(const std::vector<OfferedTransform>& offer) {
    const PayloadSpan* sa = message_.Find(PayloadType::kSa);
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
    if (offer.empty()) return;
    for (const OfferedTransform& transform : TransformsOf(sa->body)) {
      if (std::find(offer.begin(), offer.end(), transform) != offer.end()) continue;
      Blame(*sa, "The transform of the answer was not offered like that (RFC 2409 section 5).");
    }
  }

  void JudgeQuick() {
    JudgeQuickIds();
    const PayloadSpan* sa = message_.Find(PayloadType::kSa);
    if (sa == nullptr) return;
    const std::vector<OfferedTransform> transforms = TransformsOf(sa->body);
    const auto groups = GroupsOf(transforms, ToNumber(EspAttribute::kGroup));
    const bool has_key = message_.Find(PayloadType::kKeyExchange) != nullptr;
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
    if (Is("QM2") && message_.exchange != nullptr) JudgeAnswer(message_.exchange->offer);
  }

  void JudgeQuickIds() {
    const auto& all = message_.payloads;
    const auto count = std::count_if(
        all.begin(), all.end(), [](const PayloadSpan& p) { return p.type == PayloadType::kId; });
    const PayloadSpan* first = message_.Find(PayloadType::kId);
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
};

}  // namespace

void JudgeOffer(const MessageView& message, std::vector<Fault>& faults) {
  OfferJudge(message, faults).Run();
}

}  // namespace iscsi_ike::ike
