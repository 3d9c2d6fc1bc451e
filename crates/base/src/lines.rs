//! Lines as keys of a map: a hash finds candidates, and the bytes decide.
//!
//! Authors choose what they write, so they can choose lines with the same hash, unless the hash has a secret key. This
//! one has: a random key per process. It keeps maps fast. Equality never rests on it, so results do not depend on it.
//!
//! Every changed line is hashed, so this is foldhash, as in the diff library, and not the slower SipHash of the standard
//! library. Only its key comes from there.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;
use rustc_hash::{FxHashMap, FxHashSet};

static KEY: LazyLock<(u64, SharedSeed)> = LazyLock::new(|| {
    let random = RandomState::new();
    (random.hash_one(0), SharedSeed::from_u64(random.hash_one(1)))
});

fn keyed() -> FoldHasher<'static> {
    FoldHasher::with_seed(KEY.0, &KEY.1)
}

/// A map from lines. The key of a line is its keyed hash, so a fast hasher of that is safe.
pub type LineMap<K, V> = FxHashMap<K, V>;
/// A set of lines.
pub type LineSet<K> = FxHashSet<K>;

/// A line, or another run of bytes; equal to those with the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    // The hash comes first: it settles most comparisons.
    hash: u64,
    bytes: &'a [u8],
}

impl<'a> Line<'a> {
    /// The line with these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut hasher = keyed();
        hasher.write(bytes);
        Line { hash: hasher.finish(), bytes }
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl Hash for Line<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// A line without its white space; equal to those that differ in ASCII white space only.
#[derive(Debug, Clone, Copy)]
pub struct Squeezed<'a> {
    hash: u64,
    line: &'a [u8],
}

impl<'a> Squeezed<'a> {
    /// The line with these bytes, white space included.
    pub fn new(line: &'a [u8]) -> Self {
        let mut hasher = keyed();
        let mut chunk = [0; 64];
        let mut filled = 0;
        for byte in without_space(line) {
            chunk[filled] = byte;
            filled += 1;
            if filled == chunk.len() {
                hasher.write(&chunk);
                filled = 0;
            }
        }
        hasher.write(&chunk[..filled]);
        Squeezed { hash: hasher.finish(), line }
    }
}

impl Squeezed<'_> {
    /// Half of its hash: equal for equal lines, and seldom for others.
    pub fn digest(&self) -> u32 {
        self.hash as u32
    }
}

impl PartialEq for Squeezed<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && (self.line == other.line || without_space(self.line).eq(without_space(other.line)))
    }
}

impl Eq for Squeezed<'_> {}

impl Hash for Squeezed<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// The bytes of a line that are no ASCII white space.
pub fn without_space(line: &[u8]) -> impl Iterator<Item = u8> + '_ {
    line.iter().copied().filter(|byte| !byte.is_ascii_whitespace())
}

#[cfg(test)]
pub(crate) mod samples {
    //! Texts of few different lines, some of which a fast hash without a key takes for one another.

    use proptest::prelude::*;

    /// The last two lines have the same `FxHash` byte by byte, white space left out; the two before as a whole.
    const LINES: [&str; 11] = [
        "",
        " \t",
        "}",
        "  }",
        "return total(first, second)",
        "\treturn total( first,second )\r",
        "count += 1",
        "arslaaaaaaaaaaaa7MeY2VbA",
        "glnwaaaaaaaaaaaanbyVVVvl",
        "This project is maintained by volunteers.",
        "x_0 = measure(0)  # irxahbmermcczktfsfvbboccjumchfae",
    ];

    /// Up to so many lines.
    pub(crate) fn text(most: usize) -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(&LINES), 0..=most).prop_map(|lines| lines.join("\n"))
    }

    /// The lines of a text without their white space.
    pub(crate) fn squeezed(text: &str) -> Vec<Vec<u8>> {
        text.lines().map(|line| super::without_space(line.as_bytes()).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn squeezed_lines_are_equal_where_their_bytes_without_white_space_are(a in "[ab \t]{0,6}", b in "[ab \t]{0,6}") {
            let plain = |text: &str| text.replace([' ', '\t'], "");
            let (left, right) = (Squeezed::new(a.as_bytes()), Squeezed::new(b.as_bytes()));
            proptest::prop_assert_eq!(left == right, plain(&a) == plain(&b));
        }

        #[test]
        fn equal_lines_have_equal_hashes_wherever_their_white_space_is(line in "[a-z]{0,200}", at in 0usize..200) {
            let at = at.min(line.len());
            let spaced = format!(" {} \t{}\r", &line[..at], &line[at..]);
            let (left, right) = (Squeezed::new(line.as_bytes()), Squeezed::new(spaced.as_bytes()));
            proptest::prop_assert_eq!((left.hash, left), (right.hash, right));
        }

        #[test]
        fn lines_are_equal_where_their_bytes_are(a in "[ab ]{0,3}", b in "[ab ]{0,3}") {
            proptest::prop_assert_eq!(Line::new(a.as_bytes()) == Line::new(b.as_bytes()), a == b);
        }
    }
}
