//! Reading tree-sitter's query syntax: nodes, fields, anchors, alternatives, captures, absent fields
//! and the common conditions. What is rarer is left to tree-sitter itself, whose compiler takes
//! tens of milliseconds a grammar.
//!
//! How a pattern is matched is `matching`.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

/// One pattern of a query.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) root: Step,
    pub(super) conditions: Vec<Condition>,
    /// The names of captures, by index.
    pub(super) captures: Vec<String>,
}

/// One child of a pattern: any of some nodes, at a place.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) field: Option<u16>,
    /// No named sibling between it and the one before it.
    pub(super) adjacent: bool,
    /// No named sibling after it.
    pub(super) last: bool,
    pub(super) any_of: Vec<Node>,
}

/// What a node must look like.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// `None` for any named node.
    pub(super) kind: Option<u16>,
    /// Fields that it must not have.
    pub(super) without: Vec<u16>,
    pub(super) children: Vec<Step>,
    pub(super) captures: Vec<usize>,
}

/// What must be true of a capture's text.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) capture: usize,
    pub(super) wanted: bool,
    pub(super) test: Test,
}

#[derive(Debug)]
pub(super) enum Test {
    AnyOf(Vec<String>),
    SameAs(usize),
    Matches { source: String, compiled: OnceLock<Option<Regex>> },
}

impl Pattern {
    /// Whether its expressions can be compiled.
    pub(super) fn check(&self) -> Result<(), String> {
        for condition in &self.conditions {
            let Test::Matches { source, .. } = &condition.test else { continue };
            expression(source).map_err(|error| match error {
                regex::Error::CompiledTooBig(most) => {
                    format!("the expression of `#match?` takes more than {most} bytes when it is compiled; repeat less in it")
                }
                other => {
                    // The lines before draw the expression again.
                    let told = other.to_string();
                    let why = told.lines().last().unwrap_or(&told).trim().trim_start_matches("error: ");
                    format!("the expression `{source}` of `#match?` is not a regular expression: {why}")
                }
            })?;
        }
        Ok(())
    }
}

/// The largest expression, in bytes in memory.
const MAX_COMPILED: usize = 1 << 20;

pub(super) fn expression(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).size_limit(MAX_COMPILED).build()
}

impl Step {
    fn captures(&self) -> bool {
        self.any_of.iter().any(|node| !node.captures.is_empty() || node.children.iter().any(Step::captures))
    }
}

/// Reads the patterns of a query; `None` where it needs tree-sitter's own compiler, or is wrong.
pub(super) fn read(grammar: &tree_sitter::Language, text: &str) -> Option<Vec<Pattern>> {
    let mut reader = Reader { grammar, rest: text, captures: Vec::new(), conditions: Vec::new() };
    let mut patterns = Vec::new();
    loop {
        reader.skip_space();
        if reader.rest.is_empty() {
            return Some(patterns);
        }
        let root = reader.pattern()?;
        let by_kind = root.any_of.iter().all(|node| node.kind.is_some());
        if !by_kind {
            return None;
        }
        patterns.push(Pattern {
            root,
            conditions: std::mem::take(&mut reader.conditions),
            captures: std::mem::take(&mut reader.captures),
        });
    }
}

struct Reader<'a> {
    grammar: &'a tree_sitter::Language,
    rest: &'a str,
    captures: Vec<String>,
    conditions: Vec<Condition>,
}

impl<'a> Reader<'a> {
    /// A pattern with its captures, or one in a group with its conditions.
    fn pattern(&mut self) -> Option<Step> {
        let inner = self.rest.strip_prefix('(').map(str::trim_start);
        let root = match inner.filter(|inner| inner.starts_with(['(', '['])) {
            Some(inner) => {
                self.rest = inner;
                let root = self.step()?;
                while !self.take(")") {
                    self.condition()?;
                }
                root
            }
            None => self.step()?,
        };
        self.skip_space();
        // A quantifier or capture of a group, or siblings without a parent.
        let ends = self.rest.is_empty() || self.rest.starts_with(['(', '[']);
        (ends && !root.adjacent && root.field.is_none()).then_some(root)
    }

    /// `(kind …)`, `"text"`, `(_)` or `[… …]`, with its captures.
    fn step(&mut self) -> Option<Step> {
        let mut step = Step::default();
        if self.take("[") {
            while !self.take("]") {
                let node = self.node()?;
                self.skip_space();
                if self.rest.starts_with(['?', '*', '+']) {
                    return None;
                }
                step.any_of.push(node);
            }
        } else {
            let node = self.node()?;
            step.any_of.push(node);
        }
        for capture in self.captures_here()? {
            step.any_of.iter_mut().for_each(|node| node.captures.push(capture));
        }
        (!step.any_of.is_empty()).then_some(step)
    }

