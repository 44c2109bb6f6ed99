// KeyLog: the secrets of a negotiation for those who are meant to have them: Wireshark's two tables
// and a tester's list. Nothing else of the project writes a key. Sinks are expected to be files of
// mode 0600 (ike/tool/secret_file.hpp).
#pragma once

#include "ike/observer.hpp"
#include "ike/trace/sink.hpp"

namespace iscsi_ike::ike {

// KeyLogSinks: an empty sink is not asked for.
struct KeyLogSinks {
  TextSink isakmp;   // Wireshark's ikev1_decryption_table
  TextSink esp;      // Wireshark's esp_sa
  TextSink secrets;  // every derived key by name
};

// KeyLog writes lines as keys come to be.
//
// isakmp: initiator cookie and final cipher key Ka (RFC 2409 Appendix B)
//   0123456789abcdef,00112233445566778899aabbccddeeff
// esp: a line for each direction, source first; a suite that Wireshark cannot check or decrypt gets
// the nearest entry of its list
//   "IPv4","192.0.2.1","192.0.2.2","0xc0ffee01","AES-CBC [RFC3602]","0x00",
//   "HMAC-SHA-1-96 [RFC2404]","0x00"
// secrets: "NAME hex" below a heading for each session and each child. A suite without encryption
// (or integrity) key has no such line
//   # session 1 cookies 0x0123456789abcdef 0xfedcba9876543210
//   SKEYID 00   SKEYID_d 00   SKEYID_a 00   SKEYID_e 00   Ka 00   initial_IV 00
//   # child 1 of session 1 message 0x01234567
//   inbound_SPI 00    inbound_encryption 00    inbound_integrity 00
//   outbound_SPI 00   outbound_encryption 00   outbound_integrity 00
class KeyLog final : public Observer {
 public:
  explicit KeyLog(KeyLogSinks sinks);

  // True when any sink is there.
  [[nodiscard]] bool WantsSecrets() const override;
  void OnPhase1Keys(const Phase1Keys& keys) override;
  void OnChildKeys(const ChildSa& sa) override;

 private:
  KeyLogSinks sinks_;
};

}  // namespace iscsi_ike::ike
