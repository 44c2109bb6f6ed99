// Replay: a recording run again, and compared with what it was.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "ike/trace/fed_engine.hpp"

namespace iscsi_ike::ike {

// Parting is the first place where a replay and its recording differ. Sentences without a secret.
struct Parting {
  std::size_t line = 0;  // of the recording; the input's where something was not recorded
  std::string recorded;
  std::string now;
};

struct ReplayCounts {
  std::size_t inputs = 0;
  std::size_t datagrams_in = 0;
  std::size_t datagrams_out = 0;
  std::size_t events = 0;
};

class Replay {
 public:
  // `recording` outlives the replay.
  Replay(const Recording& recording, ReplaySettings settings);

  // NextInput is the line that Step will give, null at the end and behind a parting.
  [[nodiscard]] const RecordedLine* NextInput() const;
  // Step gives the next input and compares what it brought about. Call it when NextInput is there.
  FedOutput Step();
  [[nodiscard]] const std::optional<Parting>& parting() const { return parting_; }
  [[nodiscard]] const ReplayCounts& counts() const { return counts_; }
  [[nodiscard]] const JobsAskedFor& asked_for() const { return engine_.asked_for(); }

 private:
  void Compare(const RecordedLine& input, const FedOutput& output);
  bool CompareSent(const RecordedLine& line, const Datagram& recorded, const FedOutput& output);
  bool CompareEvent(const RecordedLine& line, const RecordedEvent& recorded);
  void CompareEnd(const RecordedLine& input, const FedOutput& output);
  bool Part(std::size_t line, std::string recorded, std::string now);

  const Recording& recording_;
  FedEngine engine_;
  std::size_t next_ = 0;  // line of the recording
  std::size_t sent_ = 0;  // of this input's datagrams, compared
  std::deque<std::string> events_;
  std::optional<Parting> parting_;
  ReplayCounts counts_;
};

}  // namespace iscsi_ike::ike
