//! What stands in for `signers` in a build that cannot verify signatures: nobody may sign, and files that name who may
//! are an error rather than passed over.

use super::{Checked, SignatureKind, Subject};

/// Nobody.
#[derive(Debug, Clone, Default)]
pub struct Signers {
    /// What cannot be used in the files.
    pub notes: Vec<String>,
}

/// Why a file of signers cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: this build does not verify signatures; use one with the feature `signatures`")]
pub struct Error {
    /// The file, as messages call it.
    pub file: String,
}

impl Signers {
    /// Whether the settings name nobody who may sign.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// Refuses an allowed-signers file.
    ///
    /// # Errors
    /// Always.
    pub fn add_allowed(&mut self, file: &str, _: &str) -> Result<(), Error> {
        Err(Error { file: file.to_owned() })
    }

    /// Refuses a keyring.
    ///
    /// # Errors
    /// Always.
    pub fn add_keyring(&mut self, file: &str, _: &[u8]) -> Result<(), Error> {
        Err(Error { file: file.to_owned() })
    }
}

impl Subject<'_> {
    /// A signature of it, in a build that does not look.
    pub(super) fn unsupported(self, kind: SignatureKind) -> Checked {
        let Subject { content: _, time: _, address: _ } = self;
        Checked::unverified(kind, None, "this build does not verify signatures")
    }
}
