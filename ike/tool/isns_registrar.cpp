#include "ike/tool/isns_registrar.hpp"

#include <algorithm>
#include <utility>

#include "ike/tool/isns_server.hpp"

namespace iscsi_ike::ike::tool {

using policy::isns::DialogueFailure;

IsnsRegistrar::IsnsRegistrar(net::Reactor& reactor, net::IsnsServer server,
                             policy::isns::Publication publication, Teller tell, IsnsPace pace)
    : reactor_(reactor),
      server_(std::move(server)),
      publication_(std::move(publication)),
      tell_(std::move(tell)),
      pace_(pace),
      retry_(pace.first_retry) {}

void IsnsRegistrar::Connect() {
  link_.reset();
  using Left = policy::isns::Registration::Left;
  registration_.emplace(publication_, cleared_ ? Left::kKeep : Left::kTakeBack);
  times_told_ = 0;
  link_.emplace(reactor_, server_, pace_.patience);
  link_->Start(*registration_, [this] { OnSettled(); });
}

void IsnsRegistrar::Later(Duration delay, void (IsnsRegistrar::*what)()) {
  reactor_.After(delay, [this, what, turn = ++turn_] {
    if (turn == turn_) (this->*what)();
  });
}

void IsnsRegistrar::OnSettled() {
  if (registration_->failure()) return OnFailure();
  if (!registration_->IsOver()) return OnRest();
  if (std::exchange(held_, false)) Tell(IsnsNews::State::kDeregistered);
  Depart();
}

void IsnsRegistrar::OnRest() {
  held_ = true;
  if (gone_) return Part();
  if (std::exchange(times_told_, registration_->times()) != registration_->times()) {
    failure_told_.reset();
    rested_since_ = net::SteadyNow();
    Tell(IsnsNews::State::kRegistered);
  }
  Duration refresh = std::chrono::seconds(registration_->refresh_after());
  if (refresh == Duration{}) refresh = pace_.refresh;
  Later(std::min(refresh, pace_.refresh), &IsnsRegistrar::Refresh);
}

void IsnsRegistrar::Refresh() {
  registration_->Refresh();
  link_->Attend();
}

// OnFailure: who is refused is not registered; with any other end the server may have taken what it
// did not answer. Isnsd does also where it has no room for an answer.
void IsnsRegistrar::OnFailure() {
  const DialogueFailure& failure = *registration_->failure();
  const bool refused = failure.kind == DialogueFailure::Kind::kRefused &&
                       failure.status != policy::isns::StatusCode::kInternalError;
  held_ = held_ || registration_->registered() || (registration_->asked() != 0 && !refused);
  cleared_ = registration_->cleared();
  KeepEntity(failure.kind == DialogueFailure::Kind::kRefused);
  const std::string text = IsnsFailure(server_, failure).line;
  link_.reset();
  if (gone_) {
    if (held_) Tell(IsnsNews::State::kFailed, text);
    return Depart();
  }
  const bool stood = times_told_ != 0 && net::SteadyNow() - rested_since_ >= pace_.stable;
  if (stood) retry_ = pace_.first_retry;
  if (failure_told_ != text) Tell(IsnsNews::State::kFailed, text, retry_);
  failure_told_ = text;
  Later(retry_, &IsnsRegistrar::Connect);
  retry_ = std::min(2 * retry_, pace_.longest_retry);
}

// KeepEntity: without its name the server makes another entity (RFC 4171 section 5.6.5.1). Who
// refuses may not know the name any more.
void IsnsRegistrar::KeepEntity(bool refused) {
  if (adopted_ && refused) {
    publication_.entity.clear();
    adopted_ = false;
  } else if (publication_.entity.empty() && !refused) {
    publication_.entity = registration_->entity();
    adopted_ = !publication_.entity.empty();
  }
}

void IsnsRegistrar::Leave(std::function<void()> gone) {
  if (departed_) return gone();
  if (gone_) return Depart();
  gone_ = std::move(gone);
  const bool asked = link_ && registration_->asked() != 0;
  if (!asked && !held_) return Depart();
  Later(pace_.parting, &IsnsRegistrar::OnLate);
  if (asked) return Part();
  if (!link_) Connect();  // what was lost is registered again, so that it can be taken back
}

void IsnsRegistrar::Part() {
  registration_->Leave();
  link_->Attend();
}

void IsnsRegistrar::OnLate() {
  Tell(IsnsNews::State::kFailed, "iSNS: " + server_.ToString() + ": no deregistration within " +
                                     InWholeSeconds(pace_.parting));
  Depart();
}

void IsnsRegistrar::Depart() {
  ++turn_;
  link_.reset();
  departed_ = true;
  std::exchange(gone_, nullptr)();
}

void IsnsRegistrar::Tell(IsnsNews::State state, const std::string& text, Duration retry_after) {
  tell_({state, server_.ToString(), publication_.node,
         registration_ && !registration_->entity().empty() ? registration_->entity()
                                                           : publication_.entity,
         publication_.portals.size(), text, retry_after});
}

}  // namespace iscsi_ike::ike::tool
