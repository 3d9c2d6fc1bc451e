//! What is known of a commit when a policy looks at it.
//!
//! Gathers; it judges nothing.

use super::raw::Fact;
use super::sensitive::Touch;
use ai_detect_attest::description::ToolComments;
use ai_detect_attest::{self as attest, Attestation, Form, Registry, Role, State};
use ai_detect_base::change::{Commit, Person};
use ai_detect_base::vocabulary::message::{Message, TrailerLine};
use ai_detect_base::vocabulary::note::Note;
use ai_detect_base::vocabulary::{Declaration, Who, trailers};

/// A commit with everything that bears on its attestation.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The commit.
    pub commit: &'a Commit,
    /// What models and tools are called.
    registry: &'a Registry,
    /// What was read of it.
    pub attestation: &'a Attestation,
    /// All trailers of its message.
    pub trailers: &'a [TrailerLine],
    /// What its trailers say in our own words.
    pub own: trailers::Reading,
    /// What our note on it says, or why it cannot be read.
    pub note: Option<Result<Note, String>>,
    /// The request that it is part of, where that is known.
    pub described: Option<&'a Described>,
    /// How much its author adds with AI, where that was measured.
    pub size: Option<Size>,
    /// The paths that it touches.
    pub paths: Vec<String>,
    /// The sensitive places among them.
    pub touches: Vec<Touch>,
    /// Whether its author is a person.
    pub author_is_person: bool,
    /// The people who signed it off.
    pub sign_offs: Vec<Person>,
    /// The people who reviewed it.
    pub reviewers: Vec<Person>,
    /// Tools that are said to have reviewed it.
    pub tool_reviews: Vec<String>,
}

/// How much one author adds to a request, in commits that declare AI use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Added lines, tests not counted.
    pub added: u32,
    /// Whether the author has no commit in the history that the request starts from.
    pub newcomer: bool,
}

/// A request's description, read like a message.
#[derive(Debug)]
pub struct Described {
    /// What a reader sees of the description.
    pub text: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// What it declares.
    pub attestation: Attestation,
    /// Lines in it that look like trailers.
    pub trailers: Vec<TrailerLine>,
    /// Whether somebody who belongs to the project opened it, where the forge says so.
    pub by_member: Option<bool>,
    /// Whether the end of the description was not looked at: what is not found may stand there.
    pub is_cut: bool,
}

impl Described {
    /// Reads what a request says of itself: its description, its title and its labels.
    pub fn read(request: &attest::Request, registry: &Registry) -> Self {
        // Labels and a title say something without a description, too.
        let text = request.body.as_deref().unwrap_or("");
        // What nobody sees declares nothing.
        let seen = attest::description::seen(text, ToolComments::Removed);
        // A message's first line is its subject: the title, or one that declares nothing.
        let title = request.title.as_deref().map(attest::subject_of).filter(|title| !title.is_empty());
        let message = Message::from(format!("{}\n\n{seen}\n", title.unwrap_or("Request")));
        let somebody = Person { name: "Somebody".into(), email: "somebody@example.org".into() };
        let commit =
            Commit { author: somebody.clone(), committer: somebody, message: message.clone(), ..Commit::default() };
        let mut attestation = attest::read(&commit, registry);
        attestation.facts.accountable = None;
        // Ticked boxes, and what else only a description has.
        let of_body = attest::Request { body: Some(seen.clone()), ..attest::Request::default() };
        let of_body = attest::read_request(&of_body, registry);
        let facts = &mut attestation.facts;
        facts.tool = facts.tool.take().or(of_body.facts.tool);
        facts.model = facts.model.take().or(of_body.facts.model);
        let known = |statement: &attest::Statement| {
            attestation.statements.iter().any(|known| {
                known.line.map(|line| line.saturating_sub(2)) == statement.line && known.role == statement.role
            })
        };
        let more: Vec<_> = of_body.statements.into_iter().filter(|statement| !known(statement)).collect();
        attestation.statements.extend(more);
        let trailers = message.trailers().to_vec();
        Described { text: seen, labels: request.labels.clone(), attestation, trailers, by_member: None, is_cut: false }
    }
}

const REVIEW_KEYS: [&str; 4] = ["Reviewed-by", "Acked-by", "Approved-by", "Reviewed-and-tested-by"];

