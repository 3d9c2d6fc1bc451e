//! Terms with fitted weights: a tab-separated file of `term<TAB>log-odds`, `#` for remarks.
//!
//! A lexicon is searched in the form of an image, which is one run of bytes: the build script lays
//! out those of the built-in lexicons, so that a start of the program neither reads nor copies them.
//! All numbers of an image are little-endian:
//!
//! - how many slots there are, and how many low bits of a slot say where an entry is; 32 bits each;
//! - the slots, 32 bits each: 0 is empty, anything else is a part of the term's hash above the place
//!   of its entry. A term is looked for from the slot that its hash names on, up to an empty one;
//! - the entries in the order of the file, the first after a line feed: the weight as a 32-bit float,
//!   the term, a line feed.

use std::borrow::Cow;

/// Terms and how far each speaks for (positive) or against (negative) AI authorship, in log-odds
/// before the sum is divided by the root of its length.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    image: Cow<'static, [u8]>,
}

/// A line that is not `term<TAB>number`.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: expected a term, a tab and a number, found `{found}`")]
pub struct LineError {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
}

/// How many bytes stand before the slots.
const HEAD: usize = 8;
/// How many bytes a weight has.
const WEIGHT: usize = 4;

impl Lexicon {
    /// Reads a lexicon.
    ///
    /// # Errors
    /// At the first line that is not `term<TAB>number`, or that repeats a term.
    pub fn parse(content: &str) -> Result<Self, LineError> {
        let wrong = |line: usize| LineError {
            line,
            found: content.lines().nth(line - 1).unwrap_or_default().chars().take(80).collect(),
        };
        let mut entries = vec![b'\n'];
        let mut terms: Vec<(&str, usize, usize)> = Vec::new();
        for (line, text) in content.lines().enumerate().map(|(at, text)| (at + 1, text)) {
            // A number sign is a word, too: only a line without a weight is a remark.
            if text.is_empty() || (text.starts_with('#') && !text.contains('\t')) {
                continue;
            }
            let parsed = text.split_once('\t').and_then(|(term, weight)| Some((term, weight.parse::<f32>().ok()?)));
            let (term, weight) = parsed.filter(|(_, weight)| weight.is_finite()).ok_or_else(|| wrong(line))?;
            terms.push((term, entries.len(), line));
            entries.extend_from_slice(&weight.to_le_bytes());
            entries.extend_from_slice(term.as_bytes());
            entries.push(b'\n');
        }
        // Three slots in ten stay empty: searches are short, and the image is, too.
        let slots = terms.len() * 10 / 7 + 1;
        let bits = usize::BITS - entries.len().leading_zeros();
        let mut image = vec![0; HEAD + 4 * slots];
        put(&mut image, 0, slots as u32);
        put(&mut image, 1, bits);
        image.extend_from_slice(&entries);
        let mut lexicon = Lexicon { image: image.into() };
        for (term, entry, line) in terms {
            let search = lexicon.search(term);
            if search.found.is_some() {
                return Err(wrong(line));
            }
            put(lexicon.image.to_mut(), HEAD / 4 + search.slot, search.mark | entry as u32);
        }
        Ok(lexicon)
    }

    /// A lexicon from its image. Of bytes that are none, it knows anything or nothing.
    pub fn of_image(image: Cow<'static, [u8]>) -> Self {
        Lexicon { image }
    }

    /// The image.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// The number of a term, by which [`Lexicon::term`] and [`Lexicon::weight`] know it. Numbers
    /// grow in the order of the file.
    pub fn find(&self, term: &str) -> Option<u32> {
        self.search(term).found
    }

