//! What would answer a policy, commit by commit: the exact lines to add and to take out. Where nothing is
//! declared, the lines that would declare it, if a tool helped: whether one did is the author's to say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::advice;
use super::judge::{Judgement, wanted_facts};
use super::subject::Subject;
use super::suggest::{self, Line};
use super::{Fact, Policy, Stance};
use ai_detect_attest::State;

/// The lines that would answer a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remedy {
    /// Lines to add.
    pub add: Vec<Line>,
    /// Lines of the message that the policy does not accept.
    pub remove: Vec<String>,
}

impl Remedy {
    /// What a commit would say that a policy judged. A policy that takes no AI contributions has no
    /// lines to offer.
    pub(super) fn of(policy: &Policy, subject: &Subject<'_>, judgement: &Judgement) -> Self {
        if policy.stance == Stance::Ban || judgement.is_left_to_a_person() {
            return Remedy::default();
        }
        let mut add = Vec::new();
        if judgement.exempt.is_none() && subject.declared() != Some(true) {
            add = if_assisted(policy, subject);
            add.retain(|line| !advice::is_forbidden(line, policy, subject));
        }
        for line in &judgement.add {
            if !add.contains(line) {
                add.push(line.clone());
            }
        }
        Remedy { add, remove: judgement.remove.clone() }
    }

    /// The same where somebody may be asked for something; empty where the policy accepts no line that would answer it.
    pub(super) fn offered(policy: &Policy, subject: &Subject<'_>, judgement: &Judgement) -> Option<Self> {
        let remedy = Remedy::of(policy, subject, judgement);
        let is_left = policy.stance == Stance::Ban || judgement.is_left_to_a_person();
        let is_open = matches!(judgement.state, State::Absent | State::WrongForm);
        let is_without_answer = is_open && judgement.exempt.is_none() && !is_left;
        (is_without_answer || !remedy.is_empty()).then_some(remedy)
    }

    /// Whether there is nothing to add and nothing to take out.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

fn if_assisted(policy: &Policy, subject: &Subject<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut add = |line: Option<Line>| {
        if let Some(line) = line.filter(|line| !lines.contains(line)) {
            lines.push(line);
        }
    };
    policy.required.iter().for_each(|marker| add(suggest::marker(marker, subject)));
    if !policy.required.iter().any(|marker| marker.write.is_some()) {
        let accepted = policy.accepted.iter().find_map(|marker| suggest::marker(marker, subject));
        add(accepted.or_else(|| suggest::fact(Fact::Tool, policy, subject)));
    }
    wanted_facts(policy, subject).into_iter().for_each(|fact| add(suggest::fact(fact, policy, subject)));
    lines
}
