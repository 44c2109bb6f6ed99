// iscsi_ike_engine: see iscsi_ike.h.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "ike/capi/dh.hpp"
#include "ike/capi/iscsi_ike.h"
#include "ike/capi/randomness.hpp"
#include "ike/capi/shown_event.hpp"
#include "ike/capi/traces.hpp"
#include "ike/engine.hpp"

struct iscsi_ike_engine {
  iscsi_ike_engine(std::unique_ptr<iscsi_ike::capi::EngineRandom> r,
                   std::unique_ptr<iscsi_ike::capi::Traces> t, iscsi_ike::ike::Engine e)
      : random(std::move(r)), traces(std::move(t)), engine(std::move(e)) {}

  std::unique_ptr<iscsi_ike::capi::EngineRandom> random;
  std::unique_ptr<iscsi_ike::capi::Traces> traces;
  iscsi_ike::ike::Engine engine;                 // refers to both
  std::optional<iscsi_ike::ike::Datagram> next;  // polled, and not yet taken for want of room
  iscsi_ike::capi::ShownEvent event;
  std::unique_ptr<iscsi_ike_dh_runner> runner;  // of iscsi_ike_run_dh
  bool busy = false;                            // a call is under way
  bool broken = false;                          // memory ran out in the midst of one
};
