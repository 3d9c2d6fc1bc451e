//! Finds what does not fit together in what a commit declares. Nothing is decided by it.

use std::collections::BTreeSet;

use super::declared::Model;
use super::facts::{Finding, Key, People};
use super::{Conflict, Contributor, Covers, Facts, Form, Role, Statement};
use ai_detect_base::change::Commit;

/// Everything that does not fit.
pub(super) fn find(commit: &Commit, findings: &[Finding], people: &People, facts: &Facts) -> Vec<Conflict> {
    let attesting: Vec<&Finding> = findings.iter().filter(|found| found.attests()).collect();
    let checks = [
        denied(findings, &attesting),
        recorded_as_human(findings, &attesting),
        without_change(commit, &attesting),
        signed_off_by_tool(findings),
        reviewed_by_its_tool(findings, &attesting),
        unnamed_review(people, facts, &attesting),
        nobody_answers(facts, &attesting),
        several_models(&attesting),
    ];
    checks.into_iter().flatten().collect()
}

/// "No AI", and yet.
fn denied(findings: &[Finding], attesting: &[&Finding]) -> Option<Conflict> {
    let of_commit = |found: &Finding| found.statement.covers == Covers::Commit;
    let denies = |found: &Finding| found.is_credible() && found.statement.role == Role::Denied && of_commit(found);
    findings.iter().find(|found| denies(found))?;
    let marks: Vec<&Finding> = attesting.iter().filter(|found| of_commit(found)).copied().collect();
    if let Some(mark) = marks.iter().find(|found| found.statement.tool.is_some()).or(marks.first()) {
        return Some(Conflict::DeniedAndMarked { tool: mark.statement.tool.clone() });
    }
    let recorded = attesting.iter().find(|found| found.statement.covers == Covers::Lines)?;
    Some(Conflict::DeniedAndRecorded { tool: recorded.statement.tool.clone() })
}

/// A mark in the message, and a recorder that saw only a person.
fn recorded_as_human(findings: &[Finding], attesting: &[&Finding]) -> Option<Conflict> {
    let is_recorded = |found: &Finding| found.statement.covers == Covers::Lines;
    let people = findings.iter().any(|found| is_recorded(found) && found.statement.role == Role::Denied);
    let tools = attesting.iter().any(|found| is_recorded(found));
    let mark = attesting.iter().find(|found| found.statement.covers == Covers::Commit)?;
    (people && !tools).then(|| Conflict::MarkedAndRecordedAsHuman { tool: mark.statement.tool.clone() })
}

/// A template or a hook adds its mark to everything, also to a commit without a change.
fn without_change(commit: &Commit, attesting: &[&Finding]) -> Option<Conflict> {
    let mark = attesting.iter().find(|found| is_in_message(&found.statement)).filter(|_| commit.unchanged)?;
    Some(Conflict::MarkWithoutChange { tool: mark.statement.tool.clone() })
}

fn is_in_message(statement: &Statement) -> bool {
    [Form::TRAILER, Form::FOOTER].contains(&statement.form)
}

/// Whether what does not fit depends on whether the commit changes any file, so that this is worth a look-up.
pub(super) fn depends_on_change(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| statement.attests() && is_in_message(statement))
}

fn signed_off_by_tool(findings: &[Finding]) -> Option<Conflict> {
    let found = findings.iter().find(|found| found.key == Key::SignOff && found.is_credible())?;
    Some(Conflict::SignedOffByTool { tool: found.statement.tool.clone() })
}

/// The tool that wrote it says that it reviewed it.
fn reviewed_by_its_tool(findings: &[Finding], attesting: &[&Finding]) -> Option<Conflict> {
    let wrote = |tool: &str| {
        let by =
            |found: &&Finding| found.statement.role == Role::Authored && found.statement.tool.as_deref() == Some(tool);
        attesting.iter().any(by)
    };
    let reviews = findings.iter().filter(|found| found.key == Key::Review && found.is_credible());
    let tool = reviews.filter_map(|found| found.statement.tool.as_deref()).find(|tool| wrote(tool))?;
    Some(Conflict::ReviewedByItsTool { tool: tool.to_owned() })
}

