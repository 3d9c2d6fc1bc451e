//! Changes from which something that style shows itself in was taken out, to tell how far the scores
//! rest on it: comments, names, the message or all of it but its first line.
//!
//! Comments go by being cut out of the text, as somebody would who hides them; names by becoming one
//! in the text, whoever chose them, and with the rules that look at them. Pure.

use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use ai_detect_base::change::{ChangeSet, FileChange, Origin, Span};
use ai_detect_base::linediff;
use ai_detect_base::slices::items_of;
use ai_detect_base::text::Text;
use ai_detect_base::vocabulary::message::Message;
use ai_detect_style::pack::{Kind, Pack, Rule, Scope};
use ai_detect_style::syntax::{self, regions};

/// Something that is taken out before anything is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strip {
    /// Authored comments and documentation: cut out of the text.
    Comments,
    /// Names: all become the same, and rules that look at them do not count.
    Names,
    /// The commit message.
    Message,
    /// The commit message but for its first line.
    MessageBody,
}

impl Strip {
    /// As the command line writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Strip::Comments => "comments",
            Strip::Names => "names",
            Strip::Message => "message",
            Strip::MessageBody => "message-body",
        }
    }
}

/// Numbers that are measured on names.
const OF_NAMES: [&str; 5] =
    ["identifier_length", "identifier_parts", "short_identifiers", "break_identifier_parts", "test_name_parts"];

/// Takes the rules out that look at names alone.
pub fn without_name_rules(pack: &mut Pack) {
    pack.rules.retain(|rule| !is_about_names(rule));
}

fn is_about_names(rule: &Rule) -> bool {
    let measured = matches!(&rule.kind, Kind::Metric { name, .. } if OF_NAMES.contains(&name.as_str()));
    measured || rule.scope == Some(Scope::Identifier)
}

/// The change without some of its parts. What measures names is a matter of the rules, too.
pub(crate) fn stripped(mut change: ChangeSet, parts: &[Strip]) -> ChangeSet {
    for commit in &mut change.commits {
        if parts.contains(&Strip::Message) {
            commit.message = Message::default();
        } else if parts.contains(&Strip::MessageBody) {
            commit.message = commit.subject().into();
        }
    }
    for file in &mut change.files {
        if parts.contains(&Strip::Comments) {
            replace(file, &comments(file), "");
        }
        if parts.contains(&Strip::Names) {
            replace(file, &names(file), "n");
        }
    }
    change
}

/// Puts something else in the place of some parts of a file; lines that hold nothing afterwards go.
///
/// Hunks too small to be scored are not read, and keep what they have.
fn replace(file: &mut FileChange, cuts: &[Range<usize>], by: &str) {
    if cuts.is_empty() {
        return;
    }
    let text = Arc::clone(&file.new);
    let mut bytes = Vec::with_capacity(text.bytes().len());
    // Where each line is afterwards; `None` where it is gone.
    let mut places: Vec<Option<u32>> = Vec::with_capacity(text.len() as usize);
    let mut kept = 0;
    for line in 0..text.len() {
        let rest = replaced(&text, line, cuts, by.as_bytes());
        places.push(rest.as_ref().map(|_| kept));
        if let Some(rest) = rest {
            kept += 1;
            bytes.extend_from_slice(&rest);
        }
    }
    let moved = |span: Span| -> Vec<Span> {
        let lines = items_of(&places, span.start as usize..span.end as usize);
        linediff::spans(lines.iter().copied().flatten())
    };
    file.authored = linediff::spans(file.authored.iter().flat_map(|&span| moved(span)).flat_map(lines_of));
    let of = |origin: &Origin| -> Vec<Origin> {
        moved(origin.span).into_iter().map(|span| Origin { span, ..origin.clone() }).collect()
    };
    file.origins = file.origins.iter().flat_map(of).collect();
    file.new = Arc::new(Text::new(bytes));
}

fn lines_of(span: Span) -> Range<u32> {
    span.start..span.end
}

fn names(file: &FileChange) -> Vec<Range<usize>> {
    let syntax = syntax::read(file, &regions::nothing);
    let mut names: Vec<Range<usize>> = syntax.hunks.iter().flat_map(|hunk| hunk.regions.identifiers.clone()).collect();
    names.sort_by_key(|name| (name.start, name.end));
    names
}

/// Authored comments and documentation.
fn comments(file: &FileChange) -> Vec<Range<usize>> {
    let syntax = syntax::read(file, &regions::nothing);
    let regions = syntax.hunks.iter().flat_map(|hunk| hunk.regions.comments.iter().chain(&hunk.regions.docstrings));
    // What says which program runs a script is no comment, though one may follow right below it.
    let first = if file.new.bytes().starts_with(b"#!") { file.new.offset(1) } else { 0 };
    let below = |bytes: Range<usize>| bytes.start.max(first)..bytes.end.max(first);
    let mut cuts: Vec<Range<usize>> =
        regions.map(|region| below(region.bytes.clone())).filter(|bytes| !bytes.is_empty()).collect();
    cuts.sort_by_key(|cut| (cut.start, cut.end));
    cuts
}

