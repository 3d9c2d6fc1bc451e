//! What the commits and the request declare, in sentences for people.

use super::words::{counted, short};
use super::{AttestationReport, CommitReport, NoteKind, Report, not_looked_at, signatures};
use ai_detect_attest::{RequestAttestation, State};

/// For the summary: what the request states.
pub(super) fn request(report: &Report) -> Option<String> {
    report.request.as_ref().map(|request| stated(request, not_looked_at::read_of_description(report)))
}

/// For the summary: whether anything cannot be read or does not fit.
pub(super) fn summary(report: &Report) -> Vec<String> {
    let mut told = Vec::new();
    let count = |test: fn(&CommitReport) -> bool| report.commits.iter().filter(|commit| test(commit)).count();
    let unreadable = count(|commit| !commit.attestation.unreadable.is_empty());
    let is_silent = |commit: &CommitReport| commit.attestation.state == State::Absent;
    let has = |kind: NoteKind| report.commits.iter().filter(move |commit| commit.attestation.has_note(kind));
    let lacking = has(NoteKind::Policy).filter(|commit| is_silent(commit)).count();
    let unfit = has(NoteKind::Policy).count() - lacking;
    let conflicting = has(NoteKind::Contradiction).count();
    let (unaccountable, odd) = (has(NoteKind::NobodyAnswers).count(), has(NoteKind::Odd).count());
    let signed: Vec<_> = report.commits.iter().filter_map(|commit| commit.attestation.signature.as_ref()).collect();
    // Who has not said whose signatures count has not asked.
    if signed.iter().any(|signed| signed.is_verified()) {
        told.extend(signatures::counted(&signed).map(|counts| format!("signatures: {counts}")));
    }
    if unreadable > 0 {
        told.push(format!("{} a record about AI use that cannot be read", have(unreadable)));
    }
    let unknown = count(|commit| commit.attestation.unknown.iter().any(|it| it.why.is_unknown()));
    let near = count(|commit| !commit.attestation.unknown.is_empty()) - unknown;
    if unknown > 0 {
        told.push(format!("{} a tool that is not known here; it is not counted", name(unknown)));
    }
    if near > 0 {
        let commits = counted(near, "commit only mentions AI", "commits only mention AI");
        told.push(format!("{commits}, or links to a chat; that is not counted"));
    }
    if conflicting > 0 {
        told.push(format!("{} something about AI use that does not fit together", declare(conflicting)));
    }
    if unaccountable > 0 {
        let them = if unaccountable == 1 { "it" } else { "them" };
        told.push(format!("{} no person who answers for {them}", name(unaccountable)));
    }
    if odd > 0 {
        told.push(format!("{} AI use in an odd way", declare(odd)));
    }
    if unfit > 0 {
        told.push(format!("{} AI use in a way that does not fit the project's policy", declare(unfit)));
    }
    if lacking > 0 {
        told.push(format!("{} something that the project's policy asks of every commit", lack(lacking)));
    }
    told
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
fn stated(request: &RequestAttestation, read: Option<u64>) -> String {
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
            return match read {
                None => "nothing about AI use is stated in the request".to_owned(),
                Some(characters) => format!(
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

fn have(count: usize) -> String {
    if count == 1 { "1 commit has".into() } else { format!("{count} commits have") }
}

fn name(count: usize) -> String {
    if count == 1 { "1 commit names".into() } else { format!("{count} commits name") }
}

fn lack(count: usize) -> String {
    if count == 1 { "1 commit lacks".into() } else { format!("{count} commits lack") }
}

fn declare(count: usize) -> String {
    if count == 1 { "1 commit declares".into() } else { format!("{count} commits declare") }
}
