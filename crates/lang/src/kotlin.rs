//! Kotlin.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "kotlin",
    title: "Kotlin",
    extensions: &["kt", "kts"],
    filenames: &[],
    interpreters: &["kotlin", "kotlinc"],
    grammar: || tree_sitter_kotlin_ng::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["/**"]),
    kinds: Kinds {
        comment: &["line_comment", "block_comment"],
        string: &["string_literal", "multiline_string_literal"],
        identifier: &["identifier"],
        function: &["function_declaration", "secondary_constructor"],
        container: &["class_declaration", "object_declaration", "companion_object", "class_body", "enum_class_body"],
        handler: &["catch_block"],
    },
    tests: Tests {
        paths: &["/test/", "/tests/", "/androidTest/", "/commonTest/", "/jvmTest/", "Test.kt", "Tests.kt", "Spec.kt"],
        name_prefixes: &["test"],
        attributes: &["@Test", "@ParameterizedTest", "@RepeatedTest"],
        calls: &["describe", "context", "it", "test", "should", "given", "feature", "scenario"],
    },
};
