"""Peers by name. A new one is a file here with a subclass of harness.peer.Peer, and a line below."""

from .libreswan import Libreswan
from .strongswan import StrongSwan

ALL = {peer.name: peer for peer in (StrongSwan, Libreswan)}