/// "Reviewed by a person" on a commit that a tool made and that names no person.
fn unnamed_review(people: &People, facts: &Facts, attesting: &[&Finding]) -> Option<Conflict> {
    let nobody = people.unnamed_review && facts.accountable.is_none() && !attesting.is_empty();
    nobody.then_some(Conflict::UnnamedReview)
}

/// A tool is the author, and nobody answers for it.
fn nobody_answers(facts: &Facts, attesting: &[&Finding]) -> Option<Conflict> {
    let by_tool = attesting.iter().any(|found| found.statement.form == Form::AUTHOR);
    (by_tool && facts.accountable.is_none()).then_some(Conflict::NobodyAnswers)
}

/// More than one model in the message; records name one for each of their lines.
fn several_models(attesting: &[&Finding]) -> Option<Conflict> {
    let of_commit = attesting.iter().filter(|found| found.statement.covers == Covers::Commit);
    // A line that names two tools, each with its model, fits together. What one line says stands side by side.
    let mut first: Option<&Finding> = None;
    let mut models = Vec::new();
    for found in of_commit {
        let on_line =
            first.filter(|first| first.statement.line.is_some() && first.statement.line == found.statement.line);
        let first = *first.insert(on_line.unwrap_or(found));
        if found.statement.tool.is_none() || found.statement.tool == first.statement.tool {
            models.extend(&found.model);
        }
    }
    let (models, more) = different(models.into_iter());
    if models.len() + more < 2 {
        return None;
    }
    let more = more + models.len().saturating_sub(MAX_NAMED);
    let models = models.iter().take(MAX_NAMED).map(|name| name.chars().take(MAX_NAME).collect()).collect();
    Some(Conflict::SeveralModels { models, more })
}

/// The most models that one conflict names.
const MAX_NAMED: usize = 10;
/// The most characters of a model's name that it keeps.
const MAX_NAME: usize = 80;
/// The most names that are compared with each other; further ones only count, by their spelling.
const MAX_COMPARED: usize = 64;

/// The names of different models in their order, and how many more there are.
fn different<'a>(models: impl Iterator<Item = &'a Model>) -> (Vec<&'a str>, usize) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut names: Vec<Name<'a>> = Vec::new();
    let mut more = 0;
    for model in models {
        let letters = letters(&model.name);
        if seen.contains(&letters) {
            continue;
        }
        if names.len() < MAX_COMPARED {
            names.push(Name::new(model, letters.clone()));
        } else {
            more += 1;
        }
        seen.insert(letters);
    }
    // Who names a family or leaves out the date means one of those that others name in full.
    let mut order: Vec<&Name<'a>> = names.iter().collect();
    order.sort_by_key(|name| (name.is_family, name.date.is_none()));
    let mut kept: Vec<&Name<'a>> = Vec::new();
    for name in order {
        if !kept.iter().any(|known| known.is_same(name)) {
            kept.push(name);
        }
    }
    let is_kept = |name: &&Name<'a>| kept.iter().any(|known| std::ptr::eq(*known, *name));
    (names.iter().filter(is_kept).map(|name| name.written).collect(), more)
}

/// A model's name, taken apart.
struct Name<'a> {
    written: &'a str,
    /// All that counts of it: `Claude Opus 4.5` and `claude-opus-4-5` are one model.
    letters: String,
    /// The same without a date and a mode at its end.
    model: String,
    date: Option<String>,
    /// Whether it stands for several models.
    is_family: bool,
}

/// Of these a version alone is no model: there is a `Gemini 2.5 Pro`, and no `Gemini 2.5`.
const FAMILIES: [&str; 4] = ["gemini", "gemma", "llama", "qwen"];
/// How hard a model thinks, how much it is shown, or what it costs does not make it another.
const MODES: [&str; 9] = ["thinking", "minimal", "low", "medium", "high", "xhigh", "1m", "preview", "free"];

