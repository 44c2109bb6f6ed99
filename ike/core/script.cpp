#include "ike/core/script.hpp"

namespace iscsi_ike::ike {
namespace {

Failure<Trouble> MakeTrouble(Verdict verdict, FailureCode code, std::string text,
                             NotifyType notify) {
  Trouble trouble;
  trouble.verdict = verdict;
  trouble.failure.code = code;
  trouble.failure.text = std::move(text);
  trouble.notify = notify;
  return Failure<Trouble>(std::move(trouble));
}

}  // namespace

Failure<Trouble> Drop(FailureCode code, std::string text, NotifyType notify) {
  return MakeTrouble(Verdict::kDrop, code, std::move(text), notify);
}

Failure<Trouble> Refuse(FailureCode code, std::string text, NotifyType notify) {
  return MakeTrouble(Verdict::kRefuse, code, std::move(text), notify);
}

}  // namespace iscsi_ike::ike
