#include "policy/isns/dialogue.hpp"

#include <cassert>
#include <utility>

namespace iscsi_ike::policy::isns {
namespace {

// What waits to be sent while a server asks and does not read.
constexpr std::size_t kMostOutput = std::size_t{1} << 20;
constexpr std::size_t kMostInquiry = 8192;

}  // namespace

void Dialogue::Start() {
  assert(state_ == State::kNew);
  OnStart();
}

void Dialogue::Put(const RawMessage& message) {
  const Bytes octets = WriteMessage(message);
  output_.insert(output_.end(), octets.begin(), octets.end());
}

void Dialogue::Ask(const Request& request, std::string topic) {
  state_ = State::kAsking;
  ++asked_;
  function_ = request.function;
  topic_ = std::move(topic);
  Put(ToMessage(request, ++transaction_));
}

void Dialogue::Tell(const Request& request) { Put(ToMessage(request, ++transaction_)); }

Bytes Dialogue::TakeOutput() { return std::exchange(output_, {}); }

void Dialogue::Fail(DialogueFailure failure) {
  state_ = State::kFailed;
  failure_ = std::move(failure);
}

DialogueFailure Dialogue::Refusal(const ResponseView& answer) const {
  return {DialogueFailure::Kind::kRefused, answer.status,
          topic_ + ": " + Name(answer.status) + ": " + std::string(Advice(answer.status))};
}

DialogueFailure Dialogue::Broken(const Error& error) const {
  return {DialogueFailure::Kind::kMalformed, StatusCode::kSuccessful, topic_ + ": " + error.Text()};
}

void Dialogue::Receive(Octets octets) {
  while (!octets.empty() && !IsOver()) {
    const auto message = reader_.Take(octets);
    if (!message) return OnTrouble(Broken(message.error()), false);
    if (*message) TakeMessage(**message);
  }
}

void Dialogue::TakeMessage(const RawMessage& message) {
  if (!IsResponse(message.function)) return SendAnswer(message);
  if (state_ == State::kAsking) return TakeAnswer(message);
  // A late answer to nothing changes nothing.
}

void Dialogue::TakeAnswer(const RawMessage& message) {
  if (message.transaction != transaction_) {
    if (message.transaction == expired_) return;
    return OnTrouble(Broken({Name(message.function),
                             "answers transaction " + std::to_string(message.transaction) + "; " +
                                 std::to_string(transaction_) + " was asked"}),
                     true);
  }
  const auto answer = ParseResponse(message);
  if (!answer) return OnTrouble(Broken(answer.error()), true);
  // Open-isns gives a refusal any function, so that the function only counts in a success.
  if (answer->status == StatusCode::kSuccessful && message.function != ResponseTo(function_)) {
    return OnTrouble(Broken({Name(message.function), "does not answer " + Name(function_)}), true);
  }
  OnAnswer(*answer);
}

void Dialogue::SendAnswer(const RawMessage& message) {
  const auto answer = AnswerTo(message);
  if (!answer) return;
  if (answer->payload.size() > kMostInquiry ||
      output_.size() + answer->payload.size() > kMostOutput) {
    return OnTrouble(Broken({Name(message.function), "asks for more than is answered"}), false);
  }
  Put(*answer);
}

void Dialogue::Expire() {
  if (state_ != State::kAsking) return;
  expired_ = transaction_;
  OnTrouble({DialogueFailure::Kind::kTimeout, StatusCode::kSuccessful,
             topic_ + ": no answer came in time" +
                 (reader_.midway() ? "; a part of it has come" : "; is it an iSNS server?")},
            true);
}

void Dialogue::Lost(const std::string& why, DialogueFailure::Kind kind) {
  if (IsOver()) return;
  OnTrouble({kind, StatusCode::kSuccessful, topic_.empty() ? why : topic_ + ": " + why}, false);
}

}  // namespace iscsi_ike::policy::isns
