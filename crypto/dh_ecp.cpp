// Curve arithmetic on OpenSSL; the check of a peer's value alone needs no curve object.
#include "crypto/dh_ecp.hpp"

#include <openssl/obj_mac.h>

#include <algorithm>
#include <bit>

#include "crypto/dh_groups.hpp"

namespace iscsi_ike::crypto {
namespace {

constexpr std::size_t kMaxPublicSize = 132;  // octets, P-521

// IsBelow compares big-endian numbers of one length; for public numbers and rejected candidates.
bool IsBelow(Octets a, Octets b) { return std::ranges::lexicographical_compare(a, b); }

bool IsZero(Octets octets) {
  return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

// Frame brackets the temporary numbers of one computation.
class Frame {
 public:
  explicit Frame(BN_CTX* context) : context_(context) { BN_CTX_start(context_); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() { BN_CTX_end(context_); }
  // After one null every further Number is null too.
  [[nodiscard]] BIGNUM* Number() { return BN_CTX_get(context_); }

 private:
  BN_CTX* context_;
};

// y^2 = x^3 - 3x + b mod p, computed as y^2 = x * (x^2 - 3) + b.
bool IsOnCurve(const EcpCurve& curve, Octets x_octets, Octets y_octets) {
  const BnContextPtr context(BN_CTX_new());
  if (!context) return false;
  BN_CTX* const c = context.get();
  Frame frame(c);
  BIGNUM* const p = frame.Number();
  BIGNUM* const x = frame.Number();
  BIGNUM* const y = frame.Number();
  BIGNUM* const b = frame.Number();
  BIGNUM* const right = frame.Number();
  if (right == nullptr) return false;
  return Assign(p, curve.prime) && Assign(b, curve.b) && Assign(x, x_octets) &&
         Assign(y, y_octets) && BN_mod_sqr(right, x, p, c) == 1 && BN_sub_word(right, 3) == 1 &&
         BN_mod_mul(right, right, x, p, c) == 1 && BN_mod_add_quick(right, right, b, p) == 1 &&
         BN_mod_sqr(y, y, p, c) == 1 && BN_cmp(y, right) == 0;
}

}  // namespace

bool IsEcpPublicValue(DhGroup group, Octets value) {
  const EcpCurve curve = EcpNumbers(group);
  const std::size_t half = curve.prime.size();
  if (half == 0 || value.size() != 2 * half) return false;
  const Octets x = value.first(half);
  const Octets y = value.last(half);
  return IsBelow(x, curve.prime) && IsBelow(y, curve.prime) && IsOnCurve(curve, x, y);
}

std::optional<Secret> MakeEcpPrivateKey(DhGroup group, RandomSource& random) {
  constexpr int kAttempts = 16;  // a sound source misses once in 2^32 (P-256) or far less
  const Octets order = EcpNumbers(group).order;
  if (order.empty()) return std::nullopt;
  const auto top_mask = static_cast<std::uint8_t>(0xff >> std::countl_zero(order.front()));
  Secret key(order.size());
  const MutableOctets candidate = key.ExposeMutable();
  for (int i = 0; i < kAttempts; ++i) {
    if (!random.Fill(candidate)) return std::nullopt;
    candidate.front() &= top_mask;
    if (!IsZero(candidate) && IsBelow(candidate, order)) return key;
  }
  return std::nullopt;
}

const EC_GROUP* EcpDh::CurveOf(DhGroup group) {
  constexpr std::array<int, 3> kNids = {NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1};
  const std::size_t index =
      static_cast<std::size_t>(group) - static_cast<std::size_t>(DhGroup::kEcp256);
  if (index >= kNids.size()) return nullptr;
  if (!curves_[index]) curves_[index].reset(EC_GROUP_new_by_curve_name(kNids[index]));
  return curves_[index].get();
}

// Multiply writes x|y of private_key times the peer's point, or the base point for a null peer.
bool EcpDh::Multiply(const EC_GROUP* curve, const EC_POINT* peer, Octets private_key,
                     MutableOctets xy) {
  // A context for each: it keeps the temporary numbers of a computation until it is freed.
  const BnContextPtr context(BN_CTX_secure_new());
  const EcPointPtr product(EC_POINT_new(curve));
  const BignumPtr scalar(BN_secure_new());
  if (!context || !product || !scalar || private_key.size() > xy.size() / 2) return false;
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  if (!Assign(scalar.get(), private_key) || BN_is_zero(scalar.get()) != 0 ||
      BN_cmp(scalar.get(), EC_GROUP_get0_order(curve)) >= 0) {
    return false;
  }
  // One scalar at a time is OpenSSL's constant-time path.
  const bool multiplied =
      peer == nullptr
          ? EC_POINT_mul(curve, product.get(), scalar.get(), nullptr, nullptr, context.get()) == 1
          : EC_POINT_mul(curve, product.get(), nullptr, peer, scalar.get(), context.get()) == 1;
  if (!multiplied) return false;
  InlineSecret<1 + kMaxPublicSize> encoded;  // 04 | x | y
  const MutableOctets buffer = encoded.Resize(1 + xy.size());
  if (EC_POINT_point2oct(curve, product.get(), POINT_CONVERSION_UNCOMPRESSED, buffer.data(),
                         buffer.size(), context.get()) != buffer.size()) {
    return false;
  }
  std::ranges::copy(buffer.subspan(1), xy.begin());
  return true;
}

DhOutcome EcpDh::Generate(DhGroup group, Octets private_key, MutableOctets out) {
  const EC_GROUP* const curve = CurveOf(group);
  const bool ok = curve != nullptr && Multiply(curve, nullptr, private_key, out);
  return ok ? DhOutcome::kOk : DhOutcome::kFailed;
}

DhOutcome EcpDh::Agree(DhGroup group, Octets private_key, Octets peer_public, MutableOctets out) {
  if (peer_public.size() != Info(group).public_size) return DhOutcome::kBadPeerValue;
  const EC_GROUP* const curve = CurveOf(group);
  if (curve == nullptr) return DhOutcome::kFailed;
  const EcPointPtr peer(EC_POINT_new(curve));
  if (!peer) return DhOutcome::kFailed;
  std::array<std::uint8_t, 1 + kMaxPublicSize> encoded{POINT_CONVERSION_UNCOMPRESSED};
  std::ranges::copy(peer_public, encoded.begin() + 1);
  // Refuses coordinates beyond p and points off the curve.
  if (EC_POINT_oct2point(curve, peer.get(), encoded.data(), 1 + peer_public.size(), nullptr) != 1) {
    return DhOutcome::kBadPeerValue;
  }
  InlineSecret<kMaxPublicSize> product;
  const MutableOctets xy = product.Resize(peer_public.size());
  if (!Multiply(curve, peer.get(), private_key, xy)) return DhOutcome::kFailed;
  std::ranges::copy(xy.first(out.size()), out.begin());
  return DhOutcome::kOk;
}

}  // namespace iscsi_ike::crypto
