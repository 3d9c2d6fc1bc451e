//! Signatures of commits and notes, allowed signers and keyrings: read by libraries, so these are on trial too.

use ai_detect::attest::signature::{Signers, of_commit, of_text};
use ai_detect::change::{Commit, Signature};

/// The first byte chooses who may sign; nothing that was made up is ever verified.
pub fn run(data: &[u8]) {
    let (kind, rest) = super::chosen(data);
    let mut signers = Signers::default();
    match kind % 4 {
        0 => {
            let _ = signers.add_allowed("signers", &String::from_utf8_lossy(rest));
        }
        1 => {
            let _ = signers.add_keyring("keys", rest);
        }
        _ => {}
    }
    let block = String::from_utf8_lossy(rest).into_owned();
    let signature = Signature { block: block.clone(), signed: rest.into(), time: 1_700_000_000 };
    let commit = Commit { id: "0".repeat(40), signature: Some(signature), ..Commit::default() };
    assert!(!of_commit(&commit, &signers).is_verified());
    assert!(!of_text(Some(&block), rest, &commit, &signers).is_verified());
}
