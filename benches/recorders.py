#!/usr/bin/env python3
"""recorders.py AI-DETECT [-n COMMITS] [--whogitit PROGRAM] [--agent-trace PROGRAM] [--aiir PROGRAM]

Do we read what other recorders keep as they read it themselves? For each program that is named (whogitit 1.0.0,
github.com/dotsetlabs/whogitit; agent-trace-cli 0.1.3 and aiir 1.7.0, from PyPI) a repository is made, with commits in which
a tool writes lines and a person changes some of them. The program records them in its own way and says what it has
recorded; `markers scan --all --each --format json`, for receipts `diff --format json`, has to say the same. The edits
are the same in every run. git-ai has a script of its own, since its notes are public: git-ai-own-reader.py.
"""
import argparse, collections, json, os, pathlib, random, subprocess, tempfile

MODEL = 'claude-opus-4-8'


class Repository:
    def __init__(self, home):
        self.home, self.dir = pathlib.Path(home), pathlib.Path(home, 'repository')
        self.dir.mkdir()
        self.env = dict(os.environ, HOME=home, GIT_CONFIG_NOSYSTEM='1', WHOGITIT_MODEL_ID=MODEL)
        self.run('git', 'init', '-q', '-b', 'main')
        for key, value in [('user.name', 'Ann Lee'), ('user.email', 'ann@example.org'), ('core.quotePath', 'false')]:
            self.run('git', 'config', key, value)
        (self.dir / 'a.py').write_text(''.join(f'old_{line} = {line}\n' for line in range(20)))
        self.commit('Start')

    def run(self, *command, stdin=None, fails=False):
        done = subprocess.run(command, cwd=self.dir, env=self.env, input=stdin, capture_output=True, text=True)
        if done.returncode and not fails:
            raise SystemExit(f'{command}: {done.stderr or done.stdout}')
        return done.stdout

    def commit(self, message):
        self.run('git', 'add', '-A')
        self.run('git', '-c', 'core.hooksPath=/dev/null', 'commit', '-q', '--allow-empty', '-m', message)
        return self.run('git', 'rev-parse', 'HEAD').strip()

    def edits(self, count):
        """Writes what a tool makes of a file; yields it with what was there before and what a person makes of it."""
        draw = random.Random(1)
        for number in range(count):
            path = self.dir / draw.choice(['a.py', 'b.py', 'with space.py', 'src/ü.py'])
            path.parent.mkdir(exist_ok=True)
            before = path.read_text() if path.exists() else ''
            lines = before.splitlines(True)
            for at in range(draw.randint(1, 3)):
                place = draw.randint(0, len(lines))
                lines[place:place] = [f'tool_{number}_{at}_{line} = {line}\n' for line in range(draw.randint(1, 6))]
            after, end = ''.join(lines), list(lines)
            if draw.random() < .5:
                end[draw.randrange(len(end))] = f'changed_{number} = 1\n'
            if draw.random() < .5:
                end.insert(draw.randint(0, len(end)), f'mine_{number} = 1\n')
            path.write_text(after)
            yield path, before, after, ''.join(end)

    def ours(self, tool):
        """commit -> its row"""
        rows = self.run(tool, 'markers', 'scan', '--all', '--each', '--format', 'json').splitlines()
        return {row['commit']: row for row in map(json.loads, rows)}


def lines_of(row):
    found = {}
    for share in row.get('lines', []):
        for span in share['ranges']:
            for line in range(span['first'], span['last'] + 1):
                found[share['path'], line] = (share['contributor'], share['model'], share['session'])
    return found


def compare(name, pairs):
    """Prints how often both say the same of a line, or of whatever else the keys stand for."""
    count, examples = collections.Counter(), []
    for commit, their, our in pairs:
        count['commits'] += 1
        for place in their.keys() | our.keys():
            a, b = their.get(place), our.get(place)
            count[f'they: {a[0] if isinstance(a, tuple) else a}'] += 1
            count['same' if a == b else 'different'] += 1
            if a != b:
                examples.append((commit, place, a, b))
    print(name, dict(count), *examples[:5], sep='\n  ', flush=True)


def whogitit(repo, tool, program, count):
    repo.run(program, 'init', '--force')
    kinds, told = {'ai': 'ai', 'ai_modified': 'mixed', 'human': 'human'}, {}
    for path, before, after, end in repo.edits(count):
        event = dict(tool='Write', file_path=str(path), prompt='Add lines', old_content=before,
                     old_content_present=True, new_content=after)
        repo.run(program, 'capture', '--stdin', stdin=json.dumps(event))
        path.write_text(end)
        commit = repo.commit('Change')
        repo.run(program, 'post-commit')
        shown = json.loads(repo.run(program, 'show', commit, '--format', 'json'))
        session = shown['session']
        by = {'human': ('human', None, None)}
        told[commit] = {(file['path'], line['line_number']):
                        by.get(who, (who, session['model']['id'], session['session_id']))
                        for file in shown['files'] for line in file['lines']
                        for who in [kinds.get(line['source']['type'])] if who}
    ours = repo.ours(tool)
    compare('whogitit: lines', [(commit, their, lines_of(ours.get(commit, {}))) for commit, their in told.items()])


