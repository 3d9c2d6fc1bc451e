#!/usr/bin/env python3
"""Times `ai-detect diff` against `git diff` on the same ranges: whole processes, in turn.

    cargo build --release
    benches/diff.py [-n RUNS] [--binary PATH] [--points FILE] REPOSITORY RANGE [REPOSITORY RANGE …]

Prints a Markdown table: changed files and added lines as `git diff --numstat` counts them, the median
time of each command in milliseconds, the median of the ratios of neighbouring runs, the same ratio of
processor time, and the largest resident set of ai-detect. Neighbouring runs meet the same load, so the
ratio is steadier than the times. `git diff` has one thread: with two idle cores, half of the ratio of
processor time is what the ratio of times can come to; on a busy machine the two are alike.
With --points, what was measured also goes to a file, which plot.py draws.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

HEAD = """\
| repository | range | files | added lines | git diff | ai-detect | ratio | of CPU | peak memory |
|---|---|--:|--:|--:|--:|--:|--:|--:|"""
POINTS = ["repository", "range", "files", "added_lines", "git_ms", "ms", "ratio", "git_cpu_ms", "cpu_ms", "cpu_ratio", "peak_mib"]


def timed(command):
    """Milliseconds, milliseconds of processor time and peak resident set in MiB of one run, its output thrown away."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1)]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    elapsed = (time.perf_counter() - start) * 1000
    os.close(null)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(command)[:300]}")
    processor = (usage.ru_utime + usage.ru_stime) * 1000
    return elapsed, processor, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


def size(repository, spec):
    """Changed files and added lines."""
    shown = subprocess.run(["git", "-C", repository, "diff", "--numstat", spec], check=True, capture_output=True)
    added = [line.split(b"\t", 1)[0] for line in shown.stdout.splitlines()]
    return len(added), sum(int(count) for count in added if count.isdigit())


def compare(binary, repository, spec, runs):
    """What was measured, in the order of POINTS."""
    git = ["git", "--no-pager", "-C", repository, "diff", spec]
    ours = [binary, "-C", repository, "diff", spec]
    files, added = size(repository, spec)
    timed(git), timed(ours)
    pairs = [(timed(git), timed(ours)) for _ in range(runs)]
    measured = [os.path.basename(os.path.abspath(repository)), spec, files, added]
    for at in (0, 1):
        measured += [statistics.median(pair[side][at] for pair in pairs) for side in (0, 1)]
        measured += [statistics.median(ours[at] / git[at] for git, ours in pairs)]
    return measured + [max(ours[2] for _, ours in pairs)]


def row(name, spec, files, added, theirs, own, ratio, _, __, of_processor, peak):
    """One line of the table."""
    return (
        f"| {name} | `{spec}` | {files:,} | {added:,} | {theirs:.0f} ms | {own:.0f} ms "
        f"| {ratio:.1f} × | {of_processor:.1f} × | {peak:.0f} MiB |"
    )


def arguments(described, runs):
    """A parser of what all scripts that time pairs of runs take."""
    parser = argparse.ArgumentParser(description=described, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--runs", type=int, default=runs, help=f"how many pairs of runs ({runs})")
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--binary", default=os.path.join(here, "target", "release", "ai-detect"))
    return parser


def main():
    parser = arguments(__doc__, 9)
    parser.add_argument("--points", help="a file for what was measured, separated by tabs")
    parser.add_argument("ranges", nargs="+", metavar="REPOSITORY RANGE")
    args = parser.parse_args()
    if len(args.ranges) % 2 != 0:
        parser.error("each repository needs a range")
    points = ["\t".join(POINTS)]
    print(HEAD)
    for repository, spec in zip(args.ranges[::2], args.ranges[1::2]):
        measured = compare(args.binary, repository, spec, args.runs)
        print(row(*measured), flush=True)
        points.append("\t".join(f"{value:.4g}" if isinstance(value, float) else str(value) for value in measured))
    if args.points:
        with open(args.points, "w", encoding="utf-8") as file:
            file.write("\n".join(points) + "\n")


if __name__ == "__main__":
    main()
