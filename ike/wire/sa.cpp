#include "ike/wire/sa.hpp"

#include <cassert>

#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kDoiAndSituation = 8;
constexpr std::size_t kProposalFixed = 8;  // generic header, number, protocol, SPI size, count

// Link is one element of a proposal or transform chain, generic header included.
struct Link {
  Octets whole;
  bool last = false;
};

// ReadLink reads an element; `type` is what "next" must say when another follows, `fixed` its least
// size.
Wire<Link> ReadLink(Reader& reader, PayloadType type, std::size_t fixed) {
  const Octets from = reader.rest();
  const std::size_t offset = reader.offset();
  std::uint8_t next = 0;
  std::uint16_t length = 0;
  if (!reader.ReadU8(next) || !reader.Skip(1) || !reader.ReadU16(length)) {
    return Malformed("no room for a generic header", offset);
  }
  if (length < fixed) return Malformed("length is less than the fixed part", offset + 2);
  if (!reader.Skip(length - kGenericHeaderSize)) {
    return Malformed("length runs past the end", offset + 2);
  }
  const bool last = next == ToNumber(PayloadType::kNone);
  if (!last && next != ToNumber(type)) {
    return Malformed("next payload is neither 0 nor of the same kind", offset,
                     NotifyType::kBadProposalSyntax);
  }
  if (last != reader.empty()) {
    return Malformed(last ? "octets after the last of a chain" : "chain ends before its last",
                     offset, NotifyType::kBadProposalSyntax);
  }
  return Link{from.first(length), last};
}

ParseError Shift(ParseError error, std::size_t by) {
  error.offset += by;
  return error;
}

std::optional<ParseError> CheckTransforms(Octets transforms, std::size_t announced) {
  if (announced == 0) {
    return ParseError{"proposal without transforms", 0, NotifyType::kBadProposalSyntax};
  }
  Reader reader(transforms);
  std::size_t count = 0;
  for (bool last = false; !last; ++count) {
    const Wire<Link> link = ReadLink(reader, PayloadType::kTransform, kTransformFixedSize);
    if (!link) return link.error();
    last = link->last;
  }
  if (count == announced) return std::nullopt;
  return ParseError{"transform count does not match", 0, NotifyType::kBadProposalSyntax};
}

// CheckProposal: offsets count from the start of `whole`, which is at least kProposalFixed long.
std::optional<ParseError> CheckProposal(Octets whole) {
  const std::size_t spi_size = whole[6];
  if (spi_size > whole.size() - kProposalFixed) {
    return ParseError{"SPI size runs past the end", 6};
  }
  const std::size_t transforms_at = kProposalFixed + spi_size;
  auto error = CheckTransforms(whole.subspan(transforms_at), whole[7]);
  if (error) return Shift(*error, transforms_at);
  return std::nullopt;
}

Wire<std::size_t> CheckProposals(Octets proposals) {
  Reader reader(proposals);
  std::size_t count = 0;
  for (bool last = false; !last;) {
    const std::size_t offset = reader.offset();
    if (++count > kMaxProposals) {
      return Malformed("more proposals than are accepted", offset, NotifyType::kBadProposalSyntax);
    }
    const Wire<Link> link = ReadLink(reader, PayloadType::kProposal, kProposalFixed);
    if (!link) return Failure<ParseError>(link.error());
    if (auto error = CheckProposal(link->whole)) {
      return Failure<ParseError>(Shift(*error, offset));
    }
    last = link->last;
  }
  return count;
}

}  // namespace

TransformView::TransformView(Octets element)
    : number(element[4]),
      id(element[5]),
      attributes(element.subspan(kTransformFixedSize)),
      whole(element) {}

ProposalView::ProposalView(Octets element)
    : number(element[4]),
      protocol(static_cast<ProtocolId>(element[5])),
      spi(element.subspan(kProposalFixed, element[6])),
      transform_count(element[7]),
      transform_octets(element.subspan(kProposalFixed + spi.size())),
      whole(element) {}

Wire<SaView> ParseSa(Octets body) {
  SaView sa;
  sa.body = body;
  Reader reader(body);
  if (!reader.ReadU32(sa.doi) || !reader.ReadU32(sa.situation)) {
    return Malformed("no room for DOI and situation", 0, NotifyType::kPayloadMalformed,
                     PayloadType::kSa);
  }
  if (sa.doi != kIpsecDoi) {
    return Malformed("DOI is not IPsec", 0, NotifyType::kDoiNotSupported, PayloadType::kSa);
  }
  // Secrecy and integrity would bring labels between here and the proposals (RFC 2407
  // section 4.6.1).
  if (sa.situation != kSituationIdentityOnly) {
    return Malformed("situation is not identity only", 4, NotifyType::kSituationNotSupported,
                     PayloadType::kSa);
  }
  const Wire<std::size_t> count = CheckProposals(reader.rest());
  if (!count) {
    ParseError error = Shift(count.error(), kDoiAndSituation);
    error.payload = PayloadType::kSa;
    return Failure<ParseError>(error);
  }
  sa.proposal_count = *count;
  return sa;
}

SaWriter::SaWriter(Writer& writer) : writer_(&writer), proposals_(writer), transforms_(writer) {
  writer.U32(kIpsecDoi);
  writer.U32(kSituationIdentityOnly);
}

void SaWriter::BeginProposal(std::uint8_t number, ProtocolId protocol, Octets spi) {
  assert(spi.size() <= 0xff);
  proposals_.Begin(PayloadType::kProposal);
  writer_->U8(number);
  writer_->U8(ToNumber(protocol));
  writer_->U8(static_cast<std::uint8_t>(spi.size()));
  writer_->U8(0);
  writer_->Put(spi);
  transforms_ = PayloadChain(*writer_);
  transform_count_ = 0;
}

void SaWriter::BeginTransform(std::uint8_t number, std::uint8_t id) {
  assert(transform_count_ < kMaxTransforms);
  transforms_.Begin(PayloadType::kTransform);
  writer_->U8(number);
  writer_->U8(id);
  writer_->U16(0);
  ++transform_count_;
}

void SaWriter::EndTransform() { transforms_.End(); }

void SaWriter::CopyTransform(const TransformView& transform) {
  assert(transform_count_ < kMaxTransforms);
  transforms_.Add(PayloadType::kTransform, transform.whole.subspan(kGenericHeaderSize));
  ++transform_count_;
}

void SaWriter::EndProposal() {
  writer_->PatchU8(proposals_.header_at() + 7, transform_count_);
  proposals_.End();
}

}  // namespace iscsi_ike::ike
