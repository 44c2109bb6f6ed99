// Initiator: which of a machine's HBAs, and which port of it, a setting is for (the InitiatorName
// and InitiatorPortNumber of the functions of iscsidsc.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace iscsi_ike::policy {

// Initiator without name is every one; without port, every port of it
// (ISCSI_ALL_INITIATOR_PORTS).
struct Initiator {
  std::string name;  // "Root\ISCSIPRT\0000_0"
  std::optional<std::uint32_t> port;
  friend bool operator==(const Initiator&, const Initiator&) = default;
};

inline constexpr std::uint32_t kAllPorts = 0xFFFFFFFF;     // ISCSI_ALL_INITIATOR_PORTS
inline constexpr std::size_t kLongestInitiatorName = 256;  // MAX_ISCSI_HBANAME_LEN

// ToString: "", "port 2", "Root\ISCSIPRT\0000_0 port 2".
[[nodiscard]] std::string ToString(const Initiator& initiator);

// Closeness tells how well a setting for `setting` fits `initiator`: nullopt when both name a name
// or both a port, and these differ; else more the more of them are the same.
[[nodiscard]] std::optional<unsigned> Closeness(const Initiator& setting,
                                                const Initiator& initiator);

}  // namespace iscsi_ike::policy
