//! What a model says of code in each language, to the last digit.
//!
//! The model in `testdata/model` is never fitted, so that its numbers stay: whatever moves a number here has changed how
//! code is read or weighed. Each file in `testdata/languages` is one language, looked at twice: as a new file of one block,
//! and as blocks added to a file that is long enough to be parsed in windows.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Repo, list, text};
use ai_detect::lang;
use ai_detect::pack::rule::Shape;
use ai_detect::pack::{Fitted, Kind, Pack, Rule};
use serde_json::{Map, Value};

/// How wide a snapshot may be before a list or an object takes several lines.
const WIDTH: usize = 160;

#[test]
fn a_new_file_gets_the_same_numbers_as_ever() {
    for sample in samples() {
        insta::assert_snapshot!(format!("{}_added", sample.language), shown(&sample.added()));
    }
}

#[test]
fn blocks_added_to_a_long_file_get_the_same_numbers_as_ever() {
    for sample in samples() {
        insta::assert_snapshot!(format!("{}_edited", sample.language), shown(&sample.edited()));
    }
}

#[test]
fn a_bare_patch_is_held_against_the_threshold_for_changes_without_messages() {
    let sample = samples().into_iter().find(|sample| sample.language == "python").unwrap();
    let repo = sample.added_to();
    let patch = repo.git_bytes(&["diff", "main..topic"], b"");
    insta::assert_snapshot!("python_patch", shown(&repo.diff_patch(patch)));
}

#[test]
fn every_language_has_a_sample() {
    let sampled: BTreeSet<String> = samples().into_iter().map(|sample| sample.language).collect();
    let known: BTreeSet<String> = lang::ALL.iter().map(|language| language.name.to_owned()).collect();
    assert_eq!(sampled, known, "a language is one file in testdata/languages, such as python.py");
}

#[test]
fn every_built_in_rule_has_a_frozen_weight() {
    let weights = fs::read_to_string(testdata("model/weights.tsv")).unwrap();
    let weighed: BTreeSet<&str> = weights.lines().filter_map(|line| Some(line.split_once('\t')?.0)).collect();
    let pack = builtin();
    let needed = pack.rules.iter().filter(|rule| !matches!(rule.kind, Kind::Given)).map(|rule| rule.id.as_str());
    let needed: BTreeSet<&str> = needed.collect();
    let different: Vec<_> = weighed.symmetric_difference(&needed).collect();
    assert!(different.is_empty(), "testdata/model/weights.tsv needs one line for each rule; look at {different:?}");
}

#[test]
fn every_kind_of_part_counts_in_some_sample() {
    let mut counted = BTreeSet::new();
    let pack = builtin();
    for sample in samples() {
        for report in [sample.added(), sample.edited()] {
            let parts = list(&report["hunks"]).iter().chain(list(&report["commits"]));
            for signal in parts.flat_map(|part| list(&part["signals"])) {
                counted.insert(part(pack.rule(text(&signal["rule"])).unwrap()));
            }
        }
    }
    insta::assert_snapshot!("parts", counted.into_iter().collect::<Vec<_>>().join("\n"));
}

/// What a rule is a case of: how it counts, and where it looks.
fn part(rule: &Rule) -> String {
    let kind = match &rule.kind {
        Kind::Phrase(_) => "phrase",
        Kind::Query(_) => "query",
        Kind::Metric { shape: Shape::Ramp(..), .. } => "ramp",
        Kind::Metric { .. } => "metric",
        Kind::Lexicon(_) => "lexicon",
        Kind::Given => return rule.id.clone(),
    };
    rule.scope.map_or_else(|| kind.to_owned(), |scope| format!("{kind} in {scope:?}"))
}

/// One language: its name, and code in it.
struct Sample {
    language: String,
    extension: String,
    code: String,
}

/// The samples, by language.
fn samples() -> Vec<Sample> {
    let files = fs::read_dir(testdata("languages")).unwrap().map(|file| file.unwrap().path());
    let mut samples: Vec<Sample> = files.map(|file| Sample::read(&file)).collect();
    samples.sort_by(|a, b| a.language.cmp(&b.language));
    samples
}

