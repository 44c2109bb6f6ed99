// Messages of iSNS: requests and responses of registrations and queries, RFC 4171 sections 5.6 and
// 5.7, and the answers that a client owes to the server (sections 5.6.5.8, 5.6.5.13).
//
//   request   source node | message key ... | delimiter | operating attributes ...
//   response  status, 4 octets | message key ... | delimiter | operating attributes ...
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "policy/isns/attribute.hpp"
#include "policy/isns/pdu.hpp"

namespace iscsi_ike::policy::isns {

// Request is one to be sent; `key` and `operating` are written by the Put functions.
struct Request {
  Function function = Function::kDevAttrQry;
  std::string source;  // name of the iSCSI node that asks
  Bytes key;
  Bytes operating;
  bool replace = false;  // DevAttrReg: what the key names is replaced, not added to
};
[[nodiscard]] RawMessage ToMessage(const Request& request, std::uint16_t transaction);

// RequestView and ResponseView borrow the payload of the message they were read from.
struct RequestView {
  Function function = Function::kDevAttrQry;
  std::string source;
  AttributeList key;
  AttributeList operating;
  bool replace = false;
};
// ParseRequest reads what ToMessage writes. Errors: no source node in front, attributes that do not
// fill the payload, a response.
[[nodiscard]] Parsed<RequestView> ParseRequest(const RawMessage& message);

struct ResponseView {
  Function function = ResponseTo(Function::kDevAttrQry);
  StatusCode status = StatusCode::kSuccessful;
  AttributeList key;
  AttributeList operating;
};
// ParseResponse reads a response; without delimiter all attributes are the key. Of a refusal only
// the status counts: attributes that cannot be read are left out. Errors: no room for the status,
// attributes that do not fill the payload, a request.
[[nodiscard]] Parsed<ResponseView> ParseResponse(const RawMessage& message);
// WriteResponse is for the other end, in tests: `attributes` are the key, the delimiter and the
// operating attributes.
[[nodiscard]] RawMessage WriteResponse(Function request, std::uint16_t transaction,
                                       StatusCode status, const Bytes& attributes);

// AnswerTo gives what a client answers to a message that the server sends on its own: the inquiry
// repeated behind a status (section 5.7.5.13), the destination of a notification (section
// 5.7.5.8), Message Not Supported to other requests, nothing to a heartbeat or a response.
[[nodiscard]] std::optional<RawMessage> AnswerTo(const RawMessage& message);

}  // namespace iscsi_ike::policy::isns
