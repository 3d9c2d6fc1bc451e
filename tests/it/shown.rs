//! What pages show of the program is what it prints: `<!-- shown: … -->` says what stands from there to `<!-- end -->`.
//!
//! `RENEW_DOCS=1 cargo test --test it shown::` writes it anew.

use std::path::{Path, PathBuf};

use ai_detect::attest::forms;
use ai_detect::policy::{PRESETS, Policy};

use crate::support::Repo;

const START: &str = "<!-- shown: ";
const END: &str = "<!-- end -->";

/// What a page shows.
enum Shown<'a> {
    /// A command and all that it prints.
    Output(&'a str),
    /// Lines that a command prints, some of them left out.
    Excerpt(&'a str),
    /// A file of the project.
    File(&'a str),
    /// A table of what the program knows.
    Table(&'a str),
}

impl<'a> Shown<'a> {
    fn named(name: &'a str) -> Self {
        match name.split_once(' ') {
            Some(("output", command)) => Shown::Output(command),
            Some(("excerpt", command)) => Shown::Excerpt(command),
            Some(("file", path)) => Shown::File(path),
            Some(("table", of)) => Shown::Table(of),
            _ => panic!("{name} is not output, excerpt, file or table"),
        }
    }

    /// What should stand there instead of what does.
    fn renewed(&self, present: &str) -> String {
        match self {
            Shown::Output(command) => format!("```console\n$ {command}\n{}```\n", output(command)),
            Shown::Excerpt(command) => {
                assert_excerpt(present, &output(command), command);
                present.to_owned()
            }
            Shown::File(path) => {
                let content = std::fs::read_to_string(root().join(path)).unwrap();
                let language = if path.ends_with(".yml") { "yaml" } else { "" };
                format!("```{language}\n{content}```\n")
            }
            Shown::Table("forms") => forms(),
            Shown::Table("policies") => policies(),
            Shown::Table(other) => panic!("there is no table of {other}"),
        }
    }
}

/// The forms of declaration.
fn forms() -> String {
    let rows = forms::ALL.iter().map(|form| format!("| `{}` | {} | {} |\n", form.id, form.label, form.about));
    format!("| form | in texts | where it stands |\n|---|---|---|\n{}", rows.collect::<String>())
}

/// The policies that come with the program.
fn policies() -> String {
    let rows = PRESETS.iter().map(|(name, _)| {
        let policy = Policy::preset(name).unwrap();
        format!("| `{name}` | {} | {} |\n", policy.title, policy.stance.word())
    });
    format!("| name | title | stance |\n|---|---|---|\n{}", rows.collect::<String>())
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a command of ours prints where there is no repository, without the spaces that end lines.
fn output(command: &str) -> String {
    let args: Vec<&str> = command.split(' ').collect();
    assert_eq!(args.first(), Some(&"ai-detect"), "{command}");
    let printed = Repo::nowhere().run(&args[1..]).text();
    printed.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// That the lines of a block stand in the output, in this order. `…` stands for lines that are left out.
fn assert_excerpt(block: &str, output: &str, command: &str) {
    let block = block.trim_matches('\n').lines().filter(|line| !line.starts_with("```"));
    let mut printed = output.lines();
    let mut compared = 0;
    for line in block.filter(|line| *line != "…" && !line.starts_with("$ ")) {
        assert!(printed.any(|printed| printed == line), "`{command}` does not print, or not here: {line}\n{output}");
        compared += 1;
    }
    assert!(compared > 0, "nothing of `{command}` is shown");
}

/// All pages: Markdown at the root and below `docs/`.
pub(crate) fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() && (folder != root() || path.ends_with("docs")) {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A page with all that it shows renewed, and how much that is.
fn renewed(page: &str) -> (String, usize) {
    let mut parts = page.split(START);
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").expect("what is shown has a name");
        let (present, after) = rest.split_once(END).expect("what is shown ends");
        text += &format!("{START}{name} -->\n{}{END}{after}", Shown::named(name).renewed(present));
        count += 1;
    }
    (text, count)
}

#[test]
fn pages_show_what_the_program_prints() {
    let mut shown = 0;
    for path in pages(&root()) {
        let page = std::fs::read_to_string(&path).unwrap();
        let (expected, count) = renewed(&page);
        shown += count;
        if std::env::var_os("RENEW_DOCS").is_some() && page != expected {
            std::fs::write(&path, &expected).unwrap();
            continue;
        }
        let place = path.strip_prefix(root()).unwrap().display();
        let first = expected.lines().zip(page.lines().chain([""])).find(|(expected, shown)| expected != shown);
        let advice = "RENEW_DOCS=1 cargo test --test it shown:: renews it";
        assert!(page == expected, "{place} is out of date; {advice}. First difference, expected and shown: {first:#?}");
    }
    assert!(shown >= 3, "{shown}");
}

#[test]
fn an_excerpt_that_is_not_printed_is_found() {
    let printed = "one\ntwo\nthree\n";
    assert_excerpt("```\none\n…\nthree\n```\n", printed, "x");
    for wrong in ["```\nthree\n…\none\n```\n", "```\nfour\n```\n", "```\n```\n"] {
        assert!(std::panic::catch_unwind(|| assert_excerpt(wrong, printed, "x")).is_err(), "{wrong}");
    }
}

#[test]
fn the_demonstration_has_a_flag_and_a_declaration() {
    let report = Repo::nowhere().run(&["diff", "--demo", "--format", "json"]).json();
    assert_eq!(crate::support::list(&report["flags"]).len(), 1);
    let states: Vec<&str> = crate::support::list(&report["commits"])
        .iter()
        .map(|commit| crate::support::text(&commit["attestation"]["state"]))
        .collect();
    assert_eq!(states, ["absent", "absent", "complete"]);
}

#[test]
fn the_demonstration_is_the_same_in_every_repository() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "exclude: [\"**\"]\n");
    repo.commit("Leave out everything");
    assert_eq!(repo.run(&["diff", "--demo"]).text(), Repo::nowhere().run(&["diff", "--demo"]).text());
    assert!(repo.run(&["diff", "--demo", "HEAD"]).error(2).contains("--demo"));
}

#[test]
fn the_readme_is_short() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let words = readme.split_whitespace().count();
    assert!(words <= 900, "{words} words");
}
