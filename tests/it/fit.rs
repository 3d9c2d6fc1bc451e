//! `ai-detect fit` from outside: what it refuses, what it leaves alone, and a small fit from end to end.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::{Repo, list, preload};

/// Repositories beside each other, with a manifest that labels their commits.
struct Labelled {
    area: Repo,
    manifest: String,
}

/// `each` AI commits and as many by people in each of some repositories. The two write comments and messages
/// differently; nothing else tells them apart.
fn labelled(repositories: usize, each: usize) -> Labelled {
    let area = Repo::nowhere();
    let mut manifest = String::from("label\trepository\tcommit\tauthor_time\ttool\tlanguage\tadded_lines\n");
    for number in 0..repositories {
        let name = format!("made-up/r{number}");
        let repo = area.at(area.beside(&format!("repos/{name}")));
        std::fs::create_dir_all(repo.path()).unwrap();
        repo.git(&["init", "--quiet", "--bare"]);
        repo.git_bytes(&["fast-import", "--quiet", "--export-marks=marks"], history(number, 2 * each).as_bytes());
        let marks = std::fs::read_to_string(repo.path().join("marks")).unwrap();
        for line in marks.lines() {
            let (mark, id) = line.trim_start_matches(':').split_once(' ').unwrap();
            let label = if is_ai(mark.parse().unwrap()) { "ai" } else { "human-recent" };
            writeln!(manifest, "{label}\t{name}\t{id}\t1700000000\t-\tpython\t10").unwrap();
        }
    }
    Labelled { area, manifest }
}

fn is_ai(commit: usize) -> bool {
    commit.is_multiple_of(2)
}

/// A stream for `git fast-import`: every commit adds one file.
fn history(repository: usize, commits: usize) -> String {
    let mut stream = String::new();
    for commit in 1..=commits {
        let name = format!("part_{repository}_{commit}");
        let (comment, message) = if is_ai(commit) {
            ("Ensure the value is validated via a robust helper", "Introduce a comprehensive helper for validation")
        } else {
            ("hmm, we should look at this again", "fix it")
        };
        let mut content = format!("def {name}(first, second):\n    # {comment}\n");
        for line in 0..commit % 5 + 5 {
            writeln!(content, "    first = second[{line}] + {commit}").unwrap();
        }
        content += "    return first\n";
        let time = 1_700_000_000 + 60 * commit;
        write!(
            stream,
            "commit refs/heads/main\nmark :{commit}\ncommitter Ada Example <ada@example.org> {time} +0000\n\
             data {}\n{message}\nM 100644 inline {name}.py\ndata {}\n{content}\n",
            message.len(),
            content.len()
        )
        .unwrap();
    }
    stream
}

impl Labelled {
    fn args<'a>(&self, out: &'a str, more: &[&'a str]) -> Vec<String> {
        std::fs::write(self.area.beside("labels.tsv"), &self.manifest).unwrap();
        let path = |name: &str| self.area.beside(name).display().to_string();
        let mut args: Vec<String> = ["fit", "--manifest"].map(str::to_owned).into();
        args.extend([path("labels.tsv"), "--repos-dir".into(), path("repos"), "--output".into(), path(out)]);
        args.extend(more.iter().map(|&arg| arg.to_owned()));
        args
    }