def agent_trace(repo, tool, program, count):
    """Notes as they come, which only count lines, and notes with the lines of their ledger."""
    repo.run(program, 'init', stdin='')
    counted, told, final = {}, {}, []
    for path, _, after, end in repo.edits(count):
        event = {'hook_event_name': 'PostToolUse', 'tool_name': 'Write', 'session_id': 's1', 'cwd': str(repo.dir),
                 'model': MODEL, 'transcript_path': str(repo.home / 't.jsonl'),
                 'tool_input': {'file_path': str(path), 'content': after}, 'tool_response': {'filePath': str(path)}}
        repo.run(program, 'record', stdin=json.dumps(event))
        path.write_text(end)
        commit = repo.commit('Change')
        repo.run(program, 'commit-link')
        note = json.loads(repo.run(program, 'notes', 'show', commit, fails=True) or '{}')
        counted[commit] = {'commit': note.get('stats', {}).get('ai_lines', 0) > 0}
        final.append(commit)
    row = repo.ours(tool)
    by_us = lambda commit: {'commit': any(s['form'] == 'agent-trace' for s in row.get(commit, {}).get('statements', []))}
    compare('agent-trace: whether a tool wrote lines', [(c, their, by_us(c)) for c, their in counted.items()])
    repo.run('git', 'update-ref', '-d', 'refs/notes/agent-trace')
    repo.run(program, 'notes', 'rebuild', f'{final[0]}~1..{final[-1]}', '--include-ledger')
    row = repo.ours(tool)
    pairs = []
    for path in sorted(path for path in repo.dir.rglob('*.py')):
        name = str(path.relative_to(repo.dir))
        said = json.loads(repo.run(program, 'blame', name, '--json'))
        their = {(name, line): ('ai', told['model_id'], told['conversation_id'])
                 for told in said['attributions'] if told['kind'] == 'AI'
                 for line in range(told['start_line'], told['end_line'] + 1)}
        our = {}
        for at, blamed in enumerate(blame(repo, name), 1):
            commit, old, line = blamed
            who = lines_of(row.get(commit, {})).get((old, line))
            if who:
                our[name, at] = who
        pairs.append((name, their, our))
    compare('agent-trace: lines at the end, by file', pairs)


def blame(repo, name):
    """Of each line: the commit, the path there, the line there."""
    path = None
    for row in repo.run('git', 'blame', '--line-porcelain', name).splitlines():
        parts = row.split(' ')
        if len(parts) in (3, 4) and len(parts[0]) == 40:
            commit, line = parts[0], int(parts[1])
        elif row.startswith('filename '):
            path = row.split(' ', 1)[1]
        elif row.startswith('\t'):
            yield commit, path, line


def aiir(repo, tool, program, count):
    """Its receipts as it makes them, and each changed in one place."""
    trailers = ['', '\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>', '\n\nCo-authored-by: Copilot '
                '<198982749+Copilot@users.noreply.github.com>', '\n\nSigned-off-by: Ann Lee <ann@example.org>']
    subjects = ['Change', 'Größe 🎉', 'Tab\tand "quotes" \\', 'Del \x7f']
    start = repo.run('git', 'rev-parse', 'HEAD').strip()
    for number, (path, _, _, end) in enumerate(repo.edits(count)):
        path.write_text(end)
        repo.commit(subjects[number // 4 % 4] + trailers[number % 4])
    own = [json.loads(row) for row in repo.run(program, '--range', f'{start}..HEAD', '--jsonl').splitlines()]
    draw = random.Random(2)
    for changed in (False, True):
        theirs, lines = {}, []
        for receipt in own:
            receipt = json.loads(json.dumps(receipt))
            if changed:
                where = draw.choice(['subject', 'author', 'signals', 'tool', 'id', 'time'])
                {'subject': lambda: receipt['commit'].update(subject='Another'),
                 'author': lambda: receipt['commit']['author'].update(email='bob@example.org'),
                 'signals': lambda: receipt['ai_attestation'].update(signal_count=9),
                 'tool': lambda: receipt['provenance'].update(tool='https://example.org'),
                 'id': lambda: receipt.update(receipt_id='g1-' + '0' * 32),
                 'time': lambda: receipt.update(timestamp='2020-01-01T00:00:00Z')}[where]()
            file = repo.home / 'receipt.json'
            file.write_text(json.dumps(receipt))
            valid = json.loads(repo.run(program, '--verify', str(file), '--json', fails=True))['valid']
            by_tool = receipt['ai_attestation']['is_ai_authored']
            theirs[receipt['commit']['sha']] = {'receipt': 'invalid' if not valid else 'ai' if by_tool else 'nothing'}
            lines.append(json.dumps(receipt) + '\n')
        ledger = repo.dir / '.aiir' / 'receipts.jsonl'
        ledger.parent.mkdir(exist_ok=True)
        ledger.write_text(''.join(lines))
        repo.commit('Keep receipts')
        report = json.loads(repo.run(tool, 'diff', f'{start}..HEAD', '--format', 'json'))
        ours = {}
        for commit in report['commits']:
            said = commit['attestation']
            found = any(statement['form'] == 'aiir-receipt' for statement in said['statements'])
            ours[commit['id']] = {'receipt': 'invalid' if said.get('unreadable') else 'ai' if found else 'nothing'}
        name = 'aiir: receipts, changed in one place each' if changed else 'aiir: receipts as made'
        compare(name, [(commit, their, ours[commit]) for commit, their in theirs.items()])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('tool', metavar='AI-DETECT')
    arguments.add_argument('-n', type=int, default=60, metavar='COMMITS')
    readers = {'whogitit': whogitit, 'agent_trace': agent_trace, 'aiir': aiir}
    for name in readers:
        arguments.add_argument('--' + name.replace('_', '-'), metavar='PROGRAM')
    args = arguments.parse_args()
    for name, reader in readers.items():
        if program := getattr(args, name):
            with tempfile.TemporaryDirectory() as home:
                reader(Repository(home), args.tool, program, args.n)


if __name__ == '__main__':
    main()
