//! Go.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "go",
    title: "Go",
    extensions: &["go"],
    filenames: &[],
    interpreters: &["gorun"],
    grammar: || tree_sitter_go::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Preceding,
    kinds: Kinds {
        comment: &["comment"],
        string: &["interpreted_string_literal", "raw_string_literal"],
        identifier: &["identifier", "field_identifier", "type_identifier", "package_identifier", "label_name"],
        function: &["function_declaration", "method_declaration"],
        container: &["type_declaration", "type_spec", "interface_type"],
        handler: &[],
    },
    tests: Tests {
        paths: &["_test.go"],
        name_prefixes: &["Test", "Benchmark", "Fuzz", "Example"],
        attributes: &[],
        calls: &["t.Run", "b.Run", "Describe", "Context", "When", "It", "Specify", "DescribeTable"],
    },
};
