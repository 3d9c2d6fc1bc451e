#!/usr/bin/env python3
"""blame-agreement.py [--details FILE] [--seed N] ATTRIBUTION RANGES REPOSITORY...

How often our attribution and `git blame` name the same commit. ATTRIBUTION is the built example
(`cargo build --release --example attribution`). In each repository, RANGES stretches of 5 to 60 commits of the
first-parent history are drawn with a fixed seed; each line that we call authored is compared with
`git blame BASE..HEAD -- PATH`, in up to 40 files a range. Prints a row a repository with the disagreements' kinds;
`--details` writes each disagreement as a line: repository, range, kind, path:line, our commit, git's, the text.
"""
import argparse, collections, random, subprocess


def git(repo, *args):
    return subprocess.run(['git', '-C', repo, *args], capture_output=True).stdout


def blamed(repo, base, head, path):
    """line -> (commit, or '-' at the boundary; text)"""
    out = git(repo, 'blame', '--line-porcelain', f'{base}..{head}', '--', path)
    lines, commit, boundary, number = {}, None, False, 0
    for row in out.split(b'\n'):
        if row.startswith(b'\t'):
            lines[number] = ('-' if boundary else commit, row[1:])
            boundary = False
        elif row == b'boundary':
            boundary = True
        else:
            words = row.split(b' ')
            if len(words) >= 3 and len(words[0]) in (40, 64) and words[1].isdigit():
                commit, number, boundary = words[0].decode(), int(words[2]), False
    return lines


def kind(ours, theirs):
    if ours == theirs:
        return 'same'
    if ours == '-':
        return 'ours outside'
    return 'blame outside' if theirs == '-' else 'another commit'


def compare(tool, repo, base, head, draw, details):
    """Counts of one range."""
    count, ours = collections.Counter(), collections.defaultdict(dict)
    out = subprocess.run([tool, repo, f'{base}..{head}'], capture_output=True)
    if out.returncode:
        print('failed:', repo, base, head, out.stderr.decode()[:200])
        return collections.Counter(failed=1)
    for row in out.stdout.split(b'\n'):
        if row:
            commit, number, path = row.split(b'\t', 2)
            ours[path.decode('utf8', 'surrogateescape')][int(number)] = commit.decode()
    count['ranges'] = 1
    count['commits'] = int(git(repo, 'rev-list', '--count', f'{base}..{head}'))
    for path in draw.sample(sorted(ours), min(40, len(ours))):
        theirs = blamed(repo, base, head, path)
        for number, commit in ours[path].items():
            other, text = theirs.get(number, (None, b''))
            found = kind(commit, other)
            count['lines'] += 1
            count[found] += 1
            if details and found != 'same':
                print(repo, f'{base[:10]}..{head[:10]}', found, f'{path}:{number}', commit[:10], str(other)[:10],
                      text.decode('utf8', 'replace'), sep='\t', file=details)
    return count


def told(count):
    return f"{dict(count)} {100 * count['same'] / max(1, count['lines']):.3f} %"


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--details', type=argparse.FileType('w'))
    args.add_argument('--seed', type=int, default=1)
    args.add_argument('tool')
    args.add_argument('ranges', type=int)
    args.add_argument('repos', nargs='+')
    args = args.parse_args()
    draw, total = random.Random(args.seed), collections.Counter()
    for repo in args.repos:
        history = git(repo, 'rev-list', '--first-parent', 'HEAD').decode().split()
        count = collections.Counter()
        for _ in range(args.ranges):
            length = draw.randint(5, 60)
            at = draw.randint(0, max(0, min(len(history) - length - 1, 3000)))
            head, base = history[at], history[min(at + length, len(history) - 1)]
            count += compare(args.tool, repo, base, head, draw, args.details)
        total += count
        print(repo, told(count), flush=True)
    print('all', told(total))


if __name__ == '__main__':
    main()
