#!/usr/bin/env python3
"""What a formatter does to scores: commits as they are, and with both sides put through a formatter.

    pip install black clang-format && npm install prettier      # rustfmt comes with Rust
    cargo build --release
    benches/formatted.py MANIFEST REPOSITORIES [--each N] [--seed N] [--prettier PATH] [--config FILE] [--binary PATH]

Draws up to N commits (default 400) of `ai` and as many of `human-recent` from a manifest as `eval` reads it.
The changed files of each, before and after, become two commits of a repository of their own, with the message
and the author of the original; then the same once more with all files formatted: black for Python, prettier
for JavaScript and TypeScript, clang-format for C, C++, C# and Java, rustfmt for Rust, each with its defaults.
A file that a formatter refuses stays as it is on both sides. `ai-detect diff` scores both; printed is how well
the two kinds are told apart before and after, at the same thresholds: those that 1 % and 5 % of the people's
commits reach as they are.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile

FORMATTERS = {
    "black": ["py", "pyi"],
    "prettier": ["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts"],
    "clang-format": ["c", "h", "cc", "cpp", "cxx", "hpp", "cs", "java"],
    "rustfmt": ["rs"],
}
OF = {extension: name for name, extensions in FORMATTERS.items() for extension in extensions}
LARGEST = 200_000
ENVIRONMENT = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")


def git(repository, *arguments, text=True, **more):
    done = subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=True, env=ENVIRONMENT, **more)
    return done.stdout.decode("utf-8", "replace") if text else done.stdout


def drawn(manifest, each, seed):
    """As many rows of both labels, the same for the same seed."""
    with open(manifest, newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    chosen = []
    for label in ("ai", "human-recent"):
        of_label = sorted((row for row in rows if row["label"] == label), key=lambda row: (row["repository"], row["commit"]))
        random.Random(seed).shuffle(of_label)
        chosen += of_label[:each]
    return chosen


def sides(repository, commit):
    """(path, before, after) of each changed file that some formatter knows; None where it was not there."""
    changed = git(repository, "diff-tree", "-r", "--no-renames", "-z", "--diff-filter=AM", f"{commit}^", commit, text=False)
    parts = changed.split(b"\0")
    for head, path in zip(parts[::2], parts[1::2]):
        _, _, old, new, _ = head.decode().split(" ")
        path = path.decode("utf-8", "replace")
        if OF.get(path.rsplit(".", 1)[-1].lower()) is None or path.startswith("/") or ".." in path.split("/"):
            continue
        read = lambda blob: None if set(blob) == {"0"} else git(repository, "cat-file", "blob", blob, text=False)
        before, after = read(old), read(new)
        if len(after) <= LARGEST and b"\0" not in after[:8000]:
            yield path, before, after


def write(folder, path, content):
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(content)


def formatted(folder, prettier):
    """Formats a tree of files in place."""
    found = {name: [] for name in FORMATTERS}
    for where, _, names in os.walk(folder):
        for name in names:
            if formatter := OF.get(name.rsplit(".", 1)[-1].lower()):
                found[formatter].append(os.path.join(where, name))
    commands = {
        "black": ["black", "-q", "--no-cache"],
        "prettier": [prettier, "--log-level=silent", "--no-config", "--no-editorconfig", "--ignore-path", os.devnull, "--write"],
        "clang-format": ["clang-format", "--style=LLVM", "-i"],
        "rustfmt": ["rustfmt", "--edition=2024"],
    }
    for name, files in found.items():
        step = 1 if name == "rustfmt" else 200
        for at in range(0, len(files), step):
            command = commands[name] + files[at : at + step]
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def commit_pair(folder, before, after, message, author):
    """A repository with two commits: the files before, the files after."""
    git(folder, "init", "-q", "-b", "main")
    for files, text in ((before, "Begin"), (after, message)):
        for path, content in files.items():
            if content is not None:
                write(folder, path, content)
        git(folder, "add", "-A", "--force")
        name = ["-c", f"user.name={author[0]}", "-c", f"user.email={author[1]}"]
        git(folder, *name, "commit", "-q", "--allow-empty", "--no-verify", "--cleanup=verbatim", "-F", "-", input=text.encode())


def score(binary, folder, config):
    command = [binary, "-C", folder, "diff", "HEAD~1..HEAD", "--format", "json"]
    command += ["--config", os.path.abspath(config)] if config else []
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    commit = report["commits"][0]
    if commit["code_log_odds"] is None:
        return None
    return commit["log_odds"], commit["code_log_odds"]


def auc(ai, people):
    ordered = sorted([(value, 1) for value in ai] + [(value, 0) for value in people])
    below = wins = 0
    at = 0
    while at < len(ordered):
        same = at
        while same < len(ordered) and ordered[same][0] == ordered[at][0]:
            same += 1
        both = [label for _, label in ordered[at:same]]
        wins += sum(both) * (below + (len(both) - sum(both)) / 2)
        below += len(both) - sum(both)
        at = same
    return wins / max(1, len(ai) * len(people))


def reached(people, rate):
    """The score that a share of the people's commits goes beyond."""
    ordered = sorted(people, reverse=True)
    return ordered[min(len(ordered) - 1, int(rate * len(ordered)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest")
    parser.add_argument("repositories")
    parser.add_argument("--each", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--prettier", default="prettier")
    parser.add_argument("--config")
    parser.add_argument("--binary", default="target/release/ai-detect")
    given = parser.parse_args()
    binary = os.path.abspath(given.binary)
    found = {"ai": [], "human-recent": []}
    left_out = changed = 0
    for row in drawn(given.manifest, given.each, given.seed):
        repository = os.path.join(given.repositories, row["repository"])
        files = list(sides(repository, row["commit"]))
        if not files:
            left_out += 1
            continue
        message = git(repository, "log", "-1", "--format=%B", row["commit"])
        author = git(repository, "log", "-1", "--format=%an%n%ae", row["commit"]).splitlines()
        author = (author[0] if author and author[0] else "Nobody", author[1] if len(author) > 1 else "nobody@example.org")
        with tempfile.TemporaryDirectory() as work:
            before = {path: old for path, old, _ in files}
            after = {path: new for path, _, new in files}
            plain = os.path.join(work, "plain")
            os.mkdir(plain)
            commit_pair(plain, before, after, message, author)
            trees = os.path.join(work, "trees")
            for side, contents in (("old", before), ("new", after)):
                for path, content in contents.items():
                    if content is not None:
                        write(os.path.join(trees, side), path, content)
            formatted(trees, given.prettier)
            read = lambda side, path: open(os.path.join(trees, side, path), "rb").read()
            neat = {path: None if old is None else read("old", path) for path, old in before.items()}
            neat_after = {path: read("new", path) for path in after}
            changed += neat_after != after
            tidy = os.path.join(work, "tidy")
            os.mkdir(tidy)
            commit_pair(tidy, neat, neat_after, message, author)
            scores = score(binary, plain, given.config), score(binary, tidy, given.config)
        if None in scores:
            left_out += 1
            continue
        found[row["label"]].append(scores)
    ai, people = found["ai"], found["human-recent"]
    if not ai or not people:
        sys.exit("nothing to compare: too few commits hold files that a formatter knows")
    print(f"{len(ai)} commits of AI, {len(people)} of people; {left_out} had no such files or no code to score; {changed} were changed by a formatter")
    for at, what in ((0, "with the message"), (1, "code alone")):
        for rate in (0.01, 0.05):
            threshold = reached([plain[at] for plain, _ in people], rate)
            share = lambda rows, side: sum(row[side][at] > threshold for row in rows) / len(rows)
            print(
                f"{what}, at {rate:.0%}: found {share(ai, 0):.1%} as they are, {share(ai, 1):.1%} formatted; "
                f"people {share(people, 0):.1%}, {share(people, 1):.1%}"
            )
        area = [auc([row[side][at] for row in ai], [row[side][at] for row in people]) for side in (0, 1)]
        print(f"{what}: AUC {area[0]:.3f} as they are, {area[1]:.3f} formatted")


if __name__ == "__main__":
    main()
