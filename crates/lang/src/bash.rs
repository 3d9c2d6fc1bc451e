//! Bash, and the shells close enough to it for its grammar.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "bash",
    title: "shell",
    extensions: &["sh", "bash", "bats", "ksh", "zsh", "ebuild", "eclass"],
    filenames: &[
        ".bash_aliases",
        ".bash_login",
        ".bash_logout",
        ".bash_profile",
        ".bashrc",
        ".envrc",
        ".kshrc",
        ".profile",
        ".zprofile",
        ".zshenv",
        ".zshrc",
        "APKBUILD",
        "PKGBUILD",
    ],
    interpreters: &["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "bats"],
    grammar: || tree_sitter_bash::LANGUAGE.into(),
    line_comments: &["#"],
    block_comment: None,
    docs: Docs::Preceding,
    kinds: Kinds {
        comment: &["comment"],
        string: &["string", "raw_string", "ansi_c_string", "translated_string", "heredoc_body"],
        identifier: &["variable_name", "special_variable_name"],
        function: &["function_definition"],
        container: &[],
        handler: &[],
    },
    tests: Tests {
        paths: &["/test/", "/tests/", "/spec/", "/test_", "_test.sh", "_spec.sh", ".bats"],
        name_prefixes: &["test_", "test"],
        attributes: &[],
        calls: &["@test", "Describe", "Context", "It"],
    },
};
