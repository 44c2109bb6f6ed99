"""Every mismatch that a tester meets: both ends must say no, and ours must say why. What the peer says is
named here and worded in the peer's file (Peer.phrases).

An error notification that is not authenticated ends nothing at our end: it is remembered, and told when
the negotiation has run into its timeout. Such cases take as long as their patience.
"""

from harness.case import Case, Fails
from harness.settings import Settings, replace


def _case(name, ours, expected, ours_changes=None, **changes):
    """The peer is configured like us but for `changes`."""
    theirs = replace(ours, **changes)
    return Case(name, replace(ours, **(ours_changes or {})), expected, theirs, patience=4)


_PHASE1_REFUSED = Fails("PEER_REFUSED", "no common phase-1 proposal", r"NO-PROPOSAL-CHOSEN")
_PHASE2_REFUSED = Fails("PEER_REFUSED", "no common phase-2 proposal",
                        r"NO-PROPOSAL-CHOSEN.*phase 1 is fine")
_SELECTORS_REFUSED = Fails("PEER_REFUSED", "no such child",
                           r"INVALID-ID-INFORMATION.*phase 1 is fine.*encapsulation mode")

# A refusal of ours names what was offered, what is allowed and the rule that decided.
_REFUSAL = '"attribute": ".+", "offered": ".+", "allowed": ".+", "rule": ".+"'


def _initiator():
    main = Settings(role="initiator")
    aggressive = replace(main, exchange="aggressive")
    yield _case("wrong key, main", main, Fails("KEYS_DIFFER", "cannot read MM5"),
                key="something else")
    yield _case("wrong key, aggressive", aggressive,
                Fails("HASH_MISMATCH", "repeats AM2"), key="something else")
    for base in (main, aggressive):
        yield _case(f"no common phase-1 proposal, {base.exchange}", base, _PHASE1_REFUSED,
                    ike="aes256-sha512-modp2048")
    yield _case("no common phase-2 proposal", main, _PHASE2_REFUSED, esp="aes256-sha512")
    yield _case("main mode to a peer that wants aggressive", main,
                Fails("PEER_REFUSED", "main mode is not allowed",
                      "AUTHENTICATION-FAILED"), exchange="aggressive")
    yield _case("aggressive mode to a peer that wants main", aggressive,
                Fails("PEER_REFUSED",
                      "aggressive mode is not allowed",
                      "AUTHENTICATION-FAILED"), exchange="main")
    yield _case("we want PFS, the peer has none", replace(main, pfs=True), _PHASE2_REFUSED,
                pfs=False)
    yield _case("the peer wants PFS, we have none", main, _PHASE2_REFUSED, pfs=True)
    yield _case("PFS with another group", replace(main, pfs=True, pfs_group="modp3072"), _PHASE2_REFUSED,
                pfs_group="modp4096")
    yield _case("we insist on extended sequence numbers", replace(main, esp="aes128-sha1-esn"), _PHASE2_REFUSED,
                esp="aes128-sha1")
    yield _case("the peer insists on extended sequence numbers", main, _PHASE2_REFUSED, esp="aes128-sha1-esn")
    yield _case("transport mode to a peer that wants tunnel", main, _SELECTORS_REFUSED,
                encapsulation="tunnel")
    yield _case("tunnel mode to a peer that wants transport", replace(main, encapsulation="tunnel"),
                _SELECTORS_REFUSED, encapsulation="transport")
    yield _case("selectors of another port", main, _SELECTORS_REFUSED,
                their_selector="10.9.0.2/32 tcp 860")
    yield _case("selectors of another network", replace(main, encapsulation="tunnel"), _SELECTORS_REFUSED,
                their_selector="10.77.0.0/24 tcp 3260")
    for base in (main, aggressive):
        yield _case(f"the peer wants another identity of us, {base.exchange}", base,
                    Fails("PEER_REFUSED", "unknown identity", "AUTHENTICATION-FAILED|INVALID-ID-INFORMATION"),
                    our_id="fqdn:other.example")
        yield _case(f"the peer wants another type of identity of us, {base.exchange}",
                    replace(base, our_id="fqdn:hba.example"),
                    Fails("PEER_REFUSED", "unknown identity", "AUTHENTICATION-FAILED|INVALID-ID-INFORMATION"),
                    our_id="user_fqdn:root@hba.example")
    yield _case("we want another identity of the peer, main", replace(main, their_id="fqdn:a.example"),
                Fails("PEER_IDENTITY", "phase 1 is up", "a.example"),
                ours_changes={"their_id": "fqdn:b.example", "we_check_their_id": True})
    # There are no keys before AM3: the peer is told in clear, of which it takes no notice.
    yield _case("we want another identity of the peer, aggressive", replace(aggressive, their_id="fqdn:a.example"),
                Fails("PEER_IDENTITY", "", "a.example"),
                ours_changes={"their_id": "fqdn:b.example", "we_check_their_id": True})


