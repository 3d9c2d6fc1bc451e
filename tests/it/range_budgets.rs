//! What a range of commits can cost, whatever it stands for: where a budget ends the work, the lines belong to no commit
//! and the report says so. The values stand in docs/hardening.md.

use std::path::Path;

use crate::support::{Repo, code, excluded};
use ai_detect::change::{ChangeSet, CutShort, RecordPlace};
use ai_detect::exclude::{DEFAULT_MAX_BYTES, Excluder};
use ai_detect::git::{Budget, CommitChange, Error, RangeSpec, Repository, Sought};

fn change(repo: &Repo, budget: Budget) -> ChangeSet {
    change_at(repo.path(), budget)
}

fn change_at(path: &Path, budget: Budget) -> ChangeSet {
    let repository = Repository::open(path).unwrap().within(budget);
    let resolved = repository.resolve(&RangeSpec::Spec("main..topic".into())).unwrap();
    let records = repository.records(&[], None).unwrap();
    repository.change_set(resolved, &Excluder::new(&[], DEFAULT_MAX_BYTES).unwrap(), &records).unwrap()
}

/// Who introduced what, as `path: subject lines, subject lines`, with `-` for no commit.
fn introduced(change: &ChangeSet) -> Vec<String> {
    let of = |file: &ai_detect::change::FileChange| {
        let parts: Vec<String> = file
            .origins
            .iter()
            .map(|origin| {
                let subject = origin.commit.map_or("-", |at| change.commits[at as usize].subject());
                format!("{subject} {}", origin.span.len())
            })
            .collect();
        format!("{}: {}", file.path, parts.join(", "))
    };
    change.files.iter().map(of).collect()
}

/// A commit that adds `a.py`, one that adds `b.py`, and one that adds to `a.py`.
fn three_commits() -> Repo {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    repo.write("a.py", code("a", 6));
    repo.commit("First");
    repo.write("b.py", code("b", 6));
    repo.commit("Second");
    repo.write("a.py", code("a", 6) + &code("more", 4));
    repo.commit("Third");
    repo
}

fn tree(repo: &Repo, entries: impl Iterator<Item = String>) -> String {
    let lines: String = entries.map(|entry| entry + "\n").collect();
    String::from_utf8(repo.git_bytes(&["mktree"], lines.as_bytes())).unwrap().trim().to_owned()
}

fn blob(repo: &Repo, content: &str) -> String {
    let id = repo.git_bytes(&["hash-object", "-w", "--stdin"], content.as_bytes());
    String::from_utf8(id).unwrap().trim().to_owned()
}

fn commit_tree(repo: &Repo, tree: &str, parent: &str, subject: &str) -> String {
    repo.git(&["commit-tree", tree, "-p", parent, "-m", subject]).trim().to_owned()
}

/// A tree of so many folders, each with so many files.
fn folders(repo: &Repo, folders: usize, files: usize) -> String {
    let content = blob(repo, "x\n");
    let inner = tree(repo, (0..files).map(|at| format!("100644 blob {content}\tf{at}.txt")));
    tree(repo, (0..folders).map(|at| format!("040000 tree {inner}\td{at}")))
}

#[test]
fn within_the_budgets_each_line_has_its_commit() {
    let change = change(&three_commits(), Budget::default());
    assert_eq!(introduced(&change), ["a.py: First 6, Third 4", "b.py: Second 6"]);
    assert_eq!(change.cut_short, []);
}

#[test]
fn lines_of_commits_that_are_not_read_belong_to_none() {
    let repo = three_commits();
    let lost = |lines| vec![CutShort::Attribution { lines, files: 1 }];
    // The last two commits touch one path each.
    let two = change(&repo, Budget { touches: 2, ..Budget::default() });
    assert_eq!(introduced(&two), ["a.py: - 6, Third 4", "b.py: Second 6"]);
    assert_eq!(two.cut_short, lost(6));
    let few_trees = change(&repo, Budget { tree_bytes: 2400, ..Budget::default() });
    assert_eq!(introduced(&few_trees), ["a.py: - 6, Third 4", "b.py: Second 6"]);
    assert_eq!(few_trees.cut_short, lost(6));
    let told = few_trees.cut_short[0].to_string();
    assert_eq!(
        told,
        "6 added lines in 1 file count for no commit: the history of the range takes too much work to read"
    );
}

#[test]
fn lines_that_are_not_compared_belong_to_no_commit() {
    // What `b.py` is needs no comparison.
    let change = change(&three_commits(), Budget { compared: 0, ..Budget::default() });
    assert_eq!(introduced(&change), ["a.py: - 10", "b.py: Second 6"]);
    assert_eq!(change.cut_short, [CutShort::Attribution { lines: 10, files: 1 }]);
}

