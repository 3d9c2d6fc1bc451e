//! Terms with fitted weights: a tab-separated file of `term<TAB>log-odds`, `#` for remarks.
//!
//! A lexicon is searched in the form of an image, which the build script makes of the built-in ones, so that
//! a start of the program neither reads nor copies them. Texts of terms would be most of it, and whoever
//! looks a term up has it: an image holds a part of each term's hash in its place. All its numbers
//! are little-endian and have 32 bits: how many slots there are, and the slots. 0 is an empty slot; any
//! other holds 22 bits of the hash above the weight. A term is looked for from the slot that other
//! bits of its hash name on, up to an empty one.
//!
//! Of a million terms that a lexicon does not know, one or two pass for one that it does.

use std::borrow::Cow;
use std::collections::HashSet;

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

/// How many bits of a slot are of the hash.
const MARK_BITS: u32 = 22;
/// The others are the weight: in steps of this many log-odds, and this many steps above what it is.
const STEP: f64 = 1.0 / 32.0;
const ZERO: f64 = 512.0;
const WEIGHT_MASK: u32 = (1 << (u32::BITS - MARK_BITS)) - 1;

impl Lexicon {
    /// Reads a lexicon. Weights are kept to a 32nd, and up to 16 on either side.
    ///
    /// # Errors
    /// At the first line that is not `term<TAB>number`, or that repeats a term.
    pub fn parse(content: &str) -> Result<Self, LineError> {
        let wrong = |line: usize| LineError {
            line,
            // The line was counted in the same content.
            found: content.lines().nth(line - 1).unwrap_or("").chars().take(80).collect(),
        };
        let mut terms: Vec<(&str, f64)> = Vec::new();
        let mut met = HashSet::new();
        for (line, text) in content.lines().enumerate().map(|(at, text)| (at + 1, text)) {
            // A number sign is a word, too: only a line without a weight is a remark.
            if text.is_empty() || (text.starts_with('#') && !text.contains('\t')) {
                continue;
            }
            let parsed = text.split_once('\t').and_then(|(term, weight)| Some((term, weight.parse::<f64>().ok()?)));
            let known = parsed.filter(|(term, weight)| weight.is_finite() && met.insert(*term));
            terms.push(known.ok_or_else(|| wrong(line))?);
        }
        // Three slots in ten stay empty: searches are short, and the image is, too.
        let slots = terms.len() * 10 / 7 + 1;
        let mut image = vec![0; 4 * (1 + slots)];
        put(&mut image, 0, slots as u32);
        let mut lexicon = Lexicon { image: image.into() };
        for (term, weight) in terms {
            let hash = hash(term.as_bytes());
            let (Ok(slot) | Err(slot)) = lexicon.search(hash);
            let steps = (weight / STEP).round().clamp(1.0 - ZERO, ZERO - 1.0) + ZERO;
            put(lexicon.image.to_mut(), 1 + slot, mark(hash) | steps as u32);
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

    /// The number of a term, by which [`Lexicon::weight`] knows it.
    pub fn find(&self, term: &str) -> Option<u32> {
        self.search(hash(term.as_bytes())).ok().map(|slot| slot as u32)
    }

    /// Adds the numbers of those terms that there are to `known`, each with what stands beside it. They are given by
    /// their hashes, and taken out of `waiting`.
    ///
    /// A lexicon is larger than a processor's nearest caches: of terms that are looked for one after the other,
    /// each waits for memory, and these wait together.
    pub fn find_together<T>(&self, waiting: &mut Vec<(u64, T)>, known: &mut Vec<(u32, T)>) {
        // A lexicon of nothing has no slots, and none of them holds anything.
        let slots = self.word(0).unwrap_or(0);
        let first = |(hash, _): &(u64, T)| self.word(1 + first_slot(*hash, slots)).unwrap_or(0);
        std::hint::black_box(waiting.iter().map(first).fold(0, |sum, word| sum ^ word));
        for (hash, beside) in waiting.drain(..) {
            known.extend(self.search(hash).ok().map(|slot| (slot as u32, beside)));
        }
    }

    /// The slot of a term, or the one where it would be.
    fn search(&self, hash: u64) -> Result<usize, usize> {
        // As above.
        let slots = self.word(0).unwrap_or(0);
        let mark = mark(hash);
        let mut slot = first_slot(hash, slots);
        for _ in 0..slots {
            match self.word(1 + slot).unwrap_or(0) {
                0 => break,
                content if content & !WEIGHT_MASK == mark => return Ok(slot),
                _ => slot = if slot + 1 < slots as usize { slot + 1 } else { 0 },
            }
        }
        Err(slot)
    }

    /// What a term weighs.
    pub fn weight(&self, number: u32) -> f64 {
        // A slot that is not there is empty, and an empty one weighs nothing.
        let content = self.word(1 + number as usize).unwrap_or(0);
        if content == 0 { 0.0 } else { (f64::from(content & WEIGHT_MASK) - ZERO) * STEP }
    }

    fn word(&self, at: usize) -> Option<u32> {
        self.image.get(at * 4..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }
}

/// The part of a hash that a slot holds.
fn mark(hash: u64) -> u32 {
    (hash as u32) << (u32::BITS - MARK_BITS)
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

/// What terms are looked for by. The same on every machine: the one that builds may differ from the one that runs.
pub fn hash(term: &[u8]) -> u64 {
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
