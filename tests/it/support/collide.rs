//! Texts with the same hash, for fast hashes without a secret key: an author can make them for any line.
//!
//! [`multiplied`] is how `rustc-hash` hashes byte by byte. It is linear: each letter adds its code times a power of a
//! known factor. So letters that lead to a wanted hash are a subset-sum problem, and Wagner's generalised birthday
//! algorithm solves it: it joins eight lists of four letters pairwise, on more bits each time.
//!
//! [`names`] share the hash that `rustc-hash` has for a whole text.

use std::collections::HashMap;
use std::hash::Hasher as _;

use rustc_hash::FxHasher;

const FACTOR: u64 = 0xf135_7aea_2e62_a9c5;
/// How many letters follow a line to give it another hash.
const LETTERS: u32 = 32;
/// How many sums of a list are kept: enough to find a solution.
const MAX_SUMS: usize = 1 << 18;

/// The state after the bytes of a line, white space left out.
fn multiplied(line: &str) -> u64 {
    let bytes = line.bytes().filter(|byte| !byte.is_ascii_whitespace());
    bytes.fold(0, |hash: u64, byte| hash.wrapping_add(byte.into()).wrapping_mul(FACTOR))
}

/// The hash of a line, white space left out, byte by byte.
fn hash_of_bytes(line: &str) -> u64 {
    let mut hasher = FxHasher::default();
    line.bytes().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| hasher.write_u8(byte));
    hasher.finish()
}

/// The line with 32 letters at its end that give it the hash of `other`.
pub(crate) fn colliding(line: &str, other: &str) -> String {
    let without_letters = multiplied(line).wrapping_mul(FACTOR.wrapping_pow(LETTERS));
    let made = format!("{line}{}", letters(multiplied(other).wrapping_sub(without_letters)));
    assert!(made != other && hash_of_bytes(&made) == hash_of_bytes(other), "{made}");
    made
}

/// Different names of 24 letters and signs with the same hash: the last eight bytes cancel what the others come to.
pub(crate) fn names(count: usize) -> Vec<String> {
    let made = (0u64..).filter_map(|number| {
        let mut start = format!("{number:016}").into_bytes();
        let (first, second) = (&start[..8], &start[8..]);
        let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
        // The constants of `rustc-hash` 2.
        let (first, second) = (word(first) ^ 0x243f_6a88_85a3_08d3, word(second) ^ 0xa409_3822_299f_31d0);
        let product = u128::from(first) * u128::from(second);
        let end = ((product as u64) ^ ((product >> 64) as u64)).to_le_bytes();
        start.extend(end);
        end.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.-+~".contains(byte)).then_some(start)
    });
    let names: Vec<String> = made.map(|name| String::from_utf8(name).unwrap()).take(count).collect();
    let hash = |name: &String| {
        let mut hasher = FxHasher::default();
        hasher.write(name.as_bytes());
        hasher.finish()
    };
    assert!(names.iter().all(|name| hash(name) == hash(&names[0])));
    names
}

/// A sum of letters times powers of the factor, with what it is made of in the lists below.
#[derive(Clone, Copy)]
struct Sum {
    value: u64,
    parts: (u32, u32),
}

/// Letters whose sum is `wanted`.
fn letters(wanted: u64) -> String {
    let words: Vec<Vec<Sum>> = (0..8).map(words).collect();
    let pairs = |at: usize, low: u64| joined(&words[2 * at], &words[2 * at + 1], 0xffff, low);
    let fours = |first: &[Sum], second: &[Sum], low: u64| joined(first, second, 0xffff_ffff, low);
    let eighths = [pairs(0, 0), pairs(1, 0), pairs(2, 0), pairs(3, wanted)];
    let halves = [fours(&eighths[0], &eighths[1], 0), fours(&eighths[2], &eighths[3], wanted)];
    let found = joined(&halves[0], &halves[1], u64::MAX, wanted);
    let found = found.first().expect("some sums meet");
    let mut text = String::new();
    for (half, at) in [(0, found.parts.0), (1, found.parts.1)] {
        let four = halves[half][at as usize];
        for (pair, at) in [(2 * half, four.parts.0), (2 * half + 1, four.parts.1)] {
            let two = eighths[pair][at as usize];
            for (list, at) in [(2 * pair, two.parts.0), (2 * pair + 1, two.parts.1)] {
                text += &word(words[list][at as usize].parts.0);
            }
        }
    }
    text
}

/// Four letters by number.
fn word(number: u32) -> String {
    (0..4).map(|at| char::from(b'a' + (number / 26u32.pow(at) % 26) as u8)).collect()
}

/// The sums of four letters at one place of the eight.
fn words(place: u32) -> Vec<Sum> {
    let sum = |number: u32| {
        let letters = word(number);
        let powers = (0..4).map(|at| FACTOR.wrapping_pow(LETTERS - 4 * place - at));
        let value = letters
            .bytes()
            .zip(powers)
            .fold(0u64, |sum, (byte, power)| sum.wrapping_add(power.wrapping_mul(byte.into())));
        Sum { value, parts: (number, 0) }
    };
    (0..1 << 17).map(sum).collect()
}

/// Sums of one of each that have the low bits of `wanted`, as far as `mask` goes.
fn joined(left: &[Sum], right: &[Sum], mask: u64, wanted: u64) -> Vec<Sum> {
    let mut by_low: HashMap<u64, Vec<u32>> = HashMap::new();
    for (at, sum) in (0..).zip(right) {
        by_low.entry(sum.value & mask).or_default().push(at);
    }
    let meeting = (0..).zip(left).flat_map(|(at, sum)| {
        let others = by_low.get(&(wanted.wrapping_sub(sum.value) & mask)).into_iter().flatten();
        others.map(move |&other| Sum { value: sum.value.wrapping_add(right[other as usize].value), parts: (at, other) })
    });
    meeting.take(MAX_SUMS).collect()
}
