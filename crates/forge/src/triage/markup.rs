//! Raw HTML in a comment: whether anything that it opens is still open, so that what follows may be hidden.
//!
//! Markdown lets HTML through, and does not know what it means: `<p title="` begins an attribute that lasts until the
//! next quote, whatever paragraphs Markdown sees in between. This is no reader of HTML. It knows a small, strict part,
//! which all browsers read alike, and gives up on everything else.

use std::sync::LazyLock;

use regex::Regex;

use ai_detect_base::slices::part_of;

/// Elements that forges let through and that have an end tag. Within those that are not here, text may be no text.
const ELEMENTS: [&str; 54] = [
    "a",
    "abbr",
    "b",
    "bdo",
    "blockquote",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "ruby",
    "rt",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "ul",
    "var",
];

/// Elements without an end tag.
const VOID: [&str; 4] = ["br", "hr", "img", "wbr"];

/// A tag as CommonMark writes them, at the start of a text.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let attribute = r#"\s+[A-Za-z_:][A-Za-z0-9_.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"#;
    Regex::new(&format!(r"\A<(/?)([A-Za-z][A-Za-z0-9-]*)(?:{attribute})*\s*/?>")).ok()
});

/// The raw HTML of a comment, from its beginning to some place in it.
#[derive(Debug, Default)]
pub(super) struct Markup {
    /// The elements that are open, outermost first.
    open: Vec<&'static str>,
    /// Something was met that is not understood.
    is_lost: bool,
}

impl Markup {
    /// Whether what comes next stands in no element of raw HTML.
    pub(super) fn is_closed(&self) -> bool {
        !self.is_lost && self.open.is_empty()
    }

    /// Goes over a piece of raw HTML.
    pub(super) fn read(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = rest.find('<').filter(|_| !self.is_lost) {
            let from = part_of(rest, at..);
            match comment(from).or_else(|| self.tag(from)) {
                Some(length) => rest = part_of(from, length..),
                None => self.is_lost = true,
            }
        }
    }

    /// Goes over text. Where versions of Markdown differ, another one may take a part of it for HTML.
    pub(super) fn read_text(&mut self, text: &str) {
        let starts = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        self.is_lost |= text.split('<').skip(1).any(starts);
    }

    /// The length of the tag that a text starts with, if it is one that can be understood here.
    fn tag(&mut self, text: &str) -> Option<usize> {
        let found = TAG.as_ref()?.captures(text)?;
        let name = found.get(2)?.as_str();
        let is_end = found.get(1).is_some_and(|slash| !slash.is_empty());
        let named = |known: &&'static str| known.eq_ignore_ascii_case(name);
        if is_end {
            self.open.pop().filter(named)?;
        } else if !VOID.iter().any(named) {
            self.open.push(ELEMENTS.iter().copied().find(named)?);
        }
        Some(found.get(0)?.len())
    }
}

/// The length of the HTML comment that a text starts with. Readers of HTML do not agree on comments that begin with
/// `>`, that end with `--!>`, or that begin twice.
fn comment(text: &str) -> Option<usize> {
    let (inside, _) = text.strip_prefix("<!--")?.split_once("-->")?;
    let is_odd = inside.starts_with(['>', '-']) || inside.contains("--!>") || inside.contains("<!--");
    (!is_odd).then(|| "<!---->".len() + inside.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_closed(html: &str) -> bool {
        let mut markup = Markup::default();
        markup.read(html);
        markup.is_closed()
    }

    #[test]
    fn what_is_opened_and_closed_hides_nothing() {
        for html in [
            "<b>x</b>",
            "<DETAILS open>\n<summary>log</summary>\n<pre>x</pre>\n</details>",
            "<br><img src=\"a>b\" alt='<'/>",
            "<!-- a note -->",
            "<!-- <details> --> <sub>1</sub>",
            "no tag: 3 > 2",
        ] {
            assert!(is_closed(html), "{html}");
        }
    }

    #[test]
    fn what_may_be_open_is_taken_for_open() {
        for html in [
            "<details>",
            "<details/>",
            "<p title=\"\n",
            "<b><i></b></i>",
            "</b>",
            "<template></template>",
            "<textarea><b></textarea></b>",
            "<!-- a --!><details> -->",
            "<!--> <details> -->",
            "<? > <details> ?>",
            "<![CDATA[ > ]]>",
            "<!X >",
            "<a\"b>",
        ] {
            assert!(!is_closed(html), "{html}");
        }
    }
}
