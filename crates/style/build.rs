//! Prepares the rules as JSON, finds the literals of their phrases, and lays out lexicons and trees as they are searched:
//! reading YAML, regular expressions and large tables would be most of a start of the program.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use ai_detect_build::{Failure, out, read, rerun_if_changed, rules, write};
use ai_detect_style_format::{lexicon, literals, trees};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Where a rule keeps its regular expressions, one or several.
const PATTERNS: &str = "phrase";

/// Regular expressions with the literals that they need.
type Literals = BTreeMap<String, Option<Vec<String>>>;

fn main() -> Result<(), Failure> {
    rerun_if_changed(Path::new("build.rs"))?;
    // The digest covers all of it.
    rerun_if_changed(&rules())?;
    let to = out()?.join("rules");
    let mut found = Literals::new();
    let (topics, mut topic_lines) = (read("topics.yml")?, String::new());
    for entry in std::fs::read_dir(rules().join("signals"))? {
        let name = Path::new("signals").join(entry?.file_name()).display().to_string();
        let data = read(&name)?;
        phrases(&data, &mut found).map_err(|problem| format!("{name}: {problem}"))?;
        add_topics(&data, &topics, &mut topic_lines).map_err(|problem| format!("{name}: {problem}"))?;
        write(&name, data)?;
    }
    write("model.yml", read("model.yml")?)?;
    std::fs::write(to.join("topics.tsv"), topic_lines)?;
    std::fs::write(to.join("literals.json"), serde_json::to_string(&found)?)?;
    images("lexicons", &to, &|text| Ok(lexicon::Lexicon::parse(text)?.image().to_vec()))?;
    images("trees", &to, &|text| Ok(trees::Trees::parse(text)?.image()))?;
    Ok(std::fs::write(to.join("digest"), digest(&rules())?)?)
}

/// Adds a line for each rule of a file: its id, what it is about, and whether it weighs words.
fn add_topics(data: &Value, topics: &Value, lines: &mut String) -> Result<(), String> {
    let family = data["family"].as_str().ok_or("no family")?;
    for rule in data["rules"].as_array().into_iter().flatten() {
        let id = rule["id"].as_str().ok_or("a rule without an id")?;
        let own = topics["rules"][id].as_str().or(topics["families"][family].as_str());
        let topic = own.ok_or_else(|| format!("rules/topics.yml does not say what the family {family} is about"))?;
        let kind = if rule["lexicon"].is_null() { "finding" } else { "words" };
        lines.push_str(&format!("{id}\t{topic}\t{kind}\n"));
    }
    Ok(())
}

/// Writes the image of each table in a folder of `rules/`.
fn images(folder: &str, to: &Path, make: &dyn Fn(&str) -> Result<Vec<u8>, Failure>) -> Result<(), Failure> {
    std::fs::create_dir_all(to.join(folder))?;
    for entry in std::fs::read_dir(rules().join(folder))? {
        let path: PathBuf = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tsv") {
            let image = make(&std::fs::read_to_string(&path)?);
            let image = image.map_err(|problem| format!("{}: {problem}", path.display()))?;
            let name = Path::new(path.file_name().unwrap_or_default()).with_extension("image");
            std::fs::write(to.join(folder).join(name), image)?;
        }
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
