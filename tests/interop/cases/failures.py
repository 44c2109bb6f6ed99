"""Every mismatch that a tester meets: both ends must say no, and ours must say why."""

from harness.case import Case, Fails
from harness.settings import Settings, replace


def _case(name, ours, expected, ours_changes=None, **changes):
    """The peer is configured like us but for `changes`."""
    theirs = replace(ours, **changes)
    return Case(name, replace(ours, **(ours_changes or {})), expected, theirs, patience=4)


def _initiator():
    main = Settings(role="initiator")
    aggressive = replace(main, exchange="aggressive")
    yield _case("wrong key, main", main,
                Fails(("KEYS_DIFFER",), "decryption failed"), key="something else")
    yield _case("wrong key, aggressive", aggressive,
                Fails(("HASH_MISMATCH",), "received AUTHENTICATION_FAILED error notify"),
                key="something else")
    for base in (main, aggressive):
        yield _case(f"no common phase-1 proposal, {base.exchange}", base,
                    Fails(("NO_PHASE1_PROPOSAL",), "no proposal found|no IKE config found"),
                    ike="aes256-sha512-modp2048")
    yield _case("no common phase-2 proposal", main,
                Fails(("NO_PHASE2_PROPOSAL",), "no matching proposal found"), esp="aes256-sha512")
    yield _case("main mode to a peer that wants aggressive", main,
                Fails(("MODE_REFUSED", "PEER_REFUSED"),
                      "none allows pre-shared key authentication using Main Mode"),
                exchange="aggressive")
    yield _case("aggressive mode to a peer that wants main", aggressive,
                Fails(("MODE_REFUSED", "PEER_REFUSED"),
                      "none allows pre-shared key authentication using Aggressive Mode"),
                exchange="main")
    yield _case("we want PFS, the peer has none", replace(main, pfs=True),
                Fails(("PFS_MISMATCH", "NO_PHASE2_PROPOSAL"), "no matching proposal found"),
                pfs=False)
    yield _case("the peer wants PFS, we have none", main,
                Fails(("PFS_MISMATCH", "NO_PHASE2_PROPOSAL"), "no matching proposal found"),
                pfs=True)
    yield _case("transport mode to a peer that wants tunnel", main,
                Fails(("SELECTORS",), "no matching CHILD_SA config found"), encapsulation="tunnel")
    yield _case("tunnel mode to a peer that wants transport", replace(main, encapsulation="tunnel"),
                Fails(("SELECTORS",), "no matching CHILD_SA config found"),
                encapsulation="transport")
    yield _case("selectors of another port", main,
                Fails(("SELECTORS",), "no matching CHILD_SA config found"),
                their_selector="10.9.0.2/32 tcp 860")
    yield _case("the peer wants another identity of us", main,
                Fails(("PEER_REFUSED",), "no peer config found"), our_id="fqdn:other.example")
    yield _case("we want another identity of the peer", replace(main, their_id="fqdn:a.example"),
                Fails(("PEER_IDENTITY",), "established|AUTHENTICATION_FAILED"),
                ours_changes={"their_id": "fqdn:b.example", "we_check_their_id": True})


def _responder():
    main = Settings(role="responder")
    aggressive = replace(main, exchange="aggressive")
    yield _case("wrong key, main", main,
                Fails(("KEYS_DIFFER", "TIMEOUT"), "sending retransmit 1 of request message ID 0"),
                key="something else")
    yield _case("wrong key, aggressive", aggressive,
                Fails(("HASH_MISMATCH", "KEYS_DIFFER", "PEER_REFUSED", "TIMEOUT"),
                      "calculated HASH does not match HASH payload"), key="something else")
    for base in (main, aggressive):
        yield _case(f"no common phase-1 proposal, {base.exchange}", base,
                    Fails(("NO_PHASE1_PROPOSAL",), "received NO_PROPOSAL_CHOSEN error notify"),
                    ike="aes256-sha512-modp2048")
    yield _case("no common phase-2 proposal", main,
                Fails(("NO_PHASE2_PROPOSAL",), "received NO_PROPOSAL_CHOSEN error notify"),
                esp="aes256-sha512")
    yield _case("a peer in aggressive mode, we want main", main,
                Fails(("MODE_REFUSED",), "error notify|giving up"), exchange="aggressive")
    yield _case("a peer in main mode, we want aggressive", aggressive,
                Fails(("MODE_REFUSED",), "error notify|giving up"), exchange="main")
    yield _case("we want PFS, the peer has none", replace(main, pfs=True),
                Fails(("PFS_MISMATCH", "NO_PHASE2_PROPOSAL"),
                      "received NO_PROPOSAL_CHOSEN error notify"), pfs=False)
    yield _case("selectors of another port", main,
                Fails(("SELECTORS",), "received INVALID_ID_INFORMATION error notify"),
                our_selector="10.9.0.1/32 tcp 860")
    yield _case("selectors of another network", replace(main, encapsulation="tunnel"),
                Fails(("SELECTORS",), "received INVALID_ID_INFORMATION error notify"),
                our_selector="10.77.0.0/24 tcp 3260")
    yield _case("we want another identity of the peer", replace(main, their_id="fqdn:a.example"),
                Fails(("PEER_IDENTITY",), "AUTHENTICATION_FAILED|INVALID_ID_INFORMATION"),
                ours_changes={"their_id": "fqdn:b.example", "we_check_their_id": True})
    yield _case("the peer wants another identity of us", replace(main, our_id="fqdn:a.example"),
                Fails(("PEER_REFUSED", "PEER_DELETED", "TIMEOUT"),
                      "constraint check failed|IDir .* does not match"),
                our_id="fqdn:other.example")


def groups():
    return {"failures-initiator": list(_initiator()), "failures-responder": list(_responder())}
