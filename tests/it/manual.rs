//! Completions and manual pages: made from the command line as it is, so that nothing is missing.

use std::collections::BTreeSet;

use crate::support::Repo;

/// The subcommands that `--help` lists, but for `help` itself.
fn subcommands(repo: &Repo, of: &[&str]) -> BTreeSet<String> {
    let help = repo.run(&[of, &["--help"]].concat()).text();
    let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default().split("\n\n").next().unwrap();
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    names.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_shell_completes_every_subcommand() {
    let repo = Repo::nowhere();
    let names = subcommands(&repo, &[]);
    assert!(names.contains("diff") && names.contains("completions"), "{names:?}");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = repo.run(&["completions", shell]).text();
        let missing: Vec<_> = names.iter().filter(|name| !script.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{shell}: {missing:?}");
        assert!(script.contains("--exit-code") || script.contains("exit-code"), "{shell} completes no option");
    }
    assert!(repo.run(&["completions", "tcsh"]).error(2).contains("'tcsh'"));
}

#[test]
#[cfg(unix)]
fn bash_accepts_its_completions() {
    let script = Repo::nowhere().run(&["completions", "bash"]).text();
    let complete =
        "COMP_WORDS=(ai-detect pol); COMP_CWORD=1; _ai__detect ai-detect pol ai-detect; echo \"${COMPREPLY[*]}\"";
    let mut bash = assert_cmd::Command::new("bash");
    // By standard input: an argument may not be as long as that.
    let output = bash.write_stdin(format!("{script}\n{complete}\n")).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "policy\n", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_manual_has_a_page_for_each_subcommand() {
    let repo = Repo::nowhere();
    assert!(repo.run(&["man"]).text().contains(".TH ai-detect 1"));
    assert_eq!(repo.run(&["man", "pages"]).text(), "");
    let mut expected = BTreeSet::from(["ai-detect.1".to_owned()]);
    let mut waiting: Vec<Vec<String>> = subcommands(&repo, &[]).into_iter().map(|name| vec![name]).collect();
    while let Some(path) = waiting.pop() {
        expected.insert(format!("ai-detect-{}.1", path.join("-")));
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let below = subcommands(&repo, &names).into_iter();
        waiting.extend(below.map(|name| [path.clone(), vec![name]].concat()));
    }
    let pages = std::fs::read_dir(repo.path().join("pages")).unwrap();
    let written: BTreeSet<_> = pages.map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(written, expected);
    assert!(std::fs::read_to_string(repo.path().join("pages/ai-detect-diff.1")).unwrap().contains("\\-\\-exit\\-code"));
    // A file where the folder should be is told, and kept.
    repo.write("taken", "mine");
    assert!(repo.run(&["man", "taken"]).error(3).contains("taken"));
    assert_eq!(std::fs::read_to_string(repo.path().join("taken")).unwrap(), "mine");
}
