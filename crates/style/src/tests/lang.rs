//! The languages: their keys are found, and their grammars have the kinds of nodes that we name.

use std::collections::HashSet;

use ai_detect_lang::{ALL, Language, by_name, for_path};

/// A little code of each language, in the order of [`ALL`].
const SNIPPETS: &[(&str, &str)] = &[
    ("sh", "# greets\ngreet() {\n  local name=\"$1\"\n  echo \"hi $name\"\n}\n"),
    ("c", "/* greets */\nint greet(void) {\n  return puts(\"hi\");\n}\n"),
    ("cc", "// greets\nnamespace a {\nvoid B::greet() { say(\"hi\"); }\n}\n"),
    ("cs", "// greets\nclass A {\n  void Greet() { Say($\"hi {name}\"); }\n}\n"),
    ("go", "package a\n\n// greets\nfunc greet() {\n\tsay(`hi`)\n}\n"),
    ("java", "/** Greets. */\nclass A {\n  void greet() { say(\"hi\"); }\n}\n"),
    ("js", "// greets\nfunction greet(name) { return `hi ${name}`; }\n"),
    ("kt", "// greets\nclass A {\n  fun greet() {\n    say(\"hi\")\n  }\n}\n"),
    ("php", "<?php\n// greets\nfunction greet($name) { return \"hi $name\"; }\n"),
    ("py", "# greets\ndef greet(name):\n    return f\"hi {name}\"\n"),
    ("rb", "# greets\ndef greet(name)\n  \"hi #{name}\"\nend\n"),
    ("rs", "/// Greets.\nfn greet() -> &'static str {\n    r\"hi\"\n}\n"),
    ("ts", "// greets\nfunction greet(name: string): string { return `hi ${name}`; }\n"),
    ("tsx", "// greets\nfunction Greet() { return <p title=\"hi\">{name}</p>; }\n"),
];

fn name_of(path: &str, first_line: &str) -> Option<&'static str> {
    for_path(path.as_bytes(), first_line.as_bytes()).map(|language| language.name)
}

fn all_kinds(language: &Language) -> impl Iterator<Item = &'static str> {
    let kinds = &language.kinds;
    [kinds.comment, kinds.string, kinds.identifier, kinds.function, kinds.container, kinds.handler]
        .into_iter()
        .flatten()
        .copied()
}

#[test]
fn grammars_load_and_have_the_kinds() {
    for language in ALL {
        let grammar = (language.grammar)();
        let loaded = tree_sitter::Parser::new().set_language(&grammar);
        assert!(loaded.is_ok(), "{}: {loaded:?}", language.name);
        for kind in all_kinds(language) {
            let id = grammar.id_for_node_kind(kind, true);
            assert_ne!(id, 0, "{} has no {kind}", language.name);
        }
    }
}

#[test]
fn keys_belong_to_one_language() {
    for keys in [
        |language: &Language| language.extensions,
        |language: &Language| language.filenames,
        |language: &Language| language.interpreters,
    ] {
        let mut seen = HashSet::new();
        for key in ALL.iter().flat_map(|language| keys(language)) {
            assert!(seen.insert(key), "{key} twice");
        }
    }
}

#[test]
fn extensions_are_lower_case_and_short_enough_to_be_found() {
    for language in ALL {
        for extension in language.extensions {
            assert_eq!(*extension, extension.to_ascii_lowercase());
            assert_eq!(name_of(&format!("a.{extension}"), ""), Some(language.name), "{extension}");
        }
    }
}

#[test]
fn languages_are_sorted_and_found_by_name() {
    assert!(ALL.is_sorted_by_key(|language| language.name));
    for language in ALL {
        assert_eq!(by_name(language.name).map(|found| found.name), Some(language.name));
    }
    assert_eq!(by_name("typescript").map(|found| found.extensions[0]), Some("ts"));
    assert!(by_name("cobol").is_none());
}

#[test]
fn paths() {
    for (path, expected) in [
        ("src/main.rs", Some("rust")),
        ("a/b.test.TSX", Some("typescript")),
        ("types/index.d.ts", Some("typescript")),
        ("a.c", Some("c")),
        ("a.C", Some("cpp")),
        ("a.H", Some("cpp")),
        ("a.CPP", Some("cpp")),
        ("lib/Rakefile", Some("ruby")),
        ("home/.bashrc", Some("bash")),
        ("Makefile", None),
        ("rakefile", None),
        ("dir.py/README", None),
        (".py", None),
        ("a.", None),
        ("a.extraordinarily_long_extension", None),
        ("", None),
    ] {
        assert_eq!(name_of(path, ""), expected, "{path}");
    }
}

#[test]
fn paths_need_not_be_unicode() {
    let name = |path| for_path(path, b"").map(|language| language.name);
    assert_eq!(name(b"\xff\xfe/\x80.go"), Some("go"));
    assert_eq!(name(b"a.g\xff"), None);
}

#[test]
fn first_lines() {
    for (line, expected) in [
        ("#!/bin/sh", Some("bash")),
        ("#! /bin/bash -e\r\n", Some("bash")),
        ("#!/usr/bin/env python3.11", Some("python")),
        ("#!/usr/bin/env -S python3 -u", Some("python")),
        ("#!/usr/bin/env -S uv run --script", Some("python")),
        ("#!/usr/bin/env pypy3", Some("python")),
        ("#!/usr/bin/env -Snode --no-warnings", Some("javascript")),
        ("#!/usr/bin/env --split-string=deno run", Some("typescript")),
        ("#!/usr/bin/env -i -u HOME LANG=C /opt/bin/ruby2.7", Some("ruby")),
        ("#!/usr/local/bin/php8.2\n<?php", Some("php")),
        ("#!/usr/bin/perl", None),
        ("#!/usr/bin/env", None),
        ("#!/usr/bin/env\npython", None),
        ("#!", None),
        ("#!3.1", None),
        ("# python", None),
        ("", None),
    ] {
        assert_eq!(name_of("bin/tool", line), expected, "{line}");
        assert_eq!(name_of(".hook", line), expected, "{line}");
    }
    assert_eq!(name_of("notes.txt", "#!/bin/sh"), None);
    assert_eq!(name_of("a.py", "#!/bin/sh"), Some("python"));
}

#[test]
fn snippets_parse_and_hold_the_kinds() {
    assert_eq!(SNIPPETS.len(), ALL.len(), "each language needs a snippet");
    for (language, (extension, code)) in ALL.iter().zip(SNIPPETS) {
        assert_eq!(language.extensions[0], *extension);
        let mut parser = tree_sitter::Parser::new();
        assert!(parser.set_language(&(language.grammar)()).is_ok());
        let tree = parser.parse(code, None);
        let mut nodes: Vec<_> = tree.iter().map(tree_sitter::Tree::root_node).collect();
        assert!(nodes.iter().all(|root| !root.has_error()), "{extension}: {nodes:?}");

        let mut found = HashSet::new();
        while let Some(node) = nodes.pop() {
            if node.is_named() {
                found.insert(node.kind());
            }
            nodes.extend(node.children(&mut node.walk()));
        }
        let kinds = &language.kinds;
        for wanted in [kinds.comment, kinds.string, kinds.function, kinds.identifier] {
            let any = wanted.iter().any(|kind| found.contains(kind));
            assert!(any, "{extension}: none of {wanted:?}");
        }
    }
}
