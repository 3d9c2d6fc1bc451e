//! `query` rules: tree-sitter queries, one a language. All queries of a language are compiled
//! together when the language is first met, and run in one pass over a hunk.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use tree_sitter::{Query, QueryCursor, StreamingIterator};

use super::{Block, Found};
use crate::lang::{self, Language};
use crate::pack::{Kind, Rule};

/// The longest query, in bytes.
const MOST_QUERY: usize = 8_000;

/// A language's queries as one.
struct Compiled {
    query: Query,
    /// The rule of each pattern.
    rules: Vec<usize>,
    hit: Option<u32>,
}

/// All queries of a pack.
pub struct Queries<'a> {
    rules: &'a [Rule],
    by_language: BTreeMap<&'static str, OnceLock<Option<Compiled>>>,
}

/// What can be said of a query without compiling it.
///
/// # Errors
/// What is wrong.
pub fn check_shape(text: &str) -> Result<(), String> {
    let balance = text.bytes().fold(0i64, |open, byte| open + i64::from(byte == b'(') - i64::from(byte == b')'));
    if text.len() > MOST_QUERY {
        Err(format!("the query is longer than {MOST_QUERY} bytes"))
    } else if balance != 0 && !text.contains('"') {
        Err("the parentheses of the query do not match".into())
    } else {
        Ok(())
    }
}

/// Compiles one query, to say what is wrong with it.
///
/// # Errors
/// What is wrong.
pub fn compile(language: &str, text: &str) -> Result<(), String> {
    let language = lang::by_name(language).ok_or("no such language")?;
    Query::new(&(language.grammar)(), text).map(drop).map_err(|error| error.to_string())
}

impl<'a> Queries<'a> {
    /// Takes note of the languages; compiles nothing yet.
    pub fn new(rules: &'a [Rule]) -> Self {
        let keys = lang::ALL.iter().map(|language| (key(language), OnceLock::new()));
        Queries { rules, by_language: keys.collect() }
    }

    /// Counts the matches in a hunk.
    pub fn hunk(&self, block: &Block<'_>, found: &mut Found) {
        let Some(language) = block.language() else { return };
        let Some(tree) = block.syntax.tree_of(block.hunk.span) else { return };
        let Some(compiled) = self.compiled(language) else { return };
        let text = &block.file.new;
        let mut cursor = QueryCursor::new();
        cursor.set_match_limit(10_000);
        cursor.set_byte_range(text.offset(block.hunk.span.start)..text.offset(block.hunk.span.end));
        let mut matches = cursor.matches(&compiled.query, tree.root_node(), text.bytes());
        while let Some(matched) = matches.next() {
            let Some(&rule) = compiled.rules.get(matched.pattern_index) else { continue };
            let hit = matched.captures().iter().find(|capture| Some(capture.index) == compiled.hit);
            let Some(node) = hit.or(matched.captures().first()).map(|capture| capture.node) else { continue };
            let line = node.start_position().row as u32;
            if block.is_authored(line) {
                found.count(rule, 1.0, Some(block.line_evidence(line)));
            }
        }
    }

    fn compiled(&self, language: &'static Language) -> Option<&Compiled> {
        self.by_language.get(key(language))?.get_or_init(|| self.compile(language)).as_ref()
    }

    fn compile(&self, language: &'static Language) -> Option<Compiled> {
        let grammar = (language.grammar)();
        let mut joined = String::new();
        let mut starts: Vec<(usize, usize)> = Vec::new();
        for (at, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.applies_to(Some(language.name))) {
            let Kind::Query(texts) = &rule.kind else { continue };
            let Some(text) = texts.get(language.name) else { continue };
            starts.push((joined.len(), at));
            joined.push_str(text);
            joined.push('\n');
        }
        if joined.is_empty() {
            return None;
        }
        let query = Query::new(&grammar, &joined).ok()?;
        let rule_of = |pattern: usize| {
            let start = query.start_byte_for_pattern(pattern);
            let after = starts.partition_point(|(from, _)| *from <= start);
            after.checked_sub(1).and_then(|at| starts.get(at)).map(|(_, rule)| *rule)
        };
        let rules = (0..query.pattern_count()).filter_map(rule_of).collect();
        let hit = query.capture_index_for_name("hit");
        Some(Compiled { query, rules, hit })
    }
}

/// TypeScript and TSX share a name and not a grammar.
fn key(language: &Language) -> &'static str {
    language.extensions.first().copied().unwrap_or(language.name)
}
