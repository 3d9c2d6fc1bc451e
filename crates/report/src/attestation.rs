//! What a commit declares, as reports say it: facts, and the sentences that follow from conflicts and from a policy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use ai_detect_attest::signature::Checked;
use ai_detect_attest::{Attestation, Conflict, Facts, RecordedLines, State, Statement, UnknownTool, Unreadable};
use ai_detect_policy::{CommitJudgement, Judgement, What};

/// What a commit declares about AI use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Attestation")]
pub struct AttestationReport {
    /// How fully, by all that is known of the commit, and by the policy's measure where there is one.
    pub state: State,
    /// How fully it speaks for lines that no record covers.
    #[serde(default)]
    pub elsewhere: State,
    /// What readers see who take only the trailers that `git interpret-trailers` finds.
    #[serde(default)]
    pub strict: State,
    /// What is known in the end.
    pub facts: Facts,
    /// Every trace: the author, the committer, the message from top to bottom, then records.
    pub statements: Vec<Statement>,
    /// What recorders say of single lines, by path; no line twice within one record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RecordedLines>,
    /// What is attached and cannot be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
    /// Lines of the message that are something like a declaration, and name no tool that is known. They count for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownTool>,
    /// What does not fit together and what the policy says, in neutral sentences.
    pub notes: Vec<String>,
    /// What each of the notes is about, in their order; empty in reports of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub note_kinds: Vec<NoteKind>,
    /// The commit's signature; none where nobody looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Checked>,
    /// The signature of our note on the commit, where there is a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_signature: Option<Checked>,
    /// The signature of a receipt of the commit, where there is one: never verified, with the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_signature: Option<Checked>,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Two things are said that cannot both be true.
    Contradiction,
    /// No person answers for the commit.
    NobodyAnswers,
    /// Something is declared in an odd way, such as a tool's sign-off.
    Odd,
    /// The project's policy asks for something.
    Policy,
}

impl NoteKind {
    fn of(conflict: &Conflict) -> Self {
        match conflict {
            Conflict::DeniedAndMarked { .. }
            | Conflict::DeniedAndRecorded { .. }
            | Conflict::DeniedAndNoted
            | Conflict::DeniedAndRequested
            | Conflict::RequestDeniedAndMarked
            | Conflict::MarkedAndRecordedAsHuman { .. }
            | Conflict::SeveralModels { .. }
            | Conflict::SeveralToolsForLines
            | Conflict::OtherRevision => NoteKind::Contradiction,
            Conflict::NobodyAnswers | Conflict::ToolAnswers { .. } => NoteKind::NobodyAnswers,
            Conflict::MarkWithoutChange { .. }
            | Conflict::SignedOffByTool { .. }
            | Conflict::ReviewedByItsTool { .. }
            | Conflict::UnnamedReview
            | Conflict::UndescribedSessions { .. } => NoteKind::Odd,
        }
    }
}

impl AttestationReport {
    /// Whether a note is of a kind. In reports of earlier versions, a note may be about a contradiction or the policy.
    pub(super) fn has_note(&self, kind: NoteKind) -> bool {
        match self.note_kinds.is_empty() && !self.notes.is_empty() {
            true => kind == NoteKind::Contradiction,
            false => self.note_kinds.contains(&kind),
        }
    }

    /// The first thing that the project's policy says of it, in a sentence.
    pub(super) fn objection(&self) -> Option<&str> {
        let mut notes = self.notes.iter().zip(&self.note_kinds);
        notes.find(|(_, kind)| **kind == NoteKind::Policy).map(|(note, _)| note.as_str())
    }

    /// What a commit declares, with a policy's judgement of it where there is a policy.
    pub fn of(attestation: Attestation, judged: Option<&CommitJudgement>) -> Self {
        let states = judged.map_or(attestation.states(), CommitJudgement::states);
        let mut notes: Vec<String> = attestation.conflicts.iter().map(ToString::to_string).collect();
        let mut note_kinds: Vec<NoteKind> = attestation.conflicts.iter().map(NoteKind::of).collect();
        for note in judged.iter().flat_map(|judged| notes_of(&judged.judgement)) {
            if !notes.contains(&note) {
                notes.push(note);
                note_kinds.push(NoteKind::Policy);
            }
        }
        AttestationReport {
            state: states.commit,
            elsewhere: states.elsewhere,
            strict: attestation.strict,
            facts: attestation.facts,
            statements: attestation.statements,
            lines: attestation.lines,
            unreadable: attestation.unreadable,
            unknown: attestation.unknown,
            notes,
            note_kinds,
            signature: attestation.signature,
            note_signature: attestation.note_signature,
            receipt_signature: attestation.receipt_signature,
        }
    }
}

/// What a policy says of a commit, in sentences. Notes that cannot be read are listed by themselves.
fn notes_of(judgement: &Judgement) -> impl Iterator<Item = String> {
    let findings = judgement.findings.iter().filter(|found| !matches!(found.what, What::UnreadableNote { .. }));
    findings.map(ToString::to_string).chain(remedy(judgement))
}

/// The lines that would answer the policy, in a sentence.
fn remedy(judgement: &Judgement) -> Option<String> {
    let add = quoted(judgement.add.iter().map(|line| line.text.as_str()));
    let remove = quoted(judgement.remove.iter().map(String::as_str));
    match (add.is_empty(), remove.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("To mend it, add {add}.")),
        (true, false) => Some(format!("To mend it, take out {remove}.")),
        (false, false) => Some(format!("To mend it, take out {remove} and add {add}.")),
    }
}

fn quoted<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_attest::{Registry, read};
    use ai_detect_base::change::{Commit, Person};

    #[test]
    fn the_json_form_is_stable() {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let message = "s\n\nNo-AI: true\nAssisted-by: Codex\n".into();
        let commit = Commit { author: ann.clone(), committer: ann, message, ..Commit::default() };
        let found = AttestationReport::of(read(&commit, Registry::builtin().unwrap()), None);
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(json["state"], "partial");
        assert_eq!(json["statements"][1]["form"], "trailer");
        assert_eq!(json["statements"][1]["role"], "assisted");
        assert_eq!(json["statements"][1]["confidence"], "high");
        let conflict = "The commit says that no AI was used, and it also carries a mark of Codex.";
        assert_eq!(json["notes"], serde_json::json!([conflict]));
    }
}
