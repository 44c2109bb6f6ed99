// Exchange: one run of a script: where it stands, what was said, and what it waits for.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/dh.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret_memory.hpp"
#include "crypto/short_hash.hpp"
#include "ike/config.hpp"
#include "ike/core/deadline.hpp"
#include "ike/core/iv_chain.hpp"
#include "ike/core/received.hpp"
#include "ike/core/retransmit.hpp"
#include "ike/core/script.hpp"
#include "ike/events.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

// MessageDigest tells one message of a peer from another. It proves nothing: whoever makes two
// alike has the second one taken for the first come again.
using MessageDigest = std::uint64_t;
[[nodiscard]] inline MessageDigest DigestOf(Octets message) {
  return crypto::ShortHash({}, message);
}

// A datagram that keeps coming again after it was answered is no longer worth an answer each time.
inline constexpr unsigned kMaxDuplicateAnswers = 16;
// Of AM2, to whom nobody has heard from since: as often as an initiator repeats AM1.
inline constexpr unsigned kMaxDoubtfulAnswers = 6;

// KeyAgreement is the Diffie-Hellman of one exchange. Jobs start as soon as their inputs exist.
struct KeyAgreement {
  bool started = false;  // the private key exists
  bool own_ready = false;
  bool shared_ready = false;
  bool agree_failed = false;  // the peer's value is bad: `agree` stays, and nothing is due any more
  crypto::DhTicket generate{};  // running job, or 0
  crypto::DhTicket agree{};
  crypto::Secret private_key;
  std::vector<std::uint8_t> own_public;
  std::vector<std::uint8_t> peer_public;
  crypto::Secret shared;
};

// Transcript: the octets that both ends hash, as they were on the wire; i and r are the roles of
// this exchange.
struct Transcript {
  std::vector<std::uint8_t> nonce_i, nonce_r;
  std::vector<std::uint8_t> id_i, id_r;  // ID payload bodies
};

// Work is what an exchange needs from its key exchange payloads on until it is finished: much, so
// that a responder's first answer is given without it.
struct Work : crypto::HeldAsSecret {
  KeyAgreement dh;
  Transcript said;
  crypto::Digest skeyid;           // phase 1
  std::optional<crypto::Prf> prf;  // keyed with SKEYID; quick mode: with SKEYID_a
};

// QuickChoice is what a quick mode negotiates beside the keys.
struct QuickChoice {
  ChildId child{};
  std::optional<ChildId> renews;  // initiator: the child that this one is to follow
  ChildOffer offer;               // initiator: what was asked
  Spi spi_i{}, spi_r{};           // chosen by the initiator and the responder of the quick mode
  policy::EspSuite suite;
  policy::Encapsulation encapsulation = policy::Encapsulation::kTunnel;
  bool udp_encapsulated = false;
  policy::Lifetime lifetime;
  bool tell_lifetime = false;  // responder: it is shorter than what was offered
  policy::Selector initiator_selector, responder_selector;
  // NAT-OA of the peer: its own address, and how it sees this end.
  std::optional<policy::IpAddress> peer_original, own_as_seen;
  std::uint8_t proposal = 0;  // number of the chosen proposal, echoed in the answer
  std::vector<std::uint8_t>
      chosen_transform;  // responder: the transform payload's body, returned unchanged
};

struct Exchange {
  Exchange(const Script& s, Role r, MessageId i) : script(&s), role(r), id(i) {}

  const Script* script;
  Role role;
  MessageId id;
  std::uint8_t row = 0;  // the next row to write or to receive
  bool finished = false;
  bool connected = false;  // quick mode: the peer has confirmed it with CONNECTED
  IvChain iv;
  std::optional<crypto::DhGroup> group;  // phase 1: once it is chosen; quick mode: with PFS
  std::vector<std::uint8_t> sa_offer;    // phase 1: body of the initiator's SA payload (SAi_b)
  std::unique_ptr<QuickChoice> quick;    // quick mode only

  std::vector<std::uint8_t> last_sent;  // datagram, repeated octet for octet
  bool answered = false;                // last_sent is newer than the last accepted message
  // Digests of the datagrams that were accepted, latest first, to know a duplicate: of the latest,
  // which is answered, or of an older one, which is nothing.
  std::array<MessageDigest, 3> received{};
  std::uint8_t received_count = 0;
  unsigned duplicates_seen = 0;
  RetransmitTimer retransmit;
  Deadline give_up_at;             // quick mode: when its time is over, whatever it waits for
  Deadline forget_at;              // finished: when duplicates are no longer answered
  std::unique_ptr<Parked> parked;  // one message that came before it could be opened
  std::unique_ptr<NegotiationFailure> suspicion;  // the best explanation so far, if this times out

  // The parts of its work; whoever may change them makes it begin.
  [[nodiscard]] KeyAgreement& dh() { return work().dh; }
  [[nodiscard]] const KeyAgreement& dh() const { return work().dh; }
  [[nodiscard]] Transcript& said() { return work().said; }
  [[nodiscard]] const Transcript& said() const { return work().said; }
  [[nodiscard]] Work& work() {
    if (!work_) work_ = std::make_unique<Work>();
    return *work_;
  }
  [[nodiscard]] const Work& work() const {
    assert(work_ != nullptr);
    return *work_;
  }
  [[nodiscard]] bool has_work() const { return work_ != nullptr; }
  [[nodiscard]] bool HasOwnPublic() const { return work_ && work_->dh.own_ready; }
  [[nodiscard]] bool HasShared() const { return work_ && work_->dh.shared_ready; }
  [[nodiscard]] bool WaitsFor(crypto::DhTicket job) const {
    return work_ && (work_->dh.generate == job || work_->dh.agree == job);
  }
  // waits_for_first_value: a responder has nothing to compute before the initiator's public value
  // is there.
  [[nodiscard]] bool waits_for_first_value() const {
    return role == Role::kResponder && (!work_ || work_->dh.peer_public.empty());
  }
  // Finish: nothing that was secret, and nothing that was long, outlives the exchange but its last
  // message.
  void Finish() {
    finished = true;
    retransmit.Stop();
    work_.reset();
    std::vector<std::uint8_t>().swap(sa_offer);
    parked.reset();
    suspicion.reset();
  }

  // OwnSpi: quick mode: the one that this end has reserved; 0: none yet.
  [[nodiscard]] Spi OwnSpi() const {
    return role == Role::kInitiator ? quick->spi_i : quick->spi_r;
  }

  [[nodiscard]] bool IsLatest(const MessageDigest& digest) const {
    return received_count != 0 && received[0] == digest;
  }
  [[nodiscard]] bool IsOld(const MessageDigest& digest) const {
    return std::find(received.begin(), received.begin() + received_count, digest) !=
           received.begin() + received_count;
  }
  void Remember(const MessageDigest& digest) {
    std::rotate(received.begin(), received.end() - 1, received.end());
    received[0] = digest;
    if (received_count < received.size()) ++received_count;
  }
  [[nodiscard]] bool done() const { return row == script->rows.size(); }
  [[nodiscard]] const Row& current() const { return script->rows[row]; }

 private:
  friend struct ArchiveAccess;
  std::unique_ptr<Work> work_;
};

}  // namespace iscsi_ike::ike
