//! Text that somebody else wrote, made harmless for Markdown as GitHub and GitLab render it: it is shown as it
//! stands, notifies nobody, refers to nothing and loads nothing.
//!
//! Both forges look for mentions and references in what was *rendered*, where a backslash is gone already. So a
//! character without width goes between such a sign and what follows it; the reader sees no difference.

use ai_detect_base::slices::part_of;
use ai_detect_base::terminal;

/// U+200B between a sign and a name: no forge takes the two for a mention or a reference any more.
const BREAK: &str = "&#8203;";

/// One line of text for use inside a paragraph or a list item. Whatever hides or turns the direction of text
/// stands there as a visible escape.
pub fn escaped(text: &str) -> String {
    let shown = terminal::escaped(text);
    let shown = shown.trim();
    let mut out = String::with_capacity(shown.len() + 16);
    let mut before = "";
    for (at, c) in shown.char_indices() {
        let from = part_of(shown, at..);
        let after = part_of(from, c.len_utf8()..);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '$' => out.push_str("&#36;"),
            // A command of GitLab when it starts a line.
            '/' if at == 0 => out.push_str("&#47;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '#' | '!' | '^' | '=' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '-' | '+' if starts_a_line(before) => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if is_number(before) && (after.is_empty() || after.starts_with(' ')) => {
                out.push('\\');
                out.push(c);
            }
            '.' if ends_with_word(before, "www") => {
                out.push_str(BREAK);
                out.push(c);
            }
            c => out.push(c),
        }
        if is_sign(c, before, after) {
            out.push_str(BREAK);
        }
        before = part_of(shown, ..at + c.len_utf8());
    }
    out
}

/// A list or a rule may start here.
fn starts_a_line(before: &str) -> bool {
    before.chars().all(|c| matches!(c, '-' | '+' | ' '))
}

