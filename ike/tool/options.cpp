#include "ike/tool/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <utility>

#include "ike/tool/command_line_error.hpp"
#include "ike/tool/help_text.hpp"
#include "ike/tool/isns_plan.hpp"
#include "ike/tool/limits.hpp"
#include "ike/tool/session_arguments.hpp"
#include "ike/tool/text_argument.hpp"

#ifndef ISCSI_IKE_VERSION
#define ISCSI_IKE_VERSION "unknown"
#endif

namespace iscsi_ike::ike::tool {

namespace {

void AddSource(CLI::App& app, PolicyOptions& policy) {
  const std::string group = "Security settings";
  AddText(app, "--flags", policy.flags, "WORD",
          "ISCSI_SECURITY_FLAGS: 0x37, 55, or names with , | + or blanks between them, with or "
          "without prefix")
      ->group(group);
  AddText(app, "--config", policy.config, "FILE",
          "Settings as JSON, '-' for standard input; options here win over the file")
      ->group(group);
  AddInputOptions(app, policy.inputs);
  AddText(app, "--entry", policy.entry, "NAME|INDEX",
          "Which record of a --config with several; the first is 0")
      ->group(group);
  AddText(app, "--id", policy.id, "TYPE:VALUE",
          "Own identity: ipv4:, ipv6:, fqdn: or user_fqdn:; default: the local address")
      ->group(group);
}

void AddChoices(CLI::App& app, PolicyOptions& policy) {
  const std::string group = "What is negotiated";
  AddText(app, "--suite", policy.suite, "NAME",
          "Named list of suites: rfc7146 (default), rfc3723, windows, modern")
      ->group(group);
  AddList(app, "--ike", policy.ike, "SUITE,...",
          "Phase-1 suites in order, e.g. aes128-sha256-modp2048")
      ->group(group);
  AddList(app, "--esp", policy.esp, "SUITE,...",
          "ESP suites in order, e.g. aes128-sha1, aes128gcm16-esn")
      ->group(group);
  AddText(app, "--mode", policy.mode, "MODE",
          "main or aggressive: use only this one of those that the word allows")
      ->group(group);
}

// AddReading: how a word is read.
void AddReading(CLI::App& app, PolicyOptions& policy) {
  const std::string group = "What is negotiated";
  app.add_flag("--strict", policy.strict,
               "Refuse a word with bits that mean nothing without IKE_IPSEC_ENABLED; as responder, "
               "refuse every encapsulation but the one the word prefers")
      ->group(group);
  app.add_flag("--strict-microsoft", policy.strict_microsoft,
               "Refuse the pairs that Microsoft's documentation excludes")
      ->group(group);
  app.add_flag("--assume-main", policy.assume_main,
               "A word that enables no phase-1 mode means main mode")
      ->group(group);
  app.add_flag("--require-ipsec", policy.require_ipsec,
               "A word that is unspecified or disables IPsec is an error")
      ->group(group);
}

void AddRefusePfs(CLI::App& app, PolicyOptions& policy) {
  app.add_flag("--refuse-pfs", policy.refuse_pfs,
               "As responder whose word asks for no PFS, refuse an offer with it")
      ->group("What is negotiated");
}

void AddKey(CLI::App& app, KeySource& key, std::string& placeholder) {
  const std::string group = "Pre-shared key";
  AddText(app, "--key-file", key.file, "FILE", "File with the key, '-' for standard input")
      ->group(group);
  AddText(app, "--key-fd", key.descriptor, "N", "Open file descriptor to read the key from")
      ->group(group);
  AddText(app, "--key", placeholder, "VALUE",
          "The key itself. Every user of this machine can see it: for tests only")
      ->group(group);
}

void AddPeer(CLI::App& app, Options& options) {
  const std::string group = "Peer and child SA";
  AddText(app, "--peer-id", options.policy.peer_id, "TYPE:VALUE",
          "Identity the peer must prove; default: any authenticated identity")
      ->group(group);
  AddText(app, "--local-ts", options.child.local_ts, "SELECTOR",
          "Own side of the child SA: ADDR[/BITS] [PROTO [PORT]]")
      ->group(group);
  AddText(app, "--remote-ts", options.child.remote_ts, "SELECTOR",
          "Peer's side of the child SA; default of both: host to host, TCP to the target's port")
      ->group(group);
  AddText(app, "--target-port", options.child.target_port, "PORT",
          "TCP port of the iSCSI target, default 3260")
      ->group(group);
}

void AddPhase1Only(CLI::App& app, Options& options) {
  app.add_flag("--phase1-only", options.child.phase1_only, "Stop after phase 1: no child SA")
      ->group("Peer and child SA");
  app.add_flag("--aggressive-hash-in-clear", options.aggressive_hash_in_clear,
               "Send the third message of aggressive mode unencrypted")
      ->group("Peer and child SA");
}

void AddTimeout(CLI::App& app, Options& options) {
  AddText(app, "--timeout", options.network.timeout, "SECONDS",
          "Give up a negotiation after this time, default 30")
      ->group("Network");
}

void AddThreads(CLI::App& app, Options& options) {
  AddText(app, "--threads", options.network.threads, "N",
          "Engines, each in a thread of its own, on the same ports; default 1")
      ->group("Network");
  app.add_flag("--segment", options.network.segment,
               "Datagrams between the same two ends pass to and from the system together")
      ->group("Network");
}

void AddOutput(CLI::App& app, OutputOptions& output) {
  const std::string group = "Output";
  app.add_flag("--json", output.json, "Print JSON for scripts instead of text")->group(group);
  app.add_flag("-v", output.verbosity,
               "Say more on standard error; twice: decoded payloads as well")
      ->group(group);
  if (app.get_name() == "explain") return;
  AddText(app, "--pcap", output.pcap, "FILE", "Write the datagrams as a pcapng capture")
      ->group(group);
  AddText(app, "--pcap-clear", output.pcap_clear, "FILE",
          "Write the messages decrypted, as a pcapng capture: no keys, but identities")
      ->group(group);
  AddText(app, "--keylog", output.keylog, "FILE",
          "Write Wireshark's ikev1_decryption_table (mode 0600)")
      ->group(group);
  AddText(app, "--esp-keylog", output.esp_keylog, "FILE",
          "Write Wireshark's esp_sa table (mode 0600)")
      ->group(group);
  AddText(app, "--secrets", output.secrets, "FILE", "Write every derived key by name (mode 0600)")
      ->group(group);
}

void AddRecording(CLI::App& app, OutputOptions& output) {
  const std::string group = "Output";
  AddText(app, "--record", output.recording, "FILE",
          "Write what enters the engine, for replay (mode 0600): whoever has the file can decrypt "
          "the session once the key is known, and try keys")
      ->group(group);
  app.add_flag("--record-keys", output.recording_keys,
               "Write the pre-shared keys into the --record as well")
      ->group(group);
}

// GivenOf lists what was given of the options that say how to negotiate; of these --config alone
// names a file.
std::vector<std::string> GivenOf(const CLI::App& app) {
  std::vector<std::string> given;
  for (const CLI::Option* option : app.get_options()) {
    const std::string& group = option->get_group();
    if (option->get_lnames().empty() ||
        (group != "Security settings" && group != "Network" && group != "What is negotiated" &&
         group != "Peer and child SA" && group != "How sessions are kept"))
      continue;
    const std::string& name = option->get_lnames().front();
    if (name == "config") continue;
    for (const std::string& value : option->results())
      given.emplace_back("--").append(name).append("=").append(value);
  }
  return given;
}

// Parser is the CLI11 application and what its options fill in.
struct Parser {
  CLI::App app{std::string(kAboutTool), "iscsi-ike"};
  Options options;
  std::string key_placeholder;

