#include "tests/trust/campaign/end.hpp"

#include <array>
#include <cstdio>

#include "ike/trace/event_text.hpp"

namespace iscsi_ike::trust {
namespace {

constexpr std::array<std::uint8_t, 32> kSealKey{7, 7, 7};

std::string NumberOf(ike::SessionId session) { return std::to_string(ToNumber(session)); }

}  // namespace

bool FailingRandom::Fill(crypto::MutableOctets out) {
  if (left_ != 0 && --until_ == 0) {
    until_ = 1;
    --left_;
    ++failures_;
    return false;
  }
  return source_.Fill(out);
}

End::End(int number_of_end, ike::EngineConfig config, std::uint64_t seed, Ledger& ledger,
         Tally& tally)
    : number(number_of_end),
      random(seed),
      config_(std::move(config)),
      ledger_(ledger),
      tally_(tally) {
  Begin();
}

End::~End() = default;

void End::Begin() {
  {
    const Within within(&account);
    engine_ = std::make_unique<ike::Engine>(config_, random, this);
  }
  const Within outside(nullptr);
  ledger_.Lost(number);
  tally_.cut_off += connecting.size();
  tally_.negotiations += connecting.size();
  open.clear();
  connecting.clear();
  over.clear();
  asked.clear();
  children.clear();
  latest = {};
}

bool End::Resume() {
  bool done = false;
  Call([&](ike::Engine& engine) {
    const auto box = engine.Checkpoint(kSealKey);
    if (!box) throw Violation("no checkpoint: " + box.error().text);
    auto restored = ike::Engine::Restore(kSealKey, *box, random, this);
    if (!restored) throw Violation("not restored: " + restored.error().text);
    engine = *std::move(restored);
    done = true;
  });
  return done;
}

void End::Say(std::string_view what) const {
  if (trace) std::printf("  end %d: %.*s\n", number, static_cast<int>(what.size()), what.data());
}

void End::OnPhase1Keys(const ike::Phase1Keys& keys) {
  const Within outside(nullptr);
  for (const crypto::Octets secret :
       {keys.skeyid, keys.skeyid_d, keys.skeyid_a, keys.skeyid_e, keys.cipher_key})
    Learn(secret);
  ledger_.Keyed(number, keys);
}

void End::OnChildKeys(const ike::ChildSa& sa) {
  for (const ike::DirectionKeys* keys : {&sa.inbound, &sa.outbound}) {
    Learn(keys->encryption.Expose());
    Learn(keys->integrity.Expose());
  }
}

void End::OnMessage(const ike::MessageTrace& message) {
  const Within outside(nullptr);
  const bool sent = message.direction == ike::Direction::kSent;
  if (trace) {
    Say(std::string(sent ? "sends " : "opens ") + std::string(message.name) +
        (message.retransmission ? " again" : "") + ", session " + NumberOf(message.session));
  }
  if (sent && !message.retransmission) ledger_.Wrote(number, message);
}

void End::OnDropped(ike::Time /*now*/, const ike::Endpoint& /*remote*/, std::string_view rule) {
  const Within outside(nullptr);
  if (trace) Say("drops: " + std::string(rule));
}

void End::OnDecision(ike::Time /*now*/, ike::SessionId session, std::string_view text) {
  const Within outside(nullptr);
  if (trace) Say("decides: session " + NumberOf(session) + ": " + std::string(text));
}

void End::Taken(const ike::Event& event) {
  if (trace) Say("says: " + ike::EventText(event));
  std::visit([this](const auto& e) { Take(e); }, event);
}

// Finish: the outcome of a login is there.
void End::Finish(ike::SessionId session, std::uint64_t& outcome) {
  if (connecting.erase(session) == 0) return;
  ++tally_.negotiations;
  ++outcome;
}

void End::Take(const ike::Phase1Established& e) {
  ++tally_.phase1_established;
  ledger_.Established(number, e);
  if (!open.insert(e.session).second)
    throw Violation("session " + NumberOf(e.session) + " is established twice");
}

void End::Take(const ike::ChildEstablished& e) {
  ++tally_.children_established;
  ++children_established;
  if (e.sa.replaces) ++tally_.renewals;
  ledger_.Established(number, e.sa);
  asked.erase({e.sa.session, e.sa.child});
  children.emplace_back(e.sa.session, e.sa.child);
  Finish(e.sa.session, tally_.established);
}

void End::Take(const ike::Failed& e) {
  ledger_.Ended(number, e.session);
  Finish(e.session, tally_.failed.at(static_cast<std::size_t>(e.failure.code)));
  if (e.child) {
    asked.erase({e.session, *e.child});
    return;
  }
  // Memory ran out: all that ran in the session went with it.
  if (e.failure.code == ike::FailureCode::kMemory)
    std::erase_if(asked, [&](const auto& one) { return one.first == e.session; });
  if (!over.insert(e.session).second)
    throw Violation("session " + NumberOf(e.session) + " has failed twice");
  open.erase(e.session);
}

void End::Take(const ike::SessionClosed& e) {
  ledger_.Ended(number, e.session);
  Finish(e.session, tally_.closed);
  if (open.erase(e.session) == 0)
    throw Violation("session " + NumberOf(e.session) + " is closed and never was open");
}

void End::Take(const ike::SessionReplaced& /*e*/) { ++tally_.renewals; }

}  // namespace iscsi_ike::trust
