// Octets of a connection to an iSNS server. The first octet says how they are cut into pieces; the
// messages that come out do not depend on it, and a discovery takes all of them.
#include <algorithm>

#include "policy/isns/discovery.hpp"
#include "policy/isns/registration.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using fuzz::Require;

constexpr std::size_t kMost = 8192;

struct Read {
  std::vector<Bytes> messages;  // written again
  bool failed = false;
};

Read ReadInPieces(Octets octets, std::size_t piece) {
  Read read;
  MessageReader reader(kMost);
  while (!octets.empty() && !read.failed) {
    Octets part = octets.first(std::min(octets.size(), piece));
    octets = octets.subspan(part.size());
    while (!part.empty() && !read.failed) {
      const auto message = reader.Take(part);
      read.failed = !message.ok();
      if (!message || !*message) continue;
      Require((*message)->payload.size() <= kMost && (*message)->payload.size() % 4 == 0);
      read.messages.push_back(WriteMessage(**message, 1024));
    }
  }
  return read;
}

void RunReader(Octets octets, std::size_t piece) {
  const Read whole = ReadInPieces(octets, octets.size());
  const Read pieces = ReadInPieces(octets, piece);
  Require(whole.failed == pieces.failed && whole.messages == pieces.messages);
  for (const Bytes& message : whole.messages) {
    const Read again = ReadInPieces(message, message.size());
    Require(!again.failed && again.messages.size() == 1 && again.messages[0] == message);
  }
}

void RunDialogue(Dialogue& dialogue, Octets octets, std::size_t piece) {
  dialogue.Start();
  while (!octets.empty()) {
    const std::uint32_t asked = dialogue.asked();
    const Octets part = octets.first(std::min(octets.size(), piece));
    octets = octets.subspan(part.size());
    dialogue.Receive(part);
    Require(dialogue.asked() - asked <= part.size());
    (void)dialogue.TakeOutput();
  }
  dialogue.Expire();
  dialogue.Lost("the end");
  Require(dialogue.IsOver() &&
          (dialogue.state() == Dialogue::State::kFailed) == dialogue.failure().has_value());
}

}  // namespace
}  // namespace iscsi_ike::policy::isns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::policy::isns;
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 64U + 1;
  const Octets octets(data + 1, size - 1);
  RunReader(octets, piece);
  Discovery discovery({"iqn.i", (data[0] & 0x40U) != 0 ? "iqn.t" : "", (data[0] & 0x80U) != 0});
  RunDialogue(discovery, octets, piece);
  Registration registration(
      {"entity",
       "iqn.t",
       "",
       {{{iscsi_ike::policy::IpAddress::V4({10, 0, 0, 1}), {1, false}}, {}, {}, {}, {}}}});
  RunDialogue(registration, octets, piece);
  return 0;
}
