//! Whether the signature on a commit or on a note holds, and whose it is.
//!
//! `signers` reads who may sign; `ssh` and `openpgp` verify. A signature says who vouches for a text; it
//! never says that the text is true. Where signatures are kept is `git` for commits and
//! `vocabulary::note` for notes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[cfg(not(feature = "signatures"))]
mod absent;
#[cfg(feature = "signatures")]
mod openpgp;
#[cfg(feature = "signatures")]
pub(crate) mod signers;
#[cfg(feature = "signatures")]
mod ssh;

#[cfg(not(feature = "signatures"))]
pub use absent::{Error as SignersError, Signers};
#[cfg(feature = "signatures")]
pub use signers::{Error as SignersError, Signers};

use ai_detect_base::change::Commit;
use ai_detect_base::slices::first_line;

/// What is known of a signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureState {
    /// It holds, and its key belongs to somebody who may sign this.
    Verified,
    /// There is one, and it could not be verified; the reason says why.
    Unverified,
    /// There is none.
    #[default]
    Unsigned,
}

impl SignatureState {
    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            SignatureState::Verified => "verified",
            SignatureState::Unverified => "unverified",
            SignatureState::Unsigned => "unsigned",
        }
    }
}

/// With what a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureKind {
    /// An SSH key.
    Ssh,
    /// An OpenPGP key, as GnuPG makes them.
    Openpgp,
    /// A certificate (S/MIME); these are not verified.
    X509,
    /// Something else.
    Unknown,
}

/// A signature, looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// Whether it could be verified.
    pub state: SignatureState,
    /// With what it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SignatureKind>,
    /// Who made it, as the allowed signers or the keyring name them; only where it is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The key's fingerprint, or its id where only that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Why it could not be verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Checked {
    /// Whether somebody known vouches.
    pub fn is_verified(&self) -> bool {
        self.state == SignatureState::Verified
    }

    /// Of something whose signature is not looked for, and why.
    pub(super) fn unasked(reason: &str) -> Self {
        let reason = Some(reason.to_owned());
        Checked { state: SignatureState::Unverified, kind: None, by: None, key: None, reason }
    }

    fn unverified(kind: SignatureKind, key: Option<String>, reason: impl Into<String>) -> Self {
        let reason: String = reason.into();
        let reason = reason.chars().take(300).collect();
        Checked { state: SignatureState::Unverified, kind: Some(kind), by: None, key, reason: Some(reason) }
    }

    #[cfg(feature = "signatures")]
    fn verified(kind: SignatureKind, key: String, by: String) -> Self {
        Checked { state: SignatureState::Verified, kind: Some(kind), by: Some(by), key: Some(key), reason: None }
    }
}

/// A text, when it was signed, and who has to have signed it.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "signatures"), allow(dead_code))]
struct Subject<'a> {
    content: &'a [u8],
    /// In seconds since 1970, as the commit states it: whether a key had expired is judged by that, so
    /// that the answer stays the same. Whoever has a key can state any time.
    time: i64,
    /// The address that the key must belong to; `None` where anybody known will do.
    address: Option<&'a str>,
}

/// The signature of a commit. Its key must belong to the committer, by their address: an allowed
/// signer who commits in another's name is not verified as that other.
pub fn of_commit(commit: &Commit, signers: &Signers) -> Checked {
    let Some(signature) = &commit.signature else { return Checked::default() };
    let address = Some(commit.committer.email.as_str());
    let subject = Subject { content: &signature.signed, time: signature.time, address };
    check(&signature.block, subject, signers)
}

/// The signature of a text about a commit that anybody known may sign, such as a note.
pub fn of_text(block: Option<&str>, content: &[u8], commit: &Commit, signers: &Signers) -> Checked {
    let Some(block) = block else { return Checked::default() };
    check(block, Subject { content, time: commit.author_time, address: None }, signers)
}

fn check(block: &str, subject: Subject<'_>, signers: &Signers) -> Checked {
    let block = block.trim();
    let kind = kind(block);
    if signers.is_empty() && matches!(kind, SignatureKind::Ssh | SignatureKind::Openpgp) {
        let reason = "the settings name neither allowed signers nor a keyring";
        return Checked::unverified(kind, None, reason);
    }
    match kind {
        #[cfg(feature = "signatures")]
        SignatureKind::Ssh => ssh::check(block, subject, &signers.ssh),
        #[cfg(feature = "signatures")]
        SignatureKind::Openpgp => openpgp::check(block, subject, &signers.pgp),
        #[cfg(not(feature = "signatures"))]
        SignatureKind::Ssh | SignatureKind::Openpgp => subject.unsupported(kind),
        SignatureKind::X509 => Checked::unverified(kind, None, "signatures by certificates (X.509) are not supported"),
        SignatureKind::Unknown => Checked::unverified(kind, None, "it is of no form that is known here"),
    }
}

fn kind(block: &str) -> SignatureKind {
    let first = first_line(block).trim_end();
    match first {
        "-----BEGIN SSH SIGNATURE-----" => SignatureKind::Ssh,
        "-----BEGIN PGP SIGNATURE-----" | "-----BEGIN PGP MESSAGE-----" => SignatureKind::Openpgp,
        "-----BEGIN SIGNED MESSAGE-----" => SignatureKind::X509,
        _ => SignatureKind::Unknown,
    }
}

#[cfg(test)]
mod tests;
