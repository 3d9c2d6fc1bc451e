#!/usr/bin/env python3
"""Times `ai-detect eval` against `git show` of the same commits: whole processes, in turn.

    cargo build --release
    benches/eval.py [-n RUNS] [--binary PATH] --manifest FILE --repos DIR [OWNER/NAME …]

The manifest and DIR are those of `ai-detect eval`; without names, all repositories of the manifest that DIR holds are taken. Prints a
Markdown table: commits, the median of the pace of neighbouring runs (commits a second of ai-detect for each that git
prints), the same of processor time, and the largest resident set of ai-detect. Several repositories are one run of
ai-detect, and one run of git for each: that is the last line.
"""

import os
import statistics
import tempfile

from diff import arguments, timed

HEAD = """\
| repository | commits | pace | of CPU | peak memory |
|---|--:|--:|--:|--:|"""


def parts(manifest, repos, names):
    """The manifest's first line, and each repository's rows."""
    with open(manifest, encoding="utf-8") as file:
        head, *rows = file
    columns = head.rstrip("\n").split("\t")
    at, commit = columns.index("repository"), columns.index("commit")
    found = {}
    for row in rows:
        fields = row.rstrip("\n").split("\t")
        if os.path.exists(os.path.join(repos, fields[at])) and (not names or fields[at] in names):
            found.setdefault(fields[at], []).append((fields[commit], row))
    return head, found


def compare(binary, repos, head, found, runs):
    """What a line of the table says after its name."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = os.path.join(folder, "manifest.tsv")
        with open(manifest, "w", encoding="utf-8") as file:
            file.write(head)
            file.writelines(row for rows in found.values() for _, row in rows)
        ours = [binary, "eval", "--manifest", manifest, "--repos", repos]
        gits = [
            ["git", "--no-pager", "-C", os.path.join(repos, name), "show", "--format=medium", *(commit for commit, _ in rows)]
            for name, rows in found.items()
        ]
        together = lambda: [sum(values) for values in zip(*(timed(git) for git in gits))]
        together()
        pairs = [(together(), timed(ours)) for _ in range(runs)]
    pace, of_processor = (statistics.median(git[at] / ours[at] for git, ours in pairs) for at in (0, 1))
    peak = max(ours[2] for _, ours in pairs)
    return f"{sum(map(len, found.values())):,} | {pace:.2f} | {of_processor:.2f} | {peak:.0f} MiB"


def main():
    parser = arguments(__doc__, 3)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--repos", required=True)
    parser.add_argument("names", nargs="*", metavar="OWNER/NAME")
    args = parser.parse_args()
    head, found = parts(args.manifest, args.repos, args.names)
    if not found:
        parser.error(f"{args.repos} holds no repository of {args.manifest}")
    print(HEAD)
    for name, rows in found.items():
        print(f"| {name} | {compare(args.binary, args.repos, head, {name: rows}, args.runs)} |", flush=True)
    if len(found) > 1:
        print(f"| together | {compare(args.binary, args.repos, head, found, args.runs)} |")


if __name__ == "__main__":
    main()
