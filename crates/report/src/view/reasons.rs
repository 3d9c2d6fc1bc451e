//! Why the blocks of a commit look as they do: a few reasons in words, each with the line itself, and what points to a
//! person.
//!
//! Signals of one topic count together, so what contradicts within a topic stands on one side only. What a commit's code
//! says as a whole is split among the topics of its blocks, since it is made of them.

use std::collections::BTreeMap;

use super::Quote;
use crate::asked::asked;
use crate::gate::Verdict;
use crate::groups::{Flagged, Group, is_of_commit};
use crate::words::{self, counted};
use crate::{EvidenceReport, HunkReport, Region, Report, SignalReport, Together};
use ai_detect_style::pack::topic;
use ai_detect_style::score::{COMMIT_CODE, PRIOR};

/// How many reasons for AI style are shown.
const MAX_FOR_AI: usize = 3;
/// How many reasons for a person.
const MAX_FOR_A_PERSON: usize = 2;
/// What adds less than this to a sum explains nothing.
const MIN_SHOWN: f64 = 0.1;
/// How many characters of a title are shown. A report may be a stranger's.
const MAX_TITLE: usize = 160;
/// How much of a block's code may stand in its commit's code as a whole.
const MAX_AGREEMENT: f64 = 0.95;

/// The strongest reasons on both sides.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    /// What reads like AI-generated code, strongest first.
    pub(crate) for_ai: Vec<Reason>,
    /// What points to a person, strongest first.
    pub(crate) for_a_person: Vec<Reason>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// What it is about: `wording of comments`.
    pub(crate) topic: String,
    /// What was found, where the topic does not say it.
    pub(crate) finding: Option<String>,
    /// The rules that found it, by their ids.
    pub(crate) rules: Vec<String>,
    /// Where: `src/a.rs:12`, `message:3`; nothing where it is about the commit.
    pub(crate) place: Option<String>,
    /// The path and the lines of that, where it is in a file.
    pub(crate) lines: Option<(String, u32, u32)>,
    /// The line itself; absent where something was measured of many.
    pub(crate) quote: Option<Quote>,
}

impl Reason {
    /// The same with the words that are marked, for where marks cannot be seen.
    pub(crate) fn with_words(&self) -> String {
        let words = self.quote.as_ref().map_or_else(String::new, Quote::marked_words);
        format!("{}{words}", self.title())
    }

    /// What it is about and what was found, in one line.
    pub(crate) fn title(&self) -> String {
        match &self.finding {
            Some(finding) => format!("{}: {finding}", self.topic),
            None => self.topic.clone(),
        }
    }
}

/// What counts for one topic.
#[derive(Default)]
struct Topic<'a> {
    sum: f64,
    signals: Vec<Counted<'a>>,
}

/// A signal, and how much it counts in the commit.
#[derive(Clone, Copy)]
struct Counted<'a> {
    signal: &'a SignalReport,
    /// The path of its block; none for a message.
    path: Option<&'a str>,
    weight: f64,
}

impl Reasons {
    /// Of the flagged blocks of a commit. A flag about form asks for no reason.
    pub(super) fn of(report: &Report, group: &Group<'_>) -> Self {
        let flags: Vec<&Flagged<'_>> =
            group.flags.iter().filter(|flagged| flagged.flag.verdict != Verdict::WrongForm).collect();
        let topics = topics(report, group, &flags);
        let mut topics: Vec<(String, Topic<'_>)> = topics.into_iter().collect();
        topics.sort_by(|a, b| b.1.sum.total_cmp(&a.1.sum).then_with(|| a.0.cmp(&b.0)));
        let towards = topics.iter().take_while(|(_, topic)| topic.sum >= MIN_SHOWN);
        let mut for_ai = distinct(towards, MAX_FOR_AI);
        let against = topics.iter().rev().take_while(|(_, topic)| topic.sum <= -MIN_SHOWN);
        let for_a_person = distinct(against, MAX_FOR_A_PERSON);
        if for_ai.iter().all(|reason| reason.place.as_deref().is_none_or(is_of_message)) {
            for_ai.extend(rest_of_the_commit(group));
            for_ai.truncate(MAX_FOR_AI);
        }
        Reasons { for_ai, for_a_person }
    }

    /// Of one flag.
    pub(crate) fn of_flag(report: &Report, flagged: Flagged<'_>) -> Self {
        let commit = asked(flagged.hunk, &report.commits).first().copied();
        Reasons::of(report, &Group { commit, others: Vec::new(), flags: vec![flagged] })
    }
}

/// A reason for each topic, up to so many. No line is quoted twice: a topic that has no other line joins the reason that
/// quotes it.
fn distinct<'t>(topics: impl Iterator<Item = &'t (String, Topic<'t>)>, most: usize) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for (name, topic) in topics {
        if reasons.len() == most {
            break;
        }
        let is_quoted = |found: &Reason| {
            found.quote.is_some() && reasons.iter().any(|other| other.quote.is_some() && other.place == found.place)
        };
        let mut places: Vec<Place<'_>> = topic.places();
        places.sort_by(|a, b| b.rank().total_cmp(&a.rank()));
        let mut found = places.into_iter().map(|place| place.reason(name));
        let Some(best) = found.next() else { continue };
        let Some(fresh) = std::iter::once(best.clone()).chain(found).find(|found| !is_quoted(found)) else {
            if let Some(same) = reasons.iter_mut().find(|other| other.place == best.place) {
                if same.topic != best.topic {
                    same.topic = format!("{}, {}", same.topic, best.topic);
                }
                same.rules.extend(best.rules);
            }
            continue;
        };
        reasons.push(fresh);
    }
    reasons
}

