#include "ike/tool/reason_hints.hpp"

#include "policy/reason.hpp"

namespace iscsi_ike::ike::tool {

namespace {

std::string HintFor(std::string_view code, std::string_view key_place) {
  if (code == policy::Info(policy::ReasonCode::kNoPhase1Mode).code) return " with --assume-main";
  if (code == policy::Info(policy::ReasonCode::kMainAnyPeer).code && !key_place.empty())
    return "; it is the key of " + std::string(key_place) + ", serve --peer binds it to one";
  if (code == policy::Info(policy::ReasonCode::kNoPortalChosen).code)
    return "; --portal chooses one";
  return {};
}

}  // namespace

void AddHints(std::vector<policy::Reason>& reasons, std::string_view key_place) {
  for (policy::Reason& reason : reasons) reason.text += HintFor(reason.code, key_place);
}

}  // namespace iscsi_ike::ike::tool
