// Directory: what the answers of an iSNS server come to: entities with their portals and nodes, and
// which portal leads to which node (portal groups, RFC 4171 sections 3.4 and 5.6.5.2).
//
// An answer is a run of attributes in which a key begins a new object: entities 1, portals 16 and
// 17, nodes 32, portal groups 48 to 50. What a server does not know it leaves out. Where the query
// had a message key, the portals behind a node are those that lead to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/isns/attribute.hpp"
#include "policy/isns/message.hpp"
#include "policy/target_portal.hpp"

namespace iscsi_ike::policy::isns {

// More than these in a directory are an error: nobody's memory is the server's to fill.
inline constexpr std::size_t kMostEntities = 32768;
inline constexpr std::size_t kMostPortals = 32768;
inline constexpr std::size_t kMostNodes = 32768;
inline constexpr std::size_t kMostGroups = 131072;
inline constexpr std::size_t kMostProblems = 64;
// Octets of proposals that a directory holds, over all answers.
inline constexpr std::size_t kMostKept = std::size_t{32} << 20;
// The length of an SA payload has 16 bits, and its attribute up to 3 octets of pad.
inline constexpr std::size_t kMostProposals = 65538;

// Index is a place in one of the directory's lists.
using Index = std::uint32_t;

struct Entity {
  std::string id;
  std::optional<std::uint32_t> protocol;
  std::optional<std::uint32_t> registration_period;  // seconds
  Bytes phase1_proposals;  // tag 11 with its pad (ike/wire/stored_proposals.hpp); empty: none
};

// PortalKey names a portal: no two have the same.
struct PortalKey {
  IpAddress address;
  PortalPort port;
  [[nodiscard]] std::string ToString() const;  // "192.0.2.1:3260", "[2001:db8::1]:3260 UDP"
  friend bool operator==(const PortalKey&, const PortalKey&) = default;
  friend bool operator<(const PortalKey& a, const PortalKey& b);  // any order
};

// WireKey is a portal's key as a server has it: 16 octets of address, 4 of port. Servers look for
// these very octets, and there are several forms of an IPv4 address (Attribute::AsAddress).
using WireKey = std::array<std::uint8_t, 20>;
// ToWireKey is nothing where the values do not have these lengths.
[[nodiscard]] std::optional<WireKey> ToWireKey(const Attribute& address, const Attribute& port);

struct Portal {
  PortalKey key;
  WireKey wire_key{};
  std::optional<SecurityFlags> bitmap;  // tag 27; unset: the server has none
  std::string symbolic_name;
  Bytes phase1_proposals;  // tag 28; empty: none
  Bytes phase2_proposals;  // tag 29; empty: none
  std::optional<Index> entity;
};

struct Node {
  std::string name;
  std::optional<std::uint32_t> type;  // kTargetNode, kInitiatorNode, ...
  std::string alias;
  std::optional<Index> entity;
  // IsTarget: also where the server did not say.
  [[nodiscard]] bool IsTarget() const { return !type || (*type & kTargetNode) != 0; }
};

// Group says that a portal leads to a node. `tag` is its portal group there; unset: it was not
// told.
struct Group {
  Index node = 0;
  Index portal = 0;
  std::optional<std::uint32_t> tag;
};

// Directory lists objects in the order in which the server named them first.
struct Directory {
  std::vector<Entity> entities;
  std::vector<Portal> portals;
  std::vector<Node> nodes;
  std::vector<Group> groups;
  std::vector<std::string> problems;  // attributes that could not be read and are left out

  // Phase1ProposalsOf: the portal's own, else those of its entity (section 6.2.9); may be empty.
  [[nodiscard]] Octets Phase1ProposalsOf(const Portal& portal) const;
  [[nodiscard]] const Node* FindNode(
      std::string_view name) const;  // names are compared as they are
};

// ToTargetPortal is the portal as the rest of the policy knows it; without a key, and without its
// proposals, which are octets still.
[[nodiscard]] TargetPortal ToTargetPortal(const Portal& portal);

// DirectoryBuilder takes answers, one or many, to queries that asked for keys before what belongs
// to them. Objects that come again are the same object, with what is new.
class DirectoryBuilder {
 public:
  // Add: errors are a key that cannot be read, more objects or proposals than there may
  // be. Other attributes that cannot be read are problems of the directory, as are
  // proposals of more than kMostProposals octets. `node`: what the answer begins with belongs
  // to it; empty: to none.
  [[nodiscard]] Status<Error> Add(const ResponseView& answer, const std::string& node = {});
  [[nodiscard]] std::span<const Node> nodes() const { return directory_.nodes; }
  [[nodiscard]] std::span<const Portal> portals() const { return directory_.portals; }
  // AddProblem is for what the caller found wanting.
  void AddProblem(std::string problem);
  // Take leaves an empty directory. Groups without a tag (its value was NULL) lead nowhere and are
  // left out.
  [[nodiscard]] Directory Take();

 private:
  // Place is what the attributes at one place of an answer belong to.
  struct Place {
    enum class Object : std::uint8_t { kNone, kEntity, kPortal, kNode, kGroup };
    Object object = Object::kNone;
    bool keyed = false;
    std::optional<Index> entity;
    std::optional<Index> node;
    std::optional<Index> portal;
    std::optional<Index> group;
    // What has been read of a key that is not whole yet.
    std::optional<Attribute> address;
    std::optional<Index> group_node;
  };

  [[nodiscard]] Status<Error> AddAttribute(Place& place, const Attribute& attribute);
  [[nodiscard]] Status<Error> BeginEntity(Place& place, const Attribute& attribute);
  [[nodiscard]] Status<Error> BeginNode(Place& place, const Attribute& attribute);
  [[nodiscard]] Status<Error> AddAddress(Place& place, const Attribute& attribute);
  [[nodiscard]] Status<Error> EndPortalKey(Place& place, const Attribute& attribute);
  [[nodiscard]] Status<Error> BeginGroup(Place& place, const Attribute& attribute);
  [[nodiscard]] Status<Error> EndGroupKey(Place& place, const Attribute& attribute);
  [[nodiscard]] Parsed<Index> PortalAt(const Place& place, const Attribute& port);
  [[nodiscard]] Parsed<Index> NodeNamed(const std::string& name);
  [[nodiscard]] Parsed<Index> NodeIn(const Attribute& name);
  [[nodiscard]] Parsed<Index> Join(Index node, Index portal);
  void AddDetail(const Place& place, const Attribute& attribute);
  [[nodiscard]] bool AddDetailOf(const Place& place, const Attribute& attribute);
  [[nodiscard]] std::size_t KeptAt(const Place& place) const;
  void SetGroupTag(const Place& place, const Attribute& attribute);

  Directory directory_;
  std::size_t kept_ = 0;             // octets of proposals
  std::vector<bool> leads_nowhere_;  // by group
  std::map<std::string, Index, std::less<>> entities_;
  std::map<PortalKey, Index> portals_;
  std::map<std::string, Index, std::less<>> nodes_;
  std::map<std::pair<Index, Index>, Index> groups_;  // by node and portal
};

}  // namespace iscsi_ike::policy::isns
