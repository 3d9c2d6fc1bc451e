//! JavaScript, with JSX.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "javascript",
    title: "JavaScript",
    extensions: &["js", "jsx", "mjs", "cjs"],
    filenames: &["Jakefile"],
    interpreters: &["node", "nodejs", "gjs", "qjs", "zx"],
    grammar: || tree_sitter_javascript::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["/**"]),
    kinds: Kinds {
        comment: &["comment", "html_comment"],
        string: &["string", "template_string"],
        identifier: &[
            "identifier",
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
            "class_declaration",
            "class",
            "class_body",
            "expression_statement",
            "call_expression",
            "arguments",
            "arrow_function",
            "function_expression",
            "statement_block",
        ],
        handler: &["catch_clause"],
    },
    tests: TESTS,
};

pub(super) const TESTS: Tests = Tests {
    paths: &["/__tests__/", "/test/", "/tests/", "/spec/", "/e2e/", "/cypress/", ".test.", ".spec."],
    name_prefixes: &[],
    attributes: &[],
    calls: &["it", "test", "describe", "context", "suite", "specify", "bench", "Deno.test"],
};
