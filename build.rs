//! Turns the YAML data under `rules/` into JSON without examples: reading YAML, and examples that
//! only `rules test` and `markers test` look at, would be most of a start of the program.
//!
//! What the data means is not known here; mistakes in its shape are told when it is loaded.

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What only self-tests read.
const EXAMPLES: &[&str] = &["hits", "misses", "examples", "counter_examples"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?);
    convert(Path::new("rules"), &out.join("rules"))?;
    std::io::stdout().write_all(b"cargo::rerun-if-changed=rules\ncargo::rerun-if-changed=build.rs\n")?;
    Ok(())
}

/// Writes a JSON file into `to` for each YAML file in `from`, folders within included.
fn convert(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            convert(&path, &target)?;
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let data: Value = serde_yaml::from_str(&std::fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
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
