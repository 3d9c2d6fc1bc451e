//! The terms of code as it is written: the tokens of its lines and pairs of neighbours, with the ends of
//! lines as a token of their own.
//!
//! Nothing is known of the language here, and comments and strings are code as well. Words that name a
//! tool make no term, as elsewhere.

use rustc_hash::FxHashSet;

use super::terms::{Visit, is_neutral, push_numbers_alike};
use crate::syntax::words;
use ai_detect_base::lines::{Line, LineMap};
use ai_detect_base::slices::part_of;

/// What stands between lines, and how terms write it.
const LINE_END: (&[u8], &str) = (b"\n", "\\n");
/// Longer lines say nothing new.
const MAX_TOKENS: usize = 200;
/// Longer tokens, in bytes, are data.
const MAX_TOKEN_BYTES: usize = 200;

/// Visits every term of these lines once, with the line where it stands first.
pub(super) fn each<'c>(lines: impl Iterator<Item = (u32, &'c [u8])>, visit: &mut Visit<'_>) {
    let mut tokens = Tokens {
        known: LineMap::from_iter([(Line::new(LINE_END.0), Some(0))]),
        text: LINE_END.1.to_owned(),
        written: vec![(0, LINE_END.1.len() as u32)],
        pairs: FxHashSet::default(),
        buffer: String::new(),
    };
    for (number, line) in lines {
        tokens.line(line.trim_ascii(), number, visit);
    }
}

/// What was met so far.
struct Tokens<'c> {
    /// A number for each token; `None` for those that make no term.
    known: LineMap<Line<'c>, Option<u32>>,
    /// All of them as terms write them, one after the other.
    text: String,
    /// By their numbers: where in it they stand.
    written: Vec<(u32, u32)>,
    pairs: FxHashSet<(u32, u32)>,
    /// It serves many.
    buffer: String,
}

impl<'c> Tokens<'c> {
    fn line(&mut self, mut rest: &'c [u8], line: u32, visit: &mut Visit<'_>) {
        let mut before = Some(0);
        for _ in 0..MAX_TOKENS {
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
        let Tokens { known, text, written, buffer, .. } = self;
        *known.entry(Line::new(token)).or_insert_with(|| {
            let start = text.len();
            if !push_plain(token, text, buffer) {
                text.truncate(start);
                return None;
            }
            visit(part_of(text, start..), line);
            written.push((start as u32, text.len() as u32));
            u32::try_from(written.len() - 1).ok()
        })
    }

    fn pair(&mut self, first: Option<u32>, second: Option<u32>, line: u32, visit: &mut Visit<'_>) {
        let Some(pair) = first.zip(second) else { return };
        if self.pairs.insert(pair) {
            let of = |number: u32| {
                let (start, end) = self.written[number as usize];
                part_of(&self.text, start as usize..end as usize)
            };
            self.buffer.clear();
            self.buffer.push_str(of(pair.0));
            self.buffer.push(' ');
            self.buffer.push_str(of(pair.1));
            visit(&self.buffer, line);
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

/// Writes a token as terms do, with every number alike. Tells whether it may make a term: not where it names a
/// tool or is too long.
fn push_plain(token: &[u8], to: &mut String, buffer: &mut String) -> bool {
    if let [byte] = token
        && byte.is_ascii_punctuation()
    {
        to.push(char::from(*byte));
        return true;
    }
    if token.len() > MAX_TOKEN_BYTES {
        return false;
    }
    let token = String::from_utf8_lossy(token);
    let mut neutral = false;
    words::each_part(&token, buffer, &mut |part| neutral |= is_neutral(part));
    push_numbers_alike(&token, to);
    !neutral
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
