#!/usr/bin/env python3
"""What a hook of a coding agent costs: the whole process, for an edit of 20 lines in a listed repository.

benches/hook.py [PROGRAM] [CALLS]: median and 99th percentile in milliseconds, from start to end of the process.
Measure a release build on an otherwise idle machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time


def main() -> None:
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/ai-detect")
    calls = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as folder:
        repository, state = os.path.join(folder, "shop"), os.path.join(folder, "state")
        environment = {**os.environ, "AI_DETECT_STATE_DIR": state}
        subprocess.run(["git", "init", "--quiet", repository], check=True)
        subprocess.run([program, "capture", "add-repository", repository], check=True, env=environment, stdout=subprocess.DEVNULL)
        lines = [f"    let value_{number} = compute({number});" for number in range(20)]
        path = os.path.join(repository, "src/cart.rs")
        patch = [{"oldStart": 3, "oldLines": 0, "newStart": 3, "newLines": 20, "lines": ["+" + line for line in lines]}]

        def payload(call: int) -> bytes:
            return json.dumps({
                "session_id": "s-1", "cwd": repository, "hook_event_name": "PostToolUse", "tool_name": "Edit", "tool_use_id": f"call-{call}",
                "tool_input": {"file_path": path, "old_string": "", "new_string": "\n".join(lines)},
                "tool_response": {"filePath": path, "structuredPatch": patch, "userModified": False},
            }).encode()

        def measured(arguments: list[str], text: bytes) -> float:
            begin = time.perf_counter()
            subprocess.run([program, *arguments], input=text, check=True, env=environment, stdout=subprocess.DEVNULL)
            return (time.perf_counter() - begin) * 1000

        def report(name: str, times: list[float]) -> None:
            times.sort()
            print(f"{name}: median {statistics.median(times):.2f} ms, 99 % within {times[int(len(times) * 0.99) - 1]:.2f} ms")

        report("the program alone (--version)", [measured(["--version"], b"") for _ in range(calls)])
        report("a hook that records an edit", [measured(["capture", "hook", "claude-code"], payload(call)) for call in range(calls)])
        shown = subprocess.run([program, "capture", "show", "--format", "jsonl"], check=True, env=environment, capture_output=True)
        assert len(shown.stdout.splitlines()) == calls, "each edit is recorded once"


if __name__ == "__main__":
    main()
