"""The ESP of harness/esp.py by itself, before it judges anybody: published packets, every bit flipped, and
tshark as a third opinion."""

import os
import subprocess

from harness import tunnel
from harness.case import Result, show

NEEDS = ("python:cryptography", "tshark")
PEERS = ()

# As harness/esp.py knows them, and as Wireshark's table esp_sa calls them; octets of both keys.
_SUITES = {
    "aes128-sha1": ("AES-CBC [RFC3602]", "HMAC-SHA-1-96 [RFC2404]", 16, 20),
    "aes256-sha256": ("AES-CBC [RFC3602]", "HMAC-SHA-256-128 [RFC4868]", 32, 32),
    "aes192-sha384": ("AES-CBC [RFC3602]", "HMAC-SHA-384-192 [RFC4868]", 24, 48),
    "aes128-sha512": ("AES-CBC [RFC3602]", "HMAC-SHA-512-256 [RFC4868]", 16, 64),
    "3des-sha1": ("TripleDES-CBC [RFC2451]", "HMAC-SHA-1-96 [RFC2404]", 24, 20),
    "null-sha1": ("NULL", "HMAC-SHA-1-96 [RFC2404]", 0, 20),
    "aes128gcm16": ("AES-GCM with 16 octet ICV [RFC4106]", "NULL", 20, 0),
    "aes256gcm16": ("AES-GCM with 16 octet ICV [RFC4106]", "NULL", 36, 0),
}


def run(_network, _peer_class, options, folder):
    results = []
    for name, check in _checks(folder):
        if options.only in name:
            complaints = check()
            results.append(Result("codec", "none", name, "agreed", "fail" if complaints else "pass",
                                  "; ".join(complaints)))
            show(results[-1])
    return results


def _checks(folder):
    yield "codec: RFC 3602, packet of case 5", _rfc3602
    yield "codec: RFC 4868, HMAC-SHA-256-128", _rfc4868
    yield "codec: GCM with salt (RFC 4106)", _rfc4106
    for suite in _SUITES:
        yield f"codec: {suite} refuses every flipped bit", lambda suite=suite: _flipped(suite)
        yield f"codec: {suite} read by tshark", lambda suite=suite: _by_tshark(suite, folder)


def _wrong(what, got, wanted):
    return [] if got == wanted else [f"{what} is {got.hex()}, not {wanted.hex()}"]


def _rfc3602():
    """A ping from 192.168.123.3 in transport mode, without integrity."""
    from harness import esp
    cipher = esp.Cbc(esp.algorithms.AES(bytes.fromhex("90d382b410eeba7ad938c46cec1a82bf")))
    iv = bytes.fromhex("e96e8c08ab465763fd098d45dd3ff893")
    ping = bytes.fromhex("08000ebda70a00008e9c083db95b0700") + bytes(range(8, 0x38))
    clear = ping + bytes(range(1, 15)) + bytes((14, 1))
    secret = bytes.fromhex(
        "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
        "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a"
        "a269add047ad2d5913ac19b7cfbad4a6")
    return (_wrong("the encrypted packet", cipher.encrypt(iv, clear), secret) +
            _wrong("the clear packet", cipher.decrypt(iv, secret), clear))


def _rfc4868():
    """Test case AUTH256-1: 32 octets of 0x0b over "Hi There"."""
    from harness import esp
    made = esp.Separate(esp.Null(b""), "sha256", b"\x0b" * 32)
    wanted = bytes.fromhex("198a607eb44bfbc69903a0f1cf2bbdc5")
    return _wrong("the ICV", made.seal(b"Hi There", b"", b""), wanted)


def _rfc4106():
    """A DNS query as tunnelled by draft-mcgrew-gcm-test; its header has the extended sequence number."""
    from harness import esp
    made = esp.Gcm(bytes.fromhex("4c80cdefbb5d10da906ac73c3613a6342e443b68"))
    header, iv = bytes.fromhex("000043218765432100000000"), bytes.fromhex("4956ed7e3b244cfe")
    clear = bytes.fromhex(
        "45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
        "00000000045f736970045f756470037369700963796265726369747902646b00"
        "0021000101020201")
    sealed = bytes.fromhex(
        "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
        "cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
        "61bc17d768fd9732459018148f6cbe722fd04796562dfdb4")
    return (_wrong("the sealed packet", made.seal(header, iv, clear), sealed) +
            _wrong("the clear packet", made.open(header, iv, sealed), clear))


def _pair(suite):
    """Both ends of an SA with keys of 0, 1, 2, .."""
    from harness import esp
    _, _, first, second = _SUITES[suite]
    how = esp.transform(suite, bytes(range(first)), bytes(range(second)))
    return esp.OneWay(0x12345678, how), esp.OneWay(0x12345678, how)


def _flipped(suite):
    from harness.esp import EspError
    sender, receiver = _pair(suite)
    complaints = []
    for size in range(40):
        payload = bytes(range(size))
        packet = sender.seal(payload)
        if receiver.open(packet) != (size + 1, 4, payload):
            complaints.append(f"{size} octets do not come back")
    for bit in range(8 * len(packet)):
        changed = bytearray(packet)
        changed[bit // 8] ^= 1 << bit % 8
        complaints += _taken(receiver, bytes(changed), f"bit {bit} flipped", EspError)
    for size in range(len(packet)):
        complaints += _taken(receiver, packet[:size], f"cut to {size} octets", EspError)
    return complaints[:3]


def _taken(receiver, packet, what, refusal):
    try:
        receiver.open(packet)
    except refusal:
        return []
    return [f"taken although {what}"]


def _by_tshark(suite, folder):
    sender, _ = _pair(suite)
    echo = tunnel.ipv4("10.91.0.1", "10.92.0.1", 1, tunnel.icmp_echo(8, 7, b"0123456789"))
    path = os.path.join(folder, f"{suite}.pcap")
    tunnel.write_capture(path, [tunnel.ipv4("10.9.0.1", "10.9.0.2", 50, sender.seal(echo))
                                for _ in range(2)])
    cipher, integrity, first, second = _SUITES[suite]
    keys = [f"0x{bytes(range(n)).hex()}" if n else "" for n in (first, second)]
    line = f'"IPv4","*","*","0x12345678","{cipher}","{keys[0]}","{integrity}","{keys[1]}"'
    return read_by_tshark(path, [line], [("8", "7", "10.91.0.1")] * 2)


def read_by_tshark(path, esp_sa, wanted):
    """Complaints when tshark, with lines of its table esp_sa, does not find the ICMP messages (type,
    sequence number, source) that are wanted."""
    command = ["tshark", "-r", path, "-d", "udp.port==4500,udpencap",
               "-o", "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE"]
    for line in esp_sa:
        command += ["-o", f"uat:esp_sa:{line}"]
    command += ["-T", "fields", "-E", "occurrence=l"]
    for field in ("icmp.type", "icmp.seq", "ip.src", "esp.icv_good"):
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return ["tshark: " + done.stderr.strip()]
    seen = [tuple(line.split("\t")) for line in done.stdout.splitlines()]
    complaints = [f"tshark sees {row}" for row in seen if row[3] not in ("1", "True")]
    if [row[:3] for row in seen] != wanted:
        complaints.append(f"tshark reads {[row[:3] for row in seen]}, not {wanted}")
    return complaints
