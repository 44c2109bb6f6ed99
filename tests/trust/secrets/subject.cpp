// The process whose memory is searched: two engines that negotiate with each other. It tells its
// parent every secret as it stands in memory, makes no copy of one itself, and stands still at each
// stage until the parent has looked.
//
//   subject WORD IKE ESP lanes|single
//
// Descriptor 3: to the parent: lines "NAME OCTETS\n" with so many octets behind each, or "@STAGE
// 0\n". Descriptor 4: from the parent: 32 octets, the pre-shared key; then one octet for each
// stage: 'g' to go on, 'd' to end with a core dump.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/cbc.hpp"
#include "crypto/dh_batch.hpp"
#include "crypto/random.hpp"
#include "ike/engine.hpp"
#include "policy/suites.hpp"
#include "policy/translate.hpp"

namespace iscsi_ike::trust {
namespace {

using crypto::Octets;

void Demand(bool holds) {
  if (!holds) std::_Exit(3);
}

void WriteAll(Octets octets) {
  while (!octets.empty()) {
    const ssize_t written = ::write(3, octets.data(), octets.size());
    Demand(written > 0);
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
}

void Tell(const char* name, Octets secret) {
  std::string line = std::string(name) + " " + std::to_string(secret.size()) + "\n";
  WriteAll({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
  WriteAll(secret);
}

void Stage(const char* name) {
  Tell(("@" + std::string(name)).c_str(), {});
  char answer = 0;
  Demand(::read(4, &answer, 1) == 1);
  if (answer != 'd') return;
  const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_CORE, &all);
  std::abort();
}

class Teller final : public ike::Observer {
 public:
  [[nodiscard]] bool WantsSecrets() const override { return true; }
  void OnPhase1Keys(const ike::Phase1Keys& keys) override {
    Tell("SKEYID", keys.skeyid);
    Tell("SKEYID_d", keys.skeyid_d);
    Tell("SKEYID_a", keys.skeyid_a);
    Tell("SKEYID_e", keys.skeyid_e);
    Tell("Ka", keys.cipher_key);
  }
  void OnChildKeys(const ike::ChildSa& sa) override {
    for (const ike::DirectionKeys* keys : {&sa.inbound, &sa.outbound}) {
      Tell("KEYMAT", keys->encryption.Expose());
      Tell("KEYMAT", keys->integrity.Expose());
    }
  }
};

struct Settings {
  std::uint64_t word = 0;
  std::string ike, esp;
};

std::shared_ptr<const ike::PeerConfig> MakePeer(const Settings& settings, policy::Role role,
                                                const crypto::Secret& key) {
  const bool initiator = role == policy::Role::kInitiator;
  policy::TranslateRequest request;
  request.word = policy::SecurityFlags(settings.word);
  request.role = role;
  request.suites = policy::ChooseSuites({"rfc7146", settings.ike, settings.esp}).value();
  request.key_binding = policy::KeyBinding::kPeerAddress;
  auto peer = std::make_shared<ike::PeerConfig>();
  peer->name = initiator ? "portal" : "hba";
  const auto hba = policy::IpAddress::Parse("192.0.2.1").value();
  const auto portal = policy::IpAddress::Parse("192.0.2.2").value();
  peer->local = {initiator ? hba : portal, ike::kIkePort};
  peer->remote = ike::Endpoint{initiator ? portal : hba, ike::kIkePort};
  peer->plan = policy::Translate(request);
  peer->key = key.Clone();
  peer->renewal.mode = ike::Renewal::kNever;
  peer->target_side = !initiator;
  return peer;
}

// Ends are the two engines and what carries between them.
struct Ends {
  crypto::SystemRandom random;
  Teller teller;
  std::vector<ike::Engine> engines;  // initiator, responder
  std::shared_ptr<const ike::PeerConfig> peer;
  std::vector<ike::Event> events;
  std::unique_ptr<crypto::DhExecutor> executor;
  ike::Time now{std::chrono::seconds(1000)};
  bool shown_private = false;

  bool Carry(std::size_t from) {
    bool moved = false;
    while (auto job = engines[from].PollDh()) {
      Tell("private key", job->private_key.Expose());
      if (!std::exchange(shown_private, true)) Stage("computing");
      executor->Run({&*job, 1});
      if (!job->shared.empty()) Tell("g^xy", job->shared.Expose());
      engines[from].HandleDh(now, std::move(*job));
      moved = true;
    }
    while (auto datagram = engines[from].PollDatagram()) {
      engines[1 - from].HandleDatagram(now, datagram->remote, datagram->local, datagram->octets);
      moved = true;
    }
    while (auto event = engines[from].PollEvent()) events.push_back(std::move(*event));
    return moved;
  }
  void Run() {
    for (bool moved = true; moved;) {
      moved = Carry(0);
      moved = Carry(1) || moved;
    }
  }
};

crypto::Secret ReadKey() {
  crypto::Secret key(32);
  Demand(::read(4, key.ExposeMutable().data(), key.size()) == 32);
  return key;
}

void Make(Ends& ends, const Settings& settings, const std::string& how) {
  const crypto::Secret key = ReadKey();
  if (how == "lanes")
    ends.executor = std::make_unique<crypto::BatchDhExecutor>();
  else
    ends.executor = std::make_unique<crypto::InlineDhExecutor>();
  ends.peer = MakePeer(settings, policy::Role::kInitiator, key);
}

// OpenSSL's AES is what machines without the instructions have.
void UseCipher(crypto::CbcCipher& cipher, crypto::RandomSource& random) {
  crypto::Secret key(32);
  Demand(random.Fill(key.ExposeMutable()));
  std::vector<std::uint8_t> data(64);
  const std::vector<std::uint8_t> iv(16);
  Tell("key of OpenSSL's AES", key.Expose());
  Demand(cipher.Encrypt(crypto::CipherAlgorithm::kAesCbc, key.Expose(), iv, data));
}

int Main(char** argv) {
  const Settings settings{std::strtoull(argv[1], nullptr, 0), argv[2], argv[3]};
  Demand(crypto::InitializeCrypto());
  std::vector<std::uint8_t> marker(32);
  crypto::SystemRandom().Fill(marker) ? Tell("marker", marker) : std::_Exit(3);
  {
    Ends ends;
    Make(ends, settings, argv[4]);
    ike::EngineConfig serving;
    serving.responders.push_back(MakePeer(settings, policy::Role::kResponder, ends.peer->key));
    ends.engines.emplace_back(ike::EngineConfig{}, ends.random, &ends.teller);
    ends.engines.emplace_back(std::move(serving), ends.random, &ends.teller);
    const auto session = ends.engines[0].Connect(ends.now, ends.peer);
    Demand(session.ok());
    ends.Run();
    std::size_t children = 0;
    for (const ike::Event& event : ends.events)
      children += std::holds_alternative<ike::ChildEstablished>(event) ? 1U : 0U;
    Demand(children == 2);
    crypto::CbcCipher cipher(crypto::AesInstructions::kNever);
    UseCipher(cipher, ends.random);
    Stage("established");
    ends.events.clear();
    Stage("handed over");
    ends.engines[0].Close(ends.now, *session);
    ends.Run();
    Demand(ends.engines[0].session_count() + ends.engines[1].session_count() == 0);
    ends.events.clear();
    Stage("closed");
  }
  Stage("ended");
  return 0;
}

}  // namespace
}  // namespace iscsi_ike::trust

int main(int argc, char** argv) { return argc == 5 ? iscsi_ike::trust::Main(argv) : 2; }
