//! Turns the YAML data under `rules/` into JSON without examples, finds the literals of the phrases
//! in it, lays out lexicons and trees as they are searched, and makes tables of invisible characters from Unicode's
//! data: reading YAML, regular expressions, large tables, and examples that only `rules test` and `markers test` look at would be most of a
//! start of the program.
//!
//! What the data means is not known here; mistakes in its shape are told when it is loaded.

#[path = "src/invisible/classes.rs"]
mod classes;
#[path = "src/pack/lexicon.rs"]
#[allow(dead_code, unreachable_pub)]
mod lexicon;
#[path = "src/signals/literals.rs"]
mod literals;
#[path = "src/pack/trees.rs"]
#[allow(dead_code, unreachable_pub)]
mod trees;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// What only self-tests read.
const EXAMPLES: &[&str] = &["hits", "misses", "examples", "counter_examples"];
/// Where a rule keeps its regular expressions, one or several.
const PATTERNS: &str = "phrase";

/// The marker registry. Its patterns are compiled when they are first needed, so that mistakes in them are found here.
const MARKERS: &str = "rules/markers.yml";
/// Where it keeps its regular expressions: one, or alternatives of one.
const MARKER_PATTERNS: &[&str] =
    &["pattern", "value", "only", "unless", "branch_pattern", "no", "yes", "moving", "unnamed", "exact", "loose"];

/// Regular expressions with the literals that they need.
type Literals = BTreeMap<String, Option<Vec<String>>>;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    let mut literals = Literals::new();
    convert(Path::new("rules"), &out.join("rules"), &mut literals)?;
    std::fs::write(out.join("rules/literals.json"), serde_json::to_string(&literals)?)?;
    images(&out.join("rules"))?;
    std::fs::write(out.join("rules/digest"), digest(Path::new("rules"))?)?;
    std::fs::write(out.join("invisible.rs"), tables()?)?;
    let code = ["src/invisible/classes.rs", "src/pack/lexicon.rs", "src/pack/trees.rs", "src/signals/literals.rs"];
    for path in ["rules", "build.rs"].into_iter().chain(code) {
        writeln!(std::io::stdout(), "cargo::rerun-if-changed={path}")?;
    }
    Ok(())
}

/// A digest of all files in a folder and their paths, folders within included.
fn digest(folder: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| entry.file_name());
    let mut digest = Sha256::new();
    for path in entries.iter().map(|entry| entry.path()) {
        let content = if path.is_dir() { self::digest(&path)? } else { std::fs::read(&path)? };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        digest.update(format!("{} {} {name}\n", content.len(), name.len()));
        digest.update(content);
    }
    Ok(digest.finalize().to_vec())
}

/// Tables of characters as Rust code: looking a character up in one needs no regular expression at run time.
fn tables() -> Result<String, Box<dyn Error>> {
    let mut code = String::new();
    for (name, expression) in classes::CLASSES {
        let parsed = regex_syntax::parse(expression)?;
        let regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class)) = parsed.kind() else {
            return Err(format!("{name} is no class of characters: `{expression}`").into());
        };
        code += &format!("pub(super) static {name}: [(char, char); {}] = [\n", class.ranges().len());
        for range in class.ranges() {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()));
            code += &format!("    ('\\u{{{start:x}}}', '\\u{{{end:x}}}'),\n");
        }
        code += "];\n";
    }
    Ok(code)
}

/// Writes the images of lexicons and trees.
fn images(to: &Path) -> Result<(), Box<dyn Error>> {
    let image = |folder: &str, make: &dyn Fn(&str) -> Result<Vec<u8>, String>| -> Result<(), Box<dyn Error>> {
        std::fs::create_dir_all(to.join(folder))?;
        for entry in std::fs::read_dir(Path::new("rules").join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "tsv") {
                let made = make(&std::fs::read_to_string(&path)?);
                let made = made.map_err(|problem| format!("{}: {problem}", path.display()))?;
                let name = Path::new(path.file_name().unwrap_or_default()).with_extension("image");
                std::fs::write(to.join(folder).join(name), made)?;
            }
        }
        Ok(())
    };
    image("lexicons", &|text| {
        lexicon::Lexicon::parse(text).map(|lexicon| lexicon.image().to_vec()).map_err(|problem| problem.to_string())
    })?;
    image("trees", &|text| trees::Trees::parse(text).map(|trees| trees.image()).map_err(|problem| problem.to_string()))
}

/// Writes a JSON file into `to` for each YAML file in `from`, folders within included.
fn convert(from: &Path, to: &Path, literals: &mut Literals) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            convert(&path, &target, literals)?;
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let data: Value = serde_yaml::from_str(&std::fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            phrases(&data, literals).map_err(|problem| format!("{}: {problem}", path.display()))?;
            if path.ends_with(MARKERS) {
                check_patterns(&data).map_err(|problem| format!("{}: {problem}", path.display()))?;
            }
            std::fs::write(target.with_extension("json"), without_examples(data).to_string())?;
        }
    }
    Ok(())
}

/// Lists of examples become empty ones, wherever they stand.
fn without_examples(data: Value) -> Value {
    match data {
        Value::Object(entries) => {
            let emptied = |(key, value): (String, Value)| match value {
                Value::Array(_) if EXAMPLES.contains(&key.as_str()) => (key, Value::Array(Vec::new())),
                value => (key, without_examples(value)),
            };
            Value::Object(entries.into_iter().map(emptied).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_examples).collect()),
        other => other,
    }
}

/// Adds the literals of all phrases, wherever they stand.
fn phrases(data: &Value, found: &mut Literals) -> Result<(), String> {
    match data {
        Value::Object(entries) => entries.iter().try_for_each(|(key, value)| {
            let patterns = match value {
                Value::String(one) if key == PATTERNS => vec![one],
                Value::Array(list) if key == PATTERNS => list
                    .iter()
                    .filter_map(|item| if let Value::String(one) = item { Some(one) } else { None })
                    .collect(),
                _ => return phrases(value, found),
            };
            for pattern in patterns {
                let needed = literals::needed(pattern).map_err(|problem| format!("`{pattern}`: {problem}"))?;
                found.insert(pattern.clone(), needed);
            }
            Ok(())
        }),
        Value::Array(items) => items.iter().try_for_each(|item| phrases(item, found)),
        _ => Ok(()),
    }
}

/// Parses each regular expression of the marker registry. Keys of that name with something other than text in them mean
/// something else.
fn check_patterns(data: &Value) -> Result<(), String> {
    match data {
        Value::Object(entries) => entries.iter().try_for_each(|(key, value)| match value {
            _ if EXAMPLES.contains(&key.as_str()) => Ok(()),
            Value::String(pattern) if MARKER_PATTERNS.contains(&key.as_str()) => check_pattern(pattern),
            Value::Array(list) if MARKER_PATTERNS.contains(&key.as_str()) => {
                list.iter().filter_map(Value::as_str).try_for_each(check_pattern)
            }
            value => check_patterns(value),
        }),
        Value::Array(items) => items.iter().try_for_each(check_patterns),
        _ => Ok(()),
    }
}

fn check_pattern(pattern: &str) -> Result<(), String> {
    regex_syntax::parse(pattern).map(drop).map_err(|problem| format!("`{pattern}`: {problem}"))
}
