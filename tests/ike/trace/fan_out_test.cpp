#include "ike/trace/fan_out.hpp"

#include <gtest/gtest.h>

#include "samples.hpp"

namespace iscsi_ike::ike {
namespace {

class Counter final : public Observer {
 public:
  explicit Counter(bool wants_secrets) : wants_secrets_(wants_secrets) {}
  void OnInput(Time, const Input&) override { ++calls; }
  void OnDatagram(Time, Direction, const Endpoint&, const Endpoint&, crypto::Octets) override {
    ++calls;
  }
  void OnMessage(const MessageTrace&) override { ++calls; }
  void OnDropped(Time, const Endpoint&, std::string_view) override { ++calls; }
  void OnDecision(Time, SessionId, std::string_view) override { ++calls; }
  [[nodiscard]] bool WantsSecrets() const override { return wants_secrets_; }
  void OnPhase1Keys(const Phase1Keys&) override { ++keys; }
  void OnChildKeys(const ChildSa&) override { ++keys; }
  int calls = 0;
  int keys = 0;

 private:
  bool wants_secrets_;
};

TEST(FanOut, HandsOnEveryCallAndSecretsOnlyToThoseThatWantThem) {
  Counter curious(true);
  Counter modest(false);
  FanOut all;
  EXPECT_FALSE(all.WantsSecrets());
  all.Add(modest);
  EXPECT_FALSE(all.WantsSecrets());
  all.Add(curious);
  EXPECT_TRUE(all.WantsSecrets());

  all.OnInput({}, TimeoutHandled{});
  all.OnDatagram({}, Direction::kSent, {}, {}, {});
  all.OnMessage({});
  all.OnDropped({}, {}, "rule");
  all.OnDecision({}, {}, "text");
  all.OnPhase1Keys({});
  all.OnChildKeys(SampleChild());
  EXPECT_EQ(modest.calls, 5);
  EXPECT_EQ(curious.calls, 5);
  EXPECT_EQ(modest.keys, 0);
  EXPECT_EQ(curious.keys, 2);
}

}  // namespace
}  // namespace iscsi_ike::ike