  CLI::App& AddCommand(Command command, const std::string& name, const std::string& about,
                       std::string_view footer) {
    CLI::App& sub = *app.add_subcommand(name, about);
    sub.callback([this, command] { options.command = command; });
    sub.footer(std::string(kKeyRules) + std::string(footer));
    AddSource(sub, options.policy);
    AddChoices(sub, options.policy);
    AddReading(sub, options.policy);
    AddKey(sub, options.key, key_placeholder);
    return sub;
  }

  void AddExplain() {
    CLI::App& sub = AddCommand(Command::kExplain, "explain",
                               "Tell what a security word comes to, and why", kExplainExamples);
    AddText(sub, "WORD", options.policy.word, "WORD", "The word, as for --flags");
    AddText(sub, "--role", options.policy.role, "ROLE", "initiator (default) or responder");
    AddText(sub, "--portal", options.network.portal, "ADDR[:PORT]",
            "The peer that the key is bound to");
    sub.add_flag("--all", options.all, "One line for each portal of the settings");
    AddIsnsOptions(sub, options.policy.inputs.isns);
    AddRefusePfs(sub, options.policy);
    AddOutput(sub, options.output);
  }

  void AddDemo() {
    CLI::App& sub =
        AddCommand(Command::kDemo, "demo",
                   "Run both ends here, over loopback, and show the exchange", kDemoExamples);
    AddPeer(sub, options);
    AddPhase1Only(sub, options);
    AddText(sub, "--seed", options.seed, "N",
            "Draw all randomness from this number: for reproducible demonstrations only");
    AddTimeout(sub, options);
    AddSessionArguments(sub, options.session);
    AddOutput(sub, options.output);
  }

