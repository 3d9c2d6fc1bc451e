//! `phrase` rules: regular expressions over the text of regions.
//!
//! Compiling a regular expression costs more than reading a small change, so each is compiled when
//! one of the literals it needs was seen: all literals of all rules are searched in one pass.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};

use regex::bytes::RegexBuilder;
use regex_automata::meta;
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;

use super::message::Message;
use super::{Block, Evidence, Found, quote};
use crate::pack::{Kind, Rule, Scope};
use crate::syntax::regions::{Function, Region};
use ai_detect_base::needles::Needles;
use ai_detect_base::slices::items_of;
use ai_detect_style_format::literals;

/// The largest compiled form of one pattern, in bytes: patterns of a user's pack stay bounded.
const MAX_COMPILED: usize = 1 << 20;
/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 4_000;

/// From so many bytes on that an expression was tried on, it is worth while to look for its literals first.
const MANY: usize = 512 << 10;

struct Pattern {
    rule: usize,
    source: String,
    /// Quick to make.
    compiled: OnceLock<Option<meta::Regex>>,
    /// Quick to run.
    thorough: OnceLock<Option<meta::Regex>>,
    /// How many bytes it was tried on.
    tried: AtomicUsize,
}

impl Pattern {
    fn new(rule: usize, source: &str) -> Self {
        let (compiled, thorough) = (OnceLock::new(), OnceLock::new());
        Pattern { rule, source: source.into(), compiled, thorough, tried: AtomicUsize::new(0) }
    }

    /// The expression, to be tried on so many bytes.
    fn regex(&self, bytes: usize) -> Option<&meta::Regex> {
        let many = self.tried.fetch_add(bytes, Ordering::Relaxed) > MANY;
        let ready = if many { &self.thorough } else { &self.compiled };
        ready.get_or_init(|| compile(&self.source, many)).as_ref()
    }
}

/// All patterns of a pack, by scope.
pub(crate) struct Phrases<'a> {
    rules: &'a [Rule],
    scopes: BTreeMap<Scope, Patterns>,
}

/// The patterns of one scope.
#[derive(Default)]
struct Patterns {
    patterns: Vec<Pattern>,
    /// Finds the literals; `owners` tells whose each is.
    literals: OnceLock<Needles>,
    words: Vec<String>,
    owners: Vec<u32>,
    /// Patterns without a literal, tried on everything.
    always: Vec<u32>,
}

/// Whether a pattern is a regular expression within the limits.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(pattern: &str) -> Result<(), String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("the phrase is longer than {MAX_PATTERN} bytes"));
    }
    if KNOWN.contains_key(pattern) {
        return Ok(());
    }
    literals::needed(pattern)?;
    // Compiled when it is first needed; that it can be is found out here, while somebody is told.
    let mut builder = RegexBuilder::new(pattern);
    let built = builder.case_insensitive(true).unicode(false).multi_line(true).size_limit(MAX_COMPILED).build();
    built.map(drop).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            format!("the phrase takes more than {MAX_COMPILED} bytes when it is compiled; repeat less in it")
        }
        other => format!("not a regular expression: {other}"),
    })
}

/// Patterns of the built-in rules with the literals that they need, as the build script found them.
static KNOWN: LazyLock<HashMap<String, Option<Vec<String>>>> = LazyLock::new(|| {
    // What is not there is read when it is needed.
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/rules/literals.json"))).unwrap_or_default()
});

fn needed_literals(pattern: &str) -> Option<Vec<String>> {
    match KNOWN.get(pattern) {
        Some(known) => known.clone(),
        None => literals::needed(pattern).ok().flatten(),
    }
}

/// By an engine that looks at each byte a bounded number of times, whatever the pattern. Nine tenths of the
/// time that it takes to get ready would go into the literals that a match starts with or holds: those were
/// seen already.
fn compile(pattern: &str, literals: bool) -> Option<meta::Regex> {
    let syntax = syntax::Config::new().case_insensitive(true).unicode(false).utf8(false).multi_line(true);
    let config = meta::Config::new()
        .auto_prefilter(literals)
        .which_captures(WhichCaptures::Implicit)
        .utf8_empty(false)
        .nfa_size_limit(Some(MAX_COMPILED));
    meta::Regex::builder().syntax(syntax).configure(config).build(pattern).ok()
}

impl<'a> Phrases<'a> {
    /// Collects the patterns and the literals that they need.
    pub(crate) fn new(rules: &'a [Rule]) -> Self {
        let mut scopes: BTreeMap<Scope, Patterns> = BTreeMap::new();
        for (rule, declared) in rules.iter().enumerate() {
            let (Kind::Phrase(sources), Some(scope)) = (&declared.kind, declared.scope) else { continue };
            for source in sources {
                scopes.entry(scope).or_default().add(rule, source);
            }
        }
        Phrases { rules, scopes }
    }

