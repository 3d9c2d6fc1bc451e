//! Text in the encoding that a commit or a mail names: ISO-8859-1, Shift_JIS, KOI8-R and the like.
//!
//! Names are those of the Encoding Standard, and the other common spellings that git and mail programs write.

use bstr::ByteSlice as _;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// An encoding that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

/// Spellings that the Encoding Standard does not know, in lower case without signs.
const OTHER_NAMES: [(&str, &str); 22] = [
    ("cp932", "shift_jis"),
    ("mskanji", "shift_jis"),
    ("eucjp", "euc-jp"),
    ("ujis", "euc-jp"),
    ("cp949", "euc-kr"),
    ("uhc", "euc-kr"),
    ("euckr", "euc-kr"),
    ("cp936", "gbk"),
    ("euccn", "gbk"),
    ("cp950", "big5"),
    ("koi8r", "koi8-r"),
    ("koi8u", "koi8-u"),
    ("latin0", "iso-8859-15"),
    ("latin2", "iso-8859-2"),
    ("latin3", "iso-8859-3"),
    ("latin4", "iso-8859-4"),
    ("latin5", "windows-1254"),
    ("latin6", "iso-8859-10"),
    ("latin7", "iso-8859-13"),
    ("latin8", "iso-8859-14"),
    ("latin9", "iso-8859-15"),
    ("latin10", "iso-8859-16"),
];

impl Charset {
    /// UTF-8, with other bytes replaced: what git takes a text for that names no encoding.
    pub const UTF_8: Self = Charset(UTF_8);

    /// The encoding of a name; `None` where the name is unknown. UTF-16 is none: neither a header of a commit nor a mail
    /// can be written in it.
    pub fn named(name: &[u8]) -> Option<Self> {
        let known = Encoding::for_label_no_replacement(name).or_else(|| other_name(name));
        known.filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE).map(Charset)
    }

    /// The encoding of a text that names none, as `git mailinfo` guesses it.
    pub fn guessed(text: &[u8]) -> Self {
        if text.is_utf8() { Self::UTF_8 } else { Charset(encoding_rs::WINDOWS_1252) }
    }

    /// A text in this encoding. Text that is valid UTF-8 and not valid in the encoding was written in UTF-8.
    pub fn text(self, bytes: &[u8]) -> String {
        if self == Self::UTF_8 || bytes.is_empty() {
            return bytes.to_str_lossy().into_owned();
        }
        if let Some(text) = self.0.decode_without_bom_handling_and_without_replacement(bytes) {
            return text.into_owned();
        }
        match bytes.to_str() {
            Ok(text) => text.to_owned(),
            Err(_) => self.0.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

fn other_name(name: &[u8]) -> Option<&'static Encoding> {
    let plain: Vec<u8> = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let plain = plain.to_str().ok()?;
    let named = OTHER_NAMES.iter().find(|(other, _)| *other == plain).map(|(_, name)| (*name).to_owned());
    let known = Encoding::for_label_no_replacement(plain.as_bytes());
    let numbered = || {
        let windows =
            plain.strip_prefix("windows").or_else(|| plain.strip_prefix("win")).or_else(|| plain.strip_prefix("cp"));
        let iso = plain.strip_prefix("iso8859");
        windows.map(|number| format!("windows-{number}")).or_else(|| iso.map(|number| format!("iso-8859-{number}")))
    };
    known.or_else(|| Encoding::for_label_no_replacement(named.or_else(numbered)?.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8]) -> Option<String> {
        Charset::named(name.as_bytes()).map(|charset| charset.text(bytes))
    }

    #[test]
    fn names_are_those_that_git_and_mail_programs_write() {
        for name in ["ISO-8859-1", "iso8859-1", "latin1", "Latin-1", "ISO8859_1", "windows-1252", "CP1252", "win1252"] {
            assert_eq!(read(name, b"Gr\xfc\xdfe").as_deref(), Some("Grüße"), "{name}");
        }
        for (name, bytes, text) in [
            ("ISO-8859-15", &b"\xa4"[..], "€"),
            ("latin9", b"\xa4", "€"),
            ("Shift_JIS", b"\x93\xfa\x96{", "日本"),
            ("SJIS", b"\x93\xfa\x96{", "日本"),
            ("CP932", b"\x93\xfa\x96{", "日本"),
            ("EUC-JP", b"\xc6\xfc\xcb\xdc", "日本"),
            ("eucJP", b"\xc6\xfc\xcb\xdc", "日本"),
            ("ISO-2022-JP", b"\x1b$BF|K\\\x1b(B", "日本"),
            ("KOI8-R", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
            ("koi8r", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
            ("CP1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"),
            ("ISO-8859-2", b"\xb3\xf3d\xbc", "łódź"),
            ("GB18030", b"\xd6\xd0", "中"),
            ("cp936", b"\xd6\xd0", "中"),
            ("Big5", b"\xa4\xa4", "中"),
            ("EUC-KR", b"\xc7\xd1", "한"),
            ("cp949", b"\xc7\xd1", "한"),
            ("utf8", "ü".as_bytes(), "ü"),
            ("UTF-8", b"\xfc", "\u{fffd}"),
            ("us-ascii", b"plain", "plain"),
        ] {
            assert_eq!(read(name, bytes).as_deref(), Some(text), "{name}");
        }
    }

    #[test]
    fn other_names_are_unknown() {
        for name in ["", "x-klingon", "utf-7", "UTF-16", "iso-8859-99", "cp", "cp437", "hz-gb-2312"] {
            assert_eq!(read(name, b"x"), None, "{name}");
        }
    }

    #[test]
    fn utf_8_under_another_name_is_read_as_utf_8() {
        assert_eq!(read("EUC-JP", "日本語".as_bytes()).as_deref(), Some("日本語"));
        assert_eq!(read("Shift_JIS", b"\x93\xfa\xff").as_deref(), Some("日\u{fffd}"));
    }

    #[test]
    fn a_text_that_names_no_encoding_is_utf_8_or_western() {
        for (bytes, text) in [("ü".as_bytes(), "ü"), (&b"\xfc"[..], "ü"), (b"x", "x")] {
            assert_eq!(Charset::guessed(bytes).text(bytes), text);
        }
    }
}
