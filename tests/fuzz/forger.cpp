#include "tests/fuzz/forger.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "ike/wire/payload.hpp"

namespace iscsi_ike::test {

using ike::PayloadType;

Forger::Forger(const Pair& pair, const Node& writer) : pair_(pair), writer_(writer) {
  const Node& other = &writer == pair.initiator ? *pair.responder : *pair.initiator;
  for (const Node* node : {&writer, &other}) {
    if (node->recorder.phase1 && !insider_) {
      keys_ = &node->recorder;
      insider_.emplace(*keys_);
    }
  }
}

Bytes Forger::BodyOf(std::string_view name, PayloadType type) const {
  const Recorder::Shown* shown = Model(name);
  if (shown == nullptr) return {};
  const auto list = ike::ParsePayloads(shown->header.next, shown->payloads);
  const ike::Payload* payload = list ? list->Find(type) : nullptr;
  if (payload == nullptr) return {};
  return {payload->body.begin(), payload->body.end()};
}

// RFC 2409 section 5: HASH_I = prf(SKEYID, g^xi | g^xr | CKY-I | CKY-R | SAi_b | IDii_b), and
// HASH_R with the two ends exchanged.
Bytes Forger::Phase1Hash(const std::string& name, const ike::PayloadList& list) const {
  const bool main = name[0] == 'M';
  const bool initiator = name != "MM6" && name != "AM2";
  const Bytes gxi = BodyOf(main ? "MM3" : "AM1", PayloadType::kKeyExchange);
  const Bytes gxr = BodyOf(main ? "MM4" : "AM2", PayloadType::kKeyExchange);
  const Bytes sa = BodyOf(main ? "MM1" : "AM1", PayloadType::kSa);
  Bytes id = name == "AM3" ? BodyOf("AM1", PayloadType::kId) : Bytes{};
  if (const ike::Payload* own = list.Find(PayloadType::kId))
    id.assign(own->body.begin(), own->body.end());
  const auto& i = keys_->phase1->initiator.octets;
  const auto& r = keys_->phase1->responder.octets;
  const crypto::Prf prf(keys_->phase1->suite.hash, keys_->KeyOf("SKEYID"));
  const crypto::Digest hash =
      initiator ? prf.Compute({gxi, gxr, i, r, sa, id}) : prf.Compute({gxr, gxi, r, i, sa, id});
  return {hash.Expose().begin(), hash.Expose().end()};
}

// RFC 2409 section 5.5: HASH(1) covers the message ID and what follows; HASH(2) Ni_b in between;
// HASH(3) a zero octet, the message ID and both nonces.
Bytes Forger::HashFor(const std::string& name, const ike::Header& header,
                      const ike::PayloadList& list) const {
  if (name[0] != 'Q') return Phase1Hash(name, list);
  const auto id = ike::MessageIdOctets(header.id);
  const crypto::Prf prf(keys_->phase1->suite.hash, keys_->KeyOf("SKEYID_a"));
  const Bytes ni = name == "QM1" ? Bytes{} : BodyOf("QM1", PayloadType::kNonce);
  const Bytes nr = BodyOf("QM2", PayloadType::kNonce);
  const Bytes zero{0};
  const crypto::Digest hash =
      name == "QM3" ? prf.Compute({zero, id, ni, nr}) : prf.Compute({id, ni, list.AfterFirst()});
  return {hash.Expose().begin(), hash.Expose().end()};
}

Bytes Forger::IvFor(const ike::Header& header) const {
  Bytes iv = header.id == ike::MessageId{0} ? insider_->Phase1Iv()
                                            : insider_->Phase2Iv(pair_.net.log, header.id);
  for (const Sent& sent : pair_.net.log) {
    if (sent.datagram.local.address == writer_.endpoint().address) continue;
    const ike::Header seen = HeaderOf(MessageOf(sent.datagram));
    if (seen.encrypted() && seen.id == header.id && seen.initiator == header.initiator)
      iv = insider_->LastBlock(MessageOf(sent.datagram));
  }
  return iv;
}

Bytes Forger::InPlaceOf(const Recorder::Shown& model, Bytes chain,
                        std::optional<ike::MessageId> id) const {
  ike::Header header = model.header;
  if (id) header.id = *id;
  if (insider_) {
    const auto list = ike::ParsePayloads(header.next, chain);
    const ike::Payload* hash = list ? list->Find(PayloadType::kHash) : nullptr;
    const Bytes right = hash != nullptr ? HashFor(model.name, header, *list) : Bytes{};
    if (hash != nullptr && right.size() == hash->body.size())
      std::copy(right.begin(), right.end(), chain.begin() + (hash->body.data() - chain.data()));
    if (header.encrypted()) return insider_->Seal(header, chain, IvFor(header));
  }
  return InClear(header, chain);
}

Bytes Forger::Informational(ike::MessageId id, PayloadType first, const Bytes& chain) const {
  ike::Header header;
  header.initiator = keys_->phase1->initiator;
  header.responder = keys_->phase1->responder;
  header.exchange = ike::ExchangeType::kInformational;
  header.next = PayloadType::kHash;
  header.id = id;
  const Bytes sealed = insider_->WithHash(first, {ike::MessageIdOctets(id)}, chain);
  return insider_->Seal(header, sealed, insider_->Phase2Iv(pair_.net.log, id));
}

}  // namespace iscsi_ike::test
