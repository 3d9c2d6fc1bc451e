//! What becomes of attestations when a forge squashes a request into one commit.
//!
//! Predicts the message that the forge proposes unless a project or a person changes it, reads it
//! as any other message, and compares.

use std::collections::HashSet;

use ai_detect_attest::{self as attest, Attestation, Registry, Role, State, Statement};
use ai_detect_base::change::{Commit, Person};
use ai_detect_base::vocabulary::message::Message;
use ai_detect_base::vocabulary::note::Note;
use ai_detect_base::vocabulary::trailers::{self, Trailer};

/// Whose defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// One commit: its message. Several: the request's title, all their messages, and co-authors.
    Github,
    /// The request's title, and nothing else.
    Gitlab,
}

/// The request that is squashed.
#[derive(Debug, Clone, Default)]
pub struct SquashRequest {
    /// Its title; the last commit's subject stands in for it.
    pub title: Option<String>,
    /// Its number.
    pub number: Option<u64>,
}

/// A commit of the request.
#[derive(Debug)]
pub struct Part<'a> {
    /// The commit.
    pub commit: &'a Commit,
    /// What it declares.
    pub attestation: Attestation,
    /// Our note on it.
    pub note: Option<Note>,
}

/// What a squash does to attestations.
#[derive(Debug)]
pub struct Outcome {
    /// The message that the forge proposes.
    pub message: Message,
    /// What it still declares.
    pub kept: Attestation,
    /// What would be lost, by commit: a sentence each.
    pub lost: Vec<(String, String)>,
    /// The trailers that keep it, where anything is lost.
    pub keep: Vec<Trailer>,
}

