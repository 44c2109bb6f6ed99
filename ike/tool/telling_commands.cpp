// The commands that negotiate with nobody.
#include "ike/tool/commands.hpp"
#include "ike/tool/help_text.hpp"
#include "ike/tool/session_arguments.hpp"
#include "ike/tool/shared_arguments.hpp"
#include "ike/tool/text_argument.hpp"

namespace iscsi_ike::ike::tool {

void Commands::AddExplain() {
  CLI::App& sub = AddCommand(Command::kExplain, "explain",
                             "Tell what a security word comes to, and why", kExplainExamples);
  AddText(sub, "WORD", options.policy.word, "WORD", "The word, as for --flags");
  AddText(sub, "--role", options.policy.role, "ROLE", "initiator (default) or responder");
  AddText(sub, "--portal", options.network.portal, "ADDR[:PORT]",
          "The peer that the key is bound to");
  sub.add_flag("--all", options.all, "One line for each portal of the settings");
  AddIsnsOptions(sub, options.policy.inputs.isns);
  AddIsnsTimeout(sub, options);
  AddRefusePfs(sub, options.policy);
  AddOutput(sub, options.output);
}

void Commands::AddWhyKey() {
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

void Commands::AddCheck() {
  CLI::App& sub =
      *app.add_subcommand("check", "Tell whether two descriptions would agree, without a network");
  sub.callback([this] { options.command = Command::kCheck; });
  sub.footer(std::string(kCheckExamples));
  CheckOptions& check = options.check;
  AddText(sub, "A", check.a, "FILE", "Settings of one end, as for --config of connect and serve");
  AddText(sub, "B", check.b, "FILE", "Settings of the other end; '-' for standard input");
  AddText(sub, "--role", check.role, "ROLE", "Of A: initiator (default) or responder");
  sub.add_flag("--both", check.both, "Check both directions");
  AddList(sub, "--a", check.set_a, "NAME[=VALUE]",
          "An option of connect or serve, without dashes, for A: entry, key-file, esp, local ...; "
          "may be repeated");
  AddList(sub, "--b", check.set_b, "NAME[=VALUE]", "The same for B");
  sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
}

void Commands::AddRender() {
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
  AddIsnsTimeout(sub, options);
  AddLifetimes(sub, options.session);
  AddPeer(sub, options);
  AddRefusePfs(sub, options.policy);
  sub.add_flag("--json", options.output.json, "Print JSON for scripts instead of text");
}

void Commands::AddDecode() {
  CLI::App& sub = *app.add_subcommand("decode", "Show the messages of a capture, and their faults");
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

void Commands::AddReplay() {
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

void Commands::AddDiscover() {
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

}  // namespace iscsi_ike::ike::tool
