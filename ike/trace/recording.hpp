// Recording: a run of an engine as a file of lines, so that it can be run again to the same octets.
//
// JSON Lines (RFC 8259; one flat object a line), in the order in which things happened:
//   {"recording": "iscsi-ike", "version": 1, "tool": "iscsi-ike 0.1.0", "command": "connect",
//    "arguments": ["--flags=0x27"], "config": false, "key_given": true, "fingerprints":
//    ["76d4acc0"], "local": ["192.0.2.1:500"], "nat_port": 0, "begin": 81234567, "keys": [HEX],
//    "seed": HEX}
//   ...the settings of --config on the second line, when "config" is true
//   {"at": 0, "in": "connect", "peer": 0}
//   {"out": "datagram", "local": "192.0.2.1:500", "remote": "192.0.2.2:500", "octets": HEX}
//   {"at": 4, "in": "datagram", "local": ..., "remote": ..., "octets": HEX}
//   {"at": 9, "in": "dh", "ticket": 4294967297, "outcome": "ok"}
//   {"at": 504, "in": "timeout"}
//   {"out": "event", "text": "phase 1 established: ..."}
//   {"out": "end"}
// "at" is milliseconds since "begin", which is the engine's own time. The other inputs are
// "negotiate" ("session", and "local_ts" and "remote_ts" as "192.0.2.1/32 6 3260"), "close",
// "renew", "renew child", "close child" and "use" ("session", "child", "octets"). What went out
// stands below the input that brought it about; events below that after which the caller took them.
// Their texts are lines of printable ASCII.
//
// Whoever has the file knows the seed, so every exponent, and can try keys on it at leisure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "crypto/result.hpp"
#include "crypto/secret.hpp"
#include "ike/endpoint.hpp"
#include "ike/input.hpp"
#include "ike/time.hpp"

namespace iscsi_ike::ike {

inline constexpr std::uint32_t kRecordingVersion = 1;
// kMostRecordedLines behind the head: a line is short, and more in memory than in the file.
inline constexpr std::size_t kMostRecordedLines = std::size_t{1} << 21U;

// RecordingHead is all that stands before the first input. What the strings mean is for whoever
// made the settings from them.
struct RecordingHead {
  std::string tool;  // name and version of what recorded
  std::string command;
  std::vector<std::string> arguments;
  std::string config;                     // JSON on one line, keys left out; empty: none
  bool key_given = false;                 // the first key came from elsewhere than the config
  std::vector<std::string> fingerprints;  // of each key; empty: withheld
  std::vector<crypto::Secret> keys;       // as many, or none: not recorded
  std::vector<Endpoint> local;            // bound
  std::uint16_t nat_port = 0;
  Time begin{};
  crypto::Secret seed;  // crypto::kSeedSize octets
};

// RecordedConnect: `peer` is 0 for the first PeerConfig that was connected to, 1 for the next
// other.
struct RecordedConnect {
  std::size_t peer = 0;
};
// RecordedArrival: `local` is this end, `remote` where it came from.
struct RecordedArrival {
  Datagram datagram;
};
using RecordedCall =
    std::variant<RecordedConnect, NegotiateCalled, CloseCalled, RenewCalled, RenewChildCalled,
                 CloseChildCalled, UseReported, RecordedArrival, TimeoutHandled, DhFinished>;
struct RecordedInput {
  Time at{};  // on the engine's scale
  RecordedCall call;
};
struct RecordedEvent {
  std::string text;  // RecordedText
};
struct RecordedLine {
  std::size_t number = 0;  // of the file, from 1
  std::variant<RecordedInput, Datagram, RecordedEvent> what;
};

struct Recording {
  RecordingHead head;
  std::vector<RecordedLine> lines;
  bool complete = false;  // false: whoever recorded was killed; the last input may lack what it did
  std::size_t torn = 0;   // number of the last line, when it broke off and was left out
};

// ReadRecording reads a whole file. Errors are "line N: rule" and hold no value of the file. Only
// the last line may be torn, and then only where no newline ends it.
[[nodiscard]] Result<Recording, std::string> ReadRecording(crypto::Octets file);

}  // namespace iscsi_ike::ike
