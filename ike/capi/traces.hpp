// Traces: the observers of one engine, which write to the caller's callbacks.
#pragma once

#include <memory>

#include "ike/capi/iscsi_ike.h"
#include "ike/observer.hpp"
#include "ike/trace/fan_out.hpp"
#include "ike/trace/keylog.hpp"
#include "ike/trace/ladder.hpp"
#include "ike/trace/pcap_writer.hpp"
#include "policy/error.hpp"

namespace iscsi_ike::capi {

class Traces {
 public:
  // Check: what no trace can be made of.
  [[nodiscard]] static policy::Parsed<Done> Check(const iscsi_ike_engine_options& options);
  // `options` has been checked.
  explicit Traces(const iscsi_ike_engine_options& options);
  // observer is nullptr when nobody listens.
  [[nodiscard]] ike::Observer* observer();

 private:
  ike::FanOut all_;
  std::unique_ptr<ike::Ladder> ladder_;
  std::unique_ptr<ike::KeyLog> keylog_;
  std::unique_ptr<ike::PcapWriter> pcap_;
};

}  // namespace iscsi_ike::capi
