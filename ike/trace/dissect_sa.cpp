#include <algorithm>
#include <map>

#include "ike/trace/dissect_body.hpp"
#include "ike/wire/esp_transform.hpp"
#include "ike/wire/phase1_transform.hpp"
#include "ike/wire/sa.hpp"

namespace iscsi_ike::ike {
namespace {

constexpr std::size_t kProposalFixedSize = 8;

// Link is the generic header of a proposal or transform.
struct Link {
  std::uint8_t next = 0;
  std::size_t size = 0;  // of the whole
};

// ReadLink reads it; nullopt: there is no room, or the length is impossible.
std::optional<Link> ReadLink(FieldReader& reader, PayloadType kind, std::size_t fixed) {
  const std::size_t there = reader.remaining();
  const std::size_t at = reader.offset();
  const std::string noun = kind == PayloadType::kProposal ? "proposal" : "transform";
  Link link;
  std::uint8_t reserved = 0;
  std::uint16_t length = 0;
  if (!reader.U8("next payload", link.next)) return std::nullopt;
  reader.Say(link.next == 0 ? "none" : std::string(NameOf(static_cast<PayloadType>(link.next))));
  if (link.next != 0 && link.next != ToNumber(kind)) {
    reader.Blame("Behind a " + noun + " comes none (0) or another one (" +
                 std::to_string(ToNumber(kind)) + "), not " + std::to_string(link.next) + ".");
  }
  if (!reader.U8("reserved", reserved) || !reader.U16("length", length)) {
    reader.BlameAt(at, "Only " + Count(there, "octet") + " for a " + noun + ".");
    return std::nullopt;
  }
  if (reserved != 0) {
    reader.BlameAt(at + 1, "The reserved octet is " + std::to_string(reserved) + ", not 0.");
  }
  if (length < fixed || length > there) {
    reader.Blame("The length of the " + noun + " is " + std::to_string(length) + "; it has " +
                 std::to_string(fixed) + " to " + std::to_string(there) + " octets.");
    return std::nullopt;
  }
  link.size = length;
  return link;
}

bool IsAead(std::uint8_t id) {
  return id >= ToNumber(EspTransformId::kAesCcm8) && id <= ToNumber(EspTransformId::kAesGcm16);
}

// FaultOf: of what the engine does not take, those that are wrong for everybody.
std::optional<Fault> FaultOf(const std::optional<Obstacle>& obstacle, std::uint16_t key_length,
                             std::uint16_t authentication, std::uint8_t esp_id, std::size_t at) {
  if (!obstacle || obstacle->attribute == 0) return std::nullopt;
  const bool integrity =
      obstacle->attribute == authentication && (obstacle->value == 0 || IsAead(esp_id));
  if (obstacle->attribute != key_length && !integrity) return std::nullopt;
  return Fault{at, Sentence(obstacle->rule)};
}

// JudgeTransform: what the attributes are together. `at`: where `whole` stands.
std::optional<Fault> JudgeTransform(ProtocolId protocol, Octets whole, std::size_t at) {
  const TransformView view(whole);
  const auto fault = [at](const ParseError& error) {
    return Fault{at + error.offset, Sentence(error.rule)};
  };
  if (protocol == ProtocolId::kIsakmp) {
    const Wire<Phase1Transform> transform = DecodePhase1(view);
    if (!transform) return fault(transform.error());
    return FaultOf(FindObstacle(*transform), ToNumber(Phase1Attribute::kKeyLength), 0, 0, at);
  }
  if (protocol != ProtocolId::kEsp) return std::nullopt;
  const Wire<EspTransform> transform = DecodeEsp(view);
  if (!transform) return fault(transform.error());
  return FaultOf(FindObstacle(*transform), ToNumber(EspAttribute::kKeyLength),
                 ToNumber(EspAttribute::kAuthentication), transform->id, at);
}

// TransformList reads the transforms of one proposal.
class TransformList {
 public:
  TransformList(ProtocolId protocol, FieldReader& reader) : protocol_(protocol), reader_(reader) {}

