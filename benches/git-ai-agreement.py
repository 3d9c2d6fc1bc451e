#!/usr/bin/env python3
"""git-ai-agreement.py AI-DETECT REPOSITORY...: do we read git-ai's notes as its standard's own reader does?

Reads every note under refs/notes/ai with the rules of the Git AI Standard 3.0.0 and of its reference reader (where
several keys cover a line, the last that the note describes has it), and compares line by line with what `markers scan
--all --each --format json` says. Keys that a note does not describe are counted apart: the reference reader looks for
them in other notes, we call them an undescribed session. Notes on commits that no ref reaches are left out.
"""
import collections, json, subprocess, sys


def git(repo, *args, stdin=None):
    return subprocess.run(['git', '-C', repo, *args], input=stdin, capture_output=True).stdout


def notes(repo):
    """commit -> text"""
    pairs = [row.split() for row in git(repo, 'notes', '--ref=ai', 'list').decode().splitlines()]
    out = git(repo, 'cat-file', '--batch', stdin='\n'.join(blob for blob, _ in pairs).encode())
    at = 0
    for _, commit in pairs:
        end = out.index(b'\n', at)
        size = int(out[at:end].split()[2])
        yield commit, out[end + 1:end + 1 + size]
        at = end + 2 + size


def described(key, meta):
    if key.startswith('h_'):
        return ('human', '', '') if key in meta.get('humans', {}) else None
    where = meta.get('sessions', {}) if key.startswith('s_') else meta.get('prompts', {})
    session = where.get(key.split('::')[0] if key.startswith('s_') else key)
    return session and ('ai', session['agent_id'].get('model') or '', session['agent_id'].get('id') or '')


def reference(text):
    """(path, line) -> who, or None where the note cannot be read"""
    rows = text.decode().splitlines()
    if '---' not in rows:
        return None
    cut = rows.index('---')
    try:
        meta = json.loads('\n'.join(rows[cut + 1:]))
    except ValueError:
        return None
    found, files, path = {}, collections.defaultdict(list), None
    for row in (row.rstrip() for row in rows[:cut]):
        if row.startswith('  '):
            key, ranges = row[2:].split(' ', 1)
            files[path].append((key, [tuple(map(int, r.split('-'))) for r in ranges.split(',') if r]))
        elif row:
            path = row[1:-1] if row.startswith('"') and row.endswith('"') else row
    for path, entries in files.items():
        for wanted in (True, False):
            for key, ranges in reversed(entries):
                who = described(key, meta)
                if bool(who) == wanted:
                    for r in ranges:
                        for line in range(r[0], r[-1] + 1):
                            found.setdefault((path, line), who or ('undescribed',))
    return found


def ours(row):
    found = {}
    for lines in row.get('lines', []):
        for r in lines['ranges']:
            for line in range(r['first'], r['last'] + 1):
                human = lines['contributor'] == 'human'
                described = human or lines['tool']
                who = ('human', '', '') if human else ('ai', lines['model'] or '', lines['session'] or '')
                found[lines['path'], line] = who if described else ('undescribed',)
    return found


UNNAMED = {'default', 'unknown', '<synthetic>', 'auto', ''}


def same(theirs, our):
    if theirs[0] == 'undescribed':
        return our[0] in ('undescribed', 'human')
    model = '' if theirs[0] == 'ai' and theirs[1].strip('"') in UNNAMED else theirs[1].strip('"')[:80] if theirs[0] == 'ai' else ''
    return our == (theirs[0], model, theirs[2])


def main(tool, repos):
    total = collections.Counter()
    for repo in repos:
        out = subprocess.run([tool, '-C', repo, 'markers', 'scan', '--all', '--each', '--format', 'json'], capture_output=True)
        rows = {row['commit']: row for row in map(json.loads, out.stdout.decode('utf8', 'replace').splitlines())}
        reached = set(git(repo, 'rev-list', '--exclude=refs/notes/*', '--all').decode().split())
        count, examples = collections.Counter(), []
        for commit, text in notes(repo):
            if commit not in reached:
                count['notes that nothing reaches'] += 1
                continue
            count['notes'] += 1
            row = rows.get(commit, {})
            theirs = reference(text)
            if theirs is None:
                count['unreadable to both' if row.get('unreadable') else 'unreadable to them only'] += 1
                continue
            if row.get('unreadable'):
                count['unreadable to us only'] += 1
                examples.append((commit, row['unreadable'][0]['reason']))
            our = ours(row)
            for place in theirs.keys() | our.keys():
                count['lines'] += 1
                a, b = theirs.get(place), our.get(place)
                count['undescribed'] += a == ('undescribed',)
                if a and b and same(a, b):
                    count['same'] += 1
                else:
                    count['different'] += 1
                    examples.append((commit, place, a, b))
        total.update(count)
        print(repo, dict(count), *examples[:5], sep='\n  ', flush=True)
    print('all', dict(total), f"{100 * total['same'] / max(1, total['lines']):.3f} % of lines")


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
