//! What a range declared of some lines still counts where a later commit brings the same lines again; what somebody else
//! wrote does not count for it.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, list, planted_code, text};

const DECLARED: &str = "Add retries\n\nAssisted-by: Codex:gpt-5.5";

/// A repository with settings, on a branch of its own.
fn started() -> Repo {
    let repo = Repo::new();
    repo.git(&["config", "user.name", "Ada Example"]);
    repo.git(&["config", "user.email", "ada@example.org"]);
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.write("main.py", code("main", 20));
    repo.commit("Set up");
    repo.branch("topic");
    repo
}

/// The same with a declared commit.
fn declared() -> Repo {
    let repo = started();
    repo.write("retry.py", planted_code("retry"));
    repo.commit(DECLARED);
    repo
}

fn revert(repo: &Repo, revision: &str) {
    repo.git(&["revert", "--no-edit", revision]);
}

/// The verdicts of the blocks, with their places.
fn verdicts(repo: &Repo, range: &str) -> Vec<String> {
    let report = repo.diff(&[range]);
    let hunk = |hunk: &serde_json::Value| format!("{}: {}", text(&hunk["path"]), text(&hunk["verdict"]));
    list(&report["hunks"]).iter().map(hunk).collect()
}

#[test]
fn a_revert_that_is_reverted_brings_what_was_declared() {
    let repo = declared();
    revert(&repo, "HEAD");
    revert(&repo, "HEAD");
    let report = repo.diff(&["main..topic"]);
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: attested"]);
    let states: Vec<&str> =
        list(&report["commits"]).iter().map(|commit| text(&commit["attestation"]["state"])).collect();
    assert_eq!(states, ["complete", "absent", "absent"], "what a commit itself says stays what it is");
    let (again, first) = (&repo.id("topic")[..8], &repo.id("topic~2")[..8]);
    let note = format!("6 lines that {again} brings are also in {first}; what that commit declares counts for them");
    assert!(list(&report["coverage"]["notes"]).iter().any(|it| *it == note), "{:?}", report["coverage"]["notes"]);
}

#[test]
fn so_does_whoever_puts_the_lines_back_by_hand_among_others() {
    let repo = started();
    repo.write("main.py", code("main", 20) + &planted_code("retry"));
    repo.commit(DECLARED);
    repo.write("main.py", code("main", 20));
    repo.commit("Take the retries out");
    repo.write("main.py", code("start", 9) + &code("main", 20));
    repo.commit("Start better");
    repo.write("main.py", code("start", 9) + &code("main", 20) + &planted_code("retry") + &code("end", 7));
    repo.commit("Bring the retries back");
    assert_eq!(verdicts(&repo, "main..topic"), ["main.py: unlikely", "main.py: unattested"], "one block of both");
    repo.write("main.py", code("start", 9) + &code("main", 20) + &planted_code("retry"));
    repo.commit("Take the end out");
    assert_eq!(verdicts(&repo, "main..topic"), ["main.py: unlikely", "main.py: attested"]);
}

#[test]
fn a_commit_that_was_picked_without_its_message_is_as_declared_as_the_other_one() {
    let repo = started();
    repo.branch("side");
    repo.write("retry.py", planted_code("retry"));
    repo.commit(DECLARED);
    repo.switch("topic");
    repo.commit_file("other.py", code("other", 3));
    repo.git(&["cherry-pick", "--no-commit", "side"]);
    repo.commit("Pick what the other branch has");
    repo.merge("side");
    assert!(verdicts(&repo, "main..topic").contains(&"retry.py: attested".to_owned()));
    assert!(verdicts(&repo, "main..topic^1").contains(&"retry.py: unattested".to_owned()), "without the other branch");
}

#[test]
fn a_merge_that_was_reverted_and_is_brought_back_is_as_declared_as_its_commits() {
    let repo = started();
    repo.branch("side");
    repo.write("retry.py", planted_code("retry"));
    repo.commit(DECLARED);
    repo.write("plain.py", planted_code("plain"));
    repo.commit("Add what says nothing");
    repo.switch("topic");
    repo.commit_file("other.py", code("other", 3));
    repo.merge("side");
    repo.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    revert(&repo, "HEAD");
    let found = verdicts(&repo, "main..topic");
    assert!(found.contains(&"retry.py: attested".to_owned()), "{found:?}");
    assert!(found.contains(&"plain.py: unattested".to_owned()), "{found:?}");
}

