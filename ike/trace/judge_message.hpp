// JudgeMessage: the rules that a message breaks as a part of its exchange: RFC 2409 section 5, RFC
// 2408 section 4, RFC 2407 section 4.6. For the sources of this folder only.
#pragma once

#include <string_view>

#include "ike/trace/decode_session.hpp"

namespace iscsi_ike::ike {

// MessageView: a message whose payloads are in clear, and the session as it was before it.
struct MessageView {
  std::string_view name;  // "MM1" .. "QM3", "INFO"; anything else has no rules
  const Header& header;
  const std::vector<PayloadSpan>& payloads;
  const DecodeSession& session;
  const SeenExchange* exchange = nullptr;  // of a message after phase 1
  // Find is the first payload of that type, or nullptr.
  [[nodiscard]] const PayloadSpan* Find(PayloadType type) const;
};

// JudgeMessage calls JudgeOffer, which looks at what is offered and chosen.
void JudgeMessage(const MessageView& message, std::vector<Fault>& faults);
void JudgeOffer(const MessageView& message, std::vector<Fault>& faults);

// JudgeHeader: what the header says against what came before; for sealed messages too.
void JudgeHeader(const MessageView& message, std::vector<Fault>& faults);

}  // namespace iscsi_ike::ike