    fn fit(&self, out: &str, more: &[&str]) -> crate::support::Run {
        let args = self.args(out, more);
        self.area.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// All files below a folder, with their content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn too_few_commits_are_counted_and_refused() {
    let few = labelled(2, 3);
    let told = few.fit("out", &[]).error(2);
    assert_eq!(
        told,
        "6 AI commits and 6 of people in 2 repositories are too few to fit on; needed are 100 of each, in at least \
         5 repositories"
    );
    assert!(!few.area.beside("out").exists());
}

#[test]
fn moving_thresholds_needs_two_hundred_commits_of_people() {
    let few = labelled(1, 4);
    let told = few.fit("out", &["--calibrate-only"]).error(2);
    let needed =
        "4 commits of people with enough code to score are too few to move thresholds; 200 are needed (the manifest";
    assert!(told.starts_with(needed), "{told}");
    assert!(!few.area.beside("out").exists());
}

#[test]
fn a_row_that_cannot_be_read_is_told_by_its_number() {
    let mut wrong = labelled(1, 2);
    wrong.manifest += &format!("robot\tmade-up/r0\t{}\t1700000000\t-\tpython\t10\n", "1".repeat(40));
    let told = wrong.fit("out", &[]).error(2);
    assert!(told.contains("labels.tsv: row 6: "), "{told}");
    let mut missing = labelled(1, 2);
    missing.manifest += &format!("ai\tmade-up/r0\t{}\t1700000000\t-\tpython\t10\n", "1".repeat(40));
    let told = missing.fit("out", &[]).error(2);
    assert!(told.contains("labels.tsv: row 6: made-up/r0: "), "{told}");
    assert!(told.ends_with("--keep-going leaves such rows out"), "{told}");
    // With it, what is left is counted.
    assert!(missing.fit("out", &["--keep-going"]).error(2).starts_with("2 AI commits and 2 of people"));
}

#[test]
fn a_small_fit_is_the_same_twice_and_tells_the_two_apart() {
    let enough = labelled(5, 20);
    let summary = enough.fit("model", &[]).text();
    assert!(summary.starts_with("Fitted on 200 commits of 5 repositories, 0 rows left out."), "{summary}");
    assert!(summary.contains("The built-in model on the same commits: AUC "), "{summary}");
    assert!(summary.contains("rules: { model: "), "{summary}");
    // The planted difference is easy to learn, and the built-in model does not know it.
    assert!(!summary.contains("note: the built-in model separates"), "{summary}");
    enough.fit("again", &[]).text();
    let relative = |name: &str| -> Vec<(String, Vec<u8>)> {
        let folder = enough.area.beside(name);
        let from = folder.display().to_string();
        files(&folder).into_iter().map(|(path, content)| (path.replace(&from, ""), content)).collect()
    };
    assert_eq!(relative("model").len(), 9);
    assert!(relative("model") == relative("again"), "two runs give the same bytes");

    // A settings file may name the folder; scores then come from it.
    let repo = enough.area.at(enough.area.beside("user"));
    std::fs::create_dir_all(repo.path()).unwrap();
    repo.git(&["init", "--quiet", "-b", "main"]);
    repo.write(".ai-detect.yml", "rules: { model: model }\n");
    for (path, content) in relative("model") {
        repo.write(&format!("model{path}"), content);
    }
    repo.commit("Settings");
    let score = |name: &str, comment: &str, message: &str| {
        let lines = (0..8).map(|line| format!("    first = second[{line}] + 3\n")).collect::<String>();
        repo.write(name, format!("def {name}(first, second):\n    # {comment}\n{lines}    return first\n"));
        repo.commit(message);
        let report = repo.diff(&["HEAD~1..HEAD"]);
        assert_eq!(report["tool"]["model"], "on 200 commits of 5 repositories");
        list(&report["commits"])[0]["log_odds"].as_f64().unwrap()
    };
    let ai = score("a.py", "Ensure the value is validated via a robust helper", "Introduce a comprehensive helper");
    let person = score("b.py", "hmm, we should look at this again", "fix it");
    assert!(ai > person, "{ai} is not above {person}");

    // What cannot be written leaves the old files as they were.
    let before = relative("model");
    let out = enough.area.beside("model/trees");
    std::fs::remove_dir_all(&out).unwrap();
    std::fs::write(&out, "a file where a folder should be").unwrap();
    let rest: Vec<_> = before.into_iter().filter(|(path, _)| !path.starts_with("/trees")).collect();
    let told = enough.fit("model", &[]).error(3);
    assert!(told.contains("trees"), "{told}");
    let kept: Vec<_> = relative("model").into_iter().filter(|(path, _)| path != "/trees").collect();
    assert!(kept == rest, "{:?}", kept.iter().map(|(path, _)| path).collect::<Vec<_>>());
}

#[test]
fn moved_thresholds_stand_on_the_model_that_they_were_moved_for() {
    let people = labelled(5, 40);
    let said = people.fit("model", &["--calibrate-only"]).text();
    for what in ["changes with messages", "bare patches"] {
        let line = said.lines().find(|line| line.trim_start().starts_with(what)).unwrap_or_else(|| panic!("{said}"));
        assert!(line.contains("the threshold for 2 % of changes moved by ") && line.contains(" \u{2192} "), "{line}");
        assert!(line.contains(" of these commits reached it before, ") && line.ends_with(" do now"), "{line}");
    }
    let note = "note: all of these commits are from before June 2021";
    assert!(!said.contains(note), "{said}");
    let old = Labelled { manifest: people.manifest.replace("\t1700000000\t", "\t1500000000\t"), ..labelled(5, 40) };
    assert!(old.fit("old", &["--calibrate-only"]).text().contains(note));
    let folder = people.area.beside("model");
    let paths: Vec<String> = files(&folder).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, [folder.join("model.yml").display().to_string()], "thresholds are all that is written");
    std::fs::write(people.area.beside("settings.yml"), "rules: { model: model }\n").unwrap();
    let settings = people.area.beside("settings.yml").display().to_string();
    let patch = "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+a = 1\n";
    let run = || people.area.run_patch(patch, &["--format", "json", "--config", &settings]);
    assert!(run().json()["tool"]["model"].as_str().unwrap().ends_with(", thresholds moved"));

