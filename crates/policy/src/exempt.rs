//! To whom and to what a policy does not apply: people, and kinds of commits.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::Policy;
use super::raw::Kind;
use super::subject::Subject;

use ai_detect_base::slices::before;

/// Why a policy does not apply to a commit. In JSON it is a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exemption {
    /// It exempts the commit's author.
    Author {
        /// The author's name.
        name: String,
    },
    /// It exempts people of the project, and the request is one of theirs.
    Member,
    /// It exempts requests with this label.
    Label {
        /// The label.
        label: String,
    },
    /// It exempts commits of this kind.
    Kind(Kind),
}

impl fmt::Display for Exemption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exemption::Author { name } => write!(out, "the policy exempts {name}"),
            Exemption::Member => {
                out.write_str("the policy exempts people of the project, and the request is one of theirs")
            }
            Exemption::Label { label } => write!(out, "the policy exempts requests with the label `{label}`"),
            Exemption::Kind(kind) => write!(out, "the policy exempts {}", kind.words()),
        }
    }
}

impl Serialize for Exemption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Exemption {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

/// Why the policy does not apply; none where it does.
pub(super) fn exempt(policy: &Policy, subject: &Subject<'_>) -> Option<Exemption> {
    let author = &subject.commit.author;
    let set = &policy.exempt_authors.set;
    if set.is_match(&author.name) || set.is_match(&author.email) {
        return Some(Exemption::Author { name: author.name.clone() });
    }
    if policy.exempt_members && subject.described.is_some_and(|request| request.by_member == Some(true)) {
        return Some(Exemption::Member);
    }
    let labels = subject.described.map_or(&[][..], |request| &request.labels);
    let is_exempt = |label: &&String| policy.exempt_labels.iter().any(|exempt| exempt.eq_ignore_ascii_case(label));
    if let Some(label) = labels.iter().find(is_exempt) {
        return Some(Exemption::Label { label: label.clone() });
    }
    policy.exempt_kinds.iter().copied().find(|kind| is_of(*kind, subject)).map(Exemption::Kind)
}

fn is_of(kind: Kind, subject: &Subject<'_>) -> bool {
    match kind {
        Kind::Merge => subject.commit.parents > 1,
        Kind::Revert => {
            subject.commit.subject().starts_with("Revert \"") && subject.commit.message.contains("This reverts commit ")
        }
        Kind::Program => !subject.author_is_person && subject.declared() != Some(true),
        Kind::Docs => !subject.paths.is_empty() && subject.paths.iter().all(|path| is_documentation(path)),
        Kind::Tests => !subject.paths.is_empty() && subject.paths.iter().all(|path| is_test(path)),
    }
}

fn is_documentation(path: &str) -> bool {
    let lower = path.to_lowercase();
    let name = lower.rsplit_once('/').map_or(lower.as_str(), |(_, name)| name);
    let ends = [".md", ".rst", ".adoc", ".txt", ".markdown"].iter().any(|end| name.ends_with(end));
    // Instructions to tools and requirement lists are no documentation.
    let acts = name.starts_with("requirements") || name == "cmakelists.txt";
    !acts && (ends || lower.starts_with("docs/") || lower.starts_with("doc/"))
}

/// Whether a path is one of tests.
pub fn is_test(path: &str) -> bool {
    let lower = path.to_lowercase();
    let folder =
        lower.split('/').rev().skip(1).any(|part| matches!(part, "test" | "tests" | "spec" | "__tests__" | "testdata"));
    let name = lower.rsplit_once('/').map_or(lower.as_str(), |(_, name)| name);
    let stem = before(name, ".");
    folder || stem.ends_with("_test") || stem.starts_with("test_") || name.contains(".test.") || name.contains(".spec.")
}
