// The lesser readers of traces: octet 0 is the link type of a frame; the same octets as a key log,
// as hexadecimal text, as one line of a recording, and as fragments of a message.
#include "ike/trace/captured_fragments.hpp"
#include "ike/trace/flat_json.hpp"
#include "ike/trace/keylog_reader.hpp"
#include "ike/trace/link_frame.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/input.hpp"

namespace iscsi_ike::ike {
namespace {

using fuzz::Require;

void RequirePrintable(std::string_view text) {
  Require(!text.empty());
  for (const char c : text) Require(c >= ' ' && c <= '~');
}

void RunFrame(std::uint32_t link_type, Octets frame) {
  const FrameContent content = ReadFrame(link_type, frame);
  const auto* datagram = std::get_if<CapturedDatagram>(&content);
  if (datagram == nullptr) return;
  Require(datagram->octets.size() <= frame.size() && datagram->source && datagram->destination);
  if (!datagram->oddity.empty()) RequirePrintable(datagram->oddity);
}

void RunKeyTable(Octets text) {
  const auto keys = ReadKeyTable(text);
  if (!keys) return RequirePrintable(keys.error());
  for (const auto& [cookie, list] : *keys) {
    for (const LoggedKey& key : list) Require(key.size() > 0);
  }
}

void RunHexText(Octets text) {
  const auto capture = ReadHexText(text);
  if (!capture) return RequirePrintable(capture.error());
  std::size_t octets = 0;
  for (const CapturedDatagram& datagram : capture->datagrams) octets += datagram.octets.size();
  Require(octets * 2 <= text.size());
}

void RunFlatJson(std::string_view line) {
  FlatJson json(line);
  for (const char* name : {"t", "n", "b", "l", "data"}) {
    if (!json.Has(name)) continue;
    switch (name[0]) {
      case 'n':
        Require(json.TakeNumber(name, 1000) <= 1000);
        break;
      case 'b':
        (void)json.TakeBool(name);
        break;
      case 'l':
        (void)json.TakeTexts(name);
        break;
      default:
        Require(json.TakeText(name).size() <= line.size());
        break;
    }
  }
  (void)json.Finish();
}

void RunFragments(fuzz::Input input) {
  CapturedFragments fragments;
  std::size_t given = 0;
  while (!input.empty()) {
    FragmentView fragment;
    fragment.id = input.Octet() % 2;
    fragment.number = std::max<std::uint8_t>(input.Octet(), 1);
    fragment.last = input.Octet() % 4 == 0;
    const std::vector<std::uint8_t> data = input.Sized();
    fragment.data = data;
    given += data.size();
    if (data.empty()) continue;
    Require(fragments.Add({{}, {}, "", fragment.id}, fragment).whole.size() <= given);
  }
}

}  // namespace
}  // namespace iscsi_ike::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace iscsi_ike;
  constexpr std::uint32_t kLinkTypes[] = {0, 1, 12, 14, 101, 108, 113, 228, 229, 276};
  if (size == 0) return 0;
  const ike::Octets all(data, size);
  ike::RunFrame(kLinkTypes[data[0] % std::size(kLinkTypes)], all.subspan(1));
  ike::RunKeyTable(all);
  ike::RunHexText(all);
  ike::RunFlatJson(fuzz::AsText(data, size));
  ike::RunFragments(fuzz::Input(all));
  return 0;
}