#[test]
fn a_record_of_lines_covers_the_same_lines_when_they_come_again() {
    let repo = started();
    repo.write("retry.py", planted_code("retry") + &planted_code("wait"));
    let commit = repo.commit("Add retries");
    let note = "retry.py\n  s_00000000000001::t_01 1-6\n---\n{\"schema_version\": \"authorship/3.0.0\", \
                \"base_commit_sha\": \"\", \"prompts\": {}, \"sessions\": {\"s_00000000000001\": {\"agent_id\": \
                {\"tool\": \"claude\", \"id\": \"u-1\", \"model\": \"claude-opus-4-8\"}}}}\n";
    repo.git(&["notes", "--ref=ai", "add", "-m", note, &commit]);
    revert(&repo, "HEAD");
    revert(&repo, "HEAD");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: unattested"], "six of its lines are nobody's");
    repo.write("retry.py", planted_code("retry"));
    repo.commit("Take the others out");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: attested"]);
}

#[test]
fn a_denial_speaks_for_its_own_commit_alone() {
    let repo = started();
    repo.write("retry.py", planted_code("retry"));
    repo.commit("Add retries\n\nNo-AI: true");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: contradicted"], "the commit that says so");
    repo.git(&["rm", "--quiet", "retry.py"]);
    repo.commit("Take the retries out");
    repo.git(&["config", "user.name", "Bob Example"]);
    repo.git(&["config", "user.email", "bob@example.org"]);
    repo.write("retry.py", planted_code("retry"));
    repo.commit("Bring the retries back");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: unattested"], "Bob has not said it");
    let shown = repo.run(&["diff", "main..topic", "--format", "text"]).text();
    assert!(!shown.contains("says that no AI was used"), "{shown}");
}

#[test]
fn other_content_in_the_same_place_is_not_declared() {
    let repo = declared();
    revert(&repo, "HEAD");
    repo.write("retry.py", planted_code("another"));
    repo.commit("Add retries of my own");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: unattested"]);
}

#[test]
fn what_was_changed_before_it_came_back_is_not_declared() {
    let repo = started();
    let retry = planted_code("retry") + &code("more", 10);
    repo.write("retry.py", &retry);
    repo.commit(DECLARED);
    revert(&repo, "HEAD");
    repo.write("retry.py", planted_code("another") + &code("more", 10));
    repo.commit("Bring half of it back");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: unattested"], "five new lines are enough to ask");
    revert(&repo, "HEAD");
    repo.write("retry.py", retry.replace("retry_5", "changed"));
    repo.commit("Bring it back, and change a line");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: attested"], "one new line is not");
}

#[test]
fn a_few_lines_that_any_code_shares_are_no_match() {
    let repo = started();
    let ending = "    if not found:\n        return None\n";
    let function = |name: &str| format!("def {name}():\n{}{ending}", code(&format!("    {name}"), 6));
    repo.write("retry.py", "# xyzzy\n".to_owned() + &function("retry"));
    repo.commit(DECLARED);
    revert(&repo, "HEAD");
    repo.write("retry.py", "# xyzzy\n".to_owned() + &function("mine"));
    repo.commit("Write it myself");
    assert_eq!(verdicts(&repo, "main..topic"), ["retry.py: unattested"]);
}

#[test]
fn a_revert_alone_adds_nothing() {
    let repo = declared();
    revert(&repo, "HEAD");
    assert_eq!(verdicts(&repo, "main..topic"), Vec::<String>::new());
    assert_eq!(verdicts(&repo, "topic~1..topic"), Vec::<String>::new());
}

#[test]
fn what_was_declared_before_the_range_is_not_part_of_it() {
    let repo = declared();
    revert(&repo, "HEAD");
    let base = repo.id("HEAD");
    revert(&repo, "HEAD");
    assert_eq!(verdicts(&repo, &format!("{base}..topic")), ["retry.py: unattested"]);
}
