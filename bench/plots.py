"""Plots by gnuplot: storm.svg (rate and latency over UDP) and suites.svg (cost of a negotiation by suite)."""

import os
import shutil
import subprocess

from suites import SUITES

_HEAD = """set terminal svg size {width},{height} dynamic font "DejaVu Sans,12" background rgb "white"
set output "{path}"
set style line 1 lc rgb "#4477aa" lw 2 pt 7 ps 0.6
set style line 2 lc rgb "#ee6677" lw 2 pt 5 ps 0.6
set style line 3 lc rgb "#228833" lw 2 pt 9 ps 0.6
set style line 4 lc rgb "#bbbbbb" lw 2
set style line 5 lc rgb "#ccbb44" lw 2
set style line 6 lc rgb "#66ccee" lw 2
set style line 7 lc rgb "#aa3377" lw 2
set style line 8 lc rgb "#222222" lw 2
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set style data histograms
set style histogram clustered gap 1.5
set style fill solid noborder
set boxwidth 0.9
"""


_STYLES = (1, 2, 3, 5, 6, 4, 7, 8)  # of bars in turn


def draw(rows, conditions, folder):
    """Says so when gnuplot is not there: figures are worth having without it."""
    if not shutil.which("gnuplot"):
        print("\nno plots: gnuplot is not installed")
        return
    storms = [dict(row, peer=row["peer"] + (", one address" if row["addresses"] == "one" else ""))
              for row in rows if row["name"].startswith("Storm/")]
    negotiations = [row for row in rows if row["name"].startswith("Handshake/") and row["held"] == 400]
    if storms:
        _gnuplot(_storm(storms, conditions, os.path.join(folder, "storm.svg")))
    if negotiations:
        _gnuplot(_suites(negotiations, storms, conditions, os.path.join(folder, "suites.svg")))


def _gnuplot(script):
    done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError("gnuplot: " + done.stderr.strip())


def _block(name, lines):
    """Data within the script: a line a row, cells quoted that are text. What is missing is a bar of no height:
    gnuplot 5.4 crashes on a column of NaN with labels."""
    shown = (" ".join(f'"{cell}"' if isinstance(cell, str) else f"{cell or 0:g}" for cell in line)
             for line in lines)
    return f"${name} << EOD\n" + "\n".join(shown) + "\nEOD\n"


def _bars(name, series):
    """A plot command of one cluster a line: the first column is its label, then a bar for each of the series."""
    return "plot " + ", ".join(f"${name} using {i + 2}:xtic(1) ls {style} title '{title}'"
                               for i, (title, style) in enumerate(series)) + "\n"


def _labels(name, count, columns, form):
    """Figures above the bars, in a cluster of `columns`, turned so that they do not meet."""
    width = 1 / (columns + 1.5)  # of a bar, in a cluster of width 1 with the gap of the style
    return ", ".join(f"${name} using ($0 + {(i - (columns - 1) / 2) * width:.3f}):{i + 2}:"
                     f"(${i + 2} > 0 ? sprintf('{form}', ${i + 2}) : '') with labels rotate by 90 left offset 0,0.4 "
                     "font ',9' notitle" for i in range(count))


def _chart(name, series, form):
    return _bars(name, series).rstrip("\n") + ", " + _labels(name, len(series), len(series), form) + "\n"


def _storm(storms, conditions, path):
    closed = [row for row in storms if not row["wanted_rate"]]
    opened = sorted((row for row in storms if row["wanted_rate"]), key=lambda row: row["wanted_rate"])
    peers = list(dict.fromkeys(row["peer"] for row in closed))
    series = [(f"{_portal(peer)}{', PFS' if pfs else ''}", peer, pfs) for peer in peers for pfs in (False, True)]
    rates = {(row["peer"], row["suite"], row["pfs"]): row["rate"] for row in closed}
    lines = [[group, *(rates.get((peer, suite, pfs)) for _, peer, pfs in series)] for group, suite in SUITES.items()
             if any(row["suite"] == suite for row in closed)]
    top = 1.45 * max(rates.values())  # room for the key
    held = closed[0]["held"] if closed else opened[0]["held"]
    script = _HEAD.format(width=1240, height=560, path=path)
    script += _block("rates", lines)
    script += f"""set multiplot layout 1,2 title "Login storm over loopback UDP: main mode, one child each; \
load and portal on one core; {held} SAs and more held\\n{{/*0.8 {conditions}}}"
set title "Logins a second, 64 at a time"
set ylabel "logins / s"
set yrange [0:{top:g}]
set xrange [-0.6:{len(lines) - 0.4:g}]
set key inside top center maxrows 3
"""
    script += _chart("rates", [(title, _STYLES[i % len(_STYLES)]) for i, (title, _, _) in enumerate(series)], "%.0f")
    if opened:
        script += _latency(opened)
    return script + "unset multiplot\n"


def _portal(peer):
    return {"iscsi-ike": "iscsi-ike", "iscsi-ike, one address": "iscsi-ike, one address", "strongswan": "strongSwan portal",
            "strongswan-tuned": "strongSwan portal, tuned"}[peer]


def _latency(opened):
    script = _block("latency", [[row["wanted_rate"], *(row["latency_us"][which] / 1000 for which in
                                                       ("p50", "p99", "max"))] for row in opened])
    return script + f"""set title "Latency, {opened[0]['suite']}, no PFS, logins begun by the clock"
set key inside top left maxrows auto
set xlabel "logins begun / s"
set ylabel "ms from the intended start to the child SA"
set logscale y
set yrange [*:*]
set xrange [0:*]
set style data linespoints
plot $latency using 1:2 ls 1 title "p50", $latency using 1:3 ls 2 title "p99", $latency using 1:4 ls 3 title "max"
"""


def _suites(negotiations, storms, conditions, path):
    batched = [row for row in negotiations if row["together"] == 64 and row["mode"] == "main"]
    over_udp = {(row["peer"], row["suite"], row["pfs"]): row["cpu_us"] for row in storms if not row["wanted_rate"]}
    script = _HEAD.format(width=1240, height=520, path=path)
    script += f"""set multiplot layout 1,2 title "CPU of a negotiation, both ends: main mode and one child; \
400 SAs held; 64 side by side, lanes filled\\n{{/*0.8 {conditions}}}"
set ylabel "microseconds, both ends together"
set xrange [-0.6:{len(SUITES) - 0.4:g}]
set key top left
"""
    series = [("crypto floor", 4), ("in memory", 1), ("over UDP, sockets and both processes", 2),
              ("over UDP, one address", 3)]
    for pfs in (False, True):
        lines = [[group, *_costs(batched, over_udp, suite, pfs)] for group, suite in SUITES.items()]
        top = 1.3 * max([cell for line in lines for cell in line[1:] if cell] or [1])
        script += _block(f"costs{int(pfs)}", lines)
        script += f'set title "{"with" if pfs else "no"} PFS"\nset yrange [0:{top:g}]\n'
        script += _chart(f"costs{int(pfs)}", series, "%.0f")
    return script + "unset multiplot\n"


def _costs(batched, over_udp, suite, pfs):
    row = next((row for row in batched if row["suite"] == suite and row["pfs"] == pfs), None)
    return [row and row["floor_us"], row and row["cpu_us"],
            *(over_udp.get((peer, suite, pfs)) for peer in ("iscsi-ike", "iscsi-ike, one address"))]
