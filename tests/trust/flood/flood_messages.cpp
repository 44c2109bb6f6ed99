#include "tests/trust/flood/flood_messages.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ike/wire/header.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "ike/wire/vendor_id.hpp"
#include "policy/suites.hpp"

namespace iscsi_ike::trust {

namespace {

constexpr policy::Lifetime kLifetime{28800, 0};
constexpr std::size_t kKeySize = 256;  // of modp2048
constexpr std::size_t kNonceSize = 32;
constexpr std::size_t kMostGarbage = 1024;
constexpr std::string_view kAnyName = "hba00000000.example";  // the digits differ
constexpr std::size_t kDigits = 8;

// The point that all of P-384 is generated from (FIPS 186-4 section D.1.2.4), X before Y: on the
// curve without any computing.
constexpr std::array<std::uint8_t, 96> kPointOfP384{
    0xaa, 0x87, 0xca, 0x22, 0xbe, 0x8b, 0x05, 0x37, 0x8e, 0xb1, 0xc7, 0x1e, 0xf3, 0x20, 0xad, 0x74,
    0x6e, 0x1d, 0x3b, 0x62, 0x8b, 0xa7, 0x9b, 0x98, 0x59, 0xf7, 0x41, 0xe0, 0x82, 0x54, 0x2a, 0x38,
    0x55, 0x02, 0xf2, 0x5d, 0xbf, 0x55, 0x29, 0x6c, 0x3a, 0x54, 0x5e, 0x38, 0x72, 0x76, 0x0a, 0xb7,
    0x36, 0x17, 0xde, 0x4a, 0x96, 0x26, 0x2c, 0x6f, 0x5d, 0x9e, 0x98, 0xbf, 0x92, 0x92, 0xdc, 0x29,
    0xf8, 0xf4, 0x1d, 0xbd, 0x28, 0x9a, 0x14, 0x7c, 0xe9, 0xda, 0x31, 0x13, 0xb5, 0xf0, 0xb8, 0xc0,
    0x0a, 0x60, 0xb1, 0xce, 0x1d, 0x7e, 0x81, 0x9d, 0x7a, 0x43, 0x1d, 0x7c, 0x90, 0xea, 0x0e, 0x5f};

constexpr std::array<std::pair<std::string_view, FloodKind>, 8> kNames{{
    {"main", FloodKind::kMain},
    {"main-varied", FloodKind::kMainVaried},
    {"main-bare", FloodKind::kMainBare},
    {"aggressive", FloodKind::kAggressive},
    {"garbage", FloodKind::kGarbage},
    {"replay", FloodKind::kReplay},
    {"real", FloodKind::kReal},
    {"real-ecp", FloodKind::kRealEcp},
}};

// The initiator's announcements, in its order (ike/core/announce.cpp).
constexpr std::array<ike::VendorId, 6> kAnnounced{
    ike::VendorId::kNatTraversal,         ike::VendorId::kNatTraversalDraft03,
    ike::VendorId::kNatTraversalDraft02n, ike::VendorId::kNatTraversalDraft02,
    ike::VendorId::kDeadPeerDetection,    ike::VendorId::kFragmentation};

std::vector<policy::Phase1Suite> OfferedBy(FloodKind kind) {
  if (kind == FloodKind::kRealEcp) {
    const auto suites = policy::ParsePhase1List("aes128-sha256-ecp384", "suite");
    return suites ? *suites : std::vector<policy::Phase1Suite>{};
  }
  std::vector<policy::Phase1Suite> suites = policy::DefaultSuites().phase1;
  if (kind == FloodKind::kMainBare) suites.resize(1);
  return suites;
}

void BeginMessage(ike::Writer& writer, Dice& dice, ike::ExchangeType exchange) {
  ike::Header header;
  dice.Fill(header.initiator.octets);
  header.exchange = exchange;
  ike::WriteHeader(writer, header);
}

void WriteOffer(ike::Writer& writer, ike::PayloadChain& chain,
                std::span<const policy::Phase1Suite> suites, const policy::Lifetime& lifetime) {
  chain.Begin(ike::PayloadType::kSa);
  ike::SaWriter sa(writer);
  sa.BeginProposal(1, ike::ProtocolId::kIsakmp, {});
  std::uint8_t number = 0;
  for (const policy::Phase1Suite& suite : suites)
    ike::WritePhase1Transform(sa, ++number, suite, lifetime);
  sa.EndProposal();
  chain.End();
}

void WriteVendorIds(ike::PayloadChain& chain) {
  for (const ike::VendorId id : kAnnounced)
    chain.Add(ike::PayloadType::kVendorId, ike::OctetsOf(id));
}

std::vector<policy::Phase1Suite> OtherSuites() {
  std::vector<policy::Phase1Suite> suites;
  for (const char* const name : {"rfc3723", "windows", "modern"}) {
    const auto set = policy::NamedSuites(name, "suite");
    if (set) suites.insert(suites.end(), set->phase1.begin(), set->phase1.end());
  }
  return suites;
}

}  // namespace

std::optional<FloodKind> FloodKindOf(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, [](const auto& each) { return each.first; });
  if (found == kNames.end()) return std::nullopt;
  return found->second;
}

