//! OpenPGP signatures by keys of every kind of trouble, made here; SSH keys are made by ssh-keygen, in
//! `tests/it/signatures.rs`.

use std::sync::Arc;

use pgp::composed::{
    ArmorOptions, DetachedSignature, EncryptionCaps, KeyType, SecretKeyParamsBuilder, SignedPublicKey, SignedSecretKey,
    SubkeyParamsBuilder,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{Duration, KeyDetails as _, Password, SigningKey, Tag, Timestamp};

use super::*;
use ai_detect_base::change::{Person, Signature};

const DAY: u32 = 86_400;

fn now() -> u32 {
    Timestamp::now().as_secs()
}

/// A key of Ann's that was made ten days ago, with a subkey for signing or without.
fn key(subkey: bool) -> SignedSecretKey {
    let made = Timestamp::from_secs(now() - 10 * DAY);
    let mut builder = SecretKeyParamsBuilder::default();
    builder
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(!subkey)
        .created_at(made)
        .primary_user_id("Ann Lee <ann@example.org>".into());
    if subkey {
        let mut signing = SubkeyParamsBuilder::default();
        signing.key_type(KeyType::Ed25519Legacy).can_sign(true).can_encrypt(EncryptionCaps::None).created_at(made);
        builder.subkey(signing.build().unwrap());
    }
    builder.build().unwrap().generate(rand::thread_rng()).unwrap()
}

fn armoured(key: &SignedPublicKey) -> Vec<u8> {
    key.to_armored_bytes(ArmorOptions::default()).unwrap()
}

fn keyring(keys: &[&SignedPublicKey]) -> Signers {
    let mut signers = Signers::default();
    let all: Vec<u8> = keys.iter().flat_map(|key| armoured(key)).collect();
    signers.add_keyring("keys", &all).unwrap();
    signers
}

fn signed(key: &impl SigningKey, text: &[u8]) -> String {
    let signature =
        DetachedSignature::sign_binary_data(rand::thread_rng(), key, &Password::empty(), HashAlgorithm::Sha256, text);
    signature.unwrap().to_armored_string(ArmorOptions::default()).unwrap()
}

fn commit(block: String, text: &[u8], committer: &str) -> Commit {
    let committer = Person { name: "Ann Lee".into(), email: committer.into() };
    let signature = Some(Signature { block, signed: Arc::from(text), time: i64::from(now()) });
    Commit { committer, signature, ..Commit::default() }
}

fn told(checked: &Checked) -> &str {
    checked.reason.as_deref().or(checked.by.as_deref()).unwrap_or("unsigned")
}

#[test]
fn a_primary_key_and_a_subkey_sign_for_their_user() {
    for subkey in [false, true] {
        let key = key(subkey);
        let block = match key.secret_subkeys.first() {
            Some(subkey) => signed(&subkey.key, b"text"),
            None => signed(&key.primary_key, b"text"),
        };
        let public = key.to_public_key();
        let found = of_commit(&commit(block.clone(), b"text", "Ann@example.org"), &keyring(&[&public]));
        assert_eq!((found.state, told(&found)), (SignatureState::Verified, "Ann Lee <ann@example.org>"));
        let found = of_commit(&commit(block.clone(), b"test", "ann@example.org"), &keyring(&[&public]));
        assert!(told(&found).contains("one of the two was changed"), "{found:?}");
        let found = of_commit(&commit(block, b"text", "bob@example.org"), &keyring(&[&public]));
        assert_eq!(told(&found), "the key is of Ann Lee <ann@example.org>, and the committer is bob@example.org");
    }
}

#[test]
fn a_binary_keyring_is_read_as_well() {
    use pgp::ser::Serialize as _;
    let (ann, other) = (key(false), key(true));
    let mut bytes = other.to_public_key().to_bytes().unwrap();
    bytes.extend(ann.to_public_key().to_bytes().unwrap());
    let mut signers = Signers::default();
    signers.add_keyring("keys.gpg", &bytes).unwrap();
    let commit = commit(signed(&ann.primary_key, b"text"), b"text", "ann@example.org");
    assert!(of_commit(&commit, &signers).is_verified());
}

#[test]
fn unknown_keys_and_missing_settings_are_told_apart() {
    let (key, other) = (key(false), key(false).to_public_key());
    let commit = commit(signed(&key.primary_key, b"text"), b"text", "ann@example.org");
    assert_eq!(told(&of_commit(&commit, &keyring(&[&other]))), "its key is not in the keyring");
    assert!(told(&of_commit(&commit, &Signers::default())).starts_with("the settings name neither"));
    let unsigned = Commit { signature: None, ..commit };
    assert_eq!(of_commit(&unsigned, &keyring(&[&other])), Checked::default());
}

fn config(typ: SignatureType, key: &SignedSecretKey, more: Vec<SubpacketData>) -> SignatureConfig {
    let mut config = SignatureConfig::v4(typ, key.primary_key.algorithm(), HashAlgorithm::Sha256);
    let mut parts = vec![
        SubpacketData::SignatureCreationTime(Timestamp::now()),
        SubpacketData::IssuerFingerprint(key.primary_key.fingerprint()),
    ];
    parts.extend(more);
    config.hashed_subpackets = parts.into_iter().map(|part| Subpacket::regular(part).unwrap()).collect();
    config
}

/// The user id certified once more, with other words.
fn certified_anew(key: &SignedSecretKey, typ: SignatureType, more: Vec<SubpacketData>) -> SignedPublicKey {
    let mut public = key.to_public_key();
    let user = public.details.users.first_mut().unwrap();
    let statement = config(typ, key, more).sign_certification(
        &key.primary_key,
        &public.primary_key,
        &Password::empty(),
        Tag::UserId,
        &user.id,
    );
    user.signatures = match typ {
        SignatureType::CertRevocation => user.signatures.iter().cloned().chain([statement.unwrap()]).collect(),
        _ => vec![statement.unwrap()],
    };
    public
}

#[test]
fn keys_that_expired_were_revoked_or_may_not_sign_do_not_count() {
    let key = key(false);
    let commit = commit(signed(&key.primary_key, b"text"), b"text", "ann@example.org");
    let check = |public: &SignedPublicKey| told(&of_commit(&commit, &keyring(&[public]))).to_owned();
    let mut sign = KeyFlags::default();
    sign.set_sign(true);
    let flags = |flags: KeyFlags| SubpacketData::KeyFlags(flags);
    let valid = |days: u32| SubpacketData::KeyExpirationTime(Duration::from_secs(days * DAY));
    let anew = |more| certified_anew(&key, SignatureType::CertPositive, more);
    assert_eq!(check(&anew(vec![flags(sign.clone()), valid(20)])), "Ann Lee <ann@example.org>");
    assert_eq!(check(&anew(vec![flags(sign), valid(1)])), "it was made after its key had expired");
    let mut certify = KeyFlags::default();
    certify.set_certify(true);
    assert_eq!(check(&anew(vec![flags(certify)])), "its key is not one for signing");

    let mut revoked = key.to_public_key();
    let revocation = config(SignatureType::KeyRevocation, &key, Vec::new());
    let revocation = revocation.sign_key(&key.primary_key, &Password::empty(), &revoked.primary_key).unwrap();
    revoked.details.revocation_signatures.push(revocation);
    assert_eq!(check(&revoked), "its key was revoked");
    assert!(check(&certified_anew(&key, SignatureType::CertRevocation, Vec::new())).starts_with("the key is of "));
}

#[test]
fn somebody_else_s_statements_about_a_key_count_for_nothing() {
    // Mallory's user id on Ann's key, and Ann's signing subkey in Mallory's certificate.
    let (ann, mallory) = (key(true), key(false));
    let subkey = ann.secret_subkeys.first().unwrap();
    let mut stolen = mallory.to_public_key();
    stolen.public_subkeys = ann.to_public_key().public_subkeys;
    let theirs = commit(signed(&subkey.key, b"text"), b"text", "ann@example.org");
    let found = of_commit(&theirs, &keyring(&[&stolen]));
    assert_eq!(told(&found), "its key is not bound to the certificate that it stands in");
}

#[test]
fn signatures_in_no_known_form_are_unverified() {
    let public = key(false).to_public_key();
    for (block, reason) in [
        ("", "it is of no form"),
        ("-----BEGIN SIGNED MESSAGE-----\nMII\n", "signatures by certificates"),
        ("-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----", "the signature block cannot be read"),
        ("-----BEGIN PGP SIGNATURE-----", "the signature block cannot be read"),
        ("-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----", "the signature block cannot be read"),
    ] {
        let found = of_commit(&commit(block.into(), b"text", "ann@example.org"), &keyring(&[&public]));
        assert!(found.state == SignatureState::Unverified && told(&found).starts_with(reason), "{block}: {found:?}");
    }
}

/// What a block holds, but for what a signature is not made over: where to look for the key.
fn decoded(block: &str) -> Vec<u8> {
    use pgp::composed::Deserializable as _;
    use pgp::ser::Serialize as _;
    let (mut detached, _) = DetachedSignature::from_string(block).unwrap();
    while detached.signature.unhashed_subpacket_remove(0).is_ok() {}
    detached.to_bytes().unwrap()
}

#[test]
fn whatever_byte_is_changed_what_is_verified_says_the_same() {
    let key = key(false);
    let (good, signers) = (signed(&key.primary_key, b"text"), keyring(&[&key.to_public_key()]));
    let mut unverified = 0;
    for place in 0..good.len() {
        for letter in b'A'..=b'Z' {
            let mut changed = good.clone().into_bytes();
            changed[place] = letter;
            let block = String::from_utf8(changed).unwrap();
            match of_commit(&commit(block.clone(), b"text", "ann@example.org"), &signers).is_verified() {
                true => assert_eq!(decoded(&block), decoded(&good), "{place}: {}", char::from(letter)),
                false => unverified += 1,
            }
        }
    }
    assert!(unverified > 5_000, "{unverified}");
}

proptest::proptest! {
    /// A good signature with some of its bytes changed, or any bytes at all, in armour.
    #[test]
    fn any_block_is_verified_or_told(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120), at in 0usize..400, ssh: bool) {
        use std::sync::LazyLock;
        static GOOD: LazyLock<(String, Signers)> = LazyLock::new(|| {
            let key = key(false);
            (signed(&key.primary_key, b"text"), keyring(&[&key.to_public_key()]))
        });
        let (good, signers) = &*GOOD;
        let lines: String = bytes.iter().map(|byte| char::from(b'+' + byte % 80)).collect();
        let kind = if ssh { "SSH" } else { "PGP" };
        let any = format!("-----BEGIN {kind} SIGNATURE-----\n\n{lines}\n-----END {kind} SIGNATURE-----\n");
        let mut changed = good.clone().into_bytes();
        let place = at % changed.len();
        changed[place] = b'A' + bytes.first().copied().unwrap_or(0) % 26;
        for block in [any, String::from_utf8_lossy(&changed).into_owned()] {
            let found = of_commit(&commit(block.clone(), b"text", "ann@example.org"), signers);
            match found.state {
                SignatureState::Verified => assert_eq!(decoded(&block), decoded(good)),
                state => assert_eq!(state, SignatureState::Unverified),
            }
        }
    }
}