#[test]
fn threads_share_the_budget_alike() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    for version in 1..6 {
        for file in (0..30).filter(|file| file % version == 0) {
            repo.write(&format!("f{file}.py"), code(&format!("f{file}"), 6 * version));
        }
        repo.commit(&format!("Version {version}"));
    }
    let with = |threads, compared| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let path = repo.path();
        pool.install(|| introduced(&change_at(path, Budget { compared, ..Budget::default() })))
    };
    let whole = with(1, u64::MAX);
    let cut = with(1, 700);
    let lost = cut.iter().filter(|file| file.contains(": -")).count();
    assert!((1..25).contains(&lost), "{cut:#?}");
    // What has its commits has the right ones.
    assert!(cut.iter().all(|file| file.contains('-') || whole.contains(file)), "{cut:#?}");
    for threads in [2, 5] {
        assert_eq!(with(threads, 700), cut);
    }
}

#[test]
fn renames_are_looked_for_within_one_budget() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    repo.write("old.py", code("a", 20));
    repo.write("same.py", code("same", 20));
    repo.commit("Add");
    for (from, to) in [("old.py", "new.py"), ("same.py", "twin.py")] {
        repo.git(&["mv", from, to]);
    }
    repo.write("new.py", code("a", 20) + &code("more", 2));
    repo.commit("Rename");
    assert_eq!(introduced(&change(&repo, Budget::default())), ["new.py: Add 20, Rename 2", "twin.py: Add 20"]);
    let cut = change(&repo, Budget { renamed_bytes: 0, ..Budget::default() });
    assert_eq!(introduced(&cut), ["new.py: Rename 22", "twin.py: Add 20"]);
    assert_eq!(cut.cut_short, [CutShort::Renames { commits: 1 }]);
}

/// A few trees stand for 10,000 files, and ten commits move them to and fro.
#[test]
fn folders_without_a_file_of_the_change_are_not_entered() {
    let repo = Repo::new();
    let many = folders(&repo, 100, 100);
    let (ours, file) = (blob(&repo, &code("a", 6)), blob(&repo, "x\n"));
    let at = |folder: &str| tree(&repo, [format!("040000 tree {many}\t{folder}")].into_iter());
    let start = tree(&repo, [format!("040000 tree {many}\tm"), format!("100644 blob {file}\tz")].into_iter());
    let start = repo.git(&["commit-tree", &start, "-m", "Start"]).trim().to_owned();
    repo.git(&["update-ref", "refs/heads/main", &start]);
    let mut last = start;
    for step in 0..10 {
        last = commit_tree(&repo, &at(if step % 2 == 0 { "n" } else { "m" }), &last, "Move");
    }
    let end = [format!("100644 blob {ours}\ta.py"), format!("040000 tree {many}\tm"), format!("100644 blob {file}\tz")];
    last = commit_tree(&repo, &tree(&repo, end.into_iter()), &last, "Add");
    repo.git(&["update-ref", "refs/heads/topic", &last]);
    // One move alone would take seven times as much.
    let change = change(&repo, Budget { tree_bytes: 100_000, ..Budget::default() });
    assert_eq!(introduced(&change), ["a.py: Add 6"]);
    assert_eq!(change.cut_short, []);
}

#[test]
fn a_parent_that_a_merge_names_many_times_counts_once() {
    let repo = three_commits();
    let (tree, parent) = (repo.id("topic^{tree}"), repo.id("topic"));
    let parents = format!("parent {parent}\n").repeat(100);
    let person = "A <a@example.org> 1700000000 +0000";
    let merge = format!("tree {tree}\n{parents}author {person}\ncommitter {person}\n\nMerge\n");
    let id = repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], merge.as_bytes());
    let merge = String::from_utf8(id).unwrap().trim().to_owned();
    let more = blob(&repo, &(code("a", 6) + &code("more", 4) + &code("last", 2)));
    let b = repo.id("topic:b.py");
    let entries = [format!("100644 blob {more}\ta.py"), format!("100644 blob {b}\tb.py")];
    let last = commit_tree(&repo, &self::tree(&repo, entries.into_iter()), &merge, "Last");
    repo.git(&["update-ref", "refs/heads/topic", &last]);
    let change = change(&repo, Budget { touches: 4, ..Budget::default() });
    assert_eq!(introduced(&change), ["a.py: First 6, Third 4, Last 2", "b.py: Second 6"]);
    assert_eq!(change.cut_short, []);
}