/// A numbered list may start here.
fn is_number(before: &str) -> bool {
    !before.is_empty() && before.len() < 10 && before.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a forge could take this character and what follows it for a mention, a reference or an address.
fn is_sign(c: char, before: &str, after: &str) -> bool {
    let named = after.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '_' | '-' | '"' | '\''));
    match c {
        '@' => !after.is_empty(),
        '#' | '!' | '$' | '%' | '&' | '~' | '^' | '*' | '[' => named,
        ':' => after.starts_with(['/', '+']) || named,
        '-' => after.starts_with(|next: char| next.is_ascii_digit()) && ends_with_word(before, "gh"),
        _ => false,
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.len().checked_sub(word.len()).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// Code in which no HTML comment begins or ends. A forge shows code as it stands, but whoever looks for hidden lines
/// in the source of a comment must not find a stranger's.
fn uncommented(code: &str) -> String {
    code.replace("<!--", "\\u{3c}!--").replace("-->", "--\\u{3e}").replace("--!>", "--!\\u{3e}")
}

/// A piece of code in a line, with a fence longer than any run of backticks in it. Forges look for neither
/// mentions nor references in code. Paths stand in code spans, so no invisible character stays.
pub fn code_span(text: &str) -> String {
    let shown = uncommented(&terminal::escaped_name(text));
    let fence = "`".repeat(longest_run(&shown) + 1);
    let pads = shown.is_empty() || shown.starts_with(['`', ' ']) || shown.ends_with(['`', ' ']);
    let pad = if pads { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// A sentence in which pieces between backticks are code, and everything else is escaped. Where a backtick has no other
/// half, all of it is escaped.
pub(super) fn with_code(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return escaped(text);
    }
    pieces.iter().enumerate().map(|(at, piece)| if at % 2 == 1 { code_span(piece) } else { spaced(piece) }).collect()
}

/// Escaped text that keeps a space at either end. Between two pieces of code there is always one.
fn spaced(piece: &str) -> String {
    let space = |is_there: bool| if is_there { " " } else { "" };
    let inner = escaped(piece);
    if inner.is_empty() {
        return " ".to_owned();
    }
    format!("{}{inner}{}", space(piece.starts_with(' ')), space(piece.ends_with(' ')))
}

/// Lines of code, with a fence longer than any run of backticks in them. The language is never one that a
/// stranger names: some make forges draw, or offer the text as a change.
pub fn fenced(text: &str, language: &'static str) -> String {
    let shown: Vec<String> = text.split('\n').map(line).collect();
    let shown = uncommented(&shown.join("\n"));
    let shown = shown.strip_suffix('\n').unwrap_or(&shown);
    let fence = "`".repeat(longest_run(shown).max(2) + 1);
    format!("{fence}{language}\n{shown}\n{fence}\n")
}

/// Tabs are kept: in code they are shown as they are.
fn line(line: &str) -> String {
    let parts: Vec<String> = line.split('\t').map(terminal::escaped).collect();
    parts.join("\t")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
pub(super) mod tests {
    use comrak::nodes::NodeValue;
    use comrak::{Arena, Options, parse_document};
    use proptest::prelude::*;

    use super::*;

    /// With everything that a forge reads, and more.
    pub(in super::super) fn options() -> Options<'static> {
        let mut options = Options::default();
        options.extension.strikethrough = true;
        options.extension.table = true;
        options.extension.autolink = true;
        options.extension.tasklist = true;
        options.extension.superscript = true;
        options.extension.subscript = true;
        options.extension.footnotes = true;
        options.extension.inline_footnotes = true;
        options.extension.description_lists = true;
        options.extension.multiline_block_quotes = true;
        options.extension.alerts = true;
        options.extension.math_dollars = true;
        options.extension.math_code = true;
        options.extension.wikilinks_title_after_pipe = true;
        options.extension.underline = true;
        options.extension.spoiler = true;
        options.extension.highlight = true;
        options.extension.front_matter_delimiter = Some("---".into());
        options.parse.relaxed_tasklist_matching = true;
        options.parse.relaxed_autolinks = true;
        options
    }

    /// The kinds of nodes below the document, and all text in them.
    fn parsed(markdown: &str) -> (Vec<&'static str>, String) {
        let arena = Arena::new();
        let root = parse_document(&arena, markdown, &options());
        let (mut kinds, mut text) = (Vec::new(), String::new());
        for node in root.descendants().skip(1) {
            let value = &node.data.borrow().value;
            kinds.push(value.xml_node_name());
            match value {
                NodeValue::Text(part) => text.push_str(part),
                NodeValue::Code(code) => text.push_str(&code.literal),
                NodeValue::CodeBlock(block) => text.push_str(&block.literal),
                _ => {}
            }
        }
        kinds.dedup();
        (kinds, text)
    }

    /// What forges look for in rendered text.
    pub(in super::super) fn reference(text: &str) -> Option<String> {
        let all = regex::Regex::new(
            r#"(?i)@[a-z0-9_]|[#!$%&~^*][a-z0-9_"]|\bgh-\d|\[(issue|vulnerability|feature_flag):|https?://|www\.\w|:[+a-z0-9_-]+:"#,
        );
        all.unwrap().find(text).map(|found| found.as_str().to_owned())
    }

    /// It is one paragraph of plain text, and that text is what was given.
    fn assert_inline(hostile: &str) {
        let markdown = escaped(hostile);
        assert!(!markdown.contains('\n'), "{markdown:?}");
        let (kinds, text) = parsed(&format!("{markdown}\n"));
        let shown = terminal::escaped(hostile);
        let expected: &[&str] = if shown.trim().is_empty() { &[] } else { &["paragraph", "text"] };
        assert_eq!(kinds, expected, "{hostile:?} -> {markdown:?}");
        assert_eq!(text.replace('\u{200b}', ""), shown.trim().replace('\u{200b}', ""), "{markdown:?}");
        assert_eq!(reference(&text), None, "{markdown:?}");
    }

    pub(in super::super) const HOSTILE: [&str; 58] = [
        "@everyone look",
        "a@example.org",
        "@org/team",
        "#12",
        "owner/repo#12",
        "GH-12 and gh-13",
        "!12 $12 %12 &12 ~12 ~\"a label\" ^alert#12 *iteration:12",
        "[issue:12] [vulnerability:1]",
        "![](https://example.org/pixel.png)",
        "[text](javascript:alert(1))",
        "[text][ref]",
        "[ref]: https://example.org",
        "<https://example.org> https://example.org www.example.org WWW.example.org ftp://example.org",
        "<img src=x onerror=alert(1)>",
        "<!-- ai-detect:state -->",
        "--> <!--",
        "</details></summary>",
        "&lt;b&gt; &#64;name &commat;name",
        "# heading",
        "setext\n===",
        "===",
        "---",
        "- item",
        "+ item",
        "* item",
        "- [x] done",
        "[x] done",
        "1. one",
        "1) one",
        "123456789. nine",
        "> quote",
        "> [!WARNING]",
        "    indented",
        "\tindented",
        "```rust",
        "~~~",
        "`code` ``two`` ```three",
        "*a* **b** _c_ __d__ ~~e~~ ~f~ ==g== ||h|| ^i^",
        "| a | b |\n|---|---|\n| c | d |",
        ": description",
        "[^1] and ^[inline]",
        "$x$ $$x$$ $`x`$",
        "[[wiki|page]]",
        ":smile: :+1: :octocat:",
        "/close",
        "/assign me",
        "\\@name \\#12",
        "a\\",
        "line\r\nbreak  \nhard\\\nbreak",
        "\u{202e}turned\u{200b}hidden\u{feff}\u{2066}",
        "\u{1b}[31mred\u{7}",
        "std::fs C:\\path http:\\/\\/x",
        "mailto:a@example.org xmpp:a@example.org",
        "{{ template }} {% tag %} {+ a +} [- b -]",
        "+++",
        "TOOL:MODEL, é à ü 日本語 🦀",
        "",
        " ",
    ];

    #[test]
    fn what_stands_between_backticks_is_code() {
        for (text, expected) in [
            ("run `ai-detect ci --fetch` in a step", "run `ai-detect ci --fetch` in a step"),
            ("`a_b` and c_d", "`a_b` and c\\_d"),
            ("`a``b`", "`a` `b`"),
            ("one ` alone_", "one \\` alone\\_"),
            ("", ""),
        ] {
            assert_eq!(with_code(text).trim(), expected, "{text}");
        }
        // A stranger's mention stays a text, inside a pair of backticks and outside.
        assert_eq!(with_code("`@everyone`").trim(), "`@everyone`");
        assert!(with_code("@everyone `x`").starts_with("@&#8203;everyone"), "{}", with_code("@everyone `x`"));
    }

    #[test]
    fn text_of_strangers_stays_text() {
        for hostile in HOSTILE {
            assert_inline(hostile);
        }
    }

    #[test]
    fn common_text_stays_readable_in_its_source() {
        assert_eq!(
            escaped("fix(cli): stop after the first command (see docs)"),
            "fix(cli): stop after the first command (see docs)"
        );
        assert_eq!(escaped("Merge #12 by @ada"), "Merge \\#&#8203;12 by @&#8203;ada");
        assert_eq!(escaped("a\u{202e}b"), "a\\\\u\\{202e\\}b");
    }

    #[test]
    fn code_is_fenced_by_more_than_it_holds() {
        assert_eq!(code_span("a"), "`a`");
        assert_eq!(code_span("`a``"), "``` `a`` ```");
        assert_eq!(code_span("a\nb"), "`a\\nb`");
        assert_eq!(fenced("a\n````\n", "text"), "`````text\na\n````\n`````\n");
        assert_eq!(code_span("<!-- a --> b --!> c"), r"`\u{3c}!-- a --\u{3e} b --!\u{3e} c`");
        assert_eq!(fenced("a -->\n<!-- b\n", ""), "```\na --\\u{3e}\n\\u{3c}!-- b\n```\n");
        assert_eq!(code_span("a<b && c!=d->e"), "`a<b && c!=d->e`");
        assert_eq!(fenced("\tif x:\r\n", ""), "```\n\tif x:\\r\n```\n");
    }

    /// Text made of what means something to Markdown and to forges.
    pub(in super::super) fn text() -> impl Strategy<Value = String> {
        let parts = prop_oneof![
            4 => "[-a-zA-Z0-9@#!$%&~^*_`\\[\\]()<>{}|:/.,;'\"=+?\\\\ \t\r\n]{1,6}",
            2 => proptest::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
            1 => "\\PC{1,4}",
            1 => any::<String>(),
        ];
        proptest::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_becomes_anything_else(text in text()) {
            assert_inline(&text);
        }

        #[test]
        fn no_code_leaves_its_span_or_fence(text in text()) {
            let shown = uncommented(&terminal::escaped_name(&text));
            let (kinds, inside) = parsed(&format!("x {} y\n", code_span(&text)));
            prop_assert_eq!(kinds, ["paragraph", "text", "code", "text"]);
            // A span of nothing but U+0020 keeps what is put around it; other spaces are text like any other.
            let pad = if shown.trim_matches(' ').is_empty() { " " } else { "" };
            prop_assert_eq!(inside, format!("x {pad}{shown}{pad} y"));
            let (kinds, inside) = parsed(&fenced(&text, "text"));
            prop_assert_eq!(kinds, ["code_block"]);
            prop_assert_eq!(inside.lines().count(), text.strip_suffix('\n').unwrap_or(&text).split('\n').count());
        }
    }
}
