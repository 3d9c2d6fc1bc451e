//! Where the names of tools stand in a text.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::index::automaton;
use crate::check::Error;
use crate::schema::Tool;

/// Finds the names of tools.
#[derive(Debug)]
pub(super) struct ToolNames {
    names: AhoCorasick,
    /// For each name how it must be written; `None` where any case will do.
    exact: Vec<Option<String>>,
}

impl ToolNames {
    pub(super) fn new(tools: &[Tool]) -> Result<ToolNames, Error> {
        let any = tools.iter().flat_map(|tool| &tool.scrub).map(|name| (name, None));
        let exact = tools.iter().flat_map(|tool| &tool.scrub_exact).map(|name| (name, Some(name.clone())));
        let (names, exact): (Vec<&String>, Vec<Option<String>>) = any.chain(exact).unzip();
        let names = automaton(names.into_iter().map(String::as_str), MatchKind::LeftmostLongest)?;
        Ok(ToolNames { names, exact })
    }

    pub(super) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let hits = self.names.find_iter(text).filter(|hit| {
            let as_listed = self.exact.get(hit.pattern().as_usize()).and_then(Option::as_deref);
            as_listed.is_none_or(|name| text.get(hit.range()) == Some(name)) && is_word(text, hit.start(), hit.end())
        });
        hits.map(|hit| hit.range()).collect()
    }
}

/// Whether a name stands alone or as a hump of an identifier: `claude`, `ClaudeClient`, `useClaude`,
/// not `claudette`.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..).and_then(|text| text.chars().next());
    let first = text.get(start..).and_then(|text| text.chars().next());
    let hump = first.is_some_and(char::is_uppercase) && before.is_some_and(|c| !c.is_uppercase());
    before.is_none_or(|c| !c.is_alphanumeric() || hump) && after.is_none_or(|c| !c.is_lowercase())
}