#[test]
fn contents_that_policies_look_into_have_one_budget_and_paths_another() {
    let repo = three_commits();
    let read = |budget| -> Result<Vec<(bool, usize)>, Error> {
        let repository = Repository::open(repo.path()).unwrap().within(budget);
        let resolved = repository.resolve(&RangeSpec::Spec("main..topic".into())).unwrap();
        let records = repository.records(&[], None).unwrap();
        let of = |change: CommitChange| {
            (change.files.is_cut, change.files.touched.iter().filter(|file| file.texts.is_some()).count())
        };
        repository.commit_changes(&resolved, &|_| true, &records, &of)
    };
    assert_eq!(read(Budget::default()).unwrap(), [(false, 1); 3]);
    assert_eq!(read(Budget { policy_bytes: 1, ..Budget::default() }).unwrap(), [(false, 1), (true, 0), (true, 0)]);
    let refused = read(Budget { policy_paths: 2, ..Budget::default() }).unwrap_err();
    assert!(matches!(refused, Error::TooManyPaths { max: 2 }), "{refused}");
}

#[test]
fn lines_that_come_again_are_looked_for_within_a_budget() {
    let repo = three_commits();
    repo.switch("topic");
    repo.git(&["revert", "--no-edit", "HEAD"]);
    repo.git(&["revert", "--no-edit", "HEAD"]);
    let found = |budget: Budget| {
        let repository = Repository::open(repo.path()).unwrap().within(budget);
        let mut change = change(&repo, Budget::default());
        let (of, within) = (|commit: u32| commit == 4, [2]);
        let cut = repository.find_before(&change.commits, &mut change.files, &Sought { of: &of, within: &within });
        let origins = change.files.iter().flat_map(|file| &file.origins);
        let again: u32 = origins.filter(|origin| origin.before.is_some()).map(|origin| origin.span.len()).sum();
        (cut.unwrap(), again)
    };
    let (whole, lines) = found(Budget::default());
    assert!(whole.is_none() && lines > 0, "{lines}");
    for cut in [Budget { compared_again: 0, ..Budget::default() }, Budget { tree_bytes: 1, ..Budget::default() }] {
        assert_eq!(found(cut).0, Some(CutShort::Again { files: 1 }));
    }
    let told = CutShort::Again { files: 1 }.to_string();
    assert!(
        told.starts_with("in 1 file it is not looked up whether other commits of the range brought the same lines")
    );
}

#[test]
fn notes_that_a_range_has_no_room_for_say_so() {
    let repo = three_commits();
    for commit in ["topic~2", "topic~1", "topic"] {
        repo.git(&["notes", "--ref=ai", "add", "-m", "A note of some length", commit]);
    }
    let contents = |budget| -> Vec<Result<usize, String>> {
        let repository = Repository::open(repo.path()).unwrap().within(budget);
        let resolved = repository.resolve(&RangeSpec::Spec("main..topic".into())).unwrap();
        let records = repository.records(&[RecordPlace::Notes("refs/notes/ai")], None).unwrap();
        let of = |change: CommitChange| change.commit.records[0].content.clone().map(|content| content.len());
        repository.commit_changes(&resolved, &|_| false, &records, &of).unwrap()
    };
    assert_eq!(contents(Budget::default()), [Ok(22), Ok(22), Ok(22)]);
    // A line counts for more than its letters.
    let left_out =
        |left: u64| Err(format!("it has 22 bytes; of the 170 that are read of all notes together, others left {left}"));
    assert_eq!(contents(Budget { note_bytes: 170, ..Budget::default() }), [Ok(22), left_out(20), left_out(20)]);
}

#[test]
fn more_attribute_files_than_are_compared_take_nothing_out() {
    let repo = Repo::new();
    repo.commit_file("README", "Read me.\n");
    let attributes = blob(&repo, "*.py -linguist-generated\n");
    let leaf = tree(&repo, [format!("100644 blob {attributes}\t.gitattributes")].into_iter());
    let inner = tree(&repo, (0..100).map(|at| format!("040000 tree {leaf}\te{at}")));
    let outer = tree(&repo, (0..101).map(|at| format!("040000 tree {inner}\td{at}")));
    let topic = commit_tree(&repo, &outer, &repo.id("main"), "Add");
    repo.git(&["update-ref", "refs/heads/topic", &topic]);
    let listed = excluded(&repo.diff(&["main..topic"]));
    let expected = "d0/e0/.gitattributes: generated (one of 10100 changed attribute files, which are too many; \
                    what it left out stays left out)";
    assert_eq!(listed[0], expected);
}
