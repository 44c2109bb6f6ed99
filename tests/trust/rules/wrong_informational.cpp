// Informational exchanges in the place of what is due: in clear, and protected.
#include <algorithm>

#include "ike/wire/delete_payload.hpp"
#include "tests/trust/rules/wrong_message.hpp"

namespace iscsi_ike::test {
namespace {

using ike::NotifyType;
using ike::PayloadType;

constexpr ike::MessageId kFresh{0x0badcafe};

class Maker {
 public:
  Maker(const Tapes& tapes, const Place& place) : tape_(tapes.tape), other_(tapes.other) {
    const Bytes& base = tape_.at(BaseOf(tape_, place)).datagram.octets;
    header_ = HeaderOf(base);
    header_.exchange = ike::ExchangeType::kInformational;
    header_.id = kFresh;
    // The keys that there will be; before there are any, only this tape knows them.
    for (const Sent& sent : tape_.log())
      if (sent.number < place.index || (sent.number == place.index && !place.at_receiver))
        log_.push_back(sent);
  }

  [[nodiscard]] Bytes Clear(PayloadType type, const Bytes& body, ike::MessageId id) const {
    return InClear(ChainOf({{type, body}}), type, id);
  }
  // WithHash is in clear, though its HASH is right.
  [[nodiscard]] Bytes WithHash(PayloadType type, const Bytes& body) const {
    return InClear(HashedChain(tape_.insider(), kFresh, type, body), PayloadType::kHash, kFresh);
  }
  [[nodiscard]] Bytes Sealed(PayloadType type, const Bytes& body,
                             ike::MessageId id = kFresh) const {
    return SealedWith(tape_.insider(), HashedChain(tape_.insider(), id, type, body), id);
  }
  [[nodiscard]] Bytes UnderOtherKeys(PayloadType type, const Bytes& body) const {
    return SealedWith(other_.insider(), HashedChain(other_.insider(), kFresh, type, body), kFresh);
  }
  [[nodiscard]] Bytes WithOtherHash(PayloadType type, const Bytes& body) const {
    Bytes chain = HashedChain(tape_.insider(), kFresh, type, body);
    chain[ike::kGenericHeaderSize + 5] ^= 1;
    return SealedWith(tape_.insider(), chain, kFresh);
  }
  [[nodiscard]] const ike::Header& header() const { return header_; }

 private:
  static Bytes HashedChain(const Insider& insider, ike::MessageId id, PayloadType type,
                           const Bytes& body) {
    return insider.WithHash(type, {ike::MessageIdOctets(id)}, ChainOf({{type, body}}));
  }
  [[nodiscard]] Bytes SealedWith(const Insider& insider, const Bytes& chain,
                                 ike::MessageId id) const {
    ike::Header header = header_;
    header.next = PayloadType::kHash;
    header.id = id;
    return insider.Seal(header, chain, insider.Phase2Iv(log_, id));
  }
  [[nodiscard]] Bytes InClear(const Bytes& chain, PayloadType first, ike::MessageId id) const {
    ike::Header header = header_;
    header.next = first;
    header.flags = 0;
    header.id = id;
    return test::InClear(header, chain);
  }

  const Tape& tape_;
  const Tape& other_;
  ike::Header header_;
  std::vector<Sent> log_;
};

Bytes DeleteOfSession(const ike::Header& header) {
  Bytes body;
  ike::Writer writer(body);
  ike::WriteDelete(writer, header.initiator, header.responder);
  return body;
}

Bytes DeleteOfNothing() {
  Bytes body;
  ike::Writer writer(body);
  ike::WriteDelete(writer, ike::ProtocolId::kEsp, std::array{ike::Spi{0x12345678}});
  return body;
}

// RunsSomething: an authentic error has something to end: a phase 1, or the quick mode that this
// end has begun, which is under way right behind AM3.
bool RunsSomething(const Stand& stand) {
  if (stand.Negotiates()) return true;
  return stand.role == ike::Role::kInitiator && (stand.situation == Situation::kQuickUnderWay ||
                                                 stand.situation == Situation::kPhase1Said);
}

void AddClear(const Maker& maker, WrongMessages& all) {
  const Bytes deletion = DeleteOfSession(maker.header());
  for (const ike::MessageId id : {ike::MessageId{0}, kFresh}) {
    for (const auto type : {NotifyType::kNoProposalChosen, NotifyType::kInvalidCookie,
                            NotifyType::kInvalidHashInformation, NotifyType{8000}})
      all.push_back({Rule::kClearNotify, std::to_string(ike::ToNumber(type)),
                     maker.Clear(PayloadType::kNotify, NotifyBody(type), id)});
    for (const auto type : {NotifyType::kInitialContact, NotifyType::kConnected, NotifyType{40000}})
      all.push_back({Rule::kClearStatus, std::to_string(ike::ToNumber(type)),
                     maker.Clear(PayloadType::kNotify, NotifyBody(type), id)});
    all.push_back(
        {Rule::kClearDelete, "of the session", maker.Clear(PayloadType::kDelete, deletion, id)});
    all.push_back(
        {Rule::kClearDelete, "of SPIs", maker.Clear(PayloadType::kDelete, DeleteOfNothing(), id)});
  }
  all.push_back({Rule::kClearWithHash, "", maker.WithHash(PayloadType::kDelete, deletion)});
}

void AddSealed(const Maker& maker, const Stand& stand, WrongMessages& all) {
  const Bytes deletion = DeleteOfSession(maker.header());
  all.push_back({Rule::kSealedOtherKeys, "", maker.UnderOtherKeys(PayloadType::kDelete, deletion)});
  all.push_back({Rule::kSealedOtherHash, "", maker.WithOtherHash(PayloadType::kDelete, deletion)});
  all.push_back({Rule::kSealedWithoutId, "",
                 maker.Sealed(PayloadType::kNotify, NotifyBody(NotifyType::kReplayStatus),
                              ike::MessageId{0})});
  const Rule error =
      RunsSomething(stand) ? Rule::kSealedErrorOfRunning : Rule::kSealedErrorOfNothing;
  for (const auto type : {NotifyType::kNoProposalChosen, NotifyType::kInvalidIdInformation})
    all.push_back({error, std::to_string(ike::ToNumber(type)),
                   maker.Sealed(PayloadType::kNotify, NotifyBody(type))});
  for (const auto type : {NotifyType::kReplayStatus, NotifyType{40000}})
    all.push_back({Rule::kSealedStatus, std::to_string(ike::ToNumber(type)),
                   maker.Sealed(PayloadType::kNotify, NotifyBody(type))});
  all.push_back({Rule::kSealedDeleteOfSession, "", maker.Sealed(PayloadType::kDelete, deletion)});
  all.push_back(
      {Rule::kSealedDeleteOfNothing, "", maker.Sealed(PayloadType::kDelete, DeleteOfNothing())});
}

}  // namespace

WrongMessages WrongInformational(const Tapes& tapes, const Place& place) {
  const Maker maker(tapes, place);
  WrongMessages all;
  AddClear(maker, all);
  if (!maker.header().responder.IsZero()) AddSealed(maker, StandOf(tapes.tape, place), all);
  return all;
}

}  // namespace iscsi_ike::test
