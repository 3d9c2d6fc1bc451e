//! What the documents show is what the program reads.

use ai_detect::policy::{Policy, Sensitive};
use ai_detect::report::formats::{self, Format};
use ai_detect::vocabulary::note::Note;
use ai_detect::vocabulary::{message, trailers};

const ATTESTATION: &str = include_str!("../../docs/attestation.md");
const POLICIES: &str = include_str!("../../docs/policies.md");
const CONTROLS: &str = include_str!("../../docs/controls.md");
const FORMATS: &str = include_str!("../../docs/formats.md");
const COMMANDS: &str = include_str!("../../docs/commands.md");
const MODULES: &str = include_str!("../../docs/modules.md");
const SCAN: &str = include_str!("../../docs/scan.md");

/// The fenced blocks of a language.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let start = format!("```{language}\n");
    document.split(start.as_str()).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn the_examples_of_the_vocabulary_are_read() {
    let shown = blocks(ATTESTATION, "json");
    let note = Note::read(shown[0].as_bytes()).unwrap();
    assert_eq!(Note::read(note.write().as_bytes()).as_ref(), Ok(&note));
    let lines = ATTESTATION.split("\n```\nAdd a parser").nth(1).and_then(|rest| rest.split("\n```").next()).unwrap();
    let reading = trailers::read(&message::trailers(&format!("Add a parser{lines}\n")));
    assert_eq!(reading.unreadable, []);
    let ai = reading.declaration.unwrap().ai().unwrap().clone();
    assert_eq!(ai.assistants.as_slice()[0].tool.as_str(), "Claude Code");
    assert!(ai.prompt.is_some() && ai.proportion.is_some() && ai.sensitive.len() == 1);
    for key in [trailers::ASSISTED_BY, trailers::GENERATED_BY, trailers::NO_AI, trailers::PROPORTION, trailers::PATH]
        .into_iter()
        .chain([trailers::SESSION, trailers::PROMPT, trailers::OUTPUT, trailers::SENSITIVE])
        .chain([trailers::REQUESTED_BY, trailers::ACCOUNTABLE])
    {
        assert!(ATTESTATION.contains(&format!("`{key}`")), "{key} is not specified");
    }
}

#[test]
fn the_policy_that_is_shown_is_one() {
    let shown = blocks(POLICIES, "yaml").into_iter().find(|block| block.starts_with("extends:")).unwrap();
    let policy = Policy::load("shown.yml", &|path| Ok((path == "shown.yml").then(|| shown.to_owned()))).unwrap();
    assert_eq!((policy.lineage.len(), policy.forbidden.len(), policy.facts.len()), (2, 4, 3));
    let [settings, own] = blocks(CONTROLS, "yaml")[..2] else { panic!("two files") };
    let config = ai_detect::config::Config::parse(".ai-detect.yml", settings).unwrap();
    assert_eq!(config.policy.as_deref(), Some("our-policy.yml"));
    assert!(Sensitive::new(&config.sensitive).is_ok());
    let policy = Policy::load("our-policy.yml", &|_| Ok(Some(own.to_owned()))).unwrap();
    assert!(policy.sensitive.asks());
}

#[test]
fn every_class_is_mapped_to_its_controls() {
    let sensitive = Sensitive::builtin().unwrap();
    for class in sensitive.classes() {
        assert!(CONTROLS.contains(&format!("`{}`", class.id)), "{} is not in the map", class.id);
    }
    for control in ["AC.4.4", "AC.7.1", "AC.7.4", "AC.12.5"] {
        let with = sensitive.classes().iter().filter(|class| class.controls.iter().any(|known| known == control));
        assert!(with.count() >= 9 && CONTROLS.contains(control), "{control}");
    }
}

#[test]
fn the_table_of_formats_lists_them_all() {
    let words = |format: &Format| {
        let alias = format.alias.map_or(String::new(), |alias| format!(" (`{alias}`)"));
        format!("`{}`{alias}", format.name)
    };
    let mut rows = FORMATS.lines().skip_while(|line| !line.starts_with("| format |")).skip(2);
    for format in formats::ALL {
        let start = format!("| {} | {} | ", words(format), format.about);
        assert!(rows.next().is_some_and(|row| row.starts_with(&start)), "the next row should start with `{start}`");
    }
    assert_eq!(rows.next(), Some(""), "a row of no format");
    let others: Vec<String> = formats::ALL.iter().skip(1).map(|format| format!("`{}`", format.name)).collect();
    assert!(COMMANDS.contains(&format!("| `--format F` | {}: [formats.md]", others.join(", "))), "{others:?}");
}

#[test]
fn every_column_of_a_scan_is_described() {
    let described = SCAN.split("## Columns").nth(1).unwrap().lines().filter_map(|line| line.strip_prefix("| `"));
    let described: Vec<&str> =
        described.filter_map(|line| line.split('`').next()).take_while(|name| *name != "T").collect();
    let schema = ai_detect::scan::schema();
    let mut columns: Vec<&str> =
        schema.get("properties").and_then(|of| of.as_object()).unwrap().keys().map(String::as_str).collect();
    let mut sorted = described.clone();
    sorted.sort_unstable();
    columns.sort_unstable();
    assert_eq!(sorted, columns);
}

#[test]
fn every_module_that_is_listed_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = std::fs::read_dir(root.join("crates")).unwrap().map(|entry| entry.unwrap().path().join("src"));
    let places: Vec<_> = crates.chain([root.to_owned(), root.join("src")]).collect();
    let rows = MODULES.lines().filter(|line| line.starts_with("| `"));
    let named = rows.filter_map(|row| row.split(" | ").next()).flat_map(|names| names.split('`').skip(1).step_by(2));
    let named: Vec<&str> = named.collect();
    assert!(named.len() > 40, "{}", named.len());
    let exists = |name: &str| {
        // A folder of a crate may be the crate itself, or a module in one file with a folder beside it.
        let itself = name.trim_end_matches('/');
        places.iter().any(|place| place.join(name).exists() || place.ends_with(format!("{itself}/src")))
    };
    let missing: Vec<&&str> = named.iter().filter(|name| !exists(name)).collect();
    assert!(missing.is_empty(), "docs/modules.md lists {missing:?}");
}
