"""What libreswan is told: ipsec.conf and ipsec.secrets."""

import re

# IKEv1 is dropped without a word unless ikev1-policy says otherwise. "private" shows the ESP keys; those of
# phase 1 stay inside NSS.
SETUP = """
config setup
    protostack=xfrm
    plutodebug="base crypt private"
    ikev1-policy=accept
"""

_CONNECTION = """
conn c
    ikev2=no
    authby=secret
    auto=ignore
    leftupdown=%disabled
    rightupdown=%disabled
    retransmit-interval=500
    retransmit-timeout=3
    keyingtries=1
    initial-contact={initial_contact}
    left={local}
    right={remote}
    leftid={local_id}
    rightid={remote_id}
    aggressive={aggressive}
    type={mode}
    ike={ike}
    phase2alg={esp}
    pfs={pfs}
    esn={esn}
    encapsulation={encapsulate}
    fragmentation={fragments}
    {more}
"""


_AROUND = """
conn %default
    leftupdown=%disabled
    rightupdown=%disabled
    retransmit-interval=500
    retransmit-timeout=3
    keyingtries=1

include {path}
"""


def around(path):
    """ipsec.conf with a whole one inside, which has to permit IKEv1 itself."""
    return _AROUND.format(path=path)


def of(settings, hosts, mine):
    """ipsec.conf and ipsec.secrets of the end `mine` of both hosts."""
    other = 1 - mine
    ids = [_identity(i) for i in (settings.our_id, settings.their_id)]
    addresses = [h.address(settings.family) for h in hosts]
    seen = [h.seen(settings.family) for h in hosts]
    text = SETUP + _CONNECTION.format(
        local=addresses[mine], remote=seen[other], local_id=ids[mine], remote_id=ids[other],
        aggressive="yes" if settings.exchange == "aggressive" else "no",
        mode=settings.encapsulation, ike=_ike(settings.ike), esp=_esp(settings),
        pfs="yes" if settings.pfs else "no", esn="yes" if "esn" in settings.esp else "no",
        encapsulate="yes" if settings.encapsulate else "auto", fragments=settings.fragments,
        initial_contact="yes" if settings.initial_contact else "no", more=_more(settings))
    selectors = settings.selectors(*addresses)
    text += _selector("left", selectors[mine], addresses[mine])
    text += _selector("right", selectors[other], addresses[other])
    return text, f"{ids[mine]} {ids[other]} : PSK 0x{settings.key.encode().hex()}\n"


def _identity(identity):
    kind, _, value = identity.partition(":")
    return f"@{value}" if kind == "fqdn" else value


def _more(settings):
    lines = [] if settings.port == 500 else [f"{end}ikeport={settings.port}" for end in ("left", "right")]
    if settings.dpd:
        lines += [f"dpddelay={settings.dpd}", f"dpdtimeout={3 * settings.dpd}", "dpdaction=clear"]
    if settings.ike_rekey or settings.child_rekey:
        lines += ["rekeymargin=8s", "rekeyfuzz=0%"]  # it rekeys so long before the end
    margin = 4 if settings.role == "initiator" else 8  # half as long when it has not begun the SA
    if settings.ike_rekey:
        lines.append(f"ikelifetime={settings.ike_rekey + margin}s")
    if settings.child_rekey:
        lines.append(f"salifetime={settings.child_rekey + margin}s")
    return "\n    ".join(lines)


def _selector(end, selector, address):
    """"10.9.0.1/32 tcp 3260" -> leftprotoport=tcp/3260, and leftsubnet unless it is the host alone."""
    network, *rest = selector.split()
    text = "" if network.partition("/")[0] == address else f"    {end}subnet={network}\n"
    return text + (f"    {end}protoport={'/'.join(rest)}\n" if rest else "")


_NAMES = {"sha256": "sha2_256", "sha384": "sha2_384", "sha512": "sha2_512", "aesxcbc": "aes_xcbc",
          "ecp256": "dh19", "ecp384": "dh20", "ecp521": "dh21", "curve25519": "dh31"}


def _ike(suite):
    cipher, hash_name, group = suite.split("-")
    return f"{cipher}-{_NAMES.get(hash_name, hash_name)};{_NAMES.get(group, group)}"


def _esp(settings):
    """aes128ctr-sha1 -> aes_ctr128-sha1, aes128gcm8 -> aes_gcm_a128-null; a group of its own goes last."""
    cipher, *rest = [part for part in settings.esp.split("-") if part != "esn"]
    found = re.fullmatch(r"aes(\d+)(ctr|gcm8|gcm12|gcm16)", cipher)
    if found:
        kind = {"ctr": "aes_ctr", "gcm8": "aes_gcm_a", "gcm12": "aes_gcm_b", "gcm16": "aes_gcm_c"}[found[2]]
        cipher = kind + found[1]
    integrity = _NAMES.get(rest[0], rest[0]) if rest else "null"
    text = f"{cipher}-{integrity}"
    return f"{text};{_NAMES.get(settings.group, settings.group)}" if settings.pfs else text