  void AddConnect() {
    CLI::App& sub =
        AddCommand(Command::kConnect, "connect",
                   "Negotiate with a target portal, print the SAs, delete them", kConnectExamples);
    AddText(sub, "--portal", options.network.portal, "ADDR[:PORT]",
            "The target portal; PORT is that of IKE, default 500")
        ->group("Network");
    AddList(sub, "--local", options.network.local, "ADDR[:PORT]",
            "Own address and UDP port; default: as routed, port 500; port 0: any free one")
        ->group("Network");
    AddText(sub, "--ike-port", options.network.ike_port, "PORT", "Own UDP port, default 500")
        ->group("Network");
    AddTimeout(sub, options);
    AddSessionArguments(sub, options.session);
    AddPeer(sub, options);
    AddPhase1Only(sub, options);
    AddList(sub, "--source-port", options.child.source_ports, "PORT",
            "Own TCP port of a connection; may be repeated: a child SA for each")
        ->group("Peer and child SA");
    AddIsnsOptions(sub, options.policy.inputs.isns);
    AddFabric(sub);
    sub.add_flag("--keep", options.keep, "Leave the SAs in place: exit without Deletes");
    AddText(sub, "--hold", options.hold, "SECONDS",
            "Stay that long and answer the peer, then delete and exit");
    AddOutput(sub, options.output);
    AddRecording(sub, options.output);
    sub.add_flag("--quiet", options.output.quiet, "Of several portals: only the counts in the end")
        ->group("Output");
  }

  // AddFabric: connect with portals of the settings.
  void AddFabric(CLI::App& sub) {
    const std::string group = "Several portals";
    sub.add_flag("--all", options.all,
                 "Every portal of the settings, and how many fare how; those of --isns without it: "
                 "one after the other, until there is an SA")
        ->group(group);
    AddText(sub, "--concurrency", options.concurrency, "N",
            "With --all: peers that are spoken with at a time, default 64")
        ->group(group);
    AddText(sub, "--peer-ike-port", options.peer_ike_port, "PORT",
            "UDP port of IKE at the portals, default 500")
        ->group(group);
    AddText(sub, "--negative-cache", options.negative_cache, "FILE",
            "Remember portals that failed authentication, and leave them alone for ten minutes "
            "(RFC 3723 section 2.6)")
        ->group(group);
  }

  void AddServe() {
    CLI::App& sub = AddCommand(Command::kServe, "serve", "Answer negotiations as a target portal",
                               kServeExamples);
    AddList(sub, "--local,--portal", options.network.local, "ADDR[:PORT]",
            "Own addresses and UDP ports, may be repeated; default: all, IPv4 and IPv6")
        ->group("Network");
    AddText(sub, "--ike-port,--port", options.network.ike_port, "PORT", "UDP port, default 500")
        ->group("Network");
    AddText(sub, "--peer", options.network.peer, "ADDR", "Serve only this address")
        ->group("Network");
    AddTimeout(sub, options);
    AddText(sub, "--dh-threads", options.network.dh_threads, "N",
            "Threads for Diffie-Hellman of each engine, default 0: computed inline")
        ->group("Network");
    AddThreads(sub, options);
    AddText(
        sub, "--receive-buffer", options.network.receive_buffer, "KIB",
        "Room for datagrams that are not read yet, default 8192: at each port so much for first "
        "messages, and as much for all others")
        ->group("Network");
    AddSessionArguments(sub, options.session);
    AddLimits(sub, options.limits);
    AddPublishing(sub, options.publish);
    AddPeer(sub, options);
    AddRefusePfs(sub, options.policy);
    AddOutput(sub, options.output);
    AddRecording(sub, options.output);
    sub.add_flag("--quiet", options.output.quiet, "No line for each event: one in the end")
        ->group("Output");
  }

