#include "ike/tool/shared_arguments.hpp"

#include <CLI/CLI.hpp>

#include "ike/tool/text_argument.hpp"

namespace iscsi_ike::ike::tool {

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

void AddInitiatorPlaces(CLI::App& app, NetworkOptions& network) {
  AddText(app, "--portal", network.portal, "ADDR[:PORT]",
          "The target portal; PORT is that of IKE, default 500")
      ->group("Network");
  AddList(app, "--local", network.local, "ADDR[:PORT]",
          "Own address and UDP port; default: as routed, port 500; port 0: any free one")
      ->group("Network");
  AddText(app, "--ike-port", network.ike_port, "PORT", "Own UDP port, default 500")
      ->group("Network");
}

void AddIsnsTimeout(CLI::App& app, Options& options) {
  AddText(app, "--timeout", options.network.timeout, "SECONDS",
          "Give up the iSNS server or an answer of it after this time, default 10")
      ->group("Portals from an iSNS server");
}

void AddTimeout(CLI::App& app, Options& options) {
  const bool asks = app.get_name() == "connect";
  AddText(app, "--timeout", options.network.timeout, "SECONDS",
          std::string("Give up a negotiation after this time, default 30") +
              (asks ? "; with --isns also an answer of the server, default 10" : ""))
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

}  // namespace iscsi_ike::ike::tool
