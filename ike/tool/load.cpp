#include "ike/tool/load.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "ike/tool/console.hpp"
#include "ike/tool/initiator_ends.hpp"
#include "ike/tool/load_report.hpp"
#include "ike/tool/load_run.hpp"
#include "ike/tool/peer.hpp"
#include "ike/tool/sockets.hpp"
#include "ike/tool/watch.hpp"

namespace iscsi_ike::ike::tool {

namespace {

using Hbas = std::vector<std::shared_ptr<const PeerConfig>>;

// Following gives the address that is `count` above another; it may wrap.
policy::IpAddress Following(const policy::IpAddress& address, std::size_t count) {
  std::array<std::uint8_t, 16> octets{};
  const auto from = address.octets();
  std::copy(from.begin(), from.end(), octets.begin());
  for (std::size_t i = from.size(); i-- > 0 && count > 0;) {
    count += octets[i];
    octets[i] = static_cast<std::uint8_t>(count & 0xff);
    count >>= 8U;
  }
  return policy::IpAddress::FromOctets({octets.data(), from.size()}).value_or(address);
}

// Numbered replaces the first '#' of an identity by the number of an HBA.
std::string Numbered(std::string identity, std::size_t number) {
  const std::size_t at = identity.find('#');
  if (at != std::string::npos) identity.replace(at, 1, std::to_string(number));
  return identity;
}

// HbaMaker makes the configuration of each HBA: its word in turn, its address, its identity.
class HbaMaker {
 public:
  HbaMaker(const Options& options, const LoadPlan& plan, const Sources& sources, const Ends& ends)
      : options_(options), plan_(plan), sources_(sources), ends_(ends) {}

  // Settle finds the words of --mix, or the one word there is. A word that allows nothing is
  // refused, and printed.
  Checked<ExitCode> Settle() {
    if (options_.load.mix.empty()) {
      words_ = {sources_.request.word};
    } else {
      const auto mix = ParseMix(options_.load.mix);
      if (!mix) return Failure(mix.error());
      for (const MixedWord& one : *mix) {
        const auto word = policy::SecurityFlags::Parse(one.word, "--mix");
        if (!word) return Usage(word.error());
        words_.insert(words_.end(), static_cast<std::size_t>(one.weight), *word);
      }
    }
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (i > 0 && words_[i] == words_[i - 1]) continue;
      const auto settings = SettingsOf(i);
      if (!settings) return Failure(settings.error());
      WarnOf(settings->plan);
      if (settings->plan.outcome != policy::Outcome::kPlan)
        return Refuse(settings->plan, options_.output.json);
      if (auto key = DemandKey(*settings); !key) return Failure(key.error());
    }
    return ExitCode::kOk;
  }

  // Make: `bound` and `nat_port` are what the sockets have come to.
  Checked<Hbas> Make(std::uint16_t bound, std::uint16_t nat_port) {
    ends_.local->port = bound;
    const policy::IpAddress first = ends_.local->address;
    Hbas hbas;
    for (std::size_t i = 0; i < plan_.hbas; ++i) {
      ends_.local->address = Following(first, i % plan_.addresses);
      auto settings = SettingsOf(i);
      if (!settings) return Failure(settings.error());
      auto peer = MakePeer(options_, ChildOf(options_.child, sources_), std::move(*settings),
                           Role::kInitiator, ends_, nat_port);
      if (!peer) return Failure(peer.error());
      (*peer)->initial_contact = false;
      (*peer)->plan.exchanges.resize(1);
      hbas.push_back(std::move(*peer));
    }
    return hbas;
  }

 private:
  Checked<Settings> SettingsOf(std::size_t hba) const {
    Sources one;
    one.request = sources_.request;
    one.key = sources_.key.Clone();
    one.key_place = sources_.key_place;
    one.group_key = sources_.group_key;
    one.peer = sources_.peer;
    one.peer_identity = sources_.peer_identity;
    one.request.word = words_[hba % words_.size()];
    if (!options_.load.id.empty()) {
      auto identity = policy::Identity::Parse(Numbered(options_.load.id, hba), "--id");
      if (!identity) return Usage(identity.error());
      one.request.identity = std::move(identity).value();
    }
    return TranslateFor(Role::kInitiator, one, ends_, options_.policy);
  }

