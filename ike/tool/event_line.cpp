#include "ike/tool/event_line.hpp"

#include "ike/tool/hex_text.hpp"
#include "ike/wire/types.hpp"

namespace iscsi_ike::ike::tool {

namespace {

std::string SessionText(SessionId session) {
  return "session " + std::to_string(ToNumber(session));
}

std::string FailureLine(const NegotiationFailure& failure) {
  std::string line =
      std::string(Name(failure.code)) + " (" + std::string(Name(failure.blame())) +
      "): " + (failure.text.empty() ? std::string(Summary(failure.code)) : failure.text);
  for (const std::string& detail : failure.details) line += "; " + detail;
  for (const Refusal& refusal : failure.refusals) line += "; " + refusal.Text();
  return line;
}

// Used tells of several records the one whose key is used.
std::string Used(const std::string& record) {
  return record.empty() ? "" : ", key of '" + record + "'";
}

std::string_view Why(PeerMatch match) {
  switch (match) {
    case PeerMatch::kIdentity:
      return " (found by identity)";
    case PeerMatch::kAddress:
      return " (found by address)";
    case PeerMatch::kAny:
      return " (serves any address)";
    case PeerMatch::kGroupKey:
      return " (no other fits)";
  }
  return "";
}

std::string Line(const Phase1Established& event, const std::string& record) {
  return SessionText(event.session) + ": phase 1 established with " + event.remote_identity +
         " at " + event.remote.ToString() + ": " + std::string(Name(event.mode)) + " mode, " +
         ToString(event.suite) + ", as " + std::string(Name(event.role)) + " " +
         event.local_identity +
         (record.empty() ? "" : Used(record) + std::string(Why(event.match)));
}

std::string Line(const ChildEstablished& event) {
  const ChildSa& sa = event.sa;
  const std::string pfs =
      sa.pfs_group ? "PFS " + std::string(crypto::Info(*sa.pfs_group).name) : "no PFS";
  return SessionText(sa.session) + ": child SA established with " + sa.remote_endpoint.ToString() +
         ": " + std::string(Name(sa.encapsulation)) + " mode" +
         (sa.udp_encapsulated ? " in UDP, " : ", ") + ToString(sa.suite) + ", " + pfs +
         ", SPI in " + HexText(sa.inbound.spi) + " out " + HexText(sa.outbound.spi) + ", " +
         ToString(sa.local) + " === " + ToString(sa.remote);
}

std::string Line(const ChildDeleted& event) {
  return SessionText(event.session) + ": child SA deleted by the peer, SPI out " +
         HexText(event.outbound_spi);
}

std::string Line(const SessionClosed& event) {
  const char* const who = event.reason == CloseReason::kByPeer     ? " by the peer"
                          : event.reason == CloseReason::kByCaller ? " by this end"
                          : event.reason == CloseReason::kReplaced ? ", a newer one follows it"
                                                                   : ", its lifetime is over";
  return SessionText(event.session) + ": phase 1 closed" + who;
}

std::string Line(const Failed& event, const std::string& record) {
  const std::string what = event.child ? ": child SA failed with " : ": failed with ";
  return SessionText(event.session) + what + event.remote.ToString() + Used(record) + ": " +
         FailureLine(event.failure);
}

std::string Line(const Diagnosed& event, const std::string& record) {
  return SessionText(event.session) + ": suspicious, from " + event.remote.ToString() +
         Used(record) + ": " + FailureLine(event.suspicion);
}

std::string Line(const PeerNotified& event) {
  return SessionText(event.session) + ": the peer notifies " + event.text;
}

std::string Line(const ChildClosed& event) {
  return SessionText(event.session) + ": child SA closed (" + std::string(Name(event.reason)) +
         "), SPI in " + HexText(event.inbound_spi) + " out " + HexText(event.outbound_spi);
}

std::string Line(const SessionReplaced& event) {
  return SessionText(event.session) + ": takes over from " + SessionText(event.replaced);
}

std::string Line(const PeerMoved& event) {
  return SessionText(event.session) + ": the peer is now at " + event.remote.ToString();
}

std::string Line(const PeerUnresponsive& event) {
  return SessionText(event.session) + ": " + event.remote.ToString() + " has been silent for " +
         std::to_string(event.silent_for.count() / 1000) + " s and answered none of " +
         std::to_string(event.asked) + " questions";
}

std::string Line(const PeerAlive& event) {
  return SessionText(event.session) + ": the peer answers again";
}

}  // namespace

std::string EventOneLine(const Event& event, const std::string& record) {
  std::string line = std::visit(
      [&](const auto& alternative) {
        if constexpr (requires { Line(alternative, record); })
          return Line(alternative, record);
        else
          return Line(alternative);
      },
      event);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return line + "\n";
}

}  // namespace iscsi_ike::ike::tool
