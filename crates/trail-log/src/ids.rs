//! Ids and words: the only text that an entry can hold.
//!
//! An entry cannot be taken back, so none of these types accepts free text: they are short, in ASCII, and without spaces. Ids of
//! people, paths and repositories are random; what they stand for lies in rows that can be erased.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not such an id. The text itself is not repeated: it may be what must not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}: {problem}")]
pub struct InvalidId {
    what: &'static str,
    problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("it is empty")]
    Empty,
    #[error("it has {length} bytes, and {max} are the most")]
    TooLong { length: usize, max: usize },
    #[error("byte {at} is not one of {allowed}")]
    Byte { at: usize, allowed: &'static str },
    #[error("{0}")]
    Form(&'static str),
}

/// What a kind of id consists of.
struct Form {
    what: &'static str,
    max: usize,
    allowed: &'static str,
    allows: fn(u8) -> bool,
    /// What else holds for the whole: the problem if it does not.
    whole: fn(&str) -> Result<(), &'static str>,
}

impl Form {
    fn check(&self, text: &str) -> Result<(), InvalidId> {
        let invalid = |problem| Err(InvalidId { what: self.what, problem });
        if text.is_empty() {
            return invalid(Problem::Empty);
        }
        if text.len() > self.max {
            return invalid(Problem::TooLong { length: text.len(), max: self.max });
        }
        if let Some(at) = text.bytes().position(|byte| !(self.allows)(byte)) {
            return invalid(Problem::Byte { at, allowed: self.allowed });
        }
        (self.whole)(text).or_else(|problem| invalid(Problem::Form(problem)))
    }
}

fn any(_: &str) -> Result<(), &'static str> {
    Ok(())
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_' | b'+')
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':')
}

fn is_model_byte(byte: u8) -> bool {
    is_id_byte(byte) || matches!(byte, b'/' | b'@' | b'+')
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

/// Model ids have slashes and at signs, but are neither paths of a machine nor addresses.
fn is_no_path_or_address(text: &str) -> Result<(), &'static str> {
    if text.starts_with('/') || text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("it reads like a path");
    }
    let mut after = text.split('@').skip(1).filter_map(|rest| rest.split('/').next());
    if after.any(|version| version.contains('.')) { Err("it reads like an address") } else { Ok(()) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:literal, $allows:expr, $whole:expr, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Box<str>);

        impl $name {
            const FORM: Form = Form { what: $what, max: $max, allowed: $allowed, allows: $allows, whole: $whole };

            /// Reads one.
            ///
            /// # Errors
            ///
            /// When the text has not its form.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                Self::FORM.check(text).map(|()| Self(text.into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::FORM.check(&text).map(|()| Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        #[cfg(test)]
        impl proptest::prelude::Arbitrary for $name {
            type Parameters = ();
            type Strategy = proptest::prelude::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::prelude::Strategy as _;
                let texts = proptest::string::string_regex($example).expect("the example is a regex");
                texts.prop_map(|text| Self::parse(&text).expect("the example fits the form")).boxed()
            }
        }
    };
}

