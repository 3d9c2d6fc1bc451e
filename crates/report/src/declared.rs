//! What the commits and the request declare, in sentences for people.

use super::not_looked_at::Request;
use super::words::{counted, short};
use super::{AttestationReport, CommitReport, NoteKind, Report, not_looked_at, signatures};
use ai_detect_attest::{NearMiss, RequestAttestation, State};

/// How many commits are named of which the same is said.
const MAX_NAMED: usize = 3;

/// For the summary: what the request states.
pub(super) fn request(report: &Report) -> Option<String> {
    report
        .request
        .as_ref()
        .map(|request| stated(request, not_looked_at::read_of_description(report), not_looked_at::request_then(report)))
}

/// For the summary: whether anything cannot be read or does not fit.
pub(super) fn summary(report: &Report) -> Vec<String> {
    let mut told = Vec::new();
    let is_silent = |commit: &&CommitReport| commit.attestation.state == State::Absent;
    let is_unknown = |commit: &&CommitReport| commit.attestation.unknown.iter().any(|it| it.why.is_unknown());
    let which = |test: &dyn Fn(&&CommitReport) -> bool| Which(report.commits.iter().filter(|it| test(it)).collect());
    let unreadable = which(&|commit| !commit.attestation.unreadable.is_empty());
    let unknown = which(&is_unknown);
    let is_template =
        |commit: &&CommitReport| commit.attestation.unknown.iter().any(|it| it.why == NearMiss::Placeholder);
    let template = which(&|commit| is_template(commit) && !is_unknown(commit));
    let is_near = |commit: &&CommitReport| !is_unknown(commit) && !is_template(commit);
    let near = which(&|commit| !commit.attestation.unknown.is_empty() && is_near(commit));
    let has = |kind: NoteKind| which(&|commit| commit.attestation.has_note(kind));
    let of_policy =
        |silent: bool| which(&|commit| commit.attestation.has_note(NoteKind::Policy) && is_silent(commit) == silent);
    let (lacking, unfit) = (of_policy(true), of_policy(false));
    let (conflicting, unaccountable, odd) =
        (has(NoteKind::Contradiction), has(NoteKind::NobodyAnswers), has(NoteKind::Odd));
    let signed: Vec<_> = report.commits.iter().filter_map(|commit| commit.attestation.signature.as_ref()).collect();
    // Who has not said whose signatures count has not asked.
    if signed.iter().any(|signed| signed.is_verified()) {
        told.extend(signatures::counted(&signed).map(|counts| format!("signatures: {counts}")));
    }
    let their = if unaccountable.is_one() { "it" } else { "them" };
    let sentences = [
        unreadable.sentence("has", "have", "a record about AI use that cannot be read"),
        unknown.sentence("names", "name", "a tool that is not known here; it is not counted"),
        template.sentence("has", "have", "a declaration with placeholders that nobody filled in; it is not counted"),
        near.sentence("only mentions", "only mention", "AI, or links to a chat; that is not counted"),
        conflicting.sentence("declares", "declare", "something about AI use that does not fit together"),
        unaccountable.sentence("names", "name", &format!("no person who answers for {their}")),
        odd.sentence("declares", "declare", "AI use in an odd way"),
        unfit.sentence("declares", "declare", "AI use in a way that does not fit the project's policy"),
        lacking.sentence("lacks", "lack", "something that the project's policy asks of every commit"),
    ];
    told.extend(sentences.into_iter().flatten());
    told
}

/// Commits of which the same is said.
struct Which<'a>(Vec<&'a CommitReport>);

impl Which<'_> {
    fn is_one(&self) -> bool {
        self.0.len() == 1
    }

    /// `2 commits (1a2b3c4d, 5e6f7a8b) declare AI use in an odd way`. Nothing where there is none.
    fn sentence(&self, one: &str, several: &str, what: &str) -> Option<String> {
        let ids: Vec<&str> = self.0.iter().take(MAX_NAMED).map(|commit| short(&commit.id)).collect();
        let more = self.0.len().saturating_sub(MAX_NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let commits = counted(self.0.len(), "commit", "commits");
        let verb = if self.is_one() { one } else { several };
        (!ids.is_empty()).then(|| format!("{commits} ({}{more}) {verb} {what}", ids.join(", ")))
    }
}

