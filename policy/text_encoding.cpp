#include "policy/text_encoding.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "policy/text.hpp"

namespace iscsi_ike::policy {
namespace {

enum class Encoding : std::uint8_t { kUtf8, kUtf16Le, kUtf16Be, kUtf32 };

struct Mark {
  Encoding encoding;
  std::size_t size;  // octets of the byte order mark
};

Mark Detect(crypto::Octets octets) {
  const auto starts = [&](std::initializer_list<int> mark) {
    return octets.size() >= mark.size() && std::equal(mark.begin(), mark.end(), octets.begin());
  };
  if (starts({0xEF, 0xBB, 0xBF})) return {Encoding::kUtf8, 3};
  if (starts({0xFF, 0xFE, 0, 0}) || starts({0, 0, 0xFE, 0xFF})) return {Encoding::kUtf32, 4};
  if (starts({0xFF, 0xFE})) return {Encoding::kUtf16Le, 2};
  if (starts({0xFE, 0xFF})) return {Encoding::kUtf16Be, 2};
  if (octets.size() >= 2 && octets[0] == 0 && octets[1] != 0) return {Encoding::kUtf16Be, 0};
  if (octets.size() >= 2 && octets[0] != 0 && octets[1] == 0) return {Encoding::kUtf16Le, 0};
  return {Encoding::kUtf8, 0};
}

Failure<Error> RejectAt(std::string_view place, std::size_t octet, std::string_view rule) {
  return Reject(std::string(place), "octet " + std::to_string(octet) + ": " + std::string(rule));
}

// Writer puts code points as UTF-8 into a Secret that is long enough.
class Utf8Writer {
 public:
  explicit Utf8Writer(std::size_t capacity) : text_(capacity) {}

  void Put(std::uint32_t point) {
    if (point < 0x80) return PutOctet(point);
    if (point < 0x800) {
      PutOctet(0xC0 | point >> 6);
    } else if (point < 0x10000) {
      PutOctet(0xE0 | point >> 12);
      PutOctet(0x80 | (point >> 6 & 0x3F));
    } else {
      PutOctet(0xF0 | point >> 18);
      PutOctet(0x80 | (point >> 12 & 0x3F));
      PutOctet(0x80 | (point >> 6 & 0x3F));
    }
    PutOctet(0x80 | (point & 0x3F));
  }
  crypto::Secret Take() {
    text_.Shrink(size_);
    return std::move(text_);
  }

 private:
  void PutOctet(std::uint32_t octet) {
    text_.ExposeMutable()[size_++] = static_cast<std::uint8_t>(octet);
  }
  crypto::Secret text_;
  std::size_t size_ = 0;
};

bool IsHighSurrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

Parsed<crypto::Secret> FromUtf16(crypto::Octets octets, Mark mark, std::string_view place) {
  if (octets.size() % 2 != 0) {
    return RejectAt(place, octets.size() - 1, "half a unit of UTF-16 at the end");
  }
  const std::size_t high = mark.encoding == Encoding::kUtf16Be ? 0 : 1;
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    if (at >= octets.size()) return 0;
    return static_cast<std::uint32_t>(octets[at + high] << 8 | octets[at + 1 - high]);
  };
  Utf8Writer writer((octets.size() - mark.size) / 2 * 3);
  for (std::size_t at = mark.size; at < octets.size(); at += 2) {
    std::uint32_t point = unit(at);
    if (point == 0) return RejectAt(place, at, "U+0000 is in the text");
    if (IsLowSurrogate(point)) return RejectAt(place, at, "a lone surrogate in UTF-16");
    if (IsHighSurrogate(point)) {
      const std::uint32_t low = unit(at + 2);
      if (!IsLowSurrogate(low)) return RejectAt(place, at, "a lone surrogate in UTF-16");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      at += 2;
    }
    writer.Put(point);
  }
  return writer.Take();
}

Parsed<crypto::Secret> FromUtf8(crypto::Octets octets, std::string_view place) {
  const auto zero = std::find(octets.begin(), octets.end(), 0);
  if (zero != octets.end()) {
    return RejectAt(place, static_cast<std::size_t>(zero - octets.begin()),
                    "U+0000 is in the text");
  }
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  const std::size_t good = ValidUtf8(text);
  if (good != text.size()) return RejectAt(place, good, "malformed UTF-8");
  return crypto::Secret::CopyOf(octets);
}

}  // namespace

// cppcheck-suppress passedByValue // it ends here, wiped
Parsed<crypto::Secret> DecodeText(crypto::Secret octets, std::string_view place) {
  if (octets.size() > kLargestText) {
    return Reject(std::string(place),
                  "has " + std::to_string(octets.size()) + " octets; 16 MiB is the most");
  }
  const Mark mark = Detect(octets.Expose());
  switch (mark.encoding) {
    case Encoding::kUtf8:
      return FromUtf8(octets.Expose().subspan(mark.size), place);
    case Encoding::kUtf32:
      return Reject(std::string(place), "is UTF-32; write UTF-8 or UTF-16");
    case Encoding::kUtf16Le:
    case Encoding::kUtf16Be:
      break;
  }
  return FromUtf16(octets.Expose(), mark, place);
}

}  // namespace iscsi_ike::policy
