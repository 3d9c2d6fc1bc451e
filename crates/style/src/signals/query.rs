//! `query` rules: tree-sitter queries, one a language, made ready when the language is first met.
//!
//! Tree-sitter's compiler analyses each pattern against the whole grammar, which takes longer than
//! all else that a small change needs. So the patterns that `pattern` can read are matched here, at the
//! nodes that the walk for regions met on its way; only the others are compiled.

mod matching;
mod pattern;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use tree_sitter::{Node, Query, QueryCursor, StreamingIterator, Tree, TreeCursor};

use self::pattern::Pattern;
use super::{Block, Found};
use crate::pack::{Kind, Rule};
use ai_detect_lang::{self as lang, Language};

/// The longest query, in bytes.
const MAX_QUERY: usize = 8_000;

/// A language's queries.
#[derive(Default)]
struct Ready {
    /// With the rule of each.
    patterns: Vec<(usize, Pattern)>,
    /// Which patterns may have a node of a kind as their root, by kind.
    by_kind: Vec<Vec<usize>>,
    /// Which kinds those are, by their ids.
    asked: Vec<bool>,
    /// The rest, as one query where they compile together, with the rule of each of its patterns.
    compiled: Vec<(Query, Vec<usize>)>,
}

/// All queries of a pack.
pub(crate) struct Queries<'a> {
    rules: &'a [Rule],
    by_language: BTreeMap<&'static str, OnceLock<Ready>>,
}

/// Whether a query can be run, its expressions included: in a hunk it would else find nothing and nobody would know.
/// Where several grammars share the language's name, one of them is enough.
///
/// # Errors
/// What is wrong, and what to do about it.
pub(crate) fn check(language: &str, text: &str) -> Result<(), String> {
    check_shape(text)?;
    let mut problem = None;
    for language in lang::ALL.iter().filter(|known| known.name == language) {
        match check_in(&(language.grammar)(), text) {
            Ok(()) => return Ok(()),
            Err(found) => problem = problem.or(Some(found)),
        }
    }
    Err(problem.unwrap_or_else(|| "no such language".into()))
}

fn check_in(grammar: &tree_sitter::Language, text: &str) -> Result<(), String> {
    if let Some(patterns) = pattern::read(grammar, text) {
        if patterns.is_empty() {
            return Err("the query has no pattern: write what it looks for, such as `(comment) @hit`".into());
        }
        return patterns.iter().try_for_each(Pattern::check);
    }
    let query = Query::new(grammar, text).map_err(|error| format!("the query cannot be compiled: {error}"))?;
    let unknown = (0..query.pattern_count()).find_map(|at| query.general_predicates(at).first());
    match unknown {
        Some(unknown) => Err(format!(
            "`#{}` is no condition that is known; there are `#eq?`, `#any-of?`, `#match?` and their `not-`",
            unknown.operator
        )),
        None => Ok(()),
    }
}

/// What can be said of a query without compiling it.
///
/// # Errors
/// What is wrong.
pub(crate) fn check_shape(text: &str) -> Result<(), String> {
    let balance = text.bytes().fold(0i64, |open, byte| open + i64::from(byte == b'(') - i64::from(byte == b')'));
    if text.len() > MAX_QUERY {
        Err(format!("the query is longer than {MAX_QUERY} bytes"))
    } else if balance != 0 && !text.contains('"') {
        Err("the parentheses of the query do not match".into())
    } else {
        Ok(())
    }
}

/// Compiles one query, to say what is wrong with it.
///
/// # Errors
/// What is wrong.
pub(crate) fn compile(language: &str, text: &str) -> Result<(), String> {
    let language = lang::by_name(language).ok_or("no such language")?;
    Query::new(&(language.grammar)(), text).map(drop).map_err(|error| error.to_string())
}

impl<'a> Queries<'a> {
    /// Takes note of the languages; compiles nothing yet.
    pub(crate) fn new(rules: &'a [Rule]) -> Self {
        let keys = lang::ALL.iter().map(|language| (key(language), OnceLock::new()));
        Queries { rules, by_language: keys.collect() }
    }

    /// The kinds of nodes that patterns look at, by their ids.
    pub(crate) fn asked(&self, language: &'static Language) -> &[bool] {
        self.ready(language).map_or(&[], |ready| &ready.asked)
    }

    fn ready(&self, language: &'static Language) -> Option<&Ready> {
        let ready = self.by_language.get(key(language))?;
        Some(ready.get_or_init(|| Ready::new(self.rules, language)))
    }