  void Read(std::uint8_t announced) {
    const std::size_t count_at = reader_.offset();
    std::size_t count = 0;
    bool more = true;
    for (; more && reader_.remaining() != 0; ++count) {
      const auto next = ReadOne();
      if (!next) return;
      more = *next != 0;
    }
    if (more && count != 0) {
      reader_.BlameAt(reader_.offset(),
                      "The proposal ends, but its last transform announces "
                      "another.");
    }
    if (reader_.remaining() != 0) {
      reader_.BlameAt(reader_.offset(), Count(reader_.remaining(), "octet") +
                                            " after the last transform of the proposal.");
      reader_.Rest("undecoded");
    }
    if (count != announced) {
      reader_.BlameAt(count_at, "The proposal announces " + Count(announced, "transform") +
                                    " and has " + std::to_string(count) + ".");
    }
    if (count == 0) reader_.BlameAt(count_at, "A proposal without transforms offers nothing.");
  }

 private:
  // ReadOne returns the type of the next element; nullopt: the list breaks off.
  std::optional<std::uint8_t> ReadOne() {
    const std::size_t at = reader_.offset();
    const Octets all = reader_.rest();
    Field field{.name = "transform", .offset = at};
    std::optional<Link> link;
    {
      FieldReader inner(all, at, field.fields, reader_.faults());
      link = ReadLink(inner, PayloadType::kTransform, kTransformFixedSize);
      if (!link) inner.Rest("undecoded");
    }
    field.size = link ? link->size : all.size();
    Octets whole;
    (void)reader_.Raw(field.size, whole);
    if (link) ReadBody(whole, at, field);
    reader_.fields().push_back(std::move(field));
    if (!link) return std::nullopt;
    return link->next;
  }

  void ReadBody(Octets whole, std::size_t at, Field& field) {
    std::vector<Fault> of_body;
    FieldReader inner(whole.subspan(kGenericHeaderSize), at + kGenericHeaderSize, field.fields,
                      of_body);
    std::uint8_t number = 0;
    std::uint8_t id = 0;
    std::uint16_t reserved = 0;
    (void)inner.U8("transform number", number);
    field.number = number;
    if (last_number_ && number <= *last_number_) {
      inner.Blame("Transform " + std::to_string(number) + " stands behind transform " +
                  std::to_string(*last_number_) + ": numbers increase (RFC 2408 section 4.2).");
    }
    last_number_ = number;
    (void)inner.U8("transform ID", id);
    inner.Say(std::string(TransformName(protocol_, id)));
    if (TransformName(protocol_, id).empty()) {
      inner.Blame("Transform ID " + std::to_string(id) + " of protocol " + Describe(protocol_) +
                  " is not known here.");
    }
    (void)inner.U16("reserved", reserved);
    if (reserved != 0) inner.Blame("The reserved octets are not 0 (RFC 2408 section 3.6).");
    DissectAttributes(protocol_ == ProtocolId::kIsakmp, inner);
    reader_.faults().insert(reader_.faults().end(), of_body.begin(), of_body.end());
    if (const auto fault = JudgeTransform(protocol_, whole, at)) {
      // What is wrong with one attribute has been said already.
      const auto same = [&fault](const Fault& said) { return said.offset == fault->offset; };
      if (std::none_of(of_body.begin(), of_body.end(), same)) reader_.faults().push_back(*fault);
    }
    JudgeRepetition(whole, number, id, at);
  }

  void JudgeRepetition(Octets whole, std::uint8_t number, std::uint8_t id, std::size_t at) {
    std::vector<std::uint8_t> content{id};
    const Octets attributes = whole.subspan(kTransformFixedSize);
    content.insert(content.end(), attributes.begin(), attributes.end());
    const auto [first, added] = contents_.emplace(std::move(content), number);
    if (!added) {
      reader_.BlameAt(at, "Transform " + std::to_string(number) + " offers the same as transform " +
                              std::to_string(first->second) + ".");
    }
  }