/// Predicts; commits come parents first.
pub fn predict(forge: Forge, request: &SquashRequest, parts: &[Part<'_>], registry: &Registry) -> Outcome {
    let single: Vec<&Part<'_>> = parts.iter().filter(|part| part.commit.parents < 2).collect();
    let message = match forge {
        Forge::Github => github(request, &single),
        Forge::Gitlab => title(request, &single) + "\n",
    };
    let commit = squashed(message, &single);
    let kept = attest::read(&commit, registry);
    let mut comparison = Comparison::with(After::new(&commit, &kept));
    for part in &single {
        comparison.add(part);
    }
    let Comparison { lost, keep, .. } = comparison;
    Outcome { message: commit.message, kept, lost, keep }
}

fn title(request: &SquashRequest, parts: &[&Part<'_>]) -> String {
    let subject = || parts.last().map_or_else(String::new, |part| part.commit.subject().to_owned());
    let title = request.title.clone().unwrap_or_else(subject);
    request.number.map_or(title.clone(), |number| format!("{title} (#{number})"))
}

fn github(request: &SquashRequest, parts: &[&Part<'_>]) -> String {
    if let [only] = parts {
        let (subject, body) = cut(&only.commit.message);
        let subject = request.number.map_or(subject.to_owned(), |number| format!("{subject} (#{number})"));
        return joined(&subject, body);
    }
    let mut text = title(request, parts);
    for part in parts {
        let (subject, body) = cut(&part.commit.message);
        text.push_str(&format!("\n\n* {subject}"));
        if !body.is_empty() {
            text.push_str(&format!("\n\n{body}"));
        }
    }
    let co_authors = co_authors(parts);
    if !co_authors.is_empty() {
        text.push_str("\n\n---------\n\n");
        text.push_str(&co_authors.join("\n"));
    }
    text + "\n"
}

fn cut(message: &str) -> (&str, &str) {
    let message = message.trim();
    let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
    (subject.trim_end(), body.trim())
}

fn joined(subject: &str, body: &str) -> String {
    if body.is_empty() { format!("{subject}\n") } else { format!("{subject}\n\n{body}\n") }
}

/// The co-authors of all messages, and the authors who did not open the request: each once.
fn co_authors(parts: &[&Part<'_>]) -> Vec<String> {
    let opener = parts.first().map(|part| part.commit.author.email.to_lowercase());
    let (mut lines, mut seen) = (Vec::new(), HashSet::new());
    for part in parts {
        let author = &part.commit.author;
        let is_other = Some(author.email.to_lowercase()) != opener;
        let author = is_other.then(|| format!("{} <{}>", author.name, author.email));
        let trailers = part.commit.message.stated();
        let named = trailers.into_iter().filter(|line| line.is("Co-authored-by")).map(|line| line.value);
        for value in author.into_iter().chain(named) {
            let line = format!("Co-authored-by: {value}");
            if seen.insert(line.to_ascii_lowercase()) {
                lines.push(line);
            }
        }
    }
    lines
}

/// The squashed commit: its author is whoever opened the request.
fn squashed(message: String, parts: &[&Part<'_>]) -> Commit {
    // Without commits there is nobody.
    let author = parts.first().map_or_else(Person::default, |part| part.commit.author.clone());
    Commit { committer: author.clone(), author, message: message.into(), ..Commit::default() }
}

/// What a statement says, whatever its words.
type Says<'a> = (Option<&'a str>, Option<&'a str>, Role);

fn says(statement: &Statement) -> Says<'_> {
    (statement.tool.as_deref(), statement.model.as_deref(), statement.role)
}

/// What the predicted message declares, for many questions.
struct After<'a> {
    says: HashSet<Says<'a>>,
    /// Where git looks for trailers.
    says_strictly: HashSet<Says<'a>>,
    trailers: HashSet<Trailer>,
    /// Trailers where git looks for them: the key in lower case, and the value.
    strict_trailers: HashSet<(String, &'a str)>,
    state: State,
}

impl<'a> After<'a> {
    fn new(commit: &'a Commit, kept: &'a Attestation) -> Self {
        let attesting = || kept.statements.iter().filter(|statement| statement.attests());
        let strict = commit.message.trailers().iter().filter(|line| line.strict);
        After {
            says: attesting().map(says).collect(),
            says_strictly: attesting().filter(|statement| statement.strict).map(says).collect(),
            trailers: commit.message.stated().into_iter().collect(),
            strict_trailers: strict.map(|line| (line.key.to_ascii_lowercase(), line.value.as_str())).collect(),
            state: kept.state,
        }
    }
}

/// What commits declare and the predicted message does not, or only where git does not look.
struct Comparison<'a> {
    after: After<'a>,
    lost: Vec<(String, String)>,
    /// The lines and quotes that are in `lost`.
    named: HashSet<String>,
    keep: Vec<Trailer>,
    kept_lines: HashSet<Trailer>,
}

impl<'a> Comparison<'a> {
    fn with(after: After<'a>) -> Self {
        Comparison { after, lost: Vec::new(), named: HashSet::new(), keep: Vec::new(), kept_lines: HashSet::new() }
    }

    fn add(&mut self, part: &Part<'_>) {
        let id = part.commit.id.get(..8).unwrap_or(&part.commit.id).to_owned();
        self.add_statements(part, &id);
        if part.attestation.state == State::Denied && self.after.state != State::Denied {
            self.lost.push((id.clone(), "that no AI was used is gone, and would not be true of the whole".into()));
        }
        // Our own facts stand in trailers that `attest` need not know.
        for line in part.commit.message.stated().into_iter().filter(is_fact) {
            let key = line.key.to_ascii_lowercase();
            if !self.after.strict_trailers.contains(&(key, line.value.as_str())) {
                let is_there = self.after.trailers.contains(&line);
                let how = if is_there { "no longer where git looks for trailers" } else { "gone" };
                if self.named.insert(line.to_string()) {
                    self.lost.push((id.clone(), format!("“{line}” is {how}")));
                }
                self.keep(line);
            }
        }
        if let Some(note) = &part.note {
            let attestations = match note.attestations.len() {
                1 => "an attestation".to_owned(),
                several => format!("{several} attestations"),
            };
            let stays = "stays with the old commit; after the merge, `ai-detect attest carry` takes it along";
            self.lost.push((id, format!("the note with {attestations} {stays}")));
        }
    }

    fn add_statements(&mut self, part: &Part<'_>, id: &str) {
        let mut keeps_declaration = false;
        for statement in part.attestation.statements.iter().filter(|statement| statement.attests()) {
            let said = says(statement);
            let is_known = self.after.says.contains(&said);
            let is_visible = if statement.strict { self.after.says_strictly.contains(&said) } else { is_known };
            if is_visible {
                continue;
            }
            let how =
                if is_known { "is still in the text, but no longer where git looks for trailers" } else { "is gone" };
            self.named.insert(statement.quote.clone());
            self.lost.push((id.to_owned(), format!("“{}” {how}", statement.quote)));
            match statement.quote.split_once(": ").filter(|_| statement.strict) {
                Some((key, value)) => self.keep(Trailer::new(key, value)),
                // The whole declaration is kept, once.
                None if !keeps_declaration => {
                    keeps_declaration = true;
                    let declared: Vec<Trailer> = match &part.note {
                        Some(note) => {
                            note.attestations.iter().flat_map(|one| trailers::write(&one.declaration)).collect()
                        }
                        None => ai_detect_attest::declaration_of(&part.attestation)
                            .iter()
                            .flat_map(trailers::write)
                            .collect(),
                    };
                    declared.into_iter().for_each(|line| self.keep(line));
                }
                None => {}
            }
        }
    }

    fn keep(&mut self, line: Trailer) {
        if self.kept_lines.insert(line.clone()) {
            self.keep.push(line);
        }
    }
}

/// Facts that are true of a squashed commit as of its parts. A share is not.
fn is_fact(line: &Trailer) -> bool {
    [trailers::PATH, trailers::SESSION, trailers::PROMPT, trailers::OUTPUT, trailers::SENSITIVE, trailers::ACCOUNTABLE]
        .iter()
        .any(|key| line.is(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_base::vocabulary::message::with_trailers;

    fn commit(id: &str, author: &str, message: &str) -> Commit {
        let author = Person { name: author.into(), email: format!("{}@example.org", author.to_lowercase()) };
        Commit {
            id: id.repeat(40),
            parents: 1,
            committer: author.clone(),
            author,
            message: message.into(),
            ..Commit::default()
        }
    }

    fn of(forge: Forge, commits: &[Commit]) -> Outcome {
        let registry = Registry::builtin().unwrap();
        let part = |commit| Part { commit, attestation: attest::read(commit, registry), note: None };
        let parts: Vec<Part<'_>> = commits.iter().map(part).collect();
        predict(forge, &SquashRequest { title: Some("Add a parser".into()), number: Some(7) }, &parts, registry)
    }

    fn two() -> [Commit; 2] {
        [
            commit("a", "Ann", "One\n\nWhy.\n\nAssisted-by: Codex:gpt-5.5\nAI-Session: 7f3a\n"),
            commit("b", "Bob", "Two\n\nCo-authored-by: Claude <noreply@anthropic.com>\n"),
        ]
    }

    #[test]
    fn github_joins_messages_and_gathers_co_authors() {
        let outcome = of(Forge::Github, &two());
        assert_eq!(
            outcome.message,
            "Add a parser (#7)\n\n* One\n\nWhy.\n\nAssisted-by: Codex:gpt-5.5\nAI-Session: 7f3a\n\n* Two\n\n\
             Co-authored-by: Claude <noreply@anthropic.com>\n\n---------\n\nCo-authored-by: Bob <bob@example.org>\n\
             Co-authored-by: Claude <noreply@anthropic.com>\n"
        );
        let lost: Vec<&str> = outcome.lost.iter().map(|(_, text)| text.as_str()).collect();
        assert!(
            lost[0].contains("Assisted-by: Codex:gpt-5.5") && lost[0].contains("no longer where git looks"),
            "{lost:?}"
        );
        assert!(!lost.iter().any(|text| text.contains("Claude")), "GitHub keeps co-authors: {lost:?}");
        let keep: Vec<String> = outcome.keep.iter().map(ToString::to_string).collect();
        assert_eq!(keep, ["Assisted-by: Codex:gpt-5.5", "AI-Session: 7f3a"]);
    }

    #[test]
    fn one_commit_keeps_its_message_on_github() {
        let outcome = of(Forge::Github, &two()[..1]);
        assert!(outcome.message.starts_with("One (#7)\n\nWhy.\n\nAssisted-by"), "{}", outcome.message);
        assert!(outcome.lost.is_empty(), "{:?}", outcome.lost);
    }

    #[test]
    fn what_a_note_says_is_kept_in_its_own_words() {
        let registry = Registry::builtin().unwrap();
        let written = "x\n\nAssisted-by: Claude Code:claude-opus-4-8 sparse\nAI-Sensitive: authentication\n";
        let note = Note::of(trailers::read(&Message::from(written).stated()).declaration.unwrap());
        let record = ai_detect_base::change::Record {
            place: ai_detect_base::vocabulary::note::REF,
            content: Ok(note.write().into_bytes().into()),
        };
        let with_note = Commit { records: vec![record], ..commit("a", "Ann", "One\n") };
        let attestation = attest::read(&with_note, registry);
        let part = Part { commit: &with_note, attestation, note: Some(note) };
        let outcome = predict(Forge::Gitlab, &SquashRequest::default(), &[part], registry);
        let keep: Vec<String> = outcome.keep.iter().map(ToString::to_string).collect();
        assert_eq!(keep, ["Assisted-by: Claude Code:claude-opus-4-8 sparse", "AI-Sensitive: authentication"]);
        assert!(outcome.lost.iter().any(|(_, text)| text.starts_with("the note with an attestation stays")));
    }

    #[test]
    fn gitlab_keeps_the_title_only() {
        let outcome = of(Forge::Gitlab, &two());
        assert_eq!(outcome.message, "Add a parser (#7)\n");
        assert_eq!(outcome.kept.state, State::Absent);
        assert_eq!(outcome.lost.len(), 3, "{:?}", outcome.lost);
        let with = with_trailers(&outcome.message, &outcome.keep);
        let again = attest::read(&commit("c", "Ann", &with), Registry::builtin().unwrap());
        let tools: Vec<_> = again.statements.iter().filter_map(|statement| statement.tool.as_deref()).collect();
        assert!(tools.contains(&"Codex") && tools.contains(&"Claude"), "{tools:?}");
    }
}
