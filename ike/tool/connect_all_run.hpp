// ConnectAllRun: the negotiations of connect --all, so many peers at a time. A peer counts from the
// first datagram to the last answer; its session is closed a moment (kParting) after that.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "ike/tool/connect_all_plan.hpp"
#include "ike/tool/key_fingerprint.hpp"
#include "ike/tool/node.hpp"

namespace iscsi_ike::ike::tool {

class ConnectAllRun {
 public:
  using Told = std::function<void(const PortalOutcome&)>;     // of each portal, when it is done
  using News = std::function<void(const ConnectAllResult&)>;  // once a second

  struct Rules {
    std::size_t concurrency = 1;  // at least 1
    bool keep = false;            // else established SAs are deleted right away
    bool until_one = false;       // no further peers once a portal has its SA
  };
  // The plan and the reactor outlive the run.
  ConnectAllRun(const ConnectAllPlan& plan, const Rules& rules, net::Reactor& reactor, Told told,
                News news);

  // Run returns when every portal is done, or after Interrupt. The node is on the run's reactor.
  ConnectAllResult Run(Node& node);
  void Interrupt();

 private:
  // Talk is what there is to negotiate with one peer, one call after the other.
  struct Talk {
    std::deque<Call> calls;  // the first is under way
    std::size_t attempt = 0;
    Outcome outcome;  // of the attempt
    // Which portal's child is awaited under which number; the first begins by itself, and its
    // number is not known before.
    std::unordered_map<ChildId, std::size_t> asked;
    std::vector<bool> done;  // by portal of the call
  };
  using TalkPtr = std::shared_ptr<Talk>;

  [[nodiscard]] std::uint64_t PortalsFrom(std::size_t visit) const;
  void StartMore();
  void Dial(const TalkPtr& talk);
  void Attempt(const TalkPtr& talk);
  void OnEvent(const Event& event);
  void AskForChildren(SessionId session, Talk& talk);
  [[nodiscard]] static std::optional<std::size_t> PortalOf(const Talk& talk, Role role,
                                                           ChildId child);
  void OnChild(Talk& talk, const ChildSa& sa);
  void OnFailed(const TalkPtr& talk, const Failed& failed);
  void ForgetFurtherCalls(Talk& talk, const NegotiationFailure& failure);
  void Conclude(Talk& talk, std::size_t portal, const Outcome& outcome);
  void Conclude(Call::Portal& portal, const Outcome& outcome);
  void FailRest(Talk& talk, const NegotiationFailure& failure);
  void EndCallIfDone(SessionId session);
  void Leave(SessionId session, const TalkPtr& talk);
  void Tell(const PortalOutcome& one);
  void Tick();
  void EndIfDone();
  void End();

  const ConnectAllPlan& plan_;
  Rules rules_;
  net::Reactor& reactor_;
  Told told_;
  News news_;
  Node* node_ = nullptr;
  ConnectAllResult result_;
  FewFingerprints fingerprints_;
  std::size_t next_ = 0;                          // visit
  std::size_t open_ = 0;                          // talks
  std::unordered_map<SessionId, TalkPtr> talks_;  // those that a session is under way for
  std::size_t leaving_ = 0;                       // sessions that are about to be closed
  bool ending_ = false;
};

}  // namespace iscsi_ike::ike::tool
