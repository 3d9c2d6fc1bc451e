//! Files and tables on disk that are whole whenever a run is cut off: by a full disk, a signal or a kill.
//!
//! - [`place`]: where a file is written, and which symbolic links are not followed.
//! - [`replace`]: one file that gets new content.
//! - [`together`]: several files of a folder that count only together.
//! - [`rows`]: tables that grow by whole rows, and remember which rows they have.
//! - [`signals`]: moments in which a signal waits.

pub mod error;
pub mod place;
pub mod replace;
pub mod rows;
pub mod signals;
pub mod together;

pub use error::Error;
pub use replace::Replacement;
pub use signals::with_signals_deferred;