bool IsReal(FloodKind kind) { return kind == FloodKind::kReal || kind == FloodKind::kRealEcp; }

FloodMessages::FloodMessages(FloodSettings settings)
    : settings_(std::move(settings)),
      dice_(settings_.seed),
      offered_(OfferedBy(settings_.kind)),
      others_(OtherSuites()) {
  if (IsReal(settings_.kind)) WriteThird();
  if (settings_.kind == FloodKind::kAggressive) {
    WriteAggressive();
  } else {
    WriteMain(offered_, kLifetime, settings_.kind != FloodKind::kMainBare);
  }
}

std::span<const std::uint8_t> FloodMessages::Next() {
  switch (settings_.kind) {
    case FloodKind::kMain:
    case FloodKind::kMainBare:
    case FloodKind::kReal:
    case FloodKind::kRealEcp:
      dice_.Fill(std::span(message_).first(8));
      break;
    case FloodKind::kMainVaried:
      WriteVaried();
      break;
    case FloodKind::kAggressive:
      DrawAggressive();
      break;
    case FloodKind::kGarbage:
      WriteGarbage();
      break;
    case FloodKind::kReplay:
      return settings_.recorded[next_recorded_++ % settings_.recorded.size()];
  }
  return message_;
}

// Third: a KE of modp2048 with its top bit clear is below the prime, as in DrawAggressive.
std::span<const std::uint8_t> FloodMessages::Third(std::span<const std::uint8_t> answer) {
  const auto header = ike::ParseHeader(answer);
  if (!header || header->exchange != ike::ExchangeType::kMain || header->encrypted() ||
      header->next != ike::PayloadType::kSa || header->responder.IsZero())
    return {};
  const std::span<std::uint8_t> all(third_);
  std::ranges::copy(answer.first(2 * header->initiator.octets.size()), all.begin());
  if (settings_.kind == FloodKind::kReal) {
    dice_.Fill(all.subspan(key_at_, kKeySize));
    third_[key_at_] &= 0x7fU;
  }
  dice_.Fill(all.subspan(nonce_at_, kNonceSize));
  return third_;
}

void FloodMessages::WriteMain(std::span<const policy::Phase1Suite> suites,
                              const policy::Lifetime& lifetime, bool vendor_ids) {
  message_.clear();
  ike::Writer writer(message_);
  BeginMessage(writer, dice_, ike::ExchangeType::kMain);
  ike::PayloadChain chain(writer, ike::kHeaderNextAt);
  WriteOffer(writer, chain, suites, lifetime);
  if (vendor_ids) WriteVendorIds(chain);
  ike::PatchHeaderLength(writer);
}

// WriteVaried: the usual suites in any order, up to four others among them, any lifetime.
void FloodMessages::WriteVaried() {
  std::vector<policy::Phase1Suite> suites = offered_;
  for (std::size_t more = dice_.Below(5); more > 0; --more)
    suites.push_back(others_[dice_.Below(others_.size())]);
  for (std::size_t i = suites.size(); i > 1; --i) std::swap(suites[i - 1], suites[dice_.Below(i)]);
  const auto seconds = static_cast<std::uint32_t>(3600 + dice_.Below(1U << 30U));
  WriteMain(suites, {seconds, 0}, true);
}

