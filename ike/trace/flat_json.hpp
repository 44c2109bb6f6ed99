// FlatJson: one line of JSON that is an object of texts, whole numbers, truth values and lists of
// texts. For the sources of this folder only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

namespace iscsi_ike::ike {

// FlatJson parses in place, in octets of its own that are wiped; texts point into them. Each Take
// fetches the value of one member; what is missing, of another kind or out of its bounds becomes
// the problem, and a default is returned. Only the first problem is kept.
class FlatJson {
 public:
  explicit FlatJson(std::string_view line);

  [[nodiscard]] bool Has(std::string_view name) const { return Find(name) != nullptr; }
  std::string_view TakeText(std::string_view name);
  std::uint64_t TakeNumber(std::string_view name, std::uint64_t most);
  bool TakeBool(std::string_view name);
  std::vector<std::string_view> TakeTexts(std::string_view name);

  // Refuse notes a problem of the caller's own: "`name` `rule`".
  void Refuse(std::string_view name, std::string_view rule);
  // Finish: the first problem, a member that nobody took being one; empty when there is none.
  [[nodiscard]] std::string Finish();

 private:
  enum class Kind : std::uint8_t { kText, kNumber, kBool, kTexts };
  struct Member {
    std::string_view name;
    Kind kind = Kind::kText;
    std::uint64_t number = 0;
    std::string_view text{};
    std::vector<std::string_view> texts{};
    bool taken = false;
  };
  class Events;

  [[nodiscard]] const Member* Find(std::string_view name) const;
  Member* Take(std::string_view name, Kind kind, std::string_view wanted);

  crypto::Secret octets_;
  std::vector<Member> members_;
  std::string problem_;
};

}  // namespace iscsi_ike::ike
