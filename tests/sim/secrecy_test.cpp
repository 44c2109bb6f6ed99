// No octet of a key shows in an event, a trace line or a failure, whatever happens.
#include <gtest/gtest.h>

#include "ike/trace/event_text.hpp"
#include "tests/sim/exchanges.hpp"
#include "tests/support/vectors.hpp"

namespace iscsi_ike::test {
namespace {

const std::string kKey = "a key that must not show";

std::string EverythingSaidBy(const Node& node) {
  std::string all;
  for (const ike::Event& event : node.events) all += ike::EventText(event);
  for (const std::string& line : node.recorder.dropped) all += line + "\n";
  for (const std::string& line : node.recorder.decisions) all += line + "\n";
  return all;
}

void ExpectNoKeyIn(const std::string& said, const Node& node) {
  std::vector<Bytes> secrets{FromText(kKey)};
  for (const auto* list : {&node.recorder.keys, &node.recorder.child_keys}) {
    for (const auto& key : *list) {
      if (key.name != "IV") secrets.push_back(key.octets);
    }
  }
  for (const Bytes& secret : secrets) {
    // Half of it would be half too much.
    const Bytes head(secret.begin(), secret.begin() + static_cast<std::ptrdiff_t>(8));
    EXPECT_EQ(said.find(ToHex(head)), std::string::npos);
    EXPECT_EQ(said.find(std::string(head.begin(), head.end())), std::string::npos);
  }
}

struct Story {
  const char* name;
  std::uint64_t initiator, responder;
  const char* key;  // of the responder
  bool lossy;
};

TEST(Secrecy, NothingSaidHoldsAKey) {
  const Story stories[] = {
      {"well", kMainPfsWord, kMainPfsWord, kKey.c_str(), false},
      {"well aggressive", kAggressivePfsWord, kAggressivePfsWord, kKey.c_str(), false},
      {"pfs", kMainWord, kMainPfsWord, kKey.c_str(), false},
      {"key", kMainWord, kMainWord, "a key of another kind", false},
      {"key aggressive", kAggressiveWord, kAggressiveWord, "another", false},
      {"mode", kAggressiveWord, kMainWord, kKey.c_str(), false},
      {"silence", kMainWord, kMainWord, kKey.c_str(), true}};
  for (const Story& story : stories) {
    SCOPED_TRACE(story.name);
    EndSettings hba = QuickEnd(story.initiator);
    EndSettings portal = QuickEnd(story.responder);
    hba.key = kKey;
    portal.key = story.key;
    Pair pair(hba, portal);
    if (story.lossy) {
      pair.net.fate = [&pair](Sent& sent) -> std::vector<ike::Duration> {
        if (sent.number > 4) return {};
        return {pair.net.latency};
      };
    }
    pair.Connect();
    pair.net.Run();
    for (const Node* node : {pair.initiator, pair.responder}) {
      const std::string said = EverythingSaidBy(*node);
      EXPECT_FALSE(said.empty());
      ExpectNoKeyIn(said, *node);
    }
  }
}

}  // namespace
}  // namespace iscsi_ike::test
