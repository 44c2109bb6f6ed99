#include "ike/trace/judge_message.hpp"

#include <algorithm>

#include "ike/core/script.hpp"
#include "ike/trace/field_reader.hpp"
#include "ike/wire/notify.hpp"

namespace iscsi_ike::ike {

const PayloadSpan* MessageView::Find(PayloadType type) const {
  const auto found = std::find_if(payloads.begin(), payloads.end(),
                                  [type](const PayloadSpan& p) { return p.type == type; });
  return found == payloads.end() ? nullptr : &*found;
}

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
  }

 private:
  [[nodiscard]] bool Is(std::string_view name) const { return message_.name == name; }
  void Blame(std::size_t at, std::string text) { faults_.push_back({at, std::move(text)}); }
  void Blame(const PayloadSpan& payload, std::string text) {
    Blame(payload.offset, std::move(text));
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
    const PayloadSpan* sa = message_.Find(PayloadType::kSa);
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

  const MessageView& message_;
  std::vector<Fault>& faults_;
  const Row* row_;
};

}  // namespace

void JudgeMessage(const MessageView& message, std::vector<Fault>& faults) {
  Judge(message, faults).Run();
  JudgeOffer(message, faults);
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