    /// Counts the matches in a hunk.
    pub(crate) fn hunk(&self, block: &Block<'_>, found: &mut Found) {
        let Some(ready) = block.language().and_then(|language| self.ready(language)) else { return };
        let Some(tree) = block.syntax.tree_of(block.hunk.span) else { return };
        ready.run(tree, block, &mut |rule, node| {
            let line = node.start_position().row as u32;
            if block.is_authored(line) {
                found.count(rule, 1.0, Some(block.line_evidence(line)));
            }
        });
    }
}

impl Ready {
    fn new(rules: &[Rule], language: &'static Language) -> Ready {
        let grammar = (language.grammar)();
        let mut ready = Ready::default();
        let mut rest: Vec<(usize, &str)> = Vec::new();
        for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.applies_to(Some(language.name))) {
            let Kind::Query(texts) = &rule.kind else { continue };
            let Some(text) = texts.get(language.name) else { continue };
            match pattern::read(&grammar, text) {
                Some(patterns) => ready.patterns.extend(patterns.into_iter().map(|pattern| (at, pattern))),
                None => rest.push((at, text)),
            }
        }
        for (at, (_, pattern)) in ready.patterns.iter().enumerate() {
            for kind in pattern.root.any_of.iter().filter_map(|node| node.kind) {
                let kind = usize::from(kind);
                if ready.by_kind.len() <= kind {
                    ready.by_kind.resize_with(kind + 1, Vec::new);
                }
                // An alternation may name a kind twice.
                if let Some(patterns) = ready.by_kind.get_mut(kind).filter(|patterns| patterns.last() != Some(&at)) {
                    patterns.push(at);
                }
            }
        }
        ready.asked = ready.by_kind.iter().map(|patterns| !patterns.is_empty()).collect();
        // Compiling is dear even where there is nothing to compile. One query that does not fit this grammar (TSX
        // lacks some of TypeScript) takes nothing from the others.
        ready.compiled = match rest.as_slice() {
            [] => Vec::new(),
            rest => match together(&grammar, rest) {
                Some(all) => vec![all],
                None => rest.iter().filter_map(|one| together(&grammar, &[*one])).collect(),
            },
        };
        ready
    }

    /// Calls `hit` with the rule and the captured node of each match that meets the block.
    fn run(&self, tree: &Tree, block: &Block<'_>, hit: &mut dyn FnMut(usize, Node<'_>)) {
        let text = &block.file.new;
        let asked = &block.hunk.regions.asked;
        if !asked.is_empty() {
            let (mut cursor, mut of_matches) = (tree.walk(), tree.walk());
            for at in asked {
                cursor.goto_descendant(*at as usize);
                self.at(cursor.node(), &mut of_matches, text.bytes(), hit);
            }
        }
        let range = text.offset(block.hunk.span.start)..text.offset(block.hunk.span.end);
        for (query, rules) in &self.compiled {
            run_compiled(query, rules, tree, (range.clone(), text.bytes()), hit);
        }
    }

    /// The matches of our own patterns with this node as their root.
    fn at<'t>(&self, node: Node<'t>, cursor: &mut TreeCursor<'t>, text: &[u8], hit: &mut dyn FnMut(usize, Node<'_>)) {
        let candidates = self.by_kind.get(usize::from(node.kind_id()));
        for (rule, pattern) in candidates.into_iter().flatten().filter_map(|&at| self.patterns.get(at)) {
            let wanted = pattern.captures.iter().position(|name| name == "hit");
            for captured in pattern.matches(node, cursor, text) {
                let found = captured.iter().find(|(capture, _)| Some(*capture) == wanted).or(captured.first());
                if let Some((_, node)) = found {
                    hit(*rule, *node);
                }
            }
        }
    }
}

/// Some queries as one, with the rule of each pattern; nothing where one of them does not compile.
fn together(grammar: &tree_sitter::Language, queries: &[(usize, &str)]) -> Option<(Query, Vec<usize>)> {
    let mut joined = String::new();
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for (rule, text) in queries {
        starts.push((joined.len(), *rule));
        joined.push_str(text);
        joined.push('\n');
    }
    let query = Query::new(grammar, &joined).ok()?;
    let rule_of = |pattern: usize| {
        let start = query.start_byte_for_pattern(pattern);
        let after = starts.partition_point(|(from, _)| *from <= start);
        after.checked_sub(1).and_then(|at| starts.get(at)).map(|(_, rule)| *rule)
    };
    let rules = (0..query.pattern_count()).filter_map(rule_of).collect();
    Some((query, rules))
}

