#include "policy/isns/registration.hpp"

#include <utility>

namespace iscsi_ike::policy::isns {

void Registration::OnStart() {
  entity_ = publication_.entity;
  if (left_ == Left::kKeep) return RegisterAll();
  AskFirst(Step::kFindOld, QueryEntityOf(publication_.node, publication_.node));
}

// AskFirst: to people all that comes before the registration is a part of it.
void Registration::AskFirst(Step step, const Request& request) {
  step_ = step;
  Ask(request, "registration of " + publication_.node);
}

void Registration::ClearMore() {
  const Request request = DeregisterTarget(publication_, next_);
  AskFirst(Step::kClear, request);
}

void Registration::AfterFindOld(const ResponseView& answer) {
  if (!IsRegistered(answer).value_or(false)) return RegisterAll();
  const auto id = answer.operating.Find(Tag::kEntityId);
  const auto name = id ? id->AsText() : Parsed<std::string>(std::string());
  if (!name || *name != publication_.node) return ClearMore();
  AskFirst(Step::kClearEntity, DeregisterEntity(publication_.node, *name));
}

// AfterClear: who refuses says so of the registration, too, or has other reasons.
void Registration::AfterClear(const ResponseView& answer) {
  const bool refused = answer.status != StatusCode::kSuccessful;
  if (refused && step_ == Step::kClearEntity) return ClearMore();
  if (!refused && step_ == Step::kClear && next_ < publication_.portals.size()) return ClearMore();
  RegisterAll();
}

void Registration::RegisterAll() {
  if (leaving_) return Finish();
  left_ = Left::kKeep;
  next_ = 0;
  RegisterMore();
}

void Registration::RegisterMore() {
  step_ = Step::kRegister;
  const Request request = RegisterTarget(publication_, entity_, next_);
  Ask(request, "registration of " + publication_.node);
}

void Registration::DeregisterMore() {
  step_ = Step::kDeregister;
  const Request request = DeregisterTarget(publication_, next_);
  Ask(request, "deregistration of " + publication_.node);
}

void Registration::Refresh() {
  if (state() != State::kResting) return;
  step_ = Step::kRefresh;
  Ask(QueryRegistered(publication_.node, publication_.node), "query of " + publication_.node);
}

void Registration::Leave() {
  if (leaving_ || IsOver()) return;
  leaving_ = true;
  if (state() == State::kNew) return Finish();
  if (state() == State::kResting) RestOrLeave();
}

void Registration::RestOrLeave() {
  if (!leaving_) return Rest();
  if (!registered_) return Finish();
  next_ = 0;
  DeregisterMore();
}

void Registration::OnAnswer(const ResponseView& answer) {
  switch (step_) {
    case Step::kFindOld:
      return AfterFindOld(answer);
    case Step::kClearEntity:
    case Step::kClear:
      return AfterClear(answer);
    case Step::kRegister:
      return AfterRegister(answer);
    case Step::kRefresh:
      return AfterRefresh(answer);
    case Step::kDeregister:
      return AfterDeregister(answer);
  }
}

void Registration::AfterRegister(const ResponseView& answer) {
  if (answer.status != StatusCode::kSuccessful) return Fail(Refusal(answer));
  registered_ = true;
  auto id = answer.key.Find(Tag::kEntityId);
  if (!id) id = answer.operating.Find(Tag::kEntityId);
  if (const auto name = id ? id->AsText() : Parsed<std::string>(entity_); name) entity_ = *name;
  if (const auto period = answer.operating.Find(Tag::kRegistrationPeriod)) {
    if (const auto seconds = period->AsNumber()) period_ = *seconds;
  }
  if (next_ == publication_.portals.size()) ++times_;
  if (next_ == publication_.portals.size() || leaving_) return RestOrLeave();
  if (entity_.empty()) {
    return Fail(Broken({"DevAttrRegRsp", "does not tell the entity that the server made"}));
  }
  RegisterMore();
}

void Registration::AfterRefresh(const ResponseView& answer) {
  registered_ = IsRegistered(answer).value_or(registered_);
  if (registered_ || leaving_) return RestOrLeave();
  RegisterAll();  // in the entity that the server made: its portals may still be there
}

void Registration::AfterDeregister(const ResponseView& answer) {
  if (answer.status != StatusCode::kSuccessful) return Fail(Refusal(answer));
  if (next_ < publication_.portals.size()) return DeregisterMore();
  registered_ = false;
  Finish();
}

}  // namespace iscsi_ike::policy::isns