  void AddLoad() {
    CLI::App& sub = AddCommand(Command::kLoad, "load",
                               "Log many HBAs in at a portal, and measure it", kLoadExamples);
    // The identity is one only when it has its number.
    sub.callback([this] {
      options.command = Command::kLoad;
      options.load.id = std::exchange(options.policy.id, {});
    });
    LoadOptions& load = options.load;
    const std::string group = "Load";
    AddText(sub, "--hbas", load.hbas, "N", "HBAs; each keeps its session, default 1000")
        ->group(group);
    AddText(sub, "--addresses", load.addresses, "N",
            "Local addresses from that of --local on, which the HBAs share; default 1")
        ->group(group);
    AddText(sub, "--logins", load.logins, "N",
            "Logins in all, default one for each HBA; a later one ends the HBA's session first")
        ->group(group);
    AddText(sub, "--concurrency", load.concurrency, "N",
            "Closed loop: logins under way at a time, default 64")
        ->group(group);
    AddText(sub, "--rate", load.rate, "N", "Open loop: logins begun a second, whatever happens")
        ->group(group);
    AddText(sub, "--duration", load.duration, "SECONDS", "End after this time")->group(group);
    AddText(sub, "--mix", load.mix, "WORD[=N];...", "Security words, and how many HBAs of each")
        ->group(group);
    AddText(sub, "--peer-pid", load.peer_process, "PID",
            "Count the CPU time of this process, too: the peer's, on this machine")
        ->group(group);
    AddText(sub, "--hgrm", load.hgrm, "FILE", "Write the latencies as HdrHistogram prints them")
        ->group(group);
    AddList(sub, "--fail-if", load.fail_if, "CONDITION",
            "Exit with 4 if it is so: p99>50ms, max>1s, failed>0, rate<500 ...; may be repeated")
        ->group(group);
    sub.add_flag("--quiet", load.quiet, "No progress on standard error")->group(group);
    AddText(sub, "--portal", options.network.portal, "ADDR[:PORT]",
            "The target portal; PORT is that of IKE, default 500")
        ->group("Network");
    AddList(sub, "--local", options.network.local, "ADDR[:PORT]",
            "Own address and UDP port; default: as routed, port 500; port 0: any free one")
        ->group("Network");
    AddText(sub, "--ike-port", options.network.ike_port, "PORT", "Own UDP port, default 500")
        ->group("Network");
    AddTimeout(sub, options);
    AddThreads(sub, options);
    AddSessionArguments(sub, options.session);
    AddPeer(sub, options);
    sub.add_flag("--keep", options.keep, "Leave the SAs in place: exit without Deletes");
    AddOutput(sub, options.output);
  }

  void AddWhyKey() {
    CLI::App& sub = *app.add_subcommand(
        "why-key", "Tell which key serve would use for a peer, and why, without a network");
    sub.callback([this] { options.command = Command::kWhyKey; });
    sub.footer(std::string(kKeyRules) + std::string(kWhyKeyExamples));
    const std::string group = "First message";
    AddText(sub, "--peer", options.why_key.peer, "ADDR", "The address it comes from")->group(group);
    AddText(sub, "--mode", options.why_key.mode, "MODE", "main (default) or aggressive")
        ->group(group);
    AddText(sub, "--peer-id", options.why_key.peer_id, "TYPE:VALUE",
            "Identity of the peer; default: its address")
        ->group(group);
    AddText(sub, "--local", options.why_key.local, "ADDR",
            "Own address that it comes to; default: one that is no portal of its own")
        ->group(group);
    AddSource(sub, options.policy);
    AddReading(sub, options.policy);
    AddKey(sub, options.key, key_placeholder);
    sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
  }

  void AddCheck() {
    CLI::App& sub = *app.add_subcommand(
        "check", "Tell whether two descriptions would agree, without a network");
    sub.callback([this] { options.command = Command::kCheck; });
    sub.footer(std::string(kCheckExamples));
    CheckOptions& check = options.check;
    AddText(sub, "A", check.a, "FILE", "Settings of one end, as for --config of connect and serve");
    AddText(sub, "B", check.b, "FILE", "Settings of the other end; '-' for standard input");
    AddText(sub, "--role", check.role, "ROLE", "Of A: initiator (default) or responder");
    sub.add_flag("--both", check.both, "Check both directions");
    AddList(
        sub, "--a", check.set_a, "NAME[=VALUE]",
        "An option of connect or serve, without dashes, for A: entry, key-file, esp, local ...; "
        "may be repeated");
    AddList(sub, "--b", check.set_b, "NAME[=VALUE]", "The same for B");
    sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
  }

