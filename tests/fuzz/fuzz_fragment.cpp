// Bodies of fragment, NAT-OA, NAT-D, vendor ID, key exchange, hash and nonce payloads, the same
// octets through all of them.
#include "ike/wire/fragment.hpp"
#include "ike/wire/nat_d.hpp"
#include "ike/wire/nat_oa.hpp"
#include "ike/wire/opaque.hpp"
#include "ike/wire/vendor_id.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

using fuzz::Require;

void RunFragment(Octets body) {
  const Wire<FragmentView> fragment = ParseFragment(body);
  if (!fragment) return;
  Require(fragment->number != 0 && !fragment->data.empty());
  std::vector<std::uint8_t> out;
  Writer writer(out);
  WriteFragment(writer, *fragment);
  out[3] = body[3];  // flags other than "last" are not kept
  Require(fuzz::Same(out, body));
}

void RunNatOa(Octets body) {
  const auto address = ParseNatOa(body);
  if (!address) return;
  std::vector<std::uint8_t> out;
  Writer writer(out);
  WriteNatOa(writer, *address);
  const auto again = ParseNatOa(out);
  Require(again.ok() && *again == *address);
}

void RunVendorId(Octets body) {
  const VendorId id = IdentifyVendor(body);
  Require((id == VendorId::kUnknown) == OctetsOf(id).empty());
  Require(OctetsOf(id).size() <= body.size());
  Require(DescribeVendor(body).empty() == body.empty());
}

void RunOpaque(Octets body) {
  for (const std::size_t wanted : {std::size_t{20}, std::size_t{32}, body.size()}) {
    Require(ParseHash(body, wanted).ok() == (body.size() == wanted));
    const auto value = ParseKeyExchange(body, wanted);
    Require(!value || value->size() == body.size());
  }
  const auto nonce = ParseNonce(body);
  Require(!nonce || (fuzz::Same(*nonce, body) && body.size() >= 8 && body.size() <= 256));
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike;
  ike::RunFragment({data, size});
  ike::RunNatOa({data, size});
  ike::RunVendorId({data, size});
  ike::RunOpaque({data, size});
  fuzz::Require(ike::ParseNatD({data, size}, crypto::HashAlgorithm::kSha1).ok() == (size == 20));
  return 0;
}
