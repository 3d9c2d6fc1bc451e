//! The signature in a commit object, and the bytes that it was made over; and with what the user signs.
//!
//! Whether a signature holds, and whose it is, is `attest`. Nothing is signed here.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Error, Repository};
use ai_detect_base::change::Signature;

/// With what the user signs, as git's configuration has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningKey {
    /// The file of an SSH key.
    Ssh(PathBuf),
    /// An OpenPGP key: an id, or whatever GnuPG takes for the default.
    Openpgp(Option<String>),
}

impl Repository {
    /// With what the user signs commits: `gpg.format` and `user.signingKey`.
    ///
    /// # Errors
    /// Where that is not set, or cannot be used.
    pub fn signing_key(&self) -> Result<SigningKey, Error> {
        let config = self.inner.config_snapshot();
        let text = |name: &str| config.string(name).map(|value| value.to_string());
        let what = "the signing key";
        match text("gpg.format").as_deref() {
            None | Some("openpgp") => Ok(SigningKey::Openpgp(text("user.signingKey"))),
            Some("ssh") => {
                let literal = |key: &String| key.starts_with("key::") || key.starts_with("ssh-");
                if text("user.signingKey").as_ref().is_some_and(literal) {
                    return Err(Error::library(what, "user.signingKey holds a key; it must name the key's file"));
                }
                let file = config.trusted_path("user.signingKey").map_err(|error| Error::library(what, error))?;
                let file = file.ok_or_else(|| Error::library(what, "user.signingKey names no file of an SSH key"))?;
                Ok(SigningKey::Ssh(file))
            }
            Some(other) => {
                Err(Error::library(what, format!("gpg.format {other} is not supported: ssh and openpgp are")))
            }
        }
    }
}

/// A longer signature is cut, and then no longer one; the longest that algorithms in use make have
/// some kilobytes.
const MAX_SIGNATURE_BYTES: usize = 64 << 10;

/// The signature of a commit, as stored. `time` is when it was committed, `sha256` whether its
/// repository names objects by SHA-256: such commits carry theirs in a header of another name.
pub(super) fn of(raw: &[u8], time: i64, sha256: bool) -> Option<Signature> {
    let own: &[u8] = if sha256 { b"gpgsig-sha256 " } else { b"gpgsig " };
    let headers = memchr::memmem::find(raw, b"\n\n").map_or(raw.len(), |end| end + 1);
    let (headers, rest) = raw.split_at_checked(headers)?;
    if !headers.starts_with(b"gpgsig") && memchr::memmem::find(headers, b"\ngpgsig").is_none() {
        return None;
    }
    let mut block = Vec::new();
    let mut signed = Vec::with_capacity(raw.len());
    let mut within = Within::Content;
    for line in headers.split_inclusive(|byte| *byte == b'\n') {
        let continued = line.strip_prefix(b" ");
        match (continued, line.strip_prefix(own)) {
            (Some(more), _) if within == Within::Own => block.extend_from_slice(more),
            (Some(_), _) if within == Within::Other => {}
            (_, Some(first)) => {
                within = Within::Own;
                block.extend_from_slice(first);
            }
            // What another algorithm's signature is over does not include it, and neither does this one's.
            (None, None) if line.starts_with(b"gpgsig") => within = Within::Other,
            _ => {
                within = Within::Content;
                signed.extend_from_slice(line);
            }
        }
    }
    if block.trim_ascii().is_empty() {
        return None;
    }
    signed.extend_from_slice(rest);
    block.truncate(MAX_SIGNATURE_BYTES);
    Some(Signature { block: String::from_utf8_lossy(&block).into_owned(), signed: Arc::from(signed), time })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Content,
    Own,
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &[u8] = b"tree 1\nauthor A <a> 1 +0000\ncommitter A <a> 2 +0000\n\
        gpgsig -----BEGIN X-----\n aaa\n \n bbb\n -----END X-----\nencoding latin-1\n\nsubject\n\ngpgsig no header\n";

    #[test]
    fn what_is_signed_is_the_commit_without_its_signature() {
        let found = of(COMMIT, 2, false).unwrap();
        assert_eq!(found.block, "-----BEGIN X-----\naaa\n\nbbb\n-----END X-----\n");
        assert_eq!(
            String::from_utf8_lossy(&found.signed),
            "tree 1\nauthor A <a> 1 +0000\ncommitter A <a> 2 +0000\nencoding latin-1\n\nsubject\n\ngpgsig no header\n"
        );
        assert_eq!(of(b"tree 1\n\ngpgsig x\n", 2, false), None);
    }

    #[test]
    fn each_algorithm_has_a_header_of_its_own() {
        assert_eq!(of(COMMIT, 2, true), None);
        let both = b"tree 1\ngpgsig a\n b\ngpgsig-sha256 c\n d\n\nm\n";
        let found = of(both, 2, true).unwrap();
        assert_eq!((found.block.as_str(), &found.signed[..]), ("c\nd\n", &b"tree 1\n\nm\n"[..]));
        let found = of(both, 2, false).unwrap();
        assert_eq!((found.block.as_str(), &found.signed[..]), ("a\nb\n", &b"tree 1\n\nm\n"[..]));
    }

    proptest::proptest! {
        #[test]
        fn any_object_is_read(raw in "(tree 1\n|gpgsig x\n| y\n|gpgsig-sha256 z\n|\n|[a-z ]{0,4}){0,12}") {
            of(raw.as_bytes(), 0, false);
            of(raw.as_bytes(), 0, true);
        }
    }
}
