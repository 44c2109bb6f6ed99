#include "ike/wire/lifetime.hpp"

#include <algorithm>
#include <limits>

#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {
namespace {

ParseError SyntaxError(std::string_view rule, std::size_t offset) {
  return ParseError{rule, offset, NotifyType::kBadProposalSyntax};
}

constexpr std::string_view kTypeAlone = "life type without its life duration";

// Store keeps a duration and refuses a second, different one.
std::optional<ParseError> Store(std::optional<std::uint32_t>& slot, std::uint32_t duration,
                                std::size_t offset) {
  if (slot && *slot != duration) {
    return ParseError{"life duration repeated with another value", offset,
                      NotifyType::kAttributesNotSupported};
  }
  slot = duration;
  return std::nullopt;
}

}  // namespace

// RFC 2407 section 4.5: a duration "MUST always follow" the life type that describes it.
std::optional<ParseError> LifetimeCollector::Take(const Attribute& attribute, bool& mine) {
  mine = attribute.type == classes_.type || attribute.type == classes_.duration;
  if (attribute.type == classes_.duration) return TakeDuration(attribute);
  if (pending_type_) return SyntaxError(kTypeAlone, attribute.offset);
  if (attribute.type != classes_.type) return std::nullopt;
  std::uint64_t type = 0;
  if (!attribute.AsNumber(type) || type > 0xffff) {
    return ParseError{"life type is no number of 16 bits", attribute.offset};
  }
  pending_type_ = static_cast<std::uint16_t>(type);
  return std::nullopt;
}

std::optional<ParseError> LifetimeCollector::TakeDuration(const Attribute& attribute) {
  if (!pending_type_) {
    return SyntaxError("life duration without a life type before it", attribute.offset);
  }
  std::uint64_t number = 0;
  if (!attribute.AsNumber(number)) {
    return ParseError{"life duration is no number of 1 to 8 octets", attribute.offset};
  }
  const auto type = static_cast<LifeType>(*pending_type_);
  pending_type_.reset();
  const auto duration = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
  if (type == LifeType::kSeconds) return Store(seconds_, duration, attribute.offset);
  if (type == LifeType::kKilobytes) return Store(kilobytes_, duration, attribute.offset);
  unknown_type_ = true;
  return std::nullopt;
}

std::optional<ParseError> LifetimeCollector::Finish(std::size_t offset) const {
  if (pending_type_) return SyntaxError(kTypeAlone, offset);
  return std::nullopt;
}

Wire<policy::Lifetime> ParseLifetime(Octets attributes, LifetimeClasses classes) {
  LifetimeCollector collector(classes);
  AttributeCursor cursor(attributes);
  while (const auto attribute = cursor.Next()) {
    bool mine = false;
    if (auto error = collector.Take(*attribute, mine)) return Failure<ParseError>(*error);
  }
  if (cursor.error()) return Failure<ParseError>(*cursor.error());
  if (auto error = collector.Finish(attributes.size())) return Failure<ParseError>(*error);
  return collector.lifetime();
}

void WriteLifetime(Writer& writer, const policy::Lifetime& lifetime, LifetimeClasses classes) {
  const auto pair = [&](LifeType type, std::uint32_t duration) {
    if (duration == 0) return;
    WriteAttribute(writer, classes.type, ToNumber(type));
    WriteAttribute(writer, classes.duration, duration);
  };
  pair(LifeType::kSeconds, lifetime.seconds);
  pair(LifeType::kKilobytes, lifetime.kilobytes);
}

}  // namespace iscsi_ike::ike
