#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables and plots of what the load generator measured.

usage: report.py [--svg DIR] FILE...

FILE holds lines of JSON as `load` writes them, of any number of rounds.
Markdown goes to standard output; with --svg one plot for each kind of figure
goes to DIR, and the text shows it by its name.  A figure is the median of the
rounds, with the least and the greatest; a ratio is the median of the ratios
within each round, since only what ran next to each other can be compared.
Exit: 0; 64 usage; 65 a line that is no measurement, or nothing at all.
"""
import json
import os
import statistics
import sys

OURS = "tacit"
SHREDDING = "while letters expire and are shredded"
# Where the generator may have been what was measured.
OWN_LIMIT = 0.9

WORKS = {
    "enqueue": "enqueue, recipients offline",
    "drain": "drain, each acknowledged",
    "online": "both online, maximum",
    "one": "a window of one",
}

WHAT = {
    "per_second": "letters/s",
    "arrived_us.p99": "p99 end to end",
    "arrived_us.p99.9": "p99.9 end to end",
    "answered_us.p99.9": "p99.9 until the answer",
    "server.written_each": "bytes written for each letter",
    "bytes_each": "memory of each",
    "ready_ms": "until it is ready",
    "took_ms": "until all is read",
    "requests": "requests",
}

# work, peer, what is compared, the least ratio of ours to theirs (higher), or
# the greatest (lower).
GOALS = [
    ("enqueue", "mqtt", "per_second", "higher", 1.5),
    ("enqueue", "nats", "per_second", "higher", 1.2),
    ("enqueue", "redis", "per_second", "higher", 1.0),
    ("drain", "mqtt", "per_second", "higher", 1.3),
    ("drain", "nats", "per_second", "higher", 1.3),
    ("online", "mqtt", "per_second", "higher", 1.4),
    ("online", "nats", "per_second", "higher", 3.0),
    ("rate:5000", "mqtt", "arrived_us.p99", "lower", 1.0),
    ("rate:5000", "nats", "arrived_us.p99", "lower", 1.0),
]

# work, of which runs, what, unit, the greatest value of ours, unit's size.
LIMITS = [
    ("rate:5000", {}, "arrived_us.p99.9", "ms", 3000, 1e3),
    # No letter: what else a server writes is no hundredth of one.
    ("online", {}, "server.written_each", "bytes", 20, 1),
    ("paced:5000", {"label": SHREDDING}, "answered_us.p99.9", "ms", 10000,
     1e3),
    ("idle", {"plain": False}, "bytes_each", "KiB", 18 * 1024, 1024),
    ("idle", {"plain": True}, "bytes_each", "KiB", 5 * 1024, 1024),
    ("restart", {}, "ready_ms", "ms", 2000, 1),
    ("subscribe", {"mailboxes": 10000}, "took_ms", "ms", 1000, 1),
    ("subscribe", {"mailboxes": 10000}, "requests", "requests", 10, 1),
]


class Unusable(Exception):
    """What was read cannot be reported on; the text says why."""


def read(paths):
    lines = []
    for path in paths:
        try:
            with open(path, encoding="utf-8") as f:
                for number, text in enumerate(f, 1):
                    lines.append(parse(text, f"{path}:{number}"))
        except (OSError, UnicodeDecodeError) as e:
            raise Unusable(f"{path}: {e}") from e
    if not lines:
        raise Unusable("no measurement")
    return lines


def parse(text, where):
    try:
        m = json.loads(text)
    except ValueError as e:
        raise Unusable(f"{where}: not JSON") from e
    if not isinstance(m, dict) or not all(
            k in m for k in ("work", "driver", "verdict", "round")):
        raise Unusable(f"{where}: not a measurement")
    m.setdefault("to_store", m.get("stored", 0))
    return m


def value(m, name):
    """Member `a`, or `b` of member `a` for `a.b`; None if it is not there."""
    head, _, rest = name.partition(".")
    return m.get(head, {}).get(rest) if rest else m.get(head)


class Runs:
    """The sound measurements, by what was run."""

    def __init__(self, lines):
        self.lines = [m for m in lines if m["verdict"] == "sound"]
        self.void = [m for m in lines if m["verdict"] != "sound"]
        names = dict.fromkeys(m["driver"] for m in lines)
        self.drivers = sorted(names, key=lambda d: d != OURS)
        self.titles = {m["driver"]: m["title"] for m in lines}

    def pick(self, driver, work, **want):
        """By round; what `want` does not name is as in a plain run."""
        usual = {"stored": 0, "label": "", "plain": False,
                 "to_store": want.get("stored", 0)} | want
        if work in ("idle", "pair", "pair-beside", "restart", "subscribe",
                    "fill") or "label" in want:
            usual = want
        return {m["round"]: m for m in self.lines
                if m["driver"] == driver and m["work"] == work and
                all(m.get(k, "") == v for k, v in usual.items())}

    def figures(self, driver, work, name, **want):
        found = self.pick(driver, work, **want).values()
        return [v for v in (value(m, name) for m in found) if v is not None]

    def ratios(self, work, peer, name, **want):
        ours = self.pick(OURS, work, **want)
        theirs = self.pick(peer, work, **want)
        return [value(ours[r], name) / value(theirs[r], name)
                for r in ours.keys() & theirs.keys()
                if value(ours[r], name) is not None and
                value(theirs[r], name)]

    def works(self, **want):
        return list(dict.fromkeys(
            m["work"] for m in self.lines
            if all(m.get(k, "") == v for k, v in want.items())))


def short(v):
    if v == 0:
        return "0"
    if abs(v) >= 10000:
        return f"{v / 1000:,.0f} k"
    if abs(v) >= 100:
        return f"{v:,.0f}"
    return f"{v:.3g}"


def spread(values, scale=1.0):
    """Median, and what the rounds differ by."""
    if not values:
        return "-"
    v = [x / scale for x in values]
    text = short(statistics.median(v))
    if len(v) > 1:
        text += f" [{short(min(v))} - {short(max(v))}]"
    return text


def ratio(values):
    if not values:
        return "-"
    text = f"{statistics.median(values):.2f}"
    if len(values) > 1:
        text += f" [{min(values):.2f} - {max(values):.2f}]"
    return text


def table(head, rows):
    if not rows:
        return ""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(r) + " |" for r in rows]
    return "\n".join(lines) + "\n"


def section(title, *parts):
    body = "\n".join(p for p in parts if p)
    return f"## {title}\n\n{body}" if body else ""


def throughput(runs):
    peers = [d for d in runs.drivers if d != OURS]
    rows = []
    for work, text in WORKS.items():
        row = [spread(runs.figures(d, work, "per_second"))
               for d in runs.drivers]
        row += [ratio(runs.ratios(work, p, "per_second")) for p in peers]
        if any(c != "-" for c in row):
            rows.append([text] + row)
    head = ["letters/s"] + [runs.titles[d] for d in runs.drivers]
    head += [f"ours / {p}" for p in peers]
    return section("Throughput", table(head, rows))


def goal_row(work, what, goal, reached, met):
    return [WORKS.get(work, work), what, goal, reached,
            "met" if met else "**missed**"]


def goals(runs):
    rows = []
    for work, peer, name, way, least in GOALS:
        r = runs.ratios(work, peer, name)
        if r:
            got = statistics.median(r)
            rows.append(goal_row(
                work, f"{WHAT[name]}, of {runs.titles[peer]}",
                f"{'>=' if way == 'higher' else '<='} {least} x",
                ratio(r) + " x",
                got >= least if way == "higher" else got <= least))
    for work, more, name, unit, most, scale in LIMITS:
        v = runs.figures(OURS, work, name, **more)
        if v:
            text = "TLS" if more == {"plain": False} else \
                "plain" if more == {"plain": True} else more.get("label", "")
            rows.append(goal_row(
                f"{work} {text}".strip(), WHAT[name],
                f"<= {short(most / scale)} {unit}",
                f"{spread(v, scale)} {unit}", statistics.median(v) <= most))
    for plain in (False, True):
        r = beside(runs, OURS, plain)
        if r:
            rows.append(goal_row(
                "a pair beside idle " + ("plain" if plain else "TLS"),
                WHAT["arrived_us.p99"], "<= 1.2 x of none", ratio(r) + " x",
                statistics.median(r) <= 1.2))
    for stored in sorted({m["stored"] for m in runs.lines} - {0}):
        for work in ("enqueue", "drain"):
            r = of_empty(runs, OURS, work, stored)
            if r:
                rows.append(goal_row(
                    work, f"letters/s with {stored:,} stored",
                    ">= 0.8 x of empty", ratio(r) + " x",
                    statistics.median(r) >= 0.8))
    return section("Goals", table(
        ["work", "what", "goal", "reached", ""], rows))


def beside(runs, driver, plain):
    """p99 of a pair beside idle connections to that without, by round."""
    none = runs.pick(driver, "pair", plain=plain)
    some = runs.pick(driver, "pair-beside", plain=plain)
    return [value(some[r], "arrived_us.p99") / value(none[r],
                                                     "arrived_us.p99")
            for r in none.keys() & some.keys()]


def of_empty(runs, driver, work, stored):
    """By round, to the same server's life before; else to other lives."""
    full = runs.pick(driver, work, stored=stored)
    before = runs.pick(driver, work, to_store=stored)
    r = [value(full[r], "per_second") / value(before[r], "per_second")
         for r in full.keys() & before.keys() if value(full[r], "per_second")]
    full = runs.figures(driver, work, "per_second", stored=stored)
    empty = runs.figures(driver, work, "per_second")
    if r or not full or not empty:
        return r
    return [statistics.median(full) / statistics.median(empty)]


