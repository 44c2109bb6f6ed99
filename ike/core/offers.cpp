#include "ike/core/offers.hpp"

#include "ike/core/protector.hpp"

namespace iscsi_ike::ike {

std::array<std::uint8_t, 4> SpiOctets(Spi spi) { return MessageIdOctets(MessageId{ToNumber(spi)}); }

void WritePhase1Offer(Writer& writer, const policy::Plan& plan, policy::ExchangeMode mode) {
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kIsakmp, {});
  std::uint8_t number = 0;
  for (const policy::Phase1Suite& suite : Phase1Offer(plan, mode))
    WritePhase1Transform(sa, ++number, suite, plan.phase1_lifetime);
  sa.EndProposal();
}

void WritePhase1Answer(Writer& writer, const Phase1Choice& choice) {
  SaWriter sa(writer);
  sa.BeginProposal(choice.proposal, ProtocolId::kIsakmp, {});
  sa.CopyTransform(choice.transform);
  sa.EndProposal();
}

void WritePhase2Offer(Writer& writer, const policy::Plan& plan, Spi spi, UdpEncapsulation udp,
                      std::optional<crypto::DhGroup> pfs_group) {
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kEsp, SpiOctets(spi));
  std::uint8_t number = 0;
  // The preferred encapsulation in every suite before the next: each offer reads as an order of
  // preference.
  for (const policy::Encapsulation encapsulation : plan.encapsulations) {
    for (const policy::EspSuite& suite : plan.phase2) {
      WriteEspTransform(sa, ++number, suite, WireEncapsulation(encapsulation, udp), pfs_group,
                        plan.phase2_lifetime);
    }
  }
  sa.EndProposal();
}

void WritePhase2Answer(Writer& writer, std::uint8_t proposal, Spi spi,
                       const TransformView& transform) {
  SaWriter sa(writer);
  sa.BeginProposal(proposal, ProtocolId::kEsp, SpiOctets(spi));
  sa.CopyTransform(transform);
  sa.EndProposal();
}

}  // namespace iscsi_ike::ike
