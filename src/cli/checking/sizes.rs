//! How much each author of a range adds with AI, for policies that ask for small requests.

use std::collections::BTreeMap;

use super::Checking;
use crate::attest::Attestation;
use crate::cli::Failure;
use crate::git::{CommitChange, Touched};
use crate::policy::Size;
use crate::policy::exempt::is_test;
use crate::policy::sensitive::Touch;

impl Checking {
    /// How much each author adds in commits that declare AI use, by address; nothing where the policy
    /// does not ask.
    pub(super) fn sizes(
        &self,
        changes: &[(CommitChange, Vec<Touch>)],
        attestations: &[Attestation],
    ) -> Result<BTreeMap<String, Size>, Failure> {
        if !self.policy.asks_size() {
            return Ok(BTreeMap::new());
        }
        let lines = |file: &Touched| {
            let edits = file.texts.as_ref().map_or(&[][..], |texts| texts.edits());
            edits.iter().map(|edit| edit.new.end - edit.new.start).sum::<u32>()
        };
        let added = |change: CommitChange| change.files.iter().map(lines).sum::<u32>();
        let added = self.repository.commit_changes(&self.resolved, &|path| !is_test(path), &added);
        let mut sizes: BTreeMap<String, Size> = BTreeMap::new();
        for (((change, _), attestation), added) in changes.iter().zip(attestations).zip(added.map_err(Failure::failed)?)
        {
            if attestation.state.declares() {
                let size = sizes.entry(change.commit.author.email.to_lowercase());
                size.or_insert(Size { added: 0, newcomer: false }).added += added;
            }
        }
        if self.policy.newcomer_lines_below.is_some() {
            let known = self.repository.authors_among(self.resolved.base(), sizes.keys()).map_err(Failure::failed)?;
            sizes.iter_mut().for_each(|(address, size)| size.newcomer = !known.contains(address));
        }
        Ok(sizes)
    }
}
