//! AI style in code and messages: what a block or a message shows ([`signals`]), by which rules ([`pack`]), and what it
//! weighs ([`score`]). Nothing here knows git, or what commits declare.

pub mod pack;
pub mod score;
pub mod signals;
pub mod syntax;
