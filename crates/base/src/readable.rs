//! Code in a form that hides its lines: with NUL bytes, as UTF-16 or UTF-32, or with carriage returns alone as line ends.
//! Compilers and interpreters take all of them, so they must not keep code from being read.

use std::sync::Arc;

use crate::text::Text;

/// In a file with at least this many lone carriage returns, they end lines. Fewer are stray characters.
const MIN_RETURNS: usize = 5;
/// How many bytes are looked at to find out which half of each UTF-16 unit is NUL.
const PARITY_WINDOW: usize = 8_000;

/// The text in a form that can be read by lines; the same text where it is in one already.
pub fn readable(text: Arc<Text>) -> Arc<Text> {
    match plain(text.bytes()) {
        Some(bytes) => Arc::new(Text::new(bytes)),
        None => text,
    }
}

/// A text in UTF-16 with a byte order mark, as some shells write what a command prints, in UTF-8; `None` for anything else.
pub fn from_utf16(bytes: &[u8]) -> Option<Vec<u8>> {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]).then(|| without_nul(bytes))
}

/// Bytes without NUL, and with line feeds as line ends; `None` where they are fine as they are.
fn plain(bytes: &[u8]) -> Option<Vec<u8>> {
    // A NUL may stand anywhere, not only where git looks for one.
    let decoded = memchr::memchr(0, bytes).map(|_| without_nul(bytes));
    let current = decoded.as_deref().unwrap_or(bytes);
    if has_returns_as_ends(current) { Some(with_line_feeds(current)) } else { decoded }
}

fn without_nul(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = match byte_order(bytes) {
        Some(unit) => {
            let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
            let text: String =
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
            text.trim_start_matches('\u{feff}').as_bytes().to_vec()
        }
        None => bytes.to_vec(),
    };
    decoded.retain(|byte| *byte != 0);
    decoded
}

/// How two bytes make a unit of UTF-16, where the bytes are that: by a byte order mark, or because one half of nearly
/// every unit is NUL. UTF-32 passes for UTF-16 with a NUL between its characters.
fn byte_order(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => return Some(u16::from_be_bytes),
        _ => {}
    }
    let pairs = bytes.get(..PARITY_WINDOW).unwrap_or(bytes).as_chunks::<2>().0;
    let high_first = pairs.iter().filter(|pair| pair[0] == 0).count();
    let high_last = pairs.iter().filter(|pair| pair[1] == 0).count();
    let is_most = |count: usize| count * 2 > pairs.len();
    match (is_most(high_first), is_most(high_last)) {
        (true, false) => Some(u16::from_be_bytes),
        (false, true) => Some(u16::from_le_bytes),
        // Of four bytes, three are NUL.
        (true, true) if high_first > high_last => Some(u16::from_be_bytes),
        (true, true) => Some(u16::from_le_bytes),
        (false, false) => None,
    }
}

/// The places of carriage returns that no line feed follows, from the last to the first. A row of them before a line feed
/// is one line end.
fn lone_returns(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut is_lone = false;
    memchr::memchr_iter(b'\r', bytes).rev().filter(move |at| {
        is_lone = match bytes.get(at + 1) {
            Some(b'\n') => false,
            // The next one was looked at before this one.
            Some(b'\r') => is_lone,
            _ => true,
        };
        is_lone
    })
}

fn has_returns_as_ends(bytes: &[u8]) -> bool {
    lone_returns(bytes).nth(MIN_RETURNS - 1).is_some()
}

fn with_line_feeds(bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    for at in lone_returns(bytes) {
        if let Some(byte) = plain.get_mut(at) {
            *byte = b'\n';
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "def café():\n    return 1\n\n\ndef b():\n    return 2\n";

    fn read(bytes: Vec<u8>) -> Vec<u8> {
        readable(Arc::new(Text::new(bytes))).bytes().to_vec()
    }

    #[test]
    fn utf_16_and_utf_32_are_read_with_and_without_a_byte_order_mark() {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{CODE}");
            let utf_16: Vec<u16> = text.encode_utf16().collect();
            let utf_32: Vec<u32> = text.chars().map(u32::from).collect();
            let forms = [
                utf_16.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>(),
                utf_16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
                utf_32.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
                utf_32.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
            ];
            for (at, bytes) in forms.into_iter().enumerate() {
                let found = String::from_utf8_lossy(&read(bytes)).into_owned();
                assert_eq!(found.trim_start_matches('\u{feff}'), CODE, "{at} {mark:?}");
            }
        }
    }

    #[test]
    fn a_nul_is_read_around() {
        assert_eq!(read(b"a = 1\nre\0try(b)\n".to_vec()), b"a = 1\nretry(b)\n");
        let long = "a = 1\n".repeat(2_000);
        assert_eq!(read(format!("{long}re\0try(b)\n").into_bytes()), format!("{long}retry(b)\n").as_bytes());
    }

    #[test]
    fn utf_16_is_read_whose_first_nul_stands_far_behind() {
        let text = format!("\u{feff}{}\n{CODE}", "\u{65e5}".repeat(5_000));
        let bytes = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(bytes), text.trim_start_matches('\u{feff}').as_bytes());
    }

    #[test]
    fn carriage_returns_are_line_ends_where_they_are_the_only_ones() {
        assert_eq!(read(CODE.replace('\n', "\r").into_bytes()), CODE.as_bytes());
        let mixed = format!("x = 1\n{}", CODE.replace('\n', "\r"));
        assert_eq!(read(mixed.into_bytes()), format!("x = 1\n{CODE}").as_bytes());
    }

    #[test]
    fn carriage_returns_are_counted_in_the_whole_file() {
        let (few, lines) = ("a = 1\rb = 2\rc = 3\n", "a = 1\nb = 2\nc = 3\n");
        assert_eq!(read(few.repeat(3).into_bytes()), lines.repeat(3).as_bytes());
        // The other line ends of the file stay.
        let windows = few.replace('\n', "\r\n").repeat(3);
        assert_eq!(read(windows.into_bytes()), lines.replace("c = 3\n", "c = 3\r\n").repeat(3).as_bytes());
        assert_eq!(read(b"\r\r\r\ra\r".to_vec()), b"\n\n\n\na\n");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            CODE.to_owned(),
            CODE.replace('\n', "\r\n"),
            "a\rb\rc\rd\re = 1\n".to_owned(),
            CODE.replace('\n', "\r\r\n"),
            String::new(),
        ] {
            assert_eq!(plain(text.as_bytes()), None, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_readable_stays_as_it_is(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let once = read(bytes);
            proptest::prop_assert_eq!(read(once.clone()), once);
        }
    }
}
