//! Words at which it is worth reading on: found in one pass over a text, wherever one of them starts a word there.
//!
//! Most messages hold none of them, and every message of a history is asked: so a look at three bytes decides at
//! nearly every place. What follows from a word is for `registry`.

use rustc_hash::FxHashMap;

/// How many bytes of a word are looked at first.
const HEAD: usize = 3;
/// Bits of the filter; some hundred words share them.
const BITS: usize = 1 << 15;

/// Words to look for, whatever the case of their ASCII letters.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: Vec<String>,
    /// Which heads there may be, by their hash.
    filter: Vec<u64>,
    /// The words with a head, by their number.
    by_head: FxHashMap<[u8; HEAD], Vec<u32>>,
    /// Words without room for a head.
    short: Vec<u32>,
}

impl Words {
    pub(super) fn new(words: Vec<String>) -> Words {
        let mut found = Words { filter: vec![0; BITS / 64], ..Words::default() };
        for (at, word) in (0u32..).zip(&words) {
            match head(word.as_bytes()) {
                Some(head) => {
                    let bit = hash(head);
                    if let Some(bits) = found.filter.get_mut(bit / 64) {
                        *bits |= 1 << (bit % 64);
                    }
                    found.by_head.entry(head).or_default().push(at);
                }
                None if word.is_empty() => {}
                None => found.short.push(at),
            }
        }
        found.words = words;
        found
    }

    /// Whether one of the words starts a word of the text.
    pub(super) fn any(&self, text: &str) -> bool {
        let mut any = false;
        self.each(text, |_| {
            any = true;
            false
        });
        any
    }

    /// Calls `hit` with the number of each word that starts one of the text, until it says to stop. "example" does not
    /// hold "amp"; but what does not start with a letter or a digit may stand anywhere.
    pub(super) fn each(&self, text: &str, mut hit: impl FnMut(u32) -> bool) {
        let text = text.as_bytes();
        let mut before = false;
        for (at, byte) in text.iter().enumerate() {
            let within = std::mem::replace(&mut before, byte.is_ascii_alphanumeric()) && before;
            if within {
                continue;
            }
            let rest = text.get(at..).unwrap_or_default();
            if let Some(head) = head(rest).filter(|head| self.may_start(*head)) {
                for &word in self.by_head.get(&head).into_iter().flatten() {
                    if self.starts(rest, word) && !hit(word) {
                        return;
                    }
                }
            }
            for &word in &self.short {
                if self.starts(rest, word) && !hit(word) {
                    return;
                }
            }
        }
    }

    fn may_start(&self, head: [u8; HEAD]) -> bool {
        let bit = hash(head);
        self.filter.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 == 1)
    }

    fn starts(&self, rest: &[u8], word: u32) -> bool {
        let Some(word) = self.words.get(word as usize) else { return false };
        rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    }
}

fn head(text: &[u8]) -> Option<[u8; HEAD]> {
    text.first_chunk::<HEAD>().map(|head| head.map(|byte| byte.to_ascii_lowercase()))
}

fn hash([a, b, c]: [u8; HEAD]) -> usize {
    (usize::from(a) ^ usize::from(b) << 5 ^ usize::from(c) << 10) % BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 8] = ["amp", "amp code", "o1-", "AI", "🤖 by", "  x", "é-tool", "amp co"];

    fn found(text: &str) -> Vec<&'static str> {
        let words = Words::new(WORDS.map(str::to_owned).to_vec());
        let mut found = Vec::new();
        words.each(text, |word| {
            found.push(WORDS[word as usize]);
            true
        });
        found.sort_unstable();
        found.dedup();
        assert_eq!(words.any(text), !found.is_empty());
        found
    }

    #[test]
    fn words_are_found_where_they_start_one() {
        assert_eq!(found("with AMP Code, or amps"), ["amp", "amp co", "amp code"]);
        assert_eq!(found("amp"), ["amp"]);
        assert_eq!(found("an example of a stamp, said"), [""; 0]);
        assert_eq!(found("by ai"), ["AI"]);
        assert_eq!(found("pro1-x o1"), [""; 0]);
        assert_eq!(found("x🤖 By (o1-mini)"), ["o1-", "🤖 by"]);
        assert_eq!(found("end  X"), ["  x"]);
        assert_eq!(found(""), [""; 0]);
        assert_eq!(Words::default().any("anything"), false);
    }

    proptest::proptest! {
        #[test]
        fn the_same_as_looking_for_each_word_at_each_place(text in "(amp| code|o1|-|AI|x|🤖| by|é|-tool|\\PC){0,30}") {
            let starts = |at: usize| at == 0 || !(text.as_bytes()[at - 1].is_ascii_alphanumeric() && text.as_bytes()[at].is_ascii_alphanumeric());
            let at = |at: usize, word: &str| text.as_bytes()[at..].get(..word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()));
            let mut expected: Vec<&str> = WORDS.into_iter().filter(|word| (0..text.len()).any(|place| starts(place) && at(place, word))).collect();
            expected.sort_unstable();
            assert_eq!(found(&text), expected);
        }
    }
}
