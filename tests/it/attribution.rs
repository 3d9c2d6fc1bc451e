//! Which commit of a range introduced each line: by example, and as `git blame` sees it.

use std::collections::HashMap;

use crate::support::{Repo, cases, code};
use ai_detect::change::ChangeSet;
use ai_detect::exclude::{DEFAULT_MAX_BYTES, Excluder};
use ai_detect::git::{RangeSpec, Repository};
use proptest::prelude::*;

fn change(repo: &Repo, range: &str) -> ChangeSet {
    let repository = Repository::open(repo.path()).unwrap();
    let resolved = repository.resolve(&RangeSpec::Spec(range.into())).unwrap();
    let records = repository.records(&[], None).unwrap();
    repository.change_set(resolved, &Excluder::new(&[], DEFAULT_MAX_BYTES).unwrap(), &records).unwrap()
}

/// A line that was authored in the range.
struct Line {
    path: String,
    number: u32,
    text: String,
    commit: Option<String>,
}

fn lines(change: &ChangeSet) -> Vec<Line> {
    let mut lines = Vec::new();
    for file in &change.files {
        for origin in &file.origins {
            let commit = origin.commit.map(|at| change.commits[at as usize].id.clone());
            lines.extend((origin.span.start..origin.span.end).map(|line| Line {
                path: file.path.to_string(),
                number: line + 1,
                text: String::from_utf8_lossy(file.new.line(line)).into_owned(),
                commit: commit.clone(),
            }));
        }
    }
    lines
}

/// Who introduced what, as `path:first-last subject`.
fn introduced(repo: &Repo, range: &str) -> Vec<String> {
    let change = change(repo, range);
    let told = change.files.iter().flat_map(|file| {
        file.origins.iter().map(|origin| {
            let subject = origin.commit.map_or("-", |at| change.commits[at as usize].subject());
            format!("{}:{}-{} {subject}", file.path, origin.span.start + 1, origin.span.end)
        })
    });
    told.collect()
}

/// What `git blame` says of each line of a file; `None` where it is from before the range.
fn blame(repo: &Repo, range: &str, path: &str) -> Vec<Option<String>> {
    let mut blamed = Vec::new();
    let mut commit = None;
    for line in repo.git(&["blame", "--line-porcelain", range, "--", path]).lines() {
        match line.split_once(' ') {
            _ if line.starts_with('\t') => blamed.push(commit.take()),
            _ if line == "boundary" => commit = None,
            Some((id, _)) if id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                commit = Some(id.to_owned());
            }
            _ => {}
        }
    }
    blamed
}

/// Where the two do not agree, among lines whose text stands once in their file.
fn disagreements(repo: &Repo, base: &str) -> Vec<String> {
    let (base, head) = (repo.git(&["merge-base", base, "HEAD"]), repo.id("HEAD"));
    let range = format!("{base}..{head}");
    let mut blames: HashMap<String, Vec<Option<String>>> = HashMap::new();
    let mut found = Vec::new();
    for line in lines(&change(repo, &range)) {
        let content = std::fs::read_to_string(repo.path().join(&line.path)).unwrap();
        if content.lines().filter(|other| *other == line.text).count() > 1 {
            continue;
        }
        let blamed = blames.entry(line.path.clone()).or_insert_with(|| blame(repo, &range, &line.path));
        let theirs = &blamed[line.number as usize - 1];
        if *theirs != line.commit {
            found.push(format!("{}:{} {:?}: {:?}, git {theirs:?}", line.path, line.number, line.text, line.commit));
        }
    }
    found
}

/// A repository with one commit on `main`, and `topic` checked out.
fn started() -> Repo {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 6));
    repo.branch("topic");
    repo
}

/// Checks the examples against `git blame` as well.
fn assert_introduced(repo: &Repo, expected: &[&str]) {
    assert_eq!(introduced(repo, "main"), expected);
    assert_eq!(disagreements(repo, "main"), [""; 0]);
}

fn save(repo: &Repo, subject: &str, parts: &[(&str, usize)]) {
    let content: String = parts.iter().map(|(name, lines)| code(name, *lines)).collect();
    repo.write("a.py", content);
    repo.commit(subject);
}