  ProtocolId protocol_;
  FieldReader& reader_;
  std::optional<std::uint8_t> last_number_;
  std::map<std::vector<std::uint8_t>, std::uint8_t> contents_;
};

void JudgeSpi(ProtocolId protocol, Octets spi, std::size_t at, FieldReader& reader) {
  const std::size_t size = spi.size();
  const bool four = protocol == ProtocolId::kAh || protocol == ProtocolId::kEsp;
  if (four && size != 4) {
    reader.BlameAt(at, "The SPI of " + Describe(protocol) + " has 4 octets, not " +
                           std::to_string(size) + ".");
  } else if (four && spi[0] == 0 && spi[1] == 0 && spi[2] == 0) {
    reader.BlameAt(at, "SPIs 0 to 255 are reserved (RFC 4303 section 2.1).");
  } else if (protocol == ProtocolId::kIsakmp && size > 16) {
    reader.BlameAt(at, "The SPI of ISAKMP has at most 16 octets (RFC 2408 section 3.5).");
  } else if (protocol == ProtocolId::kIpcomp && size != 2 && size != 4) {
    reader.BlameAt(at, "The SPI of IPCOMP has 2 or 4 octets, not " + std::to_string(size) + ".");
  }
}

void ReadProposalBody(Octets body, std::size_t at, Field& field, std::vector<Fault>& faults) {
  FieldReader inner(body, at, field.fields, faults);
  std::uint8_t number = 0;
  std::uint8_t octet = 0;
  std::uint8_t spi_size = 0;
  std::uint8_t transforms = 0;
  Octets spi;
  (void)inner.U8("proposal number", number);
  field.number = number;
  (void)inner.U8("protocol", octet);
  const auto protocol = static_cast<ProtocolId>(octet);
  inner.Say(std::string(NameOf(protocol)));
  if (NameOf(protocol).empty()) {
    inner.Blame("Protocol " + std::to_string(octet) + " is not assigned (RFC 2407 section 4.4.1).");
  }
  (void)inner.U8("SPI size", spi_size);
  (void)inner.U8("number of transforms", transforms);
  if (spi_size > inner.remaining()) {
    inner.BlameAt(at + 2, "The SPI size is " + std::to_string(spi_size) + ", but only " +
                              Count(inner.remaining(), "octet") + " are left.");
    inner.Rest("undecoded");
    return;
  }
  const std::size_t spi_at = inner.offset();
  if (spi_size != 0) (void)inner.Opaque("SPI", spi_size, spi);
  JudgeSpi(protocol, spi, spi_at, inner);
  TransformList(protocol, inner).Read(transforms);
}

// ReadProposal returns the type of the next element; nullopt: the list breaks off.
std::optional<std::uint8_t> ReadProposal(FieldReader& reader) {
  const std::size_t at = reader.offset();
  const Octets all = reader.rest();
  Field field{.name = "proposal", .offset = at};
  std::optional<Link> link;
  {
    FieldReader inner(all, at, field.fields, reader.faults());
    link = ReadLink(inner, PayloadType::kProposal, kProposalFixedSize);
    if (!link) inner.Rest("undecoded");
  }
  field.size = link ? link->size : all.size();
  Octets whole;
  (void)reader.Raw(field.size, whole);
  if (link) {
    ReadProposalBody(whole.subspan(kGenericHeaderSize), at + kGenericHeaderSize, field,
                     reader.faults());
  }
  reader.fields().push_back(std::move(field));
  if (!link) return std::nullopt;
  return link->next;
}

// JudgeNumbers: a number that returns joins protocols, so it may stay and rise, not fall.
void JudgeNumbers(const std::vector<Field>& fields, FieldReader& reader) {
  const Field* before = nullptr;
  for (const Field& field : fields) {
    if (field.name != "proposal" || !field.number) continue;
    if (before != nullptr && *field.number < *before->number) {
      reader.BlameAt(field.offset, "Proposal " + std::to_string(*field.number) +
                                       " stands behind proposal " +
                                       std::to_string(*before->number) +
                                       ": numbers increase (RFC 2408 section 4.2).");
    }
    before = &field;
  }
}

}  // namespace

void DissectSa(FieldReader& reader) {
  std::uint32_t situation = 0;
  if (!ReadDoi(reader) || !reader.U32("situation", situation)) {
    reader.BlameAt(reader.offset(), "The SA payload ends within DOI and situation.");
    reader.Rest("undecoded");
    return;
  }
  if (situation == kSituationIdentityOnly) {
    reader.Say("identity only");
  } else {
    reader.Blame("Situation " + std::to_string(situation) +
                 " asks for labels, which are not decoded (RFC 2407 section 4.2).");
    reader.Rest("undecoded");
    return;
  }
  bool more = true;
  std::size_t count = 0;
  for (; more && reader.remaining() != 0; ++count) {
    const auto next = ReadProposal(reader);
    if (!next) return;
    more = *next != 0;
  }
  if (more) {
    reader.BlameAt(reader.offset(), count == 0
                                        ? "The SA payload has no proposal."
                                        : "The SA ends, but its last proposal announces another.");
  }
  if (reader.remaining() != 0) {
    reader.BlameAt(reader.offset(),
                   Count(reader.remaining(), "octet") + " after the last proposal of the SA.");
    reader.Rest("undecoded");
  }
  JudgeNumbers(reader.fields(), reader);
}

}  // namespace iscsi_ike::ike
