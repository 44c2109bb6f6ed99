// Discovery: what an initiator learns of the targets that it may see. It asks as a node; where the
// server does not know the node, it registers it, and takes the registration back in the end. A
// node that was registered before is left as it is.
//
// A server may be unable to give a large answer (isnsd of open-isns: more than 8192 octets, status
// 11). Then it is asked node by node, then for the portals alone, group by group, and for each one.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "policy/isns/dialogue.hpp"
#include "policy/isns/directory.hpp"
#include "policy/isns/requests.hpp"

namespace iscsi_ike::policy::isns {

// More questions than these are not asked: a server can go on answering without end.
inline constexpr std::uint32_t kMostQuestions = 131072;

struct DiscoveryConfig {
  std::string initiator;     // name of the node that asks
  std::string target;        // empty: all that the node may see
  bool may_register = true;  // else an unknown node is the server's to refuse
};

class Discovery final : public Dialogue {
 public:
  // CheckConfig: names, 1 to 223 octets; only the target's may be empty. Errors stand at
  // "initiator" and "target".
  [[nodiscard]] static Status<Error> CheckConfig(const DiscoveryConfig& config);
  explicit Discovery(DiscoveryConfig config) : config_(std::move(config)) {}

  // directory is whole when the state is kDone. No node in it: the server shows none.
  [[nodiscard]] const Directory& directory() const { return directory_; }
  [[nodiscard]] Directory TakeDirectory() { return std::move(directory_); }
  // registered: the node was not known, and was registered for the time of the queries, or may have
  // been.
  [[nodiscard]] bool registered() const { return registered_; }

 private:
  enum class Step : std::uint8_t {
    kAskSelf,
    kRegister,
    kAskNodes,   // all, or the target
    kAskLeast,   // which portals lead to a node
    kAskPortal,  // what there is about one
    kNextNode,
    kNextGroup,
    kDeregister,
  };
  struct Task {
    Step step = Step::kAskSelf;
    std::string node;
    std::optional<WireKey> portal;
  };

  void OnStart() override;
  void OnAnswer(const ResponseView& answer) override;
  void OnTrouble(DialogueFailure failure, bool in_step) override;
  void Next();
  void AskFor(const Task& task);
  void End(std::optional<DialogueFailure> failure);
  void Conclude();

  void AfterAskSelf(const ResponseView& answer);
  void AfterRegister(const ResponseView& answer);
  void AfterNodes(const ResponseView& answer);
  void AfterLeast(const ResponseView& answer);
  void AfterPortal(const ResponseView& answer);
  void AfterNextNode(const ResponseView& answer);
  void AfterNextGroup(const ResponseView& answer);
  // TakeIn adds an answer to the directory; one that cannot be read ends all.
  bool TakeIn(const ResponseView& answer, const std::string& node = {});
  void AskForPortalsFrom(std::size_t first);
  void AskSmaller();
  void Problem(std::string problem) { builder_.AddProblem(std::move(problem)); }

  DiscoveryConfig config_;
  std::deque<Task> tasks_;
  Task current_;
  Detail detail_ = Detail::kFull;
  DirectoryBuilder builder_;
  Directory directory_;
  bool registered_ = false;
  std::optional<DialogueFailure> deferred_;  // told when the registration has been taken back
};

}  // namespace iscsi_ike::policy::isns
