//! Rule packs: the data that scoring stands on, read from YAML and checked.
//!
//! [`raw`] is the shape of the files, [`rule`] what they become once checked, `check` and [`load`] the way from
//! one to the other with errors that name file, line and the nearest key; [`model`], [`lexicon`] and
//! [`trees`] are what was fitted. Nothing here knows git or evaluates anything on code.

mod check;
pub mod load;
pub mod model;
pub mod raw;
pub mod rule;
mod topic;

pub use ai_detect_style_format::{lexicon, lexicon::Lexicon, trees, trees::Trees};
pub use load::{Error, Pack, Source};
pub use model::{Fitted, Model, NEXT};
pub use rule::{Family, Kind, Rule, Scope};
pub use topic::{Topic, topic};
