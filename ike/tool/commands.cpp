#include "ike/tool/commands.hpp"

#include <utility>

#include "ike/tool/help_text.hpp"
#include "ike/tool/isns_plan.hpp"
#include "ike/tool/limits.hpp"
#include "ike/tool/session_arguments.hpp"
#include "ike/tool/shared_arguments.hpp"
#include "ike/tool/text_argument.hpp"

#ifndef ISCSI_IKE_VERSION
#define ISCSI_IKE_VERSION "unknown"
#endif

namespace iscsi_ike::ike::tool {

Commands::Commands() : app(std::string(kAboutTool), "iscsi-ike") {
  app.require_subcommand(1);
  app.footer(std::string(kExitCodes) + std::string(kToolExamples));
  app.set_version_flag("--version", "iscsi-ike " ISCSI_IKE_VERSION);
  AddExplain();
  AddDemo();
  AddConnect();
  AddServe();
  AddLoad();
  AddWhyKey();
  AddCheck();
  AddRender();
  AddDecode();
  AddReplay();
  AddDiscover();
}

CLI::App& Commands::AddCommand(Command command, const std::string& name, const std::string& about,
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

void Commands::AddDemo() {
  CLI::App& sub =
      AddCommand(Command::kDemo, "demo", "Run both ends here, over loopback, and show the exchange",
                 kDemoExamples);
  AddPeer(sub, options);
  AddPhase1Only(sub, options);
  AddText(sub, "--seed", options.seed, "N",
          "Draw all randomness from this number: for reproducible demonstrations only");
  AddTimeout(sub, options);
  AddSessionArguments(sub, options.session);
  AddOutput(sub, options.output);
}

void Commands::AddConnect() {
  CLI::App& sub =
      AddCommand(Command::kConnect, "connect",
                 "Negotiate with a target portal, print the SAs, delete them", kConnectExamples);
  AddInitiatorPlaces(sub, options.network);
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

void Commands::AddFabric(CLI::App& sub) {
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

void Commands::AddServe() {
  CLI::App& sub = AddCommand(Command::kServe, "serve", "Answer negotiations as a target portal",
                             kServeExamples);
  AddList(sub, "--local,--portal", options.network.local, "ADDR[:PORT]",
          "Own addresses and UDP ports, may be repeated; default: all, IPv4 and IPv6")
      ->group("Network");
  AddText(sub, "--ike-port,--port", options.network.ike_port, "PORT", "UDP port, default 500")
      ->group("Network");
  AddText(sub, "--peer", options.network.peer, "ADDR", "Serve only this address")->group("Network");
  AddTimeout(sub, options);
  AddText(sub, "--dh-threads", options.network.dh_threads, "N",
          "Threads for Diffie-Hellman of each engine, default 0: computed inline")
      ->group("Network");
  AddThreads(sub, options);
  AddText(sub, "--receive-buffer", options.network.receive_buffer, "KIB",
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

void Commands::AddLoad() {
  CLI::App& sub = AddCommand(Command::kLoad, "load", "Log many HBAs in at a portal, and measure it",
                             kLoadExamples);
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
  AddInitiatorPlaces(sub, options.network);
  AddTimeout(sub, options);
  AddThreads(sub, options);
  AddSessionArguments(sub, options.session);
  AddPeer(sub, options);
  sub.add_flag("--keep", options.keep, "Leave the SAs in place: exit without Deletes");
  AddOutput(sub, options.output);
}

}  // namespace iscsi_ike::ike::tool