/// All of it, a line a commit and sentence. What is said of the signatures of several commits is said once.
pub(super) fn details(report: &Report) -> Vec<String> {
    let mut told = Vec::new();
    for commit in &report.commits {
        let id = short(&commit.id);
        let unreadable = commit.attestation.unreadable.iter();
        told.extend(
            unreadable.map(|it| format!("{id}: the {} ({}) cannot be read: {}", it.form.label, it.place, it.reason)),
        );
        told.extend(commit.attestation.unknown.iter().map(|unknown| format!("{id}: {unknown}")));
        told.extend(commit.attestation.notes.iter().map(|note| format!("{id}: {note}")));
        let AttestationReport { note_signature, receipt_signature, .. } = &commit.attestation;
        let signed = signatures::told(None, note_signature.as_ref(), receipt_signature.as_ref());
        told.extend(signed.into_iter().map(|signed| format!("{id}: {signed}")));
    }
    let signed = report.commits.iter().filter_map(|commit| Some((&*commit.id, commit.attestation.signature.as_ref()?)));
    told.extend(signatures::of_commits(signed));
    let request = report.request.iter().flat_map(|request| &request.notes);
    told.extend(request.map(|note| format!("the request: {note}")));
    told
}

/// It is the request's statement, not its commits'. Of its description no more than some characters may have been read.
fn stated(request: &RequestAttestation, read: Option<u64>, then: Option<Request<'_>>) -> String {
    let named = [request.facts.tool.as_deref(), request.facts.model.as_deref()].into_iter().flatten();
    let named = named.collect::<Vec<_>>().join(", ");
    let what = match request.state {
        State::Denied => "no AI was used".to_owned(),
        State::Complete | State::Partial | State::WrongForm if named.is_empty() => "AI was used".to_owned(),
        State::Complete | State::Partial | State::WrongForm => named,
        State::Absent if !request.unknown.is_empty() => {
            return request.unknown.iter().take(1).map(|unknown| format!("stated in the request: {unknown}")).collect();
        }
        State::Absent | State::Unreadable => {
            return match (read, then) {
                (None, None) => "nothing about AI use is stated in the request".to_owned(),
                (None, Some(Request::OfEvent(None))) => {
                    "nothing about AI use is stated in the request as the job's event has it".to_owned()
                }
                (None, Some(Request::OfEvent(Some(time)))) => {
                    format!("nothing about AI use is stated in the request as the job's event of {time} has it")
                }
                (None, Some(Request::Unknown)) => "what the request states about AI use is not known".to_owned(),
                (Some(characters), _) => format!(
                    "nothing about AI use is stated in the first {characters} characters of the request's description; \
                     the rest was not looked at"
                ),
            };
        }
    };
    let mut forms: Vec<&str> = request.statements.iter().map(|statement| statement.form.label).collect();
    forms.dedup();
    format!("stated in the request: {what} ({})", forms.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NotLookedAt, sample};

    #[test]
    fn what_a_request_does_not_state_is_dated_where_the_forge_was_not_asked() {
        let mut report = sample::report("x", 1);
        report.request = Some(RequestAttestation::default());
        let now = |as_of: Option<&str>, in_event| NotLookedAt::RequestNow {
            as_of: as_of.map(str::to_owned),
            in_event,
            problem: None,
        };
        for (not_looked_at, expected) in [
            (vec![], "nothing about AI use is stated in the request"),
            (
                vec![now(Some("2026-03-01T10:00:00Z"), true)],
                "nothing about AI use is stated in the request as the job's event of 2026-03-01T10:00:00Z has it",
            ),
            (vec![now(None, true)], "nothing about AI use is stated in the request as the job's event has it"),
            (vec![now(None, false)], "what the request states about AI use is not known"),
        ] {
            report.coverage.not_looked_at = not_looked_at;
            assert_eq!(request(&report).as_deref(), Some(expected));
        }
    }
}
