//! Files and tables on disk that are whole whenever a run is cut off: by a full disk, a signal or a kill.
//!
//! - [`place`]: where a file is written, and which symbolic links are not followed.
//! - [`replace`]: one file that gets new content.
//! - [`together`]: several files of a folder that count only together.
//! - [`rows`]: tables that grow by whole rows, and remember which rows they have.
//! - `signals`: moments in which a signal waits.
//!
//! ```
//! use ai_detect_store::Replacement;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let path = folder.path().join("report.json");
//! Replacement::of(&path)?.write(b"{}")?;
//! // Whoever reads finds the old content or the new one, never a part.
//! Replacement::of(&path)?.write(b"[1]")?;
//! assert_eq!(std::fs::read(&path)?, b"[1]");
//! # Ok(())
//! # }
//! ```

pub mod error;
pub mod place;
pub mod replace;
pub mod rows;
pub(crate) mod signals;
pub mod together;

pub use error::Error;
pub use replace::Replacement;
pub use signals::with_signals_deferred;