  void AddRender() {
    CLI::App& sub = AddCommand(Command::kRender, "render",
                               "Write the other end's configuration, for the program that it runs",
                               kRenderExamples);
    AddText(sub, "WORD", options.policy.word, "WORD", "The word, as for --flags");
    AddText(sub, "--for", options.render.target, "PROGRAM",
            "What the other end runs: strongswan, libreswan, racoon or windows");
    AddText(sub, "--out", options.render.out, "DIR",
            "Write the files into this folder, mode 0600; none may be there yet");
    sub.add_flag("--with-keys", options.render.with_keys,
                 "Write the key as well; needs --out. Without it a comment shows where it goes");
    AddText(sub, "--role", options.policy.role, "ROLE",
            "Our own role: initiator (default; for windows responder) or responder");
    AddText(sub, "--portal,--peer", options.network.portal, "ADDR",
            "Address of the other end, which is written for")
        ->group("Network");
    AddList(sub, "--local", options.network.local, "ADDR",
            "Our own address; without it the other end takes an initiator at any")
        ->group("Network");
    AddIsnsOptions(sub, options.policy.inputs.isns);
    AddLifetimes(sub, options.session);
    AddPeer(sub, options);
    AddRefusePfs(sub, options.policy);
    sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
  }

  void AddDecode() {
    CLI::App& sub =
        *app.add_subcommand("decode", "Show the messages of a capture, and their faults");
    sub.callback([this] {
      options.command = Command::kDecode;
      options.key.file_option = "--try-psk";
    });
    sub.footer(std::string(kDecodeExamples));
    AddText(sub, "FILE", options.decode.file, "FILE",
            "pcap, pcapng or hexadecimal text, '-' for standard input")
        ->required();
    AddText(sub, "--keylog", options.decode.keylog, "FILE",
            "Decrypt with these keys: Wireshark's ikev1_decryption_table");
    AddList(sub, "--port", options.decode.ports, "PORT",
            "UDP port that carries IKE besides 500 and 4500, may be repeated");
    AddText(sub, "--try-psk", options.key.file, "FILE",
            "Only tell whether the pre-shared key in FILE is that of a captured aggressive mode");
    sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
  }

  void AddReplay() {
    CLI::App& sub = *app.add_subcommand(
        "replay", "Run what --record wrote again, without a network, and compare");
    sub.callback([this] { options.command = Command::kReplay; });
    sub.footer(std::string(kKeyRules) + std::string(kReplayExamples));
    AddText(sub, "FILE", options.replay.file, "FILE",
            "What connect or serve wrote with --record, '-' for standard input")
        ->required();
    sub.add_flag("--step", options.replay.step,
                 "Show each input with what the engine did; on a terminal, one at a time");
    AddList(sub, "--set", options.replay.set, "NAME=VALUE",
            "Give the peer's messages to other settings: the name of an option of connect or "
            "serve, without dashes; no VALUE: not given; may be repeated");
    AddText(sub, "--config", options.policy.config, "FILE",
            "Take the keys from here: that of the recorded command");
    AddInputOptions(sub, options.policy.inputs);
    AddKey(sub, options.key, key_placeholder);
    sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
  }

  void AddDiscover() {
    CLI::App& sub = *app.add_subcommand(
        "discover", "List the target portals of an iSNS server, and what they lead to");
    sub.callback([this] { options.command = Command::kDiscover; });
    sub.footer(std::string(kDiscoverExamples));
    AddIsnsOptions(sub, options.policy.inputs.isns);
    AddText(sub, "--timeout", options.network.timeout, "SECONDS",
            "Give up the connection or an answer after this time, default 10");
    sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
    sub.add_flag("-v", options.output.verbosity, "Show each plan in full, as explain does");
  }
};

}  // namespace

Checked<CommandLine> ParseCommandLine(std::vector<std::string> arguments) {
  Parser parser;
  parser.app.require_subcommand(1);
  parser.app.footer(std::string(kExitCodes) + std::string(kToolExamples));
  parser.app.set_version_flag("--version", "iscsi-ike " ISCSI_IKE_VERSION);
  parser.AddExplain();
  parser.AddDemo();
  parser.AddConnect();
  parser.AddServe();
  parser.AddLoad();
  parser.AddWhyKey();
  parser.AddCheck();
  parser.AddRender();
  parser.AddDecode();
  parser.AddReplay();
  parser.AddDiscover();
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them last first
  try {
    parser.app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return CommandLine{{}, parser.app.help()};
  } catch (const CLI::CallForVersion& version) {
    return CommandLine{{}, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return Failure(OneLine(error, parser.app));
  }
  parser.options.key.notation = parser.options.policy.inputs.key_notation;
  const auto chosen = parser.app.get_subcommands();
  if (!chosen.empty()) parser.options.given = GivenOf(*chosen.front());
  return CommandLine{std::move(parser.options), std::nullopt};
}

}  // namespace iscsi_ike::ike::tool
