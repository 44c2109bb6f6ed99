#!/usr/bin/env python3
"""Merges what the benchmark programs have written into one list, with floors and ratios; prints a table, draws plots.

  results.py --from build/bench/results --to build/bench

reads crypto_bench.json, codec_bench.json, handshake_bench.json, memory_bench.json, storm.json and, where they
are, storm-*.json (other target portals), and writes results.json, results.txt, storm.svg and suites.svg.
"""

import argparse
import glob
import json
import os
import platform
import sys

import plots
import rows
import table
from suites import SUITES


def main():
    options = _parse()
    try:
        return _merge(options)
    except ValueError as trouble:  # a benchmark that failed
        print(f"results: {trouble}", file=sys.stderr)
        return 1


def _merge(options):
    crypto = _read(options, "crypto_bench.json", {"benchmarks": [], "context": {}})
    codec = _read(options, "codec_bench.json", {"benchmarks": []})
    merged = rows.codec_rows(codec)
    merged += rows.crypto_rows(crypto)
    handshake = _read(options, "handshake_bench.json", {"benchmarks": []})
    negotiations = rows.handshake_rows(handshake)
    merged += negotiations
    merged += rows.memory_rows(_read(options, "memory_bench.json", []))
    merged += rows.storm_rows(_read(options, "storm.json", []), negotiations)
    for path in sorted(glob.glob(os.path.join(options.source, "storm-*.json")), key=lambda p: p.removesuffix(".json")):
        merged += rows.storm_rows(_read(options, os.path.basename(path), []), negotiations)
    if not merged:
        print(f"results: nothing in {options.source}", file=sys.stderr)
        return 1
    _write(options, merged, _conditions(crypto, (crypto, handshake, codec)))
    return 0


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", required=True, help="folder with what the programs have written")
    parser.add_argument("--to", dest="target", required=True, help="folder for the results")
    parser.add_argument("--no-plots", action="store_true")
    return parser.parse_args()


def _read(options, name, nothing):
    try:
        with open(os.path.join(options.source, name)) as file:
            return json.load(file)
    except FileNotFoundError:
        return nothing


def _conditions(crypto, documents):
    """One line that belongs to every figure. What the first document does not know, a later one may."""
    context = {}
    for document in reversed(documents):
        context.update({key: value for key, value in document.get("context", {}).items() if value is not None})
    bits = {run["name"].split("/")[1]: f"{run['exponent_bits']:.0f}" for run in crypto["benchmarks"]
            if run["name"].startswith("Dh/modp") and run["name"].split("/")[1] in SUITES}
    model = platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), model)
    except FileNotFoundError:
        pass
    parts = [model]
    for key, text in (("num_cpus", "{} cores"), ("mhz_per_cpu", "{} MHz"), ("lanes", "lanes: {}")):
        if key in context:
            parts.append(text.format(context[key]))
    if bits:
        parts.append("private keys of " + ", ".join(f"{b} bits ({group})" for group, b in bits.items()))
    if "date" in context:
        parts.append(context["date"][:10])
    return ", ".join(parts)


def _write(options, merged, conditions):
    with open(os.path.join(options.target, "results.json"), "w") as file:
        json.dump(merged, file, indent=1)
        file.write("\n")
    text = table.text(merged, conditions)
    print(text)
    with open(os.path.join(options.target, "results.txt"), "w") as file:
        file.write(text + "\n")
    if not options.no_plots:
        plots.draw(merged, conditions, options.target)


if __name__ == "__main__":
    sys.exit(main())
