//! Words at which it is worth reading on: found in one pass over a text, wherever one of them starts a word there.
//!
//! Every message of a history is asked for all of them, and few places hold one: four bytes decide at nearly every
//! place, without a branch that the processor could guess wrongly. An automaton of all the words is as quick to run,
//! and takes longer to make than a small history to read. What follows from a word is for `registry`.

use rustc_hash::FxHashMap;

use ai_detect_base::slices::items_of;

/// How many bytes of a place are looked at first.
const HEAD: usize = 4;
/// Bits of the filter; some hundred words share them.
const BITS: usize = 1 << 16;

/// Words to look for, whatever the case of their ASCII letters.
#[derive(Debug)]
pub(super) struct Words {
    words: Vec<String>,
    /// Which heads some word may have, by their hash.
    filter: Box<[u64; BITS / 64]>,
    /// The words with a head.
    by_head: FxHashMap<u32, Vec<Start>>,
}

/// How a word starts: its first eight bytes, or all of it.
#[derive(Debug)]
struct Start {
    folded: u64,
    mask: u64,
    word: u32,
}

impl Default for Words {
    fn default() -> Self {
        Words { words: Vec::new(), filter: Box::new([0; BITS / 64]), by_head: FxHashMap::default() }
    }
}

impl Words {
    pub(super) fn new(words: Vec<String>) -> Words {
        let mut found = Words::default();
        for (word, text) in (0u32..).zip(&words) {
            let text = text.as_bytes();
            let used = text.len().min(8);
            // An empty word has no bytes to compare.
            let mask = u64::MAX.checked_shr(64 - 8 * used as u32).unwrap_or(0);
            for head in heads(text) {
                let bit = hash(head);
                found.filter[bit / 64] |= 1 << (bit % 64);
                found.by_head.entry(head).or_default().push(Start { folded: folded(text) & mask, mask, word });
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
        for (at, window) in text.windows(HEAD).enumerate() {
            let Some(&head) = window.first_chunk::<HEAD>() else { continue };
            let starts = starts_word(&mut before, head[0]);
            if starts & self.may_start(fold(head)) && !self.at(text, at, fold(head), &mut hit) {
                return;
            }
        }
        for at in text.len().saturating_sub(HEAD - 1)..text.len() {
            let rest = items_of(text, at..);
            let (starts, head) = (starts_word(&mut before, text[at]), folded(rest) as u32);
            if starts & self.may_start(head) && !self.at(text, at, head, &mut hit) {
                return;
            }
        }
    }

    fn may_start(&self, head: u32) -> bool {
        let bit = hash(head);
        self.filter[bit / 64] >> (bit % 64) & 1 == 1
    }

    fn at(&self, text: &[u8], at: usize, head: u32, hit: &mut impl FnMut(u32) -> bool) -> bool {
        let rest = items_of(text, at..);
        let start = folded(rest);
        let mut starts = self.by_head.get(&head).into_iter().flatten();
        starts.all(|known| start & known.mask != known.folded || !self.is(rest, known.word) || hit(known.word))
    }

    fn is(&self, rest: &[u8], word: u32) -> bool {
        let Some(word) = self.words.get(word as usize) else { return false };
        rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    }
}

/// Letters and digits of ASCII.
const LETTERS: [bool; 256] = {
    let mut letters = [false; 256];
    let mut at = 0;
    while at < letters.len() {
        letters[at] = (at as u8).is_ascii_alphanumeric();
        at += 1;
    }
    letters
};

/// Whether a word may start at a byte, given whether the byte before is of one.
fn starts_word(before: &mut bool, byte: u8) -> bool {
    let letter = LETTERS[usize::from(byte)];
    !(std::mem::replace(before, letter) & letter)
}

/// Both cases of a letter, and some signs, are one: five bits of each byte count.
fn fold(head: [u8; HEAD]) -> u32 {
    u32::from_le_bytes(head) & 0x1f1f_1f1f
}

/// The first eight bytes, likewise; nothing where a text ends.
fn folded(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(start) => u64::from_le_bytes(*start) & 0x1f1f_1f1f_1f1f_1f1f,
        None => text.iter().take(8).rev().fold(0, |folded, byte| folded << 8 | u64::from(byte & 0x1f)),
    }
}

/// The heads that a place with a word may have: where it is shorter, whatever follows.
fn heads(word: &[u8]) -> Vec<u32> {
    let mut heads = if word.is_empty() { Vec::new() } else { vec![folded(word) as u32] };
    for at in word.len()..HEAD {
        let longer = |head: &u32| (0..32).map(|byte| head | byte << (8 * at)).collect::<Vec<_>>();
        heads = heads.iter().flat_map(longer).collect();
    }
    heads
}

fn hash(head: u32) -> usize {
    (head.wrapping_mul(0x9E37_79B1) >> 16) as usize % BITS
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
        assert!(!Words::default().any("anything"));
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
