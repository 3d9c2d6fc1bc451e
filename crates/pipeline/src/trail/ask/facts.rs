//! From what a commit, and the merge that brought it, declare to the facts of a contribution.

use super::{Cause, CommitAnswer, Evidence, Fact, Facts, KnownFact, Likelihood, PolicyAnswer, Review, Stated};
use crate::trail::AI_TOOLS_SINCE;
use ai_detect_attest::{Confidence, Covers, RecordedLines, Registry, Role, State, Statement};
use ai_detect_base::change::Commit;
use ai_detect_base::vocabulary::message::request_of;
use ai_detect_git::Landing;
use ai_detect_policy::subject::{named_in, reviewers};
use ai_detect_report::AttestationReport;

/// A commit with what it declares.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    /// The commit.
    pub commit: Commit,
    /// What it declares.
    pub attestation: AttestationReport,
}

/// All that is known of a commit that came to a revision in some way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The commit itself.
    pub own: &'a Declared,
    /// The merge that brought it.
    pub merge: Option<&'a Declared>,
    /// How it landed.
    pub landing: Option<Landing>,
    /// The policy of the project, by its name.
    pub policy: Option<&'a str>,
    /// Whether notes of commits may exist that are not in this clone.
    pub lacks_notes: bool,
    /// Whether it names a commit that it was made from and that is not in this clone.
    pub is_rewritten: bool,
}

/// What speaks for some lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Speaks<'a> {
    state: State,
    /// The record that lists the lines.
    recorded: Option<&'a RecordedLines>,
    /// Whether a record lists other lines of the commit.
    is_left_out: bool,
}

impl<'a> Speaks<'a> {
    /// How fully.
    pub(crate) fn state(&self) -> State {
        self.state
    }

    /// The model that the record of the lines names.
    pub(crate) fn model(&self) -> Option<&'a str> {
        self.recorded?.model.as_deref()
    }
}

/// What is known of a contribution in the end.
pub(crate) struct Contribution {
    /// The class of evidence.
    pub evidence: Evidence,
    /// The facts.
    pub facts: Facts,
    /// Who reviewed it.
    pub review: Review,
    /// Why it is not known whether a tool took part.
    pub cause: Option<Cause>,
    /// What the declaration speaks for; nothing where there is none.
    pub covers: Option<Covers>,
}

/// What a commit declares of one line of a file: its path and number (from 1) in that commit.
pub(crate) fn speaks_for<'a>(attestation: &'a AttestationReport, path: &str, line: u32) -> Speaks<'a> {
    if attestation.lines.is_empty() {
        return speaks_for_commit(attestation);
    }
    let lists =
        |recorded: &&RecordedLines| recorded.path == path && recorded.ranges.iter().any(|range| range.contains(line));
    let recorded = attestation.lines.iter().filter(lists).max_by_key(|recorded| recorded.state);
    let state = recorded.map_or(attestation.elsewhere, |recorded| recorded.state.max(attestation.elsewhere));
    Speaks { state, recorded, is_left_out: recorded.is_none() }
}

/// What a commit declares of itself as a whole.
pub(crate) fn speaks_for_commit(attestation: &AttestationReport) -> Speaks<'_> {
    Speaks { state: attestation.state, recorded: None, is_left_out: false }
}

/// What is known of lines that the commit brought and for which this speaks.
pub(crate) fn contribution(
    known: &Known<'_>,
    speaks: Speaks<'_>,
    likelihood: &Likelihood,
    registry: &Registry,
) -> Contribution {
    let is_silent = matches!(speaks.state, State::Absent | State::Unreadable);
    let merge = known.merge.filter(|_| is_silent).filter(|merge| speaks_for_request(merge, &known.own.commit));
    let (declared_by, state, by) = match merge {
        Some(merge) => (merge, merge.attestation.elsewhere, By::Merge),
        None => (known.own, speaks.state, By::Itself),
    };
    let covers = match (by, speaks.recorded) {
        (By::Merge, _) => Covers::Request,
        (By::Itself, Some(_)) => Covers::Lines,
        (By::Itself, None) => Covers::Commit,
    };
    let Declared { commit, attestation } = declared_by;
    let is_likely = matches!(likelihood, Likelihood::Scored { flagged: true, .. });
    let evidence = Evidence::of(state, is_likely);
    let cause = matches!(evidence, Evidence::Unknown | Evidence::Inferred).then(|| cause(known, speaks));
    let source = Source { commit, attestation, recorded: speaks.recorded.filter(|_| merge.is_none()), by };
    let facts = match evidence {
        Evidence::Declared => declared(&source),
        Evidence::Denied => denied(&source),
        _ => unknown(cause.unwrap_or(Cause::NoDeclaration)),
    };
    let is_estimate = matches!(evidence, Evidence::Unknown | Evidence::Inferred);
    let review = if is_estimate { Review::Missing { missing: Cause::KeptApart } } else { review(known, registry) };
    let covers = (!is_estimate).then_some(covers);
    Contribution { evidence, facts, review, cause, covers }
}

