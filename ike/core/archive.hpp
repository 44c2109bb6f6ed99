// The archive of a checkpoint: a writer into memory that is wiped, and a reader that believes
// nothing. Both have the same face, so that one description of a struct (`Carry`) serves either
// way: it carries each field out of the struct into the octets, or out of these into the struct.
//
// Numbers are fixed in width and most significant first; runs are preceded by their length in four
// octets. Nothing in it depends on the machine or on where things were in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/box_contents.hpp"
#include "crypto/secret.hpp"

namespace iscsi_ike::ike {

struct PeerConfig;

// Archive keeps the place, and the first thing found wrong there. After that nothing counts any
// more: reading gives zeros and ends soon.
class Archive {
 public:
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  [[nodiscard]] bool ok() const { return error_.empty(); }
  // error: "session 7, exchange 2: row 9 of a script of 6".
  [[nodiscard]] const std::string& error() const { return error_; }
  void Refuse(std::string_view rule);
  void Require(bool holds, std::string_view rule) {
    if (!holds) Refuse(rule);
  }

  // Within names what is carried while it lives: "session 7".
  class Within {
   public:
    Within(Archive& archive, std::string_view noun, std::uint64_t number) : archive_(archive) {
      archive_.place_.emplace_back(noun, number);
    }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;
    ~Within() { archive_.place_.pop_back(); }

   private:
    Archive& archive_;
  };

 protected:
  Archive() = default;
  ~Archive() = default;

 private:
  std::vector<std::pair<std::string_view, std::uint64_t>> place_;
  std::string error_;
};

// ArchiveWriter grows by moving into memory twice as large; what it leaves behind is wiped.
class ArchiveWriter : public Archive {
 public:
  static constexpr bool kReads = false;

  void Number(std::uint64_t value, std::size_t octets);
  void Put(crypto::Octets octets);
  [[nodiscard]] crypto::Octets contents() const { return octets_.Expose().first(size_); }

  // Each PeerConfig stands in the archive once, where it is first needed.
  std::unordered_map<const PeerConfig*, std::uint32_t> peers;

 private:
  // Next is room for as many octets at the end.
  crypto::MutableOctets Next(std::size_t octets);

  crypto::Secret octets_;
  std::size_t size_ = 0;
};

// ArchiveReader borrows the octets.
class ArchiveReader : public Archive {
 public:
  static constexpr bool kReads = true;

  explicit ArchiveReader(crypto::Octets octets) : in_(octets) {}
  [[nodiscard]] std::uint64_t Number(std::size_t octets);
  // Take gives as many octets, or none at all.
  [[nodiscard]] crypto::Octets Take(std::size_t octets);
  // Count reads how many elements or octets follow: never more than there are octets.
  [[nodiscard]] std::size_t Count();
  void RequireEnd() { Require(in_.rest().empty(), "octets behind the end of the state"); }

  std::vector<std::shared_ptr<const PeerConfig>> peers;

 private:
  crypto::BoxReader in_;
};

// Carried is a struct as an archive sees it: a writer only looks.
template <class A, class T>
using Carried = std::conditional_t<A::kReads, T, const T>;

}  // namespace iscsi_ike::ike