fn run_compiled(
    query: &Query,
    rules: &[usize],
    tree: &Tree,
    (range, text): (Range<usize>, &[u8]),
    hit: &mut dyn FnMut(usize, Node<'_>),
) {
    let wanted = query.capture_index_for_name("hit");
    let mut cursor = QueryCursor::new();
    cursor.set_match_limit(10_000);
    cursor.set_byte_range(range);
    let mut matches = cursor.matches(query, tree.root_node(), text);
    while let Some(matched) = matches.next() {
        let Some(&rule) = rules.get(matched.pattern_index) else { continue };
        let captures = matched.captures();
        let found = captures.iter().find(|capture| Some(capture.index) == wanted).or(captures.first());
        if let Some(capture) = found {
            hit(rule, capture.node);
        }
    }
}

/// TypeScript and TSX share a name and not a grammar.
fn key(language: &Language) -> &'static str {
    language.extensions.first().copied().unwrap_or(language.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Pack;

    /// The captured spans of a query in a text, as our own matcher and as tree-sitter find them.
    fn both(language: &str, query: &str, text: &str) -> [Vec<String>; 2] {
        let grammar = (lang::by_name(language).unwrap().grammar)();
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&grammar).unwrap();
        let tree = parser.parse(text, None).unwrap();
        let mut own = Vec::new();
        for pattern in pattern::read(&grammar, query).expect("a pattern of the common kind") {
            let mut cursor = tree.walk();
            let mut nodes = vec![tree.root_node()];
            while let Some(node) = nodes.pop() {
                if pattern.root.any_of.iter().any(|root| root.kind == Some(node.kind_id())) {
                    for captured in pattern.matches(node, &mut tree.walk(), text.as_bytes()) {
                        let spans = captured
                            .iter()
                            .map(|(at, node)| format!("{} {:?}", pattern.captures[*at], node.byte_range()));
                        own.push(spans.collect::<Vec<_>>().join(", "));
                    }
                }
                nodes.extend(node.children(&mut cursor));
            }
        }
        let query = Query::new(&grammar, query).unwrap();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
        let mut theirs = Vec::new();
        while let Some(matched) = matches.next() {
            let name = |index: u32| query.capture_names()[index as usize];
            let spans = matched.captures().iter().map(|c| format!("{} {:?}", name(c.index), c.node.byte_range()));
            theirs.push(spans.collect::<Vec<_>>().join(", "));
        }
        own.sort();
        theirs.sort();
        [own, theirs]
    }

    const PYTHON: &str = "def f(a, b=1, *c):\n    y = 1\n    # why\n    return g(a, b)\n\ndef g(x):\n    try:\n        x()\n        # later\n    \
        except (ValueError, KeyError) as e:\n        # nothing\n        return None\n    except:\n        return\n    if not x:\n        \
        return []\n    else:\n        print(x, x)\n        return 1\n    if not y:\n        pass\n    assert x is not None, x\n    h(1, 2, 3, [4, 5])\n";

    #[test]
    fn common_queries_match_as_tree_sitter_matches_them() {
        let queries = [
            "(call) @hit",
            "((return_statement) @hit)",
            "(argument_list (identifier) @a (identifier) @b)",
            "(argument_list . (_) @first)",
            "(argument_list (_) @last .)",
            "(argument_list (integer) @a . (integer) @b)",
            "(argument_list \"(\" (integer) @a \",\" (integer) @b) @hit",
            "(except_clause (block . (return_statement [(none) (list)]?) .)) @hit",
            "(block . (_) @a . (comment) @c . (return_statement) @r .)",
            "(block (comment) . (return_statement) @r)",
            "(if_statement condition: (not_operator) consequence: (block) @block !alternative) @hit",
            "(if_statement condition: (not_operator) alternative: (else_clause body: (block (_) @a (_) @b)))",
            "((call function: [(identifier) (attribute)] @f) @hit (#any-of? @f \"g\" \"h\"))",
            "((call function: (identifier) @f arguments: (argument_list (_) @x)) (#not-eq? @f \"h\"))",
            "((call function: (_) @f) (#match? @f \"^[gh]$\")) (integer) @n",
            "(parameters [(identifier) @plain (default_parameter name: (identifier) @named)])",
            "((argument_list (identifier) @a (identifier) @b) (#eq? @a @b))",
            "(except_clause) @hit ; a remark\n(comparison_operator (identifier) operators: \"is not\" (none)) @hit",
        ];
        for query in queries {
            let [own, theirs] = both("python", query, PYTHON);
            assert_eq!(own, theirs, "{query}");
            assert!(!own.is_empty(), "{query} finds nothing");
        }
    }

    #[test]
    fn rarer_syntax_is_left_to_tree_sitter() {
        let grammar = (lang::by_name("python").unwrap().grammar)();
        let rarer =
            ["(block (comment)+ @c)", "(ERROR) @e", "(_) @any", "(expression) @e", "[(list) (set)]* @x", "(nonsense)"];
        for query in rarer {
            assert!(pattern::read(&grammar, query).is_none(), "{query}");
        }
    }

    #[test]
    fn what_would_never_match_is_told() {
        let problem = |language, query| check(language, query).unwrap_err();
        for (query, told) in [
            ("((call) @hit (#match? @hit \"(\"))", "the expression `(` of `#match?` is not a regular expression"),
            ("((call) @hit (#match? @hit \"(a{500}){500}\"))", "bytes when it is compiled; repeat less in it"),
            ("((call)+ @hit (#match? @hit \"(\"))", "the query cannot be compiled"),
            ("(nonsense) @hit", "the query cannot be compiled"),
            ("((call) @hit (#lua-match? @hit \"x\"))", "`#lua-match?` is no condition that is known"),
            ("; a remark", "the query has no pattern"),
        ] {
            let problem = problem("python", query);
            assert!(problem.contains(told), "{query}: {problem}");
        }
        assert_eq!(check("python", "((call) @hit (#match? @hit \"^a\"))"), Ok(()));
        assert_eq!(check("python", "(block (comment)+ @hit)"), Ok(()));
        // TSX has none.
        assert_eq!(check("typescript", "(variable_declarator (type_assertion)* @hit)"), Ok(()));
    }

    #[test]
    fn a_query_that_fits_one_grammar_only_silences_no_other() {
        let text = "- {id: asserts, title: t, why: w, misleads: m, weight: 1, query: {typescript: '(variable_declarator (type_assertion)* @hit)'}}\n- {id: declares, title: t, why: w, misleads: m, weight: 1, query: {typescript: '(lexical_declaration (variable_declarator)+ @hit)'}}\n";
        let source = crate::pack::Source { name: "own.yml".into(), content: format!("family: layout\nrules:\n{text}") };
        let pack = Pack::load(crate::pack::Fitted::builtin().unwrap(), &[source], &[]).unwrap();
        let compiled = |extension: &str| {
            let language = lang::ALL.iter().find(|language| language.extensions.contains(&extension)).unwrap();
            let ready = Ready::new(&pack.rules, language);
            ready.compiled.iter().flat_map(|(_, rules)| rules).map(|at| pack.rules[*at].id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(compiled("ts"), ["asserts", "declares"]);
        assert_eq!(compiled("tsx"), ["declares"]);
    }

    #[test]
    fn an_alternation_that_names_a_kind_twice_counts_once() {
        let query = "[(return_statement (integer)) (return_statement (identifier))] @hit";
        let rule = format!("- {{id: r, title: t, why: w, misleads: m, weight: 1, query: {{python: '{query}'}}}}\n");
        let source = crate::pack::Source { name: "own.yml".into(), content: format!("family: layout\nrules:\n{rule}") };
        let pack = Pack::load(crate::pack::Fitted::builtin().unwrap(), &[source], &[]).unwrap();
        let ready = Ready::new(&pack.rules[pack.rules.len() - 1..], lang::by_name("python").unwrap());
        assert!(ready.by_kind.iter().all(|patterns| patterns.len() <= 1));
        assert_eq!(ready.by_kind.iter().flatten().count(), 1);
    }

    #[test]
    fn every_builtin_query_is_of_the_common_kind() {
        let pack = Pack::load(crate::pack::Fitted::builtin().unwrap(), &[], &[]).unwrap();
        for rule in &pack.rules {
            let Kind::Query(texts) = &rule.kind else { continue };
            texts.iter().for_each(|(language, text)| assert_eq!(check(language, text), Ok(()), "{}", rule.id));
        }
        for language in lang::ALL {
            let ready = Ready::new(&pack.rules, language);
            assert!(ready.compiled.is_empty(), "{}", language.name);
        }
    }
}
