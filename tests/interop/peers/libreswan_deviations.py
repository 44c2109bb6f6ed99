"""Where libreswan does something else than is expected of every peer, and why."""

from harness.case import Deviation, Established, Fails, Unloadable

# Of the hash that is the IV of an informational exchange.
_EMPTY_IV = r"Phase 2 IV hash \S+ digest PH1_IV \(\S+ length 0\)"

DEVIATIONS = (
    Deviation("phase 1 .*-modp1024|peer with 3des-sha1-modp1024|PFS modp1024",
              Unloadable("DH algorithm 'modp1024' is not supported"),
              "built without the group of 1024 bits"),
    Deviation("PFS (ecp|curve25519)", Unloadable("ESP DH algorithm 'dh.*' is not supported by IKEv1"),
              "elliptic curves are for phase 1 only: its quick mode has the groups of RFC 3526 alone"),
    Deviation("^initiator: (.* -?esn|.*-esn$|list (rfc7146|modern) |we insist on extended)",
              Fails("PEER_REFUSED", "unsupported IPsec attribute ESN_64BIT_SEQNUM",
                    r"BAD-PROPOSAL-SYNTAX \(15\); phase 1 is fine.*only suites without -esn"),
              "knows no extended sequence numbers in IKEv1 and refuses an SA payload that has the "
              "attribute anywhere (as RFC 2407 section 4.5.3 asks, but for the notification): offer none, by --esp"),
    Deviation("^responder: ESP .*-esn$",
              Fails("NO_PHASE2_PROPOSAL", "ESN: ignored as not implemented with IKEv1",
                    '"attribute": "extended sequence number", "offered": "absent"'),
              "knows no extended sequence numbers in IKEv1: offers none even when configured"),
    Deviation("^responder: list rfc7146 .*-esn$", Established({"esp": "aes128-sha256"}),
              "knows no extended sequence numbers in IKEv1: offers none even when configured"),
    Deviation("^responder: list modern .*-esn$", Established({"esp": "aes256gcm16"}),
              "knows no extended sequence numbers in IKEv1: offers none even when configured"),
    Deviation("^initiator: the peer insists on extended", Established(),
              "knows no extended sequence numbers in IKEv1: asks for none even when configured"),
    Deviation("^responder: ESP differs in the extended", Established({"esp": "aes128-sha1"}),
              "knows no extended sequence numbers in IKEv1: asks for none even when configured"),
    Deviation("^initiator: PFS with another group", Established(),
              "takes every group that it has, whichever is configured"),
    Deviation("^initiator: the peer wants another (type of )?identity of us, aggressive",
              Fails("NO_RESPONSE", "aggressive mode is not allowed", "", 5),
              "answers nothing: RFC 2408 section 5.2 permits a notification and asks for none"),
    Deviation("main mode to a peer that wants aggressive",
              Fails("NO_RESPONSE", "main mode is not allowed", "refuses main mode silently", 5),
              "answers nothing: RFC 2408 section 5.2 permits a notification and asks for none"),
    Deviation("aggressive mode to a peer that wants main",
              Fails("NO_RESPONSE", "aggressive mode is not allowed", "refuses aggressive mode silently", 5),
              "answers nothing: RFC 2408 section 5.2 permits a notification and asks for none"),
    Deviation("^initiator: we want PFS, the peer has none", Established(),
              "takes PFS whenever it is offered"),
    Deviation("^initiator: (transport|tunnel) mode to a peer", Established(),
              "takes the encapsulation that is offered"),
    Deviation("^responder: wrong key, aggressive",
              Fails("PEER_REFUSED", "HASH_R is wrong", r"INVALID-HASH-INFORMATION \(23\).*keys differ"),
              "says in clear what is wrong, where others encrypt with a key that we cannot have"),
    Deviation("^responder: we want another identity of the peer",
              Fails("PEER_IDENTITY", _EMPTY_IV, "a.example"),
              "cannot decrypt our AUTHENTICATION-FAILED: its phase 1 not being done, it takes the IV from the "
              "message ID alone (RFC 2409 appendix B has the last CBC block of phase 1 in it)"),
    Deviation("^responder: the peer wants another identity of us",
              Fails("peer_notified", "our identity is wrong"),
              "says INVALID-ID-INFORMATION and does not delete its half of the SA"),
    Deviation("^initiator: we get another port and ask from there",
              Established(complaint="^we do not say 'NOTIFY R-U-THERE-ACK"),
              "answers R-U-THERE to the port that it knew and only notes the new one with later messages "
              "(its log: new NAT mapping), where RFC 3947 section 7 has it send to where the last came from"),
)
