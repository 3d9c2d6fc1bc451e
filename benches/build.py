#!/usr/bin/env python3
"""What building costs: processor time and clock time from nothing built, sizes, and what is compiled twice.

usage: benches/build.py twice | release | action | checks | run | touch

  twice    packages that the parts of check.sh and .ci/run would compile with different features
  release  `cargo build --release`
  action   the build that the GitHub Action downloads
  checks   `./check.sh`
  run      `.ci/run`, which installs what is missing
  touch    `cargo check` after a change of one file that reads declarations, here and before there were crates

All but `twice` build in a folder of their own, and take it away afterwards. Nothing else may run meanwhile.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The last commit with one crate.
BEFORE_CRATES = "82b86d3~1"
# The stages whose third-party crates must agree; `maturin` builds as `cargo build` does.
STAGES = {
    "clippy": ["check", "--all-targets"],
    "doc": ["doc", "--no-deps", "--document-private-items"],
    "test": ["test"],
    "one module of tests": ["test", "--test", "it"],
    "build": ["build"],
}


def units(arguments):
    """What cargo would compile, by package, target, mode and profile, each with its features."""
    command = ["cargo", *arguments, "--unit-graph", "-Z", "unstable-options"]
    # The graph is an unstable option of the stable program.
    environment = os.environ | {"RUSTC_BOOTSTRAP": "1"}
    graph = json.loads(subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout)
    found = {}
    for unit in graph["units"]:
        profile = unit["profile"]
        kind = (unit["pkg_id"], unit["target"]["name"], unit["mode"], profile["opt_level"], profile["debug_assertions"])
        found.setdefault(kind, set()).add(tuple(unit["features"]))
    return found


def twice():
    """Prints the units that two stages build with different features. Fails where there is one."""
    found = {}
    for stage, arguments in STAGES.items():
        for unit, features in units(arguments).items():
            for one in features:
                found.setdefault(unit, {}).setdefault(one, []).append(stage)

    def of_a_stage(builds):
        """How many builds one stage has: build scripts and macros may ask for other features than the program."""
        return max(sum(stage in stages for stages in builds.values()) for stage in STAGES)

    doubled = {unit: builds for unit, builds in found.items() if len(builds) > of_a_stage(builds)}
    for (package, target, mode, *_), builds in sorted(doubled.items()):
        print(f"{package} {target} ({mode})")
        common = set.intersection(*map(set, builds))
        for features, stages in builds.items():
            print(f"  {', '.join(stages)}: {' '.join(sorted(set(features) - common)) or 'no more'}")
    print(f"{len(found)} units, {len(doubled)} of them with two sets of features")
    return bool(doubled)


def measured(what, command, folder, environment=None):
    """Runs a command and prints its processor time and clock time in minutes."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=folder, env=os.environ | (environment or {}), check=True)
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begun
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    print(f"{what}: {processor / 60:.2f} minutes of processor time, {clock / 60:.2f} by the clock", flush=True)
    return processor


def built(what, profile, options):
    """Builds the program from nothing, and prints its size."""
    with tempfile.TemporaryDirectory(dir=ROOT / "target") as target:
        command = ["cargo", "build", "--profile", profile, "--locked", "--bin", "ai-detect", *options]
        measured(what, command, ROOT, {"CARGO_TARGET_DIR": target})
        binary = Path(target) / profile / "ai-detect"
        packed = subprocess.run(["gzip", "-9nc", binary], capture_output=True, check=True).stdout
        print(f"  binary: {binary.stat().st_size / 1e6:.1f} MB, {len(packed) / 1e6:.1f} MB as gzip")
        subprocess.run(["size", "-A", binary], check=True)


def cloned(area, commit):
    """A clone of this repository at a commit."""
    folder = Path(area) / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", ROOT, folder], check=True)
    subprocess.run(["git", "-C", folder, "checkout", "--quiet", "--detach", commit], check=True)
    return folder


def whole(what, script):
    """Runs a script of a clean checkout of HEAD, so that nothing is built."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    with tempfile.TemporaryDirectory() as area:
        measured(what, [script], cloned(area, head.strip()))


def touch():
    """Checks a whole workspace, changes one file, and measures the second check: the best of three."""
    files = {"HEAD": "crates/attest/src/footers.rs", BEFORE_CRATES: "src/attest/footers.rs"}
    least = {}
    for commit, file in files.items():
        with tempfile.TemporaryDirectory() as area:
            folder = cloned(area, subprocess.check_output(["git", "rev-parse", commit], cwd=ROOT, text=True).strip())
            check = ["cargo", "check", "--quiet", "--package", "ai-detect-attest"] if commit == "HEAD" else ["cargo", "check", "--quiet"]
            for command in ([["cargo", "check", "--quiet"], check] if commit == "HEAD" else [check]):
                subprocess.run(command, cwd=folder, check=True)
                name = f"{commit}: {' '.join(command[1:])}"
                for _ in range(3):
                    with open(folder / file, "a") as source:
                        source.write("\n")
                    spent = measured(name, command, folder)
                    least[name] = min(spent, least.get(name, spent))
    for name, spent in least.items():
        print(f"{name}: {spent:.2f} s of processor time")


def main():
    (ROOT / "target").mkdir(exist_ok=True)
    parts = {
        "twice": twice,
        "release": lambda: built("release", "release", []),
        "action": lambda: built("the Action's build", "action", ["--no-default-features", "--features", "action"]),
        "checks": lambda: whole("check.sh", "./check.sh"),
        "run": lambda: whole(".ci/run", ".ci/run"),
        "touch": touch,
    }
    if len(sys.argv) != 2 or sys.argv[1] not in parts:
        sys.exit(__doc__)
    sys.exit(parts[sys.argv[1]]())


if __name__ == "__main__":
    main()
