// Registration: a target that an iSNS server knows as long as this runs. It registers node and
// portals, rests, asks for itself now and then so that the registration does not run out, and takes
// it back in the end.
//
// Who was killed has left a registration, and registering again only adds to it: attributes and
// portals that are no more would stay. So what the node has there is first taken back: its own
// entity; else the node and the portals that are published now, for nodes of others may be in the
// entity, of which a server shows us nothing when they are in no discovery domain of ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "policy/isns/dialogue.hpp"
#include "policy/isns/requests.hpp"

namespace iscsi_ike::policy::isns {

class Registration final : public Dialogue {
 public:
  enum class Left : std::uint8_t { kTakeBack, kKeep };  // what is there before

  // `publication` has passed CheckPublication.
  explicit Registration(Publication publication, Left left = Left::kTakeBack)
      : publication_(std::move(publication)), left_(left) {}

  // Refresh at rest, every refresh_after() seconds: any message extends the registration (RFC 4171
  // section 6.2.6). If the server says that it has forgotten the node, everything is registered
  // again. Not at rest: nothing happens.
  void Refresh();
  // Leave takes the registration back; the state then becomes kDone. Before the answer to the last
  // question it waits for that.
  void Leave();

  // registered: the server has it, as far as is known.
  [[nodiscard]] bool registered() const { return registered_; }
  // times counts how often the server has taken all of it: once, and again when it had forgotten.
  [[nodiscard]] std::uint32_t times() const { return times_; }
  // cleared: nothing is there any more but what is published.
  [[nodiscard]] bool cleared() const { return left_ == Left::kKeep; }
  // entity is the name in force, once the server has answered.
  [[nodiscard]] const std::string& entity() const { return entity_; }
  // refresh_after: half of the registration period, seconds; 0: the server sets none.
  [[nodiscard]] std::uint32_t refresh_after() const { return period_ / 2; }

 private:
  enum class Step : std::uint8_t {
    kFindOld,
    kClearEntity,
    kClear,
    kRegister,
    kRefresh,
    kDeregister,
  };

  void OnStart() override;
  void OnAnswer(const ResponseView& answer) override;
  void AskFirst(Step step, const Request& request);
  void ClearMore();
  void AfterFindOld(const ResponseView& answer);
  void AfterClear(const ResponseView& answer);
  void RegisterAll();
  void RegisterMore();
  void DeregisterMore();
  void AfterRegister(const ResponseView& answer);
  void AfterRefresh(const ResponseView& answer);
  void AfterDeregister(const ResponseView& answer);
  void RestOrLeave();

  Publication publication_;
  Left left_;
  Step step_ = Step::kRegister;
  std::size_t next_ = 0;  // portal
  std::string entity_;
  std::uint32_t period_ = 0;
  std::uint32_t times_ = 0;
  bool registered_ = false;
  bool leaving_ = false;
};

}  // namespace iscsi_ike::policy::isns
