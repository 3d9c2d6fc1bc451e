//! What is known of how a clone came to be, and so of evidence that may exist elsewhere.

use ai_detect_attest::forms;
use ai_detect_git::{ContentsFetch, NotesFetch, Repository};
use ai_detect_report::{NotLookedAt, Report, USUAL_REMOTE};

/// Where a range is looked at, and what was fetched for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether a job of a forge looks. Its clone brings no notes by itself, and nobody else decides what it has.
    pub in_job: bool,
    /// Whether origin was asked for notes.
    pub notes: NotesFetch,
    /// Whether origin was asked for contents that the clone left out.
    pub contents: ContentsFetch,
}

impl Surroundings {
    /// What the clone lacks of notes, if anything.
    ///
    /// Without a remote there is no elsewhere. Where there is one, a clone has the notes that its own fetches bring, and
    /// those that a fetch by hand has asked for. Of others nobody knows.
    pub(super) fn notes_not_looked_at(&self, repository: &Repository) -> Option<NotLookedAt> {
        let problem = match &self.notes {
            NotesFetch::Complete => return None,
            NotesFetch::Failed(problem) => Some(problem.clone()),
            NotesFetch::NotAsked => repository.may_lack_notes(&forms::notes_refs()).then_some(None)?,
        };
        let remote = repository.remote_for_advice().filter(|remote| remote != USUAL_REMOTE);
        Some(NotLookedAt::Notes { in_job: self.in_job, problem, remote, bare: repository.is_bare() })
    }

    /// What the clone left out of a report's contents, if anything.
    pub(super) fn contents_not_looked_at(&self, is_partial: bool, report: &Report) -> Option<NotLookedAt> {
        let problem = match &self.contents {
            ContentsFetch::Failed(problem) => Some(problem.clone()),
            ContentsFetch::NotAsked | ContentsFetch::Complete => None,
        };
        (is_partial && report.missing_count() > 0).then_some(NotLookedAt::Contents { problem })
    }
}
