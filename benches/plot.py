#!/usr/bin/env python3
"""Draws what `diff.py --points` measured: cost against size, and how many times `git diff` that is.

    benches/diff.py --points benches/cost.tsv REPOSITORY RANGE …
    benches/plot.py benches/cost.tsv docs/pictures/cost.svg docs/pictures/cost-dark.svg

Both axes of the upper panel are logarithmic: a straight line that rises as steeply as the dotted ones is cost in a straight
line with the size of the change. The lower panel has the same points as ratios, and what is aimed at.
"""

import csv
import math
import sys
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 880, 74, 664
UPPER, LOWER = (92, 392), (448, 588)
HEIGHT = 650
LIGHT = {
    "back": "#ffffff", "ink": "#1f2328", "soft": "#59636e", "grid": "#e4e8ec", "guide": "#b6bec7",
    "git": "#7d8590", "ours": "#0b6bcb", "aim": "#1a7f37",
}
DARK = {
    "back": "#0d1117", "ink": "#e6edf3", "soft": "#9198a1", "grid": "#21262d", "guide": "#4a525c",
    "git": "#8d96a0", "ours": "#58a6ff", "aim": "#3fb950",
}
# What benches/README.md aims at: from so many added lines on, so many times `git diff`.
AIMS = [(10_000, 1.3), (100_000, 1.5)]


def read(path):
    """The points of each repository, by size; those without added lines have no place on the axis."""
    repositories = {}
    with open(path, encoding="utf-8") as file:
        for point in csv.DictReader(file, delimiter="\t"):
            if int(point["added_lines"]) > 0:
                repositories.setdefault(point["repository"], []).append(
                    {name: float(value) for name, value in point.items() if name not in ("repository", "range")}
                )
    for points in repositories.values():
        points.sort(key=lambda point: point["added_lines"])
    return repositories


class Log:
    """A logarithmic axis."""

    def __init__(self, values, start, end):
        self.low, self.high = math.floor(math.log10(min(values))), math.log10(max(values) * 1.15)
        self.start, self.end = start, end

    def at(self, value):
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def decades(self):
        return [10**power for power in range(self.low, math.floor(self.high) + 1)]


def slope(points, cost):
    """How steep cost is over size from 1,000 lines on: 1 is a straight line, 2 would be its square."""
    pairs = [(math.log(p["added_lines"]), math.log(p[cost])) for p in points if p["added_lines"] >= 1000]
    if len(pairs) < 2:
        return float("nan")
    x, y = (sum(values) / len(pairs) for values in zip(*pairs))
    return sum((a - x) * (b - y) for a, b in pairs) / sum((a - x) ** 2 for a, _ in pairs)


class Picture:
    """The lines of an SVG."""

    def __init__(self, colours):
        self.colours, self.lines = colours, []

    def line(self, x, y, to_x, to_y, colour, extra=""):
        ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
        self.lines.append(f'<line {ends} stroke="{self.colours[colour]}" {extra}/>')

    def path(self, places, colour, extra=""):
        through = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        self.lines.append(f'<polyline points="{through}" fill="none" stroke="{self.colours[colour]}" {extra}/>')

    def dot(self, x, y, colour, full=True):
        fill = self.colours[colour if full else "back"]
        self.lines.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{fill}" stroke="{self.colours[colour]}" stroke-width="1.4"/>'
        )

    def text(self, x, y, text, colour="soft", anchor="start", size=12, weight=400):
        self.lines.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{self.colours[colour]}" text-anchor="{anchor}" font-size="{size}"'
            f' font-weight="{weight}">{escape(text)}</text>'
        )

    def labels(self, labels, x):
        """Names at the ends of lines, moved apart where they would lie on each other."""
        below = -math.inf
        for y, text, colour, weight in sorted(labels):
            y = max(y + 4, below + 15)
            self.text(x, y, text, colour, weight=weight)
            below = y


def milliseconds(value):
    return f"{value:,.0f} ms" if value < 1000 else f"{value / 1000:,.0f} s"


