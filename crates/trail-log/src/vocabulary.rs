//! Vocabularies: enumerations whose words are part of the format. A word that this version does not know is kept as it is.

use crate::ids::Word;

/// A word that a vocabulary does not list: a newer version wrote it. Only reading makes one, so no listed word can hide in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unlisted(Word);

impl Unlisted {
    pub(crate) fn new(word: Word) -> Self {
        Self(word)
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
        #[serde(from = "crate::ids::Word")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A word of a newer version.
            Other(crate::vocabulary::Unlisted),
        }

        impl $name {
            /// The words that this version knows.
            pub const WORDS: &[&str] = &[$($word,)+];

            /// The word that entries hold.
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word.as_str(),
                }
            }
        }

        impl From<crate::ids::Word> for $name {
            fn from(word: crate::ids::Word) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(crate::vocabulary::Unlisted::new(word)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        #[cfg(test)]
        impl proptest::prelude::Arbitrary for $name {
            type Parameters = ();
            type Strategy = proptest::prelude::BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> Self::Strategy {
                use proptest::prelude::*;
                let word = |word: &str| crate::ids::Word::parse(word).expect("a listed word");
                prop_oneof![
                    4 => proptest::sample::select(Self::WORDS).prop_map(move |listed| Self::from(word(listed))),
                    1 => any::<crate::ids::Word>().prop_map(Self::from),
                ]
                .boxed()
            }
        }
    };
}

pub(crate) use vocabulary;
