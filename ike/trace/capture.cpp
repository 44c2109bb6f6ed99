#include "ike/trace/capture.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "ike/trace/link_frame.hpp"

namespace iscsi_ike::ike {
namespace {

using crypto::Octets;
using std::chrono::microseconds;

constexpr std::uint64_t kMicro = 1'000'000;

// Numbers reads fields of either byte order; 0 where there is no room.
struct Numbers {
  Octets octets;
  bool little = false;

  [[nodiscard]] std::uint32_t U32(std::size_t at) const { return Read(at, 4); }
  [[nodiscard]] std::uint16_t U16(std::size_t at) const {
    return static_cast<std::uint16_t>(Read(at, 2));
  }

 private:
  [[nodiscard]] std::uint32_t Read(std::size_t at, std::size_t size) const {
    if (at > octets.size() || octets.size() - at < size) return 0;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size; ++i) {
      number = number << 8U | octets[at + (little ? size - 1 - i : i)];
    }
    return number;
  }
};

// Scaled is `ticks` of 1/`resolution` s as microseconds; nullopt past what they hold.
std::optional<microseconds> Scaled(std::uint64_t ticks, std::uint64_t resolution) {
  const std::uint64_t seconds = ticks / resolution;
  const std::uint64_t rest = ticks % resolution;
  if (seconds > std::numeric_limits<std::int64_t>::max() / kMicro - 1) return std::nullopt;
  const std::uint64_t fraction =
      resolution >= kMicro ? rest / (resolution / kMicro) : rest * (kMicro / resolution);
  return microseconds(static_cast<std::int64_t>(seconds * kMicro + std::min(fraction, kMicro - 1)));
}

// FrameList takes frames in their order.
class FrameList {
 public:
  void Take(std::uint32_t link_type, Octets frame, std::optional<microseconds> time) {
    ++capture_.frames;
    FrameContent content = ReadFrame(link_type, frame);
    if (auto* why = std::get_if<std::string>(&content)) {
      if (!why->empty()) capture_.remarks.push_back({capture_.frames, std::move(*why)});
      return;
    }
    CapturedDatagram datagram = std::get<CapturedDatagram>(std::move(content));
    datagram.frame = capture_.frames;
    datagram.time = time;
    capture_.datagrams.push_back(std::move(datagram));
  }
  void RemarkNext(std::string text) {
    capture_.remarks.push_back({++capture_.frames, std::move(text)});
  }
  void RemarkFile(std::string text) { capture_.remarks.push_back({0, std::move(text)}); }
  [[nodiscard]] Capture Finish() && { return std::move(capture_); }

 private:
  Capture capture_;
};

Capture ReadPcap(Octets file, bool little, std::uint64_t resolution) {
  constexpr std::size_t kFileHeader = 24;
  constexpr std::size_t kRecordHeader = 16;
  FrameList frames;
  if (file.size() < kFileHeader) {
    frames.RemarkFile("the file ends within its header");
    return std::move(frames).Finish();
  }
  const std::uint32_t link = Numbers{file, little}.U32(20) & 0xffffU;  // above: FCS length
  for (Octets rest = file.subspan(kFileHeader); !rest.empty();) {
    const Numbers record{rest, little};
    const std::size_t size = record.U32(8);
    if (rest.size() < kRecordHeader || rest.size() - kRecordHeader < size) {
      frames.RemarkFile("the file ends within a frame");
      break;
    }
    const std::uint64_t ticks = record.U32(0) * resolution + record.U32(4);
    frames.Take(link, rest.subspan(kRecordHeader, size), Scaled(ticks, resolution));
    rest = rest.subspan(kRecordHeader + size);
  }
  return std::move(frames).Finish();
}

// PcapngReader walks blocks: type, total length, body, total length again, sizes in octets
// (draft-ietf-opsawg-pcapng section 3.1).
class PcapngReader {
 public:
  static constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;

  Capture Read(Octets file) {
    for (Octets rest = file; !rest.empty();) {
      if (Numbers{rest, false}.U32(0) == kSectionHeader && !BeginSection(rest)) break;
      const std::size_t total = Numbers{rest, little_}.U32(4);
      if (total < kFrame || total % 4 != 0 || total > rest.size()) {
        frames_.RemarkFile(total > rest.size() ? "the file ends within a block"
                                               : "a block has a length that no block can have");
        break;
      }
      TakeBlock(Numbers{rest, little_}.U32(0), rest.subspan(8, total - kFrame));
      rest = rest.subspan(total);
    }
    return std::move(frames_).Finish();
  }

 private:
  static constexpr std::size_t kFrame = 12;  // type and both lengths

  struct Interface {
    std::uint32_t link_type = 0;
    std::uint32_t longest = 0;  // 0: no limit
    std::uint64_t resolution = kMicro;
    std::int64_t offset = 0;  // seconds
  };

