//! Notes that a clone lacks, outside of jobs: what was never fetched is not called absent, and nobody is told about it
//! with every report.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, planted_code};
use serde_json::{Value, json};

const SILENT: &str = "declares nothing about AI";
const SILENT_MESSAGE: &str = "declares nothing about AI in its message";

/// A repository whose branch `topic` has a flag.
fn flagged() -> Repo {
    let repo = Repo::new();
    repo.write("planted.yml", PLANTED_PACK);
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.commit("Plant");
    repo.branch("topic");
    repo.commit_file("engine.py", planted_code("engine"));
    repo
}

/// What `diff` says, as text on one line and as JSON.
fn diff(repo: &Repo, env: &[(&str, &str)]) -> (String, Value) {
    let told = |args: &[&str]| {
        let mut command = repo.command(&[&["diff"], args, &["origin/main..HEAD"]].concat());
        Run::of(command.envs(env.iter().copied())).text()
    };
    let text = told(&[]).split_whitespace().collect::<Vec<_>>().join(" ");
    (text, serde_json::from_str(&told(&["--format", "json"])).unwrap())
}

#[test]
fn in_a_clone_of_a_person_the_words_change_and_no_sentence_is_added() {
    let (text, json) = diff(&flagged().clone("clone", &[]), &[]);
    assert!(text.contains(SILENT_MESSAGE) && !text.contains("not looked at"), "{text}");
    assert_eq!(json["coverage"]["not_looked_at"], json!([{"what": "notes", "in_job": false}]));
}

#[test]
fn in_a_job_a_sentence_is() {
    let clone = flagged().clone("clone", &[]);
    for variable in ["CI", "GITHUB_ACTIONS", "GITLAB_CI"] {
        let (text, _) = diff(&clone, &[(variable, "true")]);
        assert_eq!(text.matches("not looked at: notes of commits are not in this clone").count(), 1, "{text}");
    }
    // A runner that was asked to fetch them has them, as far as there are any.
    let flags = ("GIT_FETCH_EXTRA_FLAGS", "--prune +refs/notes/*:refs/notes/*");
    let (text, json) = diff(&clone, &[("GITLAB_CI", "true"), flags]);
    assert!(!text.contains("not looked at") && !text.contains(SILENT_MESSAGE), "{text}");
    assert_eq!(json["coverage"].get("not_looked_at"), None);
    // One that was asked for some of them may lack others.
    let flags = ("GIT_FETCH_EXTRA_FLAGS", "--prune +refs/notes/commits:refs/notes/commits");
    let (text, _) = diff(&clone, &[("GITLAB_CI", "true"), flags]);
    assert!(text.contains("not looked at: notes of commits"), "{text}");
}

#[test]
fn a_policy_is_measured_with_the_same_note() {
    let clone = flagged().clone("clone", &[]);
    for command in [
        &["policy", "check", "origin/main..HEAD"][..],
        &["policy", "check", "origin/main..HEAD", "--format", "json", "--exit-code"],
        &["attest", "--check", "origin/main..HEAD"],
    ] {
        for value in ["true", ""] {
            let said = Run::of(clone.command(command).env("CI", value)).stdout;
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(said.matches("notes of commits").count(), 1, "{command:?}: {said}");
            assert!(said.contains("git fetch origin"), "{command:?}: {said}");
        }
        let said = Run::of(&mut flagged().command(&with_main(command))).stdout;
        assert!(!said.contains("notes of commits"), "{command:?}: {said}");
    }
}

/// A command as the repository itself runs it, which has no remote.
fn with_main<'a>(command: &[&'a str]) -> Vec<&'a str> {
    command.iter().map(|arg| if *arg == "origin/main..HEAD" { "main..HEAD" } else { arg }).collect()
}

#[test]
fn a_squash_and_a_carry_speak_only_of_the_notes_that_are_here() {
    let clone = flagged().clone("clone", &[]);
    let squash = clone.run(&["attest", "squash", "origin/main..HEAD"]).text();
    assert!(squash.contains("no attestation of those that this clone has would be lost"), "{squash}");
    let carry = clone.run(&["attest", "carry", "HEAD..origin/main", "--dry-run"]).text();
    for said in [&squash, &carry] {
        assert!(said.contains("notes of commits are not in this clone"), "{said}");
        assert!(said.contains("git fetch origin 'refs/notes/*:refs/notes/*'"), "{said}");
    }
    let whole = flagged();
    assert!(whole.run(&["attest", "squash", "main..HEAD"]).text().contains("no attestation would be lost\n"));
    assert!(!whole.run(&["attest", "carry", "HEAD..main", "--dry-run"]).text().contains("not in this clone"));
}

