//! Values of options that are enums of crates without a command line.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// A word on the command line, its value and its meaning.
pub(super) type Choice<T> = (&'static str, T, &'static str);

/// Reads one of several words.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    choices: &'static [Choice<T>],
) -> impl TypedValueParser<Value = T> {
    let words = choices.iter().map(|(word, _, meaning)| PossibleValue::new(*word).help(*meaning));
    PossibleValuesParser::new(words.collect::<Vec<_>>()).try_map(move |word| {
        choices.iter().find(|(known, ..)| *known == word).map(|(_, value, _)| *value).ok_or("not one of the values")
    })
}
