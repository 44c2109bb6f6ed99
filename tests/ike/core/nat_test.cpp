// NAT traversal (RFC 3947, 3948): what goes over the wire and what comes out, with translators in
// front of either end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "ike/wire/esp_transform.hpp"
#include "ike/wire/nat_d.hpp"
#include "ike/wire/nat_oa.hpp"
#include "ike/wire/payload.hpp"
#include "ike/wire/vendor_id.hpp"
#include "tests/support/insider.hpp"
#include "tests/support/nat_pair.hpp"

namespace iscsi_ike::test {
namespace {

using ike::PayloadType;
using ike::VendorId;
using policy::Encapsulation;
using policy::ExchangeMode;

// A form of NAT traversal: the one vendor ID of it that the ends see, and its numbers.
struct Form {
  const char* name;
  VendorId vendor;
  std::uint8_t nat_d, nat_oa;
  std::uint16_t tunnel, transport;
};
constexpr Form kForms[] = {
    {"rfc", VendorId::kNatTraversal, 20, 21, 3, 4},
    {"draft03", VendorId::kNatTraversalDraft03, 130, 131, 61443, 61444},
    {"draft02n", VendorId::kNatTraversalDraft02n, 130, 131, 61443, 61444},
    {"draft02", VendorId::kNatTraversalDraft02, 130, 131, 61443, 61444},
};

constexpr VendorId kNatForms[] = {VendorId::kNatTraversal, VendorId::kNatTraversalDraft03,
                                  VendorId::kNatTraversalDraft02n, VendorId::kNatTraversalDraft02};

bool IsNatForm(const Bytes& body) {
  return testing::Matches(testing::Contains(ike::IdentifyVendor(body)))(kNatForms);
}

// SpeakOnly lets an initiator appear to speak one form of NAT traversal and no other: it takes the
// others out of its first message.
void SpeakOnly(VendorId form, Sent& sent) {
  if (sent.number != 0) return;
  RewriteClear(sent.datagram, [form](std::vector<PayloadOctets>& payloads) {
    std::erase_if(payloads, [form](const PayloadOctets& p) {
      return p.type == PayloadType::kVendorId && IsNatForm(p.body) &&
             ike::IdentifyVendor(p.body) != form;
    });
  });
}

std::vector<Bytes> BodiesOf(const Recorder& recorder, std::string_view name, std::uint8_t type) {
  std::vector<Bytes> bodies;
  const auto* shown = recorder.MessageOf(name);
  if (shown == nullptr) return bodies;
  const auto payloads = ike::ParsePayloads(shown->header.next, shown->payloads);
  if (!payloads) return bodies;
  for (const ike::Payload& payload : *payloads) {
    if (payload.type == static_cast<PayloadType>(type))
      bodies.emplace_back(payload.body.begin(), payload.body.end());
  }
  return bodies;
}

// EncapsulationsOf: the numbers in the ESP transforms of a quick mode message.
std::vector<std::uint16_t> EncapsulationsOf(const Recorder& recorder, std::string_view name) {
  std::vector<std::uint16_t> numbers;
  for (const Bytes& body : BodiesOf(recorder, name, 1)) {
    for (const ike::ProposalView proposal : ike::ParseSa(body).value().proposals()) {
      for (const ike::TransformView transform : proposal.transforms())
        numbers.push_back(ike::DecodeEsp(transform).value().encapsulation);
    }
  }
  return numbers;
}

const ike::ChildSa& ChildOf(const Node& node) {
  return node.EventsOf<ike::ChildEstablished>().at(0)->sa;
}

struct Case {
  Behind behind;
  ExchangeMode mode;
  bool pfs;
  Encapsulation encapsulation;
  Form form;
  [[nodiscard]] std::uint64_t word() const { return WordOf(mode, pfs, encapsulation); }
  [[nodiscard]] bool any() const { return behind != Behind::kNeither; }
  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    constexpr const char* kBehind[] = {"nobody", "hba", "portal", "both"};
    return out << kBehind[static_cast<int>(c.behind)] << "_"
               << (c.mode == ExchangeMode::kMain ? "main" : "aggressive") << (c.pfs ? "_pfs_" : "_")
               << policy::Name(c.encapsulation) << "_" << c.form.name;
  }
};

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const Behind behind : {Behind::kNeither, Behind::kHba, Behind::kPortal, Behind::kBoth}) {
    for (const ExchangeMode mode : {ExchangeMode::kMain, ExchangeMode::kAggressive}) {
      for (const bool pfs : {false, true}) {
        for (const Encapsulation e : {Encapsulation::kTransport, Encapsulation::kTunnel}) {
          for (const Form& form : kForms) cases.push_back({behind, mode, pfs, e, form});
        }
      }
    }
  }
  return cases;
}

