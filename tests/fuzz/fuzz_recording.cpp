// A recording, and the same text as the lines behind a head that is right. What is read keeps the
// promises of recording.hpp.
#include "crypto/random.hpp"
#include "ike/trace/recording.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using iscsi_ike::fuzz::Require;
using namespace iscsi_ike::ike;

constexpr std::string_view kHead =
    R"({"recording":"iscsi-ike","version":1,"tool":"","command":"serve","arguments":[],)"
    R"("config":false,"key_given":true,"fingerprints":[""],"local":[],"nat_port":0,"begin":0,)"
    R"("seed":"0000000000000000000000000000000000000000000000000000000000000000"})"
    "\n";

void Check(const std::vector<std::uint8_t>& text) {
  const auto recording = ReadRecording(text);
  if (!recording.ok()) return Require(recording.error().starts_with("line "));
  Require(recording->head.seed.size() == iscsi_ike::crypto::kSeedSize);
  Require(recording->torn == 0 || !recording->complete || recording->lines.empty() ||
          recording->torn > recording->lines.back().number);
  std::size_t number = 1;
  Time latest = recording->head.begin;
  for (const RecordedLine& line : recording->lines) {
    Require(line.number > number);
    number = line.number;
    const auto* input = std::get_if<RecordedInput>(&line.what);
    Require(input != nullptr || line.number > recording->lines.front().number);
    if (input == nullptr) continue;
    Require(input->at >= latest);
    latest = input->at;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> text(data, data + size);
  Check(text);
  text.insert(text.begin(), kHead.begin(), kHead.end());
  Check(text);
  return 0;
}
