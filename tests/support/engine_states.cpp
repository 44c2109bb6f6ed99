#include "tests/support/engine_states.hpp"

#include <algorithm>

namespace iscsi_ike::test {
namespace {

struct Words {
  const char* name;
  std::uint64_t word;
  bool main;
};
constexpr Words kWords[] = {{"main", kMainWord, true},
                            {"main pfs", kMainPfsWord, true},
                            {"aggressive", kAggressiveWord, false},
                            {"aggressive pfs", kAggressivePfsWord, false}};

struct Stages {
  const char* name;
  SessionStage stage;
  bool phase1, quick;  // whose rows it goes through; neither: none
};
constexpr Stages kStages[] = {{"login", SessionStage::kLogin, true, true},
                              {"rest", SessionStage::kRest, false, false},
                              {"new child", SessionStage::kNewChild, false, true},
                              {"their child", SessionStage::kTheirChild, false, true},
                              {"new phase 1", SessionStage::kNewPhase1, true, false},
                              {"their phase 1", SessionStage::kTheirPhase1, true, false},
                              {"closing", SessionStage::kClosing, false, false}};

void AddRows(const Words& word, const Stages& stage, const ike::Script& script,
             std::vector<EngineState>& states) {
  for (const ike::Row& row : script.rows)
    states.push_back({std::string(word.name) + ", " + stage.name + ", " + std::string(row.name),
                      word.word, stage.stage, &row});
}

bool IsTheirs(SessionStage stage) {
  return stage == SessionStage::kTheirChild || stage == SessionStage::kTheirPhase1;
}

// Begin does what the stage begins with.
void Begin(Pair& pair, SessionStage stage) {
  Node& node = IsTheirs(stage) ? *pair.responder : *pair.initiator;
  const ike::SessionId session{1};
  const ike::Time now = pair.net.now();
  if (stage == SessionStage::kNewChild || stage == SessionStage::kTheirChild)
    node.engine().RenewChild(now, session, ike::ChildId{1});
  if (stage == SessionStage::kNewPhase1 || stage == SessionStage::kTheirPhase1)
    node.engine().Renew(now, session);
  if (stage == SessionStage::kClosing) node.engine().Close(now, session);
  pair.net.Drain();
}

std::size_t TimesSent(const Node& node, std::string_view name) {
  return static_cast<std::size_t>(
      std::count(node.recorder.sent.begin(), node.recorder.sent.end(), name));
}

}  // namespace

const std::vector<EngineState>& EngineStates() {
  static const std::vector<EngineState> kStates = [] {
    std::vector<EngineState> states;
    for (const Words& word : kWords) {
      for (const Stages& stage : kStages) {
        const ike::Script& phase1 = word.main ? ike::MainModeScript() : ike::AggressiveModeScript();
        if (stage.phase1) AddRows(word, stage, phase1, states);
        if (stage.quick) AddRows(word, stage, ike::QuickModeScript(), states);
        if (!stage.phase1 && !stage.quick)
          states.push_back({std::string(word.name) + ", " + stage.name, word.word, stage.stage});
      }
    }
    return states;
  }();
  return kStates;
}

PairIn Reach(const EngineState& state, const EndSettings& settings) {
  PairIn in{std::make_unique<Pair>(settings, settings), nullptr, nullptr, true};
  Pair& pair = *in.pair;
  const bool first = state.row == nullptr || state.row->writer == ike::Role::kInitiator;
  in.writer = first != IsTheirs(state.stage) ? pair.initiator : pair.responder;
  in.reader = in.writer == pair.initiator ? pair.responder : pair.initiator;
  if (state.stage != SessionStage::kLogin) {
    in.reached = pair.Login();
    pair.net.RunFor(std::chrono::seconds(1));
  }
  const std::string_view name = state.row == nullptr ? std::string_view{} : state.row->name;
  const std::size_t before = TimesSent(*in.writer, name);
  if (state.stage == SessionStage::kLogin) {
    pair.Connect();
  } else {
    Begin(pair, state.stage);
  }
  if (state.row != nullptr)
    in.reached =
        in.reached && pair.net.RunUntil([&] { return TimesSent(*in.writer, name) > before; },
                                        std::chrono::seconds(2));
  return in;
}

}  // namespace iscsi_ike::test