/// Who reviewed a commit, by its trailers: people, and the names of tools.
pub fn reviewers(commit: &Commit, registry: &Registry) -> (Vec<Person>, Vec<String>) {
    named_in(commit, &REVIEW_KEYS, registry)
}

/// Whom the trailers with one of some keys name: people, and the names of tools.
pub fn named_in(commit: &Commit, keys: &[&str], registry: &Registry) -> (Vec<Person>, Vec<String>) {
    let is_wanted = |key: &str| keys.iter().any(|wanted| wanted.eq_ignore_ascii_case(key));
    let lines = commit.message.trailers().iter().filter(|line| !line.quoted && is_wanted(&line.key));
    let named = lines.flat_map(|line| attest::people_in(&line.value));
    let (people, tools): (Vec<_>, Vec<_>) = named.partition(|person| attest::is_person(person, registry));
    (people, tools.into_iter().map(|tool| tool.name).collect())
}

impl<'a> Subject<'a> {
    /// A commit by itself.
    pub fn new(commit: &'a Commit, attestation: &'a Attestation, registry: &'a Registry) -> Self {
        let lines = commit.message.trailers();
        let own = trailers::read(&commit.message.stated());
        let (sign_offs, _) = named_in(commit, &["Signed-off-by"], registry);
        let (reviewers, tool_reviews) = reviewers(commit, registry);
        Subject {
            author_is_person: attest::is_person(&commit.author, registry),
            commit,
            registry,
            attestation,
            own,
            note: attest::own_note(commit),
            described: None,
            size: None,
            paths: Vec::new(),
            touches: Vec::new(),
            sign_offs,
            reviewers,
            tool_reviews,
            trailers: lines,
        }
    }

