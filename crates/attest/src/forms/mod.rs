//! The forms of attestation: one file a form, and [`ALL`], the only list of them.
//!
//! Everything that depends on a form asks its [`FormSpec`]: JSON and its schema, policies, tables, texts, the docs, the
//! tests and the fuzzers. A new form is a file here, with its reader and a sample, and a line in [`ALL`].
//!
//! Markers of the registry are found in the message, in identities and in requests; those forms have no reader of their
//! own. Records stand beside a commit: each form of them says where, and reads them.

mod agent_trace;
mod agent_trace_cli;
mod ai_declaration;
mod aiir;
mod attest_note;
mod git_ai;
mod header_note;
mod identity;
mod message;
mod request;
mod whogitit;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::records::Reading;
use super::repository::RepositoryClaim;
use ai_detect_base::change::{Record, RecordPlace};

pub use git_ai::NOTES as GIT_AI_NOTES;

/// All forms, in the order in which tables list them.
pub static ALL: &[&FormSpec] = &[
    &message::TRAILER,
    &identity::AUTHOR,
    &identity::COMMITTER,
    &message::FOOTER,
    &message::SESSION_LINK,
    &git_ai::FORM,
    &whogitit::FORM,
    &header_note::FORM,
    &agent_trace::FORM,
    &aiir::FORM,
    &attest_note::FORM,
    &request::BODY,
    &request::TITLE,
    &request::BRANCH,
    &request::LABEL,
    &ai_declaration::FORM,
];

/// A form of attestation.
#[derive(Debug)]
pub struct FormSpec {
    /// The word for it in JSON, policies, tables and the docs.
    pub id: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Where it stands, in a sentence.
    pub about: &'static str,
    /// Where it is found.
    pub found: Found,
}

/// Where a form is found, and who reads it there.
#[derive(Debug)]
pub enum Found {
    /// In a commit's message, by the markers of the registry.
    Message,
    /// In a commit's author or committer, by the markers of the registry.
    Identity,
    /// In the description of a request, by the markers of the registry.
    Description,
    /// In what else is known of a request, by the registry's branches and labels.
    Request,
    /// Beside a commit, by its own reader.
    Record(RecordSpec),
    /// In a file about the repository as a whole, by its own reader. It is no statement about any commit.
    Repository(RepositorySpec),
}

/// A form of file about a repository.
#[derive(Debug)]
pub struct RepositorySpec {
    /// Where the file is.
    pub place: RecordPlace,
    /// Reads its text, or says why it cannot be read.
    pub(super) read: fn(&str) -> Result<RepositoryClaim, String>,
    /// A valid file.
    pub sample: &'static str,
}

/// A form that tools record beside a commit.
#[derive(Debug)]
pub struct RecordSpec {
    /// Where the records are kept.
    pub place: RecordPlace,
    /// For a form that shares its place with another: whether a text is of this form. The other one gets the rest.
    pub(super) recognises: Option<fn(&str) -> bool>,
    /// How a record is read.
    pub(super) read: Read,
    /// How far a record is trusted.
    pub(super) trust: Trust,
    /// A valid record of the commit `00ff00ff…`.
    pub sample: &'static str,
}

/// The commit that samples are about.
#[cfg(test)]
pub(crate) const SAMPLE_COMMIT: &str = "00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff";

/// How a record is read.
#[derive(Debug)]
pub(super) enum Read {
    /// By a reader of its own.
    Recorder {
        /// What reports call the marker of its statements.
        marker: &'static str,
        /// Reads the text of a record of a commit, of which the full id is given.
        reader: fn(&str, &str) -> Reading,
    },
    /// Like a message's trailers.
    Headers,
}

