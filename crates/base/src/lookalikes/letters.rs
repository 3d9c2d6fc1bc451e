//! Which Latin letter a character looks like: by Unicode's confusables (UTS 39) and compatibility forms (NFKC).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization as _;
use unicode_script::UnicodeScript as _;

use super::Script;

/// What a character is to a Latin word.
pub(super) enum Letter {
    /// ASCII.
    Latin,
    /// A Latin letter in another style, as mathematical or enclosed letters, or a ligature.
    Styled(String),
    /// The same, in the width of ideographs.
    FullWidth(String),
    /// A line through the letter before it.
    Overlay,
    /// A phonetic letter that looks like a plain one.
    Phonetic(char),
    /// A letter of another script that looks like a Latin one.
    Alike(char, Script),
    /// A letter of a script that has such letters, and itself looks like no Latin one.
    Genuine(Script),
    /// Anything else.
    Other,
}

pub(super) fn letter(c: char) -> Letter {
    match c {
        c if c.is_ascii() => Letter::Latin,
        '\u{335}'..='\u{338}' | '\u{20d2}' | '\u{20d3}' | '\u{20d8}'..='\u{20da}' | '\u{20e5}'..='\u{20eb}' => {
            Letter::Overlay
        }
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            plain(c).map_or(Letter::Other, Letter::FullWidth)
        }
        c if is_styled(c) => plain(c).map_or(Letter::Other, Letter::Styled),
        c if is_in_ranges(c) => match (LATIN.get(&c), script(c)) {
            (Some(latin), Some(script)) => Letter::Alike(*latin, script),
            (Some(latin), None) => Letter::Phonetic(*latin),
            (None, Some(script)) if c.is_alphabetic() => Letter::Genuine(script),
            (None, _) => Letter::Other,
        },
        _ => Letter::Other,
    }
}

/// The ASCII sign that a reader takes another for. Typography is no disguise: dashes, quotes and ellipses stay.
pub(super) fn punctuation(c: char) -> Option<char> {
    match c {
        '\u{37e}' => Some(';'),
        '\u{2024}' => Some('.'),
        '\u{2236}' | '\u{a789}' | '\u{589}' => Some(':'),
        '\u{2044}' | '\u{2215}' => Some('/'),
        _ => None,
    }
}

/// Chinese, Japanese and Korean characters.
pub(super) fn is_ideograph(c: char) -> bool {
    use unicode_script::Script::{Bopomofo, Han, Hangul, Hiragana, Katakana};
    matches!(c.script(), Han | Hangul | Hiragana | Katakana | Bopomofo)
}

/// Blocks of styled letters: Latin ligatures, letter-like symbols, Roman numerals, enclosed and mathematical letters.
fn is_styled(c: char) -> bool {
    matches!(c, '\u{2100}'..='\u{214f}' | '\u{2160}'..='\u{217f}' | '\u{24b6}'..='\u{24e9}' | '\u{fb00}'..='\u{fb06}'
        | '\u{1ccd6}'..='\u{1ccf9}' | '\u{1d400}'..='\u{1d7ff}' | '\u{1f130}'..='\u{1f189}')
}

