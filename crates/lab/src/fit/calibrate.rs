//! From log-odds of unseen repositories to probabilities and thresholds: how code and message add up,
//! how much a hunk takes from its commit, and what share of people's requests reaches what.

use super::logistic::{self, Rows};
use super::{Error, weight};
use crate::eval::manifest::Label;
use ai_detect_style::pack::model::{Model, TailPoint};

/// What models that have not seen its repository say of a commit.
#[derive(Debug, Clone)]
pub struct Scored {
    /// Its repository.
    pub repository: usize,
    /// Its label.
    pub label: Label,
    /// Its code; absent where there is nothing to score.
    pub code: Option<f64>,
    /// Its message.
    pub message: f64,
    /// Each of its hunks that is scored; none where one hunk is all of its code.
    pub hunks: Vec<f64>,
    /// Whether one hunk is all of its code.
    pub single: bool,
}

/// `log_odds = intercept + code * its code + message * its message`, where half of all is AI.
#[derive(Debug, Clone, Copy)]
pub struct Sum {
    /// The intercept.
    pub intercept: f64,
    /// The factor of code.
    pub code: f64,
    /// The factor of messages.
    pub message: f64,
}

/// Fits how code and message add up.
///
/// # Errors
/// Where the optimiser gives up.
pub fn sum(scored: &[Scored]) -> Result<Sum, Error> {
    let mut rows = Rows::new(2);
    for commit in scored {
        // Code that cannot be scored speaks for nothing.
        rows.push([(0, commit.code.unwrap_or(0.0) as f32), (1, commit.message as f32)]);
    }
    let labels: Vec<bool> = scored.iter().map(|commit| commit.label == Label::Ai).collect();
    let weights = balanced(scored);
    let fitted = logistic::fit(&rows, &labels, &weights, 1e3)
        .map_err(|problem| Error::Solver { what: "the sum of code and message".into(), problem })?;
    Ok(Sum { intercept: fitted.bias(), code: fitted.of(0), message: fitted.of(1) })
}

/// People and AI count the same in all.
fn balanced(scored: &[Scored]) -> Vec<f64> {
    let whole = |ai: bool| -> f64 {
        scored.iter().filter(|commit| (commit.label == Label::Ai) == ai).map(|commit| weight(commit.label)).sum()
    };
    let (ai, people) = (whole(true).max(1.0), whole(false).max(1.0));
    let of = |commit: &Scored| weight(commit.label) * 1e3 / if commit.label == Label::Ai { ai } else { people };
    scored.iter().map(of).collect()
}

impl Scored {
    /// With both parts brought to the scale of the sum.
    pub fn scaled(mut self, sum: Sum) -> Scored {
        self.code = self.code.map(|code| code * sum.code);
        self.message *= sum.message;
        self.hunks.iter_mut().for_each(|hunk| *hunk *= sum.code);
        self
    }

    /// How many hunks it has.
    fn size(&self) -> usize {
        if self.single { 1 } else { self.hunks.len() }
    }

    /// The highest log-odds of any of its hunks, the intercept left out; none is below all others.
    fn highest(&self, agreement: f64, with_message: bool) -> f64 {
        let Some(code) = self.code else { return f64::NEG_INFINITY };
        let own = self.hunks.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let hunk = if self.single { code } else { (1.0 - agreement) * own + agreement * code };
        hunk + if with_message { self.message } else { 0.0 }
    }
}

/// What is asked of `fit` at the least: the share of today's people whose commits get a flag is this
/// part of what the threshold promises, since other repositories differ from these.
const MARGIN: f64 = 0.75;
/// The rate at which thresholds are made to keep their promise.
const RATE: f64 = 0.02;
/// Shares of a hunk's evidence that may come from its commit.
const AGREEMENTS: [f64; 6] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/// Rates of the tail.
const RATES: [f64; 10] = [0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];
/// Sizes of people's requests, in commits, that must keep the promise as single commits do.
const REQUESTS: [usize; 3] = [5, 20, 50];

/// The agreement with which most AI patches are found where few people's are.
pub(crate) fn agreement(scored: &[Scored]) -> f64 {
    let counts = AGREEMENTS.map(|agreement| (found_with(agreement, scored), agreement));
    counts.into_iter().max_by_key(|(found, _)| *found).map_or(0.5, |(_, agreement)| agreement)
}

/// How many AI patches lie above what few people's reach.
fn found_with(agreement: f64, scored: &[Scored]) -> usize {
    let of = |label: Label| -> Vec<f64> {
        let those = scored.iter().filter(|commit| commit.label == label);
        let mut scores: Vec<f64> = those.map(|commit| commit.highest(agreement, false)).collect();
        scores.sort_by(f64::total_cmp);
        scores
    };
    let threshold = quantile(&of(Label::HumanRecent), RATE);
    of(Label::Ai).iter().filter(|score| **score >= threshold).count()
}

