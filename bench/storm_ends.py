"""The two processes of a login storm: portals, ours and strongSwan's, and `load` in front of them."""

import json
import os
import signal
import subprocess

from harness import process, requirements
from harness.network import Host
from peers.strongswan import StrongSwan

KEY = "correct horse battery staple"
ESP = "aes128-sha256"
PORT = 15500  # of our portal: any user may bind it
MAIN_TRANSPORT, PFS = 0x27, 0x10  # ISCSI_SECURITY_FLAGS


class StormFailed(Exception):
    pass


class Here(Host):
    """This machine as it is, for who may not make a namespace."""

    def inside(self, command):
        return [*command]


class Place:
    """`with Place() as host:` is a network namespace with nothing but its own loopback, for root."""

    def __enter__(self):
        if os.geteuid() != 0:
            return Here("", "127.0.0.1", "::1")
        self._name = f"iike{os.getpid()}-storm"  # harness.network removes what a killed run leaves
        made = subprocess.run(["ip", "netns", "add", self._name], capture_output=True, text=True)
        if made.returncode != 0:
            self._name = None
            return Here("", "127.0.0.1", "::1")
        host = Host(self._name, "127.0.0.1", "::1")
        host.run("ip", "link", "set", "lo", "up")
        return host

    def __exit__(self, *_):
        if os.geteuid() == 0 and self._name:
            subprocess.run(["ip", "netns", "del", self._name], capture_output=True)


def key_file(folder):
    path = os.path.join(folder, "key")
    with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write(KEY)
    return path


def _settings(key, suite, pfs):
    word = MAIN_TRANSPORT | (PFS if pfs else 0)
    return ["--flags", f"0x{word:02x}", "--key-file", key, "--ike", suite, "--esp", ESP]


class OurPortal:
    """`iscsi-ike serve`."""

    @staticmethod
    def missing(_options):
        return None

    def __init__(self, options, place, folder, key, suite, pfs):
        self._place = place
        self._said = os.path.join(folder, "serve")
        self._command = [options.tool, "serve", "--local", f"{place.ipv4}:{PORT}", "--dpd", "0",
                         *_settings(key, suite, pfs)]
        self.endpoint = f"{place.ipv4}:{PORT}"
        # A line for each event would be measured, too.
        known = subprocess.run([options.tool, "serve", "--help"], capture_output=True, text=True).stdout
        self._command += ["--quiet"] if "--quiet" in known else []
        self._command += ["--segment"] if options.segment else []

    def __enter__(self):
        with open(self._said, "w") as output:
            self._process = process.start(self._place, self._command, output)
        ready = process.wait_until(
            lambda: os.path.getsize(self._said) > 0 or self._process.poll() is not None, 10)
        if not ready or self._process.poll() is not None:
            self.__exit__()
            with open(self._said) as said:
                raise StormFailed("serve did not start: " + said.read().strip())
        self.pid = self._process.pid
        return self

    def __exit__(self, *_):
        process.stop(self._process, signal.SIGKILL)


# Nothing is logged. Half-open sessions are not rationed, the table is as large as a storm wants it.
_CHARON_CONF = """
charon-systemd {{
  load = {plugins}
  install_routes = no
  install_virtual_ip = no
  dos_protection = no
  init_limit_half_open = 0
  ikesa_table_size = 4096
  ikesa_table_segments = 16
  {exponent}
  plugins {{ vici {{ socket = unix://{folder}/vici }} }}
  journal {{ default = -1 }}
}}
swanctl {{ load = random }}
"""

# policies = no: what charon would put into the kernel besides the SAs is not asked for.
_SWANCTL_CONF = """
connections {{
  c {{
    version = 1
    local_addrs = {address}
    remote_addrs = %any
    proposals = {ike}
    unique = never
    local {{
      auth = psk
      id = {address}
    }}
    remote {{
      auth = psk
      id = %any
    }}
    children {{
      k {{
        mode = transport
        policies = no
        esp_proposals = {esp}
        local_ts = dynamic[tcp/3260]
        remote_ts = dynamic[tcp]
      }}
    }}
  }}
}}
secrets {{
  ike-c {{
    secret = 0x{key}
  }}
}}
"""


class StrongSwanPortal(StrongSwan):
    """Debian's charon, as the interop tests start it, but for a storm: with its log off."""

    # OpenSSL computes Diffie-Hellman, with private keys as long as OpenSSL likes them.
    plugins = ("random nonce openssl aes sha1 sha2 md5 hmac kdf gmp curve25519 kernel-netlink "
               "socket-default vici")
    exponent = ""

    @classmethod
    def missing(cls, options):
        return requirements.missing(cls.programs, (options.shim or "the library of --shim",))

    def __init__(self, options, place, folder, _key, suite, pfs):
        self._network = None
        self._host = place
        self._shim = options.shim
        self._folder = folder
        self._environment = dict(os.environ, STRONGSWAN_CONF=f"{folder}/strongswan.conf")
        self.endpoint = place.ipv4
        with open(f"{folder}/strongswan.conf", "w") as conf:
            conf.write(_CHARON_CONF.format(folder=folder, plugins=self.plugins, exponent=self.exponent))
        with open(f"{folder}/swanctl.conf", "w") as conf:
            conf.write(_SWANCTL_CONF.format(
                address=place.ipv4, ike=suite, key=KEY.encode().hex(),
                esp=f"{ESP}-{suite.split('-')[-1]}" if pfs else ESP))

    def __enter__(self):
        super().__enter__()
        self._load()
        self.pid = self._daemon.pid
        return self


class TunedStrongSwanPortal(StrongSwanPortal):
    """The same with what makes MODP cheapest: GMP and short private keys."""

    plugins = ("random nonce gmp openssl aes sha1 sha2 md5 hmac kdf curve25519 kernel-netlink "
               "socket-default vici")
    exponent = "dh_exponent_ansi_x9_42 = no"


PEERS = {"iscsi-ike": OurPortal, "strongswan": StrongSwanPortal, "strongswan-tuned": TunedStrongSwanPortal}


def run_load(options, place, key, suite, pfs, portal, wanted):
    """Runs `load` and returns its JSON. What it has established stays at the portal."""
    command = [options.tool, "load", "--portal", portal.endpoint, "--local", f"{wanted['first']}:0",
               "--addresses", "1" if options.segment else str(wanted["hbas"]), "--hbas", str(wanted["hbas"]), "--logins", str(wanted["logins"]),
               "--peer-pid", str(portal.pid), "--keep", "--json", "--quiet", *_settings(key, suite, pfs)]
    if options.segment:
        command.append("--segment")
    if "seconds" in wanted:
        command += ["--duration", str(wanted["seconds"])]
    if "rate" in wanted:
        command += ["--rate", str(wanted["rate"])]
    done = subprocess.run(place.inside(command), capture_output=True, text=True,
                          timeout=60 + wanted.get("seconds", 0))
    try:
        result = json.loads(done.stdout)
    except ValueError:
        raise StormFailed("load: " + done.stderr.strip()[-300:]) from None
    logins = result["logins"]
    if logins["failed"] > logins["established"] / 100 or result["cpu_us_per_login"]["peer"] is None:
        raise StormFailed(f"load: {logins['established']} established, failures: {result['failures']}")
    return result
