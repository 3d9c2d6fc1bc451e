//! The languages: one file each, and the registry that finds the right one for a path.
//!
//! A language is data: its grammar, the names of its node kinds, and its conventions for comments,
//! documentation and tests. Adding one is a file here and a line in [`ALL`]. Parsing itself is
//! `syntax`.
//!
//! ```
//! let language = ai_detect_lang::for_path(b"bin/tool", b"#!/usr/bin/env python3").ok_or("no language")?;
//! assert_eq!(language.name, "python");
//! assert!(ai_detect_lang::for_path(b"notes.txt", b"").is_none());
//! # Ok::<(), &str>(())
//! ```

mod bash;
mod c;
mod cpp;
mod csharp;
mod go;
mod java;
mod javascript;
mod kotlin;
mod php;
mod python;
mod ruby;
mod rust;
mod typescript;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use ai_detect_base::change::FileChange;

/// What the analysis needs to know of a language.
#[derive(Debug)]
pub struct Language {
    /// The name used in reports and rules: lower case, such as `csharp`.
    pub name: &'static str,
    /// The name as people write it.
    pub title: &'static str,
    /// File name extensions without the dot, lower case.
    pub extensions: &'static [&'static str],
    /// Whole file names, such as `Rakefile`.
    pub filenames: &'static [&'static str],
    /// Interpreters named in a `#!` line, such as `bash`.
    pub interpreters: &'static [&'static str],
    /// The grammar.
    pub grammar: fn() -> tree_sitter::Language,
    /// What starts a comment that runs to the end of the line.
    pub line_comments: &'static [&'static str],
    /// What opens and closes a comment that may span lines.
    pub block_comment: Option<(&'static str, &'static str)>,
    /// How documentation is told from ordinary comments.
    pub docs: Docs,
    /// The node kinds that matter.
    pub kinds: Kinds,
    /// How tests are recognised.
    pub tests: Tests,
}

/// How a language writes documentation.
#[derive(Debug)]
pub enum Docs {
    /// Comments that start with one of these, such as `///` or `/**`.
    Prefixes(&'static [&'static str]),
    /// The first statement of a module, class or function when it is a string.
    FirstString,
    /// Any comment that directly precedes a function or type.
    Preceding,
}

/// Node kinds of a grammar, by the part they play. Every name must exist in the grammar.
#[derive(Debug)]
pub struct Kinds {
    /// Comments.
    pub comment: &'static [&'static str],
    /// String literals, the outermost node of each.
    pub string: &'static [&'static str],
    /// Names: variables, fields, types, functions.
    pub identifier: &'static [&'static str],
    /// Functions and methods, closures left out.
    pub function: &'static [&'static str],
    /// Things whose members are items of their own, such as classes, impl blocks and namespaces.
    pub container: &'static [&'static str],
    /// Error handlers: `catch`, `except`, `rescue`.
    pub handler: &'static [&'static str],
}

/// How tests are recognised in a language.
#[derive(Debug)]
pub struct Tests {
    /// What the path of a test file holds, such as `/tests/` or `_test.go`; matched on the path
    /// with a `/` put before it.
    pub paths: &'static [&'static str],
    /// What marks a function as a test: the start of its name, as `test_`.
    pub name_prefixes: &'static [&'static str],
    /// Attributes, annotations or decorators on the lines before it, as `#[test]` or `@Test`.
    pub attributes: &'static [&'static str],
    /// Calls whose first string argument names a test, as `it` or `describe`.
    pub calls: &'static [&'static str],
}

/// All languages, in the order of their names.
pub static ALL: &[&Language] = &[
    &bash::LANGUAGE,
    &c::LANGUAGE,
    &cpp::LANGUAGE,
    &csharp::LANGUAGE,
    &go::LANGUAGE,
    &java::LANGUAGE,
    &javascript::LANGUAGE,
    &kotlin::LANGUAGE,
    &php::LANGUAGE,
    &python::LANGUAGE,
    &ruby::LANGUAGE,
    &rust::LANGUAGE,
    &typescript::LANGUAGE,
    &typescript::TSX,
];