def _responder():
    main = Settings(role="responder")
    aggressive = replace(main, exchange="aggressive")
    yield _case("wrong key, main", main,
                Fails("KEYS_DIFFER", "repeats MM5"),
                key="something else")
    yield _case("wrong key, aggressive", aggressive,
                Fails("KEYS_DIFFER", "HASH_R is wrong"),
                key="something else")
    for base in (main, aggressive):
        yield _case(f"no common phase-1 proposal, {base.exchange}", base,
                    Fails("NO_PHASE1_PROPOSAL", "NO-PROPOSAL-CHOSEN received",
                          _REFUSAL),
                    ike="aes256-sha512-modp2048")
    for attribute, suite in (("encryption", "3des-sha256-modp2048"), ("key length", "aes256-sha256-modp2048"),
                             ("hash", "aes128-sha1-modp2048"), ("group", "aes128-sha256-modp3072")):
        yield _case(f"phase 1 differs in the {attribute}", main,
                    Fails("NO_PHASE1_PROPOSAL", "NO-PROPOSAL-CHOSEN received", f'"attribute": "{attribute}"'),
                    ike=suite)
    for attribute, suite in (("transform", "3des-sha1"), ("key length", "aes256-sha1"),
                             ("authentication", "aes128-sha256"), ("extended sequence number", "aes128-sha1-esn")):
        yield _case(f"ESP differs in the {attribute}", main,
                    Fails("NO_PHASE2_PROPOSAL", "NO-PROPOSAL-CHOSEN received", f'"attribute": "{attribute}"'),
                    esp=suite)
    yield _case("we insist on extended sequence numbers", replace(main, esp="aes128-sha1-esn"),
                Fails("NO_PHASE2_PROPOSAL", "NO-PROPOSAL-CHOSEN received",
                      '"attribute": "extended sequence number"'), esp="aes128-sha1")
    yield _case("a peer in aggressive mode, we want main", main,
                Fails("MODE_REFUSED", "an error received"), exchange="aggressive")
    yield _case("a peer in main mode, we want aggressive", aggressive,
                Fails("MODE_REFUSED", "an error received"), exchange="main")
    yield _case("we want PFS, the peer has none", replace(main, pfs=True),
                Fails("PFS_MISMATCH", "NO-PROPOSAL-CHOSEN received", _REFUSAL),
                pfs=False)
    yield _case("PFS with another group", replace(main, pfs=True, pfs_group="modp3072"),
                Fails("PFS_MISMATCH", "NO-PROPOSAL-CHOSEN received", _REFUSAL), pfs_group="modp4096")
    yield _case("the peer wants PFS, we refuse it", replace(main, our_options=("--refuse-pfs",)),
                Fails("PFS_MISMATCH", "NO-PROPOSAL-CHOSEN received", _REFUSAL), pfs=True)
    for mode, other in (("transport", "tunnel"), ("tunnel", "transport")):
        yield _case(f"{other} offered, we insist on {mode}",
                    replace(main, encapsulation=mode, we_are_strict=True),
                    Fails("NO_PHASE2_PROPOSAL", "NO-PROPOSAL-CHOSEN received",
                          f'"attribute": "encapsulation.*{other}.*{mode}'), encapsulation=other)
    yield _case("selectors of another port", main,
                Fails("SELECTORS", "INVALID-ID-INFORMATION received"),
                our_selector="10.9.0.1/32 tcp 860")
    yield _case("selectors of another network", replace(main, encapsulation="tunnel"),
                Fails("SELECTORS", "INVALID-ID-INFORMATION received"),
                our_selector="10.77.0.0/24 tcp 3260")
    yield _case("we want another identity of the peer", replace(main, their_id="fqdn:a.example"),
                Fails("PEER_IDENTITY", "an error received", "a.example"),
                ours_changes={"their_id": "fqdn:b.example", "we_check_their_id": True})
    # Phase 1 is done at our end when the peer finds out; it says so by deleting the SA.
    yield _case("the peer wants another identity of us", replace(main, our_id="fqdn:a.example"),
                Fails("session_closed", "our identity is wrong"), our_id="fqdn:other.example")


def groups():
    return {"failures-initiator": list(_initiator()), "failures-responder": list(_responder())}