void FloodMessages::WriteAggressive() {
  message_.clear();
  ike::Writer writer(message_);
  BeginMessage(writer, dice_, ike::ExchangeType::kAggressive);
  ike::PayloadChain chain(writer, ike::kHeaderNextAt);
  WriteOffer(writer, chain, offered_, kLifetime);
  chain.Add(ike::PayloadType::kKeyExchange, std::vector<std::uint8_t>(kKeySize));
  key_at_ = chain.body_at();
  chain.Add(ike::PayloadType::kNonce, std::vector<std::uint8_t>(kNonceSize));
  nonce_at_ = chain.body_at();
  const std::string name =
      settings_.identity.empty() ? "fqdn:" + std::string(kAnyName) : settings_.identity;
  const auto identity = policy::Identity::Parse(name, "--identity");
  chain.Begin(ike::PayloadType::kId);
  if (identity) ike::WriteId(writer, *identity);
  name_at_ = chain.body_at() + 4 + 3;  // behind type, protocol and port, and "hba"
  chain.End();
  WriteVendorIds(chain);
  ike::PatchHeaderLength(writer);
}

// WriteThird leaves room for the cookies, and for what else is drawn for each.
void FloodMessages::WriteThird() {
  ike::Writer writer(third_);
  BeginMessage(writer, dice_, ike::ExchangeType::kMain);
  ike::PayloadChain chain(writer, ike::kHeaderNextAt);
  if (settings_.kind == FloodKind::kRealEcp) {
    chain.Add(ike::PayloadType::kKeyExchange, kPointOfP384);
  } else {
    chain.Add(ike::PayloadType::kKeyExchange, std::vector<std::uint8_t>(kKeySize));
  }
  key_at_ = chain.body_at();
  chain.Add(ike::PayloadType::kNonce, std::vector<std::uint8_t>(kNonceSize));
  nonce_at_ = chain.body_at();
  ike::PatchHeaderLength(writer);
}

// DrawAggressive: a KE with its top bit clear is below the prime, whose top 64 bits are all ones.
void FloodMessages::DrawAggressive() {
  const std::span<std::uint8_t> all(message_);
  dice_.Fill(all.first(8));
  dice_.Fill(all.subspan(key_at_, kKeySize));
  message_[key_at_] &= 0x7fU;
  dice_.Fill(all.subspan(nonce_at_, kNonceSize));
  if (!settings_.identity.empty()) return;
  for (std::uint8_t& digit : all.subspan(name_at_, kDigits))
    digit = static_cast<std::uint8_t>('0' + dice_.Below(10));
}

void FloodMessages::WriteGarbage() {
  switch (dice_.Below(4)) {
    case 0:
      return WriteRandom(kMostGarbage);
    case 1:
      return WriteRandom(40);
    case 2:
      return WriteBehindHeader();
    default:
      break;
  }
  WriteMain(offered_, kLifetime, true);
  for (std::size_t damaged = 1 + dice_.Below(8); damaged > 0; --damaged)
    message_[dice_.Below(message_.size())] = static_cast<std::uint8_t>(dice_.Next());
}

void FloodMessages::WriteRandom(std::size_t most) {
  message_.resize(dice_.Below(most + 1));
  dice_.Fill(message_);
}

// WriteBehindHeader: a header that passes the first look, of any exchange and state, and noise.
void FloodMessages::WriteBehindHeader() {
  constexpr std::array<std::uint8_t, 6> kExchanges{2, 4, 5, 6, 32, 34};
  WriteRandom(kMostGarbage);
  ike::Header header;
  dice_.Fill(header.initiator.octets);
  if (dice_.Below(2) == 0) dice_.Fill(header.responder.octets);
  header.exchange = static_cast<ike::ExchangeType>(kExchanges[dice_.Below(kExchanges.size())]);
  header.next = static_cast<ike::PayloadType>(1 + dice_.Below(13));
  if (dice_.Below(8) == 0) header.version = 0x20;  // IKEv2
  if (dice_.Below(2) == 0) header.flags = ike::kFlagEncryption;
  const bool phase1 = header.exchange == ike::ExchangeType::kMain ||
                      header.exchange == ike::ExchangeType::kAggressive;
  if (!phase1) header.id = static_cast<ike::MessageId>(dice_.Next());
  std::vector<std::uint8_t> whole;
  ike::Writer writer(whole);
  ike::WriteHeader(writer, header);
  writer.Put(message_);
  ike::PatchHeaderLength(writer);
  message_.swap(whole);
}

}  // namespace iscsi_ike::trust
