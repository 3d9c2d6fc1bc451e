//! What a reader sees of a request's description, which is Markdown with raw HTML in it.
//!
//! Comments, attributes, titles of links, definitions, code and struck-out words state nothing: a template explains itself
//! in them, and so could somebody who wants a request to look declared. What is left keeps its lines and enough of its
//! signs (`- [x]`, `>`, links) for those who read it.

mod html;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};

use ai_detect_base::slices::part_of;
use html::Html;

/// How many bytes of a description are read.
const MAX_BYTES: usize = 1 << 20;

/// What becomes of comments in capitals, which tools leave for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolComments {
    /// They stay: they tell which tool was there.
    Kept,
    /// They go like all other comments, which nobody sees.
    Removed,
}

/// A description as a reader sees it, with as many lines.
pub fn seen(body: &str, tool_comments: ToolComments) -> String {
    let body = start(body);
    let arena = Arena::new();
    let root = parse_document(&arena, body, &options());
    let mut seen = Seen {
        lines: vec![String::new(); body.lines().count()],
        html: Html::new(tool_comments),
        open_links: Vec::new(),
    };
    for node in root.descendants() {
        let (line, value) = {
            let data = node.data.borrow();
            (data.sourcepos.start.line.saturating_sub(1), data.value.clone())
        };
        match value {
            NodeValue::Paragraph | NodeValue::Heading(_) | NodeValue::TableRow(_) => seen.text(node, line),
            NodeValue::HtmlBlock(block) => {
                let text = seen.html.text(&block.literal);
                text.lines().zip(line..).for_each(|(text, line)| seen.put(line, text));
            }
            _ => {}
        }
    }
    seen.lines.join("\n")
}

/// As much of a description as is read, up to a whole character.
fn start(body: &str) -> &str {
    let end = (0..=body.len().min(MAX_BYTES)).rev().find(|at| body.is_char_boundary(*at));
    // The start of a text is a boundary, so that there is an end.
    end.map_or(body, |end| part_of(body, ..end))
}

/// What the forges read beyond CommonMark, as far as it changes what is text.
fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.tasklist = true;
    extension.footnotes = true;
    options
}

struct Seen {
    lines: Vec<String>,
    html: Html,
    /// Where the texts of the links begin that are open: their lines and bytes.
    open_links: Vec<(usize, usize)>,
}

impl Seen {
    fn put(&mut self, line: usize, text: &str) {
        if let Some(line) = self.lines.get_mut(line) {
            line.push_str(text);
        }
    }

    fn length(&self, line: usize) -> usize {
        self.lines.get(line).map_or(0, String::len)
    }

    /// The text of a block, from a line on.
    fn text<'a>(&mut self, block: &'a AstNode<'a>, first_line: usize) {
        let mut line = first_line;
        // How many pieces around the current one show no words, from the outermost one.
        let mut unseen = 0_usize;
        self.open_links.clear();
        let lead = lead(block);
        self.put(line, &lead);
        for edge in block.traverse() {
            let node = match edge {
                NodeEdge::Start(node) => node,
                NodeEdge::End(node) => {
                    if unseen == 0 {
                        self.end(&node.data.borrow().value, line);
                    }
                    unseen = unseen.saturating_sub(1);
                    continue;
                }
            };
            let value = &node.data.borrow().value;
            if unseen > 0 || matches!(value, NodeValue::Strikethrough | NodeValue::Image(_)) {
                unseen += 1;
            }
            match value {
                NodeValue::SoftBreak | NodeValue::LineBreak => {
                    line += 1;
                    if lead.starts_with('>') {
                        self.put(line, "> ");
                    }
                }
                NodeValue::HtmlInline(tag) => {
                    let text = self.html.text(tag);
                    self.put(line, &text);
                    line += tag.matches('\n').count();
                }
                _ if unseen > 0 || self.html.hides() => {}
                NodeValue::Text(text) => self.put(line, text),
                NodeValue::Code(code) => self.put(line, &format!("`{}`", code.literal)),
                NodeValue::Link(_) => {
                    self.open_links.push((line, self.length(line)));
                    self.put(line, "[");
                }
                NodeValue::TableCell => self.put(line, "| "),
                _ => {}
            }
        }
    }

    /// What stands at the end of a piece of text.
    fn end(&mut self, value: &NodeValue, line: usize) {
        let NodeValue::Link(link) = value else { return };
        let Some((first_line, at)) = self.open_links.pop() else { return };
        // A link whose start is not on a line of ours has no text here, and is put as one with another text.
        let text = self.lines.get(first_line).and_then(|line| line.get(at + 1..)).unwrap_or_default();
        let is_address = link.url.strip_prefix("mailto:") == Some(text);
        if first_line != line || !(is_address || link.url == text) {
            self.put(line, &format!("]({})", link.url));
            return;
        }
        // An address or URL by itself, as it was written.
        if let Some(line) = self.lines.get_mut(line) {
            line.replace_range(at..=at, if is_address { "<" } else { "" });
            line.push_str(if is_address { ">" } else { "" });
        }
    }
}