def draw(repositories, colours):
    every = [point for points in repositories.values() for point in points]
    picture = Picture(colours)
    x = Log([point["added_lines"] for point in every], LEFT, RIGHT)
    y = Log([point[cost] for point in every for cost in ("git_cpu_ms", "cpu_ms")], UPPER[1], UPPER[0])
    picture.text(20, 34, "Cost of a change against its size", "ink", size=18, weight=600)
    rises = {cost: slope(every, cost) for cost in ("git_cpu_ms", "cpu_ms")}
    picture.text(
        20, 56,
        f"Processor time of the whole process; ten times the lines take {10 ** rises['cpu_ms']:.1f} times as long"
        f" ({10 ** rises['git_cpu_ms']:.1f} for git diff)", size=13,
    )
    upper(picture, repositories, x, y)
    lower(picture, repositories, x, every)
    for value in x.decades():
        picture.text(x.at(value), LOWER[1] + 20, f"{value:,}", anchor="middle")
    picture.text((LEFT + RIGHT) / 2, LOWER[1] + 42, "added lines of the range", anchor="middle")
    label = "Processor time and ratios of ai-detect diff and git diff against added lines, for " + ", ".join(repositories)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img"'
        f' aria-label="{escape(label)}" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{colours["back"]}"/>', *picture.lines, "</svg>", "",
    ])


def upper(picture, repositories, x, y):
    for value in y.decades():
        picture.line(LEFT, y.at(value), RIGHT, y.at(value), "grid")
        picture.text(LEFT - 10, y.at(value) + 4, milliseconds(value), anchor="end")
    for value in x.decades():
        picture.line(x.at(value), UPPER[0], x.at(value), UPPER[1], "grid")
    # Lines on which ten times as much costs ten times as much.
    for start in range(x.low - 4, math.ceil(x.high) + 1):
        ends = guide(x, y, start)
        if ends:
            picture.line(*ends, "guide", 'stroke-dasharray="1.5 4" stroke-linecap="round"')
    picture.text(RIGHT - 6, UPPER[1] - 8, "dotted: ten times the lines, ten times the cost", anchor="end")
    labels = []
    for cost, colour, name in (("git_cpu_ms", "git", "git diff"), ("cpu_ms", "ours", "ai-detect")):
        for repository, points in repositories.items():
            places = [(x.at(point["added_lines"]), y.at(point[cost])) for point in points]
            picture.path(places, colour, 'stroke-width="1.6" opacity="0.75"')
            for place in places:
                picture.dot(*place, colour)
            labels.append((places[-1][1], f"{name}, {repository}", colour, 600 if colour == "ours" else 400))
    picture.labels(labels, RIGHT + 10)


def guide(x, y, power):
    """The ends of the line through (10^power, least cost) within the panel."""
    low, high = max(x.low, power), min(x.high, power + y.high - y.low)
    if low >= high:
        return None
    place = lambda at: (x.at(10**at), y.at(10 ** (y.low + at - power)))
    return (*place(low), *place(high))


def lower(picture, repositories, x, every):
    most = math.ceil(max(point[name] for point in every for name in ("ratio", "cpu_ratio")))
    at = lambda ratio: LOWER[1] - ratio / most * (LOWER[1] - LOWER[0])
    picture.text(20, LOWER[0] - 18, "Times git diff", "ink", size=14, weight=600)
    picture.text(128, LOWER[0] - 18, "full dots: time on two cores; rings: processor time", size=13)
    step = 1 if most <= 6 else 2 if most <= 14 else 4
    for ratio in range(0, most + 1, step):
        picture.line(LEFT, at(ratio), RIGHT, at(ratio), "grid" if ratio != 1 else "git")
        picture.text(LEFT - 10, at(ratio) + 4, f"{ratio} ×", anchor="end")
    for value in x.decades():
        picture.line(x.at(value), LOWER[0], x.at(value), LOWER[1], "grid")
    labels = []
    for repository, points in repositories.items():
        for name, full in (("cpu_ratio", False), ("ratio", True)):
            places = [(x.at(point["added_lines"]), at(point[name])) for point in points]
            picture.path(places, "ours", f'stroke-width="1.6" opacity="{0.75 if full else 0.3}"')
            for place in places:
                picture.dot(*place, "ours", full)
        labels.append((places[-1][1], f"{points[-1]['ratio']:.1f} × {repository}", "ours", 600))
    for (start, aim), end in zip(AIMS, [AIMS[1][0], 10**x.high]):
        if x.low < math.log10(end) and start < end:
            picture.line(x.at(start), at(aim), min(x.at(end), RIGHT), at(aim), "aim", 'stroke-width="3"')
    labels.append((at(AIMS[-1][1]), f"{AIMS[-1][1]} × is aimed at", "aim", 400))
    picture.labels(labels, RIGHT + 10)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    points, light, dark = sys.argv[1:]
    repositories = read(points)
    for path, colours in ((light, LIGHT), (dark, DARK)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(draw(repositories, colours))


if __name__ == "__main__":
    main()
