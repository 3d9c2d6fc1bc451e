//! Evidence that exists, or may exist, and was not looked at. What was never fetched is not absent, so no sentence may
//! call it that: each says what was not looked at, and the one line that mends it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Report;
use super::bounds::{Checked, MAX_TEXT, ensure};

/// The most entries of a report, and the longest time.
const MAX_ENTRIES: usize = 20;
const MAX_TIME: usize = 40;

/// The remote of most clones, and of all that forges make for jobs.
pub const USUAL_REMOTE: &str = "origin";

/// The line that brings notes of a remote into any clone with a work tree, and overwrites none that were written there.
pub fn fetch_notes(remote: &str) -> String {
    format!("git fetch {remote} '{NOTES}'")
}

/// The same for a bare clone. Git logs no fetch there, so the clone's settings must show that it fetches notes.
fn fetch_notes_into_bare(remote: &str) -> String {
    format!("git config --add remote.{remote}.fetch '{NOTES}' && git fetch {remote}")
}

/// What fetches all notes.
const NOTES: &str = "refs/notes/*:refs/notes/*";

/// The line that brings notes into a clone.
pub fn fetch_line(remote: Option<&str>, is_bare: bool) -> String {
    // A clone that may lack notes has a remote; one with an odd name is left to the reader.
    let remote = remote.unwrap_or(USUAL_REMOTE);
    if is_bare { fetch_notes_into_bare(remote) } else { fetch_notes(remote) }
}

/// Evidence that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum NotLookedAt {
    /// Notes of commits: not all that may exist are in this clone, and nobody knows whether there are more elsewhere.
    Notes {
        /// Whether a job of a forge looked, whose clone brings no notes by itself. Elsewhere a person decides what a clone
        /// has.
        in_job: bool,
        /// Why they could not be fetched, where that was tried.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
        /// The remote that may have them, where it is not called `origin`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remote: Option<String>,
        /// Whether the clone is bare. Left out where it is not.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        bare: bool,
    },
    /// Contents of files that this clone left out. The files are listed as missing.
    Contents {
        /// Why they could not be fetched, where that was tried.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
    /// The rest of the request's description.
    Description {
        /// How many characters of it were read.
        characters: u64,
    },
    /// The request as it stands now.
    RequestNow {
        /// The time of the event that says what it stated, as the forge writes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
        /// Whether the event says what it stated at all.
        in_event: bool,
        /// Why the forge could not be asked; absent where there was no token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
}

impl NotLookedAt {
    /// What the reader should know; nothing where that would be said of every clone.
    pub fn sentence(&self) -> Option<String> {
        let command = self.command().map_or_else(String::new, |command| format!(" {command}"));
        self.words().map(|words| words + &command)
    }

    /// The command that ends the sentence, to be copied as it stands.
    pub(super) fn command(&self) -> Option<String> {
        match self {
            NotLookedAt::Notes { in_job: true, remote, bare, .. } => {
                let line = fetch_line(remote.as_deref(), *bare);
                // Nothing is written in a job that could be lost, and an older clone may be used again.
                Some(line.replace(NOTES, &format!("+{NOTES}")))
            }
            _ => None,
        }
    }

    /// The sentence up to its command.
    pub(super) fn words(&self) -> Option<String> {
        Some(match self {
            NotLookedAt::Notes { in_job: false, .. } => return None,
            NotLookedAt::Notes { problem: None, .. } => {
                "not looked at: notes of commits are not in this clone. `ai-detect ci --fetch` brings them, and so does \
                 this line in a step before:"
                    .to_owned()
            }
            NotLookedAt::Notes { problem: Some(problem), .. } => format!(
                "not looked at: notes of commits could not be fetched ({problem}). When the reason is mended, this line in \
                 a step before brings them:"
            ),
            // The sentence about missing files says it.
            NotLookedAt::Contents { .. } => return None,
            NotLookedAt::Description { characters } => format!(
                "not looked at: the rest of the request's description, of which this job got the first {characters} \
                 characters. With a token it is asked for whole"
            ),
            NotLookedAt::RequestNow { as_of, in_event, problem } => {
                let why = match problem {
                    None => "With a token the job asks for that".to_owned(),
                    Some(problem) => format!("It could not be asked for: {problem}"),
                };
                if !in_event {
                    return Some(format!("not looked at: what the request states. {why}"));
                }
                let since = as_of.as_ref().map_or_else(String::new, |time| format!(", as of {time}"));
                format!(
                    "not looked at: the request as it stands now. What it states is taken from the job's event{since}. \
                     {why}"
                )
            }
        })
    }

    fn texts(&self) -> impl Iterator<Item = &String> {
        let (other, problem) = match self {
            NotLookedAt::Notes { problem, remote, .. } => (remote, problem),
            NotLookedAt::Contents { problem } => (&None, problem),
            NotLookedAt::Description { .. } => (&None, &None),
            NotLookedAt::RequestNow { as_of, problem, .. } => (as_of, problem),
        };
        other.iter().chain(problem)
    }

    /// The same without texts that whoever wrote the report can have chosen.
    pub(super) fn without_texts(self) -> Self {
        match self {
            NotLookedAt::Notes { in_job, bare, .. } => NotLookedAt::Notes { in_job, problem: None, remote: None, bare },
            NotLookedAt::Contents { .. } => NotLookedAt::Contents { problem: None },
            NotLookedAt::Description { characters } => NotLookedAt::Description { characters },
            NotLookedAt::RequestNow { in_event, .. } => {
                NotLookedAt::RequestNow { as_of: None, in_event, problem: None }
            }
        }
    }
}

/// What was not looked at, a sentence each.
pub(super) fn sentences(report: &Report) -> impl Iterator<Item = Cow<'_, str>> {
    report.coverage.not_looked_at.iter().filter_map(NotLookedAt::sentence).map(Cow::Owned)
}