#[test]
fn counts_of_a_history_come_with_a_note_in_every_clone() {
    let clone = flagged().clone("clone", &[]);
    for command in [&["markers", "scan", "HEAD"][..], &["scan", "HEAD", "--output", "-"]] {
        for value in ["true", ""] {
            let said = Run::of(clone.command(command).env("CI", value)).stderr;
            assert!(said.contains("notes of commits are not in this clone"), "{command:?}: {said}");
            assert!(said.contains("git fetch origin"), "{command:?}: {said}");
        }
        // A repository without a remote has all notes that there are.
        let said = Run::of(&mut flagged().command(command)).stderr;
        assert!(!said.contains("not in this clone"), "{command:?}: {said}");
    }
}

#[test]
fn rows_remember_that_notes_were_not_fetched() {
    let origin = flagged();
    let clone = origin.clone("clone", &[]);
    for output in ["rows.jsonl", "rows.parquet"] {
        let said = Run::of(&mut clone.command(&["scan", "--output", output])).stderr;
        assert!(said.contains("notes of commits are not in this clone"), "{said}");
        let share = clone.run(&["trail", "report", "share", "--rows", output]).text();
        assert!(share.contains("2 rows were made in clones without notes of commits"), "{share}");
    }
    let row: Value = std::fs::read_to_string(clone.path().join("rows.jsonl"))
        .unwrap()
        .lines()
        .next()
        .map(|line| serde_json::from_str(line).unwrap())
        .unwrap();
    assert_eq!(row["notes"], "not-fetched");

    origin.git(&["notes", "--ref", "ai-attest", "add", "-m", "x", "HEAD"]);
    clone.git(&["fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*"]);
    for output in ["rows.jsonl", "rows.parquet"] {
        let said = Run::of(&mut clone.command(&["scan", "--output", output])).stderr;
        assert!(said.contains("2 rows in this table were made before notes of commits were fetched"), "{said}");
        let new = format!("new-{output}");
        let said = Run::of(&mut clone.command(&["scan", "--output", &new])).stderr;
        assert!(!said.contains("notes of commits"), "{said}");
        let share = clone.run(&["trail", "report", "share", "--rows", &new]).text();
        assert!(!share.contains("without notes"), "{share}");
    }
}

#[test]
fn where_notes_are_or_cannot_be_nothing_is_missing() {
    let is_complete = |repo: &Repo| {
        let (text, json) = diff(repo, &[("CI", "true")]);
        assert!(text.contains(SILENT) && !text.contains(SILENT_MESSAGE) && !text.contains("not looked at"), "{text}");
        assert_eq!(json["coverage"].get("not_looked_at"), None);
    };
    // Without a remote there is no elsewhere.
    let alone = flagged();
    alone.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    is_complete(&alone);
    // Somebody fetched all that there are.
    let origin = flagged();
    origin.git(&["notes", "--ref", "ai", "add", "-m", "x", "main"]);
    let fetched = origin.clone("clone", &[]);
    fetched.git(&["fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*"]);
    is_complete(&fetched);
    // A mirror fetches all refs.
    is_complete(&with_range(origin.clone("mirror", &["--mirror"])));
    // A repository that somebody pushes to has no remote.
    let server = Repo::init(&["--bare"]);
    origin.git(&["push", "--quiet", &server.path().display().to_string(), "topic", "main", "refs/notes/ai"]);
    is_complete(&with_range(server));
    // The clone's own fetches bring them.
    let configured = flagged().clone("clone", &[]);
    configured.git(&["config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*"]);
    is_complete(&configured);
}

#[test]
fn one_ref_of_notes_does_not_show_that_the_others_were_fetched() {
    let origin = flagged();
    origin.git(&["notes", "--ref", "ai", "add", "-m", "x", "main"]);
    let by_hand = origin.clone("clone", &[]);
    by_hand.git(&["fetch", "--quiet", "origin", "refs/notes/ai:refs/notes/ai"]);
    // What was written here is not what the remote has.
    let written = origin.clone("written", &[]);
    written.git(&["notes", "--ref", "ai-attest", "add", "-m", "x", "origin/main"]);
    for clone in [&by_hand, &written] {
        let (text, _) = diff(clone, &[("CI", "true")]);
        assert!(text.contains("not looked at: notes of commits") && text.contains(SILENT_MESSAGE), "{text}");
    }
    // The line of the advice settles it.
    by_hand.git(&["fetch", "--quiet", "origin", "+refs/notes/*:refs/notes/*"]);
    written.git(&["fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*"]);
    let (text, _) = diff(&written, &[("CI", "true")]);
    assert!(!text.contains("not looked at"), "{text}");
}

/// A bare repository in which `origin/main..HEAD` is the topic.
fn with_range(bare: Repo) -> Repo {
    bare.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    bare.git(&["update-ref", "--no-deref", "HEAD", "topic"]);
    bare
}