#[test]
fn each_line_belongs_to_the_commit_that_added_it() {
    let repo = started();
    save(&repo, "First", &[("a", 6), ("one", 4)]);
    save(&repo, "Second", &[("a", 6), ("one", 2), ("two", 3), ("three", 2)]);
    save(&repo, "Third", &[("zero", 2), ("a", 6), ("one", 2), ("two", 3), ("three", 2)]);
    assert_introduced(&repo, &["a.py:1-2 Third", "a.py:9-10 First", "a.py:11-15 Second"]);
}

#[test]
fn a_rewritten_line_belongs_to_the_last_commit_that_wrote_it() {
    let repo = started();
    save(&repo, "First", &[("a", 6), ("one", 5)]);
    let rewritten = (code("a", 6) + &code("one", 5)).replace("one_3 =", "renamed_3 =");
    repo.write("a.py", rewritten);
    repo.commit("Second");
    assert_introduced(&repo, &["a.py:7-8 First", "a.py:9-9 Second", "a.py:10-11 First"]);
}

#[test]
fn a_line_that_went_and_came_back_belongs_to_the_commit_that_brought_it_back() {
    let repo = started();
    save(&repo, "First", &[("a", 6), ("one", 4)]);
    save(&repo, "Remove", &[("a", 6)]);
    save(&repo, "Again", &[("a", 6), ("one", 4)]);
    assert_introduced(&repo, &["a.py:7-10 Again"]);
}

#[test]
fn a_renamed_file_keeps_the_commits_of_its_lines() {
    let repo = started();
    repo.commit_file("new.py", code("one", 12));
    repo.git(&["mv", "new.py", "other.py"]);
    repo.commit("Rename");
    std::fs::create_dir(repo.path().join("deep")).unwrap();
    repo.git(&["mv", "other.py", "deep/last.py"]);
    repo.write("deep/last.py", code("one", 12) + &code("two", 3));
    repo.commit("Rename and add");
    assert_introduced(&repo, &["deep/last.py:1-12 Change new.py", "deep/last.py:13-15 Rename and add"]);
}

#[test]
fn a_file_from_before_the_range_keeps_them_through_a_rename_too() {
    let repo = started();
    save(&repo, "First", &[("a", 6), ("one", 3)]);
    repo.git(&["mv", "a.py", "b.py"]);
    repo.commit("Rename");
    repo.write("b.py", code("zero", 1) + &code("a", 6) + &code("one", 3));
    repo.commit("Add");
    assert_introduced(&repo, &["b.py:1-1 Add", "b.py:8-10 First"]);
}

#[test]
fn a_merge_hands_its_lines_to_the_sides_they_came_from() {
    let repo = started();
    repo.branch("side");
    save(&repo, "Side", &[("side", 3), ("a", 6)]);
    repo.switch("topic");
    save(&repo, "Topic", &[("a", 6), ("topic", 3)]);
    repo.merge("side");
    assert_introduced(&repo, &["a.py:1-3 Side", "a.py:10-12 Topic"]);
}

#[test]
fn what_a_merge_adds_itself_belongs_to_the_merge() {
    let repo = started();
    repo.branch("side");
    save(&repo, "Side", &[("a", 6), ("side", 3)]);
    repo.switch("topic");
    save(&repo, "Topic", &[("a", 6), ("topic", 3)]);
    repo.try_git(&["merge", "side"], b"");
    save(&repo, "Resolve", &[("a", 6), ("topic", 3), ("both", 2), ("side", 3)]);
    assert_introduced(&repo, &["a.py:7-9 Topic", "a.py:10-11 Resolve", "a.py:12-14 Side"]);
}

#[test]
fn what_both_sides_added_belongs_to_the_first_parent() {
    let repo = started();
    repo.branch("side");
    save(&repo, "Side", &[("a", 6), ("same", 3), ("side", 2)]);
    repo.switch("topic");
    save(&repo, "Topic", &[("topic", 2), ("a", 6), ("same", 3)]);
    repo.try_git(&["merge", "side"], b"");
    save(&repo, "Merge", &[("topic", 2), ("a", 6), ("same", 3), ("side", 2)]);
    assert_introduced(&repo, &["a.py:1-2 Topic", "a.py:9-11 Topic", "a.py:12-13 Side"]);
}

