//! The workflows that the documents show: blocks of YAML in Markdown, and files of YAML.

use std::path::PathBuf;

use serde_json::Value;

/// The root of the project.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A block of YAML in a document.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// The document, from the root of the project.
    pub(crate) file: String,
    /// Which of its workflows, from 1.
    pub(crate) number: usize,
    pub(crate) yaml: Value,
}

/// All workflows of all documents.
pub(crate) fn all() -> Vec<Shown> {
    let mut files: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "ACCURACY.md"].map(|name| root().join(name)).into();
    for folder in ["docs", "docs/decisions", "examples/workflows", "templates", "packaging"] {
        files.extend(std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.sort();
    files.iter().flat_map(|file| of_file(file)).collect()
}

/// One of them.
pub(crate) fn one(file: &str, number: usize) -> Value {
    let found = all().into_iter().find(|shown| shown.file == file && shown.number == number);
    found.unwrap_or_else(|| panic!("{file} shows no workflow {number}")).yaml
}

fn of_file(path: &std::path::Path) -> Vec<Shown> {
    let file = path.strip_prefix(root()).unwrap().display().to_string();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_owned();
    let blocks: Vec<String> = match ending.as_str() {
        "md" => {
            let text = std::fs::read_to_string(path).unwrap();
            let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("\n```").next());
            blocks.map(str::to_owned).collect()
        }
        "yml" | "yaml" => vec![std::fs::read_to_string(path).unwrap()],
        _ => Vec::new(),
    };
    let parsed = blocks.iter().filter_map(|block| serde_yaml::from_str::<Value>(last_document(block)).ok());
    let workflows = parsed.filter(is_workflow);
    workflows.zip(1..).map(|(yaml, number)| Shown { file: file.clone(), number, yaml }).collect()
}

/// A template of GitLab has its inputs in a document of their own.
fn last_document(block: &str) -> &str {
    block.rsplit("\n---\n").next().unwrap_or(block)
}

/// Whether it is a workflow of GitHub or a part of one, or jobs of GitLab.
fn is_workflow(yaml: &Value) -> bool {
    let Some(keys) = yaml.as_object() else { return false };
    keys.contains_key("jobs")
        || keys.contains_key("steps")
        || keys.contains_key("include")
        || keys.values().any(|job| job.get("script").is_some())
}
