#!/usr/bin/env python3
"""golden.py OLD NEW [REPOSITORY...]: what do two builds of ai-detect say differently about real history?

Runs both programs on the same ranges and prints every place where their JSON differs: `diff`, `policy check`, `scan`
and `markers scan`. Without repositories it takes every one below --mirrors (bare or not). Ranges are spread
evenly over the first-parent history, so each run of the script looks at the same ones.

    benches/golden.py /tmp/old/ai-detect target/release/ai-detect --mirrors ~/mirrors

Exit status 0 when nothing differs, 1 otherwise. The outputs themselves are not kept.
"""

import argparse
import collections
import glob
import json
import os
import subprocess
import sys

# How many commits a range holds: a small request, an ordinary one, a large one.
SIZES = (1, 8, 60)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("repositories", nargs="*")
    parser.add_argument("--mirrors", help="a folder of repositories, up to two levels deep")
    parser.add_argument("--ranges", type=int, default=3, help="ranges a repository (3)")
    parser.add_argument("--scanned", type=int, default=150, help="commits that `scan` and `markers scan` read (150)")
    parser.add_argument("--show", type=int, default=12, help="differences printed for each output (12)")
    parser.add_argument("--policy", default="default", help="the policy that `policy check` applies (default)")
    return parser.parse_intermixed_args()


def found(mirrors):
    """The repositories below a folder."""
    places = sorted(glob.glob(os.path.join(mirrors, "*")) + glob.glob(os.path.join(mirrors, "*", "*")))
    return [place for place in places if is_repository(place)]


def is_repository(place):
    return os.path.isdir(os.path.join(place, ".git")) or os.path.isfile(os.path.join(place, "HEAD"))


def git(repository, *args):
    return subprocess.run(["git", "-C", repository, *args], check=True, capture_output=True, text=True).stdout.split()


def ranges(repository, wanted):
    """Ranges of each size, spread over the newest 1,200 first-parent commits."""
    line = git(repository, "rev-list", "--first-parent", "--max-count=1200", "HEAD")
    for at in range(wanted):
        size = SIZES[at % len(SIZES)]
        newest = at * len(line) // wanted
        if newest + size < len(line):
            yield f"{line[newest + size]}..{line[newest]}"


def commands(repository, options):
    """The commands that are compared, each with how its output is read."""
    for spec in ranges(repository, options.ranges):
        yield ["diff", spec, "--format", "json"], json.loads
        yield ["policy", "check", "--policy", options.policy, spec, "--format", "json"], json.loads
    line = git(repository, "rev-list", f"--max-count={options.scanned + 1}", "HEAD")
    if len(line) > 1:
        spec = f"{line[-1]}..{line[0]}"
        yield ["scan", spec, "--format", "jsonl"], rows
        yield ["markers", "scan", spec, "--format", "json"], json.loads


def rows(text):
    """The rows of a scan by commit, since their order is no part of what they say."""
    return {row.get("commit", str(at)): row for at, row in enumerate(map(json.loads, text.splitlines()))}


def run(binary, repository, args):
    done = subprocess.run([binary, "-C", repository, *args], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr.strip()


def differences(old, new, place=""):
    """Where two values differ: the place, and both values."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) | set(new), key=str):
            yield from differences(old.get(key), new.get(key), f"{place}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new)):
            yield from differences(one, other, f"{place}[{at}]")
    elif old != new:
        yield place, old, new


def short(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}..."


def compare(options, repository, args, read):
    """How many differences one command has; prints them."""
    old, new = (run(binary, repository, args) for binary in (options.old, options.new))
    if old[0] != new[0]:
        print(f"  {' '.join(args)}\n    exit status {old[0]} -> {new[0]}: {new[2][:200] or old[2][:200]}")
        return 1
    try:
        found = list(differences(read(old[1]), read(new[1])))
    except ValueError as error:
        print(f"  {' '.join(args)}\n    no JSON: {error}; {new[2][:200]}")
        return 1
    if found:
        print(f"  {' '.join(args)}")
    for place, before, after in found[: options.show]:
        print(f"    {place}: {short(before)} -> {short(after)}")
    if len(found) > options.show:
        print(f"    and {len(found) - options.show} more")
    return len(found)


def main():
    options = arguments()
    repositories = options.repositories or (found(options.mirrors) if options.mirrors else [])
    if not repositories:
        sys.exit("name repositories, or a folder of them with --mirrors")
    compared, differing = collections.Counter(), collections.Counter()
    for repository in repositories:
        print(repository, flush=True)
        for args, read in commands(repository, options):
            compared[args[0]] += 1
            differing[args[0]] += bool(compare(options, repository, args, read))
    for command, count in sorted(compared.items()):
        print(f"{command}: {count} outputs compared, {differing[command]} differ")
    sys.exit(1 if sum(differing.values()) else 0)


if __name__ == "__main__":
    main()