/// What is known of lines that were not followed to the commit that brought them.
pub(crate) fn unknown_because(cause: Cause) -> Contribution {
    let review = Review::Missing { missing: cause };
    Contribution { evidence: Evidence::Unknown, facts: unknown(cause), review, cause: Some(cause), covers: None }
}

/// Whether a merge speaks for a commit that it brought: it is the merge of a request, and the commit was made when there were
/// AI tools. A merge of another branch, such as of a project that one follows, speaks for its own conflicts alone; and what a
/// record of the merge says of single lines is said of the merge's own.
pub(crate) fn speaks_for_request(merge: &Declared, commit: &Commit) -> bool {
    let state = merge.attestation.elsewhere;
    (state.declares() || state == State::Denied)
        && commit.author_time >= AI_TOOLS_SINCE
        && request_of(merge.commit.message.as_str()).is_some()
}

fn cause(known: &Known<'_>, speaks: Speaks<'_>) -> Cause {
    if speaks.state == State::Unreadable {
        Cause::Unreadable
    } else if speaks.is_left_out {
        Cause::NotCovered
    } else if known.is_rewritten {
        Cause::CommitRewritten
    } else if known.own.commit.author_time < AI_TOOLS_SINCE {
        Cause::BeforeAiTools
    } else if known.lacks_notes {
        Cause::NotesNotFetched
    } else {
        Cause::NoDeclaration
    }
}

/// Who says what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Itself,
    Merge,
}

impl By {
    fn source(self, form: &str) -> String {
        match self {
            By::Itself => form.to_owned(),
            By::Merge => format!("merge:{form}"),
        }
    }

    /// What a merge says is said of all that it brought together.
    fn confidence(self, confidence: Confidence) -> Confidence {
        match self {
            By::Itself => confidence,
            By::Merge => confidence.min(Confidence::Medium),
        }
    }
}

struct Source<'a> {
    commit: &'a Commit,
    attestation: &'a AttestationReport,
    recorded: Option<&'a RecordedLines>,
    by: By,
}

impl Source<'_> {
    /// Who answers for it: the author, unless a declaration names somebody else.
    fn person(&self) -> Fact {
        if self.by == By::Merge {
            // Who merges need not answer for what others wrote.
            return Fact::missing(Cause::NotStated);
        }
        let accountable = self.attestation.facts.accountable.as_ref();
        let is_author = |value: &&String| {
            let author = &self.commit.author;
            **value == author.name || value.contains(&format!("<{}>", author.email))
        };
        match accountable.filter(is_author) {
            Some(value) => Fact::Known(KnownFact {
                value: value.clone(),
                source: self.by.source("author"),
                confidence: Confidence::Medium,
                exact: None,
            }),
            None => self.fact(accountable, |statement| statement.role != Role::Reviewed),
        }
    }

    /// A fact from the first credible statement that `names` it, or from the record of the lines.
    fn fact(&self, value: Option<&String>, names: impl Fn(&Statement) -> bool) -> Fact {
        let Some(value) = value else { return Fact::missing(Cause::NotStated) };
        let statements = self.attestation.statements.iter().filter(|statement| statement.is_credible());
        let mut by_form = statements.clone().filter(|statement| {
            self.recorded.is_none_or(|recorded| recorded.form == statement.form) && names(statement)
        });
        let (form, confidence) = match (by_form.next(), self.recorded) {
            (Some(statement), _) => (statement.form.id, statement.confidence),
            (None, Some(recorded)) => (recorded.form.id, Confidence::Medium),
            // The facts of a declaration in our own words belong to the statement that stands for it.
            (None, None) => match statements.max_by_key(|statement| statement.confidence) {
                Some(statement) => (statement.form.id, statement.confidence),
                None => return Fact::missing(Cause::NotStated),
            },
        };
        let (source, confidence) = (self.by.source(form), self.by.confidence(confidence));
        Fact::Known(KnownFact { value: value.clone(), source, confidence, exact: None })
    }
}

