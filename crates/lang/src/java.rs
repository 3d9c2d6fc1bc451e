//! Java.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "java",
    title: "Java",
    extensions: &["java"],
    filenames: &[],
    interpreters: &[],
    grammar: || tree_sitter_java::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["/**", "///"]),
    kinds: Kinds {
        comment: &["line_comment", "block_comment"],
        string: &["string_literal"],
        identifier: &["identifier", "type_identifier"],
        function: &["method_declaration", "constructor_declaration", "compact_constructor_declaration"],
        container: &[
            "class_declaration",
            "class_body",
            "interface_declaration",
            "interface_body",
            "enum_declaration",
            "enum_body",
            "enum_body_declarations",
            "record_declaration",
            "annotation_type_declaration",
            "annotation_type_body",
        ],
        handler: &["catch_clause"],
    },
    tests: Tests {
        paths: &["/test/", "/tests/", "/androidTest/", "/integrationTest/", "Test.java", "Tests.java"],
        name_prefixes: &["test"],
        attributes: &["@Test", "@ParameterizedTest", "@RepeatedTest", "@Property"],
        calls: &[],
    },
};
