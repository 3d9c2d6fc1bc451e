//! Commands in comments: what is followed is what a reader of the rendered page sees.
//!
//! The page is made by Markdown's own renderer and read as a browser reads it, so that nothing here shares the
//! program's notion of what hides a line.

use ai_detect::triage::command::{MAX_COMMENT, Verb, commands};
use ai_detect::triage::{Dialect, Misread};
use comrak::{Options, markdown_to_html};
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, QualName, local_name, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

const CALL: &str = "/ai-detect";

/// More commands of one comment are not read.
const MAX_COMMANDS: usize = 50;

/// Every command that is followed stands on the page, in order; and none is missed where no raw HTML and no escape may
/// make the page another one.
pub fn run(data: &[u8]) {
    let comment = String::from_utf8_lossy(data);
    for dialect in [Dialect::GitHub, Dialect::GitLab] {
        let found = commands(&comment, dialect);
        for found in &found {
            match found {
                Ok(command) => match &command.verb {
                    Verb::Dismiss { reason } | Verb::Confirm { reason } => super::assert_printable(reason),
                    Verb::Attest { assistant } => super::assert_printable(assistant),
                },
                Err(misread) => super::assert_printable(&misread.to_string()),
            }
        }
        let seen = seen(&comment, dialect);
        if comment.len() <= MAX_COMMENT
            && !comment.contains(['<', '&', '\\'])
            && !may_be_front_matter(&comment, dialect)
        {
            assert_eq!(found.len(), seen.len().min(MAX_COMMANDS), "{comment:?}");
            assert!(!found.contains(&Err(Misread::InHtml)), "{comment:?}");
        }
        let mut seen = seen.into_iter();
        for followed in found.iter().flatten() {
            let verb = match &followed.verb {
                Verb::Dismiss { .. } => "dismiss",
                Verb::Attest { .. } => "attest",
                Verb::Confirm { .. } => "confirm",
            };
            let is_it = |line: &String| {
                let mut words = line.split_whitespace().skip(1);
                let said = words.next().is_some_and(|word| word.eq_ignore_ascii_case(verb));
                // An id that stands in code is none of the line's plain text.
                said && words.next().is_none_or(|word| word.trim_matches('`').eq_ignore_ascii_case(&followed.id))
            };
            assert!(
                seen.any(|line| is_it(&line)),
                "{followed:?} in {comment:?}, {:?}",
                markdown_to_html(&comment, &options(dialect))
            );
        }
    }
}

/// Whether GitLab may show the beginning of a comment as code, in more forms than the renderer knows.
fn may_be_front_matter(comment: &str, dialect: Dialect) -> bool {
    let is_sign = |line: &str| ["---", "+++", ";;;"].iter().any(|sign| line.starts_with(sign));
    dialect == Dialect::GitLab && comment.lines().any(is_sign)
}

/// The lines that call us, as plain text of the page's own paragraphs.
fn seen(comment: &str, dialect: Dialect) -> Vec<String> {
    let page = markdown_to_html(comment, &options(dialect));
    let body = QualName::new(None, ns!(html), local_name!("body"));
    let document = parse_fragment(RcDom::default(), ParseOpts::default(), body, Vec::new(), false).one(page);
    let mut seen = Vec::new();
    for root in document.document.children.borrow().iter() {
        for block in root.children.borrow().iter().filter(|node| is(node, "p")) {
            let mut starts_line = true;
            for node in block.children.borrow().iter() {
                if let NodeData::Text { contents } = &node.data {
                    let text = contents.borrow();
                    let lines = text.split('\n').enumerate().filter(|(at, _)| *at > 0 || starts_line);
                    let called = lines.map(|(_, line)| line).filter(|line| {
                        let rest = line.strip_prefix(CALL);
                        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
                    });
                    seen.extend(called.map(str::to_owned));
                }
                starts_line = is(node, "br");
            }
        }
    }
    seen
}

fn is(node: &Handle, element: &str) -> bool {
    matches!(&node.data, NodeData::Element { name, .. } if &*name.local == element)
}

/// As the forges render, before they take out what they do not let through.
fn options(dialect: Dialect) -> Options<'static> {
    let mut options = Options::default();
    options.render.r#unsafe = true;
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    // A line right below `> [!NOTE]` is taken for part of the quote.
    extension.alerts = false;
    extension.math_dollars = true;
    extension.math_code = true;
    if dialect == Dialect::GitLab {
        extension.front_matter_delimiter = Some("---".into());
        extension.description_lists = true;
        extension.multiline_block_quotes = true;
        extension.inline_footnotes = true;
        extension.wikilinks_title_after_pipe = true;
    }
    options
}
