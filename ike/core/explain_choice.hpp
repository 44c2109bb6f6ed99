// Why a transform was not taken, attribute by attribute, the same way in both phases: against the
// suite that comes closest.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike/errors.hpp"

namespace iscsi_ike::ike {

// An offer may hold thousands of transforms; so many refusals are kept, the first ones.
inline constexpr std::size_t kMostRefusals = 64;

// Refuser notes refusals of one transform (or of a whole proposal: transform 0).
struct Refuser {
  std::uint8_t proposal;
  std::uint8_t transform;
  std::vector<Refusal>& refusals;
  [[nodiscard]] bool full() const { return refusals.size() >= kMostRefusals; }
  void operator()(std::string_view attribute, std::string offered, std::string allowed,
                  std::string_view rule) const {
    if (full()) return;
    refusals.push_back({proposal, transform, std::string(attribute), std::move(offered),
                        std::move(allowed), std::string(rule)});
  }
};

// Join lists texts with a comma between, each once.
template <class List, class ToText>
[[nodiscard]] std::string Join(const List& list, ToText to_text) {
  std::vector<std::string> seen;
  std::string joined;
  for (const auto& item : list) {
    std::string text(to_text(item));
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    joined += (joined.empty() ? "" : ", ") + text;
    seen.push_back(std::move(text));
  }
  return joined;
}

// Member is one attribute: its number on the wire as a transform has it and as a suite has it, and
// its text.
template <class Transform, class Suite>
struct Member {
  std::string_view name;
  std::uint16_t (*offered)(const Transform&);
  std::uint16_t (*of_suite)(const Suite&);
  std::string (*text)(std::uint16_t);
};

// ExplainDifferences adds a refusal for each attribute in which the transform differs from the
// closest of `suites`.
template <class Transform, class Suite, std::size_t N>
void ExplainDifferences(const Member<Transform, Suite> (&members)[N], const Transform& offered,
                        std::span<const Suite> suites, const Refuser& refuse,
                        std::string_view rule) {
  if (suites.empty() || refuse.full()) return;
  const auto matches = [&](const Suite& suite) {
    return std::count_if(std::begin(members), std::end(members),
                         [&](const auto& m) { return m.offered(offered) == m.of_suite(suite); });
  };
  const auto& closest =
      *std::max_element(suites.begin(), suites.end(),
                        [&](const Suite& a, const Suite& b) { return matches(a) < matches(b); });
  for (const auto& m : members) {
    const std::uint16_t value = m.offered(offered);
    if (value == m.of_suite(closest)) continue;
    const bool elsewhere = std::any_of(suites.begin(), suites.end(),
                                       [&](const Suite& s) { return m.of_suite(s) == value; });
    refuse(m.name, m.text(value),
           elsewhere ? "only in another combination: " +
                           Join(suites, [](const Suite& s) { return policy::ToString(s); })
                     : Join(suites, [&](const Suite& s) { return m.text(m.of_suite(s)); }),
           rule);
  }
}

}  // namespace iscsi_ike::ike
