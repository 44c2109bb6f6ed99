#!/usr/bin/env python3
"""Runs the tool in many ways, well and badly, and looks for the key in all that it says and writes.

  tool_text.py --tool TOOL [--result FILE]

The key is looked for as text, in hexadecimal of either case with and without separators, in base64, as a list of
numbers, and the derived keys of --secrets in hexadecimal; half of any would be half too much. Files that were asked
for keys are left out, and are where the search is seen to find something.
"""

import argparse
import base64
import json
import os
import subprocess
import sys
import tempfile

import tool_runs

HALF = 12  # octets that make a find


def forms(secret):
    """Every way in which a program might write octets; of each window of some octets."""
    found = set()
    for at in range(0, max(1, len(secret) - HALF + 1), 4):
        part = secret[at:at + HALF]
        found |= {part, part.hex().encode(), part.hex().upper().encode(), part.hex(" ").encode(), part.hex(":").encode(), part.hex("-").encode(),
                  b", ".join(b"%d" % o for o in part), b",".join(b"%d" % o for o in part), b" ".join(b"%d" % o for o in part),
                  b"".join(b"\\x%02x" % o for o in part), b",".join(b"0x%02x" % o for o in part), b", ".join(b"0x%02x" % o for o in part),
                  part[::-1], b"\0".join(bytes([o]) for o in part), part.swapcase(), part.lower(), part.upper()}
        for skip in range(3):  # base64 has three alignments
            found.add(base64.b64encode(part[skip:])[:HALF])
    return found


class Texts:
    def __init__(self, options, count, folder, key):
        self.options, self.count, self.folder, self.key = options, count, folder, key
        self.forms = forms(key.encode())
        self.octets = 0
        self.codes = set()

    def judge(self, what, text):
        self.octets += len(text)
        for form in self.forms:
            at = text.find(form)
            if at >= 0:
                self.count.check(False, f"{what}: has {form!r}, in {text[max(0, at - 60):at + 60]!r}")
                return
        self.count.check(True, "")

    def run(self, *arguments, **more):
        done = subprocess.run([self.options.tool, *arguments], capture_output=True, timeout=tool_runs.WAIT,
                              **{"stdin": subprocess.DEVNULL, **({} if "input" not in more else {"stdin": None}), **more})
        self.codes.add(done.returncode)
        words = " ".join(str(a).replace(self.key, "KEY") for a in arguments)
        self.judge(words, done.stdout + done.stderr)
        self.count.check(done.returncode >= 0, f"{words}: ended by signal {-done.returncode}")
        return done

    def run_bounded(self, *arguments):
        """A command that goes on until it is told to end, if it finds nothing wrong."""
        process = tool_runs.Process(self.folder, self.options.tool, *arguments)
        try:
            process.process.wait(1)
        except subprocess.TimeoutExpired:
            pass
        process.stop()
        self.judge(" ".join(arguments), process.said())

    def path(self, name):
        return os.path.join(self.folder, name)

    def judge_files(self, *but):
        for name in sorted(os.listdir(self.folder)):
            if name.startswith("out.") and name not in but:
                with open(self.path(name), "rb") as file:
                    self.judge(name, file.read())

    def finds(self, name):
        """The search is worth something: it finds what was asked for."""
        with open(self.path(name), "rb") as file:
            text = file.read()
        self.count.check(any(form in text for form in self.forms), f"{name}: nothing is found where keys were asked for")

    def learn(self, name):
        """From now on the derived keys of a --secrets file are looked for, too."""
        with open(self.path(name)) as file:
            for line in file:
                words = line.split()
                if not line.startswith("#") and words[0] != "initial_IV" and not words[0].endswith("_SPI"):
                    self.forms |= forms(bytes.fromhex(words[1]))


