//! PHP.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "php",
    title: "PHP",
    extensions: &["php", "phtml", "php3", "php4", "php5", "php7", "php8", "phpt"],
    filenames: &[],
    interpreters: &["php"],
    grammar: || tree_sitter_php::LANGUAGE_PHP.into(),
    line_comments: &["//", "#"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["/**"]),
    kinds: Kinds {
        comment: &["comment"],
        string: &["string", "encapsed_string", "heredoc", "nowdoc"],
        identifier: &["name"],
        function: &["function_definition", "method_declaration"],
        // `return new class { }` is how a migration is written.
        container: &[
            "namespace_definition",
            "compound_statement",
            "class_declaration",
            "interface_declaration",
            "trait_declaration",
            "enum_declaration",
            "declaration_list",
            "enum_declaration_list",
            "return_statement",
            "object_creation_expression",
            "anonymous_class",
        ],
        handler: &["catch_clause"],
    },
    tests: Tests {
        paths: &["/test/", "/tests/", "/Tests/", "Test.php", ".phpt"],
        name_prefixes: &["test"],
        attributes: &["#[Test]", "@test"],
        calls: &["it", "test", "describe"],
    },
};
