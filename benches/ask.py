#!/usr/bin/env python3
"""ask.py [-n RANGES] [--seed N] [--details FILE] AI-DETECT REPOSITORY...

Whether `ai-detect trail ask` and `git blame` name the same commit for each line, and how much longer the answer takes. In
each repository, RANGES files are drawn with a fixed seed, and in each a range of 1 to 60 lines. Both programs run in
turn on the same lines, as whole processes. Prints a row a repository: lines, the share of lines with the same commit, and
of (ours - git's) the median, the 95th percentile and the maximum in milliseconds.
"""
import argparse, json, random, statistics, subprocess, time


def timed(args):
    start = time.perf_counter()
    done = subprocess.run(args, capture_output=True)
    return done, 1000 * (time.perf_counter() - start)


def blamed(out):
    commits = []
    for row in out.split(b'\n'):
        words = row.split(b' ')
        if len(words) >= 3 and len(words[0]) in (40, 64) and words[1].isdigit():
            commit = words[0].decode()
        elif row.startswith(b'\t'):
            commits.append(commit)
    return commits


def asked(answer):
    commits = []
    for run in answer['runs']:
        commits += [run['commit']] * (run['last'] - run['first'] + 1)
    return commits


def lines_of(repo, path):
    text = subprocess.run(['git', '-C', repo, 'show', f'HEAD:{path}'], capture_output=True).stdout
    return 0 if b'\0' in text[:8000] else text.count(b'\n')


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('-n', type=int, default=40)
    args.add_argument('--seed', type=int, default=1)
    args.add_argument('--details', type=argparse.FileType('w'))
    args.add_argument('tool')
    args.add_argument('repos', nargs='+')
    args = args.parse_args()
    draw = random.Random(args.seed)
    all_lines = all_same = 0
    for repo in args.repos:
        listed = subprocess.run(['git', '-C', repo, 'ls-tree', '-r', '-z', '--name-only', 'HEAD'], capture_output=True)
        paths = [path for path in listed.stdout.decode('utf8', 'surrogateescape').split('\0') if path]
        draw.shuffle(paths)
        lines = same = done = 0
        more, ours_ms, git_ms = [], [], []
        for path in paths:
            length = lines_of(repo, path)
            if length < 5:
                continue
            first = draw.randint(1, length)
            last = min(length, first + draw.randint(0, 59))
            blame, git_time = timed(['git', '-C', repo, 'blame', '--line-porcelain', f'-L{first},{last}', 'HEAD', '--', path])
            ask, ask_time = timed([args.tool, '-C', repo, 'trail', 'ask', f'{path}:{first}-{last}', '--format', 'json'])
            if ask.returncode:
                print(repo, path, ask.stderr.decode()[:200])
                continue
            ours, theirs = asked(json.loads(ask.stdout)), blamed(blame.stdout)
            equal = sum(a == b for a, b in zip(ours, theirs))
            lines, same = lines + len(theirs), same + equal
            more.append(ask_time - git_time)
            ours_ms.append(ask_time)
            git_ms.append(git_time)
            if args.details and equal != len(theirs):
                for at, (a, b) in enumerate(zip(ours, theirs)):
                    if a != b:
                        print(repo, f'{path}:{first + at}', a[:12], b[:12], sep='\t', file=args.details)
            if args.details and ask_time - git_time > 150:
                print(repo, f'{path}:{first}-{last}', f'{ask_time:.0f} ms', f'{git_time:.0f} ms', sep='\t', file=args.details)
            done += 1
            if done == args.n:
                break
        more.sort()
        all_lines, all_same = all_lines + lines, all_same + same
        print(f'{repo}: {done} ranges, {lines} lines, {100 * same / lines:.3f} % the same; git {statistics.median(git_ms):.0f} ms, '
              f'ask {statistics.median(ours_ms):.0f} ms; more: median {statistics.median(more):.0f}, '
              f'95 % {more[int(.95 * (len(more) - 1))]:.0f}, most {more[-1]:.0f} ms', flush=True)
    print(f'all: {all_lines} lines, {100 * all_same / all_lines:.3f} % the same')


if __name__ == '__main__':
    main()
