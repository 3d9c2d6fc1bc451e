//! What build scripts make of the YAML data under `rules/`: JSON without examples. Reading YAML, and examples that
//! only self-tests look at, would be most of a start of the program.
//!
//! The meaning of the data is not known here; it is checked when the program loads it.
//!
//! ```
//! use serde_json::json;
//!
//! let markers = json!({ "tools": [{ "pattern": "claude( code)?" }] });
//! assert!(ai_detect_build::check_marker_patterns(&markers).is_ok());
//! assert!(ai_detect_build::check_marker_patterns(&json!({ "pattern": "(" })).is_err());
//! ```

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What a build script fails with.
pub type Failure = Box<dyn Error>;

/// What only self-tests read.
const EXAMPLES: &[&str] = &["hits", "misses", "examples", "counter_examples"];

/// Where the marker registry keeps its regular expressions: one, or alternatives of one.
const MARKER_PATTERNS: &[&str] = &[
    "pattern",
    "value",
    "only",
    "unless",
    "branch_pattern",
    "own_models",
    "no",
    "yes",
    "unclear",
    "moving",
    "unnamed",
    "exact",
    "loose",
];

/// The folder `rules/`.
pub fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// The folder that a build script writes to.
///
/// # Errors
/// Outside a build script.
pub fn out() -> Result<PathBuf, Failure> {
    Ok(PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?))
}

/// Tells cargo to run the build script again when a path changes.
///
/// # Errors
/// When standard output is closed.
pub fn rerun_if_changed(path: &Path) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "cargo::rerun-if-changed={}", path.display())?)
}

/// A file of `rules/`, read as YAML. The build script runs again when it changes.
///
/// # Errors
/// When the file cannot be read, or is not YAML.
pub fn read(name: &str) -> Result<Value, Failure> {
    let path = rules().join(name);
    rerun_if_changed(&path)?;
    let content = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_yaml::from_str(&content).map_err(|error| format!("{}: {error}", path.display()))?)
}

/// Writes a file of `rules/` as JSON without examples, to the same path below the output folder.
///
/// # Errors
/// When it cannot be written.
pub fn write(name: &str, data: Value) -> Result<(), Failure> {
    let target = out()?.join("rules").join(name).with_extension("json");
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(target, without_examples(data).to_string())?)
}

/// Empties lists of examples, wherever they stand.
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

/// Parses each regular expression of the marker registry, whose patterns are compiled when they are first needed.
/// Keys of that name with something other than text in them mean something else.
///
/// # Errors
/// The first pattern that is no regular expression.
pub fn check_marker_patterns(data: &Value) -> Result<(), String> {
    match data {
        Value::Object(entries) => entries.iter().try_for_each(|(key, value)| match value {
            _ if EXAMPLES.contains(&key.as_str()) => Ok(()),
            Value::String(pattern) if MARKER_PATTERNS.contains(&key.as_str()) => check_pattern(pattern),
            Value::Array(list) if MARKER_PATTERNS.contains(&key.as_str()) => {
                list.iter().filter_map(Value::as_str).try_for_each(check_pattern)
            }
            value => check_marker_patterns(value),
        }),
        Value::Array(items) => items.iter().try_for_each(check_marker_patterns),
        _ => Ok(()),
    }
}

fn check_pattern(pattern: &str) -> Result<(), String> {
    regex_syntax::parse(pattern).map(drop).map_err(|problem| format!("`{pattern}`: {problem}"))
}
