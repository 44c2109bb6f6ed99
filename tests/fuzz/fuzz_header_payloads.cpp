// A datagram: header, then the payload chain. Whatever is taken writes back as it came.
#include "ike/wire/header.hpp"
#include "ike/wire/payload.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::ike {
namespace {

using fuzz::Require;

void CheckHeaderRoundTrip(const Header& header, Octets datagram) {
  std::vector<std::uint8_t> out;
  Writer writer(out);
  WriteHeader(writer, header);
  Require(fuzz::Same(out, datagram.first(kHeaderSize)));
}

void CheckChainRoundTrip(const PayloadList& list) {
  std::vector<std::uint8_t> out;
  Writer writer(out);
  PayloadChain chain(writer);
  std::size_t size = 0;
  for (const Payload& payload : list) {
    if (payload.reserved_nonzero) return;
    Require(payload.offset == size);
    size += payload.whole().size();
    chain.Add(payload.type, payload.body);
  }
  Require(fuzz::Same(out, list.chain()));
  Require(list.empty() || list.AfterFirst().size() + list[0].whole().size() == size);
}

void Run(Octets datagram) {
  const Wire<Header> read = ReadHeader(datagram);
  if (!read) return;
  CheckHeaderRoundTrip(*read, datagram);
  Require(!ParseHeader(datagram) || read->length <= datagram.size());
  const Octets octets = datagram.subspan(kHeaderSize);
  const Wire<PayloadList> list = ParsePayloads(read->next, octets);
  const Wire<PayloadList> strict = ParsePayloads(read->next, octets, ChainRules::kStrict);
  Require(!strict || (list && list->size() == strict->size()));
  if (!list) {
    Require(list.error().offset <= octets.size() && !list.error().rule.empty());
    return;
  }
  Require(list->chain().size() + list->padding_size() == octets.size());
  CheckChainRoundTrip(*list);
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iscsi_ike::ike::Run({data, size});
  return 0;
}
