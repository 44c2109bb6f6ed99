// An IPv4 or IPv6 address as a value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace iscsi_ike::policy {

class IpAddress {
 public:
  constexpr IpAddress() = default;  // 0.0.0.0
  static IpAddress V4(const std::array<std::uint8_t, 4>& octets);
  static IpAddress V6(const std::array<std::uint8_t, 16>& octets);
  // FromOctets takes 4 or 16 octets in network order; nullopt for any other length.
  static std::optional<IpAddress> FromOctets(crypto::Octets octets);
  // Parse takes "192.0.2.1" or "2001:db8::1", nothing around it.
  static std::optional<IpAddress> Parse(std::string_view text);

  [[nodiscard]] bool is_v6() const { return v6_; }
  [[nodiscard]] bool IsUnspecified() const;  // 0.0.0.0 or ::
  [[nodiscard]] crypto::Octets octets() const { return {octets_.data(), v6_ ? 16U : 4U}; }
  [[nodiscard]] unsigned bits() const { return v6_ ? 128 : 32; }
  [[nodiscard]] std::string ToString() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  // clang-tidy takes the 0 that the compiler compares with for a pointer.
  friend auto operator<=>(const IpAddress&,
                          const IpAddress&) = default;  // NOLINT(modernize-use-nullptr)

 private:
  std::array<std::uint8_t, 16> octets_{};
  bool v6_ = false;
};

}  // namespace iscsi_ike::policy
