// ShownEvent: one event as the caller sees it, with all that it points to. One object of an engine
// is used for all its events, one after the other.
#pragma once

#include <optional>
#include <string>

#include "ike/capi/iscsi_ike.h"
#include "ike/events.hpp"

namespace iscsi_ike::capi {

class ShownEvent {
 public:
  // Show forgets the event before, wiping its keys, and holds this one.
  [[nodiscard]] const iscsi_ike_event& Show(ike::Event event);
  void Forget();
  // Text: the event in words; nullptr when there is none.
  [[nodiscard]] const char* Text();

 private:
  void Fill(const ike::Phase1Established& e);
  void Fill(const ike::ChildEstablished& e);
  void Fill(const ike::ChildDeleted& e);
  void Fill(const ike::SessionClosed& e);
  void Fill(const ike::Failed& e);
  void Fill(const ike::Diagnosed& e);
  void Fill(const ike::PeerNotified& e);
  void Fill(const ike::ChildClosed& e);
  void Fill(const ike::SessionReplaced& e);
  void Fill(const ike::PeerMoved& e);
  void Fill(const ike::PeerUnresponsive& e);
  void Fill(const ike::PeerAlive& e);
  void SetFailure(const ike::NegotiationFailure& failure, const std::string& peer);

  std::optional<ike::Event> event_;  // owns keys and texts
  iscsi_ike_event shown_{};
  iscsi_ike_phase1 phase1_{};
  iscsi_ike_child_sa child_{};
  iscsi_ike_failure failure_{};
  std::string text_, suite_, local_, remote_;
};

}  // namespace iscsi_ike::capi