/// What a line becomes; `None` where nothing is left of it.
fn replaced(text: &Text, line: u32, cuts: &[Range<usize>], by: &[u8]) -> Option<Vec<u8>> {
    let (start, end) = (text.offset(line), text.offset(line + 1));
    let first = cuts.partition_point(|cut| cut.end <= start);
    let mut rest = Vec::new();
    let mut at = start;
    let mut touched = false;
    for cut in cuts.iter().skip(first).take_while(|cut| cut.start < end) {
        touched = true;
        rest.extend_from_slice(items_of(text.bytes(), at..cut.start.max(at)));
        rest.extend_from_slice(by);
        at = at.max(cut.end.min(end));
    }
    rest.extend_from_slice(items_of(text.bytes(), at..end));
    if !touched {
        return Some(rest);
    }
    let code = rest.trim_ascii_end();
    if code.is_empty() {
        return None;
    }
    let mut code = code.to_vec();
    code.push(b'\n');
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_style::pack::Fitted;

    fn changed(path: &str, old: &str, new: &str) -> FileChange {
        let (old, new) = (Text::new(old.into()), Text::new(new.into()));
        let authored: Vec<Span> = linediff::edits(&old, &new).iter().map(|edit| edit.new).collect();
        FileChange {
            path: path.into(),
            old_path: None,
            is_new: false,
            origins: authored.iter().map(|&span| Origin { commit: Some(0), ..Origin::unknown(span) }).collect(),
            authored,
            new: Arc::new(new),
            old: Some(Arc::new(old)),
            moved_lines: 0,
            whitespace_lines: 0,
            carried: None,
        }
    }

    fn after(path: &str, old: &str, new: &str) -> FileChange {
        let mut file = changed(path, old, new);
        let cuts = comments(&file);
        replace(&mut file, &cuts, "");
        file
    }

    fn authored(file: &FileChange) -> String {
        file.authored.iter().map(|span| String::from_utf8_lossy(file.new.slice(*span)).into_owned()).collect()
    }

    #[test]
    fn comments_and_docstrings_go_and_old_ones_stay() {
        let old = "# Old.\na = 1\n";
        let new = "# Old.\na = 1\n\n\ndef b(c):\n    \"\"\"Doc.\n\n    More.\n    \"\"\"\n    # Why.\n    # And so.\n    d = c + '#'  # Trailing.\n    e = d\n    return e\n";
        let file = after("a.py", old, new);
        assert_eq!(authored(&file), "\n\ndef b(c):\n    d = c + '#'\n    e = d\n    return e\n");
        assert!(file.new.bytes().starts_with(b"# Old.\na = 1\n"));
        let spans: Vec<Span> = file.origins.iter().map(|origin| origin.span).collect();
        assert_eq!(spans, file.authored);
    }

    #[test]
    fn code_around_a_comment_within_a_line_stays() {
        let new = "int a;\n/* One. */ int b; /* Two\n three */ int c;\nint d; // Four.\nint e;\nint f;\n";
        let file = after("a.c", "int a;\n", new);
        assert_eq!(authored(&file), " int b;\n int c;\nint d;\nint e;\nint f;\n");
    }

    #[test]
    fn a_script_keeps_its_interpreter() {
        let file = after("run", "", "#!/bin/sh\n# Run.\na=1\nb=2\nc=3\nd=4\n");
        assert_eq!(authored(&file), "#!/bin/sh\na=1\nb=2\nc=3\nd=4\n");
    }

    #[test]
    fn a_text_without_a_grammar_stays_as_it_is() {
        let new = "# one\n# two\n# three\n# four\n# five\n";
        assert_eq!(authored(&after("notes.txt", "", new)), new);
    }

    #[test]
    fn names_become_one_and_nothing_else_changes() {
        let mut file = changed(
            "a.py",
            "",
            "def read_all(path, *rest):\n    # Of path.\n    with open(path) as f:\n        return f.read()\n",
        );
        let cuts = names(&file);
        replace(&mut file, &cuts, "n");
        assert_eq!(authored(&file), "def n(n, *n):\n    # Of path.\n    with n(n) as n:\n        return n.n()\n");
    }

    #[test]
    fn rules_about_names_go_and_no_others() {
        let mut pack = Pack::load(Fitted::builtin().unwrap(), &[], &[]).unwrap();
        let before = pack.rules.len();
        without_name_rules(&mut pack);
        for id in ["identifier-words", "helper-names", "long-names", "long-test-names", "break-identifier-parts"] {
            assert!(pack.rule(id).is_none(), "{id}");
        }
        assert!(pack.rule("comment-words").is_some());
        assert!((5..20).contains(&(before - pack.rules.len())));
    }
}
