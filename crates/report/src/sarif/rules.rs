//! The verdicts as rules of SARIF, with the help that a reader of code scanning meets.

use serde_json::{Value, json};

use crate::gate::Verdict;

/// A verdict that asks for a person.
pub(super) struct Rule {
    verdict: Verdict,
    pub(super) id: &'static str,
    name: &'static str,
    short: &'static str,
    full: &'static str,
    resolve: &'static str,
}

/// In this order in every log.
pub(super) const RULES: [Rule; 4] = [
    Rule {
        verdict: Verdict::Unattested,
        id: "unattested",
        name: "Unattested",
        short: "Did an AI tool help here?",
        full: "The block stands out, and none of the commits that brought it declares AI use.",
        resolve: "If a tool helped, the author adds the trailer `Assisted-by: TOOL:MODEL` to the commit. If none did, \
                  there is nothing to do.",
    },
    Rule {
        verdict: Verdict::Contradicted,
        id: "contradicted",
        name: "Contradicted",
        short: "No AI was used here, says the commit or a recorder's note. Is that right?",
        full: "The block stands out, and a commit that brought it declares that no AI was used, or a recorder's note says \
               that a person wrote it.",
        resolve: "If the declaration is right, there is nothing to do. If not, the author states the tool instead: \
                  `Assisted-by: TOOL:MODEL`.",
    },
    Rule {
        verdict: Verdict::Unreadable,
        id: "unreadable",
        name: "Unreadable",
        short: "What is recorded about AI use here cannot be read. Did a tool help?",
        full: "The block stands out, and what is attached to its commits and should say so cannot be read.",
        resolve: "`ai-detect diff -v` says what cannot be read and why. A trailer `Assisted-by: TOOL:MODEL` answers the \
                  question, too.",
    },
    Rule {
        verdict: Verdict::WrongForm,
        id: "wrong-form",
        name: "WrongForm",
        short: "AI use is declared here in a form that the project does not accept. Can it be restated?",
        full: "AI use is declared, in a form or a place that the project's policy does not accept.",
        resolve: "`ai-detect policy check` prints the lines that the policy asks for.",
    },
];

/// Which of them a verdict is; what asks for nobody is taken for the first.
pub(super) fn rule(verdict: Verdict) -> usize {
    RULES.iter().position(|rule| rule.verdict == verdict).unwrap_or(0)
}

pub(super) fn written(rule: &Rule) -> Value {
    let kind = super::super::words::KIND;
    json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": { "text": rule.short },
        "fullDescription": { "text": rule.full },
        "help": {
            "text": format!("{} {} {kind}", rule.full, rule.resolve.replace('`', "")),
            "markdown": format!(
                "{}\n\n**What resolves it.** {}\n\n{kind} People write like this too: the log-odds and the places named \
                 are what was seen, `ai-detect rules explain RULE` says what a signal means and when it misleads.",
                rule.full, rule.resolve
            ),
        },
        "defaultConfiguration": { "level": "note" },
        "properties": {
            "precision": "medium",
            "problem.severity": "recommendation",
            "tags": ["provenance", "ai", "attestation"],
        },
    })
}
