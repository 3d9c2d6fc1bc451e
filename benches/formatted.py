#!/usr/bin/env python3
"""formatted.py MANIFEST REPOS LANGUAGE COUNT OUT: what a formatter does to the scores.

Takes COUNT commits of each of `ai` and people of one language (python: `black` must be importable; rust: `rustfmt`),
evenly over the repositories, and writes them twice as small repositories, OUT/plain/OWNER/NAME and
OUT/formatted/OWNER/NAME, with OUT/plain.tsv and OUT/formatted.tsv beside them: each commit with the files of that
language which it changes and the same files at its parent, as they were, and with both sides formatted. The difference
between two runs of `ai-detect eval` is the formatter's alone. Commits of which any file cannot be formatted are left
out of both. Prints how many commits were changed by the formatting of what they add.
"""
import difflib, os, random, subprocess, sys

ENDINGS = {'python': '.py', 'rust': '.rs'}


def git(repo, *args, stdin=None):
    return subprocess.run(['git', '-C', repo, *args], input=stdin, capture_output=True, check=True).stdout


def by_black(source):
    import black
    return black.format_str(source.decode('utf8'), mode=black.Mode(line_length=79)).encode('utf8')


def by_rustfmt(source):
    options = ['--edition', '2021', '--emit', 'stdout', '--config', 'max_width=80']
    return subprocess.run(['rustfmt', *options], input=source, capture_output=True, check=True, timeout=20).stdout


FORMATTERS = {'python': by_black, 'rust': by_rustfmt}


def changed(repo, commit, ending):
    """(path, before or None, after) of each file that the commit adds or changes"""
    listing = git(repo, 'diff-tree', '-r', '--no-commit-id', '--no-renames', '--root', '-z', commit).decode('utf8', 'replace')
    parts = listing.split('\0')
    for head, path in zip(parts[::2], parts[1::2]):
        _, _, before, after, status = head.split(' ')
        if path.endswith(ending) and status in 'AM' and '"' not in path and '\n' not in path:
            old = git(repo, 'cat-file', 'blob', before) if status == 'M' else None
            yield path, old, git(repo, 'cat-file', 'blob', after)


def added(files):
    lines = []
    for _, old, new in files:
        match = difflib.SequenceMatcher(None, (old or b'').splitlines(), new.splitlines(), autojunk=False)
        new = new.splitlines()
        lines += [line for tag, _, _, start, end in match.get_opcodes() if tag in ('insert', 'replace') for line in new[start:end]]
    return lines


class Writer:
    """One world: repositories written by `git fast-import`, and the manifest of them."""

    def __init__(self, out, name, header):
        self.out, self.name, self.rows, self.header = out, name, [], header

    def repository(self, name, commits):
        root = os.path.join(self.out, self.name, name)
        os.makedirs(root)
        git(root, 'init', '--quiet', '--bare')
        stream, mark = [], 0

        def data(content):
            stream.append(b'data %d\n%s\n' % (len(content), content))

        def commit(number, message, parent, files):
            stream.append(b'commit refs/heads/c%d\nmark :%d\ncommitter A <a@example.org> 1700000000 +0000\n' % (number, number))
            data(message)
            if parent:
                stream.append(b'from :%d\n' % parent)
            for path, content in files:
                if content is not None:
                    stream.append(b'M 100644 inline %s\n' % path.encode('utf8', 'replace'))
                    data(content)

        for _, message, files in commits:
            commit(mark + 1, b'Before', 0, [(path, old) for path, old, _ in files])
            commit(mark + 2, message, mark + 1, [(path, new) for path, _, new in files])
            mark += 2
        marks = os.path.join(root, 'marks')
        git(root, 'fast-import', '--quiet', '--export-marks=' + marks, stdin=b''.join(stream))
        with open(marks) as file:
            ids = dict(line.split() for line in file)
        for at, (row, _, _) in enumerate(commits):
            self.rows.append('\t'.join(ids[':%d' % (2 * at + 2)] if key == 'commit' else value for key, value in row.items()))

    def close(self):
        with open(os.path.join(self.out, self.name + '.tsv'), 'w') as file:
            file.write('\n'.join(['\t'.join(self.header)] + self.rows) + '\n')


def sample(manifest, language, count):
    with open(manifest) as file:
        lines = file.read().splitlines()
    header = lines[0].split('\t')
    rows = [dict(zip(header, line.split('\t'))) for line in lines[1:]]
    random.seed(1)
    chosen = []
    for kind in (lambda label: label == 'ai', lambda label: label != 'ai'):
        groups = {}
        for row in rows:
            if row['language'] == language and kind(row['label']):
                groups.setdefault(row['repository'], []).append(row)
        for group in groups.values():
            random.shuffle(group)
        of_kind = []
        while len(of_kind) < count and any(groups.values()):
            of_kind += [group.pop() for group in groups.values() if group]
        chosen += of_kind[:count]
    return header, chosen


def main():
    manifest, repos, language, count, out = sys.argv[1:]
    header, rows = sample(manifest, language, int(count))
    by_repository = {}
    for row in rows:
        by_repository.setdefault(row['repository'], []).append(row)
    plain, formatted = Writer(out, 'plain', header), Writer(out, 'formatted', header)
    failed = same = 0
    for name, rows in sorted(by_repository.items()):
        repo, before, after = os.path.join(repos, name), [], []
        for row in rows:
            try:
                files = list(changed(repo, row['commit'], ENDINGS[language]))
                tidy = [(path, old and FORMATTERS[language](old), FORMATTERS[language](new)) for path, old, new in files]
                message = git(repo, 'log', '-1', '--format=%B', row['commit'])
            except Exception:
                failed += 1
                continue
            if not files:
                failed += 1
                continue
            before.append((row, message, files))
            after.append((row, message, tidy))
            same += added(files) == added(tidy)
        if before:
            plain.repository(name, before)
            formatted.repository(name, after)
    plain.close()
    formatted.close()
    print(f'{len(plain.rows)} commits, {len(plain.rows) - same} of them changed by the formatter, {failed} left out')


if __name__ == '__main__':
    main()
