#!/usr/bin/env python3
"""Holds `iscsi-ike decode` against tshark, field by field.

usage: decode_tshark.py TOOL

Negotiations of `iscsi-ike demo` are recorded with their key logs, and both decoders read them: every field that either
shows must have the same name, place, size and octets in the other, encrypted messages included. Exits with 77 where
there is no tshark.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HEADER_SIZE = 28

NEGOTIATIONS = (
    ["--flags", "0x27"],
    ["--flags", "0x37"],
    ["--flags", "0x2b", "--id", "fqdn:hba.example"],
    ["--flags", "0x3b", "--id", "user_fqdn:hba@example.com", "--suite", "windows"],
    ["--flags", "0x2b", "--aggressive-hash-in-clear"],
    ["--flags", "0x57", "--suite", "rfc3723", "--local-ts", "10.1.0.0/16", "--remote-ts", "10.2.0.0/16 tcp 3260"],
    ["--flags", "0x37", "--ike", "aes192-sha384-ecp384", "--esp", "aes256gcm16-esn,aes128gcm16"],
    ["--flags", "0x27", "--ike", "aes256-sha512-modp1536,3des-sha1-modp1024", "--phase1-only"],
)

# tshark's names of the fields, and ours.
NAMES = {
    "ispi": "initiator cookie",
    "rspi": "responder cookie",
    "nextpayload": "next payload",
    "version": "version",
    "exchangetype": "exchange type",
    "flags": "flags",
    "messageid": "message ID",
    "length": "length",
    "reserved": "reserved",
    "payloadlength": "length",
    "sa.doi": "DOI",
    "sa.situation": "situation",
    "prop.number": "proposal number",
    "prop.protoid": "protocol",
    "spisize": "SPI size",
    "prop.transforms": "number of transforms",
    "spi": "SPI",
    "trans.number": "transform number",
    "trans.id": "transform ID",
    "ike.attr.value": "value",
    "ipsec.attr.value": "value",
    "key_exchange.data": "key exchange data",
    "nonce": "nonce",
    "hash": "hash data",
    "id.type": "ID type",
    "id.protoid": "protocol",
    "id.port": "port",
    "id.data": "data",
    "vid_bytes": "vendor ID",
    "ike.nat_hash": "hash of address and port",
    "notify.doi": "DOI",
    "notify.protoid": "protocol",
    "notify.msgtype": "notify type",
    "notify.data": "data",
    "delete.doi": "DOI",
    "delete.protoid": "protocol",
    "spinum": "number of SPIs",
    "delete.spi": "SPI",
}
# What stands below or beside fields that are compared, and says nothing else.
DERIVED = ("mjver", "mnver", "flag_", "sa.situation.", "id.data.", "vid_string", "vid.", "enc.data", "enc.", "payload",
           "typepayload", "ike.attr", "ipsec.attr", "notify.data.", "cisco", "ms.")


def octets_of(field):
    """The octets of a field; tshark shows those of an identity only in the fields below it."""
    size = 2 * int(field.get("size"))
    values = [f.get("value") or "" for f in field.iter("field")]
    return next((text for text in (*values, "".join(values)) if len(text) == size), None)


def theirs(packet):
    """The fields of a packet as {(offset, size, name, octets)}, and the names that are not known."""
    message = packet.find("proto[@name='isakmp']")
    start = int(message.get("pos"))
    fields, unknown = set(), set()

    def walk(parent, decrypted):
        for field in parent.findall("field"):
            name = (field.get("name") or "").removeprefix("isakmp.")
            size, place = int(field.get("size")), int(field.get("pos"))
            place += HEADER_SIZE if decrypted else -start
            if name == "typepayload":
                kind = int(field.get("show"))
                fields.add(("payload", kind, size))
            elif name == "extradata":  # tshark counts its place from one beginning or another
                fields.add(("padding", size, octets_of(field)))
            elif name in NAMES and size > 0:
                fields.add((place, size, NAMES[name], octets_of(field)))
            elif name in ("ike.attr", "ipsec.attr"):
                kind = int(next(f.get("show") for f in field if f.get("name").endswith("attr.type")))
                basic = next(f.get("show") for f in field if f.get("name").endswith("attr.format")) in ("1", "True")
                fields.add((place, size, "attribute", (kind, basic)))
            elif size > 0 and not name.startswith(DERIVED):
                unknown.add(name)
            walk(field, decrypted or name == "enc.data")

    walk(message, False)
    return fields, unknown


def ours(message):
    fields = set()

    def walk(parent):
        for field in parent.get("fields", []):
            name, place, size = field["name"], field["offset"], field["size"]
            if name == "payload":
                fields.add(("payload", field["number"], size))
            elif name in ("proposal", "transform"):
                fields.add(("payload", {"proposal": 2, "transform": 3}[name], size))
            elif name == "attribute":
                parts = {part["name"]: part for part in field["fields"]}
                fields.add((place, size, name, (field["number"], bool(parts["format"]["number"]))))
                fields.add(leaf(parts["value"]))
                continue
            elif name == "padding":
                fields.add((name, size, field["hex"]))
            elif not field.get("fields"):
                fields.add(leaf(field))
            walk(field)

    walk(message)
    return fields


def leaf(field):
    octets = field.get("hex") or f"{field['number']:0{2 * field['size']}x}"
    return field["offset"], field["size"], field["name"], octets


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def tshark(capture, keys, profile):
    os.makedirs(profile)
    shutil.copy(keys, f"{profile}/ikev1_decryption_table")
    environment = {**os.environ, "WIRESHARK_CONFIG_DIR": profile, "HOME": profile}
    ports = set(run(["tshark", "-r", capture, "-T", "fields", "-e", "udp.srcport"], env=environment).split())
    decode_as = [word for port in sorted(ports) for word in ("-d", f"udp.port=={port},isakmp")]
    pdml = run(["tshark", "-r", capture, *decode_as, "-T", "pdml"], env=environment)
    return xml.etree.ElementTree.fromstring(pdml).findall("packet")


def compare(tool, options, folder):
    """Returns (fields compared, complaints)."""
    capture, keys = f"{folder}/demo.pcapng", f"{folder}/demo.keys"
    run([tool, "demo", *options, "--pcap", capture, "--keylog", keys])
    lines = [json.loads(line) for line in run([tool, "decode", capture, "--keylog", keys, "--json"]).splitlines()]
    packets = tshark(capture, keys, f"{folder}/profile")
    if len(packets) != len(lines):
        return 0, [f"tshark has {len(packets)} packets, decode {len(lines)}"]
    compared, complaints = 0, []
    for packet, line in zip(packets, lines):
        message = line["message"]
        where = f"frame {line['frame']} ({message['name']})"
        complaints += [f"{where}: fault: {fault['text']}" for fault in message["faults"]]
        if message["protection"] == "sealed":
            complaints.append(f"{where}: not decrypted")
        left, unknown = theirs(packet)
        right = ours(message)
        complaints += [f"{where}: tshark has a field '{name}' that this test does not know" for name in sorted(unknown)]
        complaints += [f"{where}: only tshark: {field}" for field in sorted(left - right, key=str)]
        complaints += [f"{where}: only decode: {field}" for field in sorted(right - left, key=str)]
        compared += len(left & right)
    return compared, complaints


def main():
    if shutil.which("tshark") is None:
        print("skipped: there is no tshark")
        return 77
    tool = str(pathlib.Path(sys.argv[1]).resolve())
    failed = False
    for number, options in enumerate(NEGOTIATIONS):
        with tempfile.TemporaryDirectory() as folder:
            compared, complaints = compare(tool, options, folder)
        print(f"demo {' '.join(options)}: {compared} fields agree, {len(complaints)} do not")
        for complaint in complaints[:20]:
            print("  ", complaint)
        failed = failed or bool(complaints) or compared == 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