    let moved = std::fs::read_to_string(folder.join("model.yml")).unwrap();
    let of_another = moved.replace("built_in: \"on ", "built_in: \"of last year, on ");
    assert_ne!(moved, of_another);
    std::fs::write(folder.join("model.yml"), of_another).unwrap();
    let told = run().error(2);
    assert!(told.starts_with("model.yml: its thresholds are for the built-in model `of last year, on "), "{told}");
    assert!(told.ends_with("make them anew with `ai-detect fit --calibrate-only`"), "{told}");
}

/// The files that count in a model's folder: those of `.next` before those beside it.
fn counting(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let from = folder.display().to_string();
    let all = files(folder).into_iter().map(|(path, content)| (path.replace(&from, ""), content));
    let (waiting, rest): (Vec<_>, Vec<_>) = all
        .filter(|(path, _)| !path.starts_with("/.old/") && !path.starts_with("/.new/"))
        .partition(|(path, _)| path.starts_with("/.next/"));
    let mut counting: std::collections::BTreeMap<_, _> = rest.into_iter().collect();
    counting.extend(waiting.into_iter().map(|(path, content)| (path.replacen("/.next", "", 1), content)));
    counting.into_iter().collect()
}

#[test]
fn whatever_happens_while_a_model_is_put_in_place_its_files_belong_together() {
    let people = labelled(5, 20);
    let args = people.args("model", &[]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    people.area.run(&args).text();
    let folder = people.area.beside("model");
    std::fs::write(folder.join("README.md"), "mine").unwrap();
    let new = counting(&folder);
    let place = |files: &[(String, Vec<u8>)]| {
        std::fs::remove_dir_all(&folder).unwrap();
        for (path, content) in files {
            let path = folder.join(path.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
    };
    let older = |(path, content): &(String, Vec<u8>)| match path.as_str() {
        "/README.md" => (path.clone(), content.clone()),
        _ => (
            path.clone(),
            String::from_utf8(content.clone()).unwrap().replace("on 200 commits", "on 199 commits").into_bytes(),
        ),
    };
    let mut old: Vec<_> = new.iter().map(older).collect();
    old.iter_mut()
        .filter(|(path, _)| path != "/README.md")
        .for_each(|(_, content)| content.splice(0..0, *b"# old\n").for_each(drop));
    let library = preload::failing_disk(&people.area);
    let with = |name: &str, value: &str| {
        place(&old);
        let output = people.area.process(&args).env("LD_PRELOAD", &library).env(name, value).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (name, value, told) in [
        ("DISK_BYTES", "7000", "trees/code.tsv: the disk is full"),
        ("REFUSED_RENAME", "1", "model: Permission denied (os error 13)"),
        ("REFUSED_RENAME", "2", "model.yml: Permission denied (os error 13)"),
        ("REFUSED_RENAME", "7", "trees/code.tsv: Permission denied (os error 13)"),
    ] {
        let (status, said) = with(name, value);
        assert_eq!(status, Some(3), "{name} {value}");
        assert!(said.starts_with("error: cannot write ") && said.trim_end().ends_with(told), "{said}");
        assert!(counting(&folder) == old && !folder.join(".old").exists() && !folder.join(".new").exists());
    }
    std::fs::write(people.area.beside("settings.yml"), "rules: { model: model }\n").unwrap();
    let settings = people.area.beside("settings.yml").display().to_string();
    for (value, expected, version) in
        [("1", &old, "on 199 commits"), ("2", &new, "on 200 commits"), ("9", &new, "on 200 commits")]
    {
        assert_eq!(with("KILLED_AT_RENAME", value).0, None);
        assert!(counting(&folder) == *expected, "killed at {value}");
        // That is what settings read.
        let patch = "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+a = 1\n";
        let report = people.area.run_patch(patch, &["--format", "json", "--config", &settings]).json();
        assert!(report["tool"]["model"].as_str().unwrap().contains(version), "{}", report["tool"]);
        people.area.run(&args).text();
        assert!(counting(&folder) == new);
        assert!([".new", ".next", ".old"].iter().all(|name| !folder.join(name).exists()));
    }
}
