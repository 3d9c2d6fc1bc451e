//! Signatures made with SSH keys (SSHSIG), against allowed signers: what `ssh-keygen -Y verify` does,
//! and for commits also whether the key is the committer's.

use ssh_key::{Error, HashAlg, PublicKey, SshSig};

use super::signers::Allowed;
use super::{Checked, SignatureKind, Subject};

/// What git signs with, and what a signature for anything else is refused for.
pub(crate) const NAMESPACE: &str = "git";

pub(super) fn check(block: &str, subject: Subject<'_>, allowed: &[Allowed]) -> Checked {
    let unverified = |key: Option<String>, reason: String| Checked::unverified(SignatureKind::Ssh, key, reason);
    let signature = match SshSig::from_pem(wrapped(block)) {
        Ok(signature) => signature,
        Err(error) => return unverified(None, format!("the signature block cannot be read: {error}")),
    };
    let key = PublicKey::from(signature.public_key().clone());
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    let unverified = |reason: String| unverified(Some(fingerprint.clone()), reason);
    if key.algorithm().as_str().contains("-cert-") {
        return unverified("it is made with a certificate, which is not supported".into());
    }
    match key.verify(NAMESPACE, subject.content, &signature) {
        Ok(()) => {}
        Err(Error::Namespace) => {
            let told: String = signature.namespace().chars().take(80).collect();
            return unverified(format!("it was made for `{told}`, not for `{NAMESPACE}`"));
        }
        Err(Error::AlgorithmUnsupported { algorithm }) => {
            return unverified(format!("keys of the type {algorithm} are not supported"));
        }
        Err(_) => return unverified("it does not fit what it is attached to: one of the two was changed".into()),
    }
    let mut reason = String::from("its key is not among the allowed signers");
    // Two lines may have the same key: the one that gets furthest speaks.
    let mut furthest = 0;
    let mut fails = |step: u8, told: String| {
        if step > furthest {
            (furthest, reason) = (step, told);
        }
    };
    for line in allowed.iter().filter(|line| line.key.key_data() == key.key_data()) {
        let whose = line.principals.shown();
        if line.namespaces.as_ref().is_some_and(|namespaces| !namespaces.matches(NAMESPACE)) {
            fails(1, format!("the key of {whose} may not sign for `{NAMESPACE}`"));
        } else if line.after.is_some_and(|after| subject.time < after) {
            fails(2, format!("it was made before the key of {whose} became valid"));
        } else if line.before.is_some_and(|before| subject.time > before) {
            fails(2, format!("it was made after the key of {whose} had expired"));
        } else if let Some(address) = subject.address.filter(|address| !line.principals.matches(address)) {
            fails(3, format!("the key is of {whose}, and the committer is {address}"));
        } else {
            let by = subject.address.map_or(whose, str::to_owned);
            return Checked::verified(SignatureKind::Ssh, fingerprint, by);
        }
    }
    unverified(reason)
}

/// The block in lines of 70 columns, as the library wants it and ssh-keygen writes it; other programs
/// that sign break lines elsewhere or nowhere.
fn wrapped(block: &str) -> String {
    let mut lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
    // An empty block starts with no mark either.
    let first = lines.next().unwrap_or("");
    let (mut data, mut last) = (String::new(), "");
    for line in lines {
        match line.starts_with("-----") {
            true => last = line,
            false => data.push_str(line),
        }
    }
    let mut text = format!("{first}\n");
    for (at, letter) in data.chars().enumerate() {
        if at > 0 && at % 70 == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    format!("{text}\n{last}\n")
}
