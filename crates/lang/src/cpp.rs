//! C++.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "cpp",
    title: "C++",
    extensions: &[
        "cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "h++", "ipp", "inl", "ino", "tcc", "tpp", "txx", "ixx", "cppm",
    ],
    filenames: &[],
    interpreters: &[],
    grammar: || tree_sitter_cpp::LANGUAGE.into(),
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    docs: Docs::Prefixes(&["/**", "/*!", "///", "//!"]),
    kinds: Kinds {
        comment: &["comment"],
        string: &["string_literal", "raw_string_literal", "concatenated_string"],
        identifier: &[
            "identifier",
            "field_identifier",
            "type_identifier",
            "namespace_identifier",
            "statement_identifier",
        ],
        function: &["function_definition"],
        container: &[
            "namespace_definition",
            "linkage_specification",
            "declaration_list",
            "template_declaration",
            "class_specifier",
            "struct_specifier",
            "union_specifier",
            "field_declaration_list",
            "preproc_if",
            "preproc_ifdef",
            "preproc_elif",
            "preproc_elifdef",
            "preproc_else",
        ],
        handler: &["catch_clause", "seh_except_clause"],
    },
    tests: Tests {
        paths: &["/test/", "/tests/", "/unittests/", "/test_", "_test.c", "_tests.c", "Test.cpp"],
        // `TEST_F(Suite, Name) { }` reads as a function of the name `TEST_F`.
        name_prefixes: &["test_", "TEST", "TYPED_TEST", "BOOST_AUTO_TEST", "BOOST_FIXTURE_TEST"],
        attributes: &[],
        calls: &["TEST_CASE", "SCENARIO", "SECTION", "SUBCASE", "GIVEN", "WHEN", "THEN"],
    },
};
