//! How much each author of a change adds with AI, for policies that ask for small requests.

use std::collections::{BTreeMap, BTreeSet};

use super::commits::Read;
use super::{Policy, Size};
use ai_detect_base::change::Commit;

/// How much each author adds in commits that declare AI use, by address in lower case.
#[derive(Debug, Clone, Default)]
pub struct Sizes(BTreeMap<String, Size>);

impl Sizes {
    /// How much each author adds; nothing where the policy does not ask.
    pub fn of_all(policy: &Policy, commits: &[Read<'_>]) -> Self {
        let mut sizes: BTreeMap<String, Size> = BTreeMap::new();
        if !policy.asks_size() {
            return Sizes(sizes);
        }
        for Read { commit, files, .. } in commits.iter().filter(|read| read.attestation.state.declares()) {
            let size = sizes.entry(address(commit)).or_insert(Size { added: 0, newcomer: false });
            size.added += files.added;
        }
        Sizes(sizes)
    }

    /// The authors' addresses.
    pub fn authors(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Says who is new: everybody but the authors of earlier commits.
    pub fn mark_newcomers(&mut self, known: &BTreeSet<String>) {
        self.0.iter_mut().for_each(|(address, size)| size.newcomer = !known.contains(address));
    }

    /// How much a commit's author adds, where that was measured.
    pub fn of(&self, commit: &Commit) -> Option<Size> {
        self.0.get(&address(commit)).copied()
    }
}

fn address(commit: &Commit) -> String {
    commit.author.email.to_lowercase()
}
