//! The ends of a job's range, and bringing into its clone what looking at it needs.

use super::about::About;
use crate::attest::forms;
use crate::cli::Failure;
use crate::forge::Forge;
use crate::forge::event::End;
use crate::git::{self, Checkout, NotesFetch, RangeSpec};
use crate::pipeline::{self, Surroundings};

/// How often a single content may turn out to be missing: settings name other files, which name others.
const MAX_ROUNDS: usize = 32;

/// The ends of a range in a checkout, and whether to fetch.
pub(super) struct Ends<'a> {
    pub(super) about: &'a About,
    pub(super) checkout: &'a Checkout,
    pub(super) fetch: bool,
}

impl Ends<'_> {
    /// The range as `diff` takes it, if both ends and where they meet are there.
    pub(super) fn spec(&self) -> Result<String, Failure> {
        let base = match &self.about.base {
            End::Id(id) => id.clone(),
            End::Branch(name) => format!("refs/remotes/origin/{name}"),
        };
        let spec = format!("{base}..{}", self.about.head);
        let Err(error) = self.resolved(&spec)? else { return Ok(spec) };
        if !self.fetch {
            return Err(Failure::failed(format!("{}. {}", self.lacking(&error), self.advice())));
        }
        self.fetch_ends()?;
        match self.resolved(&spec)? {
            Ok(()) => Ok(spec),
            Err(error) => Err(Failure::failed(format!("{}, even after fetching", self.lacking(&error)))),
        }
    }

    /// Fetches notes of commits, and contents of the range that a partial clone left out. What cannot be fetched is not
    /// looked at, and the report says so.
    pub(super) fn bring(&self, spec: &str, known: Surroundings) -> Surroundings {
        if !self.fetch {
            return known;
        }
        let refs = forms::notes_refs();
        let notes = match known.notes {
            // Whoever made the clone asked for them; git need not even be here.
            NotesFetch::Complete => NotesFetch::Complete,
            NotesFetch::NotAsked | NotesFetch::Failed(_) => self.checkout.fetch_notes(&refs),
        };
        let contents = self.checkout.fetch_contents(&RangeSpec::Spec(spec.to_owned()), &refs);
        Surroundings { notes, contents, ..known }
    }

    /// Looks, and fetches a content that it lacks, such as a file of settings, until there is none.
    pub(super) fn with_contents<T>(&self, look: impl Fn() -> Result<T, pipeline::Error>) -> Result<T, Failure> {
        for _ in 0..MAX_ROUNDS {
            let error = match look() {
                Ok(seen) => return Ok(seen),
                Err(error) => error,
            };
            if !self.fetch && error.is_of_incomplete_clone() {
                let advice = "In a job, take `filter` out of the checkout, or run `ai-detect ci --fetch`";
                return Err(Failure::failed(format!("{error}. {advice}")));
            }
            let Some(id) = error.missing_content().filter(|_| self.fetch) else { return Err(error.into()) };
            match self.checkout.fetch_ids([id.to_owned()].into_iter()) {
                git::ContentsFetch::Complete => {}
                git::ContentsFetch::Failed(_) | git::ContentsFetch::NotAsked => return Err(error.into()),
            }
        }
        Ok(look()?)
    }

    /// Whether a range can be looked at. What lacks is told apart from what cannot be opened at all.
    fn resolved(&self, spec: &str) -> Result<Result<(), git::Error>, Failure> {
        let repository = self.checkout.open().map_err(Failure::failed)?;
        match repository.resolve(&RangeSpec::Spec(spec.to_owned())) {
            Ok(_) => Ok(Ok(())),
            Err(error) => Ok(Err(error)),
        }
    }

    fn lacking(&self, error: &git::Error) -> String {
        match error {
            git::Error::UnknownRevision { spec, .. } if *spec == self.about.head => {
                format!("the commit {} that this change ends at is not in this clone", self.about.head)
            }
            git::Error::UnknownRevision { spec, .. } => {
                format!("{spec}, which this change starts from, is not in this clone")
            }
            git::Error::Shallow { .. } => "this clone is too shallow to show where the change starts".to_owned(),
            other => other.to_string(),
        }
    }

    /// Exactly what to change.
    fn advice(&self) -> String {
        let event = &self.about.event;
        let depth = match event.forge {
            Forge::GitHub => "set `fetch-depth: 0` on actions/checkout",
            Forge::GitLab => "set the variable `GIT_DEPTH: 0` on this job",
        };
        // A checkout of the base has nothing of the change.
        let of_base =
            matches!(event.name.as_str(), "pull_request_target" | "workflow_run" | "issue_comment" | "trigger");
        let also = match &self.about.head_ref {
            Some(head_ref) if of_base => format!(" and fetch the change as data, `git fetch origin {head_ref}`"),
            None if of_base => format!(" and fetch the change as data, `git fetch origin {}`", self.about.head),
            _ => String::new(),
        };
        format!("To mend it, {depth}{also}, or run `ai-detect ci --fetch`")
    }

    /// What is fetched is named by ids and checked names alone. Nothing is checked out.
    fn fetch_ends(&self) -> Result<(), Failure> {
        let base = match &self.about.base {
            End::Id(id) => id.clone(),
            End::Branch(name) => format!("+refs/heads/{name}:refs/remotes/origin/{name}"),
        };
        let head = self.about.head_ref.as_deref().unwrap_or(&self.about.head);
        self.checkout.fetch(&[&base, head]).map_err(|error| Failure::failed(format!("git fetch failed: {error}")))
    }
}
