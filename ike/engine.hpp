// Engine: the whole of IKEv1 with pre-shared keys (RFC 2407, 2408, 2409) without a socket, clock,
// thread or global.
//
// Contract. After any call that takes `now`: drain PollDatagram, PollEvent and PollDh, then read
// NextTimeout again. Time never goes back: an earlier `now` counts as the latest seen. One thread
// at a time per engine; engines share nothing. The seed of the RandomSource and the datagrams
// determine every octet that comes out.
//
// Memory that cannot be had: the call throws std::bad_alloc. At most the session that it was at
// work on is lost, which Failed (MEMORY) says; the others, and the engine, go on.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/dh.hpp"
#include "crypto/random.hpp"
#include "crypto/result.hpp"
#include "ike/checkpoint.hpp"
#include "ike/config.hpp"
#include "ike/counters.hpp"
#include "ike/endpoint.hpp"
#include "ike/errors.hpp"
#include "ike/events.hpp"
#include "ike/observer.hpp"
#include "ike/time.hpp"

namespace iscsi_ike::ike {

class Engine {
 public:
  // `random` and `observer` (may be null) outlive the engine.
  Engine(EngineConfig config, crypto::RandomSource& random, Observer* observer);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Connect starts phase 1 as initiator, with the first exchange of the plan, and then the first
  // child. Errors: kLimit, kRandom, kNoKey (empty key), kModeRefused (the plan has no exchange or
  // is no plan).
  Result<SessionId, NegotiationFailure> Connect(Time now, std::shared_ptr<const PeerConfig> peer);
  // Negotiate starts a further quick mode, as soon as phase 1 is done and not too many run already
  // (PeerConfig::parallel_quick_modes). Errors: kClosed (no such session), kLimit.
  Result<ChildId, NegotiationFailure> Negotiate(Time now, SessionId session,
                                                const ChildOffer& offer);
  // Close sends Deletes for the children and the ISAKMP SA (when there is one) and forgets the
  // session. A running negotiation ends with Failed{kClosed}. Unknown sessions are ignored.
  void Close(Time now, SessionId session);

  // Renew begins what would begin by itself at the end of a lifetime: phase 1 anew, which then
  // takes over the children, or a child that follows another. Unknown numbers are ignored.
  void Renew(Time now, SessionId session);
  void RenewChild(Time now, SessionId session, ChildId child);
  // CloseChild sends a Delete for one child and forgets it.
  void CloseChild(Time now, SessionId session, ChildId child);
  // ReportUse: the child has carried so many octets in all, one way or the other; what is over a
  // lifetime in kilobytes is renewed or ends.
  void ReportUse(Time now, SessionId session, ChildId child, std::uint64_t octets);

  void HandleDatagram(Time now, const Endpoint& local, const Endpoint& remote,
                      crypto::Octets octets);
  // HandleTimeout: early or repeated calls do nothing.
  void HandleTimeout(Time now);
  // HandleDh takes a finished job back; one with an unknown or stale ticket is dropped.
  void HandleDh(Time now, crypto::DhJob finished);

  std::optional<Datagram> PollDatagram();
  std::optional<Event> PollEvent();
  // PollDh is the next job. While many wait, the addresses of peers take turns, so that one who
  // causes many keeps nobody else waiting, and what nobody waits for any more is left out: poll no
  // more at a time than will be computed soon.
  std::optional<crypto::DhJob> PollDh();
  [[nodiscard]] std::optional<Time> NextTimeout() const;

  // session_count: established, lingering and half-open ones.
  [[nodiscard]] std::size_t session_count() const;
  [[nodiscard]] Counters counters() const;

  // Checkpoint gives the whole state of the engine, mid-exchange included, as a box sealed under a
  // key of 32 octets; the engine goes on unchanged. It may be taken between any two calls, also
  // while there is something left to poll, which is then in it. The same state gives the same
  // octets; they hold no pointers, so another process can go on from them. Not in it: the
  // RandomSource, whose place the host keeps (SeededRandom::stream()), the observer, and the
  // reasons of plans (policy::Plan::reasons). Errors: kBadKey, kCrypto; kInvalid for settings that
  // make no sense (a renewal at more than 100 percent, times of 2^60 ms).
  [[nodiscard]] Result<std::vector<std::uint8_t>, CheckpointError> Checkpoint(
      crypto::Octets seal_key) const;
  // Restore makes an engine that does from there on, octet for octet, what the one in the box would
  // have done. It draws no randomness and tells the observer nothing. `random` and `observer` as
  // for the constructor.
  //
  // Diffie-Hellman: PollDh hands out every job whose result is still due, in the order in which
  // they were made, whether or not it had been polled before, and with the same ticket. So nothing
  // is lost with the workers of another process. Results of jobs handed out before are as good; the
  // second of two is dropped as stale.
  [[nodiscard]] static Result<Engine, CheckpointError> Restore(crypto::Octets seal_key,
                                                               crypto::Octets box,
                                                               crypto::RandomSource& random,
                                                               Observer* observer);

 private:
  class Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace iscsi_ike::ike
