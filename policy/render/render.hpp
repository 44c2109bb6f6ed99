// The configuration of the other end of a negotiation: what our end is set to, written out for the
// program that is to answer it (or to begin with it).
//
//   strongswan  swanctl.conf; strongswan-aggressive.conf where aggressive mode is answered
//   libreswan   ipsec.conf, ipsec.secrets
//   racoon      racoon.conf, psk.txt, setkey.conf: written from its documentation, never run
//   windows     iscsicli.cmd, iscsi.ps1: for an initiator, from the documentation of Windows
//
// Every value is checked or written as numbers: a text has only printable ASCII, line ends and key
// marks, and no value leaves its place. What a program cannot express is left out, with a comment
// and a warning, or refused when nothing is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/error.hpp"
#include "policy/identity.hpp"
#include "policy/ip_address.hpp"
#include "policy/plan.hpp"
#include "policy/proposal.hpp"
#include "policy/render/key_text.hpp"
#include "policy/security_flags.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::policy::render {

enum class Target : std::uint8_t { kStrongswan, kLibreswan, kRacoon, kWindows };
[[nodiscard]] std::string_view Name(Target target);  // "strongswan", "libreswan", ...
// TargetByName reads those names, without case; the error lists them.
[[nodiscard]] Parsed<Target> TargetByName(std::string_view name, std::string_view place);

// Request is what our end is set to, and where both ends stand. It never holds a key.
struct Request {
  Role role = Role::kInitiator;  // ours; the other end, which is written for, has the other one
  SecurityFlags word;
  Plan plan;  // ours; its outcome is kPlan
  bool group_key = false;
  std::optional<Identity> peer_identity;  // what the peer shows; unset: its address
  // The initiator's address may be unset: then any is taken. The target's may not.
  std::optional<IpAddress> own_address;
  std::optional<IpAddress> peer_address;
  // Unset: the address, TCP, and at the target the port.
  std::optional<Selector> own_selector;
  std::optional<Selector> peer_selector;
  std::uint16_t target_port = kIscsiPort;
  std::string name;  // of the record; any text
  // Without a key a comment stands in its place; with one, marks (FillKey).
  bool with_key = false;
  std::size_t key_size = 0;  // octets, for programs that read short lines only
};

// File is one of the files that make up a configuration.
struct File {
  std::string name;  // without folder
  std::string text;  // with kKeyMark for the key
  KeyForm key_form = KeyForm::kHex;
};

struct Rendering {
  std::vector<File> files;
  std::vector<std::string> warnings;  // sentences; the files have them as comments
};

// Render writes for `target`. Errors stand at the target's name: nothing of the plan is left, or an
// identity, key or role cannot be expressed.
[[nodiscard]] Parsed<Rendering> Render(Target target, const Request& request);

}  // namespace iscsi_ike::policy::render