class AcrossNat : public ::testing::TestWithParam<Case> {
 protected:
  AcrossNat() : ends(GetParam().behind, QuickEnd(GetParam().word()), QuickEnd(GetParam().word())) {
    ends.net.fate = [this](Sent& sent) -> std::vector<ike::Duration> {
      SpeakOnly(GetParam().form.vendor, sent);
      if (!ends.Pass(sent)) return {};
      return {ends.net.latency};
    };
    ends.pair.Connect();
    ends.net.Run();
  }
  NatPair ends;
};
INSTANTIATE_TEST_SUITE_P(Core, AcrossNat, ::testing::ValuesIn(AllCases()),
                         ::testing::PrintToStringParamName());

TEST_P(AcrossNat, BothEndsHaveTheSameChild) {
  ends.pair.ExpectOneChildEach();
  ends.pair.ExpectAtRest(1);
  for (const Node* node : {&ends.hba, &ends.portal}) {
    const ike::ChildSa& sa = ChildOf(*node);
    EXPECT_EQ(sa.udp_encapsulated, GetParam().any());
    EXPECT_EQ(sa.encapsulation, GetParam().encapsulation);
    EXPECT_EQ(sa.pfs_group.has_value(), GetParam().pfs);
  }
  EXPECT_EQ(ChildOf(ends.hba).local, ChildOf(ends.portal).remote);
  EXPECT_EQ(ChildOf(ends.hba).remote, ChildOf(ends.portal).local);
}

TEST_P(AcrossNat, TheEndpointsOfTheChildAreWhereItsDatagramsGo) {
  const std::uint16_t port = GetParam().any() ? ike::kIkeNattPort : ike::kIkePort;
  const auto seen = [&](const Node& node, bool behind, const SimNat& nat) {
    return behind ? nat.Seen(port).value() : ike::Endpoint{node.endpoint().address, port};
  };
  EXPECT_EQ(ChildOf(ends.hba).local_endpoint, (ike::Endpoint{ends.hba.endpoint().address, port}));
  EXPECT_EQ(ChildOf(ends.hba).remote_endpoint,
            seen(ends.portal, ends.portal_is_behind(), ends.portal_nat));
  EXPECT_EQ(ChildOf(ends.portal).local_endpoint,
            (ike::Endpoint{ends.portal.endpoint().address, port}));
  EXPECT_EQ(ChildOf(ends.portal).remote_endpoint,
            seen(ends.hba, ends.hba_is_behind(), ends.hba_nat));
}

// RFC 3947 section 4: main mode moves with its fifth message, aggressive mode with its third, and
// everything after follows; RFC 3948 section 2.2: four octets of zero in front of it.
TEST_P(AcrossNat, TheInitiatorMovesWithItsFirstMessageAfterDetection) {
  const std::size_t moved = GetParam().mode == ExchangeMode::kMain ? 4 : 2;
  for (const Sent& sent : ends.net.log) {
    SCOPED_TRACE(sent.number);
    const bool at_nat_port = GetParam().any() && sent.number >= moved;
    EXPECT_EQ(sent.datagram.local.port, at_nat_port ? 4500 : 500);
    const Bytes& octets = sent.datagram.octets;
    const bool marked =
        std::all_of(octets.begin(), octets.begin() + 4, [](auto o) { return o == 0; });
    EXPECT_EQ(marked, at_nat_port);
    EXPECT_EQ(HeaderOf(MessageOf(sent.datagram)).length, MessageOf(sent.datagram).size());
  }
}

