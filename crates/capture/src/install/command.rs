//! The command that an agent runs.

use std::path::PathBuf;

use super::{Command, Scope};
use crate::event::Tool;

/// The command for a user's hook, with the program's own place: agents with a window do not know the shell's `PATH`. For a project,
/// the program is searched for, and where it is missing the command ends silently.
pub fn of(tool: Tool, scope: &Scope, program: &str) -> Command {
    let word = tool.word();
    match scope {
        Scope::User => Command {
            unix: format!("{} capture hook {word}", quoted(program)),
            powershell: format!("& {} capture hook {word}", quoted_for_powershell(program)),
        },
        Scope::Project(_) => Command {
            unix: format!("command -v ai-detect >/dev/null 2>&1 && ai-detect capture hook {word} || true"),
            powershell: format!(
                "if (Get-Command ai-detect -ErrorAction SilentlyContinue) {{ ai-detect capture hook {word} }}; exit 0"
            ),
        },
    }
}

/// Whether a whole command is one that [`of`] makes, wherever the program was then. One that does more is a person's own.
pub fn is_own(command: &str, tool: Tool) -> bool {
    let project = of(tool, &Scope::Project(PathBuf::new()), "");
    if command == project.unix || command == project.powershell {
        return true;
    }
    let Some(program) = command.strip_suffix(&format!(" capture hook {}", tool.word())) else { return false };
    let program = program.strip_prefix("& ").unwrap_or(program);
    let inner = |quote: char| program.strip_prefix(quote)?.strip_suffix(quote);
    let path = match (inner('\''), inner('"')) {
        // A quote inside, for either kind of shell.
        (Some(path), _) if !path.replace(r"'\''", "").replace("''", "").contains('\'') => path,
        (_, Some(path)) if !path.contains('"') => path,
        _ if program == quoted(program) => program,
        _ => return false,
    };
    matches!(path.rsplit(['/', '\\']).next(), Some("ai-detect" | "ai-detect.exe"))
}

/// A word of a shell. On Windows, agents run commands by shells that all know double quotes.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.contains('\\') && !word.contains(['"', '$', '`']) {
        // A path of Windows: there, a backslash in single quotes is read differently by different shells.
        return format!("\"{word}\"");
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn quoted_for_powershell(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}
