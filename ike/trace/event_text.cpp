#include "ike/trace/event_text.hpp"

#include "ike/trace/number_text.hpp"

namespace iscsi_ike::ike {
namespace {

// Line is an indented "label  text" in two columns.
std::string Line(std::string_view label, std::string_view text) {
  constexpr std::size_t kColumn = 12;
  std::string line = "  ";
  line += label;
  line.resize(2 + kColumn, ' ');
  line += text;
  line += '\n';
  return line;
}

std::string Both(const std::string& local, const std::string& remote) {
  return local + " (local), " + remote + " (remote)";
}

std::string LifetimeText(const policy::Lifetime& lifetime) {
  std::string text;
  if (lifetime.seconds != 0) text = std::to_string(lifetime.seconds) + " s";
  if (lifetime.kilobytes != 0) {
    if (!text.empty()) text += ", ";
    text += std::to_string(lifetime.kilobytes) + " KB";
  }
  return text.empty() ? "unbounded" : text;
}

std::string Explanation(const NegotiationFailure& failure) {
  std::string text =
      "  " + (failure.text.empty() ? std::string(Summary(failure.code)) : failure.text) + "\n";
  for (const std::string& detail : failure.details) text += "  - " + detail + "\n";
  for (const Refusal& refusal : failure.refusals) text += "  - " + refusal.Text() + "\n";
  return text;
}

std::string Headline(const NegotiationFailure& failure) {
  return std::string(Name(failure.code)) + " (" + std::string(Name(failure.blame())) + ")";
}

std::string SessionText(SessionId session) {
  return "phase 1 of session " + std::to_string(ToNumber(session));
}

std::string NatLine(const Phase1Established& phase1) {
  const std::string_view nat = NatName(phase1);
  if (nat == "none") return {};
  return Line("NAT", nat == "both"    ? "in front of both ends"
                     : nat == "local" ? "in front of this end"
                                      : "in front of the peer");
}

// EncapsulationLines tells of UDP around ESP, and of the addresses that NAT-OA told.
std::string EncapsulationLines(const ChildSummary& child) {
  if (!child.udp_encapsulated) return {};
  std::string text =
      Line("ESP in UDP", Both(child.local_endpoint.ToString(), child.remote_endpoint.ToString()));
  if (child.remote_original)
    text += Line("original", child.remote_original->ToString() + " (remote)");
  if (child.local_seen_as) text += Line("seen as", child.local_seen_as->ToString() + " (local)");
  return text;
}

std::string Text(const Phase1Established& event) { return Phase1Text(event); }
std::string Text(const ChildEstablished& event) { return ChildText(Summarize(event.sa)); }
std::string Text(const ChildDeleted& event) {
  return "child SA " + std::to_string(ToNumber(event.child)) +
         " deleted by the peer: it no longer receives on " + HexNumber(event.outbound_spi) + "\n";
}
std::string Text(const SessionClosed& event) {
  return SessionText(event.session) + " closed, " + std::string(Name(event.reason)) + "\n";
}
std::string Text(const Failed& event) {
  return "failed with " + event.remote.ToString() + ": " + Headline(event.failure) + "\n" +
         Explanation(event.failure);
}
std::string Text(const Diagnosed& event) {
  return "suspicious, from " + event.remote.ToString() + ": " + Headline(event.suspicion) + "\n" +
         Explanation(event.suspicion);
}
std::string Text(const PeerNotified& event) {
  std::string text = "the peer notifies " + Describe(event.type);
  if (!event.text.empty()) text += ": " + event.text;
  return text + "\n";
}
std::string Text(const ChildClosed& event) {
  return "child SA " + std::to_string(ToNumber(event.child)) + " closed, " +
         HexNumber(event.inbound_spi) + " (in) and " + HexNumber(event.outbound_spi) +
         " (out): " + std::string(Name(event.reason)) + "\n";
}
std::string Text(const SessionReplaced& event) {
  return SessionText(event.session) + " takes over from session " +
         std::to_string(ToNumber(event.replaced)) + "\n";
}
std::string Text(const PeerMoved& event) {
  return "the peer is now at " + event.remote.ToString() + "\n";
}
std::string Text(const PeerUnresponsive& event) {
  return event.remote.ToString() + " has been silent for " +
         std::to_string(event.silent_for.count() / 1000) + " s and answered none of " +
         std::to_string(event.asked) + " questions\n";
}
std::string Text(const PeerAlive& /*event*/) { return "the peer answers again\n"; }

}  // namespace

std::string_view NatName(const Phase1Established& phase1) {
  if (phase1.nat_local) return phase1.nat_remote ? "both" : "local";
  return phase1.nat_remote ? "remote" : "none";
}

std::string Phase1Text(const Phase1Established& phase1) {
  return "phase 1 established: " + std::string(Name(phase1.mode)) + " mode, as " +
         std::string(Name(phase1.role)) + "\n" +  //
         Line("suite", ToString(phase1.suite)) +
         Line("identities", Both(phase1.local_identity, phase1.remote_identity)) +
         Line("endpoints", Both(phase1.local.ToString(), phase1.remote.ToString())) +
         NatLine(phase1) +
         Line("cookies", HexNumber(phase1.initiator_cookie) + " (initiator), " +
                             HexNumber(phase1.responder_cookie) + " (responder)") +
         Line("lifetime", LifetimeText(phase1.lifetime));
}

std::string ChildText(const ChildSummary& child) {
  const std::string pfs = child.pfs_group.has_value()
                              ? "PFS " + std::string(crypto::Info(*child.pfs_group).name)
                              : "no PFS";
  return "child SA " + std::to_string(ToNumber(child.child)) +
         " established: " + std::string(Name(child.encapsulation)) + " mode" +
         (child.udp_encapsulated ? ", in UDP" : "") + "\n" +
         Line("suite", ToString(child.suite) + ", " + pfs) +
         Line("SPIs", HexNumber(child.spi_in) + " (in), " + HexNumber(child.spi_out) + " (out)") +
         Line("selectors", Both(ToString(child.local), ToString(child.remote))) +
         EncapsulationLines(child) + Line("lifetime", LifetimeText(child.lifetime));
}

std::string FailureText(const NegotiationFailure& failure) {
  return "failed: " + Headline(failure) + "\n" + Explanation(failure);
}

std::string OutcomeText(const Outcome& outcome) {
  std::string text;
  if (outcome.phase1.has_value()) text += Phase1Text(*outcome.phase1);
  for (const ChildSummary& child : outcome.children) text += ChildText(child);
  for (const PeerNotified& notified : outcome.notifications) text += Text(notified);
  for (const NegotiationFailure& suspicion : outcome.suspicions) {
    text += "suspicious: " + Headline(suspicion) + "\n" + Explanation(suspicion);
  }
  if (outcome.failure.has_value()) text += FailureText(*outcome.failure);
  return text;
}

std::string EventText(const Event& event) {
  return std::visit([](const auto& alternative) { return Text(alternative); }, event);
}

}  // namespace iscsi_ike::ike
