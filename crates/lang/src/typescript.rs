//! TypeScript. TSX has a grammar of its own and is the same language otherwise.

use super::{Docs, Kinds, Language, javascript};

pub(super) static LANGUAGE: Language = TYPESCRIPT;

pub(super) static TSX: Language = Language {
    extensions: &["tsx"],
    interpreters: &[],
    grammar: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    ..TYPESCRIPT
};

const TYPESCRIPT: Language = Language {
    name: "typescript",
    title: "TypeScript",
    extensions: &["ts", "mts", "cts"],
    filenames: &[],
    interpreters: &["deno", "bun", "ts-node", "tsx"],
    grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["/**"]),
    kinds: Kinds {
        comment: &["comment", "html_comment"],
        string: &["string", "template_string", "template_literal_type"],
        identifier: &[
            "identifier",
            "type_identifier",
            "property_identifier",
            "private_property_identifier",
            "shorthand_property_identifier",
            "shorthand_property_identifier_pattern",
            "statement_identifier",
        ],
        function: &["function_declaration", "generator_function_declaration", "method_definition"],
        // From `expression_statement` on: the way into `describe(() => { it(...) })`.
        container: &[
            "export_statement",
            "ambient_declaration",
            "internal_module",
            "module",
            "class_declaration",
            "abstract_class_declaration",
            "class",
            "class_body",
            "interface_declaration",
            "interface_body",
            "expression_statement",
            "call_expression",
            "arguments",
            "arrow_function",
            "function_expression",
            "statement_block",
        ],
        handler: &["catch_clause"],
    },
    tests: javascript::TESTS,
};