impl Sample {
    fn read(file: &Path) -> Sample {
        let part = |part: Option<&std::ffi::OsStr>| part.unwrap().to_str().unwrap().to_owned();
        Sample {
            language: part(file.file_stem()),
            extension: part(file.extension()),
            code: fs::read_to_string(file).unwrap(),
        }
    }

    /// The report on the sample as a new file.
    fn added(&self) -> Value {
        self.added_to().diff(&["main..topic"])
    }

    /// A repository whose branch `topic` adds the sample as a file.
    fn added_to(&self) -> Repo {
        let repo = with_frozen_model();
        repo.commit("Configure the model");
        repo.branch("topic");
        repo.write(&format!("sample.{}", self.extension), &self.code);
        repo.commit(&message("added"));
        repo
    }

    /// The report on a long file that gets every third paragraph of the sample.
    fn edited(&self) -> Value {
        let repo = with_frozen_model();
        let path = format!("grown.{}", self.extension);
        let paragraphs: Vec<&str> = self.code.trim_end().split("\n\n").collect();
        let old = paragraphs.iter().enumerate().filter(|(at, _)| at % 3 != 1).map(|(_, paragraph)| *paragraph);
        let old = old.collect::<Vec<_>>().join("\n\n") + "\n\n";
        let new = paragraphs.join("\n\n") + "\n\n";
        repo.write(&path, [old.as_str(); 4].concat());
        repo.commit("Configure the model");
        repo.branch("topic");
        repo.write(&path, [&old, &old, &new, &old].map(String::as_str).concat());
        repo.commit(&message("edited"));
        repo.diff(&["main..topic"])
    }
}

/// A repository whose settings name the frozen model.
fn with_frozen_model() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "rules: { model: model }\n");
    for file in Fitted::files() {
        repo.write(&format!("model/{file}"), fs::read(testdata("model").join(&file)).unwrap());
    }
    repo
}

fn message(name: &str) -> String {
    fs::read_to_string(testdata(&format!("messages/{name}.txt"))).unwrap()
}

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn builtin() -> Pack {
    Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap()
}

/// A report as text, a line a signal. All of it but the program's version and the titles of rules.
fn shown(report: &Value) -> String {
    let mut report = report.clone();
    assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
    report["tool"]["version"] = "VERSION".into();
    shorten(&mut report);
    let mut written = String::new();
    write(&report, "", "", &mut written);
    written
}

/// Puts each signal on a line: rule, value, contribution, and each place with its text and contribution.
fn shorten(value: &mut Value) {
    match value {
        Value::Object(entries) if entries.contains_key("rule") => *value = signal(entries).into(),
        Value::Object(entries) => entries.values_mut().for_each(shorten),
        Value::Array(items) => items.iter_mut().for_each(shorten),
        _ => {}
    }
}

fn signal(signal: &Map<String, Value>) -> String {
    let place = |at: &Value| {
        format!(" | {}-{}:{} {} {}", at["line"], at["end_line"], at["column"], text(&at["text"]), at["contribution"])
    };
    let places: String = list(&signal["evidence"]).iter().map(place).collect();
    format!("{} {} {}{places}", text(&signal["rule"]), signal["value"], signal["contribution"])
}

/// Writes JSON, in as few lines as the width allows.
fn write(value: &Value, lead: &str, key: &str, to: &mut String) {
    let inline = value.to_string();
    let inner = format!("{lead}  ");
    match value {
        Value::Object(entries) if lead.len() + inline.len() > WIDTH => {
            *to += &format!("{lead}{key}{{\n");
            entries.iter().for_each(|(name, value)| write(value, &inner, &format!("{name}: "), to));
            *to += &format!("{lead}}}\n");
        }
        Value::Array(items) if lead.len() + inline.len() > WIDTH => {
            *to += &format!("{lead}{key}[\n");
            items.iter().for_each(|item| write(item, &inner, "", to));
            *to += &format!("{lead}]\n");
        }
        Value::String(text) => *to += &format!("{lead}{key}{text}\n"),
        _ => *to += &format!("{lead}{key}{inline}\n"),
    }
}