  const Options& options_;
  const LoadPlan& plan_;
  const Sources& sources_;
  Ends ends_;
  std::vector<policy::SecurityFlags> words_;
};

Status<ToolError> WriteHistogram(const std::string& path, const LatencyHistogram& latency) {
  if (path.empty()) return Done{};
  std::ofstream file(path, std::ios::trunc);
  file << latency.PercentileText();
  file.close();
  if (!file) return Usage("--hgrm", path + ": cannot be written");
  return Done{};
}

// BindFor takes the wildcard for several addresses: each datagram then names its own.
Checked<Endpoint> BindFor(net::UdpTransport& sockets, const LoadPlan& plan, Endpoint local) {
  if (plan.addresses > 1)
    local.address = local.address.is_v6() ? policy::IpAddress::V6({}) : policy::IpAddress::V4({});
  return BindIke(sockets, local);
}

Checked<ExitCode> TryLoad(const Options& options) {
  const auto plan = ParseLoadPlan(options.load);
  if (!plan) return Failure(plan.error());
  auto sources = ReadForPortal(options);
  if (!sources) return Failure(sources.error());
  const auto remote = RemoteEnd(options.network, *sources);
  if (!remote) return Failure(remote.error());
  const auto local = LocalEnd(options.network, *remote);
  if (!local) return Failure(local.error());
  const auto nat = ParseNatPort(options.session, {&*local, 1});
  if (!nat) return Failure(nat.error());
  HbaMaker maker(options, *plan, *sources, {*local, *remote});
  auto settled = maker.Settle();
  if (!settled || *settled != ExitCode::kOk) return settled;

  Watch watch;
  watch.AddVerbosity(options.output);
  net::Reactor reactor;
  net::UdpTransport sockets(reactor);
  const auto bound = BindFor(sockets, *plan, *local);
  if (!bound) return Failure(bound.error());
  const auto nat_port = BindNat(sockets, {&*bound, 1}, *nat);
  if (!nat_port) return Failure(nat_port.error());
  auto hbas = maker.Make(bound->port, *nat_port);
  if (!hbas) return Failure(hbas.error());
  if (auto opened = watch.Open(options.output, *nat_port); !opened) return Failure(opened.error());

  LoadRun run(*plan, std::move(*hbas), options.keep, reactor);
  watch.Add(run);
  EngineConfig config;
  config.nat_port = *nat_port;
  config.max_sessions = 2 * plan->hbas + plan->concurrency + 1000;
  crypto::SystemRandom random;
  Node node(reactor, sockets, std::move(config), random, &watch.observer());
  const LoadResult result = run.Run(node, [&](const LoadResult& so_far) {
    if (!options.load.quiet) PrintError(ProgressLine(so_far) + "\n");
  });
  std::vector<Threshold> breached;
  std::ranges::copy_if(plan->fail_if, std::back_inserter(breached),
                       [&](const Threshold& threshold) { return IsBreached(threshold, result); });
  Print(options.output.json ? LoadLine(*plan, result, breached)
                            : LoadReport(*plan, result, breached));
  if (auto written = WriteHistogram(options.load.hgrm, result.from_intended); !written)
    return Failure(written.error());
  if (auto closed = watch.Close(); !closed) return Failure(closed.error());
  const bool good = result.failed == 0 && breached.empty() && result.established > 0;
  return good ? ExitCode::kOk : ExitCode::kNegotiationFailed;
}

}  // namespace

ExitCode RunLoad(const Options& options) {
  const auto code = TryLoad(options);
  return code ? *code : Complain(code.error());
}

}  // namespace iscsi_ike::ike::tool
