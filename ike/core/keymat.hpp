// Keys of RFC 2409 section 5 and Appendix B: SKEYID and what grows from it, and KEYMAT of the
// children.
#pragma once

#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "ike/wire/types.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

using CipherKey = crypto::InlineSecret<crypto::kMaxCipherKeySize>;

// SkeyidSet: SKEYID authenticates phase 1, SKEYID_d feeds KEYMAT, SKEYID_a keys HASH(1..3),
// SKEYID_e grows the cipher key.
struct SkeyidSet {
  crypto::Digest skeyid;
  crypto::Digest d;
  crypto::Digest a;
  crypto::Digest e;
};

// SKEYID = prf(pre-shared-key, Ni_b | Nr_b) (section 5.4).
[[nodiscard]] crypto::Digest DeriveSkeyid(crypto::HashAlgorithm hash, crypto::Octets psk,
                                          crypto::Octets nonce_i, crypto::Octets nonce_r);

// DeriveSkeyidSet gives all four; `prf` is keyed with SKEYID, g^xy has the group's full length
// (section 5).
[[nodiscard]] SkeyidSet DeriveSkeyidSet(const crypto::Prf& prf, const crypto::Digest& skeyid,
                                        crypto::Octets shared, const Cookie& initiator,
                                        const Cookie& responder);

// Ka: the first octets of SKEYID_e, or of its expansion when the cipher wants more (Appendix B).
[[nodiscard]] CipherKey DeriveCipherKey(const policy::Phase1Suite& suite,
                                        const crypto::Digest& skeyid_e);

// Phase-1 HASH of the end that says `own_public` and `own_id`: HASH_I with the initiator's view,
// HASH_R with the responder's (section 5). `sa_offer` is SAi_b, the initiator's whole offer as it
// was on the wire. `prf` is keyed with SKEYID.
struct Phase1HashInput {
  crypto::Octets own_public, other_public;
  const Cookie& own_cookie;
  const Cookie& other_cookie;
  crypto::Octets sa_offer;
  crypto::Octets own_id;
};
[[nodiscard]] crypto::Digest ComputePhase1Hash(const crypto::Prf& prf,
                                               const Phase1HashInput& input);

// KeymatInput: what one direction's keys grow from (section 5.5). `shared` is empty without PFS.
struct KeymatInput {
  crypto::Octets shared;
  Spi spi{};  // of the end that receives on this SA
  crypto::Octets nonce_i, nonce_r;
};
struct KeymatParts {
  crypto::Secret encryption;  // with CTR nonce or GCM salt behind the key
  crypto::Secret integrity;
};
// `prf` is keyed with SKEYID_d.
[[nodiscard]] KeymatParts DeriveKeymat(const crypto::Prf& prf, const policy::EspSuite& suite,
                                       const KeymatInput& input);

}  // namespace iscsi_ike::ike