TEST_P(AcrossNat, EachDetectionPayloadIsTheHashOfAnEnd) {
  const bool main = GetParam().mode == ExchangeMode::kMain;
  const auto& phase1 = ends.hba.recorder.phase1.value();
  const auto hash = [&](const ike::Endpoint& end) {
    const auto digest = ike::NatDetectionHash(phase1.suite.hash, phase1.initiator, phase1.responder,
                                              end.address, end.port);
    return Bytes(digest.Expose().begin(), digest.Expose().end());
  };
  for (const auto& [node, name] : {std::pair{&ends.hba, main ? "MM3" : "AM3"},
                                   std::pair{&ends.portal, main ? "MM4" : "AM2"}}) {
    SCOPED_TRACE(name);
    const auto bodies = BodiesOf(node->recorder, name, GetParam().form.nat_d);
    EXPECT_TRUE(BodiesOf(node->recorder, name, GetParam().form.nat_d ^ 20U ^ 130U).empty());
    ASSERT_EQ(bodies.size(), 2U);
    const bool at_hba = node == &ends.hba;
    const std::size_t number = at_hba ? 2U : (main ? 3U : 1U);
    const auto sent = std::find_if(ends.net.log.begin(), ends.net.log.end(),
                                   [number](const Sent& s) { return s.number == number; });
    EXPECT_EQ(bodies[0], hash(sent->datagram.remote));
    EXPECT_EQ(bodies[1], hash(sent->datagram.local));
  }
}

TEST_P(AcrossNat, OneVendorIdComesBack) {
  const char* answer = GetParam().mode == ExchangeMode::kMain ? "MM2" : "AM2";
  std::vector<VendorId> forms;
  for (const Bytes& body : BodiesOf(ends.portal.recorder, answer, 13))
    if (IsNatForm(body)) forms.push_back(ike::IdentifyVendor(body));
  EXPECT_THAT(forms, testing::ElementsAre(GetParam().form.vendor));
}

TEST_P(AcrossNat, TheEncapsulationHasTheNumbersOfItsForm) {
  const bool transport = GetParam().encapsulation == Encapsulation::kTransport;
  const std::uint16_t plain = transport ? 2 : 1;
  const std::uint16_t in_udp = transport ? GetParam().form.transport : GetParam().form.tunnel;
  const std::uint16_t expected = GetParam().any() ? in_udp : plain;
  EXPECT_THAT(EncapsulationsOf(ends.hba.recorder, "QM1"), testing::Each(expected));
  EXPECT_THAT(EncapsulationsOf(ends.portal.recorder, "QM2"), testing::ElementsAre(expected));
}