/// The language of a file: by its whole name, else by its extension, else, when it has none, by
/// the `#!` of its first line. Anything after the first line is ignored.
pub fn for_path(path: &[u8], first_line: &[u8]) -> Option<&'static Language> {
    let name = last_part(path);
    if let Some(language) = INDEX.filenames.get(name) {
        return Some(language);
    }
    match extension(name) {
        Some(b"C" | b"H") => Some(&cpp::LANGUAGE),
        Some(extension) => {
            let mut lower = [0; MAX_EXTENSION_LENGTH];
            let lower = lower.get_mut(..extension.len())?;
            lower.copy_from_slice(extension);
            lower.make_ascii_lowercase();
            INDEX.extensions.get(&*lower).copied()
        }
        None => {
            let program = interpreter(first_line)?;
            let found = INDEX.interpreters.get(program);
            found.or_else(|| INDEX.interpreters.get(without_version(program))).copied()
        }
    }
}

/// Whether a path may be that of code: by its name, or because only the first line can tell.
pub fn may_be(path: &[u8]) -> bool {
    extension(last_part(path)).is_none() || for_path(path, b"").is_some()
}

/// Whether only the first line of a file can tell its language: the name has no extension, and says nothing itself.
pub fn is_told_by_first_line(path: &[u8]) -> bool {
    extension(last_part(path)).is_none() && for_path(path, b"").is_none()
}

/// Languages between which people migrate files: a rename, or lines that move, may go from one to the other.
const FAMILIES: [&[&str]; 3] = [&["c", "cpp"], &["java", "kotlin"], &["javascript", "typescript"]];

/// The name of the family of a language: of those that are much alike the first one, else its own.
pub fn family(language: &Language) -> &'static str {
    let family = FAMILIES.iter().find(|family| family.contains(&language.name));
    family.and_then(|family| family.first().copied()).unwrap_or(language.name)
}

/// The language of a file of a change. A script that has lost its `#!` line is what it was before: it is run as that
/// by whoever names its interpreter.
pub fn of_file(file: &FileChange) -> Option<&'static Language> {
    let found = for_path(&file.path, file.new.line(0));
    let before = || file.old.as_ref().filter(|_| file.old_path.is_none());
    found.or_else(|| for_path(&file.path, before()?.line(0)))
}

/// The language of a name; of those that share one, the first in [`ALL`].
pub fn by_name(name: &str) -> Option<&'static Language> {
    ALL.iter().copied().find(|language| language.name == name)
}

/// Longer extensions belong to no language.
const MAX_EXTENSION_LENGTH: usize = 8;

static INDEX: LazyLock<Index> = LazyLock::new(|| Index {
    filenames: index(|language| language.filenames),
    extensions: index(|language| language.extensions),
    interpreters: index(|language| language.interpreters),
});

struct Index {
    filenames: ByKey,
    extensions: ByKey,
    interpreters: ByKey,
}

type ByKey = FxHashMap<&'static [u8], &'static Language>;

fn index(keys: fn(&Language) -> &'static [&'static str]) -> ByKey {
    let of = |language: &'static Language| keys(language).iter().map(move |key| (key.as_bytes(), language));
    ALL.iter().copied().flat_map(of).collect()
}

fn last_part(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// What follows the last dot, unless that is nothing or the dot starts the name.
fn extension(name: &[u8]) -> Option<&[u8]> {
    let dot = name.iter().rposition(|&byte| byte == b'.')?;
    (dot > 0 && dot + 1 < name.len()).then(|| &name[dot + 1..])
}

/// The program that a `#!` line runs, seen through `env` and its options.
fn interpreter(first_line: &[u8]) -> Option<&[u8]> {
    let line = first_line.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let program = last_part(words.next()?);
    if program != b"env" {
        return Some(program);
    }
    while let Some(word) = words.next() {
        // `-S` and its long form may be glued to the command.
        let split = word.strip_prefix(b"-S").or_else(|| word.strip_prefix(b"--split-string="));
        let word = split.unwrap_or(word);
        if matches!(word, b"-u" | b"--unset" | b"-C" | b"--chdir") {
            words.next();
        } else if !word.is_empty() && !word.starts_with(b"-") && !word.contains(&b'=') {
            return Some(last_part(word));
        }
    }
    None
}

/// `python3.11` as `python`.
fn without_version(program: &[u8]) -> &[u8] {
    let is_version = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let end = program.iter().rposition(|byte| !is_version(byte)).map_or(0, |at| at + 1);
    &program[..end]
}
