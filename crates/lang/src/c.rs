//! C.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "c",
    title: "C",
    extensions: &["c", "h"],
    filenames: &[],
    interpreters: &["tcc"],
    grammar: || tree_sitter_c::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["/**", "/*!", "///", "//!"]),
    kinds: Kinds {
        comment: &["comment"],
        string: &["string_literal", "concatenated_string"],
        identifier: &["identifier", "field_identifier", "type_identifier", "statement_identifier"],
        function: &["function_definition"],
        // A header is one `#ifndef` from the second line to the last.
        container: &[
            "linkage_specification",
            "declaration_list",
            "preproc_if",
            "preproc_ifdef",
            "preproc_elif",
            "preproc_elifdef",
            "preproc_else",
        ],
        handler: &["seh_except_clause"],
    },
    tests: Tests {
        paths: &["/test/", "/tests/", "/unittests/", "/test_", "_test.c", "_tests.c"],
        name_prefixes: &["test_", "test", "TEST", "START_TEST"],
        attributes: &[],
        calls: &["TEST_CASE"],
    },
};
