//! What a row is known by, wherever rows are kept.

/// What a row is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The repository.
    pub repository: String,
    /// The full id of the commit.
    pub commit: String,
    /// The digest that the row states.
    pub rules: String,
    /// Whether it was made where notes of commits were not fetched.
    pub lacks_notes: bool,
}
