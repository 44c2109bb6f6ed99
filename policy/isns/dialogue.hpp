// Dialogue: what is said to an iSNS server over one connection, without the connection. Octets go
// in and out, the caller tells of time-outs and lost connections. What is asked, and what comes of
// the answers, is for the classes made from it: Discovery, Registration.
//
//   Start -> [TakeOutput, Receive ...] -> kResting or kDone or kFailed
//
// After every call that is not const: send what TakeOutput gives, then look at state(). Messages
// that the server sends on its own (inquiries, notifications) are answered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "policy/isns/message.hpp"
#include "policy/isns/pdu.hpp"

namespace iscsi_ike::policy::isns {

// Requests stay under this size: isnsd (open-isns) loses those of several PDUs, and reads no larger
// ones.
inline constexpr std::size_t kMostRequestOctets = 8000;

struct DialogueFailure {
  enum class Kind : std::uint8_t {
    kConnection,  // it could not be had, or ended too early
    kTimeout,     // an answer did not come
    kMalformed,   // what came is no iSNS, or no answer
    kRefused,     // the server said no: `status`
  };
  Kind kind = Kind::kConnection;
  StatusCode status = StatusCode::kSuccessful;
  std::string text;  // "query of targets: Source Unknown (6): the server does not know ..."
};

class Dialogue {
 public:
  enum class State : std::uint8_t {
    kNew,
    kAsking,   // an answer is awaited: the caller's time runs
    kResting,  // nothing is to be said for now; the connection stays
    kDone,
    kFailed,
  };

  Dialogue() = default;
  virtual ~Dialogue() = default;
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;

  // Start is called once, when the connection is there.
  void Start();
  // Receive takes octets in pieces of any size; ignored when the dialogue is over.
  void Receive(Octets octets);
  // Expire: the answer has not come in the caller's time. Ignored unless one is awaited; what was
  // registered may still be taken back, with a time of its own.
  void Expire();
  // Lost: the connection could not be had or has ended, and why; kTimeout when time was to blame.
  // Ignored when the dialogue is over.
  void Lost(const std::string& why,
            DialogueFailure::Kind kind = DialogueFailure::Kind::kConnection);
  // TakeOutput is what is to be sent, whole messages.
  [[nodiscard]] Bytes TakeOutput();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool IsOver() const { return state_ == State::kDone || state_ == State::kFailed; }
  // failure is set when the state is kFailed.
  [[nodiscard]] const std::optional<DialogueFailure>& failure() const { return failure_; }
  // asked counts the questions so far: a new answer is awaited when it has grown.
  [[nodiscard]] std::uint32_t asked() const { return asked_; }

 protected:
  virtual void OnStart() = 0;
  // OnAnswer is called with the answer to the last question; its views live for the call.
  virtual void OnAnswer(const ResponseView& answer) = 0;
  // OnTrouble is called when the last question will not be answered as it should. Further questions
  // make sense while `in_step`: the connection stands, and messages are still told apart.
  virtual void OnTrouble(DialogueFailure failure, bool in_step) {
    static_cast<void>(in_step);
    Fail(std::move(failure));
  }

  // Ask is called from OnStart, OnAnswer or at rest. `topic` is for people: "query of targets".
  void Ask(const Request& request, std::string topic);
  // Tell sends a request whose answer nobody waits for.
  void Tell(const Request& request);
  void Rest() { state_ = State::kResting; }
  void Finish() { state_ = State::kDone; }
  void Fail(DialogueFailure failure);
  // Refusal words the answer to the last question, whose status is no success; Broken what is wrong
  // with it.
  [[nodiscard]] DialogueFailure Refusal(const ResponseView& answer) const;
  [[nodiscard]] DialogueFailure Broken(const Error& error) const;

 private:
  void Put(const RawMessage& message);
  void TakeMessage(const RawMessage& message);
  void TakeAnswer(const RawMessage& message);
  void SendAnswer(const RawMessage& message);

  State state_ = State::kNew;
  MessageReader reader_;
  Bytes output_;
  Function function_ = Function::kDevAttrQry;  // of the last question
  std::uint16_t transaction_ = 0;
  std::optional<std::uint16_t> expired_;  // the answer to this one may come too late
  std::uint32_t asked_ = 0;
  std::string topic_;
  std::optional<DialogueFailure> failure_;
};

}  // namespace iscsi_ike::policy::isns
