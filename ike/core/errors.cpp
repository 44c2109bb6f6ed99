#include "ike/errors.hpp"

namespace iscsi_ike::ike {

std::string_view Name(Blame blame) {
  switch (blame) {
    case Blame::kMalformed:
      return "malformed";
    case Blame::kMisbehaved:
      return "misbehaved";
    case Blame::kIncompatible:
      return "incompatible";
    case Blame::kAuthentication:
      return "authentication";
    case Blame::kTimeout:
      return "timeout";
    case Blame::kPeerReported:
      return "peer reported";
    case Blame::kMisuse:
      return "misuse";
    case Blame::kLocal:
      return "local";
  }
  return {};
}

std::string_view Name(FailureCode code) {
  switch (code) {
#define ISCSI_IKE_FAILURE(enumerator, code_text, blame, text) \
  case FailureCode::enumerator:                               \
    return code_text;
#include "ike/errors.def"
#undef ISCSI_IKE_FAILURE
  }
  return {};
}

std::string_view Summary(FailureCode code) {
  switch (code) {
#define ISCSI_IKE_FAILURE(enumerator, code_text, blame, text) \
  case FailureCode::enumerator:                               \
    return text;
#include "ike/errors.def"
#undef ISCSI_IKE_FAILURE
  }
  return {};
}

Blame BlameOf(FailureCode code) {
  switch (code) {
#define ISCSI_IKE_FAILURE(enumerator, code_text, blame, text) \
  case FailureCode::enumerator:                               \
    return Blame::blame;
#include "ike/errors.def"
#undef ISCSI_IKE_FAILURE
  }
  return Blame::kLocal;
}

std::string Refusal::Text() const {
  std::string line = "proposal " + std::to_string(proposal);
  if (transform != 0) line += " transform " + std::to_string(transform);
  line += ": " + attribute + " offered " + (offered.empty() ? "nothing" : offered);
  if (!allowed.empty()) line += ", allowed " + allowed;
  return line + " (" + rule + ")";
}

}  // namespace iscsi_ike::ike
