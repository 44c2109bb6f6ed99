// The body of an SA payload down to suites. A suite that is read must be the suite that is read
// again after writing.
#include "ike/wire/esp_transform.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

using fuzz::Require;

// The one transform of an SA that `write` puts into it.
template <class Write, class Use>
void WithWritten(Write write, Use use) {
  std::vector<std::uint8_t> out;
  Writer writer(out);
  SaWriter sa(writer);
  sa.BeginProposal(1, ProtocolId::kEsp, {});
  write(sa);
  sa.EndProposal();
  const Wire<SaView> read = ParseSa(out);
  Require(read.ok() && read->proposal_count == 1);
  const ProposalView proposal = *read->proposals().begin();
  Require(proposal.transform_count == 1);
  use(*proposal.transforms().begin());
}

void RunPhase1(const TransformView& transform) {
  const auto decoded = DecodePhase1(transform);
  if (!decoded) return Require(decoded.error().offset <= transform.whole.size());
  const auto suite = ToSuite(*decoded);
  Require(suite.has_value() == !FindObstacle(*decoded).has_value());
  if (!suite) return;
  WithWritten(
      [&](SaWriter& sa) { WritePhase1Transform(sa, decoded->number, *suite, decoded->lifetime); },
      [&](const TransformView& written) {
        const auto again = DecodePhase1(written);
        Require(again.ok() && ToSuite(*again) == suite && again->lifetime == decoded->lifetime);
      });
}

void RunEsp(const TransformView& transform) {
  const auto decoded = DecodeEsp(transform);
  if (!decoded) return Require(decoded.error().offset <= transform.whole.size());
  const auto suite = ToSuite(*decoded);
  Require(suite.has_value() == !FindObstacle(*decoded).has_value());
  if (!suite) return;
  WithWritten(
      [&](SaWriter& sa) {
        WriteEspTransform(sa, decoded->number, *suite, decoded->encapsulation,
                          crypto::DhGroupByNumber(decoded->group), decoded->lifetime);
      },
      [&](const TransformView& written) {
        const auto again = DecodeEsp(written);
        Require(again.ok() && ToSuite(*again) == suite && again->lifetime == decoded->lifetime);
      });
}

void Run(Octets body) {
  const Wire<SaView> sa = ParseSa(body);
  if (!sa) return Require(sa.error().offset <= body.size());
  std::vector<std::uint8_t> out;
  Writer writer(out);
  SaWriter copy(writer);
  for (const ProposalView proposal : sa->proposals()) {
    copy.BeginProposal(proposal.number, proposal.protocol, proposal.spi);
    for (const TransformView transform : proposal.transforms()) {
      RunPhase1(transform);
      RunEsp(transform);
      copy.CopyTransform(transform);
    }
    copy.EndProposal();
  }
  // Equal but for RESERVED octets of generic headers.
  Require(out.size() == body.size());
  Require(ParseSa(out).ok());
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::ike::Run({data, size});
  return 0;
}
