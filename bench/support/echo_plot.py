"""Draws what bench/run.js echo --save has written: echo_plot.py RESULT.json PICTURE.svg

Of each server, by the number of connections: its CPU time for a request, and how long half and
nearly all of the requests took; and the memory of an idle connection. Needs matplotlib, Debian's
python3-matplotlib.
"""

import json
import re
import sys

import matplotlib

matplotlib.use("svg")
# The same picture from the same figures, and text that remains text.
matplotlib.rcParams["svg.hashsalt"] = "sockfd"
matplotlib.rcParams["svg.fonttype"] = "none"
from matplotlib import pyplot  # noqa: E402

COLOURS = ["#222222", "#0072b2", "#56b4e9", "#009e73", "#999999", "#d55e00", "#e69f00"]


def cells(operations):
    """{ size: [(connections, operation), …] }, and the operation of idle connections."""
    by_size, idle = {}, None
    for operation in operations:
        match = re.fullmatch(r"(\d+) connections?, (.*)", operation["name"])
        if match is None:
            idle = operation
        else:
            by_size.setdefault(match[2], []).append((int(match[1]), operation))
    return by_size, idle


def lines(axes, points, quantity, unit):
    labels = [row["label"] for row in points[0][1]["rows"]]
    for label, colour in zip(labels, COLOURS):
        rows = [(n, row) for n, op in points for row in op["rows"] if row["label"] == label]
        measured = [(n, row[quantity]) for n, row in rows if quantity in row]
        xs = [n for n, _ in measured]
        ys = [spread["median"] / unit for _, spread in measured]
        axes.plot(xs, ys, marker="o", markersize=4, color=colour, label=label)
    axes.set_xscale("log")
    axes.set_xticks([n for n, _ in points], [f"{n:,}" for n, _ in points])
    axes.minorticks_off()
    axes.set_xlabel("connections, each with one request in flight")
    axes.grid(alpha=0.3)


def bars(axes, operation):
    rows = [row for row in operation["rows"] if "rss" in row][::-1]
    values = [row["rss"]["median"] for row in rows]
    axes.barh([row["label"] for row in rows], values, color="#0072b2")
    for y, value in enumerate(values):
        axes.text(max(value, 0), y, f" {value:,.0f}", va="center")
    axes.set_title(f"{operation['name']}: bytes (RSS)")
    axes.margins(x=0.15)


def main(source, target):
    with open(source, encoding="utf8") as file:
        result = json.load(file)
    by_size, idle = cells(result["operations"])
    figure, axes = pyplot.subplots(len(by_size) + 1, 2, figsize=(12, 4.2 * (len(by_size) + 1)))
    for (left, right), (size, points) in zip(axes, by_size.items()):
        lines(left, points, "cpu", 1e3)
        left.set_title(f"{size}: CPU µs of the server for a request")
        left.set_ylim(bottom=0)
        lines(right, points, "p99", 1e6)
        right.set_title(f"{size}: milliseconds, 99 % of the requests")
        right.set_yscale("log")
    axes[0][0].legend(fontsize="small")
    bars(axes[-1][0], idle)
    axes[-1][1].axis("off")
    about = [
        f"{result['date'][:10]}, Linux {result['linux']}, Node.js {result['node']}",
        result["conditions"],
        "Medians of the rounds. Compare within this picture only.",
    ]
    axes[-1][1].text(0, 0.9, "\n".join(about), va="top")
    figure.suptitle("Echo servers over TCP on loopback")
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})


main(*sys.argv[1:])
