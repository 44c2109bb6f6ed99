"""Derived keys by names that both ends can be translated to."""

PHASE1 = ("SKEYID", "SKEYID_d", "SKEYID_a", "SKEYID_e", "Ka", "initial_IV")

# A part of KEYMAT is named for the end of the quick mode that sends with it.
CHILD = ("initiator_encryption", "initiator_integrity", "responder_encryption", "responder_integrity")


def read_secrets(text, we_started, child=1, session=1):
    """Reads what the tool writes for --secrets: one session and one child, for which `we_started` says who
    began the quick mode."""
    keys, section = {}, None
    rename = {"inbound": "responder", "outbound": "initiator"}
    if not we_started:
        rename = {"inbound": "initiator", "outbound": "responder"}
    for line in text.splitlines():
        if line.startswith("# "):
            section = line.split()[1:3]
        if not line or line.startswith("#") or section not in (["session", str(session)], ["child", str(child)]):
            continue
        name, value = line.split()
        direction, _, part = name.partition("_")
        if direction in rename:
            name = f"{rename[direction]}_{part}"
        keys.setdefault(name, value.lower())
    return keys


def differences(ours, theirs, shown=PHASE1 + CHILD):
    """Sentences about every key in `shown` that the ends do not share; an empty list is agreement."""
    found = []
    for name in shown:
        a, b = ours.get(name), theirs.get(name)
        if a is None and b is None and name in CHILD:
            continue  # NULL has no encryption key, GCM no integrity key
        if a is None or b is None:
            found.append(f"{name}: known to {'the peer' if a is None else 'us'} only")
        elif a != b:
            found.append(f"{name}: ours {a[:16]}.., the peer's {b[:16]}..")
    if any(name in shown for name in CHILD) and not any(name in ours for name in CHILD):
        found.append("no part of KEYMAT at all")
    return found
