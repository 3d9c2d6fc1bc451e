#!/usr/bin/env python3
"""control.py AI-DETECT MIRRORS [--projects TSV] [--rows DIR] [--out TSV]

How often are commits of today flagged in public projects that bar AI contributions? MIRRORS holds their histories as
`owner+name/repo` or `owner/name`, with or without a work tree; control-projects.tsv lists them, with the source and the
date of each ban. Rows of `scan` are kept in DIR, and a later run goes on from them.

A commit counts if it was written (`author_time`) in 2024 or later and before the ban ended, has landed, is no merge,
could be scored (`probability` is not null), and declares nothing, nor does the merge that brought it (`state` is
`absent`). The time of writing counts because a merge can land years of older work in one day. There are two samples:
what was written *under the ban*, and what was written *at any time*, before the ban too.

Bots are left out by name and address. Authors with at least 20 commits before July 2024 in the same project are
*established*, all others *newer*. Names and addresses are read from `git log` for this division, kept in memory, and
never written or printed. Only sums over projects are printed; a project is listed with its number of commits and never
beside a share.

Prints Markdown tables, and writes `group half commits flagged` to TSV (benches/control.tsv).
"""
import argparse, collections, csv, datetime, json, math, os, pathlib, random, re, subprocess

START = '2024-01-01'
ESTABLISHED_BEFORE = '2024-07-01'
MIN_COMMITS = 20
MIN_CODE = 3  # log-odds of the code without the message: 95 % at even chances
BOT = re.compile(r'\bbots?\b|dependabot|renovate|github-actions|gitlab-ci|weblate|pre-commit-ci|buildbot', re.I)
HERE = pathlib.Path(__file__).parent

Commit = collections.namedtuple('Commit', 'project repository group half flagged banned code')


def seconds(day):
    return int(datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc).timestamp())


def half_year(time):
    day = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    return f'{day.year}-H{1 if day.month < 7 else 2}'


def wilson(hits, count, z=1.959964):
    """The 95 % interval of a share."""
    share, spread = hits / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return middle - half, middle + half


def git_directory(mirrors, repository):
    owner, name = repository.split('/')
    for path in (mirrors / f'{owner}+{name}' / 'repo', mirrors / owner / name):
        if path.is_dir():
            return path
    raise SystemExit(f'{mirrors} has no history of {repository}. Fetch it, or take its line out of the list of projects.')


def scanned(tool, path, kept):
    """All rows of a repository since START."""
    command = [tool, '-C', path, 'scan', '--since', START, '--output', kept]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 3 and kept.exists():  # files that the clone lacks; their commits have no row
        print(f'{path}: {done.stderr.strip().splitlines()[-1]}', flush=True)
    elif done.returncode:
        raise SystemExit(f'{path}: {done.stderr}')
    with open(kept) as lines:
        return [json.loads(line) for line in lines]


class Authors:
    """Who wrote which commit of one project: commits that share a name or an address are one person's."""

    def __init__(self, paths):
        self.address_of, self.parent, self.bots = {}, {}, set()
        early = []
        for path in paths:
            early += self.read(path, seconds(ESTABLISHED_BEFORE))
        count = collections.Counter(map(self.person, early))
        self.established = {person for person, commits in count.items() if commits >= MIN_COMMITS}

    def person(self, key):
        """The key that stands for all names and addresses of a person."""
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def read(self, path, until):
        """Notes the author of each commit. Returns the authors of the commits written before a time, one for each."""
        log = ['git', '-C', path, 'log', '--no-merges', '--format=%H%x00%aN%x00%aE%x00%at', 'HEAD']
        out = subprocess.run(log, check=True, capture_output=True).stdout.decode(errors='replace')
        early = []
        for line in out.split('\n')[:-1]:
            commit, name, address, time = line.split('\0')
            if BOT.search(name) or BOT.search(address):
                self.bots.add(commit)
                continue
            name, address = ('name', name.strip().lower()), ('address', address.strip().lower())
            self.parent[self.person(name)] = self.person(address)
            self.address_of[commit] = address
            if int(time) < until:
                early.append(address)
        return early

    def group(self, commit):
        return 'established' if self.person(self.address_of[commit]) in self.established else 'newer'


def counted(rows, until):
    """The rows that count, those of bots among them."""
    states = {row['commit']: row['state'] for row in rows}
    for row in rows:
        if row['kind'] != 'commit' or row['probability'] is None or row['landed_time'] is None:
            continue
        if row['state'] != 'absent' or states.get(row['via'], 'absent') != 'absent':
            continue
        if seconds(START) <= row['author_time'] < until:
            yield row


def measure(tool, mirrors, projects, kept):
    """Each commit that counts, and what made the rows."""
    by_project = collections.defaultdict(list)
    for line in projects:
        by_project[line['project']].append(line)
    found, makers = [], set()
    for project, lines in by_project.items():
        authors = Authors([git_directory(mirrors, line['repository']) for line in lines])
        for line in lines:
            repository = line['repository']
            rows = scanned(tool, git_directory(mirrors, repository), kept / (repository.replace('/', '+') + '.jsonl'))
            makers.update((row['version'], row['scoring_model'], row['rules']) for row in rows)
            for row in counted(rows, seconds(line['until']) if line['until'] else math.inf):
                commit, time = row['commit'], row['author_time']
                if commit not in authors.bots:
                    banned, code = time >= seconds(line['since']), row['code_log_odds'] > MIN_CODE
                    group, flagged = authors.group(commit), row['flags'] > 0
                    found.append(Commit(project, repository, group, half_year(time), flagged, banned, code))
    if len(makers) != 1:
        raise SystemExit(f'Rows of several versions or rules do not compare: {sorted(makers)}. Empty the folder of rows.')
    return found, makers.pop()


