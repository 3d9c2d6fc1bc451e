#!/usr/bin/env python3
"""Labels the commits of clones for `ai-detect eval` and `ai-detect fit`.

    benches/label.py AI_DETECT ROOT OWNER/NAME ... > labelled.tsv

ROOT holds the clones at OWNER/NAME. A commit is `ai` where `ai-detect markers scan` finds that it declares a tool, `human`
where it was authored before 2021-06-01 (before assistants for code were to be had), and `human-recent` where it was authored
between 2024-01-01 and 2025-02-22 (before coding agents spread), declares nothing, and the project had 300 commits before 2021.
Merges, reverts, releases, formatting and dependency commits, bots, and commits of fewer than five or more than 4,000 added
lines of code are left out. At most 250, 60 and 120 of a kind, drawn with a fixed seed.
"""
import collections
import json
import os
import random
import re
import subprocess
import sys

MOST = {"ai": 250, "human": 60, "human-recent": 120}
BATCH = 100
BEFORE_ASSISTANTS, RECENT = 1622505600, (1704067200, 1740182400)
LANGUAGES = {
    "bash": "sh bash", "c": "c h", "cpp": "cc cpp cxx hpp", "csharp": "cs", "go": "go", "java": "java", "javascript": "js jsx mjs cjs",
    "kotlin": "kt kts", "php": "php", "python": "py", "ruby": "rb", "rust": "rs", "typescript": "ts tsx",
}
OF_EXTENSION = {extension: language for language, all_of in LANGUAGES.items() for extension in all_of.split()}
CHORES = re.compile(r"(?i)(revert|merge|bump|release|update changelog|chore\(deps|build\(deps|fmt|style|format)\b")
BOTS = re.compile(r"(?i)\[bot\]|dependabot|renovate|greenkeeper|bors|homu|github-actions")


def run(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf8", "replace")


def declared(program, clone):
    """commit -> tool, for all commits that declare one."""
    lines = run(program, "-C", clone, "markers", "scan", "--all", "--each", "--format", "json").splitlines()
    found = (json.loads(line) for line in lines)
    return {one["commit"]: (one["facts"]["tool"] or "other").lower() for one in found if one["state"] in ("complete", "partial")}


def candidates(program, clone):
    """label -> [(commit, time, tool)], every kind in the order of the history."""
    tools, kinds = declared(program, clone), collections.defaultdict(list)
    log = run("git", "-C", clone, "log", "--branches", "--no-merges", "--format=%H%x09%at%x09%an <%ae>%x09%s")
    for line in log.split("\n")[:-1]:
        commit, time, author, subject = line.split("\t", 3)
        if CHORES.match(subject):
            continue
        if commit in tools:
            kinds["ai"].append((commit, int(time), tools[commit]))
        elif not BOTS.search(author):
            if int(time) < BEFORE_ASSISTANTS:
                kinds["human"].append((commit, int(time), "-"))
            elif RECENT[0] <= int(time) <= RECENT[1]:
                kinds["human-recent"].append((commit, int(time), "-"))
    if len(kinds["human"]) < 300:
        kinds.pop("human-recent", None)
    return kinds


def added(clone, commits):
    """(commit, language -> added lines), commit by commit; those with files that the clone lacks are left out."""
    show = ["git", "-C", clone, "log", "--no-walk=unsorted", "--stdin", "--numstat", "-M", "--format=%x00%H"]
    done = subprocess.run(show, input="\n".join(commits).encode(), capture_output=True)
    if done.returncode and len(commits) > 1:
        half = len(commits) // 2
        yield from added(clone, commits[:half])
        yield from added(clone, commits[half:])
    if done.returncode:
        return
    for one in done.stdout.decode("utf8", "replace").split("\0")[1:]:
        commit, *rows = one.split("\n")
        lines = collections.Counter()
        for count, _, path in (row.split("\t", 2) for row in rows if row):
            language = OF_EXTENSION.get(os.path.splitext(path)[1].lstrip(".").lower())
            if language and count.isdigit():
                lines[language] += int(count)
        yield commit, lines


def drawn(clone, found, most):
    """At most so many of the commits, with what they add, from the first on."""
    of_commit = {commit: (time, tool) for commit, time, tool in found}
    # What a commit adds is costly to tell, and about half of them fit.
    for start in range(0, len(found), BATCH):
        for commit, lines in added(clone, [commit for commit, _, _ in found[start:start + BATCH]]):
            if 5 <= lines.total() <= 4000:
                yield commit, *of_commit[commit], lines
                most -= 1
                if most == 0:
                    return


def main(program, root, names):
    print("label", "repository", "commit", "author_time", "tool", "language", "added_lines", sep="\t")
    for name in names:
        clone, draw = os.path.join(root, name), random.Random(name)
        for label, found in sorted(candidates(program, clone).items()):
            draw.shuffle(found)
            taken = 0
            for commit, time, tool, lines in drawn(clone, found, MOST[label]):
                taken += 1
                print(label, name, commit, time, tool, lines.most_common(1)[0][0], lines.total(), sep="\t", flush=True)
            print(f"{name}: {taken} {label}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
