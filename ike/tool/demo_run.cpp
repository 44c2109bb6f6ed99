#include "ike/tool/demo_run.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr Duration kAfterDeletes{
    250};  // the Deletes take a millisecond; lost ones are not waited for

}  // namespace

void DemoRun::Run(Node& initiator, Node& responder, const std::shared_ptr<const PeerConfig>& peer) {
  initiator_ = &initiator;
  reactor_.OnTermination([this](int) { reactor_.Stop(); });
  responder.loop.Start([this](const Event& event) { OnEvent(ends_[1], event); });
  initiator.loop.Start([this](const Event& event) { OnEvent(ends_[0], event); });
  auto session = initiator.loop.Connect(peer);
  if (session) {
    session_ = *session;
    reactor_.Run();
  } else {
    ends_[0].outcome.failure = session.error();
  }
}

void DemoRun::OnEvent(DemoEnd& end, const Event& event) {
  if (parting_) {
    if (&end == &ends_[1] && std::holds_alternative<SessionClosed>(event)) reactor_.Stop();
    return;
  }
  end.outcome.Absorb(event);
  const bool established = phase1_only_ ? std::holds_alternative<Phase1Established>(event)
                                        : std::holds_alternative<ChildEstablished>(event);
  if (established || std::holds_alternative<Failed>(event)) end.complete = true;
  const bool initiator_failed = ends_[0].outcome.failure.has_value();
  if (initiator_failed || (ends_[0].complete && ends_[1].complete)) Part();
}

// Part deletes the SAs once the engine's call is over. The reactor ends when the responder has
// heard of it.
void DemoRun::Part() {
  parting_ = true;
  reactor_.After(Duration(0), [this] {
    if (session_) initiator_->loop.Close(*session_);
  });
  reactor_.After(kAfterDeletes, [this] { reactor_.Stop(); });
}

}  // namespace iscsi_ike::ike::tool
