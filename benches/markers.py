#!/usr/bin/env python3
"""markers.py AI-DETECT [-n RUNS] REPOSITORY...: `ai-detect markers scan --all` beside `git log` of the same messages.

Whole processes, in turn, after one run of each to warm up; medians of the ratios of time and of processor time. What git
prints goes nowhere, and its notes are left out as ours are.
"""
import argparse, os, statistics, time


def timed(command):
    nowhere = os.open(os.devnull, os.O_RDWR)
    start = time.perf_counter()
    to = [(os.POSIX_SPAWN_DUP2, nowhere, stream) for stream in (1, 2)]
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=to)
    _, status, used = os.wait4(child, 0)
    os.close(nowhere)
    if status:
        raise SystemExit(f'{command} failed')
    return time.perf_counter() - start, used.ru_utime + used.ru_stime


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument('tool', metavar='AI-DETECT')
    arguments.add_argument('-n', type=int, default=9, metavar='RUNS')
    arguments.add_argument('repositories', nargs='+', metavar='REPOSITORY')
    args = arguments.parse_args()
    for repository in args.repositories:
        git = ['git', '-C', repository, 'log', '--exclude=refs/notes/*', '--all', '--format=%H %an %ae %B']
        ours = [args.tool, '-C', repository, 'markers', 'scan', '--all']
        timed(git), timed(ours)
        pairs = [(timed(git), timed(ours)) for _ in range(args.n)]
        middle = lambda of: statistics.median(of(*pair) for pair in pairs)
        print(f'{repository}: git {middle(lambda git, _: git[0]):.3f} s, ours {middle(lambda _, ours: ours[0]):.3f} s,',
              f'ratio {middle(lambda git, ours: ours[0] / git[0]):.2f}, of processor time',
              f'{middle(lambda git, ours: ours[1] / git[1]):.2f}', flush=True)


if __name__ == '__main__':
    main()
