//! Python.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "python",
    title: "Python",
    extensions: &["py", "pyi", "pyw"],
    filenames: &["SConstruct", "SConscript", "wscript"],
    interpreters: &["python", "python2", "python3", "pypy", "uv"],
    grammar: || tree_sitter_python::LANGUAGE.into(),
    line_comments: &["#"],
    block_comment: None,
    docs: Docs::FirstString,
    kinds: Kinds {
        comment: &["comment"],
        string: &["string"],
        identifier: &["identifier"],
        function: &["function_definition"],
        container: &["class_definition", "block"],
        handler: &["except_clause"],
    },
    tests: Tests {
        paths: &["/tests/", "/test/", "/test_", "_test.py", "/conftest.py"],
        name_prefixes: &["test_", "test"],
        attributes: &["@pytest."],
        calls: &[],
    },
};
