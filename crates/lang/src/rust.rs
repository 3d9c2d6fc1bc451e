//! Rust.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "rust",
    title: "Rust",
    extensions: &["rs"],
    filenames: &[],
    interpreters: &["rust-script", "cargo"],
    grammar: || tree_sitter_rust::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["///", "//!", "/**", "/*!"]),
    kinds: Kinds {
        comment: &["line_comment", "block_comment"],
        string: &["string_literal", "raw_string_literal"],
        identifier: &[
            "identifier",
            "field_identifier",
            "type_identifier",
            "shorthand_field_identifier",
            "metavariable",
        ],
        function: &["function_item"],
        container: &["mod_item", "impl_item", "trait_item", "foreign_mod_item", "declaration_list"],
        handler: &[],
    },
    tests: Tests {
        paths: &["/tests/", "/tests.rs", "/test.rs", "_test.rs", "_tests.rs"],
        name_prefixes: &[],
        attributes: &[
            "#[test",
            "#[tokio::test",
            "#[async_std::test",
            "#[rstest",
            "#[wasm_bindgen_test",
            "#[bench",
            "#[cfg(test)]",
        ],
        calls: &[],
    },
};
