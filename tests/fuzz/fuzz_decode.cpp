// A whole file, from capture to text and JSON; a second reading takes every datagram of text as a
// message under a key that is known, so that what is behind the decryption is met too.
#include "ike/trace/decode_report.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

void RequirePrintable(std::string_view text) {
  for (const char c : text) fuzz::Require((c >= ' ' && c <= '~') || c == '\n');
}

// RequireNested: fields stand within what holds them, in wire order.
void RequireNested(const std::vector<Field>& fields, std::size_t begin, std::size_t end) {
  for (const Field& field : fields) {
    if (field.name == "format") continue;  // shares its octets with the class of its attribute
    fuzz::Require(field.offset >= begin && field.offset + field.size <= end);
    RequireNested(field.fields, field.offset, field.offset + field.size);
    begin = field.offset + field.size;
  }
}

void RequireSound(const std::optional<DecodedMessage>& message) {
  if (!message) return;
  RequireNested(message->fields, 0, message->size);
  for (const Fault& fault : message->faults) fuzz::Require(!fault.text.empty());
}

KeyTable KeysFor(const Capture& capture) {
  KeyTable keys;
  for (const CapturedDatagram& datagram : capture.datagrams) {
    const Wire<Header> header = ReadHeader(datagram.octets);
    if (!header || keys.contains(header->initiator.octets)) continue;
    for (const std::size_t size : {16U, 24U, 32U}) {
      LoggedKey key;
      key.Resize(size);
      keys[header->initiator.octets].push_back(std::move(key));
    }
  }
  return keys;
}

void Run(Octets file) {
  const auto capture = ReadCapture(file);
  if (!capture) return RequirePrintable(capture.error());
  for (const CaptureRemark& remark : capture->remarks) RequirePrintable(RemarkText(remark));
  const IkeDatagrams datagrams(*capture, {});
  Decoder decoder(KeysFor(*capture));
  for (const CapturedDatagram* datagram : datagrams.chosen()) {
    const DecodedDatagram decoded = decoder.Decode(*datagram, datagrams.KindOf(*datagram));
    RequireSound(decoded.message);
    RequireSound(decoded.assembled);
    RequirePrintable(DecodeText(*datagram, decoded, {}));
    RequirePrintable(DecodeJson(*datagram, decoded));
  }
  for (const SeenPhase1* seen : decoder.phases()) (void)TryPsk(*seen, file.first(0));
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::ike::Run({data, size});
  return 0;
}
