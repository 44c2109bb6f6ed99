#include "ike/tool/isns_news.hpp"

#include <chrono>

#include "policy/text.hpp"

namespace iscsi_ike::ike::tool {

std::string InWholeSeconds(Duration time) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

std::string_view Name(IsnsNews::State state) {
  switch (state) {
    case IsnsNews::State::kRegistered:
      return "registered";
    case IsnsNews::State::kFailed:
      return "failed";
    case IsnsNews::State::kDeregistered:
      return "deregistered";
  }
  return "?";
}

std::string IsnsNews::Text() const {
  if (state == State::kFailed) {
    return text + (retry_after == Duration{}
                       ? "; it may stay registered until the server forgets it"
                       : "; serve goes on, and tries again in " + InWholeSeconds(retry_after));
  }
  return "iSNS: " + server + ": " + std::string(Name(state)) + " " + node + " in entity " +
         policy::Quote(entity) + ", " + std::to_string(portals) +
         (portals == 1 ? " portal" : " portals");
}

}  // namespace iscsi_ike::ike::tool
