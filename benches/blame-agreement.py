#!/usr/bin/env python3
"""blame-agreement.py ATTRIBUTION RANGES REPOSITORY...: how often our attribution and `git blame` name the same commit.

ATTRIBUTION is the built example (`cargo build --release --example attribution`). In each repository,
RANGES stretches of 5 to 60 commits of the first-parent history are drawn with a fixed seed; each line that we call
authored is compared with `git blame BASE..HEAD -- PATH`. Prints a row a repository and the disagreements' kinds.
"""
import collections, random, subprocess, sys


def git(repo, *args):
    return subprocess.run(['git', '-C', repo, *args], capture_output=True).stdout


def blamed(repo, base, head, path):
    """line -> commit, or '-' at the boundary"""
    out = git(repo, 'blame', '--line-porcelain', f'{base}..{head}', '--', path)
    lines, commit, boundary, number = {}, None, False, 0
    for row in out.split(b'\n'):
        if row.startswith(b'\t'):
            lines[number] = '-' if boundary else commit
            boundary = False
        elif row == b'boundary':
            boundary = True
        else:
            words = row.split(b' ')
            if len(words) >= 3 and len(words[0]) in (40, 64) and words[1].isdigit():
                commit, number, boundary = words[0].decode(), int(words[2]), False
    return lines


def main(tool, ranges, repos):
    draw, total = random.Random(1), collections.Counter()
    for repo in repos:
        history = git(repo, 'rev-list', '--first-parent', 'HEAD').decode().split()
        count = collections.Counter()
        for _ in range(int(ranges)):
            length = draw.randint(5, 60)
            at = draw.randint(0, max(0, min(len(history) - length - 1, 3000)))
            head, base = history[at], history[min(at + length, len(history) - 1)]
            ours = collections.defaultdict(dict)
            out = subprocess.run([tool, repo, f'{base}..{head}'], capture_output=True)
            if out.returncode:
                print('failed:', repo, base, head, out.stderr.decode()[:200])
                count['failed'] += 1
                continue
            for row in out.stdout.split(b'\n'):
                if row:
                    commit, number, path = row.split(b'\t', 2)
                    ours[path.decode('utf8', 'surrogateescape')][int(number)] = commit.decode()
            count['ranges'] += 1
            count['commits'] += int(git(repo, 'rev-list', '--count', f'{base}..{head}'))
            paths = sorted(ours)
            for path in draw.sample(paths, min(40, len(paths))):
                theirs = blamed(repo, base, head, path)
                for number, commit in ours[path].items():
                    other = theirs.get(number)
                    count['lines'] += 1
                    if commit == other:
                        count['same'] += 1
                    elif commit == '-':
                        count['ours outside'] += 1
                    elif other == '-':
                        count['blame outside'] += 1
                    else:
                        count['another commit'] += 1
        total += count
        print(repo.split('/')[-2] if repo.endswith('/repo') else repo, dict(count), f"{100 * count['same'] / max(1, count['lines']):.3f} %", flush=True)
    print('all', dict(total), f"{100 * total['same'] / max(1, total['lines']):.3f} %")


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
