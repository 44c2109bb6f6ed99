"""Checks that are more than a negotiation. Each is a module with

  run(network, peer class, options, folder) -> list of Results
  NEEDS  programs, and modules of Python as "python:NAME", that must be installed
  PEERS  names of the peers it is for; None: any; empty: it needs none
"""

from . import (codec, collision, contact, decode, fragments, isns, isns_connect, isns_hostile, isns_link, isns_serve,
               leave, liveness, nat, rebind, render, renewal, scan, self_check, session, traffic)

ALL = {"self": self_check, "decode": decode, "leave": leave, "scan": scan, "codec": codec,
       "traffic": traffic, "nat": nat, "session": session, "liveness": liveness, "renewal": renewal,
       "fragments": fragments, "contact": contact, "rebind": rebind,
       "collision": collision, "isns": isns, "isns-link": isns_link,
       "isns-hostile": isns_hostile, "isns-serve": isns_serve,
       "isns-connect": isns_connect, "render": render}