    /// What models and tools are called.
    pub(super) fn registry(&self) -> &'a Registry {
        self.registry
    }

    /// With the paths that it touches.
    pub fn touching(mut self, paths: Vec<String>, mut touches: Vec<Touch>) -> Self {
        touches.sort();
        touches.dedup();
        self.paths = paths;
        self.touches = touches;
        self
    }

    /// With another note on it than the commit has.
    pub fn noted(mut self, note: Note) -> Self {
        self.note = Some(Ok(note));
        self
    }

    /// With what its note says of the whole commit alone, without what it records of single lines.
    #[must_use]
    pub(super) fn without_records(mut self) -> Self {
        if let Some(Ok(note)) = &mut self.note {
            note.attestations.retain(|entry| entry.covers.is_empty());
        }
        self
    }

    /// With how much its author adds.
    pub(crate) fn sized(mut self, size: Option<Size>) -> Self {
        self.size = size;
        self
    }

    /// With the request that it is part of.
    pub(crate) fn described(mut self, described: Option<&'a Described>) -> Self {
        self.described = described;
        self
    }

    /// Every declaration in our words: trailers first, then notes.
    pub(crate) fn declarations(&self) -> impl Iterator<Item = &Declaration> {
        let noted = self.readable_note().into_iter().flat_map(|note| &note.attestations);
        let noted = noted.map(|entry| &entry.declaration);
        self.own.declaration.iter().filter(|_| self.is_declared_in_commit()).chain(noted)
    }

    /// `Assisted-by: Jane Doe` is no declaration: whether a value names a tool is for `attest`.
    fn is_declared_in_commit(&self) -> bool {
        let trailer =
            |statement: &attest::Statement| statement.form == Form::TRAILER && statement.role != Role::Reviewed;
        self.attestation.statements.iter().any(trailer)
    }

    fn readable_note(&self) -> Option<&Note> {
        self.note.as_ref()?.as_ref().ok()
    }

    /// Why our note on the commit cannot be read, where it cannot.
    pub(super) fn unreadable_note(&self) -> Option<&str> {
        self.note.as_ref()?.as_ref().err().map(String::as_str)
    }

    /// Whether our note on it says that AI was used; nothing where there is no note.
    pub(super) fn notes_say_ai(&self) -> Option<bool> {
        let entries = &self.readable_note()?.attestations;
        (!entries.is_empty()).then(|| entries.iter().any(|entry| entry.declaration.ai().is_some()))
    }

    /// Whether AI use is declared in the commit, or in a note on it: yes, no, or nothing said.
    pub fn declared(&self) -> Option<bool> {
        let by_commit = match self.attestation.state {
            // What cannot be read says neither yes nor no.
            State::Absent | State::Unreadable => None,
            State::Denied => Some(false),
            State::Complete | State::Partial | State::WrongForm => Some(true),
        };
        match (by_commit, self.notes_say_ai()) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), _) | (_, Some(false)) => Some(false),
            (None, None) => None,
        }
    }

    /// Whether the request's description is known, and known to its end.
    pub(crate) fn is_described(&self) -> bool {
        let is_known = |request: &Described| !request.text.is_empty() || request.labels.is_empty();
        self.described.is_some_and(|request| !request.is_cut && is_known(request))
    }

    /// Whether the request declares AI use.
    pub(crate) fn request_declares(&self) -> bool {
        self.described.is_some_and(|request| request.attestation.statements.iter().any(attest::Statement::attests))
    }

    /// Who asked for the generation: whoever is named, else the author where that is a person.
    pub(crate) fn requested_by(&self) -> Option<String> {
        let noted = || self.declarations().filter_map(|declared| declared.ai()).find_map(|ai| ai.requested_by.as_ref());
        let named = self.own.stated.requested_by.as_ref().or_else(noted);
        let author = || self.author_is_person.then(|| self.commit.author.email.to_lowercase());
        named.map(Who::email).or_else(author)
    }

    /// Whether a fact is stated; `request` adds what the request states.
    pub(crate) fn states(&self, fact: Fact, request: bool) -> bool {
        let facts = &self.attestation.facts;
        let own = &self.own.stated;
        let ai = || self.declarations().filter_map(Declaration::ai);
        let in_request = || self.described.filter(|_| request).map(|request| &request.attestation.facts);
        let assistants = || ai().flat_map(|ai| ai.assistants.as_slice());
        match fact {
            Fact::Tool => {
                facts.tool.is_some() || assistants().next().is_some() || in_request().is_some_and(|f| f.tool.is_some())
            }
            Fact::Model => {
                facts.model.is_some()
                    || assistants().any(|tool| tool.model.is_some())
                    || in_request().is_some_and(|f| f.model.is_some())
            }
            Fact::ExactModel => {
                let is_exact = |model: &ai_detect_base::vocabulary::Word| self.registry.is_exact(model.as_str());
                facts.model_exact
                    || assistants().any(|tool| tool.model.as_ref().is_some_and(is_exact))
                    || in_request().is_some_and(|f| f.model_exact)
            }
            Fact::Proportion => {
                facts.proportion.is_some()
                    || own.proportion.is_some()
                    || ai().any(|ai| ai.proportion.is_some())
                    || in_request().is_some_and(|f| f.proportion.is_some())
            }
            Fact::Path => facts.integration_path.is_some() || own.path.is_some() || ai().any(|ai| ai.path.is_some()),
            Fact::Session => {
                facts.session.is_some()
                    || own.session.is_some()
                    || ai().any(|ai| ai.session.is_some())
                    || in_request().is_some_and(|f| f.session.is_some())
            }
            Fact::Prompt => {
                facts.prompt_reference.is_some() || own.prompt.is_some() || ai().any(|ai| ai.prompt.is_some())
            }
            Fact::Output => {
                facts.output_reference.is_some() || own.output.is_some() || ai().any(|ai| ai.output.is_some())
            }
            Fact::Accountable => {
                facts.accountable.is_some()
                    || own.accountable.is_some()
                    || self.declarations().any(|declared| declared.accountable.is_some())
            }
            Fact::SensitivePaths => {
                self.touches.is_empty() || {
                    let named = ai().flat_map(|ai| &ai.sensitive).chain(&own.sensitive);
                    let named: Vec<&str> = named.map(|class| class.as_str()).collect();
                    self.touches.iter().all(|touch| named.contains(&touch.class.as_str()))
                }
            }
        }
    }

    /// The classes of sensitive places that it touches.
    pub(crate) fn classes(&self) -> Vec<&str> {
        let mut classes: Vec<&str> = self.touches.iter().map(|touch| touch.class.as_str()).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// Whether a tool is named in a sign-off.
    pub(crate) fn tool_sign_off(&self) -> Option<u32> {
        let lines = self.trailers.iter().filter(|line| line.key.eq_ignore_ascii_case("signed-off-by"));
        lines.map(|line| line.line).find(|line| {
            let at = |statement: &&attest::Statement| statement.line == Some(*line);
            self.attestation
                .statements
                .iter()
                .filter(at)
                .any(|statement| statement.tool.is_some() && statement.role != Role::Denied && statement.is_credible())
        })
    }
}
