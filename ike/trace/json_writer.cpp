#include "ike/trace/json_writer.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <vector>

#include "ike/wire/text.hpp"

namespace iscsi_ike::ike {
namespace {

struct NullStream {
  using Ch = char;
  void Put(Ch /*c*/) {}
};

bool IsUtf8(std::string_view text) {
  rapidjson::MemoryStream in(text.data(), text.size());
  NullStream out;
  while (in.Tell() < text.size()) {
    if (!rapidjson::UTF8<>::Validate(in, out)) return false;
  }
  return in.Tell() == text.size();
}

}  // namespace

void JsonWriter::String(std::string_view text) {
  if (IsUtf8(text)) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return;
  }
  const std::vector<std::uint8_t> octets(text.begin(), text.end());
  const std::string printable = Printable(octets);
  writer_.String(printable.data(), static_cast<rapidjson::SizeType>(printable.size()));
}

}  // namespace iscsi_ike::ike
