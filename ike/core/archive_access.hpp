// ArchiveAccess: what archives do with the private parts of the core's classes. They are friends
// with it, and with nothing else of an archive.
#pragma once

#include "ike/core/archive.hpp"
#include "ike/core/core.hpp"

namespace iscsi_ike::ike {

struct ArchiveAccess {
  // Of parts.
  template <class A>
  static void CarryTimer(A& a, Carried<A, RetransmitTimer>& timer);
  template <class A>
  static void CarryVectors(A& a, Carried<A, IvChain>& chain);
  template <class A>
  static void CarryFragments(A& a, Carried<A, Reassembly>& reassembly);
  template <class A>
  static void CarryRation(A& a, Carried<A, Ration>& ration);
  template <class A>
  static void CarryCredit(A& a, Carried<A, Credit>& credit);

  // Of exchanges and sessions. An exchange is made for its script, which is then carried no more;
  // of its session it needs the keys.
  template <class A>
  static void CarryExchange(A& a, Carried<A, Session>& session, Carried<A, Exchange>& exchange);
  template <class A>
  static void CarrySession(A& a, Carried<A, Session>& session);

  // Of the whole. `config` and the secret of the tables come first: the core is made with them.
  template <class A>
  static void CarryCore(A& a, Carried<A, EngineCore>& core);
  [[nodiscard]] static const crypto::ShortHashKey& SecretOf(const EngineCore& core);
  [[nodiscard]] static std::unique_ptr<EngineCore> MakeCore(EngineConfig config,
                                                            crypto::RandomSource& random,
                                                            Observer* observer,
                                                            const crypto::ShortHashKey& secret);

  // Of a core that is being read: sessions enter the tables, and what can be told from them is
  // told anew.
  struct Places {
    bool first_message = false;  // the session is found by its first message
    bool newest_at_place = false;
  };
  [[nodiscard]] static Places PlacesOf(const EngineCore& core, const Session& session);
  static void Enter(ArchiveReader& a, EngineCore& core, std::unique_ptr<Session> session,
                    const Places& places);
  static void WriteHalfOpen(ArchiveWriter& a, const HalfOpenTable& table);
  static void ReadHalfOpen(ArchiveReader& a, EngineCore& core);
  // The sessions before phase 1 is done, the oldest first.
  template <class A>
  static void CarryHalfOpenOrder(A& a, Carried<A, EngineCore>& core);
  static void LinkAll(ArchiveReader& a, EngineCore& core);
  static void QueueJobs(ArchiveReader& a, EngineCore& core);

 private:
  static void EnterSpi(ArchiveReader& a, EngineCore& core, Spi spi);
};

// Parked stands both in sessions and in exchanges.
template <class A>
void Carry(A& a, Carried<A, Parked>& parked);

}  // namespace iscsi_ike::ike
