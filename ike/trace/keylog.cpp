#include "ike/trace/keylog.hpp"

#include <string>
#include <utility>

#include "ike/trace/number_text.hpp"
#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

// Wireshark's names for ESP algorithms (packet-ipsec.c, version 4.0): any other spelling makes it
// refuse the whole table.

std::string_view WiresharkCipher(policy::EspCipher cipher) {
  switch (cipher) {
    case policy::EspCipher::kNull:
      return "NULL";
    case policy::EspCipher::kTripleDesCbc:
      return "TripleDES-CBC [RFC2451]";
    case policy::EspCipher::kAesCbc:
      return "AES-CBC [RFC3602]";
    case policy::EspCipher::kAesCtr:
      return "AES-CTR [RFC3686]";
    case policy::EspCipher::kAesGcm8:
      return "AES-GCM with 8 octet ICV [RFC4106]";
    case policy::EspCipher::kAesGcm12:
      return "AES-GCM with 12 octet ICV [RFC4106]";
    case policy::EspCipher::kAesGcm16:
      return "AES-GCM with 16 octet ICV [RFC4106]";
  }
  return "NULL";
}

// With 64-bit sequence numbers the high half is covered by the ICV and not sent (RFC 4303
// section 2.2.1), and Wireshark 4.0 does not ask for it: then it must not check.
std::string_view WiresharkAuth(policy::EspAuth auth, bool esn) {
  switch (auth) {
    case policy::EspAuth::kNone:
      return "NULL";
    case policy::EspAuth::kHmacSha1_96:
      return esn ? "ANY 96 bit authentication [no checking]" : "HMAC-SHA-1-96 [RFC2404]";
    case policy::EspAuth::kHmacSha256_128:
      return esn ? "ANY 128 bit authentication [no checking]" : "HMAC-SHA-256-128 [RFC4868]";
    case policy::EspAuth::kHmacSha384_192:
      return esn ? "ANY 192 bit authentication [no checking]" : "HMAC-SHA-384-192 [RFC4868]";
    case policy::EspAuth::kHmacSha512_256:
      return esn ? "ANY 256 bit authentication [no checking]" : "HMAC-SHA-512-256 [RFC4868]";
    case policy::EspAuth::kAesXcbc96:  // not known to it
      return "ANY 96 bit authentication [no checking]";
  }
  return "NULL";
}

// Emit gives a line to the sink and wipes it.
void Emit(const TextSink& sink, std::string line) {
  line += '\n';
  sink(line);
  crypto::Wipe({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
}

void EmitKey(const TextSink& sink, std::string_view name, crypto::Octets key) {
  if (key.empty()) return;
  std::string line(name);
  line.reserve(name.size() + 2 + 2 * key.size());  // no copy left behind by growing
  line += ' ';
  std::string hex = Hex(key);
  line += hex;
  crypto::Wipe({reinterpret_cast<std::uint8_t*>(hex.data()), hex.size()});
  Emit(sink, std::move(line));
}

// Field appends one quoted column.
void Field(std::string& line, std::string_view text, std::string_view end = ",") {
  line += '"';
  line += text;
  line += '"';
  line += end;
}

void KeyField(std::string& line, const crypto::Secret& key, std::string_view end) {
  std::string hex = key.empty() ? std::string() : "0x" + Hex(key.Expose());
  Field(line, hex, end);
  crypto::Wipe({reinterpret_cast<std::uint8_t*>(hex.data()), hex.size()});
}

void EmitEsp(const TextSink& sink, const ChildSa& sa, const DirectionKeys& keys,
             const Endpoint& from, const Endpoint& to) {
  std::string line;
  line.reserve(512);
  Field(line, from.address.is_v6() ? "IPv6" : "IPv4");
  Field(line, from.address.ToString());
  Field(line, to.address.ToString());
  Field(line, HexNumber(keys.spi));
  Field(line, WiresharkCipher(sa.suite.cipher));
  KeyField(line, keys.encryption, ",");
  Field(line, WiresharkAuth(sa.suite.auth, sa.suite.esn));
  KeyField(line, keys.integrity, "");
  Emit(sink, std::move(line));
}

void EmitDirection(const TextSink& sink, const std::string& direction, const DirectionKeys& keys) {
  sink(direction + "_SPI " + HexNumber(keys.spi).substr(2) + "\n");
  EmitKey(sink, direction + "_encryption", keys.encryption.Expose());
  EmitKey(sink, direction + "_integrity", keys.integrity.Expose());
}

}  // namespace

KeyLog::KeyLog(KeyLogSinks sinks) : sinks_(std::move(sinks)) {}

bool KeyLog::WantsSecrets() const { return sinks_.isakmp || sinks_.esp || sinks_.secrets; }

void KeyLog::OnPhase1Keys(const Phase1Keys& keys) {
  if (sinks_.isakmp) {
    std::string line = Hex(keys.initiator_cookie.octets) + ",";
    line.reserve(line.size() + 1 + 2 * keys.cipher_key.size());
    std::string hex = Hex(keys.cipher_key);
    line += hex;
    crypto::Wipe({reinterpret_cast<std::uint8_t*>(hex.data()), hex.size()});
    Emit(sinks_.isakmp, std::move(line));
  }
  if (!sinks_.secrets) return;
  sinks_.secrets("# session " + std::to_string(ToNumber(keys.session)) + " cookies " +
                 HexNumber(keys.initiator_cookie) + " " + HexNumber(keys.responder_cookie) + "\n");
  EmitKey(sinks_.secrets, "SKEYID", keys.skeyid);
  EmitKey(sinks_.secrets, "SKEYID_d", keys.skeyid_d);
  EmitKey(sinks_.secrets, "SKEYID_a", keys.skeyid_a);
  EmitKey(sinks_.secrets, "SKEYID_e", keys.skeyid_e);
  EmitKey(sinks_.secrets, "Ka", keys.cipher_key);
  EmitKey(sinks_.secrets, "initial_IV", keys.initial_iv);
}

void KeyLog::OnChildKeys(const ChildSa& sa) {
  if (sinks_.esp) {
    EmitEsp(sinks_.esp, sa, sa.inbound, sa.remote_endpoint, sa.local_endpoint);
    EmitEsp(sinks_.esp, sa, sa.outbound, sa.local_endpoint, sa.remote_endpoint);
  }
  if (!sinks_.secrets) return;
  sinks_.secrets("# child " + std::to_string(ToNumber(sa.child)) + " of session " +
                 std::to_string(ToNumber(sa.session)) + " message " + HexNumber(sa.message_id) +
                 "\n");
  EmitDirection(sinks_.secrets, "inbound", sa.inbound);
  EmitDirection(sinks_.secrets, "outbound", sa.outbound);
}

}  // namespace iscsi_ike::ike
