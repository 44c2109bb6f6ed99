// Recorded negotiations, as far as crypto alone goes: the keys, the hashes, the chain of IVs, the
// encryption of each message, and KEYMAT.
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/cbc.hpp"
#include "tests/crypto/ike_keys.hpp"
#include "tests/crypto/vector_formats.hpp"

namespace iscsi_ike::test {
namespace {

using crypto::CipherAlgorithm;
using crypto::HashAlgorithm;
using crypto::Octets;

constexpr std::size_t kHeaderSize = 28;   // ISAKMP header, RFC 2408 section 3.1
constexpr std::size_t kGenericSize = 4;   // generic payload header, section 3.2
constexpr std::uint16_t kCipher3Des = 5;  // RFC 2409 Appendix A

HashAlgorithm HashOfNumber(int number) {
  switch (number) {
    case 1:
      return HashAlgorithm::kMd5;
    case 4:
      return HashAlgorithm::kSha256;
    case 5:
      return HashAlgorithm::kSha384;
    case 6:
      return HashAlgorithm::kSha512;
    default:
      EXPECT_EQ(number, 2) << "hash";
      return HashAlgorithm::kSha1;
  }
}

// View: one end's knowledge of the negotiation.
struct View {
  const Json& json;
  PhaseOne phase;
  Keys keys;
  Bytes cipher_key;
  CipherAlgorithm cipher;
  VectorCount count{};

