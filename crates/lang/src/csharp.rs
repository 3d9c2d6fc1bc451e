//! C#.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "csharp",
    title: "C#",
    extensions: &["cs", "csx", "cake"],
    filenames: &[],
    interpreters: &["dotnet", "dotnet-script"],
    grammar: || tree_sitter_c_sharp::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["///", "/**"]),
    kinds: Kinds {
        comment: &["comment"],
        string: &["string_literal", "verbatim_string_literal", "raw_string_literal", "interpolated_string_expression"],
        identifier: &["identifier", "implicit_parameter"],
        function: &[
            "method_declaration",
            "constructor_declaration",
            "destructor_declaration",
            "operator_declaration",
            "conversion_operator_declaration",
            "local_function_statement",
        ],
        container: &[
            "namespace_declaration",
            "class_declaration",
            "struct_declaration",
            "interface_declaration",
            "record_declaration",
            "declaration_list",
            "preproc_if",
            "preproc_elif",
            "preproc_else",
        ],
        handler: &["catch_clause"],
    },
    tests: Tests {
        paths: &["/test/", "/tests/", "/Tests/", ".Tests/", ".Test/", "Tests/", "Tests.cs", "Test.cs"],
        name_prefixes: &[],
        attributes: &["[Test]", "[Test(", "[TestCase", "[TestMethod", "[DataTestMethod", "[Fact", "[Theory"],
        calls: &[],
    },
};
