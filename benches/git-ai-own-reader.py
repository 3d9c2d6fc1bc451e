#!/usr/bin/env python3
"""git-ai-own-reader.py AI-DETECT GIT-AI [-n MOST] REPOSITORY...: do we read git-ai's notes as git-ai itself does?

Runs git-ai (1.6, github.com/git-ai-project/git-ai) as `git-ai diff COMMIT --json` for every commit with one parent that
has a note under refs/notes/ai and that some ref reaches; with -n for so many of them, evenly spread. Compares for
each line that the commit added who wrote it: nobody known, a person, or a tool with that model and session; what the
tools are called is listed side by side. What `markers scan --all --each --format json` says is looked up by commit, path and line. Give it copies of
the repositories: git-ai may write beside them. It is run without a network where `unshare` allows it.
"""
import collections, json, subprocess, sys

UNNAMED = {'default', 'unknown', '<synthetic>', 'auto', ''}
NOBODY = ('nobody',)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, **more).stdout.decode('utf8', 'replace')


def commits(repo):
    """Commits with a note and one parent, in the order of their ids."""
    noted = {row.split()[1] for row in run('git', '-C', repo, 'notes', '--ref=ai', 'list').splitlines()}
    walked = run('git', '-C', repo, 'log', '--exclude=refs/notes/*', '--all', '--format=%H %P').splitlines()
    return sorted(row.split()[0] for row in walked if len(row.split()) == 2 and row.split()[0] in noted)


def model(name):
    name = (name or '').strip('"')
    return '' if name in UNNAMED else name[:80]


def theirs(git_ai, repo, commit):
    """(path, line) -> who, for the lines that the commit added; None where git-ai gives up."""
    out = run(*git_ai, 'diff', commit, '--json', cwd=repo)
    try:
        told = json.loads(out)
    except ValueError:
        return None
    found = {}
    for hunk in told['hunks']:
        if hunk['hunk_kind'] != 'addition':
            continue
        key, who = hunk.get('prompt_id'), NOBODY
        if hunk.get('human_id'):
            who = ('human',)
        elif key:
            session = told.get('sessions', {}).get(key.split('::')[0]) or told.get('prompts', {}).get(key)
            agent = (session or {}).get('agent_id', {})
            who = ('ai', model(agent.get('model')), agent.get('id') or '', agent.get('tool') or '')
        for line in range(hunk['start_line'], hunk['end_line'] + 1):
            found[hunk['file_path'], line] = who
    return found


def ours(row):
    found = {}
    for lines in row.get('lines', []):
        person = lines['contributor'] == 'human'
        who = ('human',) if person else ('ai', lines['model'] or '', lines['session'] or '', lines['tool'] or '')
        for span in lines['ranges']:
            found.update({(lines['path'], line): who for line in range(span['first'], span['last'] + 1)})
    return found


def main(tool, git_ai, repos, most):
    alone = subprocess.run(['unshare', '-n', 'true'], capture_output=True).returncode == 0
    git_ai = (['unshare', '-n'] if alone else []) + [git_ai]
    total, tools = collections.Counter(), collections.Counter()
    for repo in repos:
        out = run(tool, '-C', repo, 'markers', 'scan', '--all', '--each', '--format', 'json')
        rows = {row['commit']: row for row in map(json.loads, out.splitlines())}
        count, examples, found = collections.Counter(), [], commits(repo)
        for commit in found[::max(1, len(found) // most)] if most else found:
            their, row = theirs(git_ai, repo, commit), rows.get(commit, {})
            if their is None:
                count['git-ai gives up'] += 1
                continue
            count['commits'] += 1
            count['unreadable to us'] += bool(row.get('unreadable'))
            our = ours(row)
            for place, a in their.items():
                b = our.get(place, NOBODY)
                count['lines'] += 1
                count[a[0]] += 1
                tools[a[3:], b[3:]] += 1
                if a[:3] == b[:3]:
                    count['same'] += 1
                else:
                    count['different'] += 1
                    examples.append((commit, place, a, b))
        total.update(count)
        print(repo, dict(count), *examples[:5], sep='\n  ', flush=True)
    print('tools', *(f'{a}={b}: {n}' for (a, b), n in tools.most_common() if a or b), sep='\n  ')
    print('all', dict(total), f"{100 * total['same'] / max(1, total['lines']):.4f} % of lines")


if __name__ == '__main__':
    args, most = sys.argv[1:], 0
    if '-n' in args:
        at = args.index('-n')
        most = int(args[at + 1])
        del args[at:at + 2]
    main(args[0], args[1], args[2:], most)
