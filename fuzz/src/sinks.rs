//! A stranger's text in every place of a report where one can stand, in every format: each sink has its own way
//! of being talked to, and none must listen.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ai_detect::report::text::Detail;
use ai_detect::report::{Report, code_quality, github, html, json, junit, markdown, rdjsonl, sarif, text};
use ai_detect::terminal;
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use serde_json::Value;

/// A report with [`PLACE`] wherever a stranger's text can stand.
static TEMPLATE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("report.json")).expect("a template"));
const PLACE: &str = "STRANGER";
/// The escape sequences that are ours.
pub const STYLES: [&str; 6] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[33m", "\u{1b}[35m", "\u{1b}[36m"];

/// What our comments are made of: kinds of nodes, and tags.
const ELEMENTS: [&str; 19] = [
    "paragraph",
    "text",
    "softbreak",
    "linebreak",
    "code",
    "code_block",
    "strong",
    "list",
    "item",
    "block_quote",
    "heading",
    "html_block",
    "html_inline",
    "<details>",
    "</details>",
    "<summary>",
    "</summary>",
    "<sub>",
    "</sub>",
];

/// What the formats come to without a stranger.
static PLAIN: LazyLock<Shape> = LazyLock::new(|| all(&filled("text").expect("the template")));

/// What a stranger's text must not change about a report's formats.
#[derive(Debug, PartialEq)]
pub struct Shape {
    commands: usize,
    html: [usize; 3],
    junit: [usize; 2],
    rdjsonl: usize,
}

/// The input as that text.
pub fn run(data: &[u8]) {
    let stranger = String::from_utf8_lossy(data);
    snippets(&stranger);
    // Not every text is a path; a report with one that is none is refused.
    let Some(report) = filled(&stranger) else { return };
    assert_eq!(all(&report), *PLAIN, "{stranger:?}");
    for comment in [markdown::summary(&report, 60_000), markdown::flag(&report, &report.flags[0])] {
        let found = elements(&comment);
        assert!(found.iter().all(|found| ELEMENTS.contains(&found.as_str())), "{found:?} in {comment:?}");
        assert_uncommented(&comment);
    }
}

/// The report with a text in every such place; none where that is no path.
pub fn filled(stranger: &str) -> Option<Report> {
    let mut value = TEMPLATE.clone();
    fill(&mut value, stranger);
    json::read(&serde_json::to_vec(&value).expect("a template")).ok()
}

fn fill(value: &mut Value, stranger: &str) {
    match value {
        Value::String(text) if text == PLACE => stranger.clone_into(text),
        Value::Array(values) => values.iter_mut().for_each(|value| fill(value, stranger)),
        Value::Object(values) => values.values_mut().for_each(|value| fill(value, stranger)),
        _ => {}
    }
}

/// What holds of every report in every format; and what comes of it.
pub fn all(report: &Report) -> Shape {
    for (detail, width) in [(Detail::Everything, 40), (Detail::Flags, 100), (Detail::Summary, 80)] {
        let mut printed = text::write(report, detail, width);
        STYLES.iter().for_each(|style| printed = printed.replace(style, ""));
        assert_log(&printed);
    }
    let commands = github::write(report);
    for line in commands.lines() {
        assert!(line.starts_with("::notice ") || !line.trim_start().starts_with("::"), "{line:?}");
        super::assert_printable(line);
    }
    let written = json::write(report).expect("JSON");
    let again = json::read(written.as_bytes()).expect("what was written");
    assert_eq!(json::write(&again).expect("JSON"), written);
    for written in [written, sarif::write(report).expect("SARIF"), code_quality::write(report).expect("issues")] {
        serde_json::from_str::<Value>(&written).expect("JSON");
        assert_log(&written);
    }
    let lines = rdjsonl::write(report).expect("lines");
    for line in lines.lines() {
        serde_json::from_str::<Value>(line).expect("JSON");
        assert_log(line);
    }
    let suite = junit::write(report);
    assert_log(&suite);
    let page = html::write(report, None).expect("a page");
    assert_eq!(terminal::unsafe_in(&page.replace('\t', " ")), None);
    for limit in [1_000, 60_000] {
        let summary = markdown::summary(report, limit);
        assert!(summary.len() <= limit, "{} of {limit}", summary.len());
    }
    Shape {
        commands: commands.lines().count(),
        html: ['<', '>', '&'].map(|c| page.matches(c).count()),
        junit: ['<', '>'].map(|c| suite.matches(c).count()),
        rdjsonl: lines.lines().count(),
    }
}

/// Neither a terminal nor a runner that reads a log acts on it.
fn assert_log(printed: &str) {
    super::assert_printable(printed);
    assert_eq!(terminal::without_commands(printed), printed);
}

/// Text alone stays text, in a paragraph, in a span and in a fence.
fn snippets(stranger: &str) {
    let escaped = terminal::escaped(stranger);
    assert!(!escaped.contains('\n'), "{escaped:?}");
    assert_log(&terminal::without_commands(&escaped));
    let written = [markdown::escaped(stranger), markdown::code_span(stranger), markdown::fenced(stranger, "text")];
    written.iter().for_each(|written| assert_uncommented(written));
    let kinds = elements(&format!("{}\n", markdown::escaped(stranger)));
    assert!(kinds.iter().all(|kind| kind == "paragraph" || kind == "text"), "{kinds:?}");
    let kinds = elements(&format!("x {} y\n", markdown::code_span(stranger)));
    assert_eq!(kinds.iter().collect::<Vec<_>>(), ["code", "paragraph", "text"], "{stranger:?}");
    let kinds = elements(&markdown::fenced(stranger, "text"));
    assert_eq!(kinds.iter().collect::<Vec<_>>(), ["code_block"], "{stranger:?}");
}

/// No HTML comment begins or ends in the source of a comment of ours.
fn assert_uncommented(markdown: &str) {
    assert!(!["<!--", "-->", "--!>"].iter().any(|part| markdown.contains(part)), "{markdown:?}");
}

/// The kinds of a document's nodes, and the tags in it.
fn elements(markdown: &str) -> BTreeSet<String> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.front_matter_delimiter = Some("---".into());
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let mut found = BTreeSet::new();
    for node in root.descendants().skip(1) {
        let value = &node.data.borrow().value;
        found.insert(value.xml_node_name().to_owned());
        let html = match value {
            NodeValue::HtmlInline(raw) => raw,
            NodeValue::HtmlBlock(block) => &block.literal,
            _ => continue,
        };
        found.extend(html.split_inclusive('>').filter_map(|part| Some(part.get(part.find('<')?..)?.to_owned())));
    }
    found
}
