"""Checks that are more than a negotiation. Each is a module with

  run(network, peer class, options, folder) -> list of Results
  PROGRAMS  what must be installed
  PEERS     names of the peers it is for; None: any; empty: it needs none
"""

from . import decode, leave, scan, self_check

ALL = {"self": self_check, "decode": decode, "leave": leave, "scan": scan}
