// Recorded negotiations of other implementations, opened and verified with this engine's own keys,
// vectors and hashes. Every file of the folder `transcripts` that has this form is run.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ike/core/keymat.hpp"
#include "ike/core/protector.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "tests/support/engine_parts.hpp"

namespace iscsi_ike::test {
namespace {

using ike::ExchangeType;
using ike::Octets;
using Json = nlohmann::json;

bool HasText(const Json& json, const char* name) {
  return json.contains(name) && json.at(name).is_string();
}
Bytes Hex(const Json& json, const char* name) {
  return HasText(json, name) ? FromHex(json.at(name).get<std::string>()) : Bytes();
}

// Recording is one end's view of one negotiation.
class Recording {
 public:
  explicit Recording(const Json& json) : json_(json) {
    const Json& negotiated = json.at("negotiated");
    suite_.hash = ike::HashFromWire(negotiated.at("hash").get<std::uint16_t>()).value();
    suite_.cipher = ike::CipherFromWire(negotiated.at("enc").get<std::uint16_t>()).value();
    suite_.key_bits = suite_.cipher == crypto::CipherAlgorithm::kTripleDesCbc
                          ? std::uint16_t{192}
                          : negotiated.at("keylen_bits").get<std::uint16_t>();
    keys_.skeyid = ike::DeriveSkeyid(suite_.hash, FromText(json.at("psk").get<std::string>()),
                                     Hex(json, "Ni_b"), Hex(json, "Nr_b"));
    cookie_i_ = CookieOf(Hex(json, "CKY_I"));
    cookie_r_ = CookieOf(Hex(json, "CKY_R"));
    if (!HasText(json, "g_xy")) return;
    keys_ = ike::DeriveSkeyidSet(Prf(), keys_.skeyid, Hex(json, "g_xy"), cookie_i_, cookie_r_);
    cipher_key_ = ike::DeriveCipherKey(suite_, keys_.e);
  }

  // Run gives the number of figures that were compared.
  int Run() {
    Expect("SKEYID", keys_.skeyid);
    ExpectPhase1Hash("HASH_I", "IDii_b", true);
    ExpectPhase1Hash("HASH_R", "IDir_b", false);
    if (cipher_key_.empty()) return checks_;
    Expect("SKEYID_d", keys_.d);
    Expect("SKEYID_a", keys_.a);
    Expect("SKEYID_e", keys_.e);
    const crypto::Digest iv = ike::Phase1Iv(suite_.hash, Hex(json_, "KE_I"), Hex(json_, "KE_R"));
    phase1_.Start(iv.Expose(), crypto::BlockSize(suite_.cipher));
    for (const Json& message : json_.at("messages")) {
      if (message.at("encrypted").get<bool>()) OpenMessage(message);
    }
    return checks_;
  }

 private:
  void Expect(const char* name, const crypto::Digest& actual) {
    if (!HasText(json_, name)) return;
    ++checks_;
    EXPECT_EQ(ToHex(actual.Expose()), json_.at(name).get<std::string>()) << name;
  }

  [[nodiscard]] crypto::Prf Prf() const { return {suite_.hash, keys_.skeyid.Expose()}; }

  void ExpectPhase1Hash(const char* name, const char* id, bool initiator) {
    if (!HasText(json_, id)) return;
    const Bytes own = Hex(json_, initiator ? "KE_I" : "KE_R");
    const Bytes other = Hex(json_, initiator ? "KE_R" : "KE_I");
    const Bytes offer = Hex(json_, "SAi_b");
    const Bytes identity = Hex(json_, id);
    Expect(name,
           ike::ComputePhase1Hash(Prf(), {own, other, initiator ? cookie_i_ : cookie_r_,
                                          initiator ? cookie_r_ : cookie_i_, offer, identity}));
  }

