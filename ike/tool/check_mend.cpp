#include "ike/tool/check_mend.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "ike/tool/check_distance.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// So many unfinished changes are followed at each step, and so many of those that change the same
// members.
constexpr std::size_t kMostFollowed = 32;
constexpr std::size_t kMostAlike = 2;

// MendState is the two descriptions with some edits made.
struct MendState {
  CheckEntry initiator;
  CheckEntry responder;
  std::size_t number = 0;  // of the responder's entry
  CheckChange change;

  [[nodiscard]] MendState Clone() const {
    return {initiator.Clone(), responder.Clone(), number, change};
  }
  [[nodiscard]] CheckEntry& Entry(Role role) {
    return role == Role::kInitiator ? initiator : responder;
  }
  [[nodiscard]] bool Changes(Role role, const std::string& member) const {
    return std::ranges::any_of(change.edits, [&](const PlacedEdit& placed) {
      return placed.role == role && placed.edit.member == member;
    });
  }
};

unsigned SizeOf(const CheckChange& change) {
  unsigned size = 0;
  for (const PlacedEdit& placed : change.edits) size += placed.edit.size;
  return size;
}

// ChangedEnds: a bit for each.
unsigned BitOf(Role role) { return role == Role::kInitiator ? 1U : 2U; }
unsigned ChangedEnds(const CheckChange& change) {
  unsigned ends = 0;
  for (const PlacedEdit& placed : change.edits) ends |= BitOf(placed.role);
  return ends;
}

// IsBetter: less in the way, less given up, less touched, more strength.
bool IsBetter(const MendState& a, const MendState& b) {
  const auto key = [](const CheckChange& change) {
    const CheckDistance distance = DistanceOf(change.verdict);
    return std::tuple(distance.hidden, distance.obstacles, change.lowered.size(), distance.parts,
                      SizeOf(change));
  };
  const auto key_a = key(a.change);
  const auto key_b = key(b.change);
  if (key_a != key_b) return key_a < key_b;
  return StrengthOf(a.change.verdict.agreement) > StrengthOf(b.change.verdict.agreement);
}

// ToFollow: the best ones, but not only those that begin alike.
std::vector<MendState> ToFollow(std::vector<MendState> states) {
  std::vector<MendState> kept;
  const auto alike = [](const MendState& a, const MendState& b) {
    return std::ranges::all_of(a.change.edits, [&](const PlacedEdit& placed) {
      return b.Changes(placed.role, placed.edit.member);
    });
  };
  for (MendState& state : states) {
    const auto known =
        std::ranges::count_if(kept, [&](const MendState& other) { return alike(state, other); });
    if (static_cast<std::size_t>(known) < kMostAlike) kept.push_back(std::move(state));
    if (kept.size() == kMostFollowed) break;
  }
  return kept;
}

class Mending {
 public:
  // `roles`: the ends that may be changed.
  Mending(const CheckPair& pair, const CheckVerdict& failed, std::vector<Role> roles)
      : pair_(pair), failed_(failed), roles_(std::move(roles)) {}

  std::optional<CheckChange> Run(std::size_t number) {
    std::vector<MendState> states;
    states.push_back({pair_.initiator().entries.front().Clone(),
                      pair_.responder().entries[number].Clone(),
                      number,
                      {{}, {}, failed_}});
    for (std::size_t step = 0; step < kMostCheckEdits && !states.empty(); ++step) {
      std::vector<MendState> next;
      for (const MendState& state : states) Follow(state, next);
      std::ranges::stable_sort(next, IsBetter);
      if (!next.empty() && next.front().change.verdict.ok()) return std::move(next.front().change);
      states = ToFollow(std::move(next));
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] CheckView ViewOf(const MendState& state, Role role) const {
    const bool initiates = role == Role::kInitiator;
    const CheckVerdict& verdict = state.change.verdict;
    return {pair_.End(role),
            initiates ? state.initiator : state.responder,
            initiates ? *verdict.initiator : *verdict.responder,
            pair_.End(initiates ? Role::kResponder : Role::kInitiator),
            initiates ? state.responder : state.initiator,
            initiates ? *verdict.responder : *verdict.initiator,
            verdict.agreement,
            pair_.places()};
  }

  // Follow adds what one more edit makes of a state, where that helps.
  void Follow(const MendState& state, std::vector<MendState>& next) const {
    for (const Role role : roles_) {
      for (CheckEdit& edit : EditsOf(ViewOf(state, role))) {
        if (state.Changes(role, edit.member)) continue;
        if (auto tried = Try(state, role, std::move(edit))) next.push_back(std::move(*tried));
      }
    }
  }

  [[nodiscard]] std::optional<MendState> Try(const MendState& state, Role role,
                                             CheckEdit edit) const {
    MendState tried = state.Clone();
    edit.apply(tried.Entry(role));
    auto verdict = pair_.JudgeWith(tried.initiator, state.number, tried.responder);
    if (!verdict) return std::nullopt;
    const bool nearer = DistanceOf(*verdict) < DistanceOf(state.change.verdict);
    if (!nearer || !verdict->responder) return std::nullopt;
    tried.change.verdict = std::move(*verdict);
    tried.change.edits.push_back({role, std::move(edit)});
    if (!Regard(tried)) return std::nullopt;
    tried.change.lowered = Lowered(tried);
    return tried;
  }

  // Regard the entry of the responder's that the initiator now comes to. False: it is another than
  // the one that has been changed.
  [[nodiscard]] bool Regard(MendState& state) const {
    const std::size_t number = *state.change.verdict.agreement.responder;
    if (number == state.number) return true;
    if ((ChangedEnds(state.change) & BitOf(Role::kResponder)) != 0) return false;
    state.number = number;
    state.responder = pair_.responder().entries[number].Clone();
    return true;
  }

  [[nodiscard]] std::vector<std::string> Lowered(const MendState& state) const {
    const unsigned ends = ChangedEnds(state.change);
    std::vector<std::string> lowered;
    const Agreement& agreed = state.change.verdict.agreement;
    if ((ends & BitOf(Role::kInitiator)) != 0)
      lowered = LoweredBy(pair_.initiator().entries.front(), state.initiator, agreed);
    if ((ends & BitOf(Role::kResponder)) == 0) return lowered;
    const CheckEntry& before = pair_.responder().entries[state.number];
    for (std::string& one : LoweredBy(before, state.responder, agreed))
      if (std::ranges::find(lowered, one) == lowered.end()) lowered.push_back(std::move(one));
    return lowered;
  }

  const CheckPair& pair_;
  const CheckVerdict& failed_;
  std::vector<Role> roles_;
};

}  // namespace

std::vector<CheckChange> MendingsOf(const CheckPair& pair, const CheckVerdict& failed) {
  // Without a responder nothing can be compared: a plan of the initiator's comes first.
  const std::size_t number = failed.agreement.responder.value_or(0);
  if (failed.ok() || pair.serving().responders.empty()) return {};
  CheckVerdict begun = failed;
  begun.responder = pair.serving().responders[number];
  std::vector<CheckChange> changes;
  auto best = Mending(pair, begun, {Role::kInitiator, Role::kResponder}).Run(number);
  if (!best) return changes;
  changes.push_back(std::move(*best));
  for (const Role role : {Role::kInitiator, Role::kResponder}) {
    if (ChangedEnds(changes.front()) == BitOf(role)) continue;
    if (auto alone = Mending(pair, begun, {role}).Run(number)) changes.push_back(std::move(*alone));
  }
  return changes;
}

}  // namespace iscsi_ike::ike::tool
