//! A repository with a range of it and the settings in force.

use std::borrow::Cow;
use std::path::Path;

use super::ask::asker::notes_not_fetched;
use super::settings::PolicyFrom;
use super::{Error, Settings, SettingsFrom, Surroundings, evidence};
use ai_detect_attest::{about_repository, forms};
use ai_detect_base::change::Commit;
use ai_detect_git::{Checkout, RangeSpec, Records, Repository, Resolved};
use ai_detect_policy::{Considered, Described, Policy, Sensitive, TouchedFiles};
use ai_detect_report::substitutes;

/// A repository with a range of it and the settings in force.
pub struct Session {
    pub(super) repository: Repository,
    pub(super) resolved: Resolved,
    pub(super) settings: Settings,
    pub(super) sensitive: Sensitive,
    /// Whether a job of a forge looks at the range: nobody's settings are in its working tree, and what the change does
    /// to the settings is worth a note.
    pub(super) is_job: bool,
    pub(super) surroundings: Surroundings,
}

/// A commit with the files that it touched.
#[derive(Debug)]
pub struct TouchedCommit {
    /// The commit.
    pub commit: Commit,
    /// What it did to files.
    pub files: TouchedFiles,
}

impl TouchedCommit {
    /// The commit as policies look at it.
    pub(super) fn considered(&self) -> Considered<'_> {
        Considered { commit: &self.commit, files: &self.files }
    }
}

impl Session {
    /// Opens the repository that holds a folder, and looks up what a request names.
    ///
    /// # Errors
    /// Where there is no repository, it has no such range, or the settings cannot be used.
    pub fn open(dir: &Path, request: &RangeSpec, from: SettingsFrom<'_>) -> Result<Self, Error> {
        Session::of(Repository::open(dir)?, request, from, PolicyFrom::Settings)
    }

    /// The same for a caller that has a policy of its own: the one of the settings is not read.
    ///
    /// # Errors
    /// As for [`Session::open`].
    pub fn open_with_own_policy(dir: &Path, request: &RangeSpec, from: SettingsFrom<'_>) -> Result<Self, Error> {
        Session::of(Repository::open(dir)?, request, from, PolicyFrom::Caller)
    }

    /// Opens the checkout of a job. Settings come from where the change starts.
    ///
    /// # Errors
    /// As for [`Session::open`].
    pub fn of_job(checkout: &Checkout, request: &RangeSpec) -> Result<Self, Error> {
        let mut session = Session::of(checkout.open()?, request, SettingsFrom::Start, PolicyFrom::Settings)?;
        session.settings.note = None;
        let surroundings = Surroundings { in_job: true, ..Surroundings::default() };
        Ok(Session { is_job: true, surroundings, ..session })
    }

    /// The same with what is known of the clone.
    #[must_use]
    pub fn within(self, surroundings: Surroundings) -> Self {
        Session { surroundings, ..self }
    }

    fn of(
        repository: Repository,
        request: &RangeSpec,
        from: SettingsFrom<'_>,
        policy: PolicyFrom,
    ) -> Result<Self, Error> {
        let resolved = repository.resolve(request)?;
        let settings = match (from, resolved.base()) {
            (SettingsFrom::File { dir, file }, _) => Settings::from_file_with(dir, file, policy)?,
            (SettingsFrom::Revision(revision), _) => Settings::from_revision_with(&repository, revision, true, policy)?,
            (SettingsFrom::Start, Some(base)) => Settings::from_revision_with(&repository, base, false, policy)?,
            // Nothing is there to start from.
            (SettingsFrom::Start, None) | (SettingsFrom::Defaults, _) => Settings::default(),
        };
        let sensitive = Sensitive::new(&settings.config.sensitive)?;
        let surroundings = Surroundings::default();
        Ok(Session { repository, resolved, settings, sensitive, is_job: false, surroundings })
    }

    /// The repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The range as a person would type it.
    pub(crate) fn spec(&self) -> &str {
        self.resolved.spec()
    }

    /// The policy that the settings name, or else the default one.
    ///
    /// # Errors
    /// Never in a released program: the built-in policies are tested.
    pub fn policy(&self) -> Result<Cow<'_, Policy>, Error> {
        match &self.settings.policy {
            Some(policy) => Ok(Cow::Borrowed(policy)),
            None => Policy::preset("default").map(Cow::Owned).map_err(Error::Preset),
        }
    }

    /// The commits of the range, parents before children, each with the files that it touched.
    ///
    /// # Errors
    /// Where a commit or a tree cannot be read.
    pub fn commits(&self, policy: &Policy) -> Result<Vec<TouchedCommit>, Error> {
        self.commits_with(policy, &self.records()?)
    }

    /// The same with records that were read before.
    pub(super) fn commits_with(&self, policy: &Policy, records: &Records) -> Result<Vec<TouchedCommit>, Error> {
        let Session { repository, resolved, sensitive, .. } = self;
        evidence::touched_commits(repository, resolved, policy, sensitive, records)
    }

    /// What is recorded of the commits of the range.
    pub(super) fn records(&self) -> Result<Records, Error> {
        Ok(self.repository.records(&forms::places(), self.resolved.head())?)
    }

    /// The last commit, likewise.
    ///
    /// # Errors
    /// Where it or a tree cannot be read.
    pub fn last_commit(&self, policy: &Policy) -> Result<TouchedCommit, Error> {
        let reads = evidence::reads(policy, &self.sensitive);
        let records = self.repository.records(&forms::places(), self.repository.head().as_deref())?;
        let change = self.repository.commit_change("HEAD", &reads, &records)?;
        Ok(evidence::touched_commit(change, policy, &self.sensitive))
    }

    /// What to say where notes of commits may exist that are not in this clone: no commit of it is known to declare
    /// nothing.
    pub fn lacks_notes_of_commits(&self) -> Option<String> {
        let lacking = self.surroundings.notes_not_looked_at(&self.repository)?;
        lacking.sentence().or_else(|| notes_not_fetched(&self.repository))
    }

    /// What the reader should know of the settings, the records, the policy and the repository.
    pub(super) fn notes(
        &self,
        policy: &Policy,
        described: Option<&Described>,
        records: &Records,
    ) -> Result<Vec<String>, Error> {
        let mut notes: Vec<String> = self.settings.note.iter().chain(&self.settings.signers.notes).cloned().collect();
        notes.extend(self.surroundings.notes_not_looked_at(&self.repository).and_then(|it| it.sentence()));
        notes.extend(self.resolved.notes().iter().cloned());
        notes.extend(substitutes(&self.repository.substitutes()?));
        notes.extend(records.unread().iter().map(ToString::to_string));
        notes.extend(about_repository(records.about_repository()).iter().map(ToString::to_string));
        notes.extend(described.iter().flat_map(|described| policy.says_of(described)));
        Ok(notes)
    }
}
