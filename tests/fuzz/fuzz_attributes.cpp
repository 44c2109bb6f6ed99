// An attribute list, and the lifetimes in it.
#include "ike/wire/attribute.hpp"
#include "ike/wire/lifetime.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

using fuzz::Require;

void RunCursor(Octets octets) {
  AttributeCursor cursor(octets);
  std::size_t end = 0;
  while (const auto attribute = cursor.Next()) {
    Require(attribute->offset == end);
    end += (attribute->basic ? 2 : 4) + attribute->value.size();
    std::uint64_t number = 0;
    (void)attribute->AsNumber(number);
  }
  Require(cursor.error() ? cursor.error()->offset == end : end == octets.size());
  Require(!cursor.Next());
}

void RunLifetime(Octets octets, LifetimeClasses classes) {
  const auto lifetime = ParseLifetime(octets, classes);
  if (!lifetime) return;
  std::vector<std::uint8_t> out;
  Writer writer(out);
  WriteLifetime(writer, *lifetime, classes);
  const auto again = ParseLifetime(out, classes);
  Require(again.ok() && *again == *lifetime);
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::ike;
  RunCursor({data, size});
  RunLifetime({data, size}, kPhase1Lifetime);
  RunLifetime({data, size}, kPhase2Lifetime);
  return 0;
}
