// MemoryScan: where octets that somebody knows stand in the memory of another process, stack, heap
// and the lists of freed blocks included.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "crypto/secret.hpp"

namespace iscsi_ike::trust {

// Found is one place.
struct Found {
  std::string name;     // of the secret, and in which form it stands there
  std::string mapping;  // "[heap]", "[stack]", a file, or "anonymous"
  std::uint64_t address = 0;
};

// MemoryScan looks for windows of 16 octets (or the whole of what is shorter, 8 at least), at every
// alignment and in these forms: as it is; backwards, as numbers of OpenSSL have it; with the octets
// of 4 or 8 turned round, as hashes have their blocks; under the pads of HMAC; as hexadecimal text.
class MemoryScan {
 public:
  void Add(const std::string& name, crypto::Octets secret);
  // AddPlain: as it is, and nothing else.
  void AddPlain(const std::string& name, crypto::Octets octets);
  [[nodiscard]] std::size_t pattern_count() const { return patterns_.size(); }

  // Scan reads all that can be read of a process that stands still. `scanned` grows by the octets
  // that were read; false: none could be.
  [[nodiscard]] bool Scan(pid_t process, std::vector<Found>& found, std::uint64_t& scanned) const;
  // ScanCore does the same with the memory in a core dump. The registers, which stand in front of
  // it in notes, are not looked at: no page is theirs.
  [[nodiscard]] bool ScanCore(const std::string& path, std::vector<Found>& found,
                              std::uint64_t& scanned) const;

 private:
  struct Pattern {
    std::string name;
    std::vector<std::uint8_t> octets;
  };
  void AddWindows(const std::string& name, const std::vector<std::uint8_t>& octets);
  void Search(crypto::Octets memory, std::uint64_t base, const std::string& mapping,
              std::vector<Found>& found) const;

  std::vector<Pattern> patterns_;
  std::unordered_multimap<std::uint64_t, std::size_t> by_head_;
  std::vector<bool> heads_ = std::vector<bool>(1U << 24U);
};

}  // namespace iscsi_ike::trust