#[test]
fn a_rename_on_one_side_meets_an_edit_on_the_other() {
    let repo = started();
    repo.branch("side");
    repo.git(&["mv", "a.py", "b.py"]);
    repo.write("b.py", code("side", 2) + &code("a", 6));
    repo.commit("Side");
    repo.switch("topic");
    save(&repo, "Topic", &[("a", 6), ("topic", 2)]);
    repo.merge("side");
    assert_introduced(&repo, &["b.py:1-2 Side", "b.py:9-10 Topic"]);
}

#[test]
fn a_merge_of_three_sides_hands_each_its_own() {
    let repo = started();
    for side in ["one", "two", "three"] {
        repo.git(&["switch", "--quiet", "-c", side, "topic"]);
        repo.write(&format!("{side}.py"), code(side, 3));
        repo.commit(side);
    }
    repo.switch("topic");
    repo.git(&["merge", "--quiet", "-m", "Octopus", "one", "two", "three"]);
    assert_introduced(&repo, &["one.py:1-3 one", "three.py:1-3 three", "two.py:1-3 two"]);
}

#[test]
fn lines_of_main_that_a_merge_brought_are_not_of_the_range() {
    let repo = started();
    save(&repo, "Topic", &[("a", 6), ("topic", 3)]);
    repo.switch("main");
    save(&repo, "Main", &[("main", 3), ("a", 6)]);
    repo.switch("topic");
    repo.merge("main");
    save(&repo, "After", &[("main", 3), ("after", 1), ("a", 6), ("topic", 3)]);
    assert_introduced(&repo, &["a.py:4-4 After", "a.py:11-13 Topic"]);
}

#[test]
fn lines_that_cross_merges_brought_from_outside_belong_to_no_commit() {
    let repo = started();
    save(&repo, "Topic", &[("a", 6), ("topic", 3)]);
    repo.switch("main");
    save(&repo, "Main", &[("main", 3), ("a", 6)]);
    let (topic, main) = (repo.id("topic"), repo.id("main"));
    repo.merge(&topic);
    repo.switch("topic");
    repo.merge(&main);
    save(&repo, "After", &[("main", 3), ("a", 6), ("topic", 3), ("after", 2)]);
    // The two branches have two merge bases, and each lacks what the other added.
    let told = introduced(&repo, "main");
    assert!(told == ["a.py:1-3 -", "a.py:13-14 After"] || told == ["a.py:10-12 -", "a.py:13-14 After"], "{told:?}");
}

#[test]
fn a_hunk_names_its_commits_with_their_lines_largest_part_first() {
    let repo = started();
    save(&repo, "First", &[("a", 6), ("one", 4)]);
    save(&repo, "Second", &[("a", 6), ("one", 4), ("two", 7)]);
    let report = repo.diff(&["main"]);
    assert_eq!(crate::support::hunks(&report), ["a.py:7-17"]);
    let parts = serde_json::json!([{"id": repo.id("HEAD"), "lines": 7}, {"id": repo.id("HEAD~1"), "lines": 4}]);
    assert_eq!(report["hunks"][0]["commits"], parts);
}

/// One step of a history. Numbers pick a file and a place among what is there.
#[derive(Debug, Clone)]
enum Step {
    Insert { file: usize, at: usize, lines: usize, blank: bool },
    Delete { file: usize, at: usize, lines: usize },
    Replace { file: usize, at: usize, lines: usize },
    Rename { file: usize },
    Fork,
    Swap,
    Merge,
}

