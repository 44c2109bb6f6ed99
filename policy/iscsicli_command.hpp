// IscsicliCommand: one command of iscsicli with its arguments, and how a call of it is read. Only
// for iscsicli.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "policy/iscsicli.hpp"
#include "policy/iscsicli_values.hpp"

namespace iscsi_ike::policy {

// IscsicliArgument is one argument of a command, as the usage text calls it.
struct IscsicliArgument {
  std::string_view name;
  IscsicliReaderOf read;
};

// IscsicliCommand is one command: its arguments, of which the first `least` must be there.
struct IscsicliCommand {
  using Add = Status<Error> (IscsicliReader::*)(IscsicliValues&, const std::string&);
  std::string_view name;
  std::span<const IscsicliArgument> arguments;
  std::size_t least;
  std::span<const IscsicliArgument> repeated;  // behind them, <Mapping Count> times
  Add add;

  static const IscsicliCommand* Find(std::string_view name);
  [[nodiscard]] Status<Error> CheckCount(std::size_t given, const std::string& place) const;
  [[nodiscard]] Status<Error> Read(std::span<const std::string_view> given,
                                   const std::string& place, IscsicliValues& values) const;
};

// SaysNothing: a command of iscsicli without a word about IPsec.
[[nodiscard]] bool SaysNothing(std::string_view name);

}  // namespace iscsi_ike::policy
