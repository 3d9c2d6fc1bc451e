//! Ruby.

use super::{Docs, Kinds, Language, Tests};

pub(super) static LANGUAGE: Language = Language {
    name: "ruby",
    title: "Ruby",
    extensions: &["rb", "rake", "gemspec", "ru", "rbw", "rbi", "podspec", "thor", "jbuilder"],
    filenames: &[
        "Appraisals",
        "Berksfile",
        "Brewfile",
        "Capfile",
        "Dangerfile",
        "Fastfile",
        "Gemfile",
        "Guardfile",
        "Podfile",
        "Rakefile",
        "Thorfile",
        "Vagrantfile",
    ],
    interpreters: &["ruby", "jruby", "truffleruby", "rake"],
    grammar: || tree_sitter_ruby::LANGUAGE.into(),
    line_comments: &["#"],
    block_comment: Some(("=begin", "=end")),
    docs: Docs::Preceding,
    kinds: Kinds {
        comment: &["comment"],
        string: &["string", "chained_string", "bare_string", "heredoc_body"],
        identifier: &[
            "identifier",
            "constant",
            "instance_variable",
            "class_variable",
            "global_variable",
            "hash_key_symbol",
        ],
        function: &["method", "singleton_method"],
        // From `call` on: the way into `describe do it { } end`.
        container: &["module", "class", "singleton_class", "body_statement", "call", "do_block"],
        handler: &["rescue"],
    },
    tests: Tests {
        paths: &["/spec/", "/test/", "/tests/", "_spec.rb", "_test.rb", "/test_"],
        name_prefixes: &["test_"],
        attributes: &[],
        calls: &[
            "describe", "context", "it", "specify", "example", "test", "should", "feature", "scenario", "xit", "fit",
        ],
    },
};
