//! The laboratory: how well the scores do on labelled commits ([`eval`]), and models made from them ([`fit`]).

pub mod eval;
pub mod fit;
