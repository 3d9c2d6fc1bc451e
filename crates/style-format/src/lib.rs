//! How the fitted data is laid out for reading without a parse: lexicons, trees, and the literals that phrases need.
//! The build script of `style` writes it, and `style` reads it.
//!
//! ```
//! use ai_detect_style_format::lexicon::Lexicon;
//!
//! let lexicon = Lexicon::parse("robust\t1.5\nhack\t-0.5\n")?;
//! // What the build script writes, and the program reads without a parse.
//! let image = lexicon.image().to_vec();
//! let lexicon = Lexicon::of_image(image.into());
//! let weight = lexicon.find("robust").map(|number| lexicon.weight(number));
//! assert_eq!(weight, Some(1.5));
//! # Ok::<(), ai_detect_style_format::lexicon::LineError>(())
//! ```

pub mod lexicon;
pub mod literals;
pub mod trees;
