#include "ike/core/open_row.hpp"

#include "ike/wire/describe.hpp"

namespace iscsi_ike::ike {
namespace {

// CheckShape: the message has what the row wants and nothing that it forbids.
Step CheckShape(const Row& row, const PayloadList& payloads, bool phase1) {
  static constexpr PayloadSet kAnywhere{PayloadType::kVendorId, PayloadType::kNotify,
                                        PayloadType::kNatD, PayloadType::kNatDDraft};
  // Several SA payloads and two identities are quick mode's affair, which counts them itself.
  static constexpr PayloadSet kMayRepeatInQuickMode{PayloadType::kSa, PayloadType::kId,
                                                    PayloadType::kNatOa, PayloadType::kNatOaDraft};
  PayloadSet seen;
  for (const Payload& payload : payloads) {
    if (!row.required.Has(payload.type) && !row.optional.Has(payload.type) &&
        !kAnywhere.Has(payload.type)) {
      return Drop(FailureCode::kMalformed,
                  std::string(row.name) + " must not carry " + Describe(payload.type),
                  NotifyType::kInvalidPayloadType);
    }
    const bool may_repeat =
        kAnywhere.Has(payload.type) || (!phase1 && kMayRepeatInQuickMode.Has(payload.type));
    if (seen.Has(payload.type) && !may_repeat) {
      return Drop(FailureCode::kMalformed,
                  std::string(row.name) + " carries " + Describe(payload.type) + " twice",
                  NotifyType::kPayloadMalformed);
    }
    seen.Add(payload.type);
  }
  if (const auto missing = row.required.FirstNotIn(seen)) {
    return Drop(FailureCode::kMalformed,
                std::string(row.name) + " has no " + Describe(*missing) + " payload",
                NotifyType::kPayloadMalformed);
  }
  return Done{};
}

// Malformed: noise out of phase-1 decryption is what another pre-shared key looks like.
Step Malformed(const Row& row, const ParseError& error, bool noise) {
  const std::string text = std::string(row.name) + ": " + DescribeError(error);
  if (!noise) return Drop(FailureCode::kMalformed, text, error.notify);
  auto trouble =
      Drop(FailureCode::kKeysDiffer, std::string(row.name) + " decrypts to noise", kTellNothing);
  trouble.error.failure.details.push_back(text);
  return trouble;
}

}  // namespace

Result<PayloadList, Trouble> OpenRow(EngineCore& core, Session& session, Exchange& exchange,
                                     const Received& received, std::vector<std::uint8_t>& clear) {
  const Row& row = exchange.current();
  const Header& header = received.header;
  const bool wrong_protection = row.protection != Protection::kEither &&
                                header.encrypted() != (row.protection == Protection::kEncrypted);
  if (header.exchange != exchange.script->exchange || wrong_protection) {
    return Drop(FailureCode::kMalformed,
                std::string(row.name) + " was due, but a message of exchange " +
                    Describe(header.exchange) +
                    (header.encrypted() ? ", encrypted," : ", in clear,") + " came");
  }
  Octets octets = received.message.subspan(kHeaderSize);
  if (header.encrypted()) {
    if (!Open(KeyOf(core, session), exchange.iv, received.message, clear)) {
      return Drop(FailureCode::kMalformed,
                  std::string(row.name) + " is not a whole number of cipher blocks");
    }
    octets = clear;
  }
  auto payloads = ParsePayloads(header.next, octets,
                                header.encrypted() ? ChainRules::kStrict : ChainRules::kLenient);
  const bool noise = header.encrypted() && exchange.script->phase1;
  if (!payloads) return Failure(Malformed(row, payloads.error(), noise).error());
  if (auto shape = CheckShape(row, *payloads, exchange.script->phase1); !shape) {
    Trouble trouble = std::move(shape).error();
    if (noise) trouble.failure.code = FailureCode::kKeysDiffer;
    return Failure(std::move(trouble));
  }
  return *payloads;
}

}  // namespace iscsi_ike::ike
