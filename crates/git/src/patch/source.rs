//! Where a diff stands in the input, and the commit that made it.

use ai_detect_base::change::Commit;

/// Where a diff stands, for messages about its lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// What the text is called.
    pub(super) name: String,
    /// How many lines stand before the diff in that text.
    pub(super) lines_before: usize,
    /// Whether it came by mail, where programs on the way change lines.
    pub(super) is_mail: bool,
}

/// A diff of the input.
pub(super) struct Piece {
    pub(super) source: Source,
    /// The diff, with whatever stands around it.
    pub(super) diff: Vec<u8>,
    /// The commit that made it.
    pub(super) commit: Commit,
    /// What its id is where another diff of the input has the same.
    pub(super) digest: String,
    /// The subject, as it stands in the input.
    pub(super) subject: String,
    /// Whether the input names the commit's id.
    pub(super) is_named: bool,
    /// Whether it is the letter before a series of patches, which is no commit whatever it holds.
    pub(super) is_cover: bool,
}