fn declared(source: &Source<'_>) -> Facts {
    let facts = &source.attestation.facts;
    let recorded = source.recorded;
    let tool = recorded.and_then(|recorded| recorded.tool.as_ref()).or(facts.tool.as_ref());
    let of_lines = recorded.and_then(|recorded| recorded.model.as_ref());
    let model = of_lines.or(facts.model.as_ref());
    let mut model = source.fact(model, |statement| statement.model.as_ref() == model);
    if let Fact::Known(known) = &mut model {
        known.exact = Some(match of_lines {
            Some(name) => Registry::builtin().is_ok_and(|registry| registry.is_exact(name)),
            None => facts.model_exact,
        });
    }
    let kept = |reference: Option<&String>| match source.fact(reference, |_| true) {
        Fact::Missing { .. } => Fact::missing(Cause::NoTrail),
        known => known,
    };
    // A session is not the prompt, and leads to it where somebody kept that.
    let session = recorded.and_then(|recorded| recorded.session.as_ref()).or(facts.session.as_ref());
    let session = session.map(|session| format!("session {session}"));
    Facts {
        model,
        prompt: kept(facts.prompt_reference.as_ref().or(session.as_ref())),
        output: kept(facts.output_reference.as_ref()),
        person: source.person(),
        tool: source.fact(tool, |statement| statement.tool.as_ref() == tool),
        integration: source.fact(facts.integration_path.as_ref(), |_| true),
    }
}

fn denied(source: &Source<'_>) -> Facts {
    Facts { person: source.person(), ..unknown(Cause::Denied) }
}

fn unknown(cause: Cause) -> Facts {
    let missing = || Fact::missing(cause);
    Facts {
        model: missing(),
        prompt: missing(),
        output: missing(),
        person: Fact::missing(if cause == Cause::Denied { cause } else { Cause::KeptApart }),
        tool: missing(),
        integration: missing(),
    }
}

/// Who reviewed a commit, by its trailers and those of the merge that brought it.
fn review(known: &Known<'_>, registry: &Registry) -> Review {
    let (mut people, mut tools) = (Vec::new(), Vec::new());
    for declared in std::iter::once(known.own).chain(known.merge) {
        let (by_people, by_tools) = reviewers(&declared.commit, registry);
        people.extend(by_people.into_iter().map(|person| person.name));
        tools.extend(by_tools);
    }
    for names in [&mut people, &mut tools] {
        names.sort();
        names.dedup();
    }
    match people.is_empty() && tools.is_empty() {
        true => Review::Missing { missing: Cause::NotStated },
        false => Review::Known { people, tools, source: "trailer".into() },
    }
}

/// Who wrote a commit and what it declares, without anything that is estimated.
pub(crate) fn commit_answer(known: &Known<'_>, registry: &Registry) -> CommitAnswer {
    let Declared { commit, attestation } = known.own;
    let own = attestation.statements.iter().map(|statement| stated(statement, By::Itself));
    let of_merge = known.merge.iter().flat_map(|merge| &merge.attestation.statements);
    let of_merge = of_merge.map(|statement| stated(statement, By::Merge));
    let messages = known.merge.iter().map(|merge| &merge.commit.message).chain([&commit.message]);
    CommitAnswer {
        id: commit.id.clone(),
        subject: commit.subject().to_owned(),
        author: Some(commit.author.name.clone()),
        co_authors: co_authors(commit, registry),
        committer: Some(commit.committer.name.clone()).filter(|_| commit.committer != commit.author),
        author_time: commit.author_time,
        landed_time: known.landing.map(|landing| landing.time),
        via: known.landing.and_then(|landing| landing.via).map(|via| via.to_string()),
        request: messages.into_iter().find_map(|message| request_of(message.as_str())),
        statements: once_each(own.chain(of_merge)),
        signature: attestation.signature.as_ref().map(|checked| checked.state),
        review: review(known, registry),
        policy: known.policy.map(|id| PolicyAnswer {
            id: id.to_owned(),
            state: attestation.state,
            findings: attestation.notes.clone(),
        }),
    }
}

/// A squash can say the same many times.
fn once_each(statements: impl Iterator<Item = Stated>) -> Vec<Stated> {
    let mut found: Vec<Stated> = Vec::new();
    for stated in statements {
        if !found.contains(&stated) {
            found.push(stated);
        }
    }
    found
}

/// The people that trailers name as authors as well.
fn co_authors(commit: &Commit, registry: &Registry) -> Vec<String> {
    let (people, _) = named_in(commit, &["Co-authored-by"], registry);
    let mut names: Vec<String> =
        people.into_iter().filter(|person| *person != commit.author).map(|person| person.name).collect();
    names.sort();
    names.dedup();
    names
}

fn stated(statement: &Statement, by: By) -> Stated {
    Stated { source: by.source(statement.form.id), confidence: statement.confidence, quote: statement.quote.clone() }
}

/// The commit that a message says it was cherry-picked from.
pub(crate) fn made_from(message: &str) -> Option<&str> {
    let (_, rest) = message.rsplit_once("(cherry picked from commit ")?;
    let (id, _) = rest.split_once(')')?;
    let is_id = id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some(id)
}
