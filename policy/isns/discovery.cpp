#include "policy/isns/discovery.hpp"

#include <algorithm>
#include <utility>

#include "policy/iscsi_name.hpp"

namespace iscsi_ike::policy::isns {
namespace {

Status<Error> CheckName(const std::string& name, const char* place) {
  if (name.size() <= kLongestIscsiName) return Done{};
  return Reject(place, "has " + std::to_string(name.size()) + " octets; names have at most " +
                           std::to_string(kLongestIscsiName));
}

// KeyIn is the portal in the key of a portal group.
std::optional<WireKey> KeyIn(const AttributeList& attributes) {
  const auto address = attributes.Find(Tag::kGroupAddress);
  const auto port = attributes.Find(Tag::kGroupPort);
  return address && port ? ToWireKey(*address, *port) : std::nullopt;
}

std::string NodeIn(const AttributeList& attributes) {
  const auto name = attributes.Find(Tag::kNodeName);
  if (!name) return {};
  const auto text = name->AsText();
  return text ? *text : std::string();
}

// MayBeTarget: also when the server does not say.
bool MayBeTarget(const AttributeList& attributes) {
  const auto type = attributes.Find(Tag::kNodeType);
  if (!type) return true;
  const auto number = type->AsNumber();
  return !number || (*number & kTargetNode) != 0;
}

}  // namespace

Status<Error> Discovery::CheckConfig(const DiscoveryConfig& config) {
  if (config.initiator.empty()) return Reject("initiator", "is missing: the name of the node");
  if (auto s = CheckName(config.initiator, "initiator"); !s) return s;
  return CheckName(config.target, "target");
}

void Discovery::OnStart() {
  if (config_.may_register) tasks_.push_back({Step::kAskSelf, {}, {}});
  tasks_.push_back({Step::kAskNodes, config_.target, {}});
  Next();
}

void Discovery::Next() {
  if (tasks_.empty()) return End(std::nullopt);
  if (asked() >= kMostQuestions) {
    return End(Broken({"iSNS directory", "is not whole after " + std::to_string(kMostQuestions) +
                                             " questions; that is the most"}));
  }
  current_ = std::move(tasks_.front());
  tasks_.pop_front();
  AskFor(current_);
}

void Discovery::AskFor(const Task& task) {
  const std::string& source = config_.initiator;
  const std::string of_node = task.node.empty() ? "targets" : task.node;
  switch (task.step) {
    case Step::kAskSelf:
      return Ask(QueryRegistered(source, source), "query of " + source);
    case Step::kRegister:
      return Ask(RegisterInitiator(source), "registration of " + source);
    case Step::kAskNodes:
      return Ask(QueryNodes(source, task.node, detail_), "query of " + of_node);
    case Step::kAskLeast:
      return Ask(QueryNodes(source, task.node, Detail::kLeast), "query of " + of_node);
    case Step::kAskPortal:
      return Ask(QueryPortal(source, *task.portal, detail_), "query of a portal");
    case Step::kNextNode:
      return Ask(NextNode(source, task.node), "walk through nodes");
    case Step::kNextGroup:
      return Ask(NextGroup(source, task.node, task.portal ? &*task.portal : nullptr),
                 "walk through the portals of " + task.node);
    case Step::kDeregister:
      return Ask(DeregisterNode(source), "deregistration of " + source);
  }
}

// End takes the registration back before anything else.
void Discovery::End(std::optional<DialogueFailure> failure) {
  if (failure) deferred_ = std::move(failure);
  tasks_.clear();
  if (registered_ && current_.step != Step::kDeregister) {
    current_ = {Step::kDeregister, {}, {}};
    return AskFor(current_);
  }
  Conclude();
}

void Discovery::Conclude() {
  if (deferred_) return Fail(*std::move(deferred_));
  directory_ = builder_.Take();
  Finish();
}

void Discovery::OnAnswer(const ResponseView& answer) {
  switch (current_.step) {
    case Step::kAskSelf:
      return AfterAskSelf(answer);
    case Step::kRegister:
      return AfterRegister(answer);
    case Step::kAskNodes:
      return AfterNodes(answer);
    case Step::kAskLeast:
      return AfterLeast(answer);
    case Step::kAskPortal:
      return AfterPortal(answer);
    case Step::kNextNode:
      return AfterNextNode(answer);
    case Step::kNextGroup:
      return AfterNextGroup(answer);
    case Step::kDeregister:
      if (answer.status != StatusCode::kSuccessful) Problem(Refusal(answer).text);
      return End(std::nullopt);
  }
}

// The registration is taken back, or at least that is tried; what was found before is kept. A
// server may have registered what it did not answer.
void Discovery::OnTrouble(DialogueFailure failure, bool in_step) {
  if (current_.step == Step::kRegister) registered_ = true;
  if (!registered_) return Fail(std::move(failure));
  if (current_.step == Step::kDeregister) {
    Problem(failure.text + "; the registration stays until the server lets it run out");
    return Conclude();
  }
  if (in_step) return End(std::move(failure));
  Tell(DeregisterNode(config_.initiator));
  Fail(std::move(failure));
}

void Discovery::AfterAskSelf(const ResponseView& answer) {
  const auto known = IsRegistered(answer);
  if (!known) return End(Refusal(answer));
  if (!*known) tasks_.push_front({Step::kRegister, {}, {}});
  Next();
}

// Isnsd says Internal Error where it has registered, and has no room for the answer.
void Discovery::AfterRegister(const ResponseView& answer) {
  registered_ =
      answer.status == StatusCode::kSuccessful || answer.status == StatusCode::kInternalError;
  if (answer.status != StatusCode::kSuccessful) return End(Refusal(answer));
  Next();
}

bool Discovery::TakeIn(const ResponseView& answer, const std::string& node) {
  const auto added = builder_.Add(answer, node);
  if (!added) End(Broken(added.error()));
  return added.ok();
}

void Discovery::AfterNodes(const ResponseView& answer) {
  switch (answer.status) {
    case StatusCode::kSuccessful:
      if (TakeIn(answer)) Next();
      return;
    case StatusCode::kNoSuchEntry:
      return Next();
    case StatusCode::kInternalError:
      return AskSmaller();
    case StatusCode::kAttributeNotImplemented:
    case StatusCode::kInvalidQuery:
      if (detail_ != Detail::kFull) break;
      detail_ = Detail::kRequired;
      Problem(Refusal(answer).text + "; only what every server must have was asked for");
      return AskFor(current_);
    default:
      break;
  }
  End(Refusal(answer));
}

// AskSmaller goes on after an answer that was too large for the server, it seems.
void Discovery::AskSmaller() {
  if (current_.node.empty()) {
    tasks_.push_front({Step::kNextNode, {}, {}});
  } else {
    tasks_.push_front({Step::kAskLeast, current_.node, {}});
  }
  Next();
}

void Discovery::AfterLeast(const ResponseView& answer) {
  if (answer.status == StatusCode::kInternalError) {
    tasks_.push_front({Step::kNextGroup, current_.node, {}});
    return Next();
  }
  if (answer.status == StatusCode::kNoSuchEntry) return Next();  // it has gone meanwhile
  if (answer.status != StatusCode::kSuccessful) return End(Refusal(answer));
  const std::size_t before = builder_.portals().size();
  if (!TakeIn(answer)) return;
  AskForPortalsFrom(before);
  Next();
}

void Discovery::AskForPortalsFrom(std::size_t first) {
  for (const Portal& portal : builder_.portals().subspan(first)) {
    tasks_.push_back({Step::kAskPortal, {}, portal.wire_key});
  }
}

void Discovery::AfterPortal(const ResponseView& answer) {
  if (answer.status != StatusCode::kSuccessful) {
    Problem(Refusal(answer).text);
  } else if (!TakeIn(answer)) {
    return;
  }
  Next();
}

void Discovery::AfterNextNode(const ResponseView& answer) {
  if (answer.status == StatusCode::kNoSuchEntry) return Next();
  if (answer.status != StatusCode::kSuccessful) return End(Refusal(answer));
  const std::string node = NodeIn(answer.key);
  if (node.empty() || node == current_.node) {
    return End(Broken({"DevGetNextRsp", "does not name the next node"}));
  }
  tasks_.push_front({Step::kNextNode, node, {}});
  if (MayBeTarget(answer.operating)) tasks_.push_front({Step::kAskNodes, node, {}});
  Next();
}

void Discovery::AfterNextGroup(const ResponseView& answer) {
  if (answer.status == StatusCode::kNoSuchEntry) return Next();
  if (answer.status != StatusCode::kSuccessful) return End(Refusal(answer));
  const auto portal = KeyIn(answer.key);
  if (!portal || portal == current_.portal) {
    return End(Broken({"DevGetNextRsp", "does not name the next portal group"}));
  }
  const std::size_t before = builder_.portals().size();
  if (!TakeIn(answer, current_.node)) return;
  AskForPortalsFrom(before);
  tasks_.push_front({Step::kNextGroup, current_.node, portal});
  Next();
}

}  // namespace iscsi_ike::policy::isns
