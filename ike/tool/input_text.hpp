// InputText: files, descriptors and standard input, read into memory that is wiped.
#pragma once

#include <string>

#include "crypto/secret.hpp"
#include "ike/tool/exit_codes.hpp"

namespace iscsi_ike::ike::tool {

// ReadInput reads all of `path`, "-" being standard input, at most `limit` octets. Errors stand at
// `place`.
[[nodiscard]] Checked<crypto::Secret> ReadInput(const std::string& path, const std::string& place,
                                                std::size_t limit);
// ReadDescriptor reads an open descriptor to its end and leaves it open.
[[nodiscard]] Checked<crypto::Secret> ReadDescriptor(int descriptor, const std::string& place,
                                                     std::size_t limit);

// IsReadableByOthers: the file's mode lets group or others read it. False for what is no file.
[[nodiscard]] bool IsReadableByOthers(const std::string& path);

}  // namespace iscsi_ike::ike::tool
