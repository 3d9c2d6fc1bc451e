//! Tests a policy: judges its own examples, and asks how old the reading of its source is.
//!
//! Who edits a policy file needs no test code.

use ai_detect_attest::{Registry, Request, State, read};
use ai_detect_base::change::{Commit, Person};

use super::day::Day;
use super::raw::{RawExample, Read};
use super::{Described, Judgement, Policy, Subject, judge};

/// What a test of a policy found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tested {
    /// How many examples it has.
    pub examples: usize,
    /// What is wrong.
    pub failures: Vec<Failure>,
}

/// Why a policy fails its test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing may be asked of the author, and something is.
    #[error("{policy}: right example {example:?} is judged {}: {}", state.word(), said.join(" "))]
    Right {
        /// The policy.
        policy: String,
        /// Its last line but the sign-off.
        example: String,
        /// What came out.
        state: State,
        /// What the policy says of it.
        said: Vec<String>,
    },
    /// Something must be asked, and nothing is.
    #[error("{policy}: wrong example {example:?} is judged {}, and nothing is asked of its author", state.word())]
    Wrong {
        /// The policy.
        policy: String,
        /// Its last line but the sign-off.
        example: String,
        /// What came out.
        state: State,
    },
    /// The state differs from the one that the example names.
    #[error("{policy}: example {example:?} is judged {}, not {}", state.word(), expected.word())]
    State {
        /// The policy.
        policy: String,
        /// Its last line but the sign-off.
        example: String,
        /// What came out.
        state: State,
        /// What the example says.
        expected: State,
    },
    /// Nobody knows when the source was read.
    #[error("{policy}: the source ({source_name}) has no `checked:` day; add the day on which you compared them")]
    NeverChecked {
        /// The policy.
        policy: String,
        /// The document.
        source_name: String,
    },
    /// Projects change their rules.
    #[error(
        "{policy}: the source ({source_name}) was last checked on {checked}, more than a year ago; read it again, correct the \
         policy, and then change `checked:`"
    )]
    Outdated {
        /// The policy.
        policy: String,
        /// The document.
        source_name: String,
        /// The day in the file.
        checked: Day,
    },
}

impl Policy {
    /// Judges the policy's examples, and checks that its source was read within the year before `today`.
    pub fn test(&self, registry: &Registry, today: Day) -> Tested {
        let right = self.examples.right.iter().filter_map(|example| self.fails_right(example, registry));
        let wrong = self.examples.wrong.iter().filter_map(|example| self.fails_wrong(example, registry));
        let failures = self.source_failure(today).into_iter().chain(right).chain(wrong).collect();
        Tested { examples: self.examples.right.len() + self.examples.wrong.len(), failures }
    }

    fn source_failure(&self, today: Day) -> Option<Failure> {
        let source = self.source.as_ref().filter(|source| source.read != Read::Own)?;
        let (policy, source_name) = (self.id.clone(), source.name.clone());
        let Some(checked) = source.checked else { return Some(Failure::NeverChecked { policy, source_name }) };
        checked.is_more_than_a_year_before(today).then_some(Failure::Outdated { policy, source_name, checked })
    }

    fn fails_right(&self, example: &RawExample, registry: &Registry) -> Option<Failure> {
        let judgement = self.judge_example(example, registry);
        if judgement.asks() || judgement.is_left_to_a_person() {
            let said = judgement.findings.iter().map(|finding| finding.to_string()).collect();
            let (policy, example) = (self.id.clone(), last_line(example));
            return Some(Failure::Right { policy, example, state: judgement.state, said });
        }
        self.differs(example, &judgement, example.state.unwrap_or(State::Complete))
    }

    fn fails_wrong(&self, example: &RawExample, registry: &Registry) -> Option<Failure> {
        let judgement = self.judge_example(example, registry);
        if !judgement.asks() && !judgement.is_left_to_a_person() {
            let (policy, example) = (self.id.clone(), last_line(example));
            return Some(Failure::Wrong { policy, example, state: judgement.state });
        }
        self.differs(example, &judgement, example.state?)
    }

    fn differs(&self, example: &RawExample, judgement: &Judgement, expected: State) -> Option<Failure> {
        let (policy, example, state) = (self.id.clone(), last_line(example), judgement.state);
        (state != expected).then_some(Failure::State { policy, example, state, expected })
    }

    fn judge_example(&self, example: &RawExample, registry: &Registry) -> Judgement {
        let author = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let message = example.message.as_str().into();
        let commit = Commit { author: author.clone(), committer: author, message, parents: 1, ..Commit::default() };
        let attestation = read(&commit, registry);
        let described = described(example, registry);
        judge(self, &Subject::new(&commit, &attestation, registry).described(described.as_ref()))
    }
}

