"""tshark decrypts our captures with our key logs and finds the payloads that belong there."""

import os

from harness import tshark
from harness.case import Case, Result, run_case, show
from harness.settings import Settings
from harness.tool import Tool

NEEDS = ("tshark",)
PEERS = None


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    results = []
    with peer_class(network, folder, options.shim) as peer:
        for settings in _DECODED:
            name = (f"decode: {settings.exchange}, {'PFS' if settings.pfs else 'no PFS'}, "
                    f"{settings.encapsulation}, {settings.our_id}, {settings.ike}")
            if options.only not in name:
                continue
            result, run = _run_without_repetition(Case(name, settings), peer, tool)
            if result.result == "pass":
                complaints = _judge_capture(settings, run)
                result = Result(peer.name, settings.role, name, "decrypted by tshark",
                                "fail" if complaints else "pass", "; ".join(complaints))
            results.append(result)
            show(result)
        for esp in _ESP_TABLE:
            if options.only not in f"decode: esp_sa of {esp}":
                continue
            results.append(_esp_table(esp, peer, tool))
            show(results[-1])
    return results


_DECODED = [
    Settings(role=role, exchange=exchange, pfs=pfs, ike=ike, family=family, our_id=our_id,
             their_id=their_id)
    for role, exchange, pfs, ike, family, our_id, their_id in (
        ("initiator", "main", False, "aes128-sha256-modp2048", 4, "ipv4:10.9.0.1", "ipv4:10.9.0.2"),
        ("initiator", "aggressive", True, "aes256-sha1-modp2048", 4, "fqdn:hba.example",
         "fqdn:array.example"),
        ("responder", "main", True, "3des-sha1-modp1536", 4, "user_fqdn:hba@example.com",
         "user_fqdn:array@example.com"),
        ("responder", "aggressive", False, "aes192-sha384-ecp384", 6, "ipv6:fd00:9::1",
         "ipv6:fd00:9::2"),
    )
]

# Every way in which the key log names a cipher and an authentication.
_ESP_TABLE = ("aes128-sha1", "aes256-sha256", "aes128-sha384", "aes128-sha512", "aes128-aesxcbc",
              "3des-sha1", "null-sha256", "aes128ctr-sha1", "aes128gcm8", "aes128gcm12",
              "aes256gcm16", "aes128-sha1-esn", "aes128-sha256-esn", "aes128-sha512-esn")


def _run_without_repetition(case, peer, tool):
    """A busy peer may take a message late, so that we repeat ours; another try is as good."""
    for _ in range(5):
        result, run = run_case(case, peer, tool)
        if result.result != "pass" or not tshark.has_repetition(run.file("capture.pcapng")):
            break
    return result, run


def _judge_capture(settings, run):
    with open(run.file("isakmp.keys")) as log:
        seen = tshark.messages(run.file("capture.pcapng"), log.read())
    complaints = []
    if any(m.malformed for m in seen):
        complaints.append("tshark calls a message malformed")
    if not all(m.checksums_good for m in seen):
        complaints.append("tshark finds a wrong checksum")
    phase1 = [m for m in seen if m.exchange == settings.exchange]
    quick = [m for m in seen if m.exchange == "quick"]
    if len(phase1) != (6 if settings.exchange == "main" else 3) or len(quick) != 3:
        return complaints + [f"{len(phase1)} phase-1 and {len(quick)} quick-mode messages"]

    for message in phase1 + quick:
        if message.encrypted and not message.decrypted:
            complaints.append(f"a {message.exchange} message is not decrypted")
    with_ids = phase1[4:6] if settings.exchange == "main" else phase1[0:2]
    complaints += _wrong_payloads(with_ids, ["ID"])
    complaints += _wrong_payloads(phase1[-1:], ["HASH"])
    wanted = ["HASH", "SA", "NONCE", *(["KE"] if settings.pfs else []), "ID", "ID"]
    complaints += _wrong_payloads(quick[0:2], wanted)
    complaints += _wrong_payloads(quick[2:3], ["HASH"])

    shown = [text for m in with_ids for text in m.addresses + m.names]
    for identity in (settings.our_id, settings.their_id):
        if identity.partition(":")[2] not in shown:
            complaints.append(f"tshark does not show the identity {identity} (but {shown})")
    return complaints


def _wrong_payloads(messages, wanted):
    """Each message must hold all of `wanted`, as often as it stands there."""
    return [f"a {m.exchange} message has {m.payloads}, not {wanted}" for m in messages
            if any(m.payloads.count(p) < wanted.count(p) for p in wanted)]


def _esp_table(esp, peer, tool):
    name = f"decode: esp_sa of {esp}"
    result, run = run_case(Case(name, Settings(esp=esp)), peer, tool)
    if result.result != "pass":
        return result
    with open(run.file("esp.keys")) as log:
        lines = log.read().splitlines()
    complaint = tshark.refuses_esp_table(run.file("capture.pcapng"), lines)
    if len(lines) != 2:
        complaint = f"{len(lines)} lines, not one for each direction"
    if any(os.stat(run.file(f)).st_mode & 0o777 != 0o600
           for f in ("esp.keys", "isakmp.keys", "secrets")):
        complaint = "a key file is not of mode 0600"
    return Result(peer.name, "initiator", name, "taken by tshark", "fail" if complaint else "pass",
                  complaint or "")
