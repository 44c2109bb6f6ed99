#include "ike/wire/notify.hpp"

#include <algorithm>

#include "ike/wire/reader.hpp"

namespace iscsi_ike::ike {

std::optional<std::uint32_t> NotifyView::DataAsU32() const {
  Reader reader(data);
  std::uint32_t number = 0;
  if (!reader.ReadU32(number) || !reader.empty()) return std::nullopt;
  return number;
}

bool NotifyView::SpiIsCookies(const Cookie& initiator, const Cookie& responder) const {
  Reader reader(spi);
  Octets first;
  Octets second;
  return reader.ReadOctets(initiator.octets.size(), first) &&
         reader.ReadOctets(responder.octets.size(), second) && reader.empty() &&
         std::equal(first.begin(), first.end(), initiator.octets.begin()) &&
         std::equal(second.begin(), second.end(), responder.octets.begin());
}

Wire<NotifyView> ParseNotify(Octets body) {
  const auto malformed = [](std::string_view rule, std::size_t offset, NotifyType notify) {
    return Malformed(rule, offset, notify, PayloadType::kNotify);
  };
  NotifyView view;
  Reader reader(body);
  std::uint8_t protocol = 0;
  std::uint8_t spi_size = 0;
  std::uint16_t type = 0;
  if (!reader.ReadU32(view.doi) || !reader.ReadU8(protocol) || !reader.ReadU8(spi_size) ||
      !reader.ReadU16(type)) {
    return malformed("no room for the fixed part", 0, NotifyType::kPayloadMalformed);
  }
  if (view.doi > kIpsecDoi) return malformed("DOI unknown", 0, NotifyType::kDoiNotSupported);
  if (!reader.ReadOctets(spi_size, view.spi)) {
    return malformed("SPI size runs past the end", 5, NotifyType::kPayloadMalformed);
  }
  view.protocol = static_cast<ProtocolId>(protocol);
  view.type = static_cast<NotifyType>(type);
  view.data = reader.rest();
  return view;
}

void WriteNotify(Writer& writer, const NotifyView& notify) {
  writer.U32(notify.doi);
  writer.U8(ToNumber(notify.protocol));
  writer.U8(static_cast<std::uint8_t>(notify.spi.size()));
  writer.U16(ToNumber(notify.type));
  writer.Put(notify.spi);
  writer.Put(notify.data);
}

void WriteNotify(Writer& writer, NotifyType type, const Cookie& initiator, const Cookie& responder,
                 Octets data) {
  writer.U32(kIpsecDoi);
  writer.U8(ToNumber(ProtocolId::kIsakmp));
  writer.U8(static_cast<std::uint8_t>(initiator.octets.size() + responder.octets.size()));
  writer.U16(ToNumber(type));
  writer.Put(initiator.octets);
  writer.Put(responder.octets);
  writer.Put(data);
}

}  // namespace iscsi_ike::ike
