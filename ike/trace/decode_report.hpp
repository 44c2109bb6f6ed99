// What a decoder found, for people and for scripts.
//
// DecodeJson is one object on one line:
//   {"frame": 1, "time": "1700000000.000000" | null, "source": "192.0.2.1:500" | null,
//    "destination": ..., "kind": "isakmp" | "esp" | "keepalive", "marker": false, "size": octets,
//    "oddity": sentence (about its UDP header, where there is any to say), "message": null |
//    MESSAGE, "assembled": null | MESSAGE, "fields": [FIELD]}
//   MESSAGE: {"name": "MM1" | "", "sender": "initiator" | "responder" | null,
//             "protection": "clear" | "decrypted" | "sealed", "why": text (of a sealed one),
//             "repeats": frame | null, "size": octets, "fields": [FIELD],
//             "faults": [{"offset": octets, "text": sentence}]}
//   FIELD: {"name": text, "offset": octets, "size": octets, "number": value, "text": what it stands
//           for, "hex": octets, "fields": [FIELD]}, the last four only where there are any.
// "fields" beside "message" are those of ESP. "assembled" was made from fragments.
#pragma once

#include <chrono>
#include <string>

#include "ike/trace/decoder.hpp"

namespace iscsi_ike::ike {

[[nodiscard]] std::string DecodeJson(const CapturedDatagram& datagram,
                                     const DecodedDatagram& decoded);

// DecodeText is a block of lines without an empty one. `zero` is the time that counts as 0 s.
[[nodiscard]] std::string DecodeText(const CapturedDatagram& datagram,
                                     const DecodedDatagram& decoded,
                                     std::chrono::microseconds zero);

// Remarks: "frame 3 is an IP fragment, which is not decoded", and {"frame": 3, "remark": text};
// frame 0 is the file.
[[nodiscard]] std::string RemarkText(const CaptureRemark& remark);
[[nodiscard]] std::string RemarkJson(const CaptureRemark& remark);

}  // namespace iscsi_ike::ike
