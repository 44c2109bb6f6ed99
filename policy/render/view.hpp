// View: the negotiation as the end sees it that is written for. Not for use outside Render().
#pragma once

#include <span>
#include <string>
#include <vector>

#include "policy/render/lines.hpp"
#include "policy/render/render.hpp"

namespace iscsi_ike::policy::render {

struct Side {
  std::optional<IpAddress> address;  // that IKE is spoken at; unset: any
  std::optional<IpAddress> host;     // that iSCSI is spoken at; another one behind a gateway
  std::optional<Identity> identity;  // unset: any
  std::optional<Selector> selector;  // unset: the host, whatever address it has
  std::uint16_t port = 0;            // TCP port of the selector when that is unset; 0: any

  [[nodiscard]] bool HasName() const { return identity && !identity->IsAddress(); }
  // IsHostAlone: the selector is the address that IKE is spoken at.
  [[nodiscard]] bool IsHostAlone() const;
};

struct View {
  const Request& request;
  Side local;  // the end that is written for
  Side remote;
  std::string name;  // of a connection: "iscsi", "iscsi-hba-1"

  [[nodiscard]] const Plan& plan() const { return request.plan; }
  [[nodiscard]] bool Initiates() const { return request.role == Role::kResponder; }
  [[nodiscard]] bool Uses(ExchangeMode mode) const;
  // NameFor: with a suffix when there is a connection for each exchange.
  [[nodiscard]] std::string NameFor(ExchangeMode mode) const;
};

// ViewOf fails where the target's address is missing, at `place`.
[[nodiscard]] Parsed<View> ViewOf(const Request& request, std::string_view place);

// Cannot is why a program cannot be told.
[[nodiscard]] Failure<Error> Cannot(Target target, std::string rule);

// Heading: what the file was made from, as comments: the word, the record, the reasons that decide
// or warn, and what is said of the file itself. `what` goes on from "Made by iscsi-ike render: ".
void Heading(Lines& lines, const View& view, std::string_view what,
             std::span<const std::string> warnings);

// Left is what remains of a list, and a sentence for each suite that does not.
template <class Suite>
struct Left {
  std::vector<Suite> suites;
  std::vector<std::string> dropped;  // "3des-sha1-modp1024 is left out: ..."
};

// Keep drops each suite of which `obstacle` (an empty text: none) says why.
template <class Suite, class Obstacle>
Left<Suite> Keep(std::span<const Suite> suites, Obstacle obstacle) {
  Left<Suite> left;
  for (const Suite& suite : suites) {
    const std::string why = obstacle(suite);
    if (why.empty()) {
      left.suites.push_back(suite);
    } else {
      left.dropped.push_back(ToString(suite) + " is left out: " + why);
    }
  }
  return left;
}

// GroupsOf lists the groups of phase 1 in order, each once.
[[nodiscard]] std::vector<crypto::DhGroup> GroupsOf(std::span<const Phase1Suite> suites);

// SuitesFor lists which of `kept` (not empty) an exchange can have: the offer of aggressive mode
// has one group, the first of whoever begins. Empty: it is not among them.
[[nodiscard]] std::vector<Phase1Suite> SuitesFor(const View& view,
                                                 std::span<const Phase1Suite> kept,
                                                 ExchangeMode mode);

// The writers. Warnings are in their Rendering; errors stand at the target's name.
[[nodiscard]] Parsed<Rendering> RenderStrongswan(const View& view);
[[nodiscard]] Parsed<Rendering> RenderLibreswan(const View& view);
[[nodiscard]] Parsed<Rendering> RenderRacoon(const View& view);
[[nodiscard]] Parsed<Rendering> RenderWindows(const View& view);

}  // namespace iscsi_ike::policy::render
