// SecretPool cuts regions of secret pages into slabs of 4096 octets, and each slab into blocks of
// one size. For the sources of this folder only.
//
// A slab without a block goes back to its region, a region without a slab to the system; one such
// region is kept while anything at all is taken, so that a secret that comes and goes costs no call
// of the system. Regions grow with their number, from 16 KiB to 1 MiB: a firmware simulator pays
// little, and 100,000 sessions make some hundred mappings. What is too long for a slab has pages of
// its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "crypto/secret_memory.hpp"
#include "crypto/secret_pages.hpp"

namespace iscsi_ike::crypto {

class SecretPool {
 public:
  constexpr SecretPool() = default;
  SecretPool(const SecretPool&) = delete;
  SecretPool& operator=(const SecretPool&) = delete;

  // Take gives a block of zeros; null without memory.
  [[nodiscard]] void* Take(std::size_t size);
  // Give takes back a block of Take(size), wiped by the caller.
  void Give(void* block, std::size_t size);
  [[nodiscard]] SecretMemory Measure();

 private:
  struct Slab;
  struct Region;
  // The sizes of blocks, octets: those of keys, of g^xy, of what a session and an exchange hold.
  static constexpr std::array<std::uint16_t, 14> kSizes{32,  64,  96,  128, 192,  256,  384,
                                                        448, 512, 672, 800, 1344, 2000, 4000};
  // Chain is a list of slabs, linked both ways.
  struct Chain {
    Slab* first = nullptr;
    void Push(Slab* slab);
    void Remove(Slab* slab);
  };

  [[nodiscard]] static std::size_t ClassOf(std::size_t size);
  [[nodiscard]] void* TakePages(std::size_t size);
  void GivePages(void* block, std::size_t size);
  [[nodiscard]] Slab* SlabFor(std::size_t size_class);
  [[nodiscard]] bool AddRegion();
  void Retire(Slab* slab);
  void DropRegion(Region* region);
  void Count(const SecretPages& pages, bool added);

  std::mutex mutex_;
  std::array<Chain, kSizes.size()> with_room_{};  // slabs of each size that are not full
  Chain unused_;                                  // slabs of no size
  Region* spare_ = nullptr;                       // the region without a slab in use
  std::size_t regions_ = 0;
  SecretMemory counts_;
};

}  // namespace iscsi_ike::crypto
