"""All algorithms that our end has, in both roles: every pair in phase 1, every suite of ESP, every group of
PFS; and the named lists."""

from harness.case import Case
from harness.settings import Settings

_CIPHERS = ("3des", "aes128", "aes192", "aes256")
_HASHES = ("sha1", "sha256", "sha384", "sha512")
_GROUPS = ("modp1024", "modp1536", "modp2048", "modp3072", "modp4096", "modp6144", "modp8192", "ecp256", "ecp384",
           "ecp521", "curve25519")
_CBC_AND_CTR = ("null", "3des", "aes128", "aes192", "aes256", "aes128ctr", "aes192ctr", "aes256ctr")
_INTEGRITY = ("sha1", "sha256", "sha384", "sha512", "aesxcbc")
_GCM = tuple(f"aes{bits}gcm{icv}" for bits in (128, 192, 256) for icv in (8, 12, 16))
_ESN = ("3des-sha1-esn", "aes128-sha256-esn", "aes256ctr-sha384-esn", "null-sha512-esn", "aes192-aesxcbc-esn",
        "aes128gcm16-esn", "aes256gcm8-esn")


def _phase1():
    """Every pair of cipher, hash and group at least once: a Latin square, over and over."""
    return [f"{cipher}-{_HASHES[(c + g) % len(_HASHES)]}-{group}"
            for g, group in enumerate(_GROUPS) for c, cipher in enumerate(_CIPHERS)]


def _esp():
    return [f"{cipher}-{integrity}" for cipher in _CBC_AND_CTR for integrity in _INTEGRITY] + list(_GCM + _ESN)


_NAMED = (  # our list, and what a peer takes from it
    ("rfc7146", "aes128-sha256-modp2048", "aes128-sha1"),
    ("rfc7146", "aes256-sha1-modp2048", "aes128-sha256-esn"),
    ("rfc3723", "3des-sha1-modp1024", "3des-sha1"),
    ("rfc3723", "aes128-sha1-modp2048", "aes128ctr-aesxcbc"),
    ("windows", "aes256-sha1-ecp384", "aes128-sha1"),
    ("windows", "3des-sha1-modp1024", "3des-sha1"),
    ("modern", "aes128-sha256-curve25519", "aes128gcm16"),
    ("modern", "aes256-sha384-ecp384", "aes256gcm16-esn"),
)


def _cases(role):
    for name, ike, esp in _NAMED:
        yield Case(f"list {name} to a peer with {ike}, {esp}",
                   Settings(role=role, our_suites=name, ike=ike, esp=esp))
    for suite in _phase1():
        yield Case(f"phase 1 {suite}", Settings(role=role, ike=suite))
    for number, suite in enumerate(_esp()):  # KEYMAT is made with the hash of phase 1
        phase1 = f"aes128-{_HASHES[number % len(_HASHES)]}-modp2048"
        yield Case(f"ESP {suite}", Settings(role=role, ike=phase1, esp=suite))
    for group in _GROUPS:
        yield Case(f"PFS {group}", Settings(role=role, pfs=True, pfs_group=group))


def groups():
    return {f"suites-{role}": list(_cases(role)) for role in ("initiator", "responder")}