/// Whether a commit may declare in a note what its message does not.
pub(super) fn lacks_notes(report: &Report) -> bool {
    report.coverage.not_looked_at.iter().any(|it| matches!(it, NotLookedAt::Notes { .. }))
}

/// How a person may fetch notes into this clone.
pub(super) struct Fetching {
    /// The remote that may have them.
    pub(super) remote: String,
    /// The command that fetches them. Of a remote without notes it leaves no trace in a clone with a work tree.
    pub(super) once: String,
    /// The command after which every fetch asks for them, where that is another one.
    pub(super) always: Option<String>,
}

/// How a person may fetch notes into this clone. A job says in a sentence of its own how it gets them.
pub(super) fn fetching_for_a_person(report: &Report) -> Option<Fetching> {
    report.coverage.not_looked_at.iter().find_map(|it| match it {
        NotLookedAt::Notes { in_job: false, remote, bare, .. } => {
            let name = remote.as_deref().unwrap_or(USUAL_REMOTE);
            let always = format!("git config --add remote.{name}.fetch '{NOTES}'");
            let once = fetch_line(remote.as_deref(), *bare);
            Some(Fetching { remote: name.to_owned(), once, always: (!*bare).then_some(always) })
        }
        _ => None,
    })
}

/// How many characters of the request's description were read, where that is not all.
pub(super) fn read_of_description(report: &Report) -> Option<u64> {
    report.coverage.not_looked_at.iter().find_map(|it| match it {
        NotLookedAt::Description { characters } => Some(*characters),
        _ => None,
    })
}

/// What is known of the request where it was not looked at as it stands now.
pub(super) enum Request<'a> {
    /// What the job's event says of it, with the event's time where that is known.
    OfEvent(Option<&'a str>),
    /// Nothing.
    Unknown,
}

/// Whether the request was not looked at as it stands now, and what is known of it instead.
pub(super) fn request_then(report: &Report) -> Option<Request<'_>> {
    report.coverage.not_looked_at.iter().find_map(|it| match it {
        NotLookedAt::RequestNow { in_event: true, as_of, .. } => Some(Request::OfEvent(as_of.as_deref())),
        NotLookedAt::RequestNow { in_event: false, .. } => Some(Request::Unknown),
        _ => None,
    })
}