    /// Adds the numbers of those terms that there are to `known`, each with what stands beside it.
    ///
    /// A lexicon is larger than a processor's nearest caches: of terms that are looked for one after the other,
    /// each waits for memory, and these wait together.
    pub fn find_together<'t, T: Copy>(&self, terms: impl Iterator<Item = (&'t str, T)>, known: &mut Vec<(u32, T)>) {
        let hashed: Vec<(&str, T, u64)> = terms.map(|(term, beside)| (term, beside, hash(term.as_bytes()))).collect();
        let (slots, bits) = (self.word(0).unwrap_or(0), self.word(1).unwrap_or(0).min(31));
        let content = |hash: u64| self.word(HEAD / 4 + first_slot(hash, slots)).unwrap_or(0);
        let contents: Vec<u32> = hashed.iter().map(|(_, _, hash)| content(*hash)).collect();
        let entry = (1u32 << bits) - 1;
        let likely =
            |(content, hash): (&u32, u64)| (content & !entry == (hash as u32) << bits).then_some(content & entry);
        let hashes = hashed.iter().map(|(_, _, hash)| *hash);
        let starts = contents.iter().zip(hashes).filter_map(likely).filter_map(|at| self.entry(at)?.get(WEIGHT));
        std::hint::black_box(starts.fold(0u8, |sum, byte| sum ^ byte));
        for (term, beside, hash) in hashed {
            known.extend(self.search_hashed(term, hash).found.map(|number| (number, beside)));
        }
    }

    fn search(&self, term: &str) -> Search {
        self.search_hashed(term, hash(term.as_bytes()))
    }

    fn search_hashed(&self, term: &str, hash: u64) -> Search {
        let (slots, bits) = (self.word(0).unwrap_or(0), self.word(1).unwrap_or(0).min(31));
        let mark = (hash as u32) << bits;
        let mut slot = first_slot(hash, slots);
        for _ in 0..slots {
            let content = self.word(HEAD / 4 + slot).unwrap_or(0);
            let entry = content & ((1 << bits) - 1);
            if content == 0 {
                break;
            }
            if content & !((1 << bits) - 1) == mark && self.is(entry, term) {
                return Search { found: Some(entry), slot, mark };
            }
            slot = if slot + 1 < slots as usize { slot + 1 } else { 0 };
        }
        Search { found: None, slot, mark }
    }

    fn is(&self, entry: u32, term: &str) -> bool {
        let rest = self.entry(entry).and_then(|entry| entry.get(WEIGHT..)?.strip_prefix(term.as_bytes()));
        rest.is_some_and(|rest| rest.first() == Some(&b'\n'))
    }

    /// A term by its number.
    pub fn term(&self, entry: u32) -> &str {
        let bytes = self.entry(entry).and_then(|entry| entry.get(WEIGHT..)?.split(|&byte| byte == b'\n').next());
        bytes.and_then(|term| std::str::from_utf8(term).ok()).unwrap_or_default()
    }

    /// What a term weighs.
    pub fn weight(&self, entry: u32) -> f64 {
        let weight = self.entry(entry).and_then(|entry| entry.first_chunk());
        weight.map_or(0.0, |weight| f64::from(f32::from_le_bytes(*weight)))
    }

    /// All terms with their weights, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = (&str, f64)> {
        let mut at = 1;
        std::iter::from_fn(move || {
            self.entry(at).filter(|rest| rest.len() > WEIGHT)?;
            let entry = (self.term(at), self.weight(at));
            at += (WEIGHT + entry.0.len() + 1) as u32;
            Some(entry)
        })
    }

    /// From an entry to the end.
    fn entry(&self, entry: u32) -> Option<&[u8]> {
        let slots = self.word(0)? as usize;
        self.image.get(HEAD.checked_add(slots.checked_mul(4)?)?.checked_add(entry as usize)?..)
    }

    fn word(&self, at: usize) -> Option<u32> {
        self.image.get(at * 4..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }
}

/// What a search came to.
struct Search {
    found: Option<u32>,
    /// Where it ended: where the term stands, or would.
    slot: usize,
    /// The part of the hash that a slot holds.
    mark: u32,
}

/// The slot from which on a term is looked for.
fn first_slot(hash: u64, slots: u32) -> usize {
    (((hash >> 32) * u64::from(slots)) >> 32) as usize
}

fn put(image: &mut [u8], at: usize, word: u32) {
    if let Some(bytes) = image.get_mut(at * 4..).and_then(|rest| rest.first_chunk_mut()) {
        *bytes = word.to_le_bytes();
    }
}

/// The same on every machine: the one that builds may differ from the one that runs.
fn hash(term: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = term.as_chunks::<8>();
    let mut tail = [0; 8];
    tail.iter_mut().zip(rest).for_each(|(to, byte)| *to = *byte);
    let mut sum = term.len() as u64;
    for word in words.iter().chain([&tail]) {
        sum = (sum.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
    }
    sum = (sum ^ (sum >> 32)).wrapping_mul(FACTOR);
    sum ^ (sum >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_with_their_weights() {
        let lexicon = Lexicon::parse("# remark\nvia\t1.5\r\nso the\t-0.25\n").unwrap();
        let entry = lexicon.find("so the").unwrap();
        assert_eq!((lexicon.term(entry), lexicon.weight(entry)), ("so the", -0.25));
        assert_eq!(lexicon.term(lexicon.find("via").unwrap()), "via");
        assert_eq!(lexicon.find("so"), None);
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = Lexicon::parse("via\t1.5\nso the -0.25\n").unwrap_err();
        assert_eq!(error.to_string(), "line 2: expected a term, a tab and a number, found `so the -0.25`");
        assert!(Lexicon::parse("a\tNaN\n").is_err());
        assert!(Lexicon::parse("a\t1\na\t2\n").is_err());
    }

    #[test]
    fn an_empty_lexicon_knows_nothing() {
        assert_eq!(Lexicon::default().find(""), None);
        assert_eq!(Lexicon::parse("# nothing\n").unwrap().find("#"), None);
        assert!(Lexicon::parse("# nothing\n#\t1\n").unwrap().find("#").is_some());
    }

    proptest::proptest! {
        #[test]
        fn every_term_is_found_and_no_other(terms in proptest::collection::btree_set("[a-c ]{1,4}|\\PC{1,12}", 0..60)) {
            let told: Vec<&String> = terms.iter().collect();
            let text: String = told.iter().enumerate().map(|(at, term)| format!("{term}\t{at}\n")).collect();
            let lexicon = Lexicon::parse(&text).unwrap();
            for (at, term) in told.iter().enumerate() {
                let entry = lexicon.find(term).unwrap();
                assert_eq!((lexicon.term(entry), lexicon.weight(entry)), (term.as_str(), at as f64));
                assert_eq!(lexicon.find(&format!("{term}\t")), None);
                assert_eq!(lexicon.find(&format!("{term}\n")), None);
            }
            assert_eq!(lexicon.find("not there"), None);
        }

        #[test]
        fn no_bytes_make_it_panic(image: Vec<u8>, term in "[a-c]{0,3}") {
            let lexicon = Lexicon::of_image(image.into());
            let _ = lexicon.find(&term);
            let _ = (lexicon.term(3), lexicon.weight(3), lexicon.entries().count());
        }
    }
}
