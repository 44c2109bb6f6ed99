"""tshark as a third opinion: does it decrypt what our capture and our key log claim?"""

import subprocess
import xml.etree.ElementTree

_PAYLOADS = {"1": "SA", "4": "KE", "5": "ID", "8": "HASH", "10": "NONCE", "11": "NOTIFY",
             "12": "DELETE", "13": "VID"}


class Message:
    """One ISAKMP message as tshark sees it."""

    def __init__(self, packet):
        isakmp = packet.find("proto[@name='isakmp']")
        fields = list(isakmp.iter("field"))

        def shown(name):
            return [f.get("show") for f in fields if f.get("name") == name]

        self.exchange = {"2": "main", "4": "aggressive", "32": "quick", "5": "informational"}.get(
            shown("isakmp.exchangetype")[0], "?")
        self.encrypted = "1" in shown("isakmp.flag_e")
        self.payloads = [_PAYLOADS.get(number, number) for number in shown("isakmp.typepayload")
                         if number not in ("2", "3")]  # proposals and transforms
        # Decrypted payloads stand below the encrypted data; without the key there are none.
        self.decrypted = isakmp.find("field[@name='isakmp.enc.data']/field") is not None
        self.addresses = shown("isakmp.id.data.ipv4_addr") + shown("isakmp.id.data.ipv6_addr")
        self.names = shown("isakmp.id.data.fqdn") + shown("isakmp.id.data.user_fqdn")
        everything = packet.findall(".//proto") + fields
        self.malformed = any("malformed" in (f.get("name") or "") for f in everything)
        self.checksums_good = all(f.get("show") in ("1", "Good") for f in packet.iter("field")
                                  if f.get("name") in ("udp.checksum.status", "ip.checksum.status"))


def messages(capture, isakmp_keys):
    """Decodes a capture with lines of ikev1_decryption_table."""
    command = ["tshark", "-r", capture, "-T", "pdml", "-o", "udp.check_checksum:TRUE",
               "-o", "ip.check_checksum:TRUE"]
    for line in isakmp_keys.split():
        command += ["-o", f"uat:ikev1_decryption_table:{line}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError("tshark: " + done.stderr.strip())
    root = xml.etree.ElementTree.fromstring(done.stdout)
    return [Message(p) for p in root.findall("packet")]


def has_repetition(capture):
    """Whether a message stands there twice: tshark chains the IV over both and loses its way."""
    done = subprocess.run(["tshark", "-r", capture, "-T", "fields", "-e", "udp.payload"],
                          capture_output=True, text=True, timeout=60)
    payloads = done.stdout.split()
    return len(set(payloads)) != len(payloads)


def refuses_esp_table(capture, lines):
    """Returns tshark's complaint about lines of esp_sa, or None."""
    command = ["tshark", "-r", capture, "-c", "1"]
    for line in lines:
        command += ["-o", f"uat:esp_sa:{line}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    complaints = [l for l in done.stderr.splitlines() if "esp_sa" in l]
    return "; ".join(complaints) or (None if done.returncode == 0 else done.stderr.strip())
