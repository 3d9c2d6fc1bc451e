//! The command line: one name for one thing, old spellings that still work, and advice for a word that is no subcommand.

use crate::support::{Repo, Run, code};

/// A repository with one commit on a branch.
fn repo() -> Repo {
    let repo = Repo::new();
    repo.commit_file("start.py", code("start", 6));
    repo.branch("topic");
    repo.commit_file("a.py", code("a", 6));
    repo
}

#[test]
fn old_spellings_of_options_still_work_and_help_hides_them() {
    let repo = repo();
    repo.write("body.md", "AI-Assisted: yes\n");
    let by = |option: &str| repo.run(&["diff", "main..topic", option, "body.md", "--format", "json"]).json();
    assert_eq!(by("--description"), by("--request-body"));
    for (command, current, old) in [
        ("diff", "--description", "--request-body"),
        ("attest", "--integration", "--path"),
        ("ci", "--output", "--report-file"),
        ("post", "--output", "--report-file"),
        ("eval", "--repos-dir", "--repos"),
        ("fit", "--repos-dir", "--repos"),
        ("fit", "--output", "--out"),
    ] {
        let help = repo.run(&[command, "--help"]).text();
        let shown: Vec<&str> = help.split_whitespace().collect();
        assert!(shown.contains(&current) && !shown.contains(&old), "{command}: {help}");
        // The option is known: clap asks for its value, and does not call it unexpected.
        let error = repo.run(&[command, old]).error(2);
        assert!(error.contains("a value is required for"), "{command} {old}: {error}");
    }
    let unknown = repo.run(&["diff", "--request-text"]).error(2);
    assert!(unknown.contains("unexpected argument '--request-text'"), "{unknown}");
}

#[test]
fn check_is_diff() {
    let repo = repo();
    assert_eq!(repo.run(&["check", "main..topic"]).text(), repo.run(&["diff", "main..topic"]).text());
}

#[test]
fn a_folder_a_file_or_a_range_in_place_of_a_subcommand_gets_the_command_to_type() {
    let repo = repo();
    repo.write("change.patch", "");
    repo.write("my folder/a.py", "");
    let error = |word: &str| {
        let mut command = repo.command(&[word]);
        Run::of(command.current_dir(repo.path())).error(2)
    };
    for (word, expected) in [
        (".", "to check the current branch, run `ai-detect diff`."),
        ("my folder", "run `ai-detect -C 'my folder' diff`."),
        ("change.patch", "run `ai-detect diff --patch 'change.patch'`;"),
        ("main..topic", "run `ai-detect diff 'main..topic'`."),
    ] {
        let error = error(word);
        assert!(error.starts_with(&format!("`{word}` is not a subcommand; ")) && error.contains(expected), "{error}");
    }
    for word in ["dif", "topic"] {
        assert!(error(word).starts_with(&format!("unrecognized subcommand '{word}'")), "{}", error(word));
    }
}

/// The help of a command and of all below it.
fn helps(command: &mut clap::Command, helps: &mut Vec<(String, String)>) {
    helps.push((command.get_name().to_owned(), command.render_long_help().to_string()));
    // The library makes `help` itself.
    command
        .get_subcommands_mut()
        .filter(|below| below.get_name() != "help")
        .for_each(|below| self::helps(below, helps));
}

#[test]
fn every_help_says_how_the_command_ends() {
    let mut found = Vec::new();
    helps(&mut ai_detect::cli::command(), &mut found);
    assert!(found.len() > 40);
    for (name, help) in found {
        assert_eq!(help.matches("Exit status: 0").count(), 1, "{name}: {help}");
    }
    // Those that can end with status 1 say when.
    for command in [
        &["diff"][..],
        &["report"],
        &["attest"],
        &["attest", "squash"],
        &["policy", "check"],
        &["rules", "test"],
        &["markers", "test"],
        &["policy", "test"],
        &["trail", "verify"],
        &["trail", "events"],
    ] {
        let help = Repo::nowhere().run(&[command, &["--help"]].concat()).text();
        let ends = help.split_once("Exit status:").map(|(_, ends)| ends).unwrap_or_default();
        assert!(ends.contains(" 1 "), "{command:?}: {ends}");
    }
}

#[test]
fn every_help_has_the_global_options_under_their_own_heading() {
    for command in [&["--help"][..], &["diff", "--help"], &["policy", "check", "--help"], &["trail", "ask", "--help"]] {
        let help = Repo::nowhere().run(command).text();
        let (own, global) = help.split_once("\nGlobal options:\n").unwrap();
        assert!(global.contains("--color <WHEN>") && !own.contains("--color"), "{help}");
    }
}
