#include "tests/trust/campaign/story.hpp"

#include <chrono>
#include <utility>

namespace iscsi_ike::trust {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kFlags = 0x03;  // VALID and IKE_IPSEC_ENABLED
constexpr std::uint64_t kMain = 0x04;
constexpr std::uint64_t kAggressive = 0x08;
constexpr std::uint64_t kPfs = 0x10;
constexpr std::uint64_t kTransport = 0x20;
constexpr std::uint64_t kTunnel = 0x40;

// A word that makes a plan.
std::uint64_t DrawWord(Dice& dice) {
  return kFlags | dice.Pick({kMain, kMain, kAggressive, kMain | kAggressive}) |
         dice.Pick<std::uint64_t>({0, 0, kPfs}) |
         dice.Pick<std::uint64_t>({0, kTransport, kTransport, kTunnel});
}

// Most exponentiations are those of curve25519, real ones; the other groups and the suites by name
// come in one story of thirty-two.
void DrawSuites(Dice& dice, test::EndSettings& end) {
  end.ike =
      dice.Pick({"aes128-sha256-curve25519", "aes128-sha256-curve25519", "aes256-sha512-curve25519",
                 "aes128-sha1-curve25519", "3des-sha1-curve25519"});
  end.esp = dice.Pick({"aes128-sha256", "aes128-sha256", "aes256-sha1", "3des-sha1",
                       "aes128gcm16-esn,aes128-sha256", "aes128ctr-aesxcbc"});
  if (!dice.Chance(10000 / 32)) return;
  end.ike = dice.Pick({"aes128-sha256-ecp256", "aes256-sha384-ecp384", "3des-sha1-modp1024",
                       "aes128-sha1-modp1536", "aes128-sha256-modp2048", ""});
  if (end.ike.empty()) {
    end.suite = dice.Pick({"rfc7146", "rfc3723", "windows", "modern"});
    end.esp.clear();
  }
}

// What both ends have alike, but for who is who.
void DrawPeer(Dice& dice, Story& story) {
  const bool renews = dice.Chance(4000);
  const bool expires = !renews && dice.Chance(1000);
  const bool watches = dice.Chance(3000);
  const bool brief = (renews || expires) && dice.Chance(4000);
  const auto fragments = dice.Pick<std::size_t>({0, 1232, 1232, 200, 120});
  const auto tries = static_cast<unsigned>(dice.Between(2, 6));
  const auto patience = seconds(dice.Between(15, 60));
  const auto parallel = dice.Pick<std::size_t>({1, 1, 4});
  const bool contact = dice.Chance(3000);
  const bool in_clear = dice.Chance(2000);
  const std::uint32_t phase1_life = brief ? 240 : 28800;
  const std::uint32_t phase2_life = brief ? 100 : 3600;
  for (test::EndSettings& end : story.ends) {
    end.adjust_request = [=](policy::TranslateRequest& request) {
      request.phase1_lifetime.seconds = phase1_life;
      request.phase2_lifetime.seconds = phase2_life;
    };
    end.adjust_peer = [=](ike::PeerConfig& peer) {
      if (renews) peer.renewal.mode = ike::Renewal::kRenew;
      if (expires) peer.renewal.mode = ike::Renewal::kExpire;
      if (watches) peer.liveness = {seconds(20), seconds(2), 3};
      peer.fragment_above = fragments;
      peer.retransmit.tries = tries;
      peer.negotiation_timeout = patience;
      peer.parallel_quick_modes = parallel;
      peer.initial_contact = contact;
      peer.aggressive_hash_in_clear = in_clear;
    };
  }
}

void DrawNetwork(Dice& dice, Story& story) {
  Odds& odds = story.odds;
  const auto some = [&dice](unsigned most) {
    return dice.Chance(5000) ? static_cast<unsigned>(dice.Below(most)) : 0U;
  };
  odds.lost = some(4000);
  odds.doubled = some(2000);
  odds.corrupted = some(2500);
  odds.truncated = some(1500);
  odds.replayed = some(1500);
  odds.late = some(1000);
  odds.rebound = some(300);
  story.jitter = ike::Duration(dice.Pick({0, 5, 50, 2000}));
  story.latest = seconds(dice.Pick({5, 30, 200}));
}

void DrawTroubles(Dice& dice, Story& story) {
  Odds& odds = story.odds;
  if (dice.Chance(3000)) story.dh_takes = ike::Duration(dice.Pick({20, 1000, 20000}));
  if (dice.Chance(1500)) odds.dh_failed = static_cast<unsigned>(dice.Below(1000));
  if (dice.Chance(1500)) odds.dh_dropped = static_cast<unsigned>(dice.Below(1000));
  if (dice.Chance(2000)) odds.random_failed = static_cast<unsigned>(dice.Below(500));
  if (dice.Chance(3000)) odds.memory_failed = static_cast<unsigned>(dice.Below(1000));
  if (dice.Chance(1500)) odds.back_in_time = static_cast<unsigned>(dice.Below(3000));
  if (dice.Chance(1000)) odds.restored = static_cast<unsigned>(dice.Below(800));
  if (dice.Chance(1500)) story.clock_jump = seconds(dice.Pick({5, 120, 4000, 40000}));
  story.restarts = dice.Chance(1500);
}

void DrawLimits(Dice& dice, Story& story) {
  if (dice.Chance(1000)) story.limits.max_half_open = dice.Below(4) + 1;
  if (dice.Chance(1000)) story.limits.half_open_octets = dice.Below(4000);
  if (dice.Chance(1000)) story.limits.aggressive_at_once = static_cast<unsigned>(dice.Below(4) + 1);
  if (dice.Chance(1000)) story.limits.max_sessions = dice.Below(30) + 6;
  if (dice.Chance(1000)) story.limits.max_exchanges_per_session = dice.Below(3) + 1;
  if (dice.Chance(1000)) story.limits.max_children_per_session = dice.Below(6) + 2;
  if (dice.Chance(500)) story.limits.max_message_ids = 24;
}

void DrawEnds(Dice& dice, Story& story) {
  story.ends[0].word = DrawWord(dice);
  story.ends[0].key = dice.Word(24);
  DrawSuites(dice, story.ends[0]);
  story.ends[1] = story.ends[0];
  if (dice.Chance(800)) {
    story.same_key = false;
    story.ends[1].key = dice.Word(24);
  }
  if (dice.Chance(800)) {
    story.compatible = false;
    story.ends[1].word = DrawWord(dice);
    if (dice.Chance(3000)) DrawSuites(dice, story.ends[1]);
  }
  story.ipv6 = dice.Chance(1000);
  story.both_initiate = dice.Chance(4000);
  if (!story.both_initiate && !story.ipv6 && dice.Chance(2000))
    story.behind = dice.Pick({test::Behind::kHba, test::Behind::kPortal, test::Behind::kBoth});
}

}  // namespace

