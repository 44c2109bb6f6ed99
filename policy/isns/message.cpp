#include "policy/isns/message.hpp"

#include <utility>

#include "policy/octet_numbers.hpp"

namespace iscsi_ike::policy::isns {
namespace {

constexpr std::size_t kStatusSize = 4;

void AppendOctets(Bytes& out, Octets octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}

Bytes StatusOctets(StatusCode status) {
  const auto number = static_cast<std::uint32_t>(status);
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

StatusCode StatusOf(Octets octets) {
  return static_cast<StatusCode>(BigEndianAt(octets, 0, kStatusSize));
}

// AnswerWith: `attributes` behind a status.
RawMessage AnswerWith(const RawMessage& request, StatusCode status, Octets attributes) {
  RawMessage answer{ResponseTo(request.function), kFromClient, request.transaction,
                    StatusOctets(status)};
  AppendOctets(answer.payload, attributes);
  return answer;
}

RawMessage AnswerNotification(const RawMessage& request) {
  const auto attributes = AttributeList::Parse(request.payload, Name(request.function));
  if (!attributes || attributes->empty()) {
    return AnswerWith(request, StatusCode::kMessageFormatError, {});
  }
  Bytes destination;
  const Attribute first = *attributes->begin();
  PutOctets(destination, first.tag, first.value);
  return AnswerWith(request, StatusCode::kSuccessful, destination);
}

}  // namespace

RawMessage ToMessage(const Request& request, std::uint16_t transaction) {
  RawMessage message{request.function, kFromClient, transaction, {}};
  if (request.replace) message.flags |= kReplace;
  PutText(message.payload, Tag::kNodeName, request.source);
  AppendOctets(message.payload, request.key);
  PutEmpty(message.payload, Tag::kDelimiter);
  AppendOctets(message.payload, request.operating);
  return message;
}

Parsed<RequestView> ParseRequest(const RawMessage& message) {
  const std::string place = Name(message.function);
  if (IsResponse(message.function)) return Reject(place, "is no request");
  const auto all = AttributeList::Parse(message.payload, place);
  if (!all) return Failure(all.error());
  if (all->empty() || (*all->begin()).tag != Tag::kNodeName) {
    return Reject(place, "does not begin with the name of the node that asks");
  }
  auto source = (*all->begin()).AsText();
  if (!source) return Failure(source.error());
  RequestView view{message.function, *std::move(source), {}, {}, (message.flags & kReplace) != 0};
  const auto rest = AttributeList::Parse((++all->begin()).rest(), place);
  rest->SplitAtDelimiter(view.key, view.operating);
  return view;
}

Parsed<ResponseView> ParseResponse(const RawMessage& message) {
  const std::string place = Name(message.function);
  if (!IsResponse(message.function)) return Reject(place, "is no response");
  const Octets payload = message.payload;
  if (payload.size() < kStatusSize) return Reject(place, "has no room for its status");
  ResponseView view{message.function, StatusOf(payload), {}, {}};
  const auto all = AttributeList::Parse(payload.subspan(kStatusSize), place);
  if (all) {
    all->SplitAtDelimiter(view.key, view.operating);
  } else if (view.status == StatusCode::kSuccessful) {
    return Failure(all.error());
  }
  return view;
}

RawMessage WriteResponse(Function request, std::uint16_t transaction, StatusCode status,
                         const Bytes& attributes) {
  RawMessage message{ResponseTo(request), kFromServer, transaction, StatusOctets(status)};
  AppendOctets(message.payload, attributes);
  return message;
}

std::optional<RawMessage> AnswerTo(const RawMessage& message) {
  if (IsResponse(message.function) || message.function == Function::kHeartbeat) {
    return std::nullopt;
  }
  switch (message.function) {
    case Function::kEsi:
      return AnswerWith(message, StatusCode::kSuccessful, message.payload);
    case Function::kScn:
      return AnswerNotification(message);
    default:
      return AnswerWith(message, StatusCode::kMessageNotSupported, {});
  }
}

}  // namespace iscsi_ike::policy::isns
