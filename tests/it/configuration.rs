//! Where settings and rule packs come from, and what is said when they are wrong.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, excluded, list, planted_code, text};
use predicates::prelude::*;
use serde_json::Value;

const CONFIG: &str = ".ai-detect.yml";

/// `main` holds some settings and the planted rule pack; `topic` adds a file that the pack flags.
fn configured(config: &str) -> Repo {
    let repo = Repo::new();
    repo.write(CONFIG, config);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    repo.commit_file("a.py", planted_code("a"));
    repo
}

/// What is said of settings on `main`.
fn refused(config: &str) -> String {
    configured(config).run(&["diff", "main"]).error(2)
}

fn flagged(report: &Value) -> Vec<&str> {
    list(&report["flags"]).iter().map(|flag| text(&flag["path"])).collect()
}

#[test]
fn settings_and_packs_of_the_start_are_in_force() {
    let repo = configured(PLANTED_CONFIG);
    assert_eq!(flagged(&repo.diff(&["main"])), ["a.py"]);
    assert_eq!(flagged(&repo.diff(&["--staged"])), [""; 0]);
}

#[test]
fn a_change_cannot_switch_the_check_off() {
    let repo = configured(PLANTED_CONFIG);
    for config in ["exclude: ['**']\n", "rules: {packs: []}\n", "no: settings: at all\n"] {
        repo.write(CONFIG, config);
        repo.remove("planted.yml");
        repo.commit("Switch it off");
        let report = repo.diff(&["main"]);
        assert_eq!(flagged(&report), ["a.py"], "{config}");
        assert!(!excluded(&report).iter().any(|told| told.starts_with("a.py")), "{config}");
        repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
    repo.remove(CONFIG);
    repo.commit("Remove it");
    assert_eq!(flagged(&repo.diff(&["main"])), ["a.py"]);
}

#[test]
fn settings_of_main_that_the_branch_has_not_met_are_not_in_force() {
    let repo = configured("");
    repo.switch("main");
    repo.write(CONFIG, PLANTED_CONFIG);
    repo.commit("Stricter");
    assert_eq!(flagged(&repo.diff(&["main..topic"])), [""; 0]);
    assert_eq!(flagged(&repo.diff(&["main..topic", "--config-from", "main"])), ["a.py"]);
}

#[test]
fn an_edit_of_the_settings_is_told_why_it_changes_nothing_yet() {
    let repo = configured(PLANTED_CONFIG);
    assert_eq!(list(&repo.diff(&["main"])["coverage"]["notes"]), [""; 0]);
    repo.write(CONFIG, "exclude: ['**']\n");
    let report = repo.diff(&["main"]);
    let note = text(&report["coverage"]["notes"][0]);
    assert!(note.starts_with("your working copy of .ai-detect.yml is not used: "), "{note}");
    assert!(note.ends_with("To try yours: `--config .ai-detect.yml`"), "{note}");
    assert!(repo.run(&["diff", "main"]).text().contains("note: your working copy of .ai-detect.yml"));
}

#[test]
fn a_file_on_disk_is_in_force_when_it_is_named_and_brings_its_packs() {
    let repo = configured("");
    repo.write("ci/strict.yml", PLANTED_CONFIG);
    repo.write("ci/planted.yml", PLANTED_PACK);
    // From the folder of -C, as `--patch` is.
    assert_eq!(flagged(&repo.diff(&["main", "--config", "ci/strict.yml"])), ["a.py"]);
    let report = repo.diff(&["main", "--config", &repo.path().join("ci/strict.yml").display().to_string()]);
    assert_eq!(flagged(&report), ["a.py"]);
    assert_eq!(
        repo.run(&["diff", "main", "--config", "ci/none.yml"]).error(2),
        "cannot read ci/none.yml: there is no such file"
    );
}

#[test]
fn a_patch_takes_the_settings_of_head_or_of_a_named_file() {
    let repo = configured(PLANTED_CONFIG);
    let patch = repo.git_bytes(&["diff", "main"], b"");
    assert_eq!(flagged(&repo.diff_patch(&patch)), ["a.py"]);
    let said = Repo::nowhere().run_patch(&patch, &["--config-from", "main"]).error(2);
    assert_eq!(said, "--config-from needs a repository");
}

#[test]
fn a_revision_for_settings_must_exist_and_hold_some() {
    let repo = configured("");
    assert_eq!(
        repo.run(&["diff", "main", "--config-from", "mian"]).error(2),
        "unknown revision `mian`; did you mean `main`?"
    );
    let empty = Repo::new();
    empty.commit_file("a.py", "");
    assert_eq!(
        empty.run(&["diff", "HEAD", "--config-from", "HEAD"]).error(2),
        "there is no .ai-detect.yml in commit HEAD"
    );
}

#[test]
fn two_sources_of_settings_are_wrong_usage() {
    let run = configured("").run(&["diff", "main", "--config", "a.yml", "--config-from", "main"]);
    assert!(run.error(2).starts_with("the argument '--config <FILE>' cannot be used with '--config-from <REV>'"));
}

#[test]
fn a_path_that_starts_at_the_folder_is_one_from_the_root() {
    for path in ["own.yml", "./own.yml", ".//./own.yml"] {
        let repo = configured(&format!("policy: {path}\n"));
        repo.write("own.yml", "title: Our own\n");
        repo.commit("Have a policy");
        repo.commit_file("b.py", planted_code("b"));
        let said = repo.run(&["policy", "check", "HEAD~1..HEAD"]).text();
        assert!(said.contains("(Our own)"), "{path}: {said}");
    }
}

#[test]
fn an_unknown_key_is_shown_with_its_place_and_the_nearest_one() {
    let said = refused("thresholds:\n  flag: 0.02\n  flags: 0.1\n");
    let place = said.split(": ").next().unwrap();
    assert!(predicate::str::is_match(r"^\.ai-detect\.yml in commit [0-9a-f]{8}:3:3$").unwrap().eval(place), "{said}");
    assert!(
        said.contains("thresholds: there is no key `flags`. Did you mean `flag`? To use other settings: "),
        "{said}"
    );
}

#[test]
fn a_wrong_value_is_shown_with_its_place_and_what_was_expected() {
    for (config, expected) in [
        (
            "thresholds:\n  flag: high\n",
            ":2:9: thresholds.flag: found `high`; a number such as 0.02 is wanted, without `%`",
        ),
        ("exclude: docs/**\n", ":1:10: exclude: found `docs/**`; a list in brackets is wanted: `[\"docs/**\"]`"),
        ("limits: {file_bytes: -1}\n", ":1:22: limits.file_bytes: found `-1`; a whole number such as 1000 is wanted"),
        (
            "thresholds: {flag: 7}\n",
            ":1:14: thresholds.flag is a rate of false positives between 0.0001 and 0.5, found 7",
        ),
        (
            "exclude:\n- 'docs/**'\n- 'src/{a,b'\n",
            ":3:4: `src/{a,b` is not a path pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
        (
            "exclude:\n- '!b.py'\n",
            ":2:4: `!b.py` is not a path pattern: `!` takes nothing back here; take out what matches b.py, or list more \
             exactly what is left out",
        ),
        ("limits: {}\nexclude: ['']\n", ":2:1: `` is not a path pattern: it is empty; `**` stands for every path"),
        (
            "exclude: ['../a']\n",
            ":1:12: `../a` is not a path pattern: no path has a part `..`: paths are those from the root of the repository, \
             as git lists them",
        ),
        ("sensitive: ['[z-a]']\n", ":1:14: `[z-a]` is not a path pattern: invalid range; 'z' > 'a'"),
        ("rules: {disable: [plantde]}\n", ":1:19: no rule is called `plantde`"),
        ("rules:\n  packs: [gone.yml]\n", ":2:11: the rule pack gone.yml does not exist in commit "),
    ] {
        let said = refused(config);
        assert!(said.starts_with(".ai-detect.yml in commit "), "{said}");
        assert!(said.contains(expected), "{said}\n{expected}");
    }
}

#[test]
fn what_is_no_yaml_is_shown_with_its_place() {
    for (config, place) in
        [("exclude: [a\nsensitive: b\n", ":2:"), ("\tindent: 1\n", ":1:"), ("exclude: []\n sensitive: []\n", ":2:")]
    {
        let said = refused(config);
        assert!(
            predicate::str::is_match(format!(r"^\.ai-detect\.yml in commit [0-9a-f]{{8}}{place}\d+: "))
                .unwrap()
                .eval(&said),
            "{said}"
        );
    }
    let deep = refused(&format!("exclude: {}{}\n", "[".repeat(5000), "]".repeat(5000)));
    assert!(deep.contains(":1:11: exclude[0]: found a list; a text is wanted"), "{deep}");
}

#[test]
fn settings_that_are_no_text_are_refused_and_a_byte_order_mark_is_not() {
    let repo = Repo::new();
    repo.write(CONFIG, b"exclude: []\n# caf\xe9\n");
    repo.commit("Latin-1");
    let said = repo.run(&["diff", "HEAD"]).error(2);
    assert!(said.contains(":2: not UTF-8 text. To use other settings: `--config FILE`"), "{said}");
    repo.write(CONFIG, "\u{feff}exclude: ['a.py']\r\n");
    repo.commit("Saved by an editor");
    repo.branch("topic");
    repo.commit_file("a.py", planted_code("a"));
    assert_eq!(excluded(&repo.diff(&["main"])), ["a.py: configured (matches a.py)"]);
}

#[test]
fn a_wrong_rule_is_shown_with_its_file_its_line_and_the_nearest_name() {
    for (from, to, expected) in [
        ("    weight: 10", "    wieght: 10", ":9:5: rules[0]: there is no key `wieght`. Did you mean `weight`?"),
        ("'xyzzy'", "'(xyzzy'", ":3: rule `planted`: "),
        ("scope: comment", "scope: coment", ":7:12: rules[0].scope: `coment` is not one of "),
        ("weight: 10", "weight: 11", ":3: rule `planted`: weight 11 is not between -10 and 10"),
        (
            "scope: comment\n    phrase: 'xyzzy'",
            "metric: comment_shar\n    at_least: 1",
            "; did you mean `comment_share`?",
        ),
        (
            "phrase: 'xyzzy'",
            "query: {pyhton: '(comment) @hit'}",
            ":3: rule `planted`: no language is called `pyhton`; did you mean `python`?",
        ),
        (
            "phrase: 'xyzzy'",
            "query: {python: '((call) @hit (#match? @hit \"(xyzzy\"))'}",
            ":3: rule `planted`: the expression `(xyzzy` of `#match?` is not a regular expression: ",
        ),
        (
            "phrase: 'xyzzy'",
            "query: {python: '((call) @hit (#match? @hit \"(x{900}){900}\"))'}",
            ":3: rule `planted`: the expression of `#match?` takes more than 1048576 bytes when it is compiled; repeat less in it",
        ),
        (
            "phrase: 'xyzzy'",
            "query: {python: '(block (coment)+ @hit)'}",
            ":3: rule `planted`: the query cannot be compiled: ",
        ),
        (
            "    phrase: 'xyzzy'\n",
            "",
            ":3: rule `planted`: give exactly one of `phrase`, `query`, `metric` and `lexicon`",
        ),
        ("family: reasoning", "family: reasonings", ":1:9: family: `reasonings` is not one of "),
    ] {
        let repo = configured(PLANTED_CONFIG);
        repo.switch("main");
        repo.write("planted.yml", PLANTED_PACK.replace(from, to));
        repo.commit("Break the pack");
        repo.branch("later");
        repo.commit_file("b.py", planted_code("b"));
        let said = repo.run(&["diff", "main"]).error(2);
        assert!(said.starts_with("planted.yml in commit "), "{said}");
        assert!(said.contains(expected), "{said}\n{expected}");
        let by_hand = repo.run(&["rules", "test", "--pack", "planted.yml"]).error(2);
        assert!(by_hand.starts_with("planted.yml:") && by_hand.contains(expected), "{by_hand}");
    }
}

#[test]
fn packs_are_read_from_within_the_tree_only() {
    let repo = Repo::new();
    std::fs::write(repo.beside("outside.yml"), PLANTED_PACK).unwrap();
    std::os::unix::fs::symlink(repo.beside("outside.yml"), repo.path().join("link.yml")).unwrap();
    let absolute = repo.beside("outside.yml").display().to_string();
    for pack in ["../outside.yml", "link.yml", &absolute] {
        repo.write(CONFIG, format!("rules:\n  packs: ['{pack}']\n"));
        repo.commit("Look outside");
        let said = repo.run(&["diff", "HEAD"]).error(2);
        assert!(said.contains(&format!("the rule pack {pack} does not exist in commit ")), "{said}");
    }
}

#[test]
fn folders_are_left_out_however_they_are_written() {
    for pattern in ["docs", "docs/", "/docs/", "./docs", "/docs/**", "./docs/**", "docs/**"] {
        let repo = configured(&format!("exclude: ['{pattern}']\n"));
        repo.commit_file("docs/b.py", planted_code("b"));
        assert_eq!(excluded(&repo.diff(&["main"])), [format!("docs/b.py: configured (matches {pattern})")]);
    }
}

#[test]
fn settings_that_are_no_file_are_refused() {
    let repo = Repo::new();
    repo.write("other.yml", "exclude: ['**']\n");
    std::os::unix::fs::symlink("other.yml", repo.path().join(CONFIG)).unwrap();
    repo.commit("A link");
    let said = |what: &str| {
        let start = repo.id("HEAD");
        let expected = format!("{CONFIG} in commit {}: {what}; settings are read from an ordinary file", &start[..8]);
        assert!(repo.run(&["diff", "HEAD"]).error(2).starts_with(&expected));
        let named = expected.replace(&start[..8], "HEAD");
        assert_eq!(repo.run(&["diff", "HEAD", "--config-from", "HEAD"]).error(2), named);
    };
    said("a symbolic link");
    repo.remove(CONFIG);
    repo.write(".ai-detect.yml/a.yml", "");
    repo.commit("A folder");
    said("a folder");
}

#[test]
fn settings_under_a_wrong_name_are_noted_with_the_right_one() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.write(".ai-detect.yaml", "exclude: ['**']\n");
    let notes = || -> Vec<String> {
        let report = repo.diff(&["HEAD"]);
        list(&report["coverage"]["notes"]).iter().map(|note| text(note).to_owned()).collect()
    };
    let nothing = "nothing to look at: HEAD is HEAD";
    let told = |place: &str| format!(".ai-detect.yaml {place} is not read: settings are called .ai-detect.yml");
    assert_eq!(notes(), [&told("in the working tree"), nothing]);
    repo.commit("Settings");
    assert_eq!(notes(), [&told(&format!("in commit {}", &repo.id("HEAD")[..8])), nothing]);
    assert_eq!(
        repo.run(&["diff", "HEAD", "--config-from", "HEAD"]).error(2),
        format!("there is no .ai-detect.yml in commit HEAD; {}", told("in commit HEAD"))
    );
    repo.write(CONFIG, "");
    repo.commit("The right name, too");
    assert_eq!(notes(), [nothing]);
}

#[test]
fn what_belongs_elsewhere_or_means_something_else_is_said_with_its_place() {
    for (config, expected) in [
        ("prior: 0.3\nextends: default\n", ":2:1: `extends` belongs in a policy file"),
        ("version: 1\n", ":1:1: `version` belongs in a file of rules"),
        ("exclude: []\nprior: 0.3\nexclude: []\n", ":3:1: `exclude` stands here a second time"),
        ("sensitive:\n  - !src/x/\n", ":2:5: a pattern that starts with `!` needs quotes: '!src/x/'"),
        ("sensitive: ['payment internal/**']\n", "and `internal/**` looks like a pattern"),
    ] {
        let said = refused(config);
        assert!(said.contains(expected), "{said}\n{expected}");
    }
    let repo = configured("sensitive: ['internal/** payment', '!src/x/', '/pay.rs payment personal-data']\n");
    repo.diff(&["main"]);
}

#[test]
fn a_file_where_a_range_is_wanted_is_said() {
    let repo = configured("");
    for command in [&["diff", "a.py"][..], &["policy", "check", "a.py"]] {
        let said = repo.run(command).error(2);
        assert!(said.starts_with("a.py is a file; a range is wanted, such as A..B."), "{said}");
    }
    assert!(repo.run(&["scan", "nope"]).error(2).contains("unknown revision `nope`"));
}