def paced(runs, stored=0):
    return [w for w in runs.works(stored=stored, to_store=stored, label="")
            if w.startswith(("rate:", "paced:"))]


def latencies(runs, name, title):
    rows = []
    for work in list(WORKS) + paced(runs):
        for d in runs.drivers:
            row = [spread(runs.figures(d, work, f"{name}.{q}"), 1e3)
                   for q in ("p50", "p99", "p99.9", "max")]
            if row[0] != "-":
                rows.append([WORKS.get(work, work), runs.titles[d]] + row)
    return section(title, table(
        ["work, ms", "", "p50", "p99", "p99.9", "maximum"], rows))


def cost(runs):
    rows = []
    for work in list(WORKS) + paced(runs):
        for d in runs.drivers:
            row = [spread(runs.figures(d, work, f)) for f in (
                "server.cpu_us_each", "server.written_each", "server.busy",
                "own_busy")]
            if row[0] != "-":
                rows.append([WORKS.get(work, work), runs.titles[d]] + row)
    return section("Cost of one letter", table(
        ["work", "", "server's CPU, us", "bytes written",
         "server's cores busy", "generator's cores busy"], rows))


def backlog(runs):
    rows = []
    for stored in sorted({m["stored"] for m in runs.lines} - {0}):
        for work in list(WORKS) + paced(runs, stored):
            for d in runs.drivers:
                full = runs.figures(d, work, "per_second", stored=stored)
                if not full:
                    continue
                rows.append([f"{stored:,}", WORKS.get(work, work),
                             runs.titles[d], spread(full),
                             "-" if work in paced(runs, stored) else
                             ratio(of_empty(runs, d, work, stored))] + [
                                 spread(runs.figures(d, work, name,
                                                     stored=stored), scale)
                                 for name, scale in (
                                     ("answered_us.p99", 1e3),
                                     ("arrived_us.p99", 1e3),
                                     ("server.rss", 1 << 20))])
    return section("With letters stored for others", table(
        ["stored", "work", "", "letters/s", "of empty", "p99 to answer, ms",
         "p99 to delivery, ms", "memory, MiB"], rows))


