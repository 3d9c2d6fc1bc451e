//! The values that a declaration is made of: each can be written on one line and read back.
//!
//! They cannot be made in a shape that some writing could not carry; that is what makes the round
//! trips of the other files hold.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longer values are prose, or worse.
const MAX_CHARS: usize = 300;

/// Why a value is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Too much of it.
    #[error("it is longer than {MAX_CHARS} characters")]
    TooLong,
    /// A character that the value cannot hold.
    #[error("`{}` cannot stand in it", .0.escape_default())]
    Character(char),
    /// Not a person.
    #[error("it is not of the form `Name <address>`")]
    NotAPerson,
    /// Neither digest nor address.
    #[error(
        "it is neither a digest such as `sha256:…` nor an address such as `https://…`; the text itself is not kept"
    )]
    NotAReference,
    /// A digest that is not one.
    #[error("a sha256 digest has 64 hexadecimal digits")]
    NotADigest,
    /// Not a share.
    #[error("it is not a whole number of per cent from 0 to 100")]
    NotAShare,
    /// A use of AI without any tool.
    #[error("no tool is named")]
    NoAssistant,
    /// Not one of the words that are allowed.
    #[error("it is not one of {0}")]
    NotOneOf(String),
}

fn length(text: &str) -> Result<(), Problem> {
    match text.chars().count() {
        0 => Err(Problem::Empty),
        count if count > MAX_CHARS => Err(Problem::TooLong),
        _ => Ok(()),
    }
}

fn without(text: &str, forbidden: impl Fn(char) -> bool) -> Result<(), Problem> {
    text.chars().find(|&c| c.is_control() || forbidden(c)).map_or(Ok(()), |c| Err(Problem::Character(c)))
}

/// White space at the ends goes, and runs of it become one space: that is what mail and editors do.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

macro_rules! text_value {
    ($type:ident) => {
        impl $type {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = Problem;

            fn try_from(text: String) -> Result<Self, Problem> {
                $type::new(text)
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.0
            }
        }

        impl FromStr for $type {
            type Err = Problem;

            fn from_str(text: &str) -> Result<Self, Problem> {
                $type::new(text)
            }
        }
    };
}

/// The name of a tool: a few words, without `:`, `,` and brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Name(String);

impl Name {
    /// Checks a name.
    ///
    /// # Errors
    /// Where it is empty, too long or holds a character of the grammar.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Problem> {
        let text = squeezed(text.as_ref());
        length(&text)?;
        without(&text, |c| ":,<>[]".contains(c))?;
        Ok(Name(text))
    }
}

/// One word: an id, without white space, `,` and square brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Word(String);

impl Word {
    /// Checks a word.
    ///
    /// # Errors
    /// Where it is empty, too long, or not one word.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Problem> {
        let text = text.as_ref().trim();
        length(text)?;
        without(text, |c| c.is_whitespace() || ",[]".contains(c))?;
        Ok(Word(text.to_owned()))
    }
}

/// Where something is kept, or its digest: `sha256:…`, `https://…`. Never the thing itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Reference(String);

impl Reference {
    /// Checks a reference.
    ///
    /// # Errors
    /// Where it is neither a digest nor an address.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Problem> {
        let text = text.as_ref().trim();
        length(text)?;
        let (scheme, rest) = text.split_once(':').ok_or(Problem::NotAReference)?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        if !is_scheme || rest.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Problem::NotAReference);
        }
        if scheme == "sha256" && !(rest.len() == 64 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err(Problem::NotADigest);
        }
        Ok(Reference(text.to_owned()))
    }
}

/// A person, as `Name <address>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Who(String);

impl Who {
    /// Checks a person.
    ///
    /// # Errors
    /// Where there is no name or no address.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Problem> {
        let text = squeezed(text.as_ref());
        length(&text)?;
        without(&text, |_| false)?;
        let (name, rest) = text.split_once(" <").ok_or(Problem::NotAPerson)?;
        let email = rest.strip_suffix('>').ok_or(Problem::NotAPerson)?;
        let wrong = |part: &str| part.trim().is_empty() || part.contains(['<', '>']);
        if wrong(name) || wrong(email) || email.contains(' ') || !email.contains('@') {
            return Err(Problem::NotAPerson);
        }
        Ok(Who(text))
    }

    /// The address, in lower case.
    pub fn email(&self) -> String {
        self.0.rsplit_once('<').map_or("", |(_, email)| email.trim_end_matches('>')).to_lowercase()
    }
}

text_value!(Name);
text_value!(Word);
text_value!(Reference);
text_value!(Who);

/// A share in whole per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(with = "u8", extend("maximum" = 100))]
pub struct Proportion(u8);

impl Proportion {
    /// Checks a share.
    ///
    /// # Errors
    /// Where it is more than the whole.
    pub fn new(percent: u8) -> Result<Self, Problem> {
        if percent <= 100 { Ok(Proportion(percent)) } else { Err(Problem::NotAShare) }
    }
}

impl TryFrom<u8> for Proportion {
    type Error = Problem;

    fn try_from(percent: u8) -> Result<Self, Problem> {
        Proportion::new(percent)
    }
}

impl From<Proportion> for u8 {
    fn from(share: Proportion) -> u8 {
        share.0
    }
}

impl fmt::Display for Proportion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl FromStr for Proportion {
    type Err = Problem;

    /// `40%` or `40 %`. A bare number might count lines.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let number = text.trim().strip_suffix('%').ok_or(Problem::NotAShare)?.trim_end();
        let percent = number.parse().map_err(|_| Problem::NotAShare)?;
        Proportion::new(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_prompt_is_no_reference() {
        assert_eq!(Reference::new("write a parser"), Err(Problem::NotAReference));
        assert_eq!(Reference::new("note: write a parser"), Err(Problem::NotAReference));
        assert_eq!(Reference::new("sha256:00ff"), Err(Problem::NotADigest));
        assert!(Reference::new("https://example.org/p/7").is_ok());
        assert!(Reference::new(format!("sha256:{}", "0".repeat(64))).is_ok());
    }

    #[test]
    fn people_have_a_name_and_an_address() {
        assert_eq!(Who::new("  Ann   Lee  <Ann@Example.org> ").unwrap().email(), "ann@example.org");
        for wrong in ["Ann Lee", "<ann@example.org>", "Ann <ann>", "Ann <a@b> <c@d>", "Ann <a b@c>"] {
            assert_eq!(Who::new(wrong), Err(Problem::NotAPerson), "{wrong}");
        }
    }

    #[test]
    fn names_and_words_hold_nothing_of_the_grammar() {
        assert_eq!(Name::new("a:b"), Err(Problem::Character(':')));
        assert_eq!(Word::new("a b"), Err(Problem::Character(' ')));
        assert_eq!(Word::new("a\u{1b}"), Err(Problem::Character('\u{1b}')));
        assert_eq!(Name::new(" \n "), Err(Problem::Empty));
        assert_eq!(Name::new("a".repeat(301)), Err(Problem::TooLong));
    }

    #[test]
    fn a_share_says_per_cent() {
        assert_eq!("40%".parse::<Proportion>().map(|share| share.0), Ok(40));
        for wrong in ["40", "101%", "-1%", "some%"] {
            assert!(wrong.parse::<Proportion>().is_err(), "{wrong}");
        }
    }
}