/// What nobody reaches.
const UNREACHED: f64 = 99.0;

/// The log-odds that a share of sorted scores reach; where fewer have a score at all, that of the lowest.
fn quantile(sorted: &[f64], rate: f64) -> f64 {
    let above = (rate * sorted.len() as f64).floor() as usize;
    let at = sorted.len().saturating_sub(above.max(1));
    sorted.iter().skip(at).copied().find(|score| score.is_finite()).unwrap_or(UNREACHED)
}

/// A request: how many hunks it has, and the highest score among them.
#[derive(Debug, Clone, Copy)]
struct Asked {
    hunks: usize,
    highest: f64,
}

/// People's commits, and groups of them as requests, with or without their messages.
struct People {
    sorted: Vec<f64>,
    commits: Vec<Asked>,
    requests: Vec<Vec<Asked>>,
}

impl People {
    fn of(scored: &[Scored], agreement: f64, with_message: bool) -> People {
        let recent = scored.iter().filter(|commit| commit.label == Label::HumanRecent);
        let asked = |commit: &Scored| Asked { hunks: commit.size(), highest: commit.highest(agreement, with_message) };
        let commits: Vec<(usize, Asked)> = recent.map(|commit| (commit.repository, asked(commit))).collect();
        let requests = REQUESTS.map(|size| grouped(&commits, size)).to_vec();
        let mut sorted: Vec<f64> = commits.iter().map(|(_, asked)| asked.highest).collect();
        sorted.sort_by(f64::total_cmp);
        People { sorted, commits: commits.into_iter().map(|(_, asked)| asked).collect(), requests }
    }

    /// The tail whose thresholds keep a rate on single commits.
    fn tail(&self, exponent: f64) -> Vec<TailPoint> {
        let tail = |stretch: f64| -> Vec<TailPoint> {
            let point = |rate: f64| TailPoint { rate, log_odds: quantile(&self.sorted, (rate * stretch).min(0.9)) };
            RATES.map(point).to_vec()
        };
        // More hunks ask for more, so that the tail itself has to ask for less.
        let (mut low, mut high) = (0.1, 20.0);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if any_flag(&self.commits, &tail(middle), exponent) > RATE * MARGIN { high = middle } else { low = middle }
        }
        tail(low)
    }

    fn keeps(&self, exponent: f64) -> bool {
        let tail = self.tail(exponent);
        self.requests.iter().all(|requests| any_flag(requests, &tail, exponent) <= RATE)
    }
}

/// Commits of one repository, in their order, as requests of `size` commits.
fn grouped(commits: &[(usize, Asked)], size: usize) -> Vec<Asked> {
    let join = |group: &[(usize, Asked)]| Asked {
        hunks: group.iter().map(|(_, asked)| asked.hunks).sum(),
        highest: group.iter().map(|(_, asked)| asked.highest).fold(f64::NEG_INFINITY, f64::max),
    };
    commits.chunk_by(|a, b| a.0 == b.0).flat_map(|commits| commits.chunks_exact(size)).map(join).collect()
}

fn any_flag(requests: &[Asked], tail: &[TailPoint], exponent: f64) -> f64 {
    let model = Model {
        version: String::new(),
        intercept: 0.0,
        agreement: 0.0,
        tail: tail.to_vec(),
        tail_without_message: Vec::new(),
        request_exponent: exponent,
        built_in: None,
    };
    let flagged = |asked: &&Asked| asked.highest >= model.request_threshold(RATE, asked.hunks, true);
    requests.iter().filter(flagged).count() as f64 / requests.len().max(1) as f64
}

/// The numbers of the model, from scores on the scale of the sum.
pub fn model(version: String, intercept: f64, scored: &[Scored]) -> Model {
    let agreement = agreement(scored);
    let people = People::of(scored, agreement, true);
    let exponents = (2..=20).map(|step| f64::from(step) / 20.0);
    let request_exponent = exponents.clone().find(|exponent| people.keeps(*exponent)).unwrap_or(1.0);
    let up = |tail: Vec<TailPoint>| -> Vec<TailPoint> {
        let moved = |point: TailPoint| TailPoint { log_odds: hundredth(point.log_odds + intercept), ..point };
        tail.into_iter().map(moved).collect()
    };
    Model {
        version,
        intercept: hundredth(intercept),
        agreement,
        tail: up(people.tail(request_exponent)),
        tail_without_message: up(People::of(scored, agreement, false).tail(request_exponent)),
        request_exponent,
        built_in: None,
    }
}

