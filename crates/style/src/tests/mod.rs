//! Tests of `lang` and `style-format`: small crates, which share one test program with the crate that uses them.

mod lang;
mod lexicon;
mod literals;
mod trees;