    /// Counts the phrases in a hunk.
    pub(crate) fn hunk(&self, block: &Block<'_>, found: &mut Found) {
        let language = block.language_name();
        let regions = &block.hunk.regions;
        let applies = |rule: &Rule| rule.applies_to(language);
        let listed = [
            (Scope::Comment, &regions.comments),
            (Scope::Docstring, &regions.docstrings),
            (Scope::String, &regions.strings),
        ];
        for (scope, regions) in listed {
            for region in regions {
                self.search(scope, region.text.as_bytes(), &applies, &mut |rule, at| {
                    found.count(rule, 1.0, Some(in_region(block, region, at)));
                });
            }
        }
        for name in &regions.identifiers {
            self.search(Scope::Identifier, &block.compared(name.clone()), &applies, &mut |rule, _| {
                found.count(rule, 1.0, Some(block.line_evidence(block.file.new.line_at(name.start))));
            });
        }
        self.functions(Scope::Function, regions.functions.iter(), block, &applies, found);
        self.functions(Scope::Test, regions.tests(), block, &applies, found);
        for span in &block.hunk.authored {
            let code = block.compared(block.file.new.offset(span.start)..block.file.new.offset(span.end));
            self.search(Scope::Code, &code, &applies, &mut |rule, at| {
                found.count(rule, 1.0, Some(block.line_evidence(span.start + line_within(&code, at))));
            });
        }
    }

    fn functions<'f>(
        &self,
        scope: Scope,
        functions: impl Iterator<Item = &'f Function>,
        block: &Block<'_>,
        applies: &dyn Fn(&Rule) -> bool,
        found: &mut Found,
    ) {
        for function in functions {
            let first = block.file.new.line_at(function.bytes.start);
            let code = block.compared(function.bytes.clone());
            self.search(scope, &code, applies, &mut |rule, at| {
                let line = first + line_within(&code, at);
                if block.is_authored(line) {
                    found.count(rule, 1.0, Some(block.line_evidence(line)));
                }
            });
        }
    }

    /// Counts the phrases in a message.
    pub(crate) fn message(&self, message: &Message<'_>, found: &mut Found) {
        let parts = [
            (Scope::Message, message.text, 0),
            (Scope::Subject, message.subject(), 0),
            (Scope::Body, message.body(), message.body_line()),
        ];
        for (scope, text, first_line) in parts {
            self.search(scope, text.as_bytes(), &|_| true, &mut |rule, at| {
                let before = items_of(text.as_bytes(), ..at);
                let line = memchr::memchr_iter(b'\n', before).count();
                // At the very end of a text there is no line any more.
                let quoted = quote(text.lines().nth(line).unwrap_or(""));
                let line = first_line + line as u32;
                found.count(
                    rule,
                    1.0,
                    Some(Evidence { line, end_line: line + 1, column: 0, text: quoted, contribution: 0.0 }),
                );
            });
        }
    }

    /// Calls `hit` with rule and offset for each match of the scope's patterns.
    fn search(&self, scope: Scope, text: &[u8], applies: &dyn Fn(&Rule) -> bool, hit: &mut dyn FnMut(usize, usize)) {
        if let Some(patterns) = self.scopes.get(&scope).filter(|_| !text.is_empty()) {
            patterns.search(text, &|rule| self.rules.get(rule).is_some_and(applies), hit);
        }
    }
}

impl Patterns {
    fn add(&mut self, rule: usize, source: &str) {
        let at = self.patterns.len() as u32;
        match needed_literals(source) {
            Some(literals) => {
                self.owners.extend(literals.iter().map(|_| at));
                self.words.extend(literals);
            }
            None => self.always.push(at),
        }
        self.patterns.push(Pattern::new(rule, source));
    }

    fn search(&self, text: &[u8], applies: &dyn Fn(usize) -> bool, hit: &mut dyn FnMut(usize, usize)) {
        let mut candidates: Vec<u32> = self.always.clone();
        self.literals().each(text, &mut |word, _| {
            candidates.extend(self.owners.get(word as usize));
            false
        });
        candidates.sort_unstable();
        candidates.dedup();
        for pattern in candidates.into_iter().filter_map(|at| self.patterns.get(at as usize)) {
            if !applies(pattern.rule) {
                continue;
            }
            if let Some(regex) = pattern.regex(text.len()) {
                // More occurrences than any cap counts say nothing more.
                for found in regex.find_iter(text).take(20) {
                    hit(pattern.rule, found.start());
                }
            }
        }
    }

    fn literals(&self) -> &Needles {
        self.literals.get_or_init(|| Needles::new(self.words.iter().map(String::as_str)))
    }
}

/// The line of a text, from 0, that holds a byte.
fn line_within(text: &[u8], at: usize) -> u32 {
    memchr::memchr_iter(b'\n', items_of(text, ..at)).count() as u32
}

fn in_region(block: &Block<'_>, region: &Region, at: usize) -> Evidence {
    block.line_evidence(region.line_at(at))
}