/// The example's request, if it names one.
fn described(example: &RawExample, registry: &Registry) -> Option<Described> {
    let is_known = example.description.is_some() || !example.labels.is_empty() || example.by_member;
    let read = || {
        let (body, labels) = (example.description.clone(), example.labels.clone());
        let mut described = Described::read(&Request { body, labels, ..Request::default() }, registry);
        described.by_member = Some(example.by_member);
        described
    };
    is_known.then(read)
}

/// The last line but the sign-off: most examples are about it.
fn last_line(example: &RawExample) -> String {
    let mut lines = example.message.lines().rev().filter(|line| !line.trim().is_empty());
    lines.find(|line| !line.starts_with("Signed-off-by:")).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::PRESETS;
    use super::*;

    fn day(text: &str) -> Day {
        Day::try_from(text.to_owned()).unwrap()
    }

    fn tested(text: &str, today: &str) -> Vec<String> {
        let policy = Policy::load("own.yml", &|_| Ok(Some(text.to_owned()))).unwrap();
        let tested = policy.test(Registry::builtin().unwrap(), day(today));
        tested.failures.iter().map(ToString::to_string).collect()
    }

    /// The day is fixed: when presets grow old, `ai-detect policy test` says so, and no build breaks.
    #[test]
    fn every_preset_judges_its_own_examples_as_it_says() {
        let registry = Registry::builtin().unwrap();
        for (name, _) in PRESETS {
            let policy = Policy::preset(name).unwrap();
            let tested = policy.test(registry, day("2026-12-01"));
            assert_eq!(tested.failures, [], "{name}");
            let sides = (policy.examples.right.len(), policy.examples.wrong.len());
            assert!(sides.0 > 0 && sides.1 > 0, "{name} has right and wrong examples");
        }
    }

    #[test]
    fn a_source_has_to_be_read_again_after_a_year() {
        let policy = "id: ours\nsource: {name: The page, as_of: v1, read: primary, checked: 2026-11-30}\n";
        assert_eq!(tested(policy, "2027-11-30"), Vec::<String>::new());
        let old = tested(policy, "2027-12-01");
        let said = "ours: the source (The page) was last checked on 2026-11-30, more than a year ago; read it again, correct the \
                    policy, and then change `checked:`";
        assert_eq!(old, [said]);
        let never = tested("id: ours\nsource: {name: The page, as_of: v1, read: secondary}\n", "2026-11-30");
        assert_eq!(
            never,
            ["ours: the source (The page) has no `checked:` day; add the day on which you compared them"]
        );
        let own = tested("id: ours\nsource: {name: We, as_of: v1, read: own}\n", "2036-11-30");
        assert_eq!(own, Vec::<String>::new(), "nobody else can change what is ours");
    }

    #[test]
    fn examples_that_come_out_otherwise_are_named() {
        let policy = "id: ours\nextends: default\nexamples:\n  right:\n    - message: \"a\\n\\nAssisted-by: Codex\\n\"\n  wrong:\n    \
                      - {message: \"b\\n\\nAssisted-by: Codex:gpt-5.5\\n\"}\n    - {message: \"c\\n\\nAssisted-by: Codex\\n\", state: wrong-form}\n";
        let policy = format!("source: {{name: We, as_of: v1, read: own}}\n{policy}");
        let registry = Registry::builtin().unwrap();
        let read = |path: &str| Ok((path == "own.yml").then(|| policy.clone()));
        let tested = Policy::load("own.yml", &read).unwrap().test(registry, day("2026-11-30"));
        let said: Vec<String> = tested.failures.iter().map(ToString::to_string).collect();
        assert_eq!(tested.examples, 3);
        assert!(said[0].starts_with("ours: right example \"Assisted-by: Codex\" is judged partial: "), "{said:?}");
        let wrong =
            "ours: wrong example \"Assisted-by: Codex:gpt-5.5\" is judged complete, and nothing is asked of its author";
        assert_eq!(said[1], wrong);
        assert_eq!(said[2], "ours: example \"Assisted-by: Codex\" is judged partial, not wrong-form");
    }

    #[test]
    fn a_day_that_is_none_is_an_error_with_its_place() {
        let text = "source:\n  name: The page\n  as_of: v1\n  read: primary\n  checked: yesterday\n";
        let error = Policy::load("own.yml", &|_| Ok(Some(text.to_owned()))).unwrap_err().to_string();
        assert!(error.starts_with("own.yml:") && error.contains("is not a day"), "{error}");
    }
}