def made(runs):
    """How often, and with how many, each row was made."""
    found = {}
    for m in runs.lines:
        what = ", ".join(
            [f"of {m['to_store']:,} to store, {m['stored']:,} are"]
            * bool(m["to_store"]) + ["plain"] * bool(m.get("plain")) +
            [m["label"]] * bool(m.get("label")))
        key = (m["work"], what, m.get("letters", 0))
        n = found.setdefault(key, {})
        n[m["driver"]] = n.get(m["driver"], 0) + 1
    rows = [[work, what, f"{letters:,}" if letters else "-",
             ", ".join(f"{d} {n}" for d, n in count.items())]
            for (work, what, letters), count in found.items()]
    return section("How often", table(
        ["work", "", "letters", "sound measurements"], rows))


def idle(runs):
    rows = []
    for d in runs.drivers:
        for plain in (False, True):
            want = {"plain": plain}
            each = runs.figures(d, "idle", "bytes_each", **want)
            if not each:
                continue
            none = runs.figures(d, "pair", "arrived_us.p99", **want)
            some = runs.figures(d, "pair-beside", "arrived_us.p99", **want)
            n = runs.figures(d, "idle", "connections", **want)
            rows.append([runs.titles[d], "plain" if plain else "TLS",
                         f"{int(max(n)):,}", spread(each, 1024),
                         spread(none, 1e3), spread(some, 1e3),
                         ratio(beside(runs, d, plain))])
    return section("Idle connections, and one active pair beside them", table(
        ["", "", "connections", "KiB each", "pair alone, p99 ms",
         "beside them", "ratio"], rows))


