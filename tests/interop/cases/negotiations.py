"""Every combination that an iSCSI HBA can ask for; all must complete with the same keys."""

from itertools import product

from harness.case import Case
from harness.settings import Settings, replace

_IDENTITIES = {  # name: address family, our identity, the peer's
    "ipv4": (4, "ipv4:10.9.0.1", "ipv4:10.9.0.2"),
    "fqdn": (4, "fqdn:hba.example", "fqdn:array.example"),
    "user_fqdn": (4, "user_fqdn:hba@initiators.example", "user_fqdn:array@targets.example"),
    "ipv6": (6, "ipv6:fd00:9::1", "ipv6:fd00:9::2"),
}


def _cases(exchange, role):
    for pfs, mode, identity in product((False, True), ("transport", "tunnel"), _IDENTITIES):
        family, ours, theirs = _IDENTITIES[identity]
        yield Case(f"{exchange}, {'PFS' if pfs else 'no PFS'}, {mode}, {identity}",
                   Settings(role=role, exchange=exchange, pfs=pfs, encapsulation=mode,
                            family=family, our_id=ours, their_id=theirs))


def _tolerated():
    """Preferences are no requirements: a responder takes what the peer offers instead."""
    ours = Settings(role="responder")
    for name, ours, theirs in (
            ("PFS offered, we ask for none", ours, replace(ours, pfs=True)),
            ("tunnel offered, we prefer transport", ours, replace(ours, encapsulation="tunnel")),
            ("transport offered, we prefer tunnel", replace(ours, encapsulation="tunnel"), ours)):
        yield Case(name, ours, theirs=theirs)


def groups():
    groups = {f"{exchange}-{role}": list(_cases(exchange, role))
              for exchange, role in product(("main", "aggressive"), ("initiator", "responder"))}
    groups["tolerated-responder"] = list(_tolerated())
    return groups
