//! Where a reader sees a command, and where not.

use super::super::{Dialect, Misread, commands};

const CALL: &str = "/ai-detect confirm c5a7f83d";

/// How many commands of a comment are followed, and how many are answered.
fn followed(comment: &str, dialect: Dialect) -> (usize, usize) {
    let found = commands(comment, dialect);
    assert!(found.iter().all(|found| !matches!(found, Err(misread) if *misread != Misread::InHtml)), "{found:?}");
    (found.iter().filter(|found| found.is_ok()).count(), found.iter().filter(|found| found.is_err()).count())
}

#[test]
fn what_stands_in_something_else_is_no_command() {
    for hidden in [
        // Quotes, with the lines that go on in them without a sign.
        "> CALL",
        "> quoted\nCALL",
        "> [!NOTE]\n> x\nCALL",
        "> [!NOTE]\nCALL",
        // Lists and what stands in them.
        "- CALL",
        "1. item\nCALL",
        "- [ ] CALL",
        "- ```\n  CALL\n  ```",
        // Code.
        "    CALL",
        "\tCALL",
        "`CALL`",
        "`a\nCALL\nb`",
        "```\nCALL\n```",
        "````md\n```\nCALL\n```\n````",
        "~~~\nCALL",
        "$$\nCALL\n$$",
        // Other blocks.
        "CALL\n===",
        "# CALL",
        "| a |\n|---|\nCALL",
        "[^1]: note\nCALL\n\nsee[^1]",
        "[^1]: \nCALL\n\n[^1]: ",
        // What is no text of the line.
        "[x]: /u \"\nCALL\n\"",
        "![\nCALL\n](u)",
        "![x\n](u)CALL",
        "[\nCALL\n](u)",
        "*a\nCALL*",
        "~~a\nCALL\nb~~",
        // Comments and other markup that shows nothing.
        "<!--\nCALL\n-->",
        "a <!-- b\nCALL\n-->",
        "<![CDATA[\nCALL\n]]>",
        "<?\nCALL\n?>",
        "<!X\nCALL\n>",
        "<p title=\"\nCALL\n\">",
        "<pre>\nCALL\n</pre>",
        "<template>\nCALL\n</template>",
        "<textarea>\n\nCALL\n\n</textarea>",
        "<details>\nCALL\n</details>",
        // What only looks like a call.
        "see CALL",
        "/ai-detector confirm c5a7f83d",
        "/ai-detect\u{a0}confirm c5a7f83d",
        "\u{200b}CALL",
        "hi\u{2028}CALL",
    ] {
        for dialect in [Dialect::GitHub, Dialect::GitLab] {
            assert_eq!(followed(&hidden.replace("CALL", CALL), dialect), (0, 0), "{hidden}");
        }
    }
}

#[test]
fn what_raw_html_may_hide_is_answered_and_not_followed() {
    for doubtful in [
        "<p title=\"\n\nCALL\n\n\">",
        "<details><summary>x</summary>\n\nCALL\n\n</details>",
        "<template>\n\nCALL\n\n</template>",
        "- <del>\n\nCALL",
        "x <b>\nCALL",
        "x <div></div>\nCALL",
        "CALL<pre>a",
        "CALL</pre>a",
        "<!-- a --!><details> -->\n\nCALL",
        "<? > <details> ?>\n\nCALL",
        // An older CommonMark sees a tag here, on three lines.
        "<source\nCALL\n>",
    ] {
        assert_eq!(followed(&doubtful.replace("CALL", CALL), Dialect::GitHub), (0, 1), "{doubtful}");
    }
}

#[test]
fn call_verb_and_id_are_plain_text() {
    for (marked, told) in [
        ("/ai-detect ~~dismiss c5a7f83d false alarm~~", Misread::InMarkup),
        ("/ai-detect ~dismiss~ confirm c5a7f83d", Misread::InMarkup),
        ("/ai-detect confirm ~~c5a7f83d~~ 00aa11bb", Misread::InMarkup),
        ("/ai-detect *confirm* c5a7f83d", Misread::InMarkup),
        ("/ai-detect confirm c5a7f83d*a*", Misread::InMarkup),
        ("/ai-detect confirm [c5a7f83d](https://a.example)", Misread::InMarkup),
        ("/ai-detect*x* confirm c5a7f83d", Misread::InMarkup),
        ("/ai-detect ![confirm](x) c5a7f83d", Misread::InMarkup),
        // A reason that nobody reads as one.
        ("/ai-detect dismiss c5a7f83d ![generated](x)", Misread::NoReason("c5a7f83d".into())),
        ("/ai-detect dismiss c5a7f83d ~~generated~~", Misread::NoReason("c5a7f83d".into())),
        ("/ai-detect dismiss c5a7f83d ![a *generated* [b](y)](x)", Misread::NoReason("c5a7f83d".into())),
    ] {
        for dialect in [Dialect::GitHub, Dialect::GitLab] {
            assert_eq!(commands(marked, dialect), [Err(told.clone())], "{marked}");
        }
    }
    for plain in ["/ai-detect confirm c5a7f83d *as discussed*", "/ai-detect dismiss `c5a7f83d` ~~no~~ **generated**"] {
        assert!(commands(plain, Dialect::GitHub)[0].is_ok(), "{plain}");
    }
}

#[test]
fn a_line_of_plain_text_is_a_command() {
    for plain in [
        "CALL",
        "   CALL",
        "Looked at it:\nCALL\nThanks",
        "two  \nCALL",
        "```\ncode\n```\nCALL",
        "```\n<!--\n```\nCALL",
        "```not a fence` \nCALL",
        "> quoted\n\nCALL",
        "- item\n\nCALL",
        "<!-- a\n--> b\n\nCALL",
        "<!-- a note -->\n\nCALL",
        "<details><summary>log</summary>\n\ntext\n\n</details>\n\nCALL",
        "<pre>x</pre>\nCALL",
        "2 < 3, a <= b\nCALL",
        "hi\rCALL",
        "[x]: /u \"t\"\nCALL",
    ] {
        for dialect in [Dialect::GitHub, Dialect::GitLab] {
            assert_eq!(followed(&plain.replace("CALL", CALL), dialect), (1, 0), "{plain}");
        }
    }
}

#[test]
fn each_forge_reads_its_own_markdown() {
    for (comment, on_gitlab) in [
        ("---\na: b\n---\n\nCALL", 1),
        ("---\n\nCALL\n\n---", 0),
        ("+++\nCALL\n+++", 0),
        (";;;\nCALL\n;;;", 0),
        ("---yaml\n\nCALL\n\n...", 0),
        ("\n\n---\nx\n\nCALL\n...", 0),
        ("# coding: utf-8\n---\nx\n\nCALL\n\n---", 0),
        (";;;\nCALL", 1),
        (">>>\n\nCALL\n\n>>>", 0),
    ] {
        let comment = comment.replace("CALL", CALL);
        assert_eq!(followed(&comment, Dialect::GitHub), (1, 0), "{comment}");
        assert_eq!(followed(&comment, Dialect::GitLab), (on_gitlab, 0), "{comment}");
    }
}
