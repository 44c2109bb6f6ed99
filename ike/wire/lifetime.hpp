// Lifetimes in attribute lists: pairs of Life Type and Life Duration, in phase 1 (RFC 2409 Appendix
// A, classes 11 and 12), in phase 2 and in RESPONDER-LIFETIME (RFC 2407 section 4.5, classes 1 and
// 2).
#pragma once

#include <cstdint>
#include <optional>

#include "ike/wire/attribute.hpp"
#include "policy/proposal.hpp"

namespace iscsi_ike::ike {

// LifetimeClasses: the two attribute numbers of a phase.
struct LifetimeClasses {
  std::uint16_t type = 0;
  std::uint16_t duration = 0;
};
inline constexpr LifetimeClasses kPhase1Lifetime{11, 12};
inline constexpr LifetimeClasses kPhase2Lifetime{1, 2};

// LifetimeCollector takes the attributes of a list in order. A duration must come directly after
// its type; a repeated type must repeat its duration (RFC 2407 sections 4.5 and 4.5.2).
class LifetimeCollector {
 public:
  explicit LifetimeCollector(LifetimeClasses classes) : classes_(classes) {}
  // Take looks at every attribute of the list, of whatever class; true in `mine` when it belonged
  // here.
  [[nodiscard]] std::optional<ParseError> Take(const Attribute& attribute, bool& mine);
  // Finish is to be called at the end of the list, which is at `offset`.
  [[nodiscard]] std::optional<ParseError> Finish(std::size_t offset) const;

  [[nodiscard]] bool found() const { return seconds_.has_value() || kilobytes_.has_value(); }
  // unknown_type: a life type other than seconds and kilobytes was there; its duration was skipped.
  [[nodiscard]] bool unknown_type() const { return unknown_type_; }
  // lifetime: 0 where nothing was said. A duration past 32 bits reads as 0xffffffff.
  [[nodiscard]] policy::Lifetime lifetime() const {
    return {seconds_.value_or(0), kilobytes_.value_or(0)};
  }

 private:
  [[nodiscard]] std::optional<ParseError> TakeDuration(const Attribute& attribute);
  LifetimeClasses classes_;
  std::optional<std::uint16_t> pending_type_;
  std::optional<std::uint32_t> seconds_;
  std::optional<std::uint32_t> kilobytes_;
  bool unknown_type_ = false;
};

// ParseLifetime reads a list that holds nothing else: the data of RESPONDER-LIFETIME. Other
// attributes are skipped.
[[nodiscard]] Wire<policy::Lifetime> ParseLifetime(Octets attributes, LifetimeClasses classes);

// WriteLifetime writes a pair for each bound that is not 0.
void WriteLifetime(Writer& writer, const policy::Lifetime& lifetime, LifetimeClasses classes);

}  // namespace iscsi_ike::ike
