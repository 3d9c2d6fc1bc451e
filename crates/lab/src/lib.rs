//! The laboratory: how well the scores do on labelled commits ([`eval`]), and models made from them ([`fit`]).
//!
//! ```
//! use ai_detect_lab::eval::manifest::Manifest;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let header = "label\trepository\tcommit\tauthor_time\ttool\tlanguage\tadded_lines";
//! let row = format!("ai\tshop\t{}\t1790000000\tClaude Code\tpython\t40", "a".repeat(40));
//! let manifest = Manifest::read("mine.tsv", format!("{header}\n{row}\n").as_bytes())?;
//! assert_eq!((manifest.rows.len(), manifest.problems.len()), (1, 0));
//! # Ok(())
//! # }
//! ```

pub mod eval;
pub mod fit;
