//! The regions of a hunk: comments, documentation, strings, names, functions and tests, as one walk
//! over the syntax tree finds them. Only what starts on an authored line belongs to a hunk.
//!
//! The walk also takes note of nodes of kinds that others ask for, so that they need no walk of their own.

use std::ops::Range;
use std::rc::Rc;

use bstr::ByteSlice;

use super::comment::{clean, is_doc};
use super::roles::{Role, Roles};
use super::seen::Seen;
use ai_detect_base::change::Span;
use ai_detect_base::slices::{before, items_of, part_of};
use ai_detect_base::text::Text;
use ai_detect_lang::{Docs, Language};

/// A comment, a piece of documentation or a string.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its lines.
    pub span: Span,
    /// Its bytes in the file.
    pub bytes: Range<usize>,
    /// Its text without comment markers or quotes, lines joined by `\n`.
    pub text: String,
    /// Whether code stands before it on its first line.
    pub trailing: bool,
    /// Whether its text follows the marker without a space.
    pub tight: bool,
}

impl Region {
    /// The line of the file that holds a byte of [`Region::text`].
    pub(crate) fn line_at(&self, offset: usize) -> u32 {
        let before = self.text.as_bytes().get(..offset).unwrap_or(self.text.as_bytes());
        self.span.start + memchr::memchr_iter(b'\n', before).count() as u32
    }
}

/// A function or method that starts in the hunk.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name; empty where the grammar found none.
    pub name: String,
    /// Its lines.
    pub span: Span,
    /// Its bytes.
    pub bytes: Range<usize>,
    /// Its list of parameters, as it stands there.
    pub parameters: String,
    /// Whether documentation belongs to it.
    pub documented: bool,
    /// Whether it is a test.
    pub test: bool,
}

/// Everything that signals look at in one hunk, in the order of the file.
#[derive(Debug, Default)]
pub struct Regions {
    /// Ordinary comments; neighbouring line comments are one.
    pub comments: Vec<Region>,
    /// Documentation comments and docstrings.
    pub docstrings: Vec<Region>,
    /// String literals.
    pub strings: Vec<Region>,
    /// Names, as byte ranges of the file.
    pub identifiers: Vec<Range<usize>>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Tests that are calls, as `it("…", …)`: name and lines.
    pub test_calls: Vec<Function>,
    /// How many error handlers there are.
    pub handlers: u32,
    /// The nodes of the kinds that were asked for, by their places among all nodes of the tree
    /// (`TreeCursor::descendant_index`). They may start before the hunk and end after it.
    pub asked: Vec<u32>,
}

/// Which kinds of nodes are asked for, by their ids in a language's grammar; the others are not.
pub type Asked<'a> = dyn Fn(&'static Language) -> &'a [bool] + Sync + 'a;

/// None.
pub fn nothing(_: &'static Language) -> &'static [bool] {
    &[]
}

impl Regions {
    /// All tests: functions and calls.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &Function> {
        self.functions.iter().filter(|function| function.test).chain(&self.test_calls)
    }
}

/// Reads the regions of the authored lines of one hunk. Texts and names in them are as a reader compares them.
pub(crate) fn read(
    tree: &tree_sitter::Tree,
    (text, seen): (&Text, &Seen),
    authored: &[Span],
    language: &'static Language,
    asked: &[bool],
) -> Regions {
    let (Some(first), Some(last)) = (authored.first(), authored.last()) else {
        return Regions::default();
    };
    let mut reader =
        Reader { text, seen, authored, language, asked, roles: Roles::of(language), regions: Regions::default() };
    reader.walk(tree, Span::new(first.start, last.end));
    reader.finish()
}

struct Reader<'a> {
    text: &'a Text,
    seen: &'a Seen,
    authored: &'a [Span],
    language: &'static Language,
    asked: &'a [bool],
    roles: Rc<Roles>,
    regions: Regions,
}

