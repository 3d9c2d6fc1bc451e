//! What a person meets is a request: how often one gets any flag, by who wrote it and how large it
//! is, and whether the rate that a threshold promises is the rate that is met.

use schemars::JsonSchema;
use serde::Serialize;

use super::manifest::{Label, Manifest};
use super::outcome::{Outcome, PROMISE};
use super::resample::{Estimate, estimate};
use super::run::{RANGES, Scores};
use ai_detect_pipeline::trail::figures::interval::{Count, wilson};

/// How often requests get any flag.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Requests {
    /// The rate that the settings allow for people's requests.
    pub rate: f64,
    /// How often there was any flag, were nothing declared.
    pub any_flag: Vec<Rate>,
    /// Another rate that is checked.
    pub promise: f64,
    /// How often there was any flag of people's commits at the threshold that promises it.
    pub at_promise: Vec<Rate>,
}

/// What kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Commits of a repository, with their messages.
    Commits,
    /// A patch without a message.
    BarePatch,
}

/// How often requests of one kind get any flag.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Rate {
    /// Who wrote them; several labels are taken together.
    pub labels: Vec<Label>,
    /// What kind of request.
    pub kind: Kind,
    /// How many commits each has.
    pub commits: usize,
    /// How many requests there are.
    pub requests: usize,
    /// How many of them got a flag.
    pub flagged: usize,
    /// The share. Where resampling repositories gives no interval, it is Wilson's.
    pub rate: Estimate,
    /// The repositories with the highest shares above zero, at most three.
    pub worst: Vec<RepositoryRate>,
}

/// The share in one repository.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RepositoryRate {
    /// Which.
    pub repository: String,
    /// How many requests it has.
    pub requests: usize,
    /// How many of them got a flag.
    pub flagged: usize,
}

const PEOPLE: [Label; 2] = [Label::Human, Label::HumanRecent];
/// How many repositories are named.
const WORST: usize = 3;

/// A request: its repository, who wrote it, whether it got a flag.
type Request = (usize, Label, bool);

/// Counts flags. `rate` is the one that the settings allow.
pub(crate) fn requests(manifest: &Manifest, scores: &Scores, rate: f64) -> Requests {
    let commits = |of: &dyn Fn(&Outcome) -> Option<bool>| -> Vec<Request> {
        let rows = manifest.rows.iter().zip(&scores.rows);
        rows.filter_map(|(row, found)| Some((row.repository, row.label, of(found.as_ref()?)?))).collect()
    };
    let flagged = commits(&|outcome| Some(outcome.flagged));
    let promised = commits(&|outcome| Some(outcome.flagged_at_promise));
    let bare = commits(&|outcome| outcome.flagged_bare);
    let count = |requests: &[Request], labels: &[Label], kind, commits| {
        rate_of(manifest, requests, labels).map(|rate| Rate { kind, commits, ..rate })
    };
    let by_kind = |requests: &[Request], commits| -> Vec<Rate> {
        let labels: [&[Label]; 3] = [&PEOPLE, &[Label::Human], &[Label::HumanRecent]];
        labels.into_iter().filter_map(|labels| count(requests, labels, Kind::Commits, commits)).collect()
    };
    let mut any_flag = by_kind(&flagged, 1);
    for size in RANGES {
        let ranges = scores.ranges.iter().filter(|range| range.commits == size);
        let ranges: Vec<Request> = ranges.map(|range| (range.repository, range.label, range.flagged)).collect();
        any_flag.extend(by_kind(&ranges, size));
    }
    any_flag.extend(count(&flagged, &[Label::Ai], Kind::Commits, 1));
    any_flag.extend(count(&bare, &[Label::Ai], Kind::BarePatch, 1));
    Requests { rate, any_flag, promise: PROMISE, at_promise: by_kind(&promised, 1) }
}

fn rate_of(manifest: &Manifest, requests: &[Request], labels: &[Label]) -> Option<Rate> {
    let mut counts = vec![(0usize, 0usize); manifest.repositories.len()];
    for (repository, _, flagged) in requests.iter().filter(|(_, label, _)| labels.contains(label)) {
        if let Some((of_it, with_flag)) = counts.get_mut(*repository) {
            *of_it += 1;
            *with_flag += usize::from(*flagged);
        }
    }
    let named = manifest.repositories.iter().zip(&counts).filter(|(_, (requests, _))| *requests > 0);
    let mut repositories: Vec<RepositoryRate> = named
        .map(|(name, &(requests, flagged))| RepositoryRate { repository: name.clone(), requests, flagged })
        .collect();
    let (requests, flagged) =
        counts.iter().fold((0, 0), |(requests, flagged), (more, also)| (requests + more, flagged + also));
    let mut rate = estimate(repositories.len(), |weights| weighted_share(&repositories, weights))?;
    // Resampling changes nothing where no request has a flag, or each. One repository says nothing of others.
    if rate.interval.is_none() && repositories.len() > 1 {
        let limits = wilson(Count { of: flagged as u64, total: requests as u64 });
        rate.interval = limits.map(|limits| (limits.low, limits.high));
    }
    repositories.retain(|repository| repository.flagged > 0);
    repositories.sort_by(|a, b| b.share().total_cmp(&a.share()).then_with(|| a.repository.cmp(&b.repository)));
    repositories.truncate(WORST);
    let labels = labels.to_vec();
    Some(Rate { labels, kind: Kind::Commits, commits: 1, requests, flagged, rate, worst: repositories })
}

/// The share of requests that got a flag, where each repository counts as often as its weight says.
fn weighted_share(repositories: &[RepositoryRate], weights: &[f64]) -> Option<f64> {
    let sum = |of: fn(&RepositoryRate) -> usize| -> f64 {
        repositories.iter().zip(weights).map(|(repository, weight)| of(repository) as f64 * weight).sum()
    };
    let all = sum(|repository| repository.requests);
    (all > 0.0).then(|| sum(|repository| repository.flagged) / all)
}

impl RepositoryRate {
    /// The share of its requests that got a flag.
    pub(crate) fn share(&self) -> f64 {
        self.flagged as f64 / self.requests.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_none_has_an_interval_with_a_width() {
        let names = (0..4).map(|at| format!("r{at}")).collect();
        let manifest = Manifest { repositories: names, ..Manifest::default() };
        let none: Vec<Request> = (0..40).map(|at| (at % 4, Label::Human, false)).collect();
        let rate = rate_of(&manifest, &none, &[Label::Human]).unwrap();
        let (low, high) = rate.rate.interval.unwrap();
        assert!(low < 1e-9 && (0.08..0.09).contains(&high), "{low} to {high}");
    }
}
