//! The terms of code as it is written: the tokens of its lines and pairs of neighbours, with the ends of
//! lines as a token of their own.
//!
//! Nothing is known of the language here, and comments and strings are code as well. Words that name a
//! tool make no term, as elsewhere.

use rustc_hash::{FxHashMap, FxHashSet};

use super::terms::{Visit, is_neutral};
use crate::syntax::words;

/// What stands between lines, and how terms write it.
const LINE_END: (&[u8], &str) = (b"\n", "\\n");
/// Longer lines say nothing new.
const MOST_TOKENS: usize = 200;
/// Longer tokens, in bytes, are data.
const LONGEST: usize = 200;

/// Visits every term of these lines once, with the line where it stands first.
pub(super) fn each<'c>(lines: impl Iterator<Item = (u32, &'c [u8])>, visit: &mut Visit<'_>) {
    let mut tokens = Tokens {
        known: FxHashMap::from_iter([(LINE_END.0, Some(0))]),
        written: vec![LINE_END.1.to_owned()],
        pairs: FxHashSet::default(),
        term: String::new(),
    };
    for (number, line) in lines {
        tokens.line(line.trim_ascii(), number, visit);
    }
}

/// What was met so far.
struct Tokens<'c> {
    /// A number for each token; `None` for those that make no term.
    known: FxHashMap<&'c [u8], Option<u32>>,
    /// By their numbers: as terms write them.
    written: Vec<String>,
    pairs: FxHashSet<(u32, u32)>,
    /// A buffer that serves many.
    term: String,
}

impl<'c> Tokens<'c> {
    fn line(&mut self, mut rest: &'c [u8], line: u32, visit: &mut Visit<'_>) {
        let mut before = Some(0);
        for _ in 0..MOST_TOKENS {
            let (token, after) = rest.split_at(length(rest));
            if token.is_empty() {
                break;
            }
            rest = after.trim_ascii_start();
            let number = self.number(token, line, visit);
            self.pair(before, number, line, visit);
            before = number;
        }
        self.pair(before, Some(0), line, visit);
    }

    /// The number of a token, which is visited where it is new.
    fn number(&mut self, token: &'c [u8], line: u32, visit: &mut Visit<'_>) -> Option<u32> {
        let Tokens { known, written, .. } = self;
        *known.entry(token).or_insert_with(|| {
            let plain = plain(token)?;
            visit(&plain, line);
            written.push(plain);
            u32::try_from(written.len() - 1).ok()
        })
    }

    fn pair(&mut self, first: Option<u32>, second: Option<u32>, line: u32, visit: &mut Visit<'_>) {
        let Some(pair) = first.zip(second) else { return };
        let of = |number: u32| self.written.get(number as usize).map_or("", String::as_str);
        if self.pairs.insert(pair) {
            self.term.clear();
            self.term.push_str(of(pair.0));
            self.term.push(' ');
            self.term.push_str(of(pair.1));
            visit(&self.term, line);
        }
    }
}

/// How long the token is that a line starts with: letters, digits and underscores together, characters
/// beyond ASCII together, any other alone.
fn length(rest: &[u8]) -> usize {
    let run = |belongs: fn(&u8) -> bool| rest.iter().take_while(|byte| belongs(byte)).count();
    match rest.first() {
        None => 0,
        Some(first) if is_of_word(first) => run(is_of_word),
        Some(first) if !first.is_ascii() => run(|byte| !byte.is_ascii()),
        Some(_) => 1,
    }
}

fn is_of_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

/// A token as terms write it, with every number alike; `None` where it names a tool or is too long.
fn plain(token: &[u8]) -> Option<String> {
    if token.len() > LONGEST {
        return None;
    }
    let token = String::from_utf8_lossy(token);
    let mut neutral = false;
    words::each_part(&token, &mut String::new(), &mut |part| neutral |= is_neutral(part));
    let mut plain = String::with_capacity(token.len());
    for c in token.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !plain.ends_with('0') {
            plain.push(c);
        }
    }
    (!neutral).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(code: &str) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        let lines = (0..).zip(code.lines().map(str::as_bytes));
        each(lines, &mut |term, line| found.push((term.to_owned(), line)));
        found
    }

    fn names(code: &str) -> Vec<String> {
        terms(code).into_iter().map(|(term, _)| term).collect()
    }

    #[test]
    fn tokens_and_pairs_along_a_line() {
        assert_eq!(names("    if not x12:\n"), ["if", "\\n if", "not", "if not", "x0", "not x0", ":", "x0 :", ": \\n"]);
        assert_eq!(names("a -> b"), ["a", "\\n a", "-", "a -", ">", "- >", "b", "> b", "b \\n"]);
    }

    #[test]
    fn each_term_comes_once_with_its_first_line() {
        assert_eq!(
            terms("a\n\na\na b").into_iter().skip(2).collect::<Vec<_>>(),
            [("a \\n", 0), ("\\n \\n", 1), ("b", 3), ("a b", 3), ("b \\n", 3)]
                .map(|(term, line)| (term.to_owned(), line))
        );
    }

    #[test]
    fn names_of_tools_leave_no_trace() {
        assert_eq!(names("x = ClaudeClient()"), ["x", "\\n x", "=", "x =", "(", ")", "( )", ") \\n"]);
    }

    #[test]
    fn data_is_no_term() {
        assert_eq!(names(&format!("x = {}", "A1".repeat(101))), ["x", "\\n x", "=", "x ="]);
    }

    #[test]
    fn what_is_beyond_ascii_stands_alone() {
        assert_eq!(names("a\u{2192}b"), ["a", "\\n a", "\u{2192}", "a \u{2192}", "b", "\u{2192} b", "b \\n"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_terms(bytes: Vec<u8>) {
            each([(0, bytes.as_slice())].into_iter(), &mut |term, _| assert!(!term.contains('\n')));
        }
    }
}
