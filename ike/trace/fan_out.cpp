#include "ike/trace/fan_out.hpp"

#include <algorithm>

namespace iscsi_ike::ike {

void FanOut::Add(Observer& observer) { observers_.push_back(&observer); }

void FanOut::OnInput(Time now, const Input& input) {
  for (Observer* o : observers_) o->OnInput(now, input);
}

void FanOut::OnDatagram(Time now, Direction direction, const Endpoint& local,
                        const Endpoint& remote, crypto::Octets octets) {
  for (Observer* o : observers_) o->OnDatagram(now, direction, local, remote, octets);
}

void FanOut::OnMessage(const MessageTrace& message) {
  for (Observer* o : observers_) o->OnMessage(message);
}

void FanOut::OnDropped(Time now, const Endpoint& remote, std::string_view rule) {
  for (Observer* o : observers_) o->OnDropped(now, remote, rule);
}

void FanOut::OnDecision(Time now, SessionId session, std::string_view text) {
  for (Observer* o : observers_) o->OnDecision(now, session, text);
}

bool FanOut::WantsSecrets() const {
  return std::any_of(observers_.begin(), observers_.end(),
                     [](const Observer* o) { return o->WantsSecrets(); });
}

void FanOut::OnPhase1Keys(const Phase1Keys& keys) {
  for (Observer* o : observers_) {
    if (o->WantsSecrets()) o->OnPhase1Keys(keys);
  }
}

void FanOut::OnChildKeys(const ChildSa& sa) {
  for (Observer* o : observers_) {
    if (o->WantsSecrets()) o->OnChildKeys(sa);
  }
}

}  // namespace iscsi_ike::ike
