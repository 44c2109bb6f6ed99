#include "ike/capi/traces.hpp"

#include <algorithm>
#include <chrono>

#include "crypto/secret.hpp"

namespace iscsi_ike::capi {
namespace {

ike::TextSink ToSink(iscsi_ike_text_fn write, void* user) {
  if (write == nullptr) return {};
  return [write, user](std::string_view text) {
    crypto::Secret copy(text.size() + 1);  // it may hold keys; the last octet is zero
    std::copy(text.begin(), text.end(), copy.ExposeMutable().begin());
    write(user, reinterpret_cast<const char*>(copy.Expose().data()));
  };
}

}  // namespace

policy::Parsed<Done> Traces::Check(const iscsi_ike_engine_options& options) {
  if (options.pcap_epoch_us > ISCSI_IKE_MOST_TIME * 1000)
    return policy::Reject("pcap_epoch_us", "is more than 1000 ISCSI_IKE_MOST_TIME");
  return Done{};
}

Traces::Traces(const iscsi_ike_engine_options& options) {
  void* const user = options.trace_user;
  if (options.on_ladder != nullptr) {
    ladder_ = std::make_unique<ike::Ladder>(ike::LadderOptions{}, ToSink(options.on_ladder, user));
    all_.Add(*ladder_);
  }
  if (options.on_keylog != nullptr || options.on_esp_keylog != nullptr) {
    keylog_ = std::make_unique<ike::KeyLog>(
        ike::KeyLogSinks{ToSink(options.on_keylog, user), ToSink(options.on_esp_keylog, user), {}});
    all_.Add(*keylog_);
  }
  if (const auto write = options.on_pcap; write != nullptr) {
    pcap_ = std::make_unique<ike::PcapWriter>(
        [write, user](crypto::Octets block) { write(user, block.data(), block.size()); },
        ike::ClockFrom(std::chrono::microseconds(options.pcap_epoch_us)));
    all_.Add(*pcap_);
  }
}

ike::Observer* Traces::observer() { return ladder_ || keylog_ || pcap_ ? &all_ : nullptr; }

}  // namespace iscsi_ike::capi
