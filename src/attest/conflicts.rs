//! What does not fit together in what a commit declares, in neutral sentences: nobody is accused,
//! and nothing is decided by it.

use super::facts::{Finding, Key, People};
use super::{Contributor, Covers, Facts, Form, Role};
use crate::change::Commit;

/// Everything that does not fit.
pub(super) fn find(commit: &Commit, findings: &[Finding], people: &People, facts: &Facts) -> Vec<String> {
    let attesting: Vec<&Finding> = findings.iter().filter(|found| found.attests()).collect();
    let mut told = Vec::new();
    told.extend(denial(findings, &attesting));
    told.extend(only_people(findings, &attesting));
    told.extend(template(commit, &attesting));
    told.extend(sign_off(findings));
    told.extend(review(findings, &attesting));
    told.extend(unnamed_review(people, facts, &attesting));
    let authored = attesting.iter().any(|found| found.statement.form == Form::Author);
    if authored && facts.accountable.is_none() {
        told.push("A tool is the author, and no person is named.".to_owned());
    }
    told.extend(models(&attesting));
    told
}

fn name(found: &Finding) -> &str {
    found.statement.tool.as_deref().unwrap_or("an AI tool")
}

/// "No AI", and yet.
fn denial(findings: &[Finding], attesting: &[&Finding]) -> Option<String> {
    let whole = |found: &&Finding| found.statement.role == Role::Denied && found.statement.covers == Covers::Commit;
    findings.iter().filter(|found| found.is_credible()).find(whole)?;
    let of_commit = |found: &&&Finding| found.statement.covers == Covers::Commit;
    let named = |found: &&Finding| found.statement.tool.is_some();
    let marks: Vec<&Finding> = attesting.iter().filter(of_commit).copied().collect();
    if let Some(mark) = marks.iter().find(|found| named(found)).or(marks.first()) {
        return Some(format!("The commit says that no AI was used, and it also carries a mark of {}.", name(mark)));
    }
    let recorded = attesting.iter().find(|found| found.statement.covers == Covers::Lines)?;
    Some(format!("The commit says that no AI was used, and a record names lines of {}.", name(recorded)))
}

/// A mark in the message, and a recorder that saw only a person.
fn only_people(findings: &[Finding], attesting: &[&Finding]) -> Option<String> {
    let recorded = |found: &Finding| found.statement.covers == Covers::Lines;
    let people = findings.iter().any(|found| recorded(found) && found.statement.role == Role::Denied);
    let tools = attesting.iter().any(|found| recorded(found));
    let mark = attesting.iter().find(|found| found.statement.covers == Covers::Commit)?;
    let told =
        || format!("The commit carries a mark of {}, and its record names only lines that a person wrote.", name(mark));
    (people && !tools).then(told)
}

/// A mark that has nothing to speak of is one that a template or a hook adds to everything.
fn template(commit: &Commit, attesting: &[&Finding]) -> Option<String> {
    let in_message = |found: &&&Finding| matches!(found.statement.form, Form::Trailer | Form::Footer);
    let mark = attesting.iter().find(in_message).filter(|_| commit.unchanged)?;
    Some(format!("The commit changes no file, and it carries a mark of {}, as a template would add it.", name(mark)))
}

fn sign_off(findings: &[Finding]) -> Option<String> {
    let found = findings.iter().find(|found| found.key == Key::SignOff && found.is_credible())?;
    let tool = found.statement.tool.as_deref().unwrap_or("A tool");
    Some(format!("{tool} is named in a Signed-off-by line; a sign-off is a person's statement."))
}

/// The tool that wrote it says that it reviewed it.
fn review(findings: &[Finding], attesting: &[&Finding]) -> Option<String> {
    let wrote = |tool: &str| {
        let by =
            |found: &&Finding| found.statement.role == Role::Authored && found.statement.tool.as_deref() == Some(tool);
        attesting.iter().any(by)
    };
    let reviews = findings.iter().filter(|found| found.key == Key::Review && found.is_credible());
    let tool = reviews.filter_map(|found| found.statement.tool.as_deref()).find(|tool| wrote(tool))?;
    Some(format!("{tool} is named as a reviewer of a commit that it wrote; that is no person's review."))
}

/// "Reviewed by a person" on a commit that a tool made and that names no person.
fn unnamed_review(people: &People, facts: &Facts, attesting: &[&Finding]) -> Option<String> {
    let nobody = people.unnamed_review && facts.accountable.is_none() && !attesting.is_empty();
    nobody.then(|| "The commit says that a person reviewed it, and it names no person.".to_owned())
}

/// More than one model in the message; records name one for each of their lines.
fn models(attesting: &[&Finding]) -> Option<String> {
    let mut models: Vec<&str> = Vec::new();
    let of_commit = attesting.iter().filter(|found| found.statement.covers == Covers::Commit);
    for model in of_commit.filter_map(|found| found.model.as_ref()) {
        if !models.iter().any(|known| same_model(known, &model.name)) {
            models.push(&model.name);
        }
    }
    (models.len() > 1).then(|| format!("More than one model is named: {}.", models.join(", ")))
}

/// `Claude Opus 4.5` and `claude-opus-4-5` are one model.
fn same_model(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (a, b) = (letters(a), letters(b));
    a.contains(&b) || b.contains(&a)
}

/// What a contributor is called in a statement's role.
pub(super) fn role(contributor: Contributor) -> Role {
    match contributor {
        Contributor::Ai => Role::Authored,
        Contributor::Mixed => Role::Assisted,
        Contributor::Human => Role::Denied,
    }
}
