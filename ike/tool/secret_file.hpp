// SecretFile: a file that only its owner can read, made so before the first octet is in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/result.hpp"
#include "crypto/secret.hpp"

namespace iscsi_ike::ike::tool {

enum class SecretFileFault : std::uint8_t {
  kOpen,        // the path cannot be opened for writing
  kExists,      // it is there already, and may not be (ExistingFile::kRefuse)
  kSymlink,     // the last part of the path is a symbolic link
  kNotRegular,  // a directory, device, pipe or socket
  kNotAlone,    // the file has another owner or further hard links
  kMode,        // the mode cannot be set to 0600
  kWrite,       // an earlier write or the last flush failed
};

enum class ExistingFile : std::uint8_t { kReplace, kRefuse };

struct SecretFileError {
  SecretFileFault fault = SecretFileFault::kOpen;
  std::string path;
  int os_error = 0;  // errno, 0 when the rule is our own
  [[nodiscard]] std::string Text()
      const;  // "keys.log: is a symbolic link; key files are never written through one"
};

// SecretFile owns a descriptor. Move-only. Writes are not buffered: a line is in the file when
// Write returns.
class SecretFile {
 public:
  // Create opens (never through a symbolic link), sets mode 0600 and then empties the file.
  static Result<SecretFile, SecretFileError> Create(std::string path,
                                                    ExistingFile existing = ExistingFile::kReplace);
  SecretFile(SecretFile&& other) noexcept;
  SecretFile& operator=(SecretFile&& other) noexcept;
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  ~SecretFile();

  // Write appends. The first failure is remembered for Close; later writes do nothing.
  bool Write(std::string_view text);
  bool Write(crypto::Octets octets);
  // Close flushes to the system and reports the first failure. The destructor closes silently.
  Status<SecretFileError> Close();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  SecretFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_ = -1;
  int first_error_ = 0;
};

}  // namespace iscsi_ike::ike::tool
