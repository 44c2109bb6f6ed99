// DemoRun: two nodes in one process, from the first message to the Deletes.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "ike/tool/node.hpp"
#include "ike/tool/watch.hpp"
#include "ike/trace/outcome.hpp"

namespace iscsi_ike::ike::tool {

// DemoEnd is one of the two ends: where it stands, who watches it, what came of it.
struct DemoEnd {
  Endpoint place;
  Watch watch;
  Outcome outcome;
  bool complete = false;  // as far as was asked for, or failed
};

class DemoRun {
 public:
  // `ends` is the initiator and the responder.
  DemoRun(net::Reactor& reactor, std::array<DemoEnd, 2>& ends, bool phase1_only)
      : reactor_(reactor), ends_(ends), phase1_only_(phase1_only) {}

  // Run returns when both outcomes are there and the Deletes are through.
  void Run(Node& initiator, Node& responder, const std::shared_ptr<const PeerConfig>& peer);

 private:
  void OnEvent(DemoEnd& end, const Event& event);
  void Part();

  net::Reactor& reactor_;
  std::array<DemoEnd, 2>& ends_;
  bool phase1_only_;
  Node* initiator_ = nullptr;
  std::optional<SessionId> session_;
  bool parting_ = false;
};

}  // namespace iscsi_ike::ike::tool