fn hundredth(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// What a commit's highest hunk reaches, the prior left out, with its message and without.
#[derive(Debug, Clone, Copy)]
pub struct Highest {
    /// With the message.
    pub with_message: f64,
    /// Without it.
    pub without_message: f64,
}

/// The built-in model's thresholds moved to people's commits of one place: by how much these lie above or below
/// the commits that the thresholds were made from, wherever at least five of them reach so far. Single
/// commits at the very end of the tail do not move it.
pub fn moved(model: &Model, people: &[Highest]) -> Model {
    Model {
        version: format!("{}, thresholds moved", model.version),
        tail: moved_tail(&model.tail, people.iter().map(|commit| commit.with_message)),
        tail_without_message: moved_tail(
            &model.tail_without_message,
            people.iter().map(|commit| commit.without_message),
        ),
        built_in: Some(model.version.clone()),
        ..model.clone()
    }
}

/// What thresholds were before they were moved, and are after it, for changes of one block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// The log-odds that ask for a person.
    pub thresholds: (f64, f64),
    /// The share of the commits that thresholds were moved to which reach them.
    pub reached: (f64, f64),
}

impl Shift {
    /// By how much the thresholds moved, in log-odds.
    pub fn by(&self) -> f64 {
        self.thresholds.1 - self.thresholds.0
    }
}

/// What moving the thresholds to people's commits does at a rate of changes, for changes with messages or without.
pub fn shift(models: (&Model, &Model), people: &[Highest], rate: f64, with_messages: bool) -> Shift {
    let threshold = |model: &Model| model.request_threshold(rate, 1, with_messages);
    let score = |commit: &Highest| if with_messages { commit.with_message } else { commit.without_message };
    let share = |threshold: f64| {
        let reached = people.iter().filter(|commit| score(commit) >= threshold).count();
        reached as f64 / people.len().max(1) as f64
    };
    let thresholds = (threshold(models.0), threshold(models.1));
    Shift { thresholds, reached: (share(thresholds.0), share(thresholds.1)) }
}

fn moved_tail(tail: &[TailPoint], scores: impl Iterator<Item = f64>) -> Vec<TailPoint> {
    let mut scores: Vec<f64> = scores.collect();
    scores.sort_by(f64::total_cmp);
    let known: Vec<f64> = tail
        .iter()
        .filter(|point| point.rate * scores.len() as f64 >= 5.0)
        .map(|point| quantile(&scores, point.rate) - point.log_odds)
        .filter(|shift| shift.abs() < 20.0)
        .collect();
    let shift = known.iter().sum::<f64>() / known.len().max(1) as f64;
    tail.iter().map(|point| TailPoint { log_odds: hundredth(point.log_odds + shift), ..*point }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(count: usize, shift: f64) -> Vec<Scored> {
        let of = |at: usize| Scored {
            repository: at / 200,
            label: Label::HumanRecent,
            code: Some((at * 7919 % count) as f64 / count as f64 * 8.0 - 6.0 + shift),
            message: 0.0,
            hunks: Vec::new(),
            single: true,
        };
        (0..count).map(of).collect()
    }

    #[test]
    fn thresholds_keep_their_promise_on_the_commits_they_are_made_from() {
        let scored = people(4000, 0.0);
        let made = model("test".into(), 0.0, &scored);
        for rate in [0.01, 0.02, 0.05] {
            let threshold = made.request_threshold(rate, 1, true);
            let reached = scored.iter().filter(|commit| commit.code.unwrap() >= threshold).count();
            let share = reached as f64 / scored.len() as f64;
            assert!(share <= rate && share >= rate * 0.5, "{rate}: {share}");
        }
        assert!(made.request_threshold(0.02, 40, true) > made.request_threshold(0.02, 1, true));
    }

    #[test]
    fn commits_without_anything_to_score_leave_thresholds_finite() {
        let mut scored = people(4000, 0.0);
        let keeps = |scored: &[Scored]| {
            let made = model("test".into(), 0.0, scored);
            assert!(made.tail.iter().all(|point| point.log_odds.abs() < UNREACHED), "{:?}", made.tail);
            let threshold = made.request_threshold(RATE, 1, true);
            scored.iter().filter(|commit| commit.code.is_some_and(|code| code >= threshold)).count()
        };
        let all = keeps(&scored);
        scored.iter_mut().filter(|commit| commit.repository % 4 > 0).for_each(|commit| commit.code = None);
        let few = keeps(&scored);
        assert!((40..=80).contains(&all) && (40..=80).contains(&few), "{all} {few}");
    }

    #[test]
    fn thresholds_move_with_the_people_of_a_place() {
        let made = model("test".into(), 0.0, &people(4000, 0.0));
        let highest =
            |commit: &Scored| Highest { with_message: commit.code.unwrap(), without_message: commit.code.unwrap() };
        let here: Vec<Highest> = people(400, 1.0).iter().map(highest).collect();
        let by = moved(&made, &here).tail[3].log_odds - made.tail[3].log_odds;
        // The promise keeps a margin that single commits do not.
        assert!((0.6..1.6).contains(&by), "{by}");
    }
}
