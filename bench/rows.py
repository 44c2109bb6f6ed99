"""Rows of results.json out of what each benchmark program has written. A member that does not apply is null."""

import re

from suites import SUITES

_MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}
MEMBERS = ("name", "suite", "pfs", "sides", "io", "held", "cpu_us", "floor_us", "ratio", "peer", "mode", "together",
           "lanes", "rate", "wanted_rate", "addresses", "latency_us", "cpu_us_initiator", "cpu_us_responder", "bytes",
           "allocations", "failed")


def _row(**members):
    row = dict.fromkeys(MEMBERS)
    row.update(peer="iscsi-ike")
    row.update(members)
    if row["cpu_us"] is not None and row["floor_us"]:
        row["ratio"] = row["cpu_us"] / row["floor_us"]
    return row


def _runs(document):
    """Name -> run, of Google Benchmark's JSON. A benchmark that failed ends it all."""
    runs = {}
    for run in document["benchmarks"]:
        if run.get("error_occurred"):
            raise ValueError(f"{run['name']}: {run.get('error_message')}")
        name = re.sub(r"/(manual_time|iterations:\d+|min_time:[\d.]+)", "", run["name"])
        runs[name] = run
    return runs


def _cpu(run):
    return run["cpu_time"] * _MICROSECONDS[run["time_unit"]]


def codec_rows(document):
    """The floor is a copy of the message."""
    runs = _runs(document)
    copies = {name: _cpu(run) for name, run in runs.items() if name.startswith("Copy")}
    return [_row(name=f"Codec/{name}", sides="one", io="memory", cpu_us=_cpu(run),
                 floor_us=copies[re.sub("^(Write|Read)", "Copy", name)])
            for name, run in runs.items() if name not in copies]


def crypto_rows(document):
    """Of prf and CBC, ours is the floor; of Diffie-Hellman, ours with all lanes filled."""
    runs = _runs(document)
    rows = []
    for name, run in runs.items():
        if name.startswith("Dh/"):
            floor = runs[name.rsplit("/", 1)[0] + "/batched"]
        else:
            floor = runs[re.sub("/openssl(/|$)", r"/ours\1", name)]
        who = "openssl" if "/openssl" in name else "iscsi-ike"
        rows.append(_row(name=name, suite=name.split("/")[1], sides="one", io="memory", peer=who, cpu_us=_cpu(run),
                         floor_us=_cpu(floor)))
    return rows


def handshake_rows(document):
    """Each has measured its floor itself, in turns."""
    rows = []
    for name, run in _runs(document).items():
        kind, mode, pfs, group, *conditions = name.split("/")
        common = dict(suite=SUITES[group], pfs=pfs == "pfs", sides="both", io="memory", mode=mode)
        if kind == "Symmetric":
            cpu = _cpu(run)
            rows.append(_row(name=name, cpu_us=cpu, floor_us=cpu, **common))
        elif kind == "Handshake":
            numbers = {key: int(value) for key, value in (c.split(":") for c in conditions)}
            rows.append(_row(name=name, cpu_us=run["cpu_us"], floor_us=run["floor_us"], **numbers, **common))
        else:
            rows += _held_rows(run, f"Handshake/{mode}/{pfs}/{group}", common)
    return rows


def _held_rows(run, name, common):
    return [_row(name=f"{name}/held:{held}/together:64/lanes:1", held=int(held), together=64, lanes=1,
                 cpu_us=run[counter], floor_us=run["floor_us"], **common)
            for counter, held in ((c, c.rpartition("_")[2]) for c in run if c.startswith("cpu_us_"))]


def memory_rows(figures):
    rows = []
    for figure in figures:
        _, _, *place = figure["name"].split("/")
        known = len(place) >= 3 and place[2] in SUITES
        rows.append(_row(
            name=figure["name"], bytes=figure["bytes"], allocations=figure["allocations"], io="memory",
            suite=SUITES[place[2]] if known else None, mode=place[0] if known else None,
            pfs=place[1] == "pfs" if known else None, sides=_side(figure["name"], place)))
    return rows


def _side(name, place):
    if "Allocations/negotiation" in name:
        return "both"
    return place[-1] if place[-1] == "initiator" else "responder"


def storm_rows(figures, negotiations):
    """The floor is that of the same negotiation in memory, all lanes filled: sockets are no part of it."""
    floors = {(row["suite"], row["pfs"]): row["floor_us"] for row in negotiations
              if row["mode"] == "main" and row["together"] == 64 and row["held"] == 400}
    rows = []
    for figure in figures:
        name = f"Storm/main/{'pfs' if figure['pfs'] else 'nopfs'}/{figure['group']}/{figure['loop']}"
        if figure["addresses"] == "one":
            name += "/one_address"
        if figure["wanted_rate"]:
            name += f"/{figure['wanted_rate']}"
        same = {key: figure[key] for key in ("suite", "pfs", "held", "cpu_us", "cpu_us_initiator", "cpu_us_responder",
                                             "rate", "wanted_rate", "addresses", "latency_us", "failed", "peer")}
        rows.append(_row(name=name, sides="both", io="udp", mode="main", lanes=1,
                         together=None if figure["wanted_rate"] else 64,
                         floor_us=floors.get((figure["suite"], figure["pfs"])), **same))
    return rows