const MESSAGE: &str = "message:";

fn is_of_message(place: &str) -> bool {
    place.starts_with(MESSAGE)
}

/// All that counts in some blocks and in the message of their commit, by topic.
fn topics<'a>(report: &Report, group: &Group<'a>, flags: &[&Flagged<'a>]) -> BTreeMap<String, Topic<'a>> {
    let mut topics: BTreeMap<String, Topic<'a>> = BTreeMap::new();
    let mut add = |counted: Counted<'a>| {
        let topic = topics.entry(name(counted.signal)).or_default();
        topic.sum += counted.weight;
        topic.signals.push(counted);
    };
    let lines: u32 = flags.iter().map(|flagged| flagged.hunk.added_lines).sum();
    let unscaled = 1.0 / (1.0 - agreement(report, group));
    for flagged in flags {
        let share = f64::from(flagged.hunk.added_lines) / f64::from(lines.max(1));
        for signal in flagged.hunk.signals.iter().filter(|it| !is_of_commit(it) && it.rule != PRIOR && !it.unmeasured) {
            let weight = signal.contribution * share * unscaled;
            add(Counted { signal, path: Some(&flagged.flag.path), weight });
        }
    }
    for signal in group.of_commit().into_iter().filter(|it| it.rule != COMMIT_CODE && !it.unmeasured) {
        add(Counted { signal, path: None, weight: signal.contribution });
    }
    topics
}

/// What a signal is about. A rule of a project's own pack is its own topic.
fn name(signal: &SignalReport) -> String {
    topic(&signal.rule).map_or_else(|| signal.title.clone(), |topic| topic.name.to_owned())
}

/// Which part of a block's code counts as its commits' code as a whole.
fn agreement(report: &Report, group: &Group<'_>) -> f64 {
    let signals = group.of_commit();
    let whole = signals.iter().find(|signal| signal.rule == COMMIT_CODE).map(|signal| signal.contribution);
    let code = group.first_about_looks().and_then(|flagged| code_of_commits(report, flagged.hunk));
    let code = code.filter(|code| code.abs() > f64::EPSILON);
    whole.zip(code).map_or(0.0, |(whole, code)| whole / code).clamp(0.0, MAX_AGREEMENT)
}

/// What the code of the commits that brought a block says, each by its share of the lines. Nothing where none of it is known.
fn code_of_commits(report: &Report, hunk: &HunkReport) -> Option<f64> {
    let lines: f64 = hunk.commits.iter().map(|part| f64::from(part.lines)).sum();
    let code = |id: &str| report.commits.iter().find(|commit| commit.id == id).and_then(|it| it.code_log_odds);
    let parts: Vec<f64> =
        hunk.commits.iter().filter_map(|part| Some(code(&part.id)? * f64::from(part.lines) / lines)).collect();
    (!parts.is_empty()).then(|| parts.iter().sum())
}

impl<'a> Topic<'a> {
    /// The places of all that counts on the side of the topic as a whole. What points the other way than its rule does in
    /// general would contradict the same rule elsewhere, so it is no reason; it is in the sum.
    fn places(&self) -> Vec<Place<'a>> {
        let is_reason = |counted: &&Counted<'_>| counted.weight * self.sum > 0.0 && !counted.signal.atypical;
        let same_side = self.signals.iter().filter(is_reason);
        same_side.flat_map(|counted| places(*counted)).collect()
    }
}

/// A place where a signal counts.
struct Place<'a> {
    counted: Counted<'a>,
    lines: Option<(u32, u32)>,
    quote: Option<Quote>,
    region: Option<Region>,
    weight: f64,
}

