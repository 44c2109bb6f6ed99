#include "policy/isns/numbers.hpp"

#include <algorithm>
#include <array>

#include "policy/text.hpp"

namespace iscsi_ike::policy::isns {
namespace {

struct FunctionName {
  std::uint16_t number;
  std::string_view name;
};

// Rsp is put behind a name for the response.
constexpr auto kFunctionNames = std::to_array<FunctionName>({
    {0x01, "DevAttrReg"},
    {0x02, "DevAttrQry"},
    {0x03, "DevGetNext"},
    {0x04, "DevDereg"},
    {0x05, "SCNReg"},
    {0x06, "SCNDereg"},
    {0x07, "SCNEvent"},
    {0x08, "SCN"},
    {0x09, "DDReg"},
    {0x0A, "DDDereg"},
    {0x0B, "DDSReg"},
    {0x0C, "DDSDereg"},
    {0x0D, "ESI"},
    {0x0E, "Heartbeat"},
    {0x11, "RqstDomId"},
    {0x12, "RlseDomId"},
    {0x13, "GetDomId"},
});

struct StatusInfo {
  std::string_view name;  // empty: reserved
  std::string_view advice;
};

constexpr std::string_view kReport =
    "the server could not do it: look into its log, and try again later";
constexpr std::string_view kNotOurs =
    "the server answers something that was not asked for: look for an update of it";

// By status code.
constexpr auto kStatuses = std::to_array<StatusInfo>({
    {"Successful", "nothing has to be done"},
    {"Unknown Error", kReport},
    {"Message Format Error",
     "the server reads messages otherwise than RFC 4171: look into its log"},
    {"Invalid Registration",
     "the node or a portal is registered under another entity already, or an attribute is not "
     "allowed: deregister the old one at the server"},
    {"", kNotOurs},
    {"Invalid Query", "the server does not take this key of a query: look into its log"},
    {"Source Unknown",
     "the server does not know the node that asks: register it there, or let it be registered"},
    {"Source Absent", "the server wants to know who asks: give the name of a node"},
    {"Source Unauthorized",
     "the server does not let this node do it: allow the node at the server, or make it a member "
     "of "
     "a discovery domain that is enabled"},
    {"No Such Entry",
     "the server shows no such object to this node: is it registered, and in a discovery domain "
     "with this node?"},
    {"Version Not Supported", "the server does not speak version 1 of iSNS: update it"},
    {"Internal Error",
     "the server could not do it, or the answer is too large for it: ask for a single target, and "
     "look into its log"},
    {"Busy", "the server is busy: try again later"},
    {"Option Not Understood", kNotOurs},
    {"Invalid Update", "the server refuses to change what is registered: deregister it first"},
    {"Message Not Supported", "the server does not have this function: look for an update of it"},
    {"SCN Event Rejected", kNotOurs},
    {"SCN Registration Rejected", "no portal of the node has an SCN port registered"},
    {"Attribute Not Implemented",
     "the server does not know an attribute: look for an update of it"},
    {"FC_DOMAIN_ID Not Available", kNotOurs},
    {"FC_DOMAIN_ID Not Allocated", kNotOurs},
    {"ESI Not Available", "the server makes no entity status inquiries: register without them"},
    {"Invalid Deregistration",
     "what is to be deregistered is not this node's: deregister it at the server"},
    {"Registration Feature Not Supported",
     "the server cannot store a part of the registration: register without portal groups"},
});

constexpr auto kTags = std::to_array<TagInfo>({
#define ISCSI_IKE_ISNS_TAG(number, name, kind) {number, name, ValueKind::kind},
#include "policy/isns/tags.def"
#undef ISCSI_IKE_ISNS_TAG
});

const StatusInfo* Find(StatusCode status) {
  const auto number = static_cast<std::uint32_t>(status);
  return number < kStatuses.size() ? &kStatuses[number] : nullptr;
}

}  // namespace

std::string Name(Function function) {
  const auto number = static_cast<std::uint16_t>(function);
  const auto request = static_cast<std::uint16_t>(number & ~kResponseBit);
  const auto* const found =
      std::find_if(kFunctionNames.begin(), kFunctionNames.end(),
                   [request](const FunctionName& one) { return one.number == request; });
  if (found == kFunctionNames.end()) return "function " + Hex(number);
  return std::string(found->name) + (IsResponse(function) ? "Rsp" : "");
}

std::string Name(StatusCode status) {
  const std::string number = std::to_string(static_cast<std::uint32_t>(status));
  const StatusInfo* const info = Find(status);
  if (info == nullptr || info->name.empty()) return "status " + number;
  return std::string(info->name) + " (" + number + ")";
}

std::string_view Advice(StatusCode status) {
  const StatusInfo* const info = Find(status);
  return info == nullptr ? kNotOurs : info->advice;
}

std::span<const TagInfo> AllTags() { return kTags; }

const TagInfo* FindTag(std::uint32_t number) {
  const auto* const found = std::lower_bound(
      kTags.begin(), kTags.end(), number,
      [](const TagInfo& info, std::uint32_t wanted) { return info.number < wanted; });
  return found != kTags.end() && found->number == number ? &*found : nullptr;
}

std::string Name(Tag tag) {
  const std::string number = std::to_string(static_cast<std::uint32_t>(tag));
  const TagInfo* const info = FindTag(static_cast<std::uint32_t>(tag));
  return info == nullptr ? "attribute " + number : std::string(info->name) + " (" + number + ")";
}

}  // namespace iscsi_ike::policy::isns