impl Reader<'_> {
    fn walk(&mut self, tree: &tree_sitter::Tree, span: Span) {
        let mut cursor = tree.walk();
        // Passing over what lies before the hunk one by one would make many hunks of a file dear.
        let goal = tree_sitter::Point::new(span.start as usize, 0);
        let start = self.text.offset(span.start);
        // How deep the cursor is, and below which depth nothing is read: what lies within a comment is the comment's.
        let (mut depth, mut read_to) = (0u32, u32::MAX);
        'nodes: loop {
            let node = cursor.node();
            let rows = rows(node);
            let within = rows.start < span.end && rows.end > span.start;
            let asked = self.asked.get(usize::from(node.kind_id())).is_some_and(|asked| *asked);
            if within && asked && node.end_byte() > start {
                self.regions.asked.push(cursor.descendant_index() as u32);
            }
            if within && depth <= read_to && !self.visit(node, rows) {
                read_to = depth;
            }
            // Asking for the first child of a token costs as much as all else.
            let down = within
                && (depth < read_to || !self.asked.is_empty())
                && node.child_count() > 0
                && match rows.start < span.start {
                    true => cursor.goto_first_child_for_point(goal).is_some(),
                    false => cursor.goto_first_child(),
                };
            if down {
                depth += 1;
                continue;
            }
            loop {
                if depth <= read_to {
                    read_to = u32::MAX;
                }
                if cursor.goto_next_sibling() && rows_start(cursor.node()) < span.end {
                    break;
                }
                if !cursor.goto_parent() {
                    break 'nodes;
                }
                depth -= 1;
            }
        }
    }

    /// Takes note of a node; whether its children are worth visiting.
    fn visit(&mut self, node: tree_sitter::Node<'_>, rows: Span) -> bool {
        let role = self.roles.role(node.kind_id());
        if role == Role::None || !self.is_authored(rows.start) {
            // An unauthored comment or name cannot hold anything authored that matters alone.
            return !matches!(role, Role::Comment | Role::Identifier);
        }
        match role {
            Role::Comment => {
                self.comment(node, rows);
                false
            }
            Role::String => {
                self.string(node, rows);
                // Interpolated expressions hold names.
                true
            }
            Role::Identifier => {
                self.regions.identifiers.push(node.byte_range());
                false
            }
            Role::Function => {
                self.function(node, rows);
                true
            }
            Role::Handler => {
                self.regions.handlers += 1;
                true
            }
            Role::Call => {
                self.test_call(node, rows);
                true
            }
            Role::Container | Role::None => true,
        }
    }

    fn is_authored(&self, line: u32) -> bool {
        let after = self.authored.partition_point(|span| span.start <= line);
        after.checked_sub(1).and_then(|at| self.authored.get(at)).is_some_and(|span| span.contains(line))
    }

    fn raw(&self, range: Range<usize>) -> &[u8] {
        items_of(self.text.bytes(), range)
    }

    /// Text as a reader compares it.
    fn compared(&self, range: Range<usize>) -> String {
        let written = String::from_utf8_lossy(self.raw(range));
        self.seen.text(&written).into_owned()
    }

    fn comment(&mut self, node: tree_sitter::Node<'_>, rows: Span) {
        let raw = self.raw(node.byte_range());
        let raw = raw.trim_ascii_end();
        let (text, tight) = clean(&self.seen.text(&String::from_utf8_lossy(raw)), self.language);
        let start = self.text.offset(rows.start);
        let trailing = !self.raw(start..node.start_byte()).trim_ascii().is_empty();
        let doc = match &self.language.docs {
            Docs::Prefixes(prefixes) => prefixes.iter().any(|prefix| is_doc(raw, prefix)),
            Docs::FirstString | Docs::Preceding => false,
        };
        let bytes = node.start_byte()..node.start_byte() + raw.len();
        let last_row = rows.start + memchr::memchr_iter(b'\n', raw).count() as u32;
        let region = Region { span: Span::new(rows.start, last_row + 1), bytes, text, trailing, tight };
        let list = if doc { &mut self.regions.docstrings } else { &mut self.regions.comments };
        match list.last_mut() {
            Some(last) if continues(last, &region) => {
                last.span.end = region.span.end;
                last.bytes.end = region.bytes.end;
                last.text.push('\n');
                last.text.push_str(&region.text);
                last.tight &= region.tight;
            }
            _ => list.push(region),
        }
    }

    fn string(&mut self, node: tree_sitter::Node<'_>, rows: Span) {
        let raw = self.compared(node.byte_range());
        let text = raw
            .trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '@' || c == '$' || c == '#')
            .trim_matches(['"', '\'', '`', '#'])
            .to_owned();
        let region = Region { span: rows, bytes: node.byte_range(), text, trailing: false, tight: false };
        if matches!(self.language.docs, Docs::FirstString) && is_first_statement(node) {
            self.regions.docstrings.push(region);
        } else {
            self.regions.strings.push(region);
        }
    }

    fn function(&mut self, node: tree_sitter::Node<'_>, rows: Span) {
        let name = node
            .child_by_field_name("name")
            .or_else(|| declared_name(node))
            .map(|name| self.compared(name.byte_range()));
        let parameters = node.child_by_field_name("parameters").map(|list| self.compared(list.byte_range()));
        // A function may be anonymous, or take nothing.
        let (name, parameters) = (name.unwrap_or_default(), parameters.unwrap_or_default());
        let test = self.is_test(&name, rows);
        self.regions.functions.push(Function {
            name,
            span: rows,
            bytes: node.byte_range(),
            parameters,
            documented: false,
            test,
        });
    }

    fn is_test(&self, name: &str, rows: Span) -> bool {
        let tests = &self.language.tests;
        let named = tests.name_prefixes.iter().any(|prefix| {
            name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
        });
        let mut above = rows.start.saturating_sub(4)..rows.start + 1;
        let is_marked = |line: u32| {
            let line = self.text.line(line).trim_start();
            tests.attributes.iter().any(|attribute| line.starts_with(attribute.as_bytes()))
        };
        named || (!tests.attributes.is_empty() && above.any(is_marked))
    }

    fn test_call(&mut self, node: tree_sitter::Node<'_>, rows: Span) {
        let calls = self.language.tests.calls;
        if calls.is_empty() {
            return;
        }
        let raw = self.raw(node.byte_range());
        let head = raw.get(..200).unwrap_or(raw);
        let head = String::from_utf8_lossy(head);
        let head = self.seen.text(&head);
        let callee = head.split_once(['(', ' ']).map_or(&*head, |(callee, _)| callee);
        let plain = before(callee, ".");
        if !calls.contains(&callee) && !calls.contains(&plain) {
            return;
        }
        let rest = part_of(&head, callee.len()..);
        let name: String = rest
            .trim_start_matches(|c: char| c == '(' || c.is_whitespace())
            .strip_prefix(['"', '\'', '`'])
            .map_or_else(String::new, |quoted| {
                quoted.split_once(['"', '\'', '`']).map_or(quoted, |(name, _)| name).to_owned()
            });
        if !name.is_empty() {
            self.regions.test_calls.push(Function {
                name,
                span: rows,
                bytes: node.byte_range(),
                parameters: String::new(),
                documented: false,
                test: true,
            });
        }
    }

    fn finish(mut self) -> Regions {
        if matches!(self.language.docs, Docs::Preceding) {
            self.promote_preceding();
        }
        let within = matches!(self.language.docs, Docs::FirstString);
        let docs: Vec<Span> = self.regions.docstrings.iter().map(|doc| doc.span).collect();
        for function in &mut self.regions.functions {
            let span = function.span;
            function.documented = if within {
                let below = items_of(&docs, docs.partition_point(|doc| doc.start <= span.start)..);
                let mut near = below.iter().take_while(|doc| doc.start - span.start <= 8);
                near.any(|doc| doc.end <= span.end)
            } else {
                let above = items_of(&docs, ..docs.partition_point(|doc| doc.end <= span.start));
                above.last().is_some_and(|doc| span.start - doc.end <= 3)
            };
        }
        self.regions
    }

    /// What stands right above a function is its documentation.
    fn promote_preceding(&mut self) {
        let functions = &self.regions.functions;
        let leads = |end: u32| functions.binary_search_by_key(&end, |function| function.span.start).is_ok();
        let (docs, comments) = std::mem::take(&mut self.regions.comments)
            .into_iter()
            .partition(|comment| !comment.trailing && leads(comment.span.end));
        self.regions.docstrings = docs;
        self.regions.comments = comments;
    }
}