/// The letters or digits that a styled one stands for.
fn plain(c: char) -> Option<String> {
    let negative =
        |first: char| u32::from(c).checked_sub(u32::from(first)).and_then(|at| char::from_u32(at + u32::from('A')));
    let plain: String = match c {
        // Unicode gives no plain form for white letters on black.
        '\u{1f150}'..='\u{1f169}' => negative('\u{1f150}').into_iter().collect(),
        '\u{1f170}'..='\u{1f189}' => negative('\u{1f170}').into_iter().collect(),
        c => std::iter::once(c).nfkc().collect(),
    };
    (!plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(plain)
}

/// Blocks with letters that look Latin, of scripts that are written from left to right without joining: phonetic
/// letters, Greek, Cyrillic, Armenian, Cherokee, Canadian syllables, Runes, Coptic, Tifinagh, Lisu, Vai, Deseret and others.
const RANGES: [(char, char); 15] = [
    ('\u{250}', '\u{2af}'),
    ('\u{370}', '\u{58f}'),
    ('\u{10a0}', '\u{10ff}'),
    ('\u{13a0}', '\u{167f}'),
    ('\u{16a0}', '\u{16ff}'),
    ('\u{1c80}', '\u{1cbf}'),
    ('\u{1d00}', '\u{1dbf}'),
    ('\u{1f00}', '\u{1fff}'),
    ('\u{2c00}', '\u{2dff}'),
    ('\u{a4d0}', '\u{a6ff}'),
    ('\u{a720}', '\u{a7ff}'),
    ('\u{ab30}', '\u{abbf}'),
    ('\u{10280}', '\u{1057f}'),
    ('\u{118a0}', '\u{118ff}'),
    ('\u{16f00}', '\u{16f9f}'),
];

fn is_in_ranges(c: char) -> bool {
    RANGES.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// The Latin letters that characters of [`RANGES`] look like.
static LATIN: LazyLock<FxHashMap<char, char>> = LazyLock::new(|| {
    let all = RANGES.iter().flat_map(|(first, last)| *first..=*last).filter(|c| c.is_alphabetic());
    all.filter_map(|c| Some((c, latin(c)?))).collect()
});

fn latin(c: char) -> Option<char> {
    let mut buffer = [0; 4];
    let mut skeleton = unicode_security::confusable_detection::skeleton(c.encode_utf8(&mut buffer));
    match (skeleton.next()?, skeleton.next(), skeleton.next()) {
        // Unicode takes I and l for the same.
        ('l', None, _) if c.is_uppercase() => Some('I'),
        // What Unicode takes for small capitals looks like k in most fonts.
        ('\u{138}', None, _) => Some('k'),
        ('r', Some('n'), None) => Some('m'),
        (latin, None, _) => Some(latin).filter(char::is_ascii_alphabetic),
        _ => None,
    }
}

/// The script of a character; `None` for phonetic letters, which are Latin, and for what no script owns.
fn script(c: char) -> Option<Script> {
    use unicode_script::Script as Of;
    match c.script() {
        Of::Latin | Of::Common | Of::Inherited | Of::Unknown => None,
        Of::Cyrillic => Some(Script::Cyrillic),
        Of::Greek | Of::Coptic => Some(Script::Greek),
        _ => Some(Script::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_look_latin_are_known() {
        let alike = [
            ('\u{430}', 'a'),
            ('\u{435}', 'e'),
            ('\u{43e}', 'o'),
            ('\u{440}', 'p'),
            ('\u{441}', 'c'),
            ('\u{443}', 'y'),
            ('\u{445}', 'x'),
            ('\u{456}', 'i'),
            ('\u{406}', 'I'),
            ('\u{410}', 'A'),
            ('\u{412}', 'B'),
            ('\u{43a}', 'k'),
            ('\u{3bf}', 'o'),
            ('\u{391}', 'A'),
            ('\u{399}', 'I'),
            ('\u{13aa}', 'A'),
            ('\u{a4d0}', 'B'),
            ('\u{261}', 'g'),
        ];
        for (c, latin) in alike {
            assert_eq!(LATIN.get(&c), Some(&latin), "{c}");
        }
    }

    #[test]
    fn letters_that_only_their_script_has_look_like_none() {
        for c in "\u{436}\u{449}\u{44f}\u{44b}\u{3bb}\u{3a9}\u{3b8}\u{10d0}".chars() {
            assert!(matches!(letter(c), Letter::Genuine(_)), "{c}");
        }
    }

    #[test]
    fn styled_letters_have_a_plain_form() {
        for (styled, expected) in [
            ('\u{1d42b}', "r"),
            ('\u{24d0}', "a"),
            ('\u{1f170}', "A"),
            ('\u{1f152}', "C"),
            ('\u{fb01}', "fi"),
            ('\u{210e}', "h"),
            ('\u{1d7d9}', "1"),
        ] {
            assert!(matches!(letter(styled), Letter::Styled(plain) if plain == expected), "{styled}");
        }
        assert!(matches!(letter('\u{ff41}'), Letter::FullWidth(plain) if plain == "a"));
    }
}
