// Numbers of the wire as "0x..." of full length. For the sources of this folder only.
#pragma once

#include <cstdint>
#include <string>

#include "ike/wire/types.hpp"

namespace iscsi_ike::ike {

[[nodiscard]] std::string HexNumber(std::uint32_t number);  // "0x0123abcd"
[[nodiscard]] inline std::string HexNumber(Spi spi) { return HexNumber(ToNumber(spi)); }
[[nodiscard]] inline std::string HexNumber(MessageId id) { return HexNumber(ToNumber(id)); }
[[nodiscard]] std::string HexNumber(const Cookie& cookie);

}  // namespace iscsi_ike::ike
