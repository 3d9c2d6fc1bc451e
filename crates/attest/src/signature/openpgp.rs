//! Signatures made with OpenPGP keys, against a keyring.
//!
//! A key counts by what it says of itself and signs: which user ids it has, which subkeys may sign,
//! until when. Whether its owner is who they say is for whoever put it into the keyring.

use pgp::composed::{Deserializable as _, DetachedSignature, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, Tag, Timestamp};

use super::{Checked, SignatureKind, Subject};

pub(super) fn check(block: &str, subject: Subject<'_>, keyring: &[SignedPublicKey]) -> Checked {
    let unverified = |key: Option<String>, reason: String| Checked::unverified(SignatureKind::Openpgp, key, reason);
    let detached = match DetachedSignature::from_string(block) {
        Ok((signature, _)) => signature,
        Err(error) => return unverified(None, format!("the signature block cannot be read: {error}")),
    };
    let signature = &detached.signature;
    let id = signature.issuer_fingerprint().first().map(ToString::to_string);
    let id = id.or_else(|| signature.issuer_key_id().first().map(ToString::to_string));
    let candidates: Vec<Candidate<'_>> =
        keyring.iter().flat_map(candidates).filter(|candidate| candidate.is_named_in(signature)).collect();
    if candidates.is_empty() {
        return unverified(id, "its key is not in the keyring".into());
    }
    if matches!(signature.hash_alg(), Some(HashAlgorithm::Md5 | HashAlgorithm::Ripemd160)) {
        return unverified(id, "it uses a digest that is not safe any more".into());
    }
    if !matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text)) {
        return unverified(id, "it is no signature of a text".into());
    }
    let fits = |candidate: &&Candidate<'_>| match candidate.subkey {
        Some(subkey) => detached.verify(&subkey.key, subject.content).is_ok(),
        None => detached.verify(&candidate.key.primary_key, subject.content).is_ok(),
    };
    let Some(candidate) = candidates.iter().find(fits) else {
        return unverified(id, "it does not fit what it is attached to: one of the two was changed".into());
    };
    let fingerprint = candidate.fingerprint();
    match candidate.owner(signature, subject) {
        Ok(by) => Checked::verified(SignatureKind::Openpgp, fingerprint, by),
        Err(reason) => unverified(Some(fingerprint), reason),
    }
}

/// A key that may have made a signature: the primary key of a certificate or one of its subkeys.
struct Candidate<'a> {
    key: &'a SignedPublicKey,
    subkey: Option<&'a SignedPublicSubKey>,
}

fn candidates(key: &SignedPublicKey) -> impl Iterator<Item = Candidate<'_>> {
    let subkeys = key.public_subkeys.iter().map(move |subkey| Candidate { key, subkey: Some(subkey) });
    std::iter::once(Candidate { key, subkey: None }).chain(subkeys)
}

impl Candidate<'_> {
    fn is_named_in(&self, signature: &Signature) -> bool {
        let (fingerprint, id) = match self.subkey {
            Some(subkey) => (subkey.fingerprint(), subkey.legacy_key_id()),
            None => (self.key.fingerprint(), self.key.legacy_key_id()),
        };
        signature.issuer_fingerprint().contains(&&fingerprint) || signature.issuer_key_id().contains(&&id)
    }

    fn fingerprint(&self) -> String {
        match self.subkey {
            Some(subkey) => subkey.fingerprint().to_string(),
            None => self.key.fingerprint().to_string(),
        }
    }

    /// The user id that a signature by this key counts for, or why it does not count.
    fn owner(&self, signature: &Signature, subject: Subject<'_>) -> Result<String, String> {
        let key = self.key;
        let made = signature.created().ok_or("it does not say when it was made")?;
        if signature
            .signature_expiration_time()
            .is_some_and(|valid| seconds(made) + i64::from(valid.as_secs()) < subject.time)
        {
            return Err("it has expired".into());
        }
        if key.details.revocation_signatures.iter().any(|revocation| revocation.verify_key(&key.primary_key).is_ok()) {
            return Err("its key was revoked".into());
        }
        let selves = self_signatures(key);
        let newest = newest(selves.iter().copied()).ok_or("its key has no user id that it signed itself")?;
        within(key.created_at(), newest, made)?;
        match self.subkey {
            Some(subkey) => may_sign(key, subkey, made)?,
            None if !newest.key_flags().sign() && newest.key_flags() != Default::default() => {
                return Err("its key is not one for signing".into());
            }
            None => {}
        }
        let ids: Vec<String> = user_ids(key);
        let Some(address) = subject.address else {
            return ids.into_iter().next().ok_or_else(|| "its key has no user id that is valid".into());
        };
        let own = |id: &&String| address_of(id).eq_ignore_ascii_case(address);
        match ids.iter().find(own) {
            Some(id) => Ok(id.clone()),
            None => Err(format!("the key is of {}, and the committer is {address}", ids.join(", "))),
        }
    }
}

