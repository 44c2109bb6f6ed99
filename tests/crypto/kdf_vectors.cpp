// Vectors of key derivation: NIST CAVS responses, NIST ACVP JSON, NSS cases, and single
// negotiations of a pre-shared key with the values they lead to.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "tests/crypto/ike_keys.hpp"
#include "tests/crypto/vector_formats.hpp"

namespace iscsi_ike::test {
namespace {

using crypto::HashAlgorithm;

// NIST CAVS: sections in brackets, then records of "name = value", each begun by COUNT.

using Record = std::map<std::string, std::string>;

void RunCavsRecord(const Record& record, std::optional<HashAlgorithm> hash, VectorCount& count) {
  if (record.empty()) return;
  if (!hash || !record.contains("pre-shared-key")) {
    ++count.unsupported;
    return;
  }
  const auto value = [&](const char* name) { return FromHex(record.at(name)); };
  PhaseOne phase{.hash = *hash,
                 .psk = value("pre-shared-key"),
                 .cky_i = value("CKY_I"),
                 .cky_r = value("CKY_R"),
                 .ni = value("Ni"),
                 .nr = value("Nr"),
                 .ke_i = {},
                 .ke_r = {},
                 .gxy = value("g^xy")};
  const Keys keys = DeriveKeys(phase);
  SCOPED_TRACE("COUNT " + record.at("COUNT"));
  Check(count, keys.skeyid, record.at("SKEYID"), "SKEYID");
  Check(count, keys.d, record.at("SKEYID_d"), "SKEYID_d");
  Check(count, keys.a, record.at("SKEYID_a"), "SKEYID_a");
  Check(count, keys.e, record.at("SKEYID_e"), "SKEYID_e");
}

bool IsCavs(const std::string& text) {
  return text.starts_with("# CAVS") && text.find("IKE v1") != std::string::npos;
}

VectorCount RunCavs(const std::string& text) {
  VectorCount count;
  std::optional<HashAlgorithm> hash;
  Record record;
  const auto flush = [&] {
    RunCavsRecord(record, hash, count);
    record.clear();
  };
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t equals = line.find(" = ");
    if (line.starts_with('[')) {
      flush();
      if (line.starts_with("[SHA") || line.starts_with("[MD")) {
        hash = HashByLooseName(line);
      } else {
        EXPECT_NE(line.find(" length = "), std::string::npos) << "unknown section " << line;
      }
    } else if (equals == std::string::npos) {
      ADD_FAILURE() << "unknown line " << line;
    } else {
      if (line.starts_with("COUNT")) flush();
      record[line.substr(0, equals)] = line.substr(equals + 3);
    }
  }
  flush();
  return count;
}

// NIST ACVP kdf-components ikev1, with the answers in the same file.

bool IsAcvp(const Json& json) {
  return json.is_object() && json.contains("testGroups") && json.value("mode", "") == "ikev1";
}

VectorCount RunAcvp(const Json& json) {
  VectorCount count;
  for (const Json& group : json.at("testGroups")) {
    const auto hash = HashByLooseName(group.at("hashAlg").get<std::string>());
    const bool psk = group.value("authenticationMethod", "") == "psk";
    for (const Json& test : group.at("tests")) {
      if (!hash || !psk) {
        ++count.unsupported;
        continue;
      }
      const Keys keys = DeriveKeys({.hash = *hash,
                                    .psk = HexField(test, "preSharedKey"),
                                    .cky_i = HexField(test, "ckyInit"),
                                    .cky_r = HexField(test, "ckyResp"),
                                    .ni = HexField(test, "nInit"),
                                    .nr = HexField(test, "nResp"),
                                    .ke_i = {},
                                    .ke_r = {},
                                    .gxy = HexField(test, "gxy")});
      Check(count, keys.skeyid, test.at("sKeyId").get<std::string>(), "SKEYID");
      Check(count, keys.d, test.at("sKeyIdD").get<std::string>(), "SKEYID_d");
      Check(count, keys.a, test.at("sKeyIdA").get<std::string>(), "SKEYID_a");
      Check(count, keys.e, test.at("sKeyIdE").get<std::string>(), "SKEYID_e");
    }
  }
  return count;
}

// NSS: one derivation a case, in fields named after its PKCS #11 mechanisms.

bool IsNss(const Json& json) {
  return json.is_object() && HasText(json, "prf") && json.contains("tests");
}

// nullopt: a derivation that is not IKEv1's.
std::optional<Bytes> DeriveNss(const Json& test, HashAlgorithm hash) {
  const std::string type = test.at("test_type").get<std::string>();
  const Bytes ikm = HexField(test, "ikm");
  const Bytes gxy = HexField(test, "gxykm");
  const Bytes ni = HexField(test, "Ni");
  const Bytes nr = HexField(test, "Nr");
  const auto size = test.at("size").get<std::size_t>();
  if (type == "ikeV1Psk") return PrfOf(hash, ikm, {ni, nr});
  if (type == "ikeV1AppB") return CipherKey(hash, ikm, size);
  if (type == "ikeV1AppBQuick") {
    return Keymat(hash, ikm, Concat({gxy, HexField(test, "seed_data")}), size);
  }
  if (type == "ikeV1") {
    const auto number = test.at("key_number").get<std::uint8_t>();
    return SkeyidStep(hash, ikm, HexField(test, "prevkm"), gxy, ni, nr, number);
  }
  EXPECT_FALSE(type.starts_with("ikeV1")) << "unknown derivation " << type;
  return std::nullopt;
}

VectorCount RunNss(const Json& json) {
  VectorCount count;
  const auto hash = HashByLooseName(json.at("prf").get<std::string>());
  for (const Json& test : json.at("tests")) {
    SCOPED_TRACE("id " + test.at("id").dump());
    const auto derived = hash ? DeriveNss(test, *hash) : std::nullopt;
    if (!derived) {
      ++count.unsupported;
    } else if (test.value("valid", true)) {
      Check(count, *derived, test.at("okm").get<std::string>(), "okm");
    } else {
      ++count.checks;
      EXPECT_NE(*derived, HexField(test, "okm"));
    }
  }
  return count;
}

// A negotiation: inputs at the top, results in "exp" and "derived".

bool IsNegotiation(const Json& json) {
  return json.is_object() && HasText(json, "psk") && HasText(json, "g_xy") && json.contains("exp");
}

Bytes QuickModeKeymat(const Json& quick, const char* spi, HashAlgorithm hash, const Keys& keys) {
  EXPECT_FALSE(quick.at("pfs").get<bool>()) << "no g^xy is given for it";
  const auto protocol = quick.at("protocol").get<std::uint8_t>();
  const Bytes seed = Concat({crypto::Octets(&protocol, 1), HexField(quick, spi),
                             HexField(quick, "ni"), HexField(quick, "nr")});
  return Keymat(hash, keys.d, seed, quick.at("keymat_bytes").get<std::size_t>());
}

VectorCount RunNegotiation(const Json& json) {
  VectorCount count;
  Json expected = json.at("exp");
  if (json.contains("derived")) expected.update(json.at("derived"));
  const auto hash = HashBySize(HexField(expected, "SKEYID").size());
  if (!hash) return {.checks = 0, .unsupported = 1};
  const PhaseOne phase{.hash = *hash,
                       .psk = FromText(json.at("psk").get<std::string>()),
                       .cky_i = HexField(json, "cky_i"),
                       .cky_r = HexField(json, "cky_r"),
                       .ni = HexField(json, "ni"),
                       .nr = HexField(json, "nr"),
                       .ke_i = HexField(json, "ke_i"),
                       .ke_r = HexField(json, "ke_r"),
                       .gxy = HexField(json, "g_xy")};
  const Keys keys = DeriveKeys(phase);
  for (const auto& [name, value] : expected.items()) {
    const std::string text = value.get<std::string>();
    const std::size_t size = FromHex(text).size();
    if (name == "SKEYID") {
      Check(count, keys.skeyid, text, name);
    } else if (name == "SKEYID_d") {
      Check(count, keys.d, text, name);
    } else if (name == "SKEYID_a") {
      Check(count, keys.a, text, name);
    } else if (name == "SKEYID_e") {
      Check(count, keys.e, text, name);
    } else if (name == "Ka") {
      Check(count, CipherKey(*hash, keys.e, size), text, name);
    } else if (name == "IV0") {
      Check(count, PhaseOneIv(phase, size), text, name);
    } else if (name == "HASH_I") {
      const Bytes hash_i =
          HashI(phase, keys.skeyid, HexField(json, "sai_b"), HexField(json, "idii_b"));
      Check(count, hash_i, text, name);
    } else if (name == "HASH_R") {
      const Bytes hash_r =
          HashR(phase, keys.skeyid, HexField(json, "sai_b"), HexField(json, "idir_b"));
      Check(count, hash_r, text, name);
    } else if (name == "keymat_spi_in" || name == "keymat_spi_out") {
      const char* const spi = name == "keymat_spi_in" ? "spi_in" : "spi_out";
      Check(count, QuickModeKeymat(json.at("quick_mode"), spi, *hash, keys), text, name);
    } else {
      ADD_FAILURE() << "unknown result " << name;
    }
  }
  return count;
}

// Lines of PSK crackers: HASH_R of an aggressive mode whose key is known.

bool IsPskHash(const Json& json) {
  return json.is_object() && json.contains("tests") && !json.at("tests").empty() &&
         HasText(json.at("tests").front(), "hash_r");
}

VectorCount RunPskHash(const Json& json) {
  VectorCount count;
  for (const Json& test : json.at("tests")) {
    SCOPED_TRACE(test.value("source", ""));
    const auto hash = HashByLooseName(test.at("prf").get<std::string>());
    if (!hash) {
      ++count.unsupported;
      continue;
    }
    const PhaseOne phase{.hash = *hash,
                         .psk = HasText(test, "psk_hex")
                                    ? HexField(test, "psk_hex")
                                    : FromText(test.at("psk").get<std::string>()),
                         .cky_i = HexField(test, "cky_i"),
                         .cky_r = HexField(test, "cky_r"),
                         .ni = HexField(test, "ni_b"),
                         .nr = HexField(test, "nr_b"),
                         .ke_i = HexField(test, "g_xi"),
                         .ke_r = HexField(test, "g_xr"),
                         .gxy = {}};
    const Bytes skeyid = PrfOf(phase.hash, phase.psk, {phase.ni, phase.nr});
    if (HasText(test, "SKEYID")) {
      Check(count, skeyid, test.at("SKEYID").get<std::string>(), "SKEYID");
    }
    Check(count, HashR(phase, skeyid, HexField(test, "sai_b"), HexField(test, "idir_b")),
          test.at("hash_r").get<std::string>(), "HASH_R");
  }
  return count;
}

constexpr TextFormat kTexts[] = {{"CAVS", IsCavs, RunCavs}};
constexpr JsonFormat kJsons[] = {{"ACVP", IsAcvp, RunAcvp},
                                 {"NSS", IsNss, RunNss},
                                 {"negotiation", IsNegotiation, RunNegotiation}};
constexpr JsonFormat kPskHashes[] = {{"PSK cracker lines", IsPskHash, RunPskHash}};

}  // namespace

std::span<const TextFormat> KdfTextFormats() { return kTexts; }
std::span<const JsonFormat> KdfJsonFormats() { return kJsons; }
std::span<const JsonFormat> PskHashJsonFormats() { return kPskHashes; }

}  // namespace iscsi_ike::test
