// IsnsNews is a change in what an iSNS server has of a target that serve registers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ike/time.hpp"

namespace iscsi_ike::ike::tool {

struct IsnsNews {
  enum class State : std::uint8_t { kRegistered, kFailed, kDeregistered };
  State state = State::kRegistered;
  std::string server;
  std::string node;
  std::string entity;  // empty: not known
  std::size_t portals = 0;
  std::string text;        // kFailed: why
  Duration retry_after{};  // kFailed: 0: never
  // Text is the news for people, one line without its end.
  [[nodiscard]] std::string Text() const;
};
[[nodiscard]] std::string_view Name(IsnsNews::State state);  // "registered", "failed", ...
// InWholeSeconds: "5 s", rounded up.
[[nodiscard]] std::string InWholeSeconds(Duration time);

}  // namespace iscsi_ike::ike::tool
