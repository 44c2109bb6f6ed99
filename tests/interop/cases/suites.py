"""Every algorithm once, in both roles: sizes of keys, groups and hashes; and the named lists."""

from harness.case import Case
from harness.settings import Settings

_PHASE1 = (
    "3des-sha1-modp1024", "aes128-sha1-modp1536", "aes192-sha1-modp2048", "aes256-sha1-modp3072",
    "3des-sha256-modp4096", "aes128-sha256-modp6144", "aes256-sha256-modp8192",
    "aes192-sha256-ecp256", "aes256-sha384-ecp384", "aes256-sha512-ecp521",
    "aes128-sha256-curve25519", "3des-sha512-modp2048", "aes192-sha384-modp2048",
)
_ESP = (
    "aes128-sha1", "aes192-sha1", "aes256-sha256", "aes128-sha384", "aes256-sha512",
    "aes128-aesxcbc", "3des-sha1", "null-sha256", "aes128ctr-sha1", "aes256ctr-sha256",
    "aes128gcm8", "aes128gcm12", "aes128gcm16", "aes256gcm16", "aes128gcm16-esn",
    "aes128-sha256-esn",
)
_PFS_GROUPS = ("modp1024", "modp4096", "ecp256", "ecp521", "curve25519")

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
    for suite in _PHASE1:
        yield Case(f"phase 1 {suite}", Settings(role=role, ike=suite))
    for suite in _ESP:
        yield Case(f"ESP {suite}", Settings(role=role, esp=suite))
    for group in _PFS_GROUPS:
        yield Case(f"PFS {group}", Settings(role=role, pfs=True, pfs_group=group))


def groups():
    return {f"suites-{role}": list(_cases(role)) for role in ("initiator", "responder")}
