"""The results as text, for people."""

from suites import SUITES


def text(rows, conditions):
    parts = [f"Conditions: {conditions}. Microseconds of CPU; in brackets the ratio to the floor of the same run."]
    for part in (_negotiations(rows), _held(rows), _storms(rows), _latency(rows), _groups(rows), _rest(rows),
                 _memory(rows)):
        if part:
            parts.append("\n".join(part))
    return "\n\n".join(parts)


def _us(row):
    if row is None:
        return "-"
    value = row["cpu_us"]
    shown = f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.3f}"
    return shown + (f" ({row['ratio']:.2f})" if row["ratio"] else "")


def _lines(title, heads, body):
    """A title, and columns as wide as they need."""
    if not body:
        return []
    grid = [heads, *body]
    widths = [max(len(line[i]) for line in grid) for i in range(len(heads))]
    return [title, *("  " + "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                                      for i, (cell, width) in enumerate(zip(line, widths))) for line in grid)]


def _find(rows, **wanted):
    return next((row for row in rows if all(row[key] == value for key, value in wanted.items())), None)


def _named(rows, prefix):
    return [row for row in rows if row["name"].startswith(prefix)]


def _negotiations(rows):
    body = []
    for group, suite in SUITES.items():
        for mode in ("main", "aggressive"):
            for pfs in (False, True):
                same = [r for r in _named(rows, "Handshake/") if r["held"] == 400 and r["suite"] == suite]
                of = [_find(same, mode=mode, pfs=pfs, together=together, lanes=lanes)
                      for together, lanes in ((1, 0), (1, 1), (64, 1))]
                if any(of):
                    floor = next(row["floor_us"] for row in reversed(of) if row)
                    body.append([f"{suite}, {mode}{', PFS' if pfs else ''}", *map(_us, of), f"{floor:.0f}"])
    return _lines("A negotiation in memory, both ends, 400 SAs held",
                  ["", "one at a time, no lanes", "one at a time, lanes", "64 together, lanes", "floor with lanes"],
                  body)


def _held(rows):
    body = []
    for suite in SUITES.values():
        same = [r for r in _named(rows, "Handshake/main/nopfs") if r["suite"] == suite and r["lanes"] == 1]
        of = {row["held"]: row for row in same if row["together"] == 64}
        if 1000 in of and 100000 in of:
            grown = of[100000]["cpu_us"] / of[1000]["cpu_us"]
            body.append([suite, *(_us(of.get(held)) for held in (1000, 10000, 100000)), f"{grown:.2f}"])
    return _lines("A negotiation against the SAs held, main mode, 64 together, lanes",
                  ["", "1,000", "10,000", "100,000", "100,000 / 1,000"], body)


def _storms(rows):
    body = [[f"{row['peer']}: {row['suite']}{', PFS' if row['pfs'] else ''}"
             f"{', one address' if row['addresses'] == 'one' else ''}", _us(row),
             f"{row['cpu_us_initiator']:.0f}", f"{row['cpu_us_responder']:.0f}", f"{row['rate']:.0f}",
             f"{row['latency_us']['p50'] / 1000:.2f}", f"{row['latency_us']['p99'] / 1000:.2f}",
             str(row["failed"])]
            for row in _named(rows, "Storm/") if not row["wanted_rate"]]
    return _lines("A login storm over loopback UDP, main mode, both processes on one core, 64 logins at a time, "
                  "400 SAs and more held; by the portal",
                  ["", "both ends", "our load", "portal", "a second", "p50 ms", "p99 ms", "failed"], body)


def _latency(rows):
    body = [[str(row["wanted_rate"]), f"{row['rate']:.0f}", _us(row),
             *(f"{row['latency_us'][which] / 1000:.2f}" for which in ("p50", "p99", "max"))]
            for row in _named(rows, "Storm/") if row["wanted_rate"]]
    suite = next((row["suite"] for row in _named(rows, "Storm/") if row["wanted_rate"]), "")
    return _lines(f"Latency from the intended start, logins begun by the clock, {suite}",
                  ["begun a second", "done a second", "both ends", "p50 ms", "p99 ms", "max ms"], body)


def _groups(rows):
    who = ("openssl", "openssl_unvalidated", "scalar", "batched")
    places = dict.fromkeys(row["name"].rsplit("/", 1)[0] for row in _named(rows, "Dh/"))
    body = [[place[3:], *(_us(_find(rows, name=f"{place}/{one}")) for one in who)] for place in places]
    return _lines("Diffie-Hellman, one operation", ["", "OpenSSL", "not validated", "ours, one", "ours, lanes filled"],
                  body)


def _rest(rows):
    body = [[row["name"], _us(row)] for row in rows
            if row["name"].split("/")[0] in ("Prf", "PrfKeying", "CbcEncrypt", "Codec", "Symmetric")]
    return _lines("Codec, prf, CBC, symmetric part of a negotiation", ["", "us"], body)


def _memory(rows):
    body = [[row["name"], "-" if row["bytes"] is None else f"{row['bytes']:.0f}",
             "-" if row["allocations"] is None else f"{row['allocations']:.1f}"]
            for row in rows if row["bytes"] is not None or row["allocations"] is not None]
    return _lines("Heap", ["", "bytes", "allocations"], body)