  void CheckField(const char* name, const Bytes& actual) {
    if (HasText(json, name)) Check(count, actual, json.at(name).get<std::string>(), name);
  }
};

Bytes OptionalHex(const Json& json, const char* key) {
  return HasText(json, key) ? HexField(json, key) : Bytes();
}

View MakeView(const Json& json) {
  const Json& negotiated = json.at("negotiated");
  PhaseOne phase{.hash = HashOfNumber(negotiated.at("hash").get<int>()),
                 .psk = FromText(json.at("psk").get<std::string>()),
                 .cky_i = HexField(json, "CKY_I"),
                 .cky_r = HexField(json, "CKY_R"),
                 .ni = HexField(json, "Ni_b"),
                 .nr = HexField(json, "Nr_b"),
                 .ke_i = HexField(json, "KE_I"),
                 .ke_r = HexField(json, "KE_R"),
                 .gxy = OptionalHex(json, "g_xy")};
  Keys keys = DeriveKeys(phase);
  const bool triple_des = negotiated.at("enc").get<std::uint16_t>() == kCipher3Des;
  const std::size_t key_size =
      triple_des ? 24 : negotiated.at("keylen_bits").get<std::size_t>() / 8;
  Bytes cipher_key = CipherKey(phase.hash, keys.e, key_size);
  return {.json = json,
          .phase = std::move(phase),
          .keys = std::move(keys),
          .cipher_key = std::move(cipher_key),
          .cipher = triple_des ? CipherAlgorithm::kTripleDesCbc : CipherAlgorithm::kAesCbc};
}

void CheckDh(View& view, const char* exponent, const char* own, const Bytes& peer) {
  const auto group =
      crypto::DhGroupByNumber(view.json.at("negotiated").at("group").get<std::uint16_t>());
  if (!HasText(view.json, exponent) || !group) return;
  const Bytes x = HexField(view.json, exponent);
  view.CheckField(own, RunJob(*group, x, nullptr).public_value);
  const crypto::DhJob job = RunJob(*group, x, &peer);
  view.CheckField("g_xy", {job.shared.Expose().begin(), job.shared.Expose().end()});
}

void CheckPhaseOne(View& view) {
  const Json& json = view.json;
  CheckDh(view, "x_i", "KE_I", view.phase.ke_r);
  CheckDh(view, "x_r", "KE_R", view.phase.ke_i);
  view.CheckField("SKEYID", view.keys.skeyid);
  view.CheckField("SKEYID_d", view.keys.d);
  view.CheckField("SKEYID_a", view.keys.a);
  view.CheckField("SKEYID_e", view.keys.e);
  view.CheckField("enc_key", view.cipher_key);
  view.CheckField("iv0", PhaseOneIv(view.phase, crypto::BlockSize(view.cipher)));
  const Bytes sai = HexField(json, "SAi_b");
  view.CheckField("HASH_I", HashI(view.phase, view.keys.skeyid, sai, OptionalHex(json, "IDii_b")));
  view.CheckField("HASH_R", HashR(view.phase, view.keys.skeyid, sai, OptionalHex(json, "IDir_b")));
}

void CheckKeymat(View& view) {
  if (!view.json.contains("quick_mode")) return;
  for (const auto& [message_id, quick] : view.json.at("quick_mode").items()) {
    SCOPED_TRACE("quick mode " + message_id);
    const auto protocol = quick.at("protocol").get<std::uint8_t>();
    for (const char* side : {"keymat_inbound_at_I", "keymat_inbound_at_R"}) {
      const Json& keymat = quick.at(side);
      const std::string expected = keymat.at("keymat").get<std::string>();
      const Bytes seed =
          Concat({OptionalHex(quick, "qm_g_xy"), Octets(&protocol, 1), HexField(keymat, "spi"),
                  HexField(quick, "Ni_b"), HexField(quick, "Nr_b")});
      Check(view.count, Keymat(view.phase.hash, view.keys.d, seed, expected.size() / 2), expected,
            side);
    }
  }
}

// LastBlock of a message's ciphertext, from which a later IV may come.
Bytes LastBlock(const View& view, const Json& message) {
  const Bytes wire = HexField(message, "hex");
  return {wire.end() - static_cast<std::ptrdiff_t>(crypto::BlockSize(view.cipher)), wire.end()};
}

// An IV comes from an earlier message of the same exchange; that of a new phase-2 exchange from
// the message ID and any phase-1 block (which one depends on the messages that were accepted).
bool IvHasASource(const View& view, const Json& messages, std::size_t index) {
  const Json& message = messages.at(index);
  const Bytes iv = HexField(message, "iv");
  const Bytes message_id = HexField(message, "message_id");
  const bool phase_one = message.at("message_id") == "00000000";
  std::vector<Bytes> phase_one_blocks = {PhaseOneIv(view.phase, crypto::BlockSize(view.cipher))};
  std::vector<Bytes> sources;
  for (std::size_t i = 0; i < index; ++i) {
    const Json& earlier = messages.at(i);
    if (!earlier.at("encrypted").get<bool>()) continue;
    const Bytes block = LastBlock(view, earlier);
    if (earlier.at("message_id") == message.at("message_id")) sources.push_back(block);
    if (earlier.at("message_id") == "00000000") phase_one_blocks.push_back(block);
  }
  for (const Bytes& block : phase_one_blocks) {
    sources.push_back(phase_one ? block : LaterIv(view.phase.hash, block, message_id));
  }
  return std::ranges::find(sources, iv) != sources.end();
}

void CheckEncryption(View& view, const Json& message) {
  crypto::CbcCipher cipher;
  const Bytes wire = HexField(message, "hex");
  const Bytes iv = HexField(message, "iv");
  const Bytes plaintext = HexField(message, "plaintext");
  const Bytes ciphertext(wire.begin() + kHeaderSize, wire.end());
  Bytes data = ciphertext;
  EXPECT_TRUE(cipher.Decrypt(view.cipher, view.cipher_key, iv, data));
  Check(view.count, data, ToHex(plaintext), "plaintext");
  EXPECT_TRUE(cipher.Encrypt(view.cipher, view.cipher_key, iv, data));
  Check(view.count, data, ToHex(ciphertext), "ciphertext");
}

// HASH(1) and HASH(2) cover what follows the HASH payload, without the padding.
void CheckMessageHash(View& view, const Json& message) {
  const Bytes plaintext = HexField(message, "plaintext");
  const std::size_t hash_end = kGenericSize + crypto::HashSize(view.phase.hash);
  const Octets rest = Octets(plaintext).subspan(
      hash_end, plaintext.size() - hash_end - OptionalHex(message, "padding").size());
  const std::string id = message.at("message_id").get<std::string>();
  const Bytes message_id = FromHex(id);
  const auto check = [&](const char* name, std::initializer_list<Octets> parts) {
    const Bytes hash = PrfOf(view.phase.hash, view.keys.a, parts);
    Check(view.count, hash, message.at(name).get<std::string>(), name);
    EXPECT_EQ(hash, Bytes(plaintext.begin() + kGenericSize,
                          plaintext.begin() + static_cast<std::ptrdiff_t>(hash_end)));
  };
  if (HasText(message, "HASH(1)")) check("HASH(1)", {message_id, rest});
  if (!HasText(message, "HASH(2)") && !HasText(message, "HASH(3)")) return;
  const Json& quick = view.json.at("quick_mode").at(id);
  const Bytes ni = HexField(quick, "Ni_b");
  const Bytes nr = HexField(quick, "Nr_b");
  constexpr std::uint8_t kZero = 0;
  if (HasText(message, "HASH(2)")) check("HASH(2)", {message_id, ni, rest});
  if (HasText(message, "HASH(3)")) check("HASH(3)", {Octets(&kZero, 1), message_id, ni, nr});
}

VectorCount RunView(const Json& json) {
  View view = MakeView(json);
  CheckPhaseOne(view);
  CheckKeymat(view);
  const Json& messages = json.at("messages");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Json& message = messages.at(i);
    if (!message.at("encrypted").get<bool>()) continue;
    SCOPED_TRACE("message " + message.at("n").dump());
    ++view.count.checks;
    EXPECT_TRUE(IvHasASource(view, messages, i)) << "IV " << message.at("iv");
    CheckEncryption(view, message);
    CheckMessageHash(view, message);
  }
  return view.count;
}

bool IsView(const Json& json) {
  return json.is_object() && HasText(json, "psk") && HasText(json, "SKEYID") &&
         json.contains("messages") && json.contains("negotiated");
}

// A file holds one view, or one for each end where they differ.
bool IsTranscript(const Json& json) {
  if (!json.is_object()) return false;
  return IsView(json) || std::ranges::any_of(json, IsView);
}

VectorCount RunTranscript(const Json& json) {
  if (IsView(json)) return RunView(json);
  VectorCount total;
  for (const auto& [name, value] : json.items()) {
    if (!IsView(value)) continue;
    SCOPED_TRACE(name);
    const VectorCount count = RunView(value);
    total.checks += count.checks;
    total.unsupported += count.unsupported;
  }
  return total;
}

constexpr JsonFormat kJsons[] = {{"transcript", IsTranscript, RunTranscript}};

}  // namespace

std::span<const JsonFormat> TranscriptJsonFormats() { return kJsons; }

}  // namespace iscsi_ike::test
