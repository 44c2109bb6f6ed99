// KeySource: where the pre-shared key comes from. A key on the command line can be read by every
// user of the machine (ps), so files and descriptors come first and --key is warned about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "ike/tool/exit_codes.hpp"

namespace iscsi_ike::ike::tool {

struct KeySource {
  std::string file;                        // --key-file, "-" for standard input
  std::string file_option = "--key-file";  // the option that named it
  std::string descriptor;                  // --key-fd
  std::optional<crypto::Secret> argument;  // --key, as typed
  std::optional<crypto::Secret> loaded;    // the key itself, when it has been read already
  std::string notation;                    // --key-notation
};

// TakeKeyArgument finds the value of --key in argv, moves it into a Secret and overwrites it there,
// so that it is gone from ps and from whatever copies argv next. Call it first. A --key without a
// value is left for the parser to complain about; of several the last counts. Error: what follows
// it begins with --, as an option does (--key=--text is a key); it is overwritten, too.
[[nodiscard]] Checked<std::optional<crypto::Secret>> TakeKeyArgument(int argc, char** argv);
// TakeLineArguments does the same with each --iscsicli-line, in their order.
[[nodiscard]] std::vector<crypto::Secret> TakeLineArguments(int argc, char** argv);

}  // namespace iscsi_ike::ike::tool