def beginning(runs):
    took = {}
    for m in runs.lines:
        if m["work"] == "restart":
            what, ms = f"start with {m['stored']:,} stored", m["ready_ms"]
        elif m["work"] == "subscribe":
            what = (f"{m['mailboxes']:,} mailboxes read over one connection, "
                    f"in {m['requests']} requests")
            ms = m["took_ms"]
        else:
            continue
        took.setdefault((runs.titles[m["driver"]], what), []).append(ms)
    rows = [[title, what, spread(ms) + " ms"]
            for (title, what), ms in took.items()]
    return section("Beginning", table(["", "work", "took"], rows))


def labelled(runs):
    rows = []
    for label in dict.fromkeys(m.get("label", "") for m in runs.lines):
        for work in runs.works(label=label) if label else []:
            for d in runs.drivers:
                found = [m for m in runs.lines if m.get("label") == label and
                         m["driver"] == d and m["work"] == work]
                if found and work != "fill":
                    rows.append([label, WORKS.get(work, work),
                                 runs.titles[d]] + labelled_cells(found))
    return section("Under other conditions", table(
        ["", "work", "", "letters/s", "answer p50, ms", "p99", "p99.9",
         "delivery p50, ms", "p99", "p99.9"], rows))


def labelled_cells(found):
    def cell(name, scale):
        v = [value(m, name) for m in found]
        return spread([x for x in v if x is not None], scale)
    return [cell("per_second", 1)] + [
        cell(f"{name}.{q}", 1e3) for name in ("answered_us", "arrived_us")
        for q in ("p50", "p99", "p99.9")]


def conditions(runs):
    rows, more = [], []
    for d in runs.drivers:
        m = next(m for m in runs.lines + runs.void if m["driver"] == d)
        rows.append([m["title"], str(m.get("version", "")), m["durable"]])
        if m.get("settings"):
            more.append(f"Settings of {m['title']}:\n\n" + "\n".join(
                "    " + s for s in m["settings"].splitlines()) + "\n")
    every = runs.lines + runs.void
    busy = [m["load_average"] for m in every if "load_average" in m]
    own = max((m.get("own_busy", 0) for m in every if m["work"] in WORKS or
               m["work"].startswith(("rate:", "paced:"))), default=0)
    m = every[0]
    text = (f"Bodies of {m.get('body')} bytes, {m.get('recipients')} "
            f"recipients, {m.get('senders')} senders with a window of "
            f"{m.get('window')}; {m.get('cores')} cores. ")
    days = sorted({x["day"] for x in every if "day" in x})
    if days:
        text += "Measured on " + " to ".join(dict.fromkeys(
            (days[0], days[-1]))) + ". "
    if busy:
        text += f"Load average {min(busy):.1f} to {max(busy):.1f}. "
    text += f"The generator used at most {own:.2f} of a core"
    text += ", **so it may be what was measured**." if own > OWN_LIMIT else \
        "."
    return section("What was run", text + "\n", table(
        ["", "version", "an acknowledged letter is"], rows), *more)


def void(runs):
    rows = [[m["title"], m["work"], str(m["round"]), ", ".join(
        f"{k} {m[k]}" for k in ("lost", "unacked", "doubled", "changed",
                                "astray", "disordered") if m.get(k))]
        for m in runs.void]
    return section("Void", table(["", "work", "round", "why"], rows))


