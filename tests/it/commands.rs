//! Commands in comments that nobody thought of: one is followed exactly where a reader sees it as a line of a paragraph.
//! The page that they see is made by Markdown's own renderer and read as a browser reads it (`fuzz/src/commands.rs`).

use crate::targets::commands::run;
use proptest::prelude::*;

const CALL: &str = "/ai-detect confirm c5a7f83d";

/// What comments are made of around a command.
fn piece() -> impl Strategy<Value = String> {
    let markdown = [
        "> ",
        ">",
        "- ",
        "1. ",
        "  ",
        "    ",
        "\t",
        "```",
        "~~~",
        "`",
        "``",
        "*",
        "_",
        "~~",
        "**",
        "[",
        "](u)",
        "[x]: /u \"",
        "\"",
        "[^1]: ",
        "[^1]",
        "|",
        "| a |\n|---|\n",
        "# ",
        "===",
        "---",
        "- [ ] ",
        "> [!NOTE]\n",
        "$$",
        "$",
        "\\",
        "![",
        "](",
        ": ",
        ">>>",
        "[[",
        "]]",
        "(",
        ")",
        "www.a.example",
        "https://a.example",
        "a@b.example",
    ];
    let html = [
        "<b>",
        "</b>",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
        "<p title=\"",
        "\">",
        "<!--",
        "-->",
        "--!>",
        "<!-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<!X",
        ">",
        "<",
        "<pre>",
        "</pre>",
        "<template>",
        "</template>",
        "<textarea>",
        "</textarea>",
        "<script>",
        "</script>",
        "<table>",
        "<td>",
        "</table>",
        "<div",
        "<a href='",
        "'>",
        "<source",
        "<br>",
        "<del>",
    ];
    prop_oneof![
        6 => Just(format!("{CALL}\n")),
        3 => Just(CALL.to_owned()),
        3 => proptest::sample::select(vec!["/ai-detect ", "confirm ", "c5a7f83d", " why"]).prop_map(str::to_owned),
        6 => Just("\n".to_owned()),
        3 => Just("\n\n".to_owned()),
        8 => proptest::sample::select(markdown.to_vec()).prop_map(str::to_owned),
        6 => proptest::sample::select(html.to_vec()).prop_map(str::to_owned),
        2 => "[a-z ]{1,5}",
    ]
}

/// The same without raw HTML.
fn plain_piece() -> impl Strategy<Value = String> {
    piece().prop_filter("no raw HTML", |piece| !piece.contains('<'))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_followed_is_seen(pieces in proptest::collection::vec(piece(), 1..14)) {
        run(pieces.concat().as_bytes());
    }

    #[test]
    fn what_is_seen_without_raw_html_is_followed(pieces in proptest::collection::vec(plain_piece(), 1..14)) {
        run(pieces.concat().as_bytes());
    }
}