/// The certificate's statements about its primary key that it signed itself.
fn self_signatures(key: &SignedPublicKey) -> Vec<&Signature> {
    let direct = key.details.direct_signatures.iter().filter(|signature| {
        signature.typ() == Some(SignatureType::Key) && signature.verify_key(&key.primary_key).is_ok()
    });
    let of_users = key.details.users.iter().flat_map(|user| {
        user.signatures.iter().filter(|signature| {
            signature.is_certification()
                && signature.typ() != Some(SignatureType::CertRevocation)
                && signature.verify_certification(&key.primary_key, Tag::UserId, &user.id).is_ok()
        })
    });
    direct.chain(of_users).collect()
}

/// The user ids that the key claims for itself and has not taken back, the primary one first.
fn user_ids(key: &SignedPublicKey) -> Vec<String> {
    let mut found: Vec<(bool, String)> = Vec::new();
    for user in &key.details.users {
        let own = user
            .signatures
            .iter()
            .filter(|signature| signature.verify_certification(&key.primary_key, Tag::UserId, &user.id).is_ok());
        let Some(newest) = newest(own) else { continue };
        if newest.typ() != Some(SignatureType::CertRevocation) {
            found.push((!newest.is_primary(), String::from_utf8_lossy(user.id.id()).into_owned()));
        }
    }
    found.sort_by_key(|(other, _)| *other);
    found.into_iter().map(|(_, id)| id).collect()
}

/// Whether a subkey is bound to its certificate, both ways, and may sign.
fn may_sign(key: &SignedPublicKey, subkey: &SignedPublicSubKey, made: Timestamp) -> Result<(), String> {
    let own = subkey.signatures.iter();
    let own: Vec<&Signature> =
        own.filter(|signature| signature.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok()).collect();
    if own.iter().any(|signature| signature.typ() == Some(SignatureType::SubkeyRevocation)) {
        return Err("its key was revoked".into());
    }
    let bindings = own.into_iter().filter(|signature| signature.typ() == Some(SignatureType::SubkeyBinding));
    let binding = newest(bindings).ok_or("its key is not bound to the certificate that it stands in")?;
    within(subkey.created_at(), binding, made)?;
    // Without this anybody could take another's signing key into their own certificate.
    let back = binding.embedded_signature().filter(|back| {
        back.typ() == Some(SignatureType::KeyBinding)
            && back.verify_primary_key_binding(&subkey.key, &key.primary_key).is_ok()
    });
    match binding.key_flags().sign() && back.is_some() {
        true => Ok(()),
        false => Err("its key is not one for signing".into()),
    }
}

/// Whether a key was valid when a signature was made. By the signature's own time, so that what was
/// verified once stays verified.
fn within(created: Timestamp, statement: &Signature, made: Timestamp) -> Result<(), String> {
    if made < created {
        return Err("it was made before its key".into());
    }
    let valid = statement.key_expiration_time().map_or(0, |valid| valid.as_secs());
    match valid > 0 && seconds(made) > seconds(created) + i64::from(valid) {
        true => Err("it was made after its key had expired".into()),
        false => Ok(()),
    }
}

fn newest<'a>(signatures: impl Iterator<Item = &'a Signature>) -> Option<&'a Signature> {
    signatures.filter(|signature| signature.created().is_some()).max_by_key(|signature| signature.created())
}

fn seconds(time: Timestamp) -> i64 {
    i64::from(time.as_secs())
}

/// `Ann Lee <ann@example.org>` → `ann@example.org`
fn address_of(id: &str) -> &str {
    id.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(id, |(address, _)| address).trim()
}
