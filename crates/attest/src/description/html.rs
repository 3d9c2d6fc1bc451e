//! The text between the tags of raw HTML, as far as it is shown.
//!
//! This is no reader of HTML. Where it is in doubt, nothing is shown: a tag that does not end hides all that follows.

use super::ToolComments;

/// Elements whose content nobody sees.
const HIDING: [&str; 10] =
    ["datalist", "iframe", "noscript", "object", "script", "style", "template", "textarea", "title", "xmp"];

/// What the HTML so far hides of what follows.
#[derive(Debug)]
enum Hides {
    Nothing,
    /// All to the end of this element.
    Element(String),
    Everything,
}

/// The raw HTML of a description, from its beginning to some place in it.
#[derive(Debug)]
pub(super) struct Html {
    hides: Hides,
    tool_comments: ToolComments,
}

impl Html {
    pub(super) fn new(tool_comments: ToolComments) -> Self {
        Html { hides: Hides::Nothing, tool_comments }
    }

    /// Whether what follows is hidden.
    pub(super) fn hides(&self) -> bool {
        !matches!(self.hides, Hides::Nothing)
    }

    /// The text of a piece of HTML, with its line breaks.
    pub(super) fn text(&mut self, html: &str) -> String {
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        while let Some((text, tag)) = rest.find('<').map(|at| rest.split_at(at)) {
            self.push(&mut out, text);
            let Some(length) = length(tag) else {
                self.hides = Hides::Everything;
                self.push(&mut out, tag);
                return out;
            };
            let (tag, after) = tag.split_at(length);
            self.tag(&mut out, tag);
            rest = after;
        }
        self.push(&mut out, rest);
        out
    }

    fn push(&self, out: &mut String, text: &str) {
        if self.hides() {
            out.extend(text.chars().filter(|c| *c == '\n'));
        } else {
            out.push_str(text);
        }
    }

    fn tag(&mut self, out: &mut String, tag: &str) {
        let is_tool_comment = self.tool_comments == ToolComments::Kept && !self.hides() && is_tool_comment(tag);
        if is_tool_comment {
            out.push_str(tag);
            return;
        }
        out.extend(tag.chars().filter(|c| *c == '\n'));
        let (name, is_end) = name(tag);
        match &self.hides {
            Hides::Nothing if !is_end && HIDING.contains(&name.as_str()) => self.hides = Hides::Element(name),
            Hides::Element(open) if is_end && *open == name => self.hides = Hides::Nothing,
            _ => {}
        }
    }
}

/// How many bytes a comment, declaration, instruction or tag at the start of a text has; nothing where it does not end.
/// A `<` that opens none of them is one byte of text.
fn length(text: &str) -> Option<usize> {
    let to = |end: &str| text.find(end).map(|at| at + end.len());
    if let Some(comment) = text.strip_prefix("<!--") {
        return comment.find("-->").map(|at| "<!--".len() + at + "-->".len());
    }
    if text.starts_with("<![CDATA[") {
        return to("]]>");
    }
    if text.starts_with("<?") {
        return to("?>");
    }
    if text.starts_with("<!") {
        return to(">");
    }
    let is_tag = text.trim_start_matches('<').trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic());
    if !is_tag {
        return Some(1);
    }
    let mut quote = None;
    for (at, c) in text.char_indices().skip(1) {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Some(at + 1),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// The name of a tag in lower case, and whether the tag ends an element.
fn name(tag: &str) -> (String, bool) {
    let inner = tag.trim_start_matches('<');
    let name = inner.trim_start_matches('/');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name.len());
    (name.split_at(end).0.to_ascii_lowercase(), inner.starts_with('/'))
}

/// Tools leave comments in capitals: `<!-- CURSOR_SUMMARY -->`.
fn is_tool_comment(tag: &str) -> bool {
    let comment = tag.strip_prefix("<!--").and_then(|tag| tag.strip_suffix("-->"));
    comment.is_some_and(|comment| comment.trim().chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | ' ')))
}
