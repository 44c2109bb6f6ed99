// FanOut: one Observer that hands everything on to several.
#pragma once

#include <vector>

#include "ike/observer.hpp"

namespace iscsi_ike::ike {

// FanOut calls its observers in the order of Add. Secrets reach only those that want them.
class FanOut final : public Observer {
 public:
  // Add: `observer` outlives this object. May be called between engine calls.
  void Add(Observer& observer);

  void OnInput(Time now, const Input& input) override;
  void OnDatagram(Time now, Direction direction, const Endpoint& local, const Endpoint& remote,
                  crypto::Octets octets) override;
  void OnMessage(const MessageTrace& message) override;
  void OnDropped(Time now, const Endpoint& remote, std::string_view rule) override;
  void OnDecision(Time now, SessionId session, std::string_view text) override;
  [[nodiscard]] bool WantsSecrets() const override;
  void OnPhase1Keys(const Phase1Keys& keys) override;
  void OnChildKeys(const ChildSa& sa) override;

 private:
  std::vector<Observer*> observers_;
};

}  // namespace iscsi_ike::ike
