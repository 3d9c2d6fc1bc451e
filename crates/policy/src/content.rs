//! What makes a file sensitive by what it holds, or by what a change did to it. In which files is
//! looked, and for which class, is [`super::sensitive`]'s.

use std::sync::OnceLock;

use regex::bytes::Regex;
use serde::Deserialize;

use ai_detect_base::linediff;
use ai_detect_base::terminal;
use ai_detect_base::text::Text;

/// What a change did to a file, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a> {
    /// Before.
    pub old: &'a Text,
    /// After.
    pub new: &'a Text,
}

/// Where a pattern is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Look {
    /// The lines that were added or removed.
    Changed,
    /// The whole file.
    File,
}

/// What makes a file sensitive by what it holds.
#[derive(Debug)]
pub(super) struct Rule {
    look: Look,
    pattern: Pattern,
    /// The same on a whole text: where it finds nothing, no line matches.
    anywhere: Pattern,
}

/// Compiled when first needed: most runs look into no file, and compiling costs more than all else
/// here.
#[derive(Debug)]
struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    fn new(flags: &str, pattern: &str) -> Self {
        Pattern { source: format!("(?{flags}){pattern}"), compiled: OnceLock::new() }
    }

    /// That the built-in ones compile is tested.
    fn get(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.source).ok()).as_ref()
    }

    fn is_match(&self, text: &[u8]) -> bool {
        self.get().is_some_and(|regex| regex.is_match(text))
    }
}

impl Rule {
    /// A pattern, to be looked for.
    pub(super) fn new(look: Look, pattern: &str) -> Self {
        Rule { look, pattern: Pattern::new("-u", pattern), anywhere: Pattern::new("m-u", pattern) }
    }

    /// What it finds, as a reader is told.
    pub(super) fn why(&self, changed: Changed<'_>) -> Option<String> {
        let line_in = |text: &Text, line: u32| self.pattern.is_match(text.line(line));
        match self.look {
            Look::File => {
                // A file that is gone was sensitive by what it held.
                let text = if changed.new.is_empty() { changed.old } else { changed.new };
                let found = self.pattern.get()?.find(text.bytes())?;
                Some(format!("holds “{}”", shown(found.as_bytes())))
            }
            Look::Changed
                if !self.anywhere.is_match(changed.new.bytes()) && !self.anywhere.is_match(changed.old.bytes()) =>
            {
                None
            }
            Look::Changed => linediff::edits(changed.old, changed.new).iter().find_map(|edit| {
                let added = (edit.new.start..edit.new.end).find(|line| line_in(changed.new, *line));
                let added = added.map(|line| format!("line {} “{}”", line + 1, shown(changed.new.line(line))));
                let removed = || (edit.old.start..edit.old.end).find(|line| line_in(changed.old, *line));
                added.or_else(|| removed().map(|line| format!("removed “{}”", shown(changed.old.line(line)))))
            }),
        }
    }
}

fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    terminal::fitted(text.trim(), 60)
}