fn rows_start(node: tree_sitter::Node<'_>) -> u32 {
    node.start_position().row as u32
}

fn rows(node: tree_sitter::Node<'_>) -> Span {
    let end = node.end_position();
    // A node that ends at the start of a row does not reach into it.
    let last = if end.column == 0 && end.row > node.start_position().row { end.row } else { end.row + 1 };
    Span::new(rows_start(node), last as u32)
}

/// Whether a comment is the next line of the one before it.
fn continues(last: &Region, next: &Region) -> bool {
    !last.trailing && !next.trailing && last.span.end == next.span.start && next.span.len() == 1
}

/// Whether a string is the first statement of a module, class or function.
fn is_first_statement(node: tree_sitter::Node<'_>) -> bool {
    let Some(statement) = node.parent().filter(|parent| parent.kind() == "expression_statement") else {
        return false;
    };
    let previous = statement.prev_named_sibling();
    previous.is_none_or(|previous| previous.kind() == "comment")
        && statement.parent().is_some_and(|parent| matches!(parent.kind(), "module" | "block"))
}

/// C keeps a function's name within its declarators.
fn declared_name(node: tree_sitter::Node<'_>) -> Option<tree_sitter::Node<'_>> {
    let mut at = node.child_by_field_name("declarator")?;
    while let Some(inner) = at.child_by_field_name("declarator") {
        at = inner;
    }
    Some(at)
}
