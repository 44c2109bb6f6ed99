// The payload of an iSNS message, read as a request, a response and a directory. The first octet is
// its function, with the leading bit for a response.
#include "policy/isns/directory.hpp"
#include "policy/isns/message.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace iscsi_ike::policy::isns {
namespace {

using fuzz::Require;
using fuzz::Same;

void RunAttributes(Octets octets) {
  const auto list = AttributeList::Parse(octets, "list");
  if (!list) return;
  Bytes written;
  for (const Attribute attribute : *list) {
    PutOctets(written, attribute.tag, attribute.value);
    Require(!Name(attribute.tag).empty());
    const auto number = attribute.AsNumber();
    const auto port = attribute.AsPort();
    Require(number.ok() == port.ok());
    if (number) Require((*number & 0xffffU) == port->number);
    (void)attribute.AsAddress().ok();
    const auto text = attribute.AsText();
    if (!text) continue;
    Bytes again;
    PutText(again, attribute.tag, *text);
    Require(again.size() <= 8 + attribute.value.size());
  }
  Require(Same(written, octets));
}

void RunRequest(const RawMessage& message) {
  const auto request = ParseRequest(message);
  if (!request) return;
  const auto octets = [](const AttributeList& list) {
    return Bytes(list.octets().begin(), list.octets().end());
  };
  const RawMessage again = ToMessage({request->function, request->source, octets(request->key),
                                      octets(request->operating), request->replace},
                                     message.transaction);
  const auto read = ParseRequest(again);
  Require(read.ok() && read->source == request->source &&
          Same(read->key.octets(), request->key.octets()) &&
          Same(read->operating.octets(), request->operating.octets()));
}

void RunDirectory(const RawMessage& message) {
  const auto response = ParseResponse(message);
  if (!response) return;
  Require(!Advice(response->status).empty() && !Name(response->status).empty());
  DirectoryBuilder builder;
  const bool added = builder.Add(*response).ok();
  Require(builder.Add(*response, "iqn.t").ok() == added);
  const Directory directory = builder.Take();
  for (const Group& group : directory.groups) {
    Require(group.node < directory.nodes.size() && group.portal < directory.portals.size());
  }
  for (const Portal& portal : directory.portals) {
    Require(!portal.entity || *portal.entity < directory.entities.size());
    (void)directory.Phase1ProposalsOf(portal);
    Require(ToTargetPortal(portal).socket != 0);
  }
}

}  // namespace
}  // namespace iscsi_ike::policy::isns

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike::policy::isns;
  if (size == 0) return 0;
  size -= (size - 1) % 4;  // as MessageReader gives them
  RawMessage message{static_cast<Function>((data[0] & 0x7fU) | ((data[0] & 0x80U) << 8U)),
                     kFromServer, 1, Bytes(data + 1, data + size)};
  RunAttributes(message.payload);
  RunRequest(message);
  RunDirectory(message);
  if (const auto answer = AnswerTo(message)) {
    iscsi_ike::fuzz::Require(IsResponse(answer->function) && answer->payload.size() % 4 == 0);
  }
  return 0;
}