// RFC 3947 section 5.2: the initiator's address and then the responder's, in transport mode only;
// each end states its own and how it sees the other.
TEST_P(AcrossNat, OriginalAddressesTravelInTransportModeOnly) {
  const auto addresses = [&](const Node& node, const char* name) {
    std::vector<std::string> text;
    for (const Bytes& body : BodiesOf(node.recorder, name, GetParam().form.nat_oa))
      text.push_back(ike::ParseNatOa(body).value().ToString());
    EXPECT_TRUE(BodiesOf(node.recorder, name, GetParam().form.nat_oa ^ 21U ^ 131U).empty());
    return text;
  };
  const ike::ChildSa& hba = ChildOf(ends.hba);
  const ike::ChildSa& portal = ChildOf(ends.portal);
  if (!GetParam().any() || GetParam().encapsulation == Encapsulation::kTunnel) {
    EXPECT_THAT(addresses(ends.hba, "QM1"), testing::IsEmpty());
    EXPECT_THAT(addresses(ends.portal, "QM2"), testing::IsEmpty());
    EXPECT_FALSE(hba.remote_original || hba.local_seen_as);
    EXPECT_FALSE(portal.remote_original || portal.local_seen_as);
    return;
  }
  const char* seen_hba = ends.hba_is_behind() ? "198.51.100.1" : "192.0.2.1";
  const char* seen_portal = ends.portal_is_behind() ? "198.51.100.2" : "192.0.2.2";
  EXPECT_THAT(addresses(ends.hba, "QM1"), testing::ElementsAre("192.0.2.1", seen_portal));
  EXPECT_THAT(addresses(ends.portal, "QM2"), testing::ElementsAre(seen_hba, "192.0.2.2"));
  EXPECT_EQ(hba.remote_original.value().ToString(), "192.0.2.2");
  EXPECT_EQ(hba.local_seen_as.value().ToString(), seen_hba);
  EXPECT_EQ(portal.remote_original.value().ToString(), "192.0.2.1");
  EXPECT_EQ(portal.local_seen_as.value().ToString(), seen_portal);
}

// libreswan hashes the ports of the first message into the third one of aggressive mode, and then
// moves: the responder must not take that for a translator more.
TEST(NatForms, AHashFromBeforeTheMoveNamesTheSameTranslator) {
  for (const Behind behind : {Behind::kHba, Behind::kPortal, Behind::kBoth}) {
    EndSettings hba = QuickEnd(kAggressiveWord);
    hba.adjust_peer = [](ike::PeerConfig& peer) { peer.aggressive_hash_in_clear = true; };
    NatPair ends(behind, hba, QuickEnd(kAggressiveWord));
    ends.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
      const std::array<ike::Endpoint, 2> moved{sent.datagram.remote, sent.datagram.local};
      if (sent.number == 2) {
        RewriteClear(sent.datagram, [&](std::vector<PayloadOctets>& payloads) {
          const auto& phase1 = ends.hba.recorder.phase1.value();
          auto end = moved.begin();
          for (PayloadOctets& payload : payloads) {
            if (payload.type != PayloadType::kNatD) continue;
            const auto digest =
                ike::NatDetectionHash(phase1.suite.hash, phase1.initiator, phase1.responder,
                                      (end++)->address, ike::kIkePort);
            payload.body = Bytes(digest.Expose().begin(), digest.Expose().end());
          }
          EXPECT_EQ(end, moved.end());
        });
      }
      if (!ends.Pass(sent)) return {};
      return {ends.net.latency};
    };
    ends.pair.Connect();
    ends.net.Run();
    ends.pair.ExpectOneChildEach();
    const auto& phase1 = *ends.portal.EventsOf<ike::Phase1Established>().at(0);
    EXPECT_EQ(phase1.nat_local, ends.portal_is_behind());
    EXPECT_EQ(phase1.nat_remote, ends.hba_is_behind());
  }
}

// Drafts 00 and 01 know no port 4500: a peer that speaks nothing else speaks no NAT traversal.
TEST(NatForms, DraftZeroIsNotSpoken) {
  NatPair ends(Behind::kNeither, QuickEnd(kMainWord), QuickEnd(kMainWord));
  ends.net.fate = [&](Sent& sent) -> std::vector<ike::Duration> {
    SpeakOnly(VendorId::kNatTraversalDraft00, sent);
    return {ends.net.latency};
  };
  EXPECT_TRUE(ends.pair.Login());
  EXPECT_TRUE(BodiesOf(ends.hba.recorder, "MM3", 20).empty());
  EXPECT_TRUE(BodiesOf(ends.hba.recorder, "MM3", 130).empty());
}

}  // namespace
}  // namespace iscsi_ike::test
