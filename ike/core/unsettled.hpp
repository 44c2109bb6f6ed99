// Unsettled: the sessions that a call of the engine has changed and not yet brought to rest. When
// memory runs out in the midst of the call, those that it was at work on are given up. The lists
// run through the sessions themselves: nothing here needs memory, however many there are.
#pragma once

#include "ike/core/session.hpp"

namespace iscsi_ike::ike {

// SessionList is linked by the member `kNext` of the sessions in it; it mostly has none or one.
template <Session* Session::*kNext>
class SessionList {
 public:
  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  [[nodiscard]] Session* first() const { return first_; }  // the one that was added last
  // Add and Remove do nothing where that is so already.
  void Add(Session& session) {
    for (const Session* one = first_; one != nullptr; one = one->*kNext)
      if (one == &session) return;
    session.*kNext = first_;
    first_ = &session;
  }
  void Remove(const Session& session) {
    for (Session** at = &first_; *at != nullptr; at = &((*at)->*kNext)) {
      if (*at != &session) continue;
      *at = session.*kNext;
      return;
    }
  }
  void Clear() { first_ = nullptr; }

 private:
  Session* first_ = nullptr;
};

class Unsettled {
 public:
  // Add: the session has been changed beside the one at hand; it is whole, and wants to be settled.
  void Add(Session& session) { waiting_.Add(session); }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] Session& Take() {
    Session& session = *waiting_.first();
    waiting_.Remove(session);
    return session;
  }

  // Touch: work on a session begins, which is not whole until it is Rested.
  void Touch(Session& session) { touched_.Add(session); }
  void Rested(const Session& session) { touched_.Remove(session); }
  void ForgetTouched() { touched_.Clear(); }
  [[nodiscard]] Session* touched() const { return touched_.first(); }  // nullptr: none

  // Forget: the session is about to go.
  void Forget(const Session& session) {
    waiting_.Remove(session);
    touched_.Remove(session);
  }

 private:
  SessionList<&Session::next_waiting> waiting_;
  SessionList<&Session::next_touched> touched_;
};

}  // namespace iscsi_ike::ike
