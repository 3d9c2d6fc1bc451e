//! To whom and to what a policy does not apply: people, and kinds of commits.

use super::Policy;
use super::raw::Kind;
use super::subject::Subject;

/// Why the policy does not apply.
pub(super) fn exempt(policy: &Policy, subject: &Subject<'_>) -> Option<String> {
    let author = &subject.commit.author;
    let set = &policy.exempt_authors.set;
    if set.is_match(&author.name) || set.is_match(&author.email) {
        return Some(format!("the policy exempts {}", author.name));
    }
    if policy.exempt_members && subject.described.is_some_and(|request| request.by_member == Some(true)) {
        return Some("the policy exempts people of the project, and the request is one of theirs".into());
    }
    let is = |kind: Kind| match kind {
        Kind::Merge => subject.commit.parents > 1,
        Kind::Revert => {
            subject.commit.subject().starts_with("Revert \"") && subject.commit.message.contains("This reverts commit ")
        }
        Kind::Program => !subject.author_is_person && subject.declared() != Some(true),
        Kind::Docs => !subject.paths.is_empty() && subject.paths.iter().all(|path| is_documentation(path)),
        Kind::Tests => !subject.paths.is_empty() && subject.paths.iter().all(|path| is_test(path)),
    };
    let kind = policy.exempt_kinds.iter().copied().find(|kind| is(*kind))?;
    let word = match kind {
        Kind::Merge => "merges",
        Kind::Revert => "reverts",
        Kind::Program => "commits by programs",
        Kind::Docs => "changes of documentation",
        Kind::Tests => "changes of tests",
    };
    Some(format!("the policy exempts {word}"))
}

fn is_documentation(path: &str) -> bool {
    let lower = path.to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
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
    let name = lower.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    folder || stem.ends_with("_test") || stem.starts_with("test_") || name.contains(".test.") || name.contains(".spec.")
}
