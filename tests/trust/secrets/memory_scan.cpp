#include "tests/trust/secrets/memory_scan.hpp"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>

namespace iscsi_ike::trust {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::size_t kWindow = 16;
constexpr std::size_t kHead = 8;
constexpr std::size_t kChunk = std::size_t{1} << 20;

std::uint64_t HeadOf(const std::uint8_t* octets) {
  std::uint64_t head = 0;
  std::memcpy(&head, octets, kHead);
  return head;
}

std::size_t SlotOf(std::uint64_t head) { return (head * 0x9e3779b97f4a7c15U) >> 40U; }

Bytes Turned(const Bytes& octets, std::size_t word) {
  Bytes turned(octets.begin(), octets.end() - static_cast<std::ptrdiff_t>(octets.size() % word));
  for (std::size_t i = 0; i < turned.size(); i += word)
    std::reverse(turned.begin() + static_cast<std::ptrdiff_t>(i),
                 turned.begin() + static_cast<std::ptrdiff_t>(i + word));
  return turned;
}

Bytes Padded(const Bytes& octets, std::uint8_t pad) {
  Bytes padded = octets;
  for (std::uint8_t& octet : padded) octet ^= pad;
  return padded;
}

Bytes HexOf(const Bytes& octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  Bytes text;
  for (const std::uint8_t octet : octets) {
    text.push_back(static_cast<std::uint8_t>(kDigits[octet >> 4U]));
    text.push_back(static_cast<std::uint8_t>(kDigits[octet & 15U]));
  }
  return text;
}

// IsDull: what stands everywhere, such as zeros, proves nothing.
bool IsDull(crypto::Octets window) {
  return std::all_of(window.begin(), window.end(), [&](auto o) { return o == window.front(); });
}

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  // Read gives what is there, to the first octet that cannot be read.
  [[nodiscard]] std::size_t Read(std::uint64_t at, Bytes& into) const {
    std::size_t size = 0;
    while (size < into.size()) {
      const ssize_t got =
          ::pread(fd_, into.data() + size, into.size() - size, static_cast<off_t>(at + size));
      if (got <= 0) break;
      size += static_cast<std::size_t>(got);
    }
    return size;
  }

 private:
  int fd_;
};

// Each calls `use(octets, address)` with overlapping chunks, so that no window is cut.
std::uint64_t Each(const File& file, std::uint64_t from, std::uint64_t to,
                   const std::function<void(crypto::Octets, std::uint64_t)>& use) {
  std::uint64_t read = 0;
  Bytes chunk;
  for (std::uint64_t at = from; at < to;) {
    chunk.resize(std::min<std::uint64_t>(to - at, kChunk + 2 * kWindow));
    const std::size_t size = file.Read(at, chunk);
    if (size == 0) break;
    use({chunk.data(), size}, at);
    const std::size_t step = std::min<std::size_t>(size, kChunk);
    read += step;
    at += step;
  }
  return read;
}

template <class T>
T ReadAs(const File& file, std::uint64_t at) {
  Bytes octets(sizeof(T));
  T value{};
  if (file.Read(at, octets) == octets.size()) std::memcpy(&value, octets.data(), sizeof(T));
  return value;
}

// FirstSegment is where memory begins in a core dump (elf(5)).
std::uint64_t FirstSegment(const File& file) {
  const auto header = ReadAs<Elf64_Ehdr>(file, 0);
  std::uint64_t first = UINT64_MAX;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = ReadAs<Elf64_Phdr>(file, header.e_phoff + i * header.e_phentsize);
    if (segment.p_type == PT_LOAD) first = std::min<std::uint64_t>(first, segment.p_offset);
  }
  return first;
}

}  // namespace

void MemoryScan::Add(const std::string& name, crypto::Octets secret) {
  const Bytes octets(secret.begin(), secret.end());
  AddWindows(name, octets);
  AddWindows(name + " backwards", Bytes(octets.rbegin(), octets.rend()));
  AddWindows(name + " by words of 4", Turned(octets, 4));
  AddWindows(name + " by words of 8", Turned(octets, 8));
  for (const std::uint8_t pad : {std::uint8_t{0x36}, std::uint8_t{0x5c}}) {
    AddWindows(name + " under a pad of HMAC", Padded(octets, pad));
    AddWindows(name + " under a pad of HMAC, by words of 4", Turned(Padded(octets, pad), 4));
    AddWindows(name + " under a pad of HMAC, by words of 8", Turned(Padded(octets, pad), 8));
  }
  AddWindows(name + " in hexadecimal", HexOf(octets));
}

void MemoryScan::AddPlain(const std::string& name, crypto::Octets octets) {
  AddWindows(name, Bytes(octets.begin(), octets.end()));
}

void MemoryScan::AddWindows(const std::string& name, const Bytes& octets) {
  const std::size_t window = std::min(kWindow, octets.size());
  if (window < kHead) return;
  for (std::size_t at = 0; at + window <= octets.size(); at += kHead) {
    const auto from = octets.begin() + static_cast<std::ptrdiff_t>(at);
    Bytes pattern(from, from + static_cast<std::ptrdiff_t>(window));
    if (IsDull(pattern)) continue;
    const std::uint64_t head = HeadOf(pattern.data());
    heads_[SlotOf(head)] = true;
    by_head_.emplace(head, patterns_.size());
    patterns_.push_back({name, std::move(pattern)});
  }
}

void MemoryScan::Search(crypto::Octets memory, std::uint64_t base, const std::string& mapping,
                        std::vector<Found>& found) const {
  for (std::size_t i = 0; i + kHead <= memory.size(); ++i) {
    const std::uint64_t head = HeadOf(&memory[i]);
    if (!heads_[SlotOf(head)]) continue;
    const auto [from, to] = by_head_.equal_range(head);
    for (auto it = from; it != to; ++it) {
      const Pattern& pattern = patterns_[it->second];
      if (i + pattern.octets.size() <= memory.size() &&
          std::equal(pattern.octets.begin(), pattern.octets.end(), &memory[i]))
        found.push_back({pattern.name, mapping, base + i});
    }
  }
}

bool MemoryScan::Scan(pid_t process, std::vector<Found>& found, std::uint64_t& scanned) const {
  const std::string folder = "/proc/" + std::to_string(process);
  const File memory(folder + "/mem");
  std::ifstream maps(folder + "/maps");
  const std::uint64_t before = scanned;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    char dash = 0;
    std::string rights, offset, device, inode, name;
    words >> std::hex >> from >> dash >> to >> rights >> offset >> device >> inode >> name;
    if (rights.empty() || rights.front() != 'r') continue;
    if (name.empty()) name = "anonymous";
    scanned += Each(memory, from, to, [&](crypto::Octets octets, std::uint64_t at) {
      Search(octets, at, name, found);
    });
  }
  return scanned > before;
}

bool MemoryScan::ScanCore(const std::string& path, std::vector<Found>& found,
                          std::uint64_t& scanned) const {
  const File file(path);
  const std::uint64_t before = scanned;
  scanned +=
      Each(file, FirstSegment(file), UINT64_MAX,
           [&](crypto::Octets octets, std::uint64_t at) { Search(octets, at, path, found); });
  return scanned > before;
}

}  // namespace iscsi_ike::trust
