"""The peer is configured by what `iscsi-ike render` writes for it, and nothing else; then both negotiate, with
the same keys. Every security word that leads to a plan, in both roles, with keys and names of all kinds."""

import itertools
import os
import subprocess

from harness.case import Case, run_case, show
from harness.settings import Settings, replace
from harness.tool import AGGRESSIVE, IKE_IPSEC, MAIN, PFS, TRANSPORT, TUNNEL, VALID, Tool

NEEDS = ()
PEERS = None

_ON = VALID | IKE_IPSEC

_KEYS = (
    "correct horse battery staple",
    "quotes \" ' ` and # ; { } ( ) $HOME \\ %s end",
    "Schl\u00fcssel \u043a\u043b\u044e\u0447 \u9375",
    "two lines\n} # both count",
    "0x00ff0a0d220027005c7f80112233445566778899",
    "0t: not a token of anything, for " + "long " * 100,
)

_IDENTITIES = (  # address family, ours, the peer's
    (4, "ipv4:10.9.0.1", "ipv4:10.9.0.2"),
    (4, "fqdn:hba.example", "fqdn:array.example"),
    (4, "user_fqdn:hba@initiators.example", "user_fqdn:array@targets.example"),
    (6, "ipv6:fd00:9::1", "ipv6:fd00:9::2"),
    (4, "ipv4:10.9.0.1", "fqdn:array.example"),
)

_ODD_NAMES = ("#a#b#@x.example", "'q`{b}'@x.example", "%any$HOME!|&@x.example", "a*b?c^d~e_f/g+h@x.example")


def run(network, peer_class, options, folder):
    tool = Tool(options.tool, network, folder)
    results = []
    with _rendered(peer_class, tool)(network, folder, options.shim) as peer:
        for case, hidden in _cases(peer):
            if options.only not in case.name:
                continue
            peer.we_are_hidden = hidden
            result, _ = run_case(case, peer, tool, _has_lifetimes if case.theirs and case.theirs.our_options else None)
            results.append(result)
            show(result)
    return results


def _rendered(peer_class, tool):
    class Rendered(peer_class):
        we_are_hidden = False  # the peer is not told our address
        _count = itertools.count()

        def load(self, settings):
            out = os.path.join(tool.folder, f"rendered-{next(self._count)}")
            command = [tool.path, "render", "--for", self.name, "--role", settings.role,
                       "--peer", tool.network.theirs.address(settings.family), "--out", out, "--with-keys",
                       *tool.policy(settings), *settings.our_options]
            if not self.we_are_hidden:
                command += ["--local", tool.network.ours.address(settings.family)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError(f"render: {done.stderr.strip()}")
            open_files = [name for name in os.listdir(out) if os.stat(f"{out}/{name}").st_mode & 0o077]
            if open_files:
                raise RuntimeError(f"render: others can read {', '.join(open_files)}")
            self.load_files(out)

    return Rendered


def _words():
    modes = (MAIN, AGGRESSIVE, MAIN | AGGRESSIVE)
    encapsulations = (0, TRANSPORT, TUNNEL, TRANSPORT | TUNNEL)
    for mode, pfs, encapsulation in itertools.product(modes, (0, PFS), encapsulations):
        yield _ON | mode | pfs | encapsulation


def _settings(word, role, **more):
    """What comes of a word: main mode before aggressive, tunnel before transport."""
    return Settings(role=role, word=f"0x{word:02x}", exchange="main" if word & MAIN else "aggressive",
                    pfs=bool(word & PFS), we_check_their_id=True,
                    encapsulation="transport" if word & TRANSPORT and not word & TUNNEL else "tunnel", **more)


def _cases(peer):
    """Yields (case, whether the peer is not told our address)."""
    keys, identities = itertools.cycle(_KEYS), itertools.cycle(_IDENTITIES)
    for role in ("initiator", "responder"):
        for word in _words():
            family, ours, theirs = next(identities)
            settings = _settings(word, role, family=family, our_id=ours, their_id=theirs, key=next(keys))
            yield Case(f"rendered for word {settings.word}", settings), False
        aggressive = _settings(_ON | AGGRESSIVE | TRANSPORT, role)
        for name in _ODD_NAMES:
            settings = replace(aggressive, our_id=f"user_fqdn:{name}", their_id="user_fqdn:" + name.lstrip("#'%"))
            yield Case(f"rendered for {settings.our_id}", settings), False
        with_pfs = _settings(_ON | MAIN | PFS | TRANSPORT, role)
        for suite, ike, esp in _SUITES[peer.name]:
            yield Case(f"rendered for the list {suite}", replace(with_pfs, our_suites=suite, ike=ike, esp=esp)), False
        yield Case("rendered with a group of its own for PFS", replace(with_pfs, pfs_group="modp3072")), False
        subnets = _settings(_ON | MAIN | TUNNEL, role, our_selector="10.1.0.0/16", their_selector="10.2.0.0/16 tcp 3260")
        yield Case("rendered for subnets", subnets), False
        yield Case("rendered for UDP", replace(with_pfs, our_selector="10.9.0.1/32 17 99", their_selector="10.9.0.2/32 17")), False
    for case in _second_choices(peer):
        yield case, False
    main = _settings(_ON | MAIN | TRANSPORT, "initiator")
    yield Case("rendered for an initiator at any address", main), True
    yield Case("rendered for a named initiator at any address",
               replace(_settings(_ON | AGGRESSIVE | TRANSPORT, "initiator"), our_id="fqdn:hba.example")), True
    offers = _settings(_ON | MAIN | TRANSPORT, "responder")
    yield Case("rendered with lifetimes", offers, theirs=replace(offers, our_options=_LIFETIMES)), False


_LIFETIMES = ("--ike-lifetime", "7200", "--esp-lifetime", "900")


def _has_lifetimes(ours):
    """Ours are longer, so that what is in force is what the peer offers."""
    told = ours.outcome["phase1"]["lifetime"]["seconds"], ours.outcome["children"][0]["lifetime"]["seconds"]
    return [] if told == (7200, 900) else [f"the lifetimes are {told}"]


def _second_choices(peer):
    """We ask for what the peer has as its second."""
    both = _settings(_ON | MAIN | AGGRESSIVE, "initiator")
    yield Case("rendered for both modes, we begin with aggressive mode",
               replace(both, exchange="aggressive", our_options=("--mode", "aggressive")), theirs=both)
    if peer.name == "libreswan":  # strongSwan has one child for the same selectors
        yield Case("rendered for both encapsulations, we want transport mode",
                   replace(both, encapsulation="transport", word="0x27"), theirs=both)


# What comes of a list with the peer that has it.
_SUITES = {
    "strongswan": (("rfc7146", "aes128-sha256-modp2048", "aes128-sha256-esn"),
                   ("rfc3723", "3des-sha1-modp1024", "aes128ctr-aesxcbc"),
                   ("windows", "aes256-sha1-ecp384", "aes128-sha1"),
                   ("modern", "aes256-sha512-curve25519", "aes256gcm16-esn")),
    "libreswan": (("rfc3723", "3des-sha1-modp2048", "aes128ctr-aesxcbc"),
                  ("windows", "aes256-sha1-ecp384", "aes128-sha1")),
}