    fn node(&mut self) -> Option<Node> {
        self.skip_space();
        let mut node = if self.rest.starts_with('"') {
            let text = self.string()?;
            Node { kind: Some(self.kind(&text, false)?), ..Node::default() }
        } else if self.take("(") {
            let name = self.word()?;
            let kind = match name {
                "_" => None,
                "ERROR" | "MISSING" => return None,
                name => Some(self.kind(name, true)?),
            };
            let mut node = Node { kind, ..Node::default() };
            self.children(&mut node)?;
            node
        } else {
            return None;
        };
        node.captures = self.captures_here()?;
        Some(node)
    }

    fn children(&mut self, node: &mut Node) -> Option<()> {
        let mut adjacent = false;
        loop {
            if self.take(")") {
                if adjacent {
                    node.children.last_mut()?.last = true;
                }
                return Some(());
            }
            if self.take(".") {
                adjacent = true;
            } else if self.take("!") {
                let field = self.word()?;
                node.without.push(self.field(field)?);
            } else if self.rest.starts_with("(#") {
                self.condition()?;
            } else {
                let field = self.field_name()?;
                let mut step = self.step()?;
                step.field = field;
                step.adjacent = std::mem::take(&mut adjacent);
                self.skip_space();
                match self.rest.chars().next() {
                    // What may be there or not, and is not captured, asks for nothing.
                    Some('?' | '*') if !step.captures() && !step.adjacent => {
                        self.rest = self.rest.get(1..)?;
                        self.skip_space();
                        if self.rest.starts_with('.') {
                            return None;
                        }
                    }
                    Some('?' | '*' | '+') => return None,
                    _ => node.children.push(step),
                }
            }
        }
    }

    fn condition(&mut self) -> Option<()> {
        if !self.take("(#") {
            return None;
        }
        let name = self.word()?;
        if !self.take("?") || !self.take("@") {
            return None;
        }
        let capture = self.capture()?;
        let (wanted, name) = name.strip_prefix("not-").map_or((true, name), |name| (false, name));
        let mut texts = Vec::new();
        let mut other = None;
        while !self.take(")") {
            if self.take("@") {
                other = Some(self.capture()?);
            } else {
                texts.push(self.string()?);
            }
        }
        let test = match (name, texts.as_slice(), other) {
            ("any-of", _, None) | ("eq", [_], None) => Test::AnyOf(texts),
            ("eq", [], Some(other)) => Test::SameAs(other),
            ("match", [source], None) => Test::Matches { source: source.clone(), compiled: OnceLock::new() },
            _ => return None,
        };
        self.conditions.push(Condition { capture, wanted, test });
        Some(())
    }

    fn field_name(&mut self) -> Option<Option<u16>> {
        self.skip_space();
        if self.rest.starts_with(['(', '[', '"']) {
            return Some(None);
        }
        let name = self.word()?;
        if !self.take(":") {
            return None;
        }
        self.skip_space();
        self.field(name).map(Some)
    }

    fn captures_here(&mut self) -> Option<Vec<usize>> {
        let mut found = Vec::new();
        while self.take("@") {
            found.push(self.capture()?);
        }
        Some(found)
    }

    fn capture(&mut self) -> Option<usize> {
        let name = self.word()?;
        let known = self.captures.iter().position(|known| known == name);
        Some(known.unwrap_or_else(|| {
            self.captures.push(name.to_owned());
            self.captures.len() - 1
        }))
    }

    fn kind(&self, name: &str, named: bool) -> Option<u16> {
        let kind = self.grammar.id_for_node_kind(name, named);
        (kind != 0 && !self.grammar.node_kind_is_supertype(kind)).then_some(kind)
    }

    fn field(&self, name: &str) -> Option<u16> {
        self.grammar.field_id_for_name(name).map(std::num::NonZero::get)
    }

    fn word(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        // A subtype or a namespaced name.
        (!word.is_empty() && !rest.starts_with(['/', '.'])).then_some(word)
    }

    fn string(&mut self) -> Option<String> {
        self.skip_space();
        let mut text = String::new();
        let mut chars = self.rest.strip_prefix('"')?.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => match chars.next()? {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    '0' => text.push('\0'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(remark) = self.rest.strip_prefix(';') else { return };
            self.rest = remark.split_once('\n').map_or("", |(_, below)| below);
        }
    }
}