def badly_given(texts, sources):
    """Keys and settings that are refused: errors name the place and the rule, not the octets."""
    key, flags = texts.key, ["--flags", "0x27"]
    for index, octets in enumerate([b"\xef\xbb\xbf" + key.encode(), b" " + key.encode() + b"\t\n", key.encode() * 40, b"0x" + key.encode(),
                                    b"0x" + key.encode().hex()[:-1].encode(), b"0x" + key.encode().hex().encode() + b"zz", b"\n" + key.encode(),
                                    key.encode() + b"\0", key.encode().decode().encode("utf-16"), key.encode() * 300]):
        path = texts.path(f"bad{index}.txt")
        with open(path, "wb") as file:
            file.write(octets)
        for command in (["demo"], ["demo", "-v", "-v"], ["connect", "--portal", "127.0.0.1:9", "--local", "127.0.0.2:0", "--timeout", "1"]):
            texts.run(*command, *flags, "--key-file", path)
    texts.run("demo", *flags, "--key", key, "--key-file", texts.path("key.txt"))
    texts.run("demo", *flags, "--key=" + key)
    texts.run("demo", *flags, "--key", "0x" + key)
    texts.run("demo", *flags, "--kee", "x", "--key", key)
    texts.run("connect", "--key", key, "--nonsense")
    texts.run("demo", *flags, "--key-fd", "0", input=key.encode())
    texts.run("demo", *flags, "--key-file", "-", input=key.encode() * 100)
    good = json.dumps({"records": [{"securityFlags": "0x27", "identity": "fqdn:a.example", "key": "text:" + key}]})
    numbers = json.dumps({"AuthMethod": 1, "SecurityFlags": 39, "IdType": 2, "Id": [97], "Key": list(key.encode())})
    broken = [good.replace("text:", "txt:"), good.replace("text:", ""), good.replace("text:", "hex:"), good.replace('"}]', '", "more": 1}]'), good[:-5],
              good.replace('"key"', '"name"'), good.replace('"key"', '"identity"'), good.replace("fqdn:a.example", "text:" + key), good + key,
              good.replace("0x27", key), numbers.replace("]}", ", 256]}"), numbers.replace("]}", ', "x"]}'), numbers.replace('"Key"', '"Kex"'),
              good.replace('"records"', '"' + key + '"'), '{"' + key + '":1}', good.replace(key, key + "\\ud800"), good.replace(key, key + "\\u0000")]
    for index, text in enumerate(broken):
        path = texts.path(f"broken{index}.json")
        tool_runs.write(path, text)
        for command in (["explain"], ["demo"], ["why-key", "--peer", "127.0.0.3"], ["serve", "--local", "127.0.0.1:0"] if index < 12 else ["explain", "--json"]):
            if text.count(key) and is_for_text(text, key):  # a key in the place of a name is a name
                continue
            texts.run_bounded(*command, "--config", path)
            if command[0] == "explain":
                texts.run("check", path, path)
    ends = [texts.path("check_a.json"), texts.path("check_b.json")]
    tool_runs.write(ends[0], good)
    tool_runs.write(ends[1], good.replace("0x27", "0x37").replace(key, tool_runs.distinctive_key()))
    for more in ([], ["--json"], ["--both"], ["--b", "key-file=" + texts.path("key.txt")], ["--role", "responder", "--a", "esp=null-sha1"]):
        texts.run("check", *ends, *more)
        texts.run("check", *reversed(ends), *more)
    for source, arguments in sources.items():
        for command in (["explain"], ["why-key", "--peer", "127.0.0.3", "--json"], ["why-key", "--peer", "127.0.0.3"], ["demo"], ["demo", "-v", "-v"],
                        ["demo", "--ike", "aes128-sha256-modp1024", "--strict"], ["demo", "--mode", "aggressive"],
                        ["render", "--for", "strongswan", "--portal", "127.0.0.3"], ["render", "--for", "windows", "--local", "127.0.0.3", "--json"]):
            if command[0] not in ("explain", "render") or source.startswith("config"):
                texts.run(*command, *arguments)


def is_for_text(text, key):
    """A key that is written where a name, an identity or a word belongs is told as what it is taken for."""
    return any(part in text for part in ('"' + key + '"', '"name": "text:', '"identity": "text:', '"securityFlags": "' + key))


