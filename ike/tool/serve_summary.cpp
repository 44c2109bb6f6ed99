#include "ike/tool/serve_summary.hpp"

#include <array>
#include <string_view>

#include "ike/tool/json_text.hpp"

namespace iscsi_ike::ike::tool {

namespace {

// Told: one number of the summary, as JSON and as text have it.
struct Told {
  std::string_view key;
  std::string_view text;
  std::uint64_t ServeSummary::*number;
};

constexpr std::array<Told, 4> kTold{{
    {"established", "sessions established", &ServeSummary::sessions},
    {"failed", "failed", &ServeSummary::failed},
    {"child_sas", "children", &ServeSummary::children},
    {"lost", "datagrams lost unread", &ServeSummary::lost},
}};

// Counted: one of the engines' counters; without text, only JSON has it.
struct Counted {
  std::string_view key;
  std::uint64_t Counters::*number;
  std::string_view text;
};

constexpr std::array<Counted, 15> kCounted{{
    {"datagrams_received", &Counters::datagrams_received, {}},
    {"datagrams_sent", &Counters::datagrams_sent, {}},
    {"datagrams_dropped", &Counters::datagrams_dropped, {}},
    {"main_answered", &Counters::main_answered, "main modes answered"},
    {"aggressive_answered", &Counters::aggressive_answered, "aggressive modes answered"},
    {"aggressive_withheld", &Counters::aggressive_withheld, "not answered"},
    {"sources_verified", &Counters::sources_verified, "came back"},
    {"half_open_expired", &Counters::half_open_expired, "never did"},
    {"half_open_gave_way", &Counters::half_open_gave_way, "gave way before"},
    {"sessions_gave_way", &Counters::sessions_gave_way, "gave way after"},
    {"sessions_withheld", &Counters::sessions_withheld, "found no room"},
    {"refusals_withheld", &Counters::refusals_withheld, "refusals withheld"},
    {"long_answers_withheld", &Counters::long_answers_withheld, "answers too long"},
    {"half_open", &Counters::half_open, "half open"},
    {"sessions", &Counters::sessions, {}},
}};

// Strangers: what became of those who had proved nothing; empty when all of them have come back.
std::string Strangers(const Counters& counters) {
  if (counters.main_answered + counters.aggressive_answered + counters.aggressive_withheld +
          counters.sessions_withheld + counters.refusals_withheld +
          counters.long_answers_withheld ==
      counters.sources_verified)
    return {};
  std::string text;
  for (const Counted& counted : kCounted) {
    const std::uint64_t number = counters.*counted.number;
    if (counted.text.empty() || number == 0) continue;
    text.append(text.empty() ? "strangers: " : ", ").append(std::to_string(number)).append(" ");
    text.append(counted.text);
  }
  return text + "\n";
}

}  // namespace

void ServeSummary::Count(const Event& event) {
  if (std::holds_alternative<Phase1Established>(event)) ++sessions;
  if (std::holds_alternative<Failed>(event)) ++failed;
  if (std::holds_alternative<ChildEstablished>(event)) ++children;
}

void ServeSummary::Add(const ServeSummary& other) {
  for (const Told& told : kTold) this->*told.number += other.*told.number;
  for (const Counted& counted : kCounted)
    counters.*counted.number += other.counters.*counted.number;
}

std::string ServeSummary::Text() const {
  std::string text;
  for (const Told& told : kTold)
    text.append(text.empty() ? "served: " : ", ")
        .append(std::to_string(this->*told.number))
        .append(" ")
        .append(told.text);
  return text + "\n" + Strangers(counters);
}

std::string ServeSummary::Line() const {
  JsonText json;
  json.Begin().Key("event").Text("summary").Key("session").Null();
  json.Key("outcome").Null().Key("phase1").Null();
  json.Key("children").BeginList().EndList().Key("failure").Null();
  json.Key("suspicions").BeginList().EndList().Key("record").Null();
  for (const Told& told : kTold) json.Key(told.key).Number(this->*told.number);
  for (const Counted& counted : kCounted) json.Key(counted.key).Number(counters.*counted.number);
  return json.End().Line();
}

}  // namespace iscsi_ike::ike::tool
