// Identities and addresses, as text and as the octets of a record (first octet: IdType).
#include "policy/identity.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::policy {
namespace {

using fuzz::Require;

void RequireSame(const Parsed<Identity>& identity) {
  if (!identity) return Require(!identity.error().rule.empty());
  const auto again = Identity::Parse(identity->ToString(), "id");
  Require(again.ok() && *again == *identity);
}

void Run(std::string_view text, crypto::Octets octets) {
  RequireSame(Identity::Parse(text, "id"));
  if (!octets.empty()) RequireSame(Identity::Make(octets[0], octets.subspan(1), "id"));
  if (const auto address = IpAddress::Parse(text)) {
    Require(IpAddress::Parse(address->ToString()) == address);
    Require(IpAddress::FromOctets(address->octets()) == address);
  }
}

}  // namespace
}  // namespace iscsi_ike::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::policy::Run(iscsi_ike::fuzz::AsText(data, size), {data, size});
  return 0;
}
