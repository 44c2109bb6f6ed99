// The numbers of iSNS by name: functions (RFC 4171 sections 4.1.3 and 4.2.3), status codes (section
// 5.4) and attribute tags (section 6.1).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace iscsi_ike::policy::isns {

inline constexpr std::uint16_t kServerPort = 3205;  // TCP and UDP, IANA

enum class Function : std::uint16_t {
  kDevAttrReg = 0x0001,
  kDevAttrQry = 0x0002,
  kDevGetNext = 0x0003,
  kDevDereg = 0x0004,
  kScnReg = 0x0005,
  kScnDereg = 0x0006,
  kScnEvent = 0x0007,
  kScn = 0x0008,
  kDdReg = 0x0009,
  kDdDereg = 0x000A,
  kDdsReg = 0x000B,
  kDdsDereg = 0x000C,
  kEsi = 0x000D,
  kHeartbeat = 0x000E,
};
// A response has the number of its request with the leading bit set (section 5.1.2).
inline constexpr std::uint16_t kResponseBit = 0x8000;
[[nodiscard]] constexpr bool IsResponse(Function function) {
  return (static_cast<std::uint16_t>(function) & kResponseBit) != 0;
}
[[nodiscard]] constexpr Function ResponseTo(Function request) {
  return static_cast<Function>(static_cast<std::uint16_t>(request) | kResponseBit);
}
// Name: "DevAttrQry", "DevAttrQryRsp", "function 0x123" for what has no name.
[[nodiscard]] std::string Name(Function function);

enum class StatusCode : std::uint32_t {
  kSuccessful = 0,
  kUnknownError = 1,
  kMessageFormatError = 2,
  kInvalidRegistration = 3,
  kInvalidQuery = 5,
  kSourceUnknown = 6,
  kSourceAbsent = 7,
  kSourceUnauthorized = 8,
  kNoSuchEntry = 9,
  kVersionNotSupported = 10,
  kInternalError = 11,
  kBusy = 12,
  kOptionNotUnderstood = 13,
  kInvalidUpdate = 14,
  kMessageNotSupported = 15,
  kScnEventRejected = 16,
  kScnRegistrationRejected = 17,
  kAttributeNotImplemented = 18,
  kFcDomainIdNotAvailable = 19,
  kFcDomainIdNotAllocated = 20,
  kEsiNotAvailable = 21,
  kInvalidDeregistration = 22,
  kRegistrationFeatureNotSupported = 23,
};
// Name: "Source Unauthorized (8)", "status 77" for what has no name.
[[nodiscard]] std::string Name(StatusCode status);
// Advice is what an administrator should do about a refusal, one sentence without its full stop.
[[nodiscard]] std::string_view Advice(StatusCode status);

// Tag: the attributes that this project reads or writes; the table has them all.
enum class Tag : std::uint32_t {
  kDelimiter = 0,
  kEntityId = 1,
  kEntityProtocol = 2,
  kTimestamp = 4,
  kRegistrationPeriod = 6,
  kEntityPhase1 = 11,
  kPortalAddress = 16,
  kPortalPort = 17,
  kPortalName = 18,
  kPortalBitmap = 27,
  kPortalPhase1 = 28,
  kPortalPhase2 = 29,
  kNodeName = 32,
  kNodeType = 33,
  kNodeAlias = 34,
  kGroupNode = 48,
  kGroupAddress = 49,
  kGroupPort = 50,
  kGroupTag = 51,
};

enum class ValueKind : std::uint8_t {
  kNothing,
  kNumber,    // 4 octets
  kNumber64,  // 8 octets: times and world-wide names
  kAddress,   // 16 octets, IPv4 mapped into IPv6
  kPort,      // 4 octets: 16 bits of port, above them the bit of UDP
  kText,      // UTF-8, ended by NUL
  kOctets,
};
struct TagInfo {
  std::uint32_t number;
  std::string_view name;
  ValueKind kind;
};
// AllTags is in order of number.
[[nodiscard]] std::span<const TagInfo> AllTags();
[[nodiscard]] const TagInfo* FindTag(std::uint32_t number);  // nullptr: not in the table
// Name: "Portal Security Bitmap (27)", "attribute 9999" for what has no name.
[[nodiscard]] std::string Name(Tag tag);

inline constexpr std::uint32_t kEntityProtocolIscsi = 2;  // section 6.2.2
// Bits of the node type (section 6.4.2).
inline constexpr std::uint32_t kTargetNode = 1;
inline constexpr std::uint32_t kInitiatorNode = 2;

}  // namespace iscsi_ike::policy::isns
