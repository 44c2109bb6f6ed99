"""What one end of a negotiation is told, in words that belong to no implementation."""

from dataclasses import dataclass, replace
from typing import Optional

__all__ = ["Settings", "replace"]


@dataclass(frozen=True)
class Settings:
    """The same object configures both ends; a mismatch is made with `replace`.

    Identities are "ipv4:..", "ipv6:..", "fqdn:..", "user_fqdn:..". Suites are in the notation that the
    tool and most daemons share. Selectors are "ADDRESS[/BITS] [PROTOCOL [PORT]]".
    """

    role: str = "initiator"  # ours, in phase 1; or responder
    exchange: str = "main"  # or aggressive
    pfs: bool = False
    encapsulation: str = "transport"  # or tunnel
    family: int = 4  # of the addresses that carry the exchange
    our_id: str = "ipv4:10.9.0.1"
    their_id: str = "ipv4:10.9.0.2"
    key: str = "correct horse battery staple"
    ike: str = "aes128-sha256-modp2048"
    esp: str = "aes128-sha1"
    word: Optional[str] = None  # our security word, when it asks for more than comes out
    our_suites: Optional[str] = None  # our end offers this named list; ike and esp are the outcome
    pfs_group: Optional[str] = None  # None: the group of phase 1
    our_selector: Optional[str] = None  # None: host to host, TCP to port 3260 of the responder
    their_selector: Optional[str] = None
    we_check_their_id: bool = False  # our end demands their_id; the peer always demands our_id
    we_are_strict: bool = False  # our end takes preferences as requirements
    port: int = 500  # of both ends; from 4500 on, every message has the marker of RFC 3948
    our_options: tuple = ()  # more options of our tool, which the peer is to cope with
    # What the peer alone is told:
    encapsulate: bool = False  # to pretend that there is a NAT
    dpd: int = 0  # seconds of silence after which it asks whether we live; 0: it does not
    fragments: str = "yes"  # or no, or force: IKE fragmentation
    ike_rekey: int = 0  # seconds after which it renegotiates phase 1; 0: its default
    child_rekey: int = 0  # seconds after which it renegotiates the child; 0: its default
    initial_contact: bool = False  # whether it says so, when it begins; some always do
    unique: str = "replace"  # what a new SA does to an older one of the same ends; or never, keep

    @property
    def group(self):
        return self.pfs_group or self.ike.split("-")[-1]

    def selectors(self, our_address, their_address):
        """Both selectors, ours first, with the defaults written out."""
        bits = 128 if self.family == 6 else 32
        initiator, responder = f"/{bits} tcp", f"/{bits} tcp 3260"
        ours, theirs = (initiator, responder) if self.role == "initiator" else (responder, initiator)
        return self.our_selector or our_address + ours, self.their_selector or their_address + theirs