def totals(found, key):
    """key -> [commits, flagged]"""
    sums = collections.defaultdict(lambda: [0, 0])
    for commit in found:
        sums[key(commit)][0] += 1
        sums[key(commit)][1] += commit.flagged
    return sums


def over_projects(found, draws=4000):
    """The 95 % interval of the share when projects, not commits, are drawn anew."""
    sums, draw = list(totals(found, lambda commit: commit.project).values()), random.Random(1)
    shares = []
    for _ in range(draws):
        sample = draw.choices(sums, k=len(sums))
        shares.append(sum(flagged for _, flagged in sample) / sum(commits for commits, _ in sample))
    shares.sort()
    return shares[draws // 40], shares[-1 - draws // 40]


def table(title, found, period):
    """Commits and flags by period and group."""
    parts = collections.defaultdict(list)
    for commit in found:
        parts[period(commit.half), commit.group].append(commit)
    print(f'\n{title}\n\n| written | authors | commits | with a flag | share | 95 % | over projects |')
    print('|---|---|--:|--:|--:|---|---|')
    for (time, group), part in sorted(parts.items()):
        commits, flagged = len(part), sum(commit.flagged for commit in part)
        limits = ' | '.join(f'{100 * low:.1f}–{100 * high:.1f}' for low, high in (wilson(flagged, commits), over_projects(part)))
        print(f'| {time} | {group} | {commits:,} | {flagged:,} | {100 * flagged / commits:.1f} % | {limits} |')


def concentration(found, group, year):
    """The fewest projects that hold 90 % of a year's flags, against all others, then and in the years before."""
    part = [commit for commit in found if commit.group == group]
    flags = collections.Counter(commit.project for commit in part if commit.flagged and commit.half.startswith(year))
    few, held = set(), 0
    for project, count in flags.most_common():
        if held < .9 * flags.total():
            few.add(project)
            held += count
    for when in sorted({commit.half[:4] for commit in part}):
        for where, inside in ((f'in {len(few)} projects', True), ('in all others', False)):
            side = [commit for commit in part if commit.half.startswith(when) and (commit.project in few) == inside]
            if side:
                flagged, code = (sum(values) for values in zip(*((commit.flagged, commit.code) for commit in side)))
                print(f'  {group}, {when}, {where}: {flagged:,} of {len(side):,} flagged ({100 * flagged / len(side):.1f} %),',
                      f'by code alone above {MIN_CODE}: {100 * code / len(side):.1f} %')


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('tool', metavar='AI-DETECT')
    arguments.add_argument('mirrors', metavar='MIRRORS', type=pathlib.Path)
    arguments.add_argument('--projects', metavar='TSV', type=pathlib.Path, default=HERE / 'control-projects.tsv')
    arguments.add_argument('--rows', metavar='DIR', type=pathlib.Path, default=pathlib.Path('control-rows'))
    arguments.add_argument('--out', metavar='TSV', type=pathlib.Path, default=HERE / 'control.tsv')
    args = arguments.parse_args()
    args.rows.mkdir(parents=True, exist_ok=True)
    with open(args.projects) as lines:
        projects = list(csv.DictReader(lines, delimiter='\t'))
    found, (version, model, rules) = measure(os.path.abspath(args.tool), args.mirrors, projects, args.rows.absolute())
    banned = [commit for commit in found if commit.banned]

    print('Projects, by commits written under the ban, and at any time since 2024:')
    under, any_time = (collections.Counter(commit.project for commit in part) for part in (banned, found))
    for project in sorted(any_time, key=lambda project: (-under[project], project)):
        print(f'  {under[project]:6,} {any_time[project]:6,}  {project}')
    table('Under the ban', banned, lambda half: half)
    table('Under the ban, by year', banned, lambda half: half[:4])
    table('At any time', found, lambda half: half)
    table('At any time, until the middle of 2025 and since', found,
          lambda half: '2024 to 2025-H1' if half < '2025-H2' else '2025-H2 and later')
    with open(HERE / 'fitted-on.tsv') as lines:
        fitted = {line['repository'] for line in csv.DictReader(lines, delimiter='\t')}
    table('At any time, by year, in repositories that the model was not fitted on',
          [commit for commit in found if commit.repository not in fitted], lambda half: half[:4])
    print('\nWhere the flags of 2026 lie, at any time:')
    for group in ('established', 'newer'):
        concentration(found, group, '2026')

    with open(args.out, 'w') as out:
        out.write(f'# ai-detect {version}, model fitted {model}, rules {rules}. Sums over the projects of control-projects.tsv,\n'
                  '# made by control.py. established and newer: written under the ban; with -any-time: before it, too.\n'
                  '# Errors are what established-any-time holds until 2025-H1; later flags can be undeclared use (ACCURACY.md).\n'
                  'group\thalf\tcommits\tflagged\n')
        for part, suffix in ((banned, ''), (found, '-any-time')):
            sums = totals(part, lambda commit: (commit.group + suffix, commit.half))
            for (group, half), (commits, flagged) in sorted(sums.items()):
                out.write(f'{group}\t{half}\t{commits}\t{flagged}\n')


if __name__ == '__main__':
    main()
