#include "policy/initiator.hpp"

#include "policy/text.hpp"

namespace iscsi_ike::policy {

std::string ToString(const Initiator& initiator) {
  std::string text = initiator.name;
  if (initiator.port) text += (text.empty() ? "port " : " port ") + std::to_string(*initiator.port);
  return text;
}

std::optional<unsigned> Closeness(const Initiator& setting, const Initiator& initiator) {
  const bool names = !setting.name.empty() && !initiator.name.empty();
  const bool ports = setting.port && initiator.port;
  if (names && !SameName(setting.name, initiator.name)) return std::nullopt;
  if (ports && setting.port != initiator.port) return std::nullopt;
  // A setting for all comes before one for a port or a name that nobody asked for.
  const unsigned open = (setting.name.empty() ? 1U : 0U) + (setting.port ? 0U : 1U);
  return (names ? 8U : 0U) + (ports ? 4U : 0U) + open;
}

}  // namespace iscsi_ike::policy
