#!/usr/bin/env python3
"""Times `ai-detect scan` against `git log -p` of the same commits: whole processes, in turn.

    cargo build --release
    benches/scan.py [-n RUNS] [--binary PATH] REPOSITORY COMMITS [REPOSITORY COMMITS …]

COMMITS is how many commits back from HEAD the range goes, along first parents, or `all`. Prints a Markdown table:
commits without merges, the median of the ratios of neighbouring runs (how many times as long as `git log -p`), the
same ratio of processor time, and the largest resident set of ai-detect. Neighbouring runs meet the same load, so the
ratios are steadier than times would be. `git log -p` has one thread; on a machine with two idle cores the ratio of
times can come to half of that of processor time, and on a busy one the two are alike.
"""

import os
import statistics
import subprocess

from diff import arguments, timed

HEAD = """\
| repository | range | commits | ratio | of CPU | peak memory |
|---|---|--:|--:|--:|--:|"""


def compare(binary, repository, back, runs):
    """One line of the table."""
    spec = [] if back == "all" else [f"HEAD~{back}..HEAD"]
    git = ["git", "--no-pager", "-C", repository, "log", "-p", "--no-merges", *spec]
    ours = [binary, "-C", repository, "scan", *spec]
    counted = ["git", "-C", repository, "rev-list", "--count", "--no-merges", *(spec or ["HEAD"])]
    commits = int(subprocess.run(counted, check=True, capture_output=True).stdout)
    timed(git)
    pairs = [(timed(git), timed(ours)) for _ in range(runs)]
    ratio, of_processor = (statistics.median(ours[at] / git[at] for git, ours in pairs) for at in (0, 1))
    peak = max(ours[2] for _, ours in pairs)
    name = os.path.basename(os.path.abspath(repository))
    return f"| {name} | `{spec[0] if spec else 'HEAD'}` | {commits:,} | {ratio:.2f} × | {of_processor:.2f} × | {peak:.0f} MiB |"


def main():
    parser = arguments(__doc__, 5)
    parser.add_argument("ranges", nargs="+", metavar="REPOSITORY COMMITS")
    args = parser.parse_args()
    if len(args.ranges) % 2 != 0:
        parser.error("each repository needs a number of commits, or `all`")
    print(HEAD)
    for repository, back in zip(args.ranges[::2], args.ranges[1::2]):
        print(compare(args.binary, repository, back, args.runs), flush=True)


if __name__ == "__main__":
    main()