Story MakeStory(std::uint64_t seed) {
  Dice dice(seed * 2 + 1);
  Story story;
  story.seed = seed;
  DrawEnds(dice, story);
  DrawPeer(dice, story);
  // One story of ten is told in peace: there every login must come up.
  if (!dice.Chance(1000)) {
    DrawNetwork(dice, story);
    DrawTroubles(dice, story);
    DrawLimits(dice, story);
  }
  story.meddles = dice.Chance(5000);
  story.connects = dice.Below(14) + 4;
  story.pause = ike::Duration(dice.Pick({20, 1000, 10000, 60000}));
  return story;
}

std::string Describe(const Story& story) {
  const Odds& o = story.odds;
  std::string text = "words " + std::to_string(story.ends[0].word) + " " +
                     std::to_string(story.ends[1].word) + ", " + story.ends[0].ike + " / " +
                     story.ends[1].ike + ", connects " + std::to_string(story.connects);
  const auto add = [&text](const char* name, auto value) {
    if (value != 0) text += std::string(", ") + name + " " + std::to_string(value);
  };
  add("lost", o.lost), add("doubled", o.doubled), add("late", o.late);
  add("corrupted", o.corrupted), add("truncated", o.truncated), add("replayed", o.replayed);
  add("rebound", o.rebound), add("dh failed", o.dh_failed), add("dh dropped", o.dh_dropped);
  add("random failed", o.random_failed), add("memory failed", o.memory_failed);
  add("back in time", o.back_in_time), add("restored", o.restored);
  add("jitter ms", story.jitter.count()), add("latest ms", story.latest.count());
  add("dh takes ms", story.dh_takes.count()), add("pause ms", story.pause.count());
  add("clock jump ms", story.clock_jump.count()), add("restarts", int{story.restarts});
  add("both initiate", int{story.both_initiate}), add("meddles", int{story.meddles});
  add("behind", static_cast<int>(story.behind)), add("ipv6", int{story.ipv6});
  add("other key", int{!story.same_key}), add("other settings", int{!story.compatible});
  return text;
}

}  // namespace iscsi_ike::trust
