// Arguments of the C interface out of the fuzzer's octets. Whatever is handed to the library lies
// in a block of its own of exactly the size that the rules of iscsi_ike.h promise, so that a read
// or a write past it is seen.
#pragma once

#include <iscsi_ike.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tests/fuzz/input.hpp"

namespace iscsi_ike::fuzz {

class CapiValues {
 public:
  explicit CapiValues(Input& input) : input_(input) {}

  Input& input() { return input_; }
  // Null: one pointer in sixteen.
  bool Null() { return input_.Octet() % 16 == 15; }

  // Block keeps octets for the length of a call.
  std::uint8_t* Block(const void* octets, std::size_t size) {
    blocks_.push_back(std::make_unique<std::uint8_t[]>(size));
    if (size > 0 && octets != nullptr) std::memcpy(blocks_.back().get(), octets, size);
    return blocks_.back().get();
  }
  const std::uint8_t* Octets(std::size_t& size) {
    const std::vector<std::uint8_t> octets = input_.Sized();
    size = octets.size();
    return Null() ? nullptr : Block(octets.data(), octets.size());
  }
  // Exactly: as many octets, null now and then.
  const std::uint8_t* Exactly(std::size_t size) {
    if (Null()) return nullptr;
    std::vector<std::uint8_t> octets(size, input_.Octet());
    return Block(octets.data(), size);
  }
  // Text is one of those known, maybe cut, or the fuzzer's own; null now and then.
  template <std::size_t n>
  const char* Text(const char* const (&known)[n]) {
    const std::uint8_t which = input_.Octet();
    if (which >= 0xF0) return nullptr;
    std::string text;
    if (which < 0x80) {
      text = known[which % n];
    } else if (which < 0xC0) {
      text = known[which % n];
      text.resize(std::min<std::size_t>(text.size(), input_.Octet()));
    } else {
      const std::vector<std::uint8_t> octets = input_.Sized();
      text.assign(octets.begin(), octets.end());
      text.resize(std::min(text.size(), text.find('\0')));
    }
    return reinterpret_cast<const char*>(Block(text.c_str(), text.size() + 1));
  }
  // Sized copies a struct that begins with its size into a block of the size that it then states:
  // mostly its own, or one of an older or a later release, or a hostile one.
  template <class Struct>
  Struct* Sized(Struct value) {
    if (Null()) return nullptr;
    const std::uint32_t stated = StatedSize(sizeof value);
    const std::size_t room = stated > 65536 ? sizeof stated : std::max<std::size_t>(stated, 4);
    std::vector<std::uint8_t> octets(room, 0);
    std::memcpy(octets.data(), &value, std::min(room, sizeof value));
    std::memcpy(octets.data(), &stated, sizeof stated);
    if (room > sizeof value && input_.Octet() % 4 == 3) octets.back() = 1;
    return reinterpret_cast<Struct*>(Block(octets.data(), room));
  }
  iscsi_ike_endpoint* Endpoint() {
    if (Null()) return nullptr;
    iscsi_ike_endpoint endpoint = EndpointValue();
    return reinterpret_cast<iscsi_ike_endpoint*>(Block(&endpoint, sizeof endpoint));
  }
  iscsi_ike_endpoint EndpointValue() {
    static constexpr const char* kKnown[] = {"192.0.2.1", "192.0.2.2", "2001:db8::1",
                                             "192.0.2.1:4500", "[2001:db8::2]:4500"};
    iscsi_ike_endpoint endpoint{};
    const std::uint8_t which = input_.Octet();
    if (which % 8 < 5) (void)iscsi_ike_endpoint_parse(kKnown[which % 8], &endpoint);
    if (which % 8 == 6) {
      const std::vector<std::uint8_t> octets = input_.Take(sizeof endpoint);
      if (!octets.empty()) std::memcpy(&endpoint, octets.data(), octets.size());
    }
    return endpoint;
  }

 private:
  std::uint32_t StatedSize(std::size_t real) {
    const auto size = static_cast<std::uint32_t>(real);
    const std::uint8_t which = input_.Octet();
    switch (which % 32) {
      case 24:
        return input_.Octet();
      case 25:
        return size - which / 32;
      case 26:
        return size + 8;
      case 27:
        return 65536;
      case 28:
        return 65537;
      case 29:
        return UINT32_MAX;
      case 30:
        return input_.Number(4);
      case 31:
        return 0;
      default:
        return size;
    }
  }

  Input& input_;
  std::deque<std::unique_ptr<std::uint8_t[]>> blocks_;
};

}  // namespace iscsi_ike::fuzz