def sessions(texts):
    """A server and clients, well and badly keyed, with everything written that can be."""
    other = texts.path("other.txt")
    tool_runs.write(other, tool_runs.distinctive_key())
    own, flags = ["--key-file", texts.path("key.txt")], ["--flags", "0x2f"]
    outputs = lambda name, *more: [word for option, suffix in (("--pcap", "pcap"), ("--pcap-clear", "clear"), ("--record", "recording"), *more)
                                   for word in (option, texts.path(f"out.{name}.{suffix}"))]
    keys = (("--keylog", "keylog"), ("--esp-keylog", "esp"), ("--secrets", "secrets"))
    with tool_runs.serving(texts.options.tool, texts.folder, *flags, *own, "-v", "-v", *outputs("serve", *keys)) as (server, port):
        connect = [*tool_runs.connecting(port), *flags]
        texts.run(*connect, *own, "-v", "-v", *outputs("connect", *keys))
        server.wait_for(rb"phase 1 closed by the peer")
        texts.learn("out.serve.secrets")
        texts.learn("out.connect.secrets")
        texts.finds("out.serve.keylog")
        texts.finds("out.connect.esp")
        texts.run(*connect, *own, "--json", "--mode", "aggressive", *outputs("aggressive"))
        texts.run(*connect, "--key-file", other, "-v", "--timeout", "2")
        texts.run(*connect, "--key-file", other, "--json", "--mode", "aggressive", "--timeout", "2")
        texts.run(*connect, *own, "--esp", "aes256gcm16", "-v")
        texts.run(*connect, *own, "--ike", "3des-sha1-modp1024", "-v")
        texts.run(*connect, *own, "--peer-id", "fqdn:other.example", "-v")
        texts.run("load", "--portal", f"127.0.0.1:{port}", "--local", "127.0.0.3:0", "--hbas", "8", "--flags", "0x27", *own, "--hgrm", texts.path("out.hgrm"))
        texts.run("load", "--portal", f"127.0.0.1:{port}", "--local", "127.0.0.3:0", "--hbas", "2", "--flags", "0x27", "--key-file", other, "--json", "--timeout", "2")
    texts.judge("serve", server.said())
    replays(texts, own, other)
    texts.judge_files(*(f"out.{end}.{kind}" for end in ("serve", "connect") for _, kind in keys))


def replays(texts, own, other):
    recording, capture = texts.path("out.connect.recording"), texts.path("out.connect.pcap")
    for key in (own, ["--key-file", other], []):
        for how in ([], ["--step"], ["--json"], ["--set", "flags=0x4b"], ["--set", "key=1"]):
            texts.run("replay", recording, *key, *how)
    texts.run("decode", capture, "--keylog", texts.path("out.connect.keylog"))
    texts.run("decode", capture, "--keylog", texts.path("out.connect.keylog"), "--json")
    texts.run("decode", texts.path("out.aggressive.pcap"), "--try-psk", texts.path("key.txt"))
    texts.run("decode", texts.path("out.aggressive.pcap"), "--try-psk", other, "--json")
    damaged = texts.path("damaged.keylog")
    with open(texts.path("out.connect.keylog")) as file:
        tool_runs.write(damaged, file.read().rstrip("\n") + "zz\n")
    texts.run("decode", capture, "--keylog", damaged)
    texts.run("decode", capture, "--keylog", texts.path("key.txt"))
    texts.run("replay", texts.path("key.txt"), *own)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--result")
    options = parser.parse_args()
    count = tool_runs.Count("secrets_tool_text")
    with tempfile.TemporaryDirectory() as folder:
        key = tool_runs.distinctive_key()
        sources = tool_runs.key_sources(folder, key)
        texts = Texts(options, count, folder, key)
        badly_given(texts, sources)
        sessions(texts)
        count.check({0, 2, 3, 4} <= texts.codes, f"only exit codes {texts.codes} were seen")
        count.figures["octets_judged"] = texts.octets
    return count.end(options.result)


if __name__ == "__main__":
    sys.exit(main())
