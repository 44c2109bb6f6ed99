#!/usr/bin/env python3
"""Runs bench/results.py over what the programs might have written, and judges what comes out.

  results_test.py SOURCE_DIR
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
ASKED_FOR = {"name", "suite", "pfs", "sides", "io", "held", "cpu_us", "floor_us", "ratio", "peer", "bytes",
             "allocations"}
RATIOS = {
    "Codec/WriteMm1/suites:8": 100,
    "Codec/ReadMm1/suites:8": 200,
    "Prf/sha256/openssl/64": 5,
    "PrfKeying/sha256/ours": 1,
    "Dh/modp2048/generate/openssl": 30,
    "Dh/modp2048/generate/batched": 1,
    "Handshake/main/nopfs/modp2048/held:400/together:64/lanes:1": 1.2,
    "Handshake/aggressive/pfs/modp2048/held:400/together:1/lanes:0": 1.3,
    "Handshake/main/nopfs/modp2048/held:100000/together:64/lanes:1": 1.26,
    "Storm/main/nopfs/modp2048/closed": 2.8,
    "Storm/main/nopfs/modp2048/open/1000": 9,
}


def main():
    program = os.path.join(sys.argv[1], "bench", "results.py")
    complaints = []
    with tempfile.TemporaryDirectory() as folder:
        done = _run(program, os.path.join(HERE, "canned"), folder)
        if done.returncode != 0:
            complaints.append(f"exit status {done.returncode}: {done.stderr}")
        else:
            with open(os.path.join(folder, "results.json")) as file:
                complaints += _judge(json.load(file), done.stdout)
            complaints += _judge_plots(folder)
        complaints += _judge_conditions(program, folder)
        complaints += _judge_broken(program, folder)
    print("\n".join(complaints) or "as expected")
    return 1 if complaints else 0


def _run(program, source, target):
    return subprocess.run([sys.executable, "-B", program, "--from", source, "--to", target],
                          capture_output=True, text=True)


def _judge(rows, table):
    complaints = [f"{row['name']} lacks {ASKED_FOR - set(row)}" for row in rows if not ASKED_FOR <= set(row)]
    ours = {row["name"]: row for row in rows if row["peer"] != "strongswan"}
    for name, ratio in RATIOS.items():
        got = ours.get(name, {}).get("ratio")
        if got is None or abs(got - ratio) > 1e-9 * ratio:
            complaints.append(f"{name}: ratio {got}, not {ratio}")
    complaints += [f"{row['name']}: io {row['io']}" for row in rows
                   if row["io"] != ("udp" if row["name"].startswith("Storm/") else "memory")]
    held = sorted(row["held"] for row in rows if row["held"] and row["name"].startswith("Handshake/main"))
    if held != [400, 1000, 10000, 100000]:
        complaints.append(f"held {held}")
    memory = ours.get("Memory/established/main/nopfs/modp2048/initiator", {})
    if (memory.get("bytes"), memory.get("cpu_us"), memory.get("sides")) != (1431.3, None, "initiator"):
        complaints.append(f"memory {memory}")
    peers = {row["peer"] for row in rows}
    if not {"iscsi-ike", "strongswan"} <= peers:
        complaints.append(f"peers {peers}")
    for words in ("120 (1.20)", "strongswan: aes128-sha256-modp2048", "1.05", "private keys of 256 bits (modp2048)"):
        if words not in table:
            complaints.append(f"the table does not say '{words}'")
    return complaints


def _judge_plots(folder):
    if not shutil.which("gnuplot"):
        print("without gnuplot, plots are not judged")
        return []
    complaints = []
    for name, words in (("storm.svg", "logins begun / s"), ("suites.svg", "crypto floor")):
        root = xml.etree.ElementTree.parse(os.path.join(folder, name)).getroot()
        if words not in " ".join(root.itertext()):
            complaints.append(f"{name} does not say '{words}'")
    return complaints


def _judge_conditions(program, folder):
    """The conditions come from whichever benchmark has run, and say nothing of those that have not."""
    source = os.path.join(folder, "one")
    os.mkdir(source)
    runs = [{"name": "WriteMm1/suites:8", "cpu_time": 500, "time_unit": "ns"},
            {"name": "CopyMm1/suites:8", "cpu_time": 5, "time_unit": "ns"}]
    with open(os.path.join(source, "codec_bench.json"), "w") as file:
        json.dump({"context": {"date": "2026-02-03T04:05:06", "num_cpus": 3}, "benchmarks": runs}, file)
    done = _run(program, source, folder)
    line = done.stdout.splitlines()[0] if done.stdout else done.stderr
    complaints = [f"the conditions do not say '{words}': {line}" for words in ("3 cores", "2026-02-03")
                  if words not in line]
    if "None" in line or "private keys" in line:
        complaints.append(f"the conditions say what is not known: {line}")
    if not os.access(program, os.X_OK):
        complaints.append("results.py cannot be executed")
    return complaints


def _judge_broken(program, folder):
    """A benchmark that failed, or nothing at all, is no result."""
    source = os.path.join(folder, "broken")
    os.mkdir(source)
    complaints = [] if _run(program, source, folder).returncode else ["no figures make results"]
    failed = {"name": "Dh/modp2048/agree/batched", "error_occurred": True, "error_message": "a job failed"}
    with open(os.path.join(source, "crypto_bench.json"), "w") as file:
        json.dump({"context": {}, "benchmarks": [failed]}, file)
    done = _run(program, source, folder)
    if done.returncode == 0 or "a job failed" not in done.stderr:
        complaints.append("a benchmark that failed makes results")
    return complaints


if __name__ == "__main__":
    sys.exit(main())