/// How far a record is trusted. Anybody who can push a ref or a file can write one, so it is a claim unless it is signed.
#[derive(Debug)]
pub(super) enum Trust {
    /// No signature is known for this form.
    Claim,
    /// It is more than a claim where somebody known signed it.
    Signed(SignedText),
    /// It may be signed in a way that is not checked, for this reason.
    Unchecked(&'static str),
}

/// From a record's content and the full id of its commit: the armoured signature, where there is one, and the text that
/// it is made over.
pub(super) type SignedText = for<'a> fn(&'a [u8], &str) -> (Option<&'a str>, Vec<u8>);

/// A form of [`ALL`], which knows its [`FormSpec`].
#[derive(Clone, Copy)]
pub struct Form(&'static FormSpec);

/// The forms that the registry's markers have.
impl Form {
    /// A `Key: value` line of the message.
    pub const TRAILER: Form = Form(&message::TRAILER);
    pub(super) const AUTHOR: Form = Form(&identity::AUTHOR);
    pub(super) const COMMITTER: Form = Form(&identity::COMMITTER);
    pub(super) const FOOTER: Form = Form(&message::FOOTER);
    pub(super) const SESSION_LINK: Form = Form(&message::SESSION_LINK);
    pub(super) const REQUEST_BODY: Form = Form(&request::BODY);
    pub(super) const TITLE: Form = Form(&request::TITLE);
    pub(super) const BRANCH: Form = Form(&request::BRANCH);
    pub(super) const LABEL: Form = Form(&request::LABEL);

    /// All forms, in the order in which tables list them.
    pub fn all() -> impl Iterator<Item = Form> {
        ALL.iter().copied().map(Form)
    }

    /// The form with this [`FormSpec::id`].
    pub fn of_id(id: &str) -> Option<Form> {
        Form::all().find(|form| form.id == id)
    }

    /// The form of a record. Only places of forms are looked at, so each record has one.
    pub(super) fn of_record(record: &Record) -> Option<Form> {
        let text = record.content.as_ref().ok().and_then(|content| std::str::from_utf8(content).ok());
        let here = || Form::all().filter(|form| form.record().is_some_and(|spec| spec.place.name() == record.place));
        let recognises = |form: &Form| {
            let recognises = form.record().and_then(|spec| spec.recognises);
            recognises.zip(text).is_some_and(|(recognises, text)| recognises(text))
        };
        let has_the_rest = |form: &Form| form.record().is_some_and(|spec| spec.recognises.is_none());
        here().find(recognises).or_else(|| here().find(has_the_rest))
    }

    /// Whether a statement can stand in it. What is said of a repository as a whole is none about a commit or request.
    fn is_of_statements(&self) -> bool {
        !matches!(self.found, Found::Repository(_))
    }

    fn place_in_all(self) -> Option<usize> {
        Form::all().position(|form| form == self)
    }
}

impl FormSpec {
    /// What is special to records, where it is one.
    pub fn record(&self) -> Option<&RecordSpec> {
        match &self.found {
            Found::Record(spec) => Some(spec),
            Found::Message | Found::Identity | Found::Description | Found::Request | Found::Repository(_) => None,
        }
    }

    /// Where its records are kept, where it has any.
    pub fn place(&self) -> Option<RecordPlace> {
        match &self.found {
            Found::Record(spec) => Some(spec.place),
            Found::Repository(spec) => Some(spec.place),
            Found::Message | Found::Identity | Found::Description | Found::Request => None,
        }
    }

    /// A valid record of it, where it has any.
    pub fn sample(&self) -> Option<&'static str> {
        match &self.found {
            Found::Record(spec) => Some(spec.sample),
            Found::Repository(spec) => Some(spec.sample),
            Found::Message | Found::Identity | Found::Description | Found::Request => None,
        }
    }

    /// Whether it is a note on a commit.
    pub fn is_note(&self) -> bool {
        self.record().is_some_and(|spec| matches!(spec.place, RecordPlace::Notes(_)))
    }

    /// Whether a commit can have it.
    pub fn is_of_commits(&self) -> bool {
        match self.found {
            Found::Message | Found::Identity | Found::Record(_) => true,
            Found::Description | Found::Request | Found::Repository(_) => false,
        }
    }

    /// Whether policies can name it. They ask for a request's labels in their own way, and for no branches.
    pub fn is_for_policies(&self) -> bool {
        self.is_of_commits() || matches!(self.found, Found::Description)
    }
}

/// Where records of all forms are kept, each place once.
pub fn places() -> Vec<RecordPlace> {
    let mut places: Vec<RecordPlace> = Vec::new();
    for place in ALL.iter().filter_map(|form| form.place()) {
        if places.iter().all(|known| known.name() != place.name()) {
            places.push(place);
        }
    }
    places
}

/// The refs under which notes of any form are kept, each once.
pub fn notes_refs() -> Vec<&'static str> {
    let of_notes = |place| match place {
        RecordPlace::Notes(name) => Some(name),
        RecordPlace::Lines { .. } | RecordPlace::File(_) => None,
    };
    places().into_iter().filter_map(of_notes).collect()
}

impl Deref for Form {
    type Target = FormSpec;

    fn deref(&self) -> &FormSpec {
        self.0
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id)
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        self.id == other.id
    }
}

impl Eq for Form {}

impl Hash for Form {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl PartialOrd for Form {
    fn partial_cmp(&self, other: &Form) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Form {
    fn cmp(&self, other: &Form) -> Ordering {
        self.place_in_all().cmp(&other.place_in_all())
    }
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Form, D::Error> {
        let id = Cow::<str>::deserialize(deserializer)?;
        Form::of_id(&id)
            .filter(Form::is_of_statements)
            .ok_or_else(|| de::Error::custom(format!("no form of attestation is called `{id}`")))
    }
}

impl JsonSchema for Form {
    fn schema_name() -> Cow<'static, str> {
        "Form".into()
    }

    fn schema_id() -> Cow<'static, str> {
        concat!(module_path!(), "::Form").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let of = |form: Form| serde_json::json!({"description": form.about, "type": "string", "const": form.id});
        let all: Vec<serde_json::Value> = Form::all().filter(Form::is_of_statements).map(of).collect();
        json_schema!({"description": "Where a statement stands.", "oneOf": all})
    }
}

#[cfg(test)]
mod tests;
