// The wire formats alone: MM1 (an offer of the suites in `suites`) and MM3 (KE, nonce, vendor IDs)
// written into a buffer that is kept, and read down to the last attribute. The floor is a copy of
// the message's octets.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "ike/wire/header.hpp"
#include "ike/wire/payload.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "ike/wire/sa.hpp"
#include "ike/wire/writer.hpp"
#include "policy/suites.hpp"

namespace iscsi_ike::bench {
namespace {

constexpr std::string_view kOffer =
    "aes256-sha256-modp2048,aes128-sha256-modp2048,aes256-sha1-modp2048,aes128-sha1-modp2048,"
    "3des-sha1-modp2048,aes128-sha1-modp1024,3des-sha1-modp1024,aes256-sha512-modp2048";

ike::Header MainModeHeader() {
  ike::Header header;
  std::ranges::fill(header.initiator.octets, std::uint8_t{0x11});
  header.exchange = ike::ExchangeType::kMain;
  return header;
}

void WriteOffer(std::vector<std::uint8_t>& out, std::span<const policy::Phase1Suite> suites) {
  out.clear();
  ike::Writer writer(out);
  ike::WriteHeader(writer, MainModeHeader());
  ike::PayloadChain chain(writer, ike::kHeaderNextAt);
  chain.Begin(ike::PayloadType::kSa);
  ike::SaWriter sa(writer);
  sa.BeginProposal(1, ike::ProtocolId::kIsakmp, {});
  std::uint8_t number = 0;
  for (const policy::Phase1Suite& suite : suites)
    ike::WritePhase1Transform(sa, ++number, suite, {28800, 0});
  sa.EndProposal();
  chain.End();
  ike::PatchHeaderLength(writer);
}

void WriteKeyExchange(std::vector<std::uint8_t>& out) {
  static constexpr std::array<std::uint8_t, 256> kPublicValue{1};
  static constexpr std::array<std::uint8_t, 32> kNonce{2};
  static constexpr std::array<std::uint8_t, 16> kVendor{3};
  out.clear();
  ike::Writer writer(out);
  ike::WriteHeader(writer, MainModeHeader());
  ike::PayloadChain chain(writer, ike::kHeaderNextAt);
  chain.Add(ike::PayloadType::kKeyExchange, kPublicValue);
  chain.Add(ike::PayloadType::kNonce, kNonce);
  for (int i = 0; i < 3; ++i) chain.Add(ike::PayloadType::kVendorId, kVendor);
  ike::PatchHeaderLength(writer);
}

std::vector<policy::Phase1Suite> Suites(std::int64_t count) {
  auto suites = policy::ParsePhase1List(kOffer, "offer").value();
  suites.resize(static_cast<std::size_t>(count));
  return suites;
}

// ReadChain returns how many payloads there are; 0: the message is bad.
std::size_t ReadChain(crypto::Octets message, bool decode_offer) {
  const auto header = ike::ParseHeader(message);
  if (!header) return 0;
  const auto payloads = ike::ParsePayloads(header->next, message.subspan(ike::kHeaderSize));
  if (!payloads) return 0;
  if (!decode_offer) return payloads->size();
  const auto sa = ike::ParseSa((*payloads)[0].body);
  if (!sa) return 0;
  for (const ike::ProposalView proposal : sa->proposals()) {
    for (const ike::TransformView transform : proposal.transforms()) {
      if (!ike::DecodePhase1(transform)) return 0;
    }
  }
  return payloads->size();
}

void WriteMm1(benchmark::State& state) {
  const auto suites = Suites(state.range(0));
  std::vector<std::uint8_t> message;
  for (auto _ : state) {
    WriteOffer(message, suites);
    benchmark::DoNotOptimize(message.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}
BENCHMARK(WriteMm1)->ArgName("suites")->Arg(1)->Arg(8);

// Copy is the floor of both directions: the octets of the message, once.
void Copy(benchmark::State& state, const std::vector<std::uint8_t>& message) {
  std::vector<std::uint8_t> copy(message.size());
  for (auto _ : state) {
    std::ranges::copy(message, copy.begin());
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}

void CopyMm1(benchmark::State& state) {
  std::vector<std::uint8_t> message;
  WriteOffer(message, Suites(state.range(0)));
  Copy(state, message);
}
BENCHMARK(CopyMm1)->ArgName("suites")->Arg(1)->Arg(8);

void CopyMm3(benchmark::State& state) {
  std::vector<std::uint8_t> message;
  WriteKeyExchange(message);
  Copy(state, message);
}
BENCHMARK(CopyMm3);

void ReadMm1(benchmark::State& state) {
  std::vector<std::uint8_t> message;
  WriteOffer(message, Suites(state.range(0)));
  for (auto _ : state) {
    if (ReadChain(message, true) != 1) return state.SkipWithError("the message was refused");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}
BENCHMARK(ReadMm1)->ArgName("suites")->Arg(1)->Arg(8);

void WriteMm3(benchmark::State& state) {
  std::vector<std::uint8_t> message;
  for (auto _ : state) {
    WriteKeyExchange(message);
    benchmark::DoNotOptimize(message.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}
BENCHMARK(WriteMm3);

void ReadMm3(benchmark::State& state) {
  std::vector<std::uint8_t> message;
  WriteKeyExchange(message);
  for (auto _ : state) {
    if (ReadChain(message, false) != 5) return state.SkipWithError("the message was refused");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}
BENCHMARK(ReadMm3);

}  // namespace
}  // namespace iscsi_ike::bench