fn step() -> impl Strategy<Value = Step> {
    let (file, at) = (0usize..9, 0usize..60);
    prop_oneof![
        5 => (file.clone(), at.clone(), 1usize..5, any::<bool>())
            .prop_map(|(file, at, lines, blank)| Step::Insert { file, at, lines, blank }),
        2 => (file.clone(), at.clone(), 1usize..4).prop_map(|(file, at, lines)| Step::Delete { file, at, lines }),
        3 => (file.clone(), at, 1usize..4).prop_map(|(file, at, lines)| Step::Replace { file, at, lines }),
        1 => file.prop_map(|file| Step::Rename { file }),
        1 => Just(Step::Fork),
        2 => Just(Step::Swap),
        1 => Just(Step::Merge),
    ]
}

/// A repository that grows step by step.
struct Growing {
    repo: Repo,
    /// Makes every line the only one of its kind.
    written: usize,
    forked: bool,
    on_side: bool,
}

impl Growing {
    fn start(files: usize) -> Self {
        let repo = Repo::new();
        let mut growing = Growing { repo, written: 0, forked: false, on_side: false };
        for file in 0..files {
            let content = growing.fresh(16).join("\n") + "\n";
            growing.repo.write(&format!("file{file}.txt"), content);
        }
        growing.repo.commit("Start");
        growing.repo.branch("topic");
        growing
    }

    fn fresh(&mut self, lines: usize) -> Vec<String> {
        let made = (self.written..self.written + lines).map(|n| format!("line {n} says {}", n * 7919 % 1009));
        self.written += lines;
        made.collect()
    }

    fn grow(&mut self, step: &Step) {
        match *step {
            Step::Insert { file, at, lines, blank } => {
                let mut fresh = self.fresh(lines);
                fresh.extend(blank.then(String::new));
                self.edit(file, at, 0, fresh);
            }
            Step::Delete { file, at, lines } => self.edit(file, at, lines, Vec::new()),
            Step::Replace { file, at, lines } => {
                let fresh = self.fresh(lines);
                self.edit(file, at, lines, fresh);
            }
            Step::Rename { file } => {
                let to = format!("renamed{}.txt", self.written);
                self.written += 1;
                self.repo.git(&["mv", &self.file(file), &to]);
            }
            Step::Fork if !self.forked => {
                self.repo.branch("side");
                (self.forked, self.on_side) = (true, true);
            }
            Step::Swap if self.forked => {
                self.on_side = !self.on_side;
                self.repo.switch(if self.on_side { "side" } else { "topic" });
            }
            Step::Merge if self.forked => self.merge(),
            _ => {}
        }
        if !matches!(step, Step::Fork | Step::Swap | Step::Merge) {
            self.repo.commit(&format!("{step:?}"));
        }
    }

    fn file(&self, file: usize) -> String {
        let listed = self.repo.git(&["ls-files"]);
        let files: Vec<&str> = listed.lines().collect();
        files[file % files.len()].to_owned()
    }

    fn edit(&mut self, file: usize, at: usize, removed: usize, fresh: Vec<String>) {
        let path = self.repo.path().join(self.file(file));
        let content = std::fs::read_to_string(&path).unwrap();
        let mut lines: Vec<String> = content.lines().map(str::to_owned).collect();
        let at = at % (lines.len() + 1);
        // Enough stays for the file to be known again after a rename.
        let removed = removed.min(lines.len() - at).min(lines.len().saturating_sub(8));
        lines.splice(at..at + removed, fresh);
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }

    /// Merges the side into the topic; conflicts stay as git marks them.
    fn merge(&mut self) {
        self.repo.switch("topic");
        let (clean, ..) = self.repo.try_git(&["merge", "--quiet", "--no-ff", "-m", "Merge", "side"], b"");
        if !clean {
            self.repo.commit("Merge with marks");
        }
        self.repo.git(&["branch", "-D", "side"]);
        (self.forked, self.on_side) = (false, false);
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn random_histories_are_attributed_as_git_blame_does(
        files in 1usize..=3,
        steps in proptest::collection::vec(step(), 6..14),
    ) {
        let mut growing = Growing::start(files);
        for step in &steps {
            growing.grow(step);
        }
        if growing.forked {
            growing.merge();
        }
        let found = disagreements(&growing.repo, "main");
        prop_assert!(found.is_empty(), "{}\n{}", found.join("\n"), growing.repo.git(&["log", "--graph", "--oneline", "-p", "-m", "-M"]));
    }
}