impl<'a> Name<'a> {
    fn new(model: &'a Model, letters: String) -> Self {
        let bare = |family: &&str| letters.strip_prefix(*family).is_some_and(|rest| rest.bytes().all(is_digit));
        let is_family = !model.exact || !has_digit(&letters) || FAMILIES.iter().any(bare);
        let lower = model.name.to_lowercase();
        let all: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let (mut words, mut date) = (all.as_slice(), None);
        while let Some((rest, end)) = without_end(words) {
            words = rest;
            date = date.or(end);
        }
        Name { written: &model.name, letters, model: words.concat(), date, is_family }
    }

    fn is_same(&self, other: &Name<'_>) -> bool {
        if self.is_family || other.is_family {
            return self.letters.contains(&other.letters) || other.letters.contains(&self.letters);
        }
        let dates = self.date.is_none() || other.date.is_none() || self.date == other.date;
        dates && (is_more_of(&self.model, &other.model) || is_more_of(&other.model, &self.model))
    }
}

/// `openai/gpt-5.5` and `Claude Opus 4.5` say who makes it, `gpt-5.5` and `opus-4.5` do not.
fn is_more_of(long: &str, short: &str) -> bool {
    long.strip_suffix(short).is_some_and(|maker| !has_digit(maker))
}

/// The words of a name without a date or mode at their end, and the date; nothing where they have none, or where no
/// version would be left.
fn without_end<'w>(words: &'w [&'w str]) -> Option<(&'w [&'w str], Option<String>)> {
    let (rest, date) = match words {
        [rest @ .., mode] if MODES.contains(mode) => (rest, None),
        // As Amazon writes it: `claude-sonnet-4-20250514-v1:0`.
        [rest @ .., "v1" | "v2", _] if dated(rest).is_some() => (rest, None),
        _ => dated(words).map(|(rest, date)| (rest, Some(date)))?,
    };
    rest.iter().any(|word| has_digit(word)).then_some((rest, date))
}

/// The words before a date, and the date: `20250514`, `2024-08-06`, `05-06` or `0613`.
fn dated<'w>(words: &'w [&'w str]) -> Option<(&'w [&'w str], String)> {
    let is_date = |text: &str| match text.split_at_checked(4) {
        Some((day, "")) => is_day(day),
        Some((year, day)) => year.starts_with("20") && is_day(day) && year.bytes().all(is_digit),
        None => false,
    };
    for parts in [1, 3, 2] {
        let Some((rest, date)) = words.len().checked_sub(parts).and_then(|at| words.split_at_checked(at)) else {
            continue;
        };
        let whole = parts == 1 || date.iter().rev().take(2).all(|part| part.len() == 2);
        let date = date.concat();
        if whole && is_date(&date) {
            return Some((rest, date));
        }
    }
    None
}

/// A month and a day, in two digits each.
fn is_day(text: &str) -> bool {
    let number = |text: &str, most: u32| text.parse().is_ok_and(|number: u32| (1..=most).contains(&number));
    let parts = text.split_at_checked(2).filter(|_| text.len() == 4 && text.bytes().all(is_digit));
    parts.is_some_and(|(month, day)| number(month, 12) && number(day, 31))
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(is_digit)
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// What a contributor is called in a statement's role.
pub(super) fn role(contributor: Contributor) -> Role {
    match contributor {
        Contributor::Ai => Role::Authored,
        Contributor::Mixed => Role::Assisted,
        Contributor::Human => Role::Denied,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Registry, read};
    use super::*;
    use ai_detect_base::change::Person;

    /// The names of different models, as the registry knows which are families.
    fn told(names: &[&str]) -> Vec<String> {
        let exact = |name: &str| Registry::builtin().unwrap().model(name).map_or(has_digit(name), |found| found.exact);
        let model = |name: &&str| Model { name: (*name).to_owned(), exact: exact(name) };
        let models: Vec<Model> = names.iter().map(model).collect();
        different(models.iter()).0.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn one_model_in_two_spellings_is_one() {
        for (a, b) in [
            ("Claude Opus 4.5", "claude-opus-4-5"),
            ("Claude Sonnet 4", "claude-sonnet-4-20250514"),
            ("claude-sonnet-4@20250514", "claude-sonnet-4"),
            ("gpt-4o", "gpt-4o-2024-08-06"),
            ("gpt-4", "gpt-4-0613"),
            ("gemini-2.5-pro", "gemini-2.5-pro-preview-05-06"),
            ("gpt4o", "gpt-4o-2024-08-06"),
            ("openai/gpt-5.5", "GPT-5.5"),
            ("opus-4.5", "Claude Opus 4.5"),
            ("ChatGPT-4o", "gpt-4o"),
            ("claude-opus-4-5", "claude-opus-4-5-thinking"),
            ("gpt-5.5", "gpt-5.5-high"),
            ("Claude Opus 4.6", "claude-opus-4-6[1m]"),
            ("Claude Sonnet 4", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
        ] {
            assert_eq!((told(&[a, b]).len(), told(&[b, a]).len()), (1, 1), "{a}, {b}");
        }
    }

    #[test]
    fn a_family_beside_one_of_its_models_is_no_conflict() {
        for (family, model) in [
            ("Claude", "Claude Opus 4.5"),
            ("Claude Opus", "Claude Opus 4.5"),
            ("Opus", "claude-opus-4-5-20251101"),
            ("Claude 3.5", "Claude 3.5 Sonnet"),
            ("claude-3-5-sonnet-latest", "Claude 3.5 Sonnet"),
            ("Gemini 2.5", "gemini-2.5-pro"),
            ("Gemini", "Gemini 2.5 Pro"),
            ("GPT", "gpt-5"),
            ("Qwen 2.5", "qwen2.5-coder"),
            ("Llama 3", "llama-3-70b"),
        ] {
            assert_eq!((told(&[family, model]).len(), told(&[model, family]).len()), (1, 1), "{family}, {model}");
        }
    }

    #[test]
    fn models_whose_names_contain_each_other_are_two() {
        for pair in [
            ["gpt-4", "gpt-4o"],
            ["Claude Opus 4", "Claude Opus 4.5"],
            ["gpt-5", "gpt-5.1"],
            ["gpt-5", "gpt-5-mini"],
            ["GPT-5.3", "gpt-5.3-codex"],
            ["o3-mini", "o3-pro"],
            ["claude-sonnet-4-20250514", "claude-sonnet-4-20260102"],
            ["claude-sonnet-4", "claude-sonnet-4-5-20250929"],
        ] {
            assert_eq!(told(&pair), pair);
        }
        // A family beside both does not make them one.
        assert_eq!(told(&["Claude", "Claude Opus 4.5", "Claude Sonnet 4"]), ["Claude Opus 4.5", "Claude Sonnet 4"]);
        assert_eq!(told(&["gpt-5", "Claude", "Gemini"]), ["gpt-5", "Claude", "Gemini"]);
    }

    fn notes(message: String) -> Vec<String> {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let commit = Commit { author: ann.clone(), committer: ann, message: message.into(), ..Commit::default() };
        read(&commit, Registry::builtin().unwrap()).conflicts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ten_models_are_named_and_the_others_counted() {
        let named =
            |from: usize, to: usize| -> String { (from..to).map(|at| format!("AI-Model: gpt-{at}x\n")).collect() };
        let ten = "gpt-0x, gpt-1x, gpt-2x, gpt-3x, gpt-4x, gpt-5x, gpt-6x, gpt-7x, gpt-8x, gpt-9x";
        assert_eq!(notes(format!("s\n\n{}", named(0, 10))), [format!("More than one model is named: {ten}.")]);
        let many = format!("s\n\n{}{}", named(0, 10_000), named(0, 10_000));
        assert_eq!(notes(many), [format!("More than one model is named: {ten} and 9990 more.")]);
        let long = notes(format!("s\n\nAssisted-by: Codex:openai/gpt-5.5{}\nAI-Model: gpt-6\n", "x".repeat(100_000)));
        assert_eq!((long.len(), long[0].len() < 200), (1, true));
    }
}
