//! A block whose lines come from several commits: every command names the commit that must declare.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, list, text};

const DECLARED: &str = "Add tools\n\nAssisted-by: Claude:claude-opus-4-5\n";

/// A block of 26 lines: a commit that declares AI use brought most of them, a later one that declares nothing six.
fn of_two_commits(first: &str, second: &str) -> (Repo, [String; 2]) {
    let repo = Repo::new();
    repo.git(&["config", "user.name", "Ada Example"]);
    repo.git(&["config", "user.email", "ada@example.org"]);
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    let lines = format!("# xyzzy\n{}", code("tools", 25));
    repo.write("tools.py", &lines);
    let first = repo.commit(first);
    let mut changed = lines;
    for line in 5..11 {
        changed = changed.replace(&format!("tools_{line} ="), &format!("other_{line} ="));
    }
    repo.write("tools.py", changed);
    let second = repo.commit(second);
    (repo, [first, second].map(|id| id[..8].to_owned()))
}

#[test]
fn the_commit_that_declares_nothing_is_asked_and_its_note_answers_the_flag() {
    let (repo, [declared, silent]) = of_two_commits(DECLARED, "Rename some");
    let shares = format!("20 of its 26 lines are declared ({declared}), 6 are not ({silent})");

    let diff = repo.run(&["diff", "main"]).text();
    assert!(diff.contains("1 of 2 commits ") && diff.contains(" and declares nothing"), "{diff}");
    assert!(diff.contains(&format!("\n1. {silent} \u{201c}Rename some\u{201d}")), "{diff}");
    assert!(diff.contains(&shares), "{diff}");
    assert!(diff.contains(&format!("the author declares it in {silent}:")), "{diff}");

    let markdown = repo.run(&["diff", "main", "--format", "markdown"]).text();
    assert!(markdown.contains(&format!("\n**`{silent}`** Rename some by ")), "{markdown}");
    assert!(markdown.contains(&shares.replace(['(', ')'], "")) || markdown.contains(&shares), "{markdown}");

    let report = repo.diff(&["main"]);
    let flag = &list(&report["flags"])[0];
    assert!(text(&flag["resolve"]).contains(&format!("to {silent}")), "{flag}");
    let explained = repo.run(&["triage", "main", "--explain", text(&flag["id"])]).text();
    assert!(explained.contains(&format!("to {silent}")), "{explained}");

    repo.run(&["attest", &format!("{silent}^!"), "--tool", "Claude", "--model", "claude-opus-4-5", "--notes"]).text();
    assert_eq!(list(&repo.diff(&["main"])["flags"]).len(), 0);
}

#[test]
fn a_commit_that_brought_most_and_declares_nothing_is_asked() {
    let (repo, [silent, declared]) =
        of_two_commits("Add tools", "Rename some\n\nAssisted-by: Claude:claude-opus-4-5\n");
    let diff = repo.run(&["diff", "main"]).text();
    assert!(diff.contains(&format!("\n1. {silent} ")), "{diff}");
    assert!(diff.contains(&format!("6 of its 26 lines are declared ({declared}), 20 are not ({silent})")), "{diff}");
}

#[test]
fn where_several_commits_declare_nothing_all_of_them_are_asked() {
    let (repo, [first, second]) = of_two_commits("Add tools", "Rename some");
    let diff = repo.run(&["diff", "main"]).text();
    assert!(diff.contains(&format!("none of its 26 lines is declared ({first}, {second})")), "{diff}");
    let on_one_line = diff.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(on_one_line.contains(&format!("commit by commit and the newest first ({second}, {first}):")), "{diff}");
}

#[test]
fn a_block_of_one_commit_says_nothing_of_shares() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    repo.commit_file("tools.py", format!("# xyzzy\n{}", code("tools", 25)));
    let diff = repo.run(&["diff", "main"]).text();
    assert!(diff.contains("declares nothing") && !diff.contains("of its"), "{diff}");
}
