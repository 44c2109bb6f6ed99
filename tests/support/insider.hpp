// Insider: an attacker who has the keys, or a peer that misbehaves: it opens, alters and seals the
// messages of a session whose keys an end has shown.
#pragma once

#include <functional>
#include <initializer_list>

#include "ike/core/protector.hpp"
#include "ike/wire/header.hpp"
#include "ike/wire/notify.hpp"
#include "tests/support/sim_net.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {

class Insider {
 public:
  // `recorder` has seen the keys of one phase 1 and is copied from.
  explicit Insider(const Recorder& recorder);

  [[nodiscard]] std::size_t block_size() const;
  // Phase1Iv: the vector of MM5 or AM3. Phase2Iv: that of a phase-2 exchange, from the last
  // ciphertext block of phase 1 in `log`.
  [[nodiscard]] Bytes Phase1Iv() const { return phase1_iv_; }
  [[nodiscard]] Bytes Phase2Iv(const std::vector<Sent>& log, ike::MessageId id) const;
  [[nodiscard]] Bytes LastBlock(ike::Octets datagram) const;

  // Open gives the payloads of an encrypted datagram, padding included.
  [[nodiscard]] Bytes Open(ike::Octets datagram, const Bytes& iv) const;
  // Seal encrypts `payloads` behind `header`, whose length and flag are set.
  [[nodiscard]] Bytes Seal(const ike::Header& header, const Bytes& payloads, const Bytes& iv) const;

  // WithHash puts a HASH payload over `before` and `rest` in front of `rest`, whose first payload
  // is of type `first` (RFC 2409 section 5.5: HASH(1), HASH(2), and 5.7).
  [[nodiscard]] Bytes WithHash(ike::PayloadType first, std::initializer_list<ike::Octets> before,
                               const Bytes& rest) const;
  // Informational is a whole protected datagram with one payload.
  [[nodiscard]] Bytes Informational(const std::vector<Sent>& log, ike::MessageId id,
                                    ike::PayloadType type, const Bytes& body) const;

  // OpenQuick gives the payloads of a message of quick mode without their padding: the one at the
  // end of `log`, whose earlier messages of that exchange are all there once.
  [[nodiscard]] Bytes OpenQuick(const std::vector<Sent>& log) const;
  // RewriteQuick is that message again with what follows its HASH altered, and a HASH that fits.
  [[nodiscard]] Bytes RewriteQuick(const std::vector<Sent>& log,
                                   const std::function<void(Bytes& rest)>& alter) const;

 private:
  [[nodiscard]] Bytes QuickIv(const std::vector<Sent>& log) const;

  policy::Phase1Suite suite_;
  ike::Cookie initiator_, responder_;
  ike::CipherKey key_;
  Bytes skeyid_a_;
  Bytes phase1_iv_;
};

// ChainOf writes one payload after the other, generic headers included.
struct PayloadOctets {
  ike::PayloadType type;
  Bytes body;
};
[[nodiscard]] Bytes ChainOf(std::initializer_list<PayloadOctets> payloads);
// RewriteClear alters the payloads of a message in clear; types, lengths and marker follow.
void RewriteClear(ike::Datagram& datagram,
                  const std::function<void(std::vector<PayloadOctets>&)>& alter);
// InClear is a message of a header and the payloads behind it.
[[nodiscard]] Bytes InClear(const ike::Header& header, const Bytes& chain);
[[nodiscard]] Bytes NotifyBody(ike::NotifyType type, const Bytes& spi = {});
[[nodiscard]] ike::Header HeaderOf(ike::Octets datagram);

}  // namespace iscsi_ike::test
