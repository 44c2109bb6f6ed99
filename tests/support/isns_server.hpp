// FakeIsns: an iSNS server in memory, as much of it as the clients of this project ask, with the
// peculiarities of isnsd (open-isns 0.101) that they have to live with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/isns/dialogue.hpp"
#include "policy/isns/message.hpp"
#include "policy/isns/requests.hpp"

namespace iscsi_ike::test {

class FakeIsns {
 public:
  using Bytes = policy::isns::Bytes;
  using Function = policy::isns::Function;
  using StatusCode = policy::isns::StatusCode;

  struct Target {
    std::string entity;
    std::string name;
    std::vector<policy::isns::PublishedPortal> portals;
    Bytes entity_proposals;
    std::string alias = {};
  };

  std::vector<Target> targets;
  std::set<std::string> nodes;                              // registered, the targets' left out
  std::size_t most_answer = policy::isns::kMaxMessageSize;  // a larger one: Internal Error
  std::map<Function, StatusCode> refusals;                  // always refused
  bool knows_proposals = true;                              // else Attribute Not Implemented
  std::vector<Function> asked;
  std::vector<std::string> sources;   // of the requests
  std::vector<std::string> entities;  // that registrations were for; empty: one to be made
  std::uint32_t period = 600;

  // Answer gives the response to one request.
  [[nodiscard]] policy::isns::RawMessage Answer(const policy::isns::RawMessage& request);
  // Talk carries octets to and fro, in pieces of `piece` octets, until the dialogue asks no more.
  void Talk(policy::isns::Dialogue& dialogue, std::size_t piece = 100000);

 private:
  struct Reply {
    StatusCode status = StatusCode::kSuccessful;
    Bytes attributes;
  };
  Reply Query(const policy::isns::RequestView& request);
  Reply GetNext(const policy::isns::RequestView& request);
  Reply Register(const policy::isns::RequestView& request);
  Reply Deregister(const policy::isns::RequestView& request);
  const Target* FindTarget(const std::string& name) const;

  policy::isns::MessageReader reader_;
};

}  // namespace iscsi_ike::test
