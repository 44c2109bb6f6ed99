#include "ike/tool/key_doubts.hpp"

#include <algorithm>
#include <string_view>

namespace iscsi_ike::ike::tool {

namespace {

bool IsBlank(std::uint8_t octet) { return octet == ' ' || octet == '\t'; }

bool IsControl(std::uint8_t octet) {
  return (octet < 0x20 || octet == 0x7F) && octet != '\r' && octet != '\t';
}

bool HasByteOrderMark(crypto::Octets text) {
  const std::string_view view(reinterpret_cast<const char*>(text.data()), text.size());
  return view.starts_with("\xEF\xBB\xBF") || view.starts_with("\xFF\xFE") ||
         view.starts_with("\xFE\xFF");
}

}  // namespace

std::vector<std::string> KeyDoubts(crypto::Octets text) {
  std::vector<std::string> doubts;
  if (text.empty()) return doubts;
  if (HasByteOrderMark(text)) doubts.emplace_back("begins with a byte order mark");
  if (IsBlank(text.front())) doubts.emplace_back("begins with a blank");
  if (IsBlank(text.back())) doubts.emplace_back("ends with a blank");
  if (std::find(text.begin(), text.end(), '\r') != text.end())
    doubts.emplace_back("holds a carriage return");
  if (std::any_of(text.begin(), text.end(), IsControl))
    doubts.emplace_back("holds a control octet");
  return doubts;
}

}  // namespace iscsi_ike::ike::tool
