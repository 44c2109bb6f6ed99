// The IKE fragment payload (type 132), [MS-IKEE] section 2.2.3.1: one slice of a whole ISAKMP
// message.
//
//                      1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !          Fragment ID          ! Fragm. number !     Flags   |L!
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// !                         Fragment data                         !
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <cstdint>

#include "ike/wire/parse_error.hpp"
#include "ike/wire/writer.hpp"

namespace iscsi_ike::ike {

struct FragmentView {
  std::uint16_t id = 0;
  std::uint8_t number = 0;  // from 1
  bool last = false;
  Octets data;
};

// ParseFragment reads a body. Number 0 and an empty slice are refused; other flag bits are not
// looked at.
[[nodiscard]] Wire<FragmentView> ParseFragment(Octets body);
void WriteFragment(Writer& writer, const FragmentView& fragment);

}  // namespace iscsi_ike::ike