# ---- plots ------------------------------------------------------------------

COLOURS = ["#1b6ca8", "#b5651d", "#5a8f3c", "#7a4e9c", "#888888"]


def bars(title, unit, groups, names):
    """One group of bars for each (text, [[values]...]), with whiskers."""
    left, width, bar, gap, top = 230, 420, 14, 12, 48
    most = max((max(v) for _, series in groups for v in series if v),
               default=1) or 1
    y, out = top, []
    for text, series in groups:
        out.append(f'<text x="{left - 8}" y="{y + bar}" '
                   f'text-anchor="end">{text}</text>')
        for i, v in enumerate(series):
            if v:
                out.append(one_bar(v, most, left, width, y, bar,
                                   COLOURS[i % len(COLOURS)]))
                y += bar + 2
        y += gap
    for i, name in enumerate(names):
        x, at = left + i % 2 * 230, y + 8 + i // 2 * 18
        out.append(f'<rect x="{x}" y="{at}" width="10" height="10" '
                   f'fill="{COLOURS[i % len(COLOURS)]}"/>'
                   f'<text x="{x + 15}" y="{at + 9}">{name}</text>')
    height = y + 8 + (len(names) + 1) // 2 * 18 + 8
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="740" '
            f'height="{height}" font-family="sans-serif" font-size="12">\n'
            f'<rect width="740" height="{height}" fill="white"/>\n'
            f'<text x="12" y="24" font-size="15">{title}, {unit}</text>\n' +
            "\n".join(out) + "\n</svg>\n")


def one_bar(values, most, left, width, y, bar, colour):
    mid = statistics.median(values)
    w, low, high = (width * x / most for x in (mid, min(values), max(values)))
    whisker = "" if len(values) < 2 else (
        f'<path d="M{left + low:.1f} {y + bar / 2} H{left + high:.1f}" '
        'stroke="black"/>')
    return (f'<rect x="{left}" y="{y}" width="{w:.1f}" height="{bar}" '
            f'fill="{colour}"/>{whisker}<text x="{left + high + 5:.1f}" '
            f'y="{y + bar - 3}">{short(mid)}</text>')


def plots(runs):
    names = [runs.titles[d] for d in runs.drivers]
    groups = [(t, [runs.figures(d, w, "per_second") for d in runs.drivers])
              for w, t in WORKS.items()]
    yield "throughput", bars("Throughput", "letters/s", groups, names)
    groups = [(f"{w}, {q}", [[x / 1e3 for x in runs.figures(
        d, w, f"arrived_us.{q}")] for d in runs.drivers])
        for w in paced(runs) if w.startswith("rate:")
        for q in ("p50", "p99", "p99.9")]
    if groups:
        yield "latency", bars("From due to delivered", "ms", groups, names)
    groups = [("TLS" if not plain else "plain", [[x / 1024 for x in
              runs.figures(d, "idle", "bytes_each", plain=plain)]
              for d in runs.drivers]) for plain in (False, True)]
    if any(v for _, series in groups for v in series):
        yield "idle", bars("An idle connection", "KiB", groups, names)


def main(argv):
    svg = None
    if argv[:1] == ["--svg"] and len(argv) > 1:
        svg, argv = argv[1], argv[2:]
    if not argv or argv[0].startswith("-"):
        print("usage: report.py [--svg DIR] FILE...", file=sys.stderr)
        return 64
    try:
        runs = Runs(read(argv))
    except Unusable as e:
        print(f"report.py: {e}", file=sys.stderr)
        return 65
    parts = [void(runs), goals(runs), throughput(runs),
             latencies(runs, "arrived_us", "From due to delivered"),
             latencies(runs, "answered_us", "From due to the answer"),
             cost(runs), backlog(runs), idle(runs), beginning(runs),
             labelled(runs), made(runs), conditions(runs)]
    for name, text in plots(runs) if svg else ():
        with open(os.path.join(svg, f"{name}.svg"), "w",
                  encoding="utf-8") as f:
            f.write(text)
        parts.insert(-1, f"![{name}]({name}.svg)\n")
    print("\n".join(p for p in parts if p), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