/// Git keeps no log in a bare clone, so a ref that is there does not show which fetch brought it.
#[test]
fn a_bare_clone_has_all_notes_where_its_own_fetches_bring_them() {
    let origin = flagged();
    origin.git(&["notes", "--ref", "ai", "add", "-m", "x", "main"]);
    let bare = with_range(origin.clone("bare", &["--bare"]));
    bare.git(&["fetch", "--quiet", "origin", "refs/notes/ai:refs/notes/ai"]);
    let (text, json) = diff(&bare, &[("CI", "true")]);
    let line = "git config --add remote.origin.fetch '+refs/notes/*:refs/notes/*' && git fetch origin";
    assert!(text.contains("not looked at: notes of commits") && text.contains(SILENT_MESSAGE), "{text}");
    assert!(text.contains(line), "{text}");
    assert_eq!(json["coverage"]["not_looked_at"], json!([{"what": "notes", "in_job": true, "bare": true}]));
    let said = bare.run(&["markers", "scan", "HEAD"]).stderr;
    let line = "git config --add remote.origin.fetch 'refs/notes/*:refs/notes/*' && git fetch origin";
    assert!(said.contains(&format!("`{line}` brings them")), "{said}");
    // What the advice says settles it.
    bare.git(&["config", "--add", "remote.origin.fetch", "refs/notes/*:refs/notes/*"]);
    bare.git(&["fetch", "--quiet", "origin"]);
    let (text, _) = diff(&bare, &[("CI", "true")]);
    assert!(!text.contains("not looked at") && !text.contains(SILENT_MESSAGE), "{text}");
}

/// A server may have been cloned from another place once; whoever pushes to it pushes notes there as well.
#[test]
#[cfg(unix)]
fn a_repository_that_takes_in_a_push_lacks_no_notes() {
    let origin = flagged();
    let server = origin.clone("server.git", &["--bare"]);
    let hook = server.path().join("hooks/pre-receive");
    let program = assert_cmd::cargo::cargo_bin!("ai-detect").display();
    std::fs::create_dir_all(server.path().join("hooks")).unwrap();
    std::fs::write(&hook, format!("#!/bin/sh\nread old new ref\n'{program}' diff \"$old..$new\" >&2\n")).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    origin.commit_file("pump.py", planted_code("pump"));
    let mut push = std::process::Command::new("git");
    push.current_dir(origin.path()).args(["push", &server.path().display().to_string(), "topic"]).env("CI", "true");
    let said = String::from_utf8(push.output().unwrap().stderr).unwrap().replace("remote: ", "");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(SILENT) && !said.contains(SILENT_MESSAGE), "{said}");
    assert!(!said.contains("not looked at") && !said.contains("git fetch"), "{said}");
}

#[test]
fn advice_names_the_remote_that_there_is() {
    let clone = flagged().clone("clone", &["--origin", "upstream"]);
    clone.git(&["update-ref", "refs/remotes/origin/main", "upstream/main"]);
    let (text, json) = diff(&clone, &[("CI", "true")]);
    assert!(text.contains("git fetch upstream '+refs/notes/*:refs/notes/*'"), "{text}");
    assert_eq!(json["coverage"]["not_looked_at"], json!([{"what": "notes", "in_job": true, "remote": "upstream"}]));
}

#[test]
fn other_notes_do_not_show_that_those_of_ai_tools_were_fetched() {
    let clone = flagged().clone("clone", &[]);
    // Git's own notes; and refspecs for them, or for one of the tools.
    clone.git(&["notes", "add", "-m", "x", "origin/main"]);
    clone.git(&["config", "--add", "remote.origin.fetch", "+refs/notes/commits:refs/notes/commits"]);
    clone.git(&["config", "--add", "remote.origin.fetch", "+refs/notes/whogitit:refs/notes/whogitit"]);
    let (text, json) = diff(&clone, &[("CI", "true")]);
    assert!(text.contains("not looked at: notes of commits") && text.contains(SILENT_MESSAGE), "{text}");
    assert_eq!(json["coverage"]["not_looked_at"], json!([{"what": "notes", "in_job": true}]));
}

#[test]
fn attesting_by_notes_says_what_ci_needs() {
    let repo = flagged();
    repo.git(&["config", "user.name", "Ada Example"]);
    repo.git(&["config", "user.email", "ada@example.org"]);
    let told =
        repo.run(&["attest", "HEAD~..HEAD", "--notes", "--no-ask", "--tool", "Codex", "--model", "gpt-5.5"]).text();
    assert!(
        told.contains("1 note in refs/notes/ai-attest; `git push REMOTE refs/notes/ai-attest` shares them"),
        "{told}"
    );
    assert!(
        told.contains("CI sees them by `ai-detect ci --fetch`, or after `git fetch origin 'refs/notes/*"),
        "{told}"
    );
}
