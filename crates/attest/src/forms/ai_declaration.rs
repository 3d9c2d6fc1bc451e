//! `AI-DECLARATION.md` (ai-declaration.md, 0.x): front matter in YAML with a level for the whole repository, and perhaps
//! for kinds of work and for paths.
//!
//! The notes below the front matter are for people, and not read.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{FormSpec, Found, RepositorySpec};
use crate::RepositoryClaim;
use crate::records::major;
use ai_detect_base::change::RecordPlace;
use ai_detect_base::yaml;

pub(super) static FORM: FormSpec = FormSpec {
    id: "ai-declaration",
    label: "AI-DECLARATION.md",
    about: "A statement about the whole repository, in `AI-DECLARATION.md`.",
    found: Found::Repository(RepositorySpec {
        place: RecordPlace::File(PATH),
        read,
        sample: concat!(
            "---\nversion: \"0.1.2\"\nlevel: copilot\nprocesses:\n  design: pair\n  testing: none\n",
            "components:\n  src/helpers: auto\n---\n\n## Notes\n\n- Reviewed by people.\n",
        ),
    }),
};

const PATH: &str = "AI-DECLARATION.md";
/// The major version that is read.
const KNOWN: u32 = 0;

#[derive(Debug, Deserialize)]
struct FrontMatter {
    level: Level,
    #[serde(default)]
    processes: BTreeMap<Process, Level>,
    #[serde(default)]
    components: BTreeMap<String, Level>,
}

#[derive(Debug, Deserialize)]
struct Versioned {
    version: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    None,
    Hint,
    Assist,
    Pair,
    Copilot,
    Auto,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Hint => "hint",
            Level::Assist => "assist",
            Level::Pair => "pair",
            Level::Copilot => "copilot",
            Level::Auto => "auto",
        }
    }
}

/// In the order in which the format lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Process {
    Design,
    Implementation,
    Testing,
    Documentation,
    Review,
    Deployment,
}

impl Process {
    fn word(self) -> &'static str {
        match self {
            Process::Design => "design",
            Process::Implementation => "implementation",
            Process::Testing => "testing",
            Process::Documentation => "documentation",
            Process::Review => "review",
            Process::Deployment => "deployment",
        }
    }
}

fn read(text: &str) -> Result<RepositoryClaim, String> {
    let yaml = front_matter(text).ok_or("it has no front matter between two lines `---`")?;
    // The line in front keeps the numbers of lines in errors right.
    let yaml = format!("\n{yaml}");
    let Versioned { version } = yaml::parse(PATH, &yaml).map_err(without_path)?;
    match major(&version) {
        Some(KNOWN) => {}
        Some(_) => return Err(format!("it is of a newer version, `{version}`; {KNOWN}.x is read")),
        None => return Err(format!("`{version}` is no version")),
    }
    let FrontMatter { level, processes, components } = yaml::parse(PATH, &yaml).map_err(without_path)?;
    let kinds_of_work = processes.iter().map(|(process, level)| (process.word(), level.word())).collect();
    Ok(RepositoryClaim { level: level.word(), kinds_of_work, paths: components.len() })
}

/// What is wrong, for a sentence that names the file.
fn without_path(error: yaml::Error) -> String {
    format!("line {}, column {}: {}", error.line, error.column, error.problem)
}

/// What stands between the first line and the next one that is `---`.
fn front_matter(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rest = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"))?;
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return rest.get(..end);
        }
        end += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declaration(front_matter: &str) -> Result<RepositoryClaim, String> {
        read(&format!("---\n{front_matter}\n---\n\n## Notes\n\n- None.\n"))
    }

    #[test]
    fn levels_are_read_as_they_are_written() {
        let whole = declaration("version: \"0.1.1\"\nlevel: none").unwrap();
        assert_eq!(whole, RepositoryClaim { level: "none", kinds_of_work: vec![], paths: 0 });
        let with_processes =
            "version: 0.1.2\nlevel: auto\nprocesses:\n  testing: auto\n  design: none\ncomponents:\n  lib: auto\n";
        let claim = declaration(with_processes).unwrap();
        assert_eq!(claim.kinds_of_work, [("design", "none"), ("testing", "auto")]);
        assert_eq!((claim.level, claim.paths), ("auto", 1));
        let with_returns = "---\r\nversion: 0.1.2\r\nlevel: pair\r\n---\r\n";
        assert_eq!(read(with_returns).unwrap().level, "pair");
    }

    #[test]
    fn other_files_of_this_name_are_unreadable() {
        for (text, reason) in [
            ("# AI Declaration Policy\n\nAll pull requests must say so.\n", "no front matter"),
            ("---\nlevel: pair\n", "no front matter"),
            ("---\nlevel: pair\n---\n", "the key `version` is missing"),
            ("---\nversion: \"0.1.2\"\n---\n", "the key `level` is missing"),
            ("---\nversion: \"0.1.2\"\nlevel: total\n---\n", "`total`"),
            ("---\nversion: \"1.0.0\"\nlevel: pair\n---\n", "of a newer version, `1.0.0`"),
            ("---\nversion: soon\nlevel: pair\n---\n", "`soon` is no version"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }
}