id!(
    /// A word of a vocabulary: a kind, a tool, an integration. Lower case, without spaces.
    Word, "word", 64, "a-z 0-9 . - _ +", is_word_byte, any, "[a-z0-9._+-]{1,64}"
);
id!(
    /// The region in which a log and its entries stay.
    Region, "region", 32, "a-z 0-9 . - _ +", is_word_byte, any, "[a-z0-9-]{1,32}"
);
id!(
    /// A client: what numbers events. Enrolment gives it, so that it holds no name of a machine or person.
    ClientId, "client id", 64, "A-Z a-z 0-9 . - _ :", is_id_byte, any, "[A-Za-z0-9._:-]{1,64}"
);
id!(
    /// A time in which a client numbers without a break: it begins anew at each boot and repair.
    Epoch, "epoch", 64, "A-Z a-z 0-9 . - _ :", is_id_byte, any, "[A-Za-z0-9._:-]{1,64}"
);
id!(
    /// An id that a tool or a provider gave: of a session, a request, a message.
    ForeignId, "id of a tool or provider", 128, "A-Z a-z 0-9 . - _ :", is_id_byte, any, "[A-Za-z0-9._:-]{1,128}"
);
id!(
    /// The version of a tool.
    Version, "version", 64, "A-Z a-z 0-9 . - _ : +", |byte| is_id_byte(byte) || byte == b'+', any, "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}(-[a-z0-9.+]{1,20})?"
);
id!(
    /// The exact id of a model, as its provider writes it.
    ModelId, "model id", 128, "A-Z a-z 0-9 . - _ : / @ +", is_model_byte, is_no_path_or_address,
    "[a-z]{1,10}(/[A-Za-z0-9_-][A-Za-z0-9._:-]{1,40}){0,2}(@[0-9]{8})?"
);
id!(
    /// A commit: 40 hexadecimal digits, or 64.
    CommitId, "commit id", 64, "0-9 a-f", is_lower_hex,
    |text| if matches!(text.len(), 40 | 64) { Ok(()) } else { Err("it has neither 40 digits nor 64") },
    "[0-9a-f]{40}|[0-9a-f]{64}"
);
id!(
    /// A calendar quarter: `2026-Q4`.
    Quarter, "quarter", 7, "0-9 - Q", |byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'Q'),
    |text| match text.as_bytes() {
        [a, b, c, d, b'-', b'Q', b'1'..=b'4'] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) => Ok(()),
        _ => Err("it is not like 2026-Q4"),
    },
    "2[0-9]{3}-Q[1-4]"
);

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $prefix:literal) => {
        $(#[$doc])*
        ///
        /// The prefix, and 16 random bytes as hexadecimal digits. It must never be computed from what it stands for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        #[cfg_attr(test, derive(proptest_derive::Arbitrary))]
        pub struct $name([u8; 16]);

        impl $name {
            /// An id of random bytes.
            pub const fn from_random(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Reads one.
            ///
            /// # Errors
            ///
            /// When the text has not its form.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let form = InvalidId { what: $what, problem: Problem::Form("it is not the prefix and 32 digits of 0-9 a-f") };
                let digits = text.strip_prefix($prefix).ok_or(form)?;
                let mut bytes = [0; 16];
                if !digits.bytes().all(is_lower_hex) {
                    return Err(form);
                }
                hex::decode_to_slice(digits, &mut bytes).map_err(|_| form)?;
                Ok(Self(bytes))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, hex::encode(self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

random_id!(
    /// A person.
    PersonId, "person id", "p_"
);
random_id!(
    /// A path in a repository.
    PathId, "path id", "f_"
);
random_id!(
    /// A repository, with all its clones and aliases.
    RepositoryId, "repository id", "r_"
);
random_id!(
    /// A gap in what is known.
    GapId, "gap id", "g_"
);
random_id!(
    /// A hold: what must not be deleted for now.
    HoldId, "hold id", "h_"
);
random_id!(
    /// An exercise.
    DrillId, "drill id", "d_"
);
random_id!(
    /// A token with which something was asked or sent.
    TokenId, "token id", "t_"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_may_have_to_be_forgotten_is_no_id() {
        for text in [
            "Fix the login of Ada Example",
            "ada@example.org",
            "/home/ada/src/login.py",
            "C:\\Users\\ada",
            "käse",
            "a\nb",
            "\u{0}",
        ] {
            assert!(Word::parse(text).is_err(), "{text}");
            assert!(ClientId::parse(text).is_err(), "{text}");
            assert!(ForeignId::parse(text).is_err(), "{text}");
            assert!(ModelId::parse(text).is_err(), "{text}");
            assert!(Version::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn model_ids_of_all_providers_are_read() {
        for text in [
            "claude-opus-4-8",
            "gpt-5.1-codex",
            "us.anthropic.claude-opus-4-20250514-v1:0",
            "claude-opus-4@20250514",
            "@cf/meta/llama-3.1-8b-instruct",
            "accounts/fireworks/models/llama-v3p1-405b",
            "meta-llama/Llama-3.3-70B-Instruct",
            "ft:gpt-4o-2024-08-06:org::abc123",
        ] {
            assert_eq!(ModelId::parse(text).map(|id| id.to_string()), Ok(text.to_owned()));
        }
        for text in ["../model.gguf", "a//b", "someone@mail.example.org"] {
            assert!(ModelId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_the_text() {
        let error = Word::parse("my password is hunter2").unwrap_err().to_string();
        assert_eq!(error, "not a word: byte 2 is not one of a-z 0-9 . - _ +");
    }

    #[test]
    fn ids_have_one_spelling() {
        let id = PersonId::from_random([0xab; 16]);
        assert_eq!(PersonId::parse(&id.to_string()), Ok(id));
        assert!(PersonId::parse(&id.to_string().to_uppercase()).is_err());
        assert!(PersonId::parse(&format!("p_{}", "AB".repeat(16))).is_err());
        assert!(PersonId::parse(&id.to_string().replace("p_", "f_")).is_err());
        assert!(CommitId::parse(&"a".repeat(41)).is_err());
        assert!(Quarter::parse("2026-Q5").is_err());
    }
}
