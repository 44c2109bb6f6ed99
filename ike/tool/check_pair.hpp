// CheckPair: the two ends of a check, each in its place, and what they come to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ike/agree.hpp"
#include "ike/tool/check_end.hpp"

namespace iscsi_ike::ike::tool {

// CheckVerdict is the Agreement of the last exchange that connect would try: after a first one that
// is not answered, or not known to the peer, comes the next that the word allows.
struct CheckVerdict {
  Agreement agreement;
  std::vector<policy::ExchangeMode> before;  // tried in vain
  std::shared_ptr<const PeerConfig> initiator;
  std::shared_ptr<const PeerConfig> responder;  // null: there is none
  [[nodiscard]] bool ok() const { return agreement.ok(); }
};

// CheckPlaces: where the ends stand, and who says so: "given", "the identity of A".
struct CheckPlaces {
  Endpoint initiator;
  Endpoint responder;
  std::string initiator_by;
  std::string responder_by;
};

class CheckPair {
 public:
  // Make puts the initiator in its place. Errors: settings that contradict each other.
  [[nodiscard]] static Checked<CheckPair> Make(CheckEnd initiator, CheckEnd responder);

  [[nodiscard]] const CheckEnd& initiator() const { return initiator_; }
  [[nodiscard]] const CheckEnd& responder() const { return responder_; }
  [[nodiscard]] const CheckEnd& End(Role role) const {
    return role == Role::kInitiator ? initiator_ : responder_;
  }
  [[nodiscard]] const CheckPlaces& places() const { return places_; }
  [[nodiscard]] const EngineConfig& serving() const { return serving_; }

  [[nodiscard]] CheckVerdict Judge() const { return JudgeOf(attempts_, serving_); }
  // JudgeWith takes `initiator` and `responder` in the place of the entry and of that of the
  // number. An error: one cannot be translated.
  [[nodiscard]] Checked<CheckVerdict> JudgeWith(const CheckEntry& initiator, std::size_t number,
                                                const CheckEntry& responder) const;

 private:
  CheckPair(CheckEnd initiator, CheckEnd responder)
      : initiator_(std::move(initiator)), responder_(std::move(responder)) {}
  [[nodiscard]] static CheckVerdict JudgeOf(const Attempts& attempts, const EngineConfig& serving);

  CheckEnd initiator_;
  CheckEnd responder_;
  CheckPlaces places_;
  Attempts attempts_;
  EngineConfig serving_;
};

}  // namespace iscsi_ike::ike::tool
