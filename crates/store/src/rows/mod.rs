//! Tables of rows of `scan`: a file of lines, or a folder of Parquet files. A table is its own memory: what it holds says
//! which rows need not be made again.

mod known;
mod lines;
mod parts;

pub use known::Known;
pub use lines::{Lines, line};
pub use parts::Parts;