  bool BeginSection(Octets block) {
    constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
    interfaces_.clear();
    little_ = Numbers{block, true}.U32(8) == kByteOrderMagic;
    if (little_ || Numbers{block, false}.U32(8) == kByteOrderMagic) return true;
    frames_.RemarkFile("a section has no byte-order magic");
    return false;
  }

  void TakeBlock(std::uint32_t type, Octets body) {
    switch (type) {
      case 1:
        return TakeInterface(body);
      case 2:  // obsolete packet block
        return TakePacket(body, Numbers{body, little_}.U16(0), 20);
      case 3:
        return TakeSimplePacket(body);
      case 6:
        return TakePacket(body, Numbers{body, little_}.U32(0), 20);
      default:
        return;
    }
  }

  void TakeInterface(Octets body) {
    const Numbers numbers{body, little_};
    Interface interface;
    interface.link_type = numbers.U16(0);
    interface.longest = numbers.U32(4);
    constexpr std::uint16_t kResolution = 9;
    constexpr std::uint16_t kOffset = 14;
    for (std::size_t at = 8; at + 4 <= body.size();) {
      const std::uint16_t code = numbers.U16(at);
      const std::size_t size = numbers.U16(at + 2);
      if (code == 0 || body.size() - at - 4 < size) break;
      if (code == kResolution && size == 1) interface.resolution = Resolution(body[at + 4]);
      if (code == kOffset && size == 8) {
        const std::uint32_t low = numbers.U32(little_ ? at + 4 : at + 8);
        const std::uint32_t high = numbers.U32(little_ ? at + 8 : at + 4);
        interface.offset = static_cast<std::int64_t>(std::uint64_t{high} << 32U | low);
      }
      at += 4 + (size + 3) / 4 * 4;
    }
    interfaces_.push_back(interface);
  }

  // if_tsresol: a negative power of 10, or of 2 with the top bit set.
  static std::uint64_t Resolution(std::uint8_t code) {
    const unsigned power = code & 0x7fU;
    if ((code & 0x80U) != 0) return std::uint64_t{1} << std::min(power, 63U);
    std::uint64_t resolution = 1;
    for (unsigned i = 0; i < std::min(power, 18U); ++i) resolution *= 10;
    return resolution;
  }

  void TakePacket(Octets body, std::size_t interface, std::size_t fixed) {
    const Numbers numbers{body, little_};
    const std::size_t size = numbers.U32(12);
    if (interface >= interfaces_.size()) {
      return frames_.RemarkNext("is of an interface that the file does not describe");
    }
    if (body.size() < fixed || body.size() - fixed < size) {
      return frames_.RemarkNext("is longer than its block");
    }
    const std::uint64_t ticks = std::uint64_t{numbers.U32(4)} << 32U | numbers.U32(8);
    frames_.Take(interfaces_[interface].link_type, body.subspan(fixed, size),
                 TimeOf(ticks, interfaces_[interface]));
  }

  void TakeSimplePacket(Octets body) {
    if (interfaces_.empty()) {
      return frames_.RemarkNext("is of an interface that the file does not describe");
    }
    const Interface& interface = interfaces_.front();
    std::size_t size = Numbers{body, little_}.U32(0);
    if (interface.longest != 0) size = std::min<std::size_t>(size, interface.longest);
    if (body.size() < 4 || body.size() - 4 < size) {
      return frames_.RemarkNext("is longer than its block");
    }
    frames_.Take(interface.link_type, body.subspan(4, size), std::nullopt);
  }

  static std::optional<microseconds> TimeOf(std::uint64_t ticks, const Interface& interface) {
    const auto time = Scaled(ticks, interface.resolution);
    constexpr std::int64_t kFarOffset = 1'000'000'000'000;  // seconds
    if (!time || interface.offset > kFarOffset || interface.offset < -kFarOffset) return time;
    if (time->count() > std::numeric_limits<std::int64_t>::max() / 2) return time;
    return *time + std::chrono::seconds(interface.offset);
  }

  FrameList frames_;
  std::vector<Interface> interfaces_;
  bool little_ = false;
};

}  // namespace

Result<Capture, std::string> ReadCapture(Octets file) {
  constexpr std::uint64_t kNano = 1'000'000'000;
  const std::uint32_t magic = Numbers{file, false}.U32(0);
  if (magic == PcapngReader::kSectionHeader) return PcapngReader().Read(file);
  if (magic == 0xa1b2c3d4) return ReadPcap(file, false, kMicro);
  if (magic == 0xa1b23c4d) return ReadPcap(file, false, kNano);
  if (magic == 0xd4c3b2a1) return ReadPcap(file, true, kMicro);
  if (magic == 0x4d3cb2a1) return ReadPcap(file, true, kNano);
  if (Numbers{file, false}.U16(0) == 0x1f8b) {
    return Failure<std::string>("is compressed with gzip: unpack it first (gunzip)");
  }
  return ReadHexText(file);
}

}  // namespace iscsi_ike::ike