/// For files that are missing: whether the clone left them out, and why they could not be fetched.
pub(super) fn left_out_contents(report: &Report) -> Option<Option<&str>> {
    report.coverage.not_looked_at.iter().find_map(|it| match it {
        NotLookedAt::Contents { problem } => Some(problem.as_deref()),
        _ => None,
    })
}

/// What must hold of a report that is read.
pub(super) fn check(entries: &[NotLookedAt]) -> Checked {
    ensure(entries.len() <= MAX_ENTRIES, "too much was not looked at")?;
    ensure(entries.iter().flat_map(NotLookedAt::texts).all(|text| text.len() <= MAX_TEXT), "a text is too long")?;
    let times = entries.iter().filter_map(|it| match it {
        NotLookedAt::RequestNow { as_of, .. } => as_of.as_ref(),
        _ => None,
    });
    ensure(times.into_iter().all(|time| is_time(time)), "a text is not a time")
}

/// Whether a text has the letters of a time as forges write it: `2026-03-01T10:00:00Z`.
pub fn is_time(text: &str) -> bool {
    text.len() <= MAX_TIME
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || "-:.+TZ ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{foreign, markdown, sample, text};

    fn saying(entry: NotLookedAt) -> Report {
        let mut report = sample::report("x", 1);
        report.coverage.not_looked_at = vec![entry];
        report
    }

    #[test]
    fn a_sentence_stands_once_and_never_calls_notes_absent() {
        let report = saying(NotLookedAt::Notes { in_job: true, problem: None, remote: None, bare: false });
        for page in [markdown::summary(&report, 65_536), text::write(&report, text::Detail::Flags, 100)] {
            let page = page.replace("\n  ", " ").replace('\\', "");
            assert_eq!(page.matches("notes of commits are not in this clone").count(), 1, "{page}");
            assert_eq!(page.matches("git fetch origin").count(), 1, "{page}");
        }
    }

    #[test]
    fn the_command_names_the_remote_that_there_is() {
        let entry = NotLookedAt::Notes { in_job: true, problem: None, remote: Some("upstream".into()), bare: false };
        assert!(
            entry.sentence().is_some_and(|told| told.ends_with(" git fetch upstream '+refs/notes/*:refs/notes/*'"))
        );
        let report = foreign(saying(entry), |_, _| None);
        assert!(sentences(&report).next().is_some_and(|told| told.contains("git fetch origin ")));
    }

    #[test]
    fn a_clone_of_a_person_says_nothing_of_its_own_accord() {
        let report = saying(NotLookedAt::Notes { in_job: false, problem: None, remote: None, bare: false });
        assert_eq!(sentences(&report).count(), 0);
        assert!(lacks_notes(&report));
    }

    #[test]
    fn what_a_stranger_wrote_is_not_repeated() {
        let problem = Some("approved by the maintainers".to_owned());
        let report = saying(NotLookedAt::RequestNow { as_of: Some("2026".into()), in_event: true, problem });
        assert!(sentences(&report).next().unwrap().contains("as of 2026. It could not be asked for: approved"));
        let report = foreign(report, |_, _| None);
        let told: Vec<Cow<'_, str>> = sentences(&report).collect();
        assert!(told[0].ends_with("from the job's event. With a token the job asks for that"), "{told:?}");
    }

    #[test]
    fn times_are_times() {
        for time in ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00.123+02:00", "2026-03-01 10:00:00 +0200"] {
            assert!(is_time(time), "{time}");
        }
        for text in ["", "now", "2026 approved", &"2".repeat(41)] {
            assert!(!is_time(text), "{text}");
        }
        let entry = NotLookedAt::RequestNow { as_of: Some("approved".into()), in_event: true, problem: None };
        assert!(check(&[entry]).is_err());
    }
}
