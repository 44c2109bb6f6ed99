// IsnsRegistrar keeps a target registered with an iSNS server for as long as serve runs. It asks
// for itself now and then, begins anew when the connection is lost or the server refuses, and takes
// the registration back in the end. Nothing waits for it but the end, and that not for long.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ike/net/isns_link.hpp"
#include "ike/tool/isns_news.hpp"
#include "policy/isns/registration.hpp"

namespace iscsi_ike::ike::tool {

struct IsnsPace {
  Duration first_retry{5000};  // doubled with each failure
  Duration longest_retry{300000};
  Duration stable{30000};    // a registration that has stood so long begins with the first again
  Duration refresh{120000};  // at the latest; sooner where the server forgets sooner
  Duration parting{3000};    // for all that is said in the end
  net::IsnsPatience patience;
};

class IsnsRegistrar {
 public:
  using Teller = std::function<void(const IsnsNews&)>;

  // `publication` has passed CheckPublication. The reactor outlives the registrar, and does not run
  // any more when that goes. `tell` is called on the reactor's thread, when the state has changed
  // or there is another reason for a failure.
  IsnsRegistrar(net::Reactor& reactor, net::IsnsServer server,
                policy::isns::Publication publication, Teller tell, IsnsPace pace = {});

  void Start() { Connect(); }
  // Leave deregisters, and calls `gone` when that is done, has failed or has taken too long; at
  // once where nothing is registered. Called again, it waits no longer.
  void Leave(std::function<void()> gone);

 private:
  void Connect();
  void OnSettled();
  void OnRest();
  void OnFailure();
  void KeepEntity(bool refused);
  void Part();
  void Depart();
  void Later(Duration delay, void (IsnsRegistrar::*what)());
  void Refresh();
  void OnLate();
  void Tell(IsnsNews::State state, const std::string& text = {}, Duration retry_after = {});

  net::Reactor& reactor_;
  net::IsnsServer server_;
  policy::isns::Publication publication_;
  Teller tell_;
  IsnsPace pace_;
  std::optional<policy::isns::Registration> registration_;
  std::optional<net::IsnsLink> link_;  // ends before the registration
  std::uint32_t turn_ = 0;             // calls of Later before the last do nothing
  Duration retry_;
  Time rested_since_{};
  std::uint32_t times_told_ = 0;  // Registration::times of this connection
  bool held_ = false;             // the server has it, or may have it
  bool cleared_ = false;          // what an earlier run had left has been taken back
  bool adopted_ = false;          // publication_.entity is the name that the server made
  std::optional<std::string> failure_told_;
  std::function<void()> gone_;  // set: leaving
  bool departed_ = false;
};

}  // namespace iscsi_ike::ike::tool