/// The places of a signal, one a line; a signal without any is one by itself.
fn places(counted: Counted<'_>) -> Vec<Place<'_>> {
    let signal = counted.signal;
    let whole: f64 = signal.evidence.iter().map(|it| it.contribution.abs()).sum();
    let mut by_line: BTreeMap<(u32, u32), Vec<&EvidenceReport>> = BTreeMap::new();
    for evidence in &signal.evidence {
        by_line.entry((evidence.line, evidence.end_line)).or_default().push(evidence);
    }
    let is_words = topic(&signal.rule).is_some_and(|topic| topic.is_words);
    let place = |(lines, evidence): ((u32, u32), Vec<&EvidenceReport>)| {
        let source = evidence.iter().find_map(|it| it.source.as_deref());
        let terms = evidence.iter().map(|it| it.text.as_str()).chain(examples(&signal.title));
        let quote = source.map(|source| Quote::of(source, terms));
        let part: f64 = evidence.iter().map(|it| it.contribution.abs()).sum();
        // What is found in one place counts there in full; of words, each line has some.
        let share = if is_words && whole > 0.0 { part / whole } else { 1.0 };
        let region = evidence.iter().find_map(|it| it.region);
        Place { counted, lines: Some(lines), quote, region, weight: counted.weight.abs() * share }
    };
    let mut places: Vec<Place<'_>> = by_line.into_iter().map(place).collect();
    if places.is_empty() {
        places.push(Place { counted, lines: None, quote: None, region: None, weight: counted.weight.abs() });
    }
    places
}

/// The words that a title gives as examples: `Message says "enhance" or "leverage"`. A form such as `"fix: …"` is none.
fn examples(title: &str) -> impl Iterator<Item = &str> {
    title.split('"').skip(1).step_by(2).filter(|example| !example.contains(':'))
}

impl Place<'_> {
    /// Lines that can be looked at come first, where they count for something.
    fn rank(&self) -> f64 {
        let factor = match &self.quote {
            Some(quote) if quote.has_telling_marks() => 3.0,
            Some(quote) if quote.has_marks() => 2.0,
            Some(_) => 1.5,
            None => 1.0,
        };
        self.weight * factor
    }

    fn reason(self, name: &str) -> Reason {
        let Counted { signal, path, .. } = self.counted;
        let is_words = topic(&signal.rule).is_some_and(|topic| topic.is_words);
        let place = self.lines.map(|(line, end)| match path {
            Some(path) => format!("{path}:{}", words::lines(line, end)),
            None => format!("{MESSAGE}{line}"),
        });
        let lines = self.lines.zip(path).map(|((line, end), path)| (path.to_owned(), line, end));
        // Code as it is written has comments in it, and a reason is about what its line shows.
        let topic = match self.region {
            Some(Region::Comment) => "style of the comments",
            Some(Region::Documentation) => "style of the documentation",
            None => name,
        };
        Reason {
            topic: words::cut(topic, MAX_TITLE).into_owned(),
            finding: (!is_words && signal.title != name).then(|| words::cut(&signal.title, MAX_TITLE).into_owned()),
            rules: vec![signal.rule.clone()],
            place,
            lines,
            quote: self.quote,
        }
    }
}

/// What the other blocks of the commit say, where the flagged ones show nothing of their own. Where another commit brought
/// most of a block, that is about the other commit.
fn rest_of_the_commit(group: &Group<'_>) -> Option<Reason> {
    let main = group.first_about_looks()?.hunk.commits.first()?;
    if group.commit.is_none_or(|commit| commit.id != main.id) {
        return None;
    }
    let signals = group.of_commit();
    let signal = signals.iter().find(|it| it.rule == COMMIT_CODE && it.contribution >= MIN_SHOWN)?;
    // Reports of earlier versions do not say what that is.
    let finding = signal.together.as_ref().map(Together::sentence);
    let rules = vec![signal.rule.clone()];
    Some(Reason { topic: name(signal), finding, rules, place: None, lines: None, quote: None })
}

impl Together {
    /// `12 blocks together, mostly wording of comments and style of the code`.
    fn sentence(&self) -> String {
        let mut topics: Vec<&str> = Vec::new();
        for topic in self.rules.iter().filter_map(|rule| topic(rule)).map(|topic| topic.name) {
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        let blocks = counted(self.blocks as usize, "block", "blocks");
        match topics.as_slice() {
            [] => format!("{blocks} together"),
            [only] => format!("{blocks} together, mostly {only}"),
            [first @ .., last] => format!("{blocks} together, mostly {} and {last}", first.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests;