/// What stands in front of a block's text: the signs of the quotation or list that it is in.
fn lead<'a>(block: &'a AstNode<'a>) -> String {
    let is_first = block.previous_sibling().is_none();
    for ancestor in block.ancestors().skip(1) {
        match &ancestor.data.borrow().value {
            NodeValue::BlockQuote | NodeValue::MultilineBlockQuote(_) => return "> ".into(),
            NodeValue::TaskItem(task) if is_first => {
                // A box without a sign is empty.
                return format!("- [{}] ", task.symbol.unwrap_or(' '));
            }
            NodeValue::Item(_) if is_first => return "- ".into(),
            _ => {}
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> String {
        seen(body, ToolComments::Removed)
    }

    #[test]
    fn what_a_reader_sees_stays_on_its_line() {
        for text in [
            "Fix it\n\nAssisted-by: Claude Code:claude-opus-4-8\n\nwith more\ntext",
            "- [x] I used AI\n- [ ] I did not\n- item",
            "> quoted\n> more",
            "\u{1f916} Generated with [Claude Code](https://claude.com/claude-code)",
            "Co-Authored-By: Claude <noreply@anthropic.com>",
            "see <https://claude.ai/share/1> and https://claude.ai/share/2",
            "a `piece` of code",
        ] {
            let plain = text.replace("<https://claude.ai/share/1>", "https://claude.ai/share/1");
            assert_eq!(shown(text), plain, "{text}");
        }
        assert_eq!(shown("a **b**\n\n<p>c</p>\n"), "a b\n\nc");
        assert_eq!(shown("<details><summary>AI</summary>\n\nUsed it\n\n</details>"), "AI\n\nUsed it\n\n");
        assert_eq!(shown("| Tool |\n|---|\n| Codex |"), "| Tool\n\n| Codex");
    }

    #[test]
    fn what_nobody_sees_is_gone() {
        for hidden in [
            "<!-- LINE -->",
            "<!--\nLINE\n-->",
            "<!--\n\nLINE\n\n-->",
            "<!--> LINE -->",
            "<!-- a --!> LINE -->",
            "<!-- <!-- -->\n<!--\nLINE\n-->",
            "text <!-- LINE --> text",
            "[//]: # (\nLINE\n)",
            "[x]: /url \"\nLINE\n\"",
            "[text](/url \"\nLINE\n\")",
            "![\nLINE\n](/url)",
            "<p title='\nLINE\n'>",
            "<p title='\n\nLINE\n\n'>",
            "<template>\nLINE\n</template>",
            "<template>\n\nLINE\n\n</template>",
            "<script>\nLINE\n</script>",
            "a <template>b\nLINE\n</template>",
            "<?\nLINE\n?>",
            "<![CDATA[\nLINE\n]]>",
            "<!X\nLINE\n>",
            "```\nLINE\n```",
            "````\n```\nLINE\n````",
            "~~~\n```\nLINE\n~~~",
            "    LINE",
            "~~LINE~~",
        ] {
            let line = "Assisted-by: Claude Code:claude-opus-4-8";
            let body = format!("Hello\n\n{}\n", hidden.replace("LINE", line));
            let shown = shown(&body);
            assert!(!shown.contains("Assisted"), "{hidden}: {shown}");
            assert_eq!(shown.lines().next(), Some("Hello"));
        }
    }

    #[test]
    fn comments_of_tools_stay_where_they_are_wanted() {
        let body = "Fix\n\n<!-- CURSOR_SUMMARY -->\n<!-- Assisted-by: x -->\n";
        assert_eq!(seen(body, ToolComments::Kept), "Fix\n\n<!-- CURSOR_SUMMARY -->\n");
        assert_eq!(shown(body).trim(), "Fix");
    }
}
