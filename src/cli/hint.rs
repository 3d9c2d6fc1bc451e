//! Advice for a folder, a file or a range that stands where a subcommand is expected.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The command that was probably meant, if what stands in place of a subcommand exists or reads like a range.
pub(super) fn missing_subcommand(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let path = Path::new(word);
    let advice = if word == "." {
        "to check the current branch, run `ai-detect diff`".to_owned()
    } else if path.is_dir() {
        format!("to check the current branch of that repository, run `ai-detect -C {} diff`", shell_quoted(word))
    } else if path.is_file() {
        let file = shell_quoted(word);
        format!(
            "to check a patch, run `ai-detect diff --patch {file}`; to see who or what wrote a file, run `ai-detect \
             trail ask {file}`"
        )
    } else if word.contains("..") {
        format!("to check a range of commits, run `ai-detect diff {}`", shell_quoted(word))
    } else {
        return None;
    };
    Some(format!("`{word}` is not a subcommand; {advice}. `ai-detect --help` lists the subcommands"))
}

/// A text as one word of a POSIX shell.
pub(in crate::cli) fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
