//! Many short words, looked for in one pass over a text: where each of them starts, whatever its case.
//!
//! An automaton for some hundreds of words takes longer to make than a small change takes to read, and is
//! larger than a processor's nearest cache. Here each place of a text is looked up by the three bytes that
//! start there, and few places stand in the table.

/// How many bytes of a word are looked up; shorter words have a table of their own.
const KEY: usize = 3;
/// How many bytes those words have; still shorter ones are looked for one by one.
const SHORT_KEY: usize = 2;
/// Spreads keys over the table.
const FACTOR: u32 = 0x9e37_79b1;
/// How many bits of a key's hash choose its bucket.
const BUCKET_BITS: u32 = 10;
/// How many choose its bit in the filter.
const FILTER_BITS: u32 = 15;

/// The words, by which texts are searched.
#[derive(Debug)]
pub struct Needles {
    /// The key, the word in lower case and its number, sorted by the bucket of the key.
    words: Vec<(u32, Vec<u8>, u32)>,
    /// Where the words of each bucket start, and the end.
    buckets: Vec<u32>,
    /// A bit for each hash of a key.
    filter: Vec<u64>,
    /// The key and the number of each short word, sorted.
    short: Vec<(u32, u32)>,
    /// A bit for each key of a short word; empty where there is none.
    short_filter: Vec<u64>,
    /// Words of one byte.
    single: Vec<(u8, u32)>,
}

impl Needles {
    /// Gets ready to find words; each is told by its number in this order.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Needles {
        let mut needles = Needles {
            words: Vec::new(),
            buckets: Vec::new(),
            filter: vec![0; 1 << (FILTER_BITS - 6)],
            short: Vec::new(),
            short_filter: Vec::new(),
            single: Vec::new(),
        };
        for (number, word) in (0..).zip(words) {
            let word = word.as_bytes().to_ascii_lowercase();
            let key = word.iter().take(KEY).fold(0, |key, byte| pushed(key, *byte));
            match *word.as_slice() {
                [] => {}
                [byte] => needles.single.push((byte, number)),
                [_, _] => {
                    needles.short_filter.resize(1 << (8 * SHORT_KEY - 6), 0);
                    set(&mut needles.short_filter, short_place(key));
                    needles.short.push((key, number));
                }
                _ => {
                    set(&mut needles.filter, place(key));
                    needles.words.push((key, word, number));
                }
            }
        }
        needles.short.sort_unstable();
        needles.words.sort_by_key(|(key, _, number)| (bucket(*key), *number));
        let starts = (0..=1 << BUCKET_BITS).map(|at| needles.words.partition_point(|(key, _, _)| bucket(*key) < at));
        needles.buckets = starts.map(|start| start as u32).collect();
        needles
    }

    /// Calls `visit` with the number of a word and where it starts, for each place where one does, until it
    /// says to stop; whether it did.
    pub fn each(&self, text: &[u8], visit: &mut dyn FnMut(u32, usize) -> bool) -> bool {
        for (byte, number) in &self.single {
            for at in memchr::memchr2_iter(*byte, byte.to_ascii_uppercase(), text) {
                if visit(*number, at) {
                    return true;
                }
            }
        }
        let mut key = 0;
        for (at, byte) in text.iter().enumerate() {
            key = pushed(key, *byte);
            if !self.short_filter.is_empty() && is_set(&self.short_filter, short_place(key)) && at + 1 >= SHORT_KEY {
                let first = self.short.partition_point(|(own, _)| *own < key & SHORT_MASK);
                let rest = self.short.iter().skip(first).take_while(|(own, _)| *own == key & SHORT_MASK);
                for (_, number) in rest {
                    if visit(*number, at + 1 - SHORT_KEY) {
                        return true;
                    }
                }
            }
            if is_set(&self.filter, place(key)) && at + 1 >= KEY {
                let start = at + 1 - KEY;
                for (_, word, number) in self.bucket(key).iter().filter(|(own, _, _)| *own == key) {
                    let here = text.get(start..start + word.len());
                    if here.is_some_and(|here| here.eq_ignore_ascii_case(word)) && visit(*number, start) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn bucket(&self, key: u32) -> &[(u32, Vec<u8>, u32)] {
        let at = bucket(key) as usize;
        // There are as many bounds as buckets, and one more.
        let (start, end) = (self.buckets[at], self.buckets[at + 1]);
        &self.words[start as usize..end as usize]
    }
}

/// A key with one more byte.
fn pushed(key: u32, byte: u8) -> u32 {
    (key << 8 | u32::from(byte.to_ascii_lowercase())) & ((1 << (8 * KEY)) - 1)
}

fn bucket(key: u32) -> u32 {
    key.wrapping_mul(FACTOR) >> (u32::BITS - BUCKET_BITS)
}

/// A key's bit in the filter: the word that it is in, and its place there.
fn place(key: u32) -> (usize, u32) {
    let hash = key.wrapping_mul(FACTOR) >> (u32::BITS - FILTER_BITS);
    ((hash >> 6) as usize, hash & 63)
}

/// The same in the filter of short words.
fn short_place(key: u32) -> (usize, u32) {
    let key = key & SHORT_MASK;
    ((key >> 6) as usize, key & 63)
}

const SHORT_MASK: u32 = (1 << (8 * SHORT_KEY)) - 1;

fn set(filter: &mut [u64], (index, bit): (usize, u32)) {
    if let Some(bits) = filter.get_mut(index) {
        *bits |= 1 << bit;
    }
}

fn is_set(filter: &[u64], (index, bit): (usize, u32)) -> bool {
    filter.get(index).is_some_and(|bits| bits >> bit & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], text: &str) -> Vec<(u32, usize)> {
        let mut found = Vec::new();
        Needles::new(words.iter().copied()).each(text.as_bytes(), &mut |word, at| {
            found.push((word, at));
            false
        });
        found.sort_unstable();
        found
    }

    #[test]
    fn words_are_found_wherever_they_start_and_in_any_case() {
        assert_eq!(found(&["let me", "LET", "te"], "Let me letter"), [(0, 0), (1, 0), (1, 7), (2, 10)]);
        assert_eq!(found(&["abc", "abcd", "bcd"], "abcd"), [(0, 0), (1, 0), (2, 1)]);
        assert!(found(&["abc"], "ab").is_empty() && found(&[], "abc").is_empty());
    }

    #[test]
    fn letters_beyond_ascii_have_one_case() {
        assert_eq!(found(&["\u{e4}rger", "\u{2014}"], "\u{2014} \u{e4}Rger \u{c4}rger"), [(0, 4), (1, 0)]);
    }

    proptest::proptest! {
        #[test]
        fn as_an_automaton_finds_them(
            words in proptest::collection::vec("[a-cA-C ]{1,5}|\\PC{1,4}", 0..40), text in "[a-cA-C ]{0,60}|\\PC{0,30}"
        ) {
            let automaton = aho_corasick::AhoCorasick::builder().ascii_case_insensitive(true).build(&words).unwrap();
            let mut expected: Vec<(u32, usize)> = automaton
                .find_overlapping_iter(&text)
                .map(|hit| (hit.pattern().as_u32(), hit.start()))
                .collect();
            expected.sort_unstable();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(found(&words, &text), expected);
            proptest::prop_assert_eq!(Needles::new(words).each(text.as_bytes(), &mut |_, _| true), automaton.is_match(&text));
        }
    }
}