  // ChainFor: phase 1 has one chain; each phase-2 exchange starts its own from phase 1's last
  // block.
  ike::IvChain& ChainFor(const ike::Header& header) {
    if (header.id == ike::MessageId{0}) return phase1_;
    ike::IvChain& chain = phase2_[header.id];
    if (!chain.started()) {
      chain.Start(ike::Phase2Iv(suite_.hash, phase1_.current(), header.id).Expose(),
                  crypto::BlockSize(suite_.cipher));
    }
    return chain;
  }

  void OpenMessage(const Json& message) {
    SCOPED_TRACE("message " + message.at("n").dump());
    const Bytes wire = Hex(message, "hex");
    const auto header = ike::ParseHeader(wire);
    ASSERT_TRUE(header.ok());
    ike::IvChain& chain = ChainFor(*header);
    // What the other end could not read did not move its vector, and cannot be read here either.
    const Json& payloads = message.at("payloads");
    if (payloads.is_string()) return;
    ++checks_;
    EXPECT_EQ(ToHex(chain.current()), message.at("iv").get<std::string>());
    Bytes clear;
    ASSERT_TRUE(ike::Open({cipher_, suite_.cipher, cipher_key_}, chain,
                          Octets(wire).first(header->length), clear));
    chain.Commit();
    EXPECT_EQ(ToHex(clear), message.at("plaintext").get<std::string>());
    const auto list = ike::ParsePayloads(header->next, clear, ike::ChainRules::kStrict);
    ASSERT_TRUE(list.ok());
    EXPECT_EQ(list->size(), payloads.size());
    if (header->id != ike::MessageId{0}) VerifyHash(message, *header, *list);
  }

  void VerifyHash(const Json& message, const ike::Header& header, const ike::PayloadList& list) {
    EngineParts parts(header.id);
    parts.session.suite = suite_;
    parts.session.sa().skeyid_a = keys_.a.Clone();
    const std::string id = message.at("message_id").get<std::string>();
    if (header.exchange == ExchangeType::kQuick) {
      const Json& quick = json_.at("quick_mode").at(id);
      parts.exchange.said().nonce_i = Hex(quick, "Ni_b");
      parts.exchange.said().nonce_r = Hex(quick, "Nr_b");
    }
    const auto context = parts.Context();
    const std::string in_message = ToHex(list[0].body);
    const auto compare = [&](const char* name, const crypto::Digest& hash) {
      if (!HasText(message, name)) return;
      ++checks_;
      EXPECT_EQ(ToHex(hash.Expose()), in_message) << name;
      EXPECT_EQ(in_message, message.at(name).get<std::string>());
    };
    compare("HASH(1)", ike::quick::Hash1(context, list.AfterFirst()));
    compare("HASH(2)", ike::quick::Hash2(context, list.AfterFirst()));
    compare("HASH(3)", ike::quick::Hash3(context));
  }

  const Json& json_;
  policy::Phase1Suite suite_;
  ike::SkeyidSet keys_;
  ike::Cookie cookie_i_, cookie_r_;
  ike::CipherKey cipher_key_;
  crypto::CbcCipher cipher_;
  ike::IvChain phase1_;
  std::map<ike::MessageId, ike::IvChain> phase2_;
  int checks_ = 0;
};

bool IsRecording(const Json& json) {
  return json.is_object() && HasText(json, "psk") && json.contains("messages") &&
         json.contains("negotiated");
}

TEST(Transcripts, EveryEncryptedMessageOpensAndItsHashVerifies) {
  if (const std::string why = WhyNoVectors(); !why.empty()) GTEST_SKIP() << why;
  int recordings = 0;
  for (const auto& file : VectorFiles("transcripts")) {
    if (file.extension() != ".json") continue;
    SCOPED_TRACE(file.filename().string());
    const Json json = Json::parse(ReadFile(file));
    const auto run = [&](const Json& view) {
      if (!IsRecording(view)) return;
      ++recordings;
      EXPECT_GE(Recording(view).Run(), 2);
    };
    run(json);
    if (!IsRecording(json)) {
      for (const auto& [name, view] : json.items()) run(view);
    }
  }
  if (recordings == 0) GTEST_SKIP() << "no transcripts in the folder of vectors";
}

}  // namespace
}  // namespace iscsi_ike::test
