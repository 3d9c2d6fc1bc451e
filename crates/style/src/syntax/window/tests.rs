//! Which lines are parsed, and where long parts are cut.

use super::*;
use crate::syntax::hunks;
use ai_detect_lang as lang;

/// The lines that are parsed where one line, the one that says so, was added to a long file.
fn parsed(language: &str, content: &str) -> Vec<String> {
    let filler = "\n".repeat(200);
    let text = Text::new(format!("{content}{filler}").into_bytes());
    let added = (0..text.len()).find(|&line| text.line(line).contains_str("added")).unwrap();
    let runs = hunks::runs(&text, &[Span::new(added, added + 1)]);
    let windows = windows(&text, &runs, lang::by_name(language).unwrap());
    let shown = |line: u32, bytes: usize| {
        let content = trimmed(text.line(line));
        content.get(..bytes).unwrap_or(content).to_str_lossy().into_owned()
    };
    let of_window = |window: &Window| -> Vec<String> {
        let spans = window.headers.iter().chain([&window.span]).flat_map(|span| span.start..span.end);
        let footers = window.footers.iter().map(|&(line, bytes)| shown(line, bytes));
        spans.map(|line| shown(line, usize::MAX)).filter(|line| !line.is_empty()).chain(footers).collect()
    };
    windows.iter().flat_map(of_window).collect()
}

#[test]
fn a_line_is_parsed_with_the_lines_that_it_stands_in() {
    let content = "class Shop {\n    int a;\n    void sell(\n        int price,\n        int count\n    ) {\n        if (a) {\n            b();\n        } else {\n            added();\n            c();\n            d();\n        }\n    }\n}\n";
    let lines =
        ["class Shop {", "void sell(", "int price,", "int count", ") {", "if (a) {", "added();", "c();", "}", "}", "}"];
    assert_eq!(parsed("java", content), lines);
}

#[test]
fn only_what_closes_is_taken_of_the_lines_below() {
    let content = "if (a) {\n    added();\n    b();\n    b();\n} else {\n    c();\n}\n";
    assert_eq!(parsed("java", content), ["if (a) {", "added();", "b();", "}"]);
    let content = "def sell\n  added\n  b\n  b\nend\n";
    assert_eq!(parsed("ruby", content), ["def sell", "added", "b", "end"]);
    let content = "def sell():\n    if a:\n        added()\n    b()\n";
    assert_eq!(parsed("python", content), ["def sell():", "if a:", "added()"]);
}

#[test]
fn a_line_of_a_comment_is_parsed_with_all_of_it() {
    let content = "int a;\n/**\n * Sells.\n * added\n * Buys.\n */\nint b;\nint c;\n";
    assert_eq!(parsed("java", content), ["/**", "* Sells.", "* added", "* Buys.", "*/", "int b;"]);
    let content = "x = 1\ndef sell():\n    \"\"\"Sells.\n\n    added\n    Buys.\n    \"\"\"\n    a()\n    b()\n";
    let lines = ["def sell():", "\"\"\"Sells.", "added", "Buys.", "\"\"\"", "a()"];
    assert_eq!(parsed("python", content), lines);
    let content = "def sell():\n    \"\"\"\n    Sells.\n    \"\"\"\n    added()\n";
    assert_eq!(parsed("python", content), ["def sell():", "added()"]);
}

#[test]
fn a_long_part_is_cut_where_items_start() {
    let function = |at: usize| format!("fn f{at}() {{\n{}}}\n\n", "    step(a, b);\n\n".repeat(40));
    let text = Text::new((0..30).map(function).collect::<String>().into_bytes());
    let runs = hunks::runs(&text, &[Span::new(0, text.len())]);
    let windows = windows(&text, &runs, lang::by_name("rust").unwrap());
    assert!(windows.len() > 3, "{windows:?}");
    let mut end = 0;
    for window in &windows {
        assert_eq!(window.span.start, end, "nothing is left out");
        end = window.span.end;
        assert!(window.is_bounded(&text) && window.headers.is_empty() && window.footers.is_empty(), "{window:?}");
        assert!(text.line(window.span.start).starts_with(b"fn f"), "{window:?}");
    }
    assert_eq!(end, text.len());
}

#[test]
fn one_line_that_holds_too_much_is_not_parsed() {
    let text = Text::new(format!("a();\n{}\nb();\n", "(".repeat(3000)).into_bytes());
    let runs = hunks::runs(&text, &[Span::new(0, text.len())]);
    let windows = windows(&text, &runs, lang::by_name("java").unwrap());
    let bounded: Vec<bool> = windows.iter().map(|window| window.is_bounded(&text)).collect();
    assert!(bounded.contains(&false), "{windows:?}");
    assert_eq!(windows.iter().map(|window| window.span.len()).sum::<u32>(), text.len());
}

#[test]
fn a_preprocessor_and_comments_at_the_edge_are_no_place_to_stand_in() {
    let content = "int sell() {\n#ifdef A\n// why\n    added();\n#endif\n}\n";
    assert_eq!(parsed("c", content), ["int sell() {", "// why", "added();", "}"]);
}

proptest::proptest! {
    #[test]
    fn windows_cover_every_run_and_never_overlap(
        lines in proptest::collection::vec(r#"( {0,3}|\t)([a})/*"]|"""|/\*|\*/|\) \{|\} else \{)?"#, 1..60),
        added in proptest::collection::vec((0u32..60, 1u32..8), 1..6),
        python: bool,
    ) {
        let text = Text::new(lines.join("\n").into_bytes());
        let mut spans: Vec<Span> = Vec::new();
        for (start, len) in added {
            let span = Span::new(start.min(text.len()), (start + len).min(text.len()));
            if !span.is_empty() && spans.iter().all(|other| other.intersect(span).is_empty()) {
                spans.push(span);
            }
        }
        spans.sort_by_key(|span| span.start);
        let runs = hunks::runs(&text, &spans);
        let language = lang::by_name(if python { "python" } else { "java" }).unwrap();
        let windows = windows(&text, &runs, language);
        let mut end = 0;
        for window in &windows {
            proptest::prop_assert!(window.span.start >= end && window.span.end <= text.len());
            end = window.span.end;
            let mut above = 0;
            let below = window.footers.iter().map(|footer| footer.0);
            proptest::prop_assert!(below.clone().is_sorted() && below.clone().all(|line| line >= end && line < text.len()));
            for header in &window.headers {
                proptest::prop_assert!(header.start >= above && !header.is_empty() && header.end <= window.span.start);
                above = header.end;
            }
        }
        for run in runs {
            let covers = |window: &Window| window.span.start <= run.span().start && run.span().end <= window.span.end;
            proptest::prop_assert!(windows.iter().any(covers));
        }
    }
}
