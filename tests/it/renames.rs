//! Which commit lines belong to when their file had another name, and where the search for that name ends.

use std::collections::BTreeMap;

use crate::support::{Repo, code};
use ai_detect::exclude::{DEFAULT_MAX_BYTES, Excluder};
use ai_detect::git::{RangeSpec, Repository};

/// For each file, the subjects of the commits that its lines belong to, with their numbers of lines.
fn introduced(repo: &Repo, range: &str) -> BTreeMap<String, Vec<(String, u32)>> {
    let repository = Repository::open(repo.path()).unwrap();
    let resolved = repository.resolve(&RangeSpec::Spec(range.into())).unwrap();
    let records = repository.records(&[], None).unwrap();
    let excluder = Excluder::new(&[], DEFAULT_MAX_BYTES).unwrap();
    let change = repository.change_set(resolved, &excluder, &records).unwrap();
    let subject = |commit: Option<u32>| commit.map_or("-", |at| change.commits[at as usize].subject()).to_owned();
    let of = |file: &ai_detect::change::FileChange| {
        file.origins.iter().map(|origin| (subject(origin.commit), origin.span.len())).collect()
    };
    change.files.iter().map(|file| (file.path.to_string(), of(file))).collect()
}

#[test]
fn the_parts_of_a_file_that_was_taken_apart_all_come_from_it() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    repo.commit_file("whole.py", code("whole", 20));
    repo.remove("whole.py");
    let lines = code("whole", 20);
    let lines: Vec<&str> = lines.split_inclusive('\n').collect();
    repo.write("first.py", lines[..13].concat());
    repo.write("last.py", lines[7..].concat() + &code("more", 2));
    repo.commit("Take it apart");
    repo.write("a/first.py", lines[..13].concat());
    repo.write("b/first.py", lines[..13].concat());
    repo.remove("first.py");
    repo.commit("Twice the same");
    let found = introduced(&repo, "main");
    let whole = || ("Change whole.py".to_owned(), 13);
    assert_eq!(found["a/first.py"], [whole()]);
    assert_eq!(found["b/first.py"], [whole()]);
    assert_eq!(found["last.py"], [whole(), ("Take it apart".to_owned(), 2)]);
}

/// A commit adds so many files of so many lines, and the next one gives each another name and another last line, but for
/// `kept`.
fn renamed(files: usize, lines: usize) -> Repo {
    let repo = Repo::new();
    let content = |at: usize, last: &str| {
        let same = |line: usize| format!("name_{at:05} = measure({line:05})  # {:060}\n", at * line);
        (1..lines).map(same).collect::<String>() + last
    };
    let mut stream = String::from("commit refs/heads/main\ncommitter A <a@example.org> 1 +0000\ndata 5\nStart\n");
    let mut commit = |start: &str, folder: &str, last: &str| {
        stream += start;
        let all = (0..files).map(|at| (at.to_string(), content(at, last)));
        for (name, content) in all.chain([("kept".to_owned(), code("kept", 5))]) {
            stream += &format!("M 100644 inline {folder}/{name}.py\ndata {}\n{content}\n", content.len());
        }
    };
    let head = "commit refs/heads/topic\ncommitter A <a@example.org> 2 +0000\ndata";
    commit(&format!("{head} 3\nAdd\nfrom refs/heads/main\n"), "old", "last = 1\n");
    commit(&format!("{head} 6\nRename\nD old\n"), "new", "last = 2\n");
    repo.git_bytes(&["-c", "core.compression=1", "fast-import", "--quiet"], stream.as_bytes());
    repo
}

#[test]
fn many_files_are_followed_and_of_more_than_are_compared_only_identical_ones() {
    let part = |subject: &str, lines| (subject.to_owned(), lines);
    // Too many pairs, as for git; too many bytes.
    for (files, lines, followed) in [(300, 4, true), (1001, 4, false), (20, 8000, true), (50, 8000, false)] {
        let found = introduced(&renamed(files, lines), "main..topic");
        assert_eq!(found.len(), files + 1);
        assert_eq!(found["new/kept.py"], [part("Add", 5)], "{files}");
        let lines = lines as u32;
        let expected =
            if followed { vec![part("Add", lines - 1), part("Rename", 1)] } else { vec![part("Rename", lines)] };
        for at in 0..files {
            assert_eq!(found[&format!("new/{at}.py")], expected, "{files}: {at}");
        }
    }
}
