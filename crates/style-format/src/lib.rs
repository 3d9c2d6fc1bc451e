//! How the fitted data is laid out for reading without a parse: lexicons, trees, and the literals that phrases need.
//! The build script of `style` writes it, and `style` reads it.

pub mod lexicon;
pub mod literals;
pub mod trees;
