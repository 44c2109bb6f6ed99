#include "ike/trace/dissect_body.hpp"

#include "ike/wire/delete_payload.hpp"
#include "ike/wire/fragment.hpp"
#include "ike/wire/id.hpp"
#include "ike/wire/nat_oa.hpp"
#include "ike/wire/notify.hpp"
#include "ike/wire/opaque.hpp"
#include "ike/wire/vendor_id.hpp"

namespace iscsi_ike::ike {
namespace {

// BlameParser adds what a parser of the engine has against the body that starts at `base`.
void BlameParser(FieldReader& reader, std::size_t base, const ParseError& error,
                 std::string_view source) {
  reader.BlameAt(base + error.offset, Sentence(error.rule, source));
}

void DissectId(const PayloadContext& context, FieldReader& reader) {
  const std::size_t base = reader.offset();
  const Octets body = reader.rest();
  std::uint8_t type = 0;
  std::uint8_t protocol = 0;
  std::uint16_t port = 0;
  const Wire<IdView> id = ParseId(body);
  if (!id) BlameParser(reader, base, id.error(), "RFC 2407 section 4.6.2");
  if (!reader.U8("ID type", type)) return;
  reader.Say(std::string(NameOf(static_cast<IdentificationType>(type))));
  if (NameOf(static_cast<IdentificationType>(type)).empty()) {
    reader.Blame("ID type " + std::to_string(type) +
                 " is not assigned (RFC 2407 section 4.6.2.1).");
  }
  if (!reader.U8("protocol", protocol)) return;
  if (!reader.U16("port", port)) return;
  reader.Rest("data");
  if (!id) return;
  if (context.phase1 && !HasPhase1Port(*id)) {
    reader.BlameAt(base + 1,
                   "In phase 1 protocol and port are 0 and 0, or UDP and 500 (RFC 2407 "
                   "section 4.6.2).");
  }
  if (reader.fields().back().name != "data") return;
  // The description is "TYPE (number) data [protocol port]": the data are what the type lacks.
  const std::string name = WithNumber(NameOf(static_cast<IdentificationType>(type)), type) + " ";
  const std::string text = Describe(IdView{type, 0, 0, id->data});
  reader.Say(text.substr(std::min(name.size(), text.size())));
}

void ReadProtocol(FieldReader& reader, std::uint8_t& protocol) {
  if (!reader.U8("protocol", protocol)) return;
  const std::string_view name = NameOf(static_cast<ProtocolId>(protocol));
  reader.Say(std::string(name));
  if (name.empty() && protocol != 0) {
    reader.Blame("Protocol " + std::to_string(protocol) +
                 " is not assigned (RFC 2407 section 4.4.1).");
  }
}

void DissectNotifyData(NotifyType type, FieldReader& reader) {
  // Of either phase these are attributes of the IPsec DOI (RFC 2407 section 4.6.3.1).
  if (type == NotifyType::kResponderLifetime) return DissectAttributes(false, reader);
  const bool number = type == NotifyType::kRUThere || type == NotifyType::kRUThereAck ||
                      type == NotifyType::kReplayStatus;
  std::uint32_t value = 0;
  if (number && reader.remaining() == sizeof(value)) {
    (void)reader.U32(type == NotifyType::kReplayStatus ? "replay status" : "sequence number",
                     value);
    return;
  }
  const std::size_t at = reader.offset();
  const Octets data = reader.Rest("data");
  if (number)
    reader.BlameAt(
        at, "The data of this notification are 4 octets, not " + std::to_string(data.size()) + ".");
  if (!data.empty() && IsError(type)) reader.Say(Printable(data));
}

void DissectNotify(FieldReader& reader) {
  const std::size_t base = reader.offset();
  std::uint8_t protocol = 0;
  std::uint8_t spi_size = 0;
  std::uint16_t number = 0;
  Octets spi;
  const Wire<NotifyView> notify = ParseNotify(reader.rest());
  if (!ReadDoi(reader)) return BlameParser(reader, base, notify.error(), "RFC 2408 section 3.14");
  ReadProtocol(reader, protocol);
  if (!reader.U8("SPI size", spi_size) || !reader.U16("notify type", number)) {
    return BlameParser(reader, base, notify.error(), "RFC 2408 section 3.14");
  }
  const auto type = static_cast<NotifyType>(number);
  reader.Say(std::string(NameOf(type)));
  if (NameOf(type).empty()) {
    reader.Blame("Notification type " + std::to_string(number) + " is not known here.");
  }
  if (spi_size > reader.remaining()) {
    reader.BlameAt(base + 5, "The SPI size is " + std::to_string(spi_size) + ", but only " +
                                 Count(reader.remaining(), "octet") + " are left.");
    reader.Rest("undecoded");
    return;
  }
  if (spi_size != 0) (void)reader.Opaque("SPI", spi_size, spi);
  DissectNotifyData(type, reader);
}

void DissectDelete(FieldReader& reader) {
  const std::size_t base = reader.offset();
  std::uint8_t protocol = 0;
  std::uint8_t spi_size = 0;
  std::uint16_t count = 0;
  const Wire<DeleteView> parsed = ParseDelete(reader.rest());
  // ReadDoi and ReadProtocol say the rest themselves.
  if (!parsed && parsed.error().notify != NotifyType::kDoiNotSupported &&
      parsed.error().notify != NotifyType::kInvalidProtocolId) {
    BlameParser(reader, base, parsed.error(), "RFC 2408 section 3.15");
  }
  if (!ReadDoi(reader)) return;
  ReadProtocol(reader, protocol);
  if (!reader.U8("SPI size", spi_size) || !reader.U16("number of SPIs", count)) return;
  Octets spi;
  for (unsigned i = 0; i < count && spi_size != 0; ++i) {
    if (!reader.Opaque("SPI", spi_size, spi)) break;
  }
  reader.Rest("undecoded");
}

void DissectNatOa(FieldReader& reader) {
  const std::size_t base = reader.offset();
  const Wire<policy::IpAddress> address = ParseNatOa(reader.rest());
  std::uint8_t type = 0;
  Octets reserved;
  if (!address) BlameParser(reader, base, address.error(), "RFC 3947 section 5.2");
  if (!reader.U8("ID type", type)) return;
  reader.Say(std::string(NameOf(static_cast<IdentificationType>(type))));
  if (!reader.Opaque("reserved", 3, reserved)) return;
  if ((reserved[0] | reserved[1] | reserved[2]) != 0) {
    reader.Blame("The reserved octets are not 0 (RFC 3947 section 5.2).");
  }
  if (!reader.Rest("address").empty() && address) reader.Say(address->ToString());
}

void DissectFragment(FieldReader& reader) {
  const std::size_t base = reader.offset();
  const Wire<FragmentView> fragment = ParseFragment(reader.rest());
  if (!fragment) BlameParser(reader, base, fragment.error(), "[MS-IKEE] section 2.2.3.1");
  std::uint16_t id = 0;
  std::uint8_t octet = 0;
  if (!reader.U16("fragment ID", id) || !reader.U8("fragment number", octet) ||
      !reader.U8("fragment flags", octet)) {
    return;
  }
  reader.Say((octet & 1U) != 0 ? "last" : "more follow");
  reader.Rest("fragment data");
}

void DissectVendor(FieldReader& reader) {
  const Octets body = reader.Rest("vendor ID");
  if (!body.empty() && IdentifyVendor(body) != VendorId::kUnknown) reader.Say(DescribeVendor(body));
}

void DissectNonce(FieldReader& reader) {
  const std::size_t at = reader.offset();
  const std::size_t size = reader.remaining();
  reader.Rest("nonce");
  if (size < kMinNonceSize || size > kMaxNonceSize) {
    reader.BlameAt(at, "The nonce has " + Count(size, "octet") +
                           "; 8 to 256 are allowed (RFC 2409 section 5).");
  }
}

void DissectCertificate(std::string_view name, FieldReader& reader) {
  std::uint8_t encoding = 0;
  if (reader.U8("certificate encoding", encoding)) reader.Rest(name);
}

void DissectModeConfig(FieldReader& reader) {
  std::uint8_t type = 0;
  std::uint8_t reserved = 0;
  std::uint16_t identifier = 0;
  if (!reader.U8("configuration type", type) || !reader.U8("reserved", reserved) ||
      !reader.U16("identifier", identifier)) {
    return;
  }
  reader.Rest("attributes");
}

}  // namespace

bool ReadDoi(FieldReader& reader) {
  std::uint32_t doi = 0;
  if (!reader.U32("DOI", doi)) return false;
  if (doi <= kIpsecDoi) {
    reader.Say(doi == 0 ? "ISAKMP" : "IPsec");
  } else {
    reader.Blame("Domain of interpretation " + std::to_string(doi) +
                 " is neither ISAKMP (0) nor IPsec (1).");
  }
  return true;
}

void DissectBody(PayloadType type, const PayloadContext& context, FieldReader& reader) {
  switch (type) {
    case PayloadType::kSa:
      return DissectSa(reader);
    case PayloadType::kKeyExchange:
      return static_cast<void>(reader.Rest("key exchange data"));
    case PayloadType::kId:
      return DissectId(context, reader);
    case PayloadType::kHash:
      return static_cast<void>(reader.Rest("hash data"));
    case PayloadType::kNonce:
      return DissectNonce(reader);
    case PayloadType::kNotify:
      return DissectNotify(reader);
    case PayloadType::kDelete:
      return DissectDelete(reader);
    case PayloadType::kVendorId:
      return DissectVendor(reader);
    case PayloadType::kNatD:
    case PayloadType::kNatDDraft:
      return static_cast<void>(reader.Rest("hash of address and port"));
    case PayloadType::kNatOa:
    case PayloadType::kNatOaDraft:
      return DissectNatOa(reader);
    case PayloadType::kFragment:
      return DissectFragment(reader);
    case PayloadType::kCert:
      return DissectCertificate("certificate", reader);
    case PayloadType::kCertRequest:
      return DissectCertificate("certificate authority", reader);
    case PayloadType::kModeConfig:
      return DissectModeConfig(reader);
    default:
      return static_cast<void>(reader.Rest("data"));
  }
}

}  // namespace iscsi_ike::ike
