// Joining the IKE fragments of a capture (payload 132, [MS-IKEE] section 3.3). For the sources of
// this folder only.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "ike/wire/fragment.hpp"
#include "ike/wire/header.hpp"

namespace iscsi_ike::ike {

// CapturedFragments is bounded by the size of the capture, and by 64 KiB for a message.
class CapturedFragments {
 public:
  // Key: both cookies, the sender and the fragment ID.
  using CookieOctets = decltype(Cookie::octets);
  using Key = std::tuple<CookieOctets, CookieOctets, std::string, std::uint16_t>;
  // Added: the whole message when this was the last that it lacked, and what is wrong.
  struct Added {
    std::vector<std::uint8_t> whole;
    std::string fault;
  };
  [[nodiscard]] Added Add(const Key& key, const FragmentView& fragment);

 private:
  struct Parts {
    std::map<std::uint8_t, std::vector<std::uint8_t>> slices;
    std::uint8_t last = 0;  // 0: not seen
    std::size_t size = 0;
  };
  // FaultOf: what is wrong with a fragment among those before; empty: nothing.
  static std::string FaultOf(const Parts& parts, const FragmentView& fragment,
                             std::uint8_t highest);

  std::map<Key, Parts> open_;
};

}  // namespace iscsi_ike::ike
