//! What a reader sees of a comment: the lines of its paragraphs, as the forge's Markdown shows them.
//!
//! Only paragraphs that stand in nothing else are looked at. What is quoted, listed, folded, code, a table or a note
//! says something about a line of text; it does not say the line.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::markup::Markup;
use ai_detect_base::slices::part_of;

/// Which Markdown a comment is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// GitHub's.
    GitHub,
    /// GitLab's.
    GitLab,
}

/// A line of a paragraph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Its text, with its code in backticks.
    pub(super) text: String,
    /// Whether raw HTML above it may hide it.
    pub(super) may_be_hidden: bool,
    /// How many bytes of the text stand before the first tag of raw HTML in it, which ends a word or does not.
    pub(super) until_tag: Option<usize>,
    /// How many stand before the first markup in it that is no code, such as emphasis, a link or an image.
    pub(super) until_markup: Option<usize>,
    /// How many stand before the first thing in it that is no plain text.
    pub(super) until_any: Option<usize>,
    /// Whether it begins with plain text.
    begins_plainly: bool,
    /// Whether it has anything yet.
    begun: bool,
}

/// The lines of a comment's paragraphs that begin with plain text.
pub(super) fn lines(comment: &str, dialect: Dialect) -> Vec<Line> {
    let comment = if dialect == Dialect::GitLab { behind_front_matter(comment) } else { comment };
    let arena = Arena::new();
    let root = parse_document(&arena, comment, &options(dialect));
    let mut markup = Markup::default();
    let mut lines = Vec::new();
    for block in root.children() {
        match block.data.borrow().value {
            NodeValue::Paragraph => paragraph(block, &mut markup, &mut lines),
            // Footnotes come last. What follows one all the same is shown among them.
            NodeValue::FootnoteDefinition(_) => break,
            _ => block.descendants().for_each(|node| html(&node.data.borrow().value, &mut markup)),
        }
    }
    lines.retain(|line| line.begins_plainly);
    lines
}

/// Adds the lines of a paragraph.
fn paragraph<'a>(paragraph: &'a AstNode<'a>, markup: &mut Markup, lines: &mut Vec<Line>) {
    let mut line = Line::default();
    // Many tags end a paragraph for a browser, and not for Markdown.
    let mut had_tag = false;
    // How many pieces around the current one show its text as no words of the line, from the outermost one.
    let mut unsaid = 0_usize;
    for edge in paragraph.traverse() {
        let node = match edge {
            NodeEdge::Start(node) => node,
            NodeEdge::End(_) => {
                unsaid = unsaid.saturating_sub(1);
                continue;
            }
        };
        if node.same_node(paragraph) {
            continue;
        }
        let value = &node.data.borrow().value;
        // A struck-out word is taken back, and the text of an image is shown where there is no image.
        if unsaid > 0 || matches!(value, NodeValue::Strikethrough | NodeValue::Image(_)) {
            unsaid += 1;
        }
        let is_outermost = node.parent().is_some_and(|parent| parent.same_node(paragraph));
        if matches!(value, NodeValue::SoftBreak | NodeValue::LineBreak) {
            lines.push(std::mem::take(&mut line));
            // What follows a break in a link or an image goes on in it.
            line.begun = !is_outermost;
            continue;
        }
        if !line.begun {
            line.begun = true;
            line.may_be_hidden = had_tag || !markup.is_closed();
            line.begins_plainly = is_outermost && matches!(value, NodeValue::Text(_));
        }
        let at = line.text.len();
        if !(is_outermost && matches!(value, NodeValue::Text(_))) {
            line.until_any.get_or_insert(at);
        }
        if !is_outermost || !matches!(value, NodeValue::Text(_) | NodeValue::Code(_) | NodeValue::HtmlInline(_)) {
            line.until_markup.get_or_insert(at);
        }
        match value {
            NodeValue::Text(_) | NodeValue::Code(_) if unsaid > 0 => {}
            NodeValue::Text(text) => line.text.push_str(text),
            NodeValue::Code(code) => {
                line.text.push('`');
                line.text.push_str(&code.literal);
                line.text.push('`');
            }
            NodeValue::HtmlInline(tag) => {
                had_tag |= !tag.starts_with("<!--");
                line.until_tag.get_or_insert(at);
                line.text.push(' ');
            }
            _ => {}
        }
        html(value, markup);
    }
    lines.push(line);
}

fn html(value: &NodeValue, markup: &mut Markup) {
    match value {
        NodeValue::HtmlBlock(block) => markup.read(&block.literal),
        NodeValue::HtmlInline(tag) => markup.read(tag),
        NodeValue::Text(text) => markup.read_text(text),
        _ => {}
    }
}

/// What stands behind the front matter of a comment, which GitLab shows as code: between two lines `---`, `+++` or `;;;`
/// at its beginning, or up to a line `...`. Only a line about the coding and blank lines may stand before it. Where it
/// does not end, it is none.
fn behind_front_matter(comment: &str) -> &str {
    let mut lines = comment.split_inclusive('\n').enumerate().skip_while(|(at, line)| {
        let line = line.trim();
        line.is_empty() || (*at == 0 && line.contains("coding"))
    });
    let Some(sign) = lines.next().and_then(|(_, line)| line.get(..3)) else { return comment };
    if !["---", "+++", ";;;"].contains(&sign) {
        return comment;
    }
    let Some((last, _)) = lines.find(|(_, line)| [sign, "..."].contains(&line.trim_end())) else { return comment };
    let end: usize = comment.split_inclusive('\n').take(last + 1).map(str::len).sum();
    part_of(comment, end..)
}

/// What the forges read beyond CommonMark, as far as it changes what a paragraph or its text is.
fn options(dialect: Dialect) -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    // A line right below `> [!NOTE]` stands in the quote for a reader, and would be a paragraph of its own.
    extension.alerts = false;
    extension.math_dollars = true;
    extension.math_code = true;
    if dialect == Dialect::GitLab {
        extension.description_lists = true;
        extension.multiline_block_quotes = true;
        extension.inline_footnotes = true;
        extension.wikilinks_title_after_pipe = true;
    }
    options
}

#[cfg(test)]
mod tests;
