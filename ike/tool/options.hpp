// Options: the command line as it was typed. Text is not judged here; settings.hpp does that.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/tool/exit_codes.hpp"
#include "ike/tool/input_options.hpp"
#include "ike/tool/key_argument.hpp"
#include "policy/config.hpp"

namespace iscsi_ike::ike::tool {

enum class Command {
  kExplain,
  kDemo,
  kConnect,
  kServe,
  kLoad,
  kWhyKey,
  kCheck,
  kRender,
  kDecode,
  kReplay,
  kDiscover
};

// PolicyOptions: where the security settings come from and how they are read.
struct PolicyOptions {
  std::string word;    // explain WORD
  std::string flags;   // --flags
  std::string config;  // file or "-"
  InputOptions inputs;
  std::string entry;  // name or index
  std::string id;
  std::string peer_id;
  std::string suite;
  std::vector<std::string> ike;
  std::vector<std::string> esp;
  std::string mode;  // main, aggressive
  std::string role;  // explain, render
  bool strict = false;
  bool strict_microsoft = false;
  bool assume_main = false;
  bool require_ipsec = false;
  bool refuse_pfs = false;                       // serve, explain
  std::shared_ptr<const policy::Config> loaded;  // all of them, when they have been read already

  // HasConfig: there are settings besides those of the options.
  [[nodiscard]] bool HasConfig() const { return loaded || !config.empty() || inputs.Any(); }
};

// ChildOptions: what the child SA protects.
struct ChildOptions {
  std::string local_ts;
  std::string remote_ts;
  std::string target_port;
  std::vector<std::string> source_ports;  // connect: a child for each
  bool phase1_only = false;
};

struct NetworkOptions {
  std::string portal;
  std::vector<std::string> local;
  std::string peer;
  std::string ike_port;
  std::string timeout;
  std::string dh_threads;
  std::string threads;         // serve, load: engines
  bool segment = false;        // serve, load
  std::string receive_buffer;  // serve, KiB
};

// SessionOptions: how sessions are kept, see session_options.hpp.
struct SessionOptions {
  std::string nat;  // off, detect, force
  std::string nat_port;
  std::string peer_nat_port;
  std::string nat_keepalive;
  std::string dpd;
  std::string dpd_tries;
  std::string fragment_above;
  std::string at_lifetime;  // renew, expire, never
  std::string ike_lifetime;
  std::string esp_lifetime;
  bool no_initial_contact = false;
};

// LimitOptions: see limits.hpp.
struct LimitOptions {
  std::string half_open_kib;
  std::string aggressive_at_once;
  std::string aggressive_rate;
  std::string half_open;
  std::string sessions;
  std::string refusals;
};

struct OutputOptions {
  bool json = false;
  int verbosity = 0;
  bool quiet = false;  // serve
  std::string pcap;
  std::string pcap_clear;
  std::string keylog;
  std::string esp_keylog;
  std::string secrets;
  std::string recording;        // connect, serve
  bool recording_keys = false;  // connect, serve
};

// LoadOptions: see load_plan.hpp.
struct LoadOptions {
  std::string hbas;
  std::string addresses;
  std::string logins;
  std::string concurrency;
  std::string rate;
  std::string duration;
  std::string mix;
  std::string id;  // with '#' for the number of an HBA
  std::string peer_process;
  std::string hgrm;
  std::vector<std::string> fail_if;
  bool quiet = false;
};

// WhyKeyOptions: the first message that is asked about.
struct WhyKeyOptions {
  std::string peer;
  std::string peer_id;
  std::string local;
  std::string mode;
};

// CheckOptions: two descriptions, see check_end.hpp.
struct CheckOptions {
  std::string a;
  std::string b;
  std::vector<std::string> set_a;
  std::vector<std::string> set_b;
  std::string role;  // of A: initiator, responder
  bool both = false;
};

// RenderOptions: see render.hpp.
struct RenderOptions {
  std::string target;  // --for
  std::string out;     // a folder
  bool with_keys = false;
};

struct DecodeOptions {
  std::string file;    // "-" for standard input
  std::string keylog;  // as --keylog of the other commands writes it
  std::vector<std::string> ports;
};

struct ReplayOptions {
  std::string file;  // "-" for standard input
  bool step = false;
  std::vector<std::string> set;  // NAME=VALUE
};

// PublishOptions: what serve registers with an iSNS server, see isns_plan.hpp.
struct PublishOptions {
  std::string isns;
  std::string target;
  std::string entity;
  std::string alias;
  std::vector<std::string> portals;  // ADDR[:TCPPORT]
  bool proposals = false;
};

struct Options {
  Command command = Command::kExplain;
  PolicyOptions policy;
  KeySource key;
  ChildOptions child;
  NetworkOptions network;
  SessionOptions session;
  LimitOptions limits;  // serve
  OutputOptions output;
  LoadOptions load;
  WhyKeyOptions why_key;
  CheckOptions check;
  RenderOptions render;
  DecodeOptions decode;
  ReplayOptions replay;
  PublishOptions publish;  // serve
  // What was given of the options that decide how to negotiate, keys and files apart, in a form of
  // its own ("--flags=0x27"): with the config and the keys the same arguments give the same
  // settings.
  std::vector<std::string> given;
  bool keep = false;                      // connect, load
  bool all = false;                       // explain, connect: all portals of the settings
  std::string concurrency;                // connect, several portals
  std::string peer_ike_port;              // likewise
  std::string negative_cache;             // likewise, a file
  std::string hold;                       // connect, seconds
  std::string seed;                       // demo
  bool aggressive_hash_in_clear = false;  // connect, demo
};

// Parsed options, or the text to print and leave with (help, version).
struct CommandLine {
  Options options;
  std::optional<std::string> print_and_leave;
};

// ParseCommandLine takes argv without the program's name; KeyArgument::Take has been through it.
[[nodiscard]] Checked<CommandLine> ParseCommandLine(std::vector<std::string> arguments);

}  // namespace iscsi_ike::ike::tool
