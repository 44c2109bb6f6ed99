#include "ike/tool/session_arguments.hpp"

#include "ike/tool/text_argument.hpp"

namespace iscsi_ike::ike::tool {

namespace {

constexpr const char* kGroup = "How sessions are kept";

void AddNat(CLI::App& app, SessionOptions& session) {
  const bool demo = app.get_name() == "demo";
  AddText(app, "--nat", session.nat, "off|detect|force",
          std::string("NAT traversal: never") + (demo ? " (default)" : "") +
              ", where there is a NAT" + (demo ? "" : " (default)") + ", or as if there were one")
      ->group(kGroup);
  AddText(app, "--nat-port", session.nat_port, "PORT",
          std::string("Own UDP port for NAT traversal, 0: any free one; default ") +
              (demo ? "0" : "4500 with IKE port 500, else none"))
      ->group(kGroup);
}

void AddFragments(CLI::App& app, SessionOptions& session) {
  AddText(app, "--fragment-above", session.fragment_above, "OCTETS",
          "Send longer messages in IKE fragments, default 1232; 0: never, and take none")
      ->group(kGroup);
}

void AddPeerNat(CLI::App& app, SessionOptions& session) {
  AddText(app, "--peer-nat-port", session.peer_nat_port, "PORT",
          "The peer's UDP port for NAT traversal, default 4500")
      ->group(kGroup);
  AddText(app, "--nat-keepalive", session.nat_keepalive, "SECONDS",
          "Behind a NAT, keep its mapping alive, default every 20; 0: never")
      ->group(kGroup);
}

void AddLiveness(CLI::App& app, SessionOptions& session) {
  AddText(app, "--dpd", session.dpd, "SECONDS",
          std::string("Ask a peer that has been silent this long whether it is there; 0: never; "
                      "default ") +
              (app.get_name() == "serve" ? "30" : "0"))
      ->group(kGroup);
  AddText(app, "--dpd-tries", session.dpd_tries, "N",
          "Questions before the peer counts as dead, default 5")
      ->group(kGroup);
}

void AddAtLifetime(CLI::App& app, SessionOptions& session) {
  AddText(app, "--at-lifetime", session.at_lifetime, "renew|expire|never",
          "Renew SAs before their lifetime is over (default), let them expire, or take no notice")
      ->group(kGroup);
}

}  // namespace

void AddLifetimes(CLI::App& app, SessionOptions& session) {
  AddText(app, "--ike-lifetime", session.ike_lifetime, "SECONDS", "Of phase 1, default 28800")
      ->group(kGroup);
  AddText(app, "--esp-lifetime", session.esp_lifetime, "SECONDS[,KB]", "Of child SAs, default 3600")
      ->group(kGroup);
}

void AddSessionArguments(CLI::App& app, SessionOptions& session) {
  AddNat(app, session);
  AddFragments(app, session);
  if (app.get_name() == "demo") return;
  AddPeerNat(app, session);
  AddLiveness(app, session);
  AddLifetimes(app, session);
  AddAtLifetime(app, session);
  app.add_flag("--no-initial-contact", session.no_initial_contact,
               "Do not tell the peer to forget older sessions")
      ->group(kGroup);
}

}  // namespace iscsi_ike::ike::tool
