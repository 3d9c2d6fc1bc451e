//! The share of commits and added lines with AI use, by when they landed.
//!
//! Each landed commit is in one class: declared, denied, unknown, or not read. What the merge that brought a commit declares
//! speaks for the commit where it says nothing itself. The best guess is about commits that could be read: those that declare,
//! and of the others what style suggests.

use std::collections::{BTreeMap, HashMap};

use super::interval::{Count, corrected};
use super::period::{By, Period, half_year};
use super::rates::Rates;
use super::{Figure, Label, Method, RatesUsed, Unit};
use crate::scan::landed::Landed;
use crate::trail::AI_TOOLS_SINCE;
use ai_detect_attest::State;

/// With fewer readable commits nothing is estimated: limits from nearly nothing to nearly all tell nobody anything.
const ENOUGH: u64 = 20;

/// Landed commits of one period and perhaps one repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    declared: u64,
    declared_read: u64,
    denied: u64,
    denied_read: u64,
    unknown: u64,
    flagged: u64,
    not_read: u64,
    declared_lines: u64,
    denied_lines: u64,
    unknown_lines: u64,
    not_read_lines: u64,
    as_of: Option<i64>,
}

/// What the figures of a share are.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// By period, all repositories together and then each.
    pub figures: Vec<Figure>,
    /// The error rates of each period's estimate.
    pub rates: Vec<RatesUsed>,
    /// When the newest commit landed.
    pub as_of: Option<i64>,
}

impl Share {
    /// Why some estimates have limits alone, in a sentence; nothing where all have a value.
    pub fn note(&self) -> Option<String> {
        let periods: Vec<&str> =
            self.rates.iter().filter(|rates| !rates.of_period).filter_map(|rates| rates.period.as_deref()).collect();
        let periods = match periods.as_slice() {
            [] => return None,
            [one] => (*one).to_owned(),
            [first, .., last] => format!("{} periods ({first} to {last})", periods.len()),
        };
        Some(format!(
            "no best guess for {periods}, only limits: how often style flags people's commits of that time is not known; the \
             limits take the rate of earlier commits"
        ))
    }
}

/// What each merge declares of all that it brought, by its id.
pub(crate) fn merges(rows: &[Landed]) -> HashMap<&str, State> {
    rows.iter()
        .filter(|row| row.is_merge && row.speaks_for_request)
        .map(|row| (row.commit.as_str(), row.state))
        .collect()
}

/// What speaks for a commit: itself, or else the merge that brought it.
pub(crate) fn state_of(row: &Landed, merges: &HashMap<&str, State>) -> State {
    let is_silent = matches!(row.state, State::Absent | State::Unreadable) && row.author_time >= AI_TOOLS_SINCE;
    let merge = row.via.as_deref().filter(|_| is_silent).and_then(|via| merges.get(via)).copied();
    merge.filter(|state| state.declares() || *state == State::Denied).unwrap_or(row.state)
}

impl Sums {
    fn add(&mut self, row: &Landed, state: State) {
        let lines = row.added_total.unwrap_or(row.added_scored);
        let scored = row.added_scored.min(lines);
        self.as_of = self.as_of.max(row.time);
        // Whoever wrote the rows may have written any number.
        let add = |sum: &mut u64, lines: u64| *sum = sum.saturating_add(lines);
        if state.declares() {
            self.declared += 1;
            self.declared_read += u64::from(row.is_scored);
            add(&mut self.declared_lines, lines);
        } else if state == State::Denied {
            self.denied += 1;
            self.denied_read += u64::from(row.is_scored);
            add(&mut self.denied_lines, lines);
        } else if row.is_scored {
            self.unknown += 1;
            self.flagged += u64::from(row.is_flagged);
            add(&mut self.unknown_lines, scored);
            add(&mut self.not_read_lines, lines - scored);
        } else {
            self.not_read += 1;
            add(&mut self.not_read_lines, lines);
        }
    }

    fn commits(&self) -> u64 {
        self.declared + self.denied + self.unknown + self.not_read
    }

    /// Commits whose style could be looked at, whatever they declare.
    fn read(&self) -> u64 {
        self.declared_read + self.denied_read + self.unknown
    }

    fn lines(&self) -> u64 {
        let parts = [self.declared_lines, self.denied_lines, self.unknown_lines, self.not_read_lines];
        parts.into_iter().fold(0, u64::saturating_add)
    }

    /// The figures of these commits; an estimate by these rates.
    fn figures(&self, rates: Option<&RatesUsed>) -> Vec<Figure> {
        let commits = self.commits();
        let of_commits = [
            (Label::Declared, self.declared),
            (Label::Denied, self.denied),
            (Label::Unknown, self.unknown),
            (Label::NotRead, self.not_read),
        ];
        let of_commits = of_commits.map(|(label, of)| Figure::counted(label, Count { of, total: commits }));
        let of_lines = [
            (Label::Declared, self.declared_lines),
            (Label::Denied, self.denied_lines),
            (Label::Unknown, self.unknown_lines),
            (Label::NotRead, self.not_read_lines),
        ];
        let lines = self.lines();
        let of_lines = of_lines.map(|(label, of)| Figure::plain(label, Unit::Lines, Count { of, total: lines }));
        let read_lines = Count { of: lines - self.not_read_lines, total: lines };
        let guess = rates.map(|rates| self.best_guess(rates));
        let with_coverage = |figure: Figure| {
            let coverage = match figure.unit {
                Unit::Commits => Count { of: self.read(), total: commits }.share(),
                Unit::Lines => read_lines.share(),
            };
            Figure { coverage, as_of: self.as_of, ..figure }
        };
        of_commits.into_iter().chain(guess).chain(of_lines).map(with_coverage).collect()
    }

    /// Of the commits that could be read: those that declare, and a corrected share of those of which nothing is known.
    fn best_guess(&self, rates: &RatesUsed) -> Figure {
        let flagged = Count { of: self.flagged, total: self.unknown };
        let plain = Figure { method: Method::RoganGladen, ..Figure::plain(Label::BestGuess, Unit::Commits, flagged) };
        let of_all = |share: f64| (self.declared_read as f64 + share * self.unknown as f64) / self.read() as f64;
        let (value, limits) = if self.read() < ENOUGH {
            (None, None)
        } else if self.unknown == 0 {
            // Nothing is left to guess at.
            (Count { of: self.declared_read, total: self.read() }.share(), None)
        } else {
            let found = corrected(flagged, rates.errors());
            let limits = found.map(|found| (of_all(found.limits.low), of_all(found.limits.high)));
            // What people wrote at another time may be flagged more or less often.
            (found.filter(|_| rates.of_period).map(|found| of_all(found.value)), limits)
        };
        Figure { value, low: limits.map(|(low, _)| low), high: limits.map(|(_, high)| high), ..plain }
    }
}

/// The share by period, for all repositories together and for each.
pub fn share(rows: &[Landed], by: By, rates: &Rates) -> Share {
    let merges = merges(rows);
    let mut sums: BTreeMap<(Period, Option<&str>), Sums> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_merge) {
        let Some(period) = row.time.and_then(|time| Period::of(time, by)) else { continue };
        let state = state_of(row, &merges);
        for repository in [None, Some(row.repository.as_str())] {
            sums.entry((period, repository)).or_default().add(row, state);
        }
    }
    let repositories = sums.keys().filter_map(|(_, repository)| *repository).collect::<std::collections::BTreeSet<_>>();
    let is_alone = repositories.len() < 2;
    let (mut figures, mut used) = (Vec::new(), Vec::new());
    for ((period, repository), sums) in &sums {
        if is_alone && repository.is_some() {
            continue;
        }
        let rates = rates_of(*period, sums, rates);
        let found = sums.figures(rates.as_ref());
        let named = |figure: Figure| Figure {
            period: Some(period.to_string()),
            repository: repository.map(str::to_owned),
            ..figure
        };
        figures.extend(found.into_iter().map(named));
        used.extend(rates.filter(|_| repository.is_none()));
    }
    Share { figures, rates: used, as_of: sums.values().filter_map(|sums| sums.as_of).max() }
}

/// The error rates for a period: those of the half-year in which its last commit landed.
/// Before AI coding tools were offered there is nothing to guess at.
fn rates_of(period: Period, sums: &Sums, rates: &Rates) -> Option<RatesUsed> {
    if period.end().is_some_and(|end| end <= AI_TOOLS_SINCE) {
        return None;
    }
    let chosen = rates.of_half_year(sums.as_of.and_then(half_year).as_deref())?;
    let (ai, people) = (chosen.errors.sensitivity, chosen.errors.specificity);
    Some(RatesUsed {
        period: Some(period.to_string()),
        ai_flagged: ai.of,
        ai: ai.total,
        people_flagged: people.total - people.of,
        people: people.total,
        of: chosen.people,
        of_period: chosen.is_of_then,
    })
}

impl RatesUsed {
    fn errors(&self) -> super::interval::Errors {
        super::interval::Errors {
            sensitivity: Count { of: self.ai_flagged, total: self.ai },
            specificity: Count { of: self.people - self.people_flagged, total: self.people },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rates::{Label as RatesLabel, Rate};
    use super::super::sample::{rates, row};
    use super::*;

    fn figure(share: &Share, label: Label, unit: Unit) -> Figure {
        let found = share.figures.iter().find(|figure| figure.label == label && figure.unit == unit);
        found.unwrap().clone()
    }

    #[test]
    fn each_landed_commit_is_in_one_class() {
        let time = 1_775_000_000;
        let mut rows = Vec::new();
        for at in 0..100 {
            let state = match at {
                0..10 => State::Complete,
                10..15 => State::Denied,
                _ => State::Absent,
            };
            rows.push(Landed { state, is_scored: at < 80, is_flagged: (20..50).contains(&at), ..row("r", at, time) });
        }
        // Not landed, and a merge: neither counts.
        rows.push(Landed { time: None, ..row("r", 100, time) });
        rows.push(Landed { is_merge: true, ..row("r", 101, time) });
        let share = share(&rows, By::Quarter, &rates());
        let count = |label| {
            let figure = figure(&share, label, Unit::Commits);
            (figure.numerator, figure.denominator)
        };
        assert_eq!(count(Label::Declared), (10, 100));
        assert_eq!(count(Label::Denied), (5, 100));
        assert_eq!(count(Label::Unknown), (65, 100));
        assert_eq!(count(Label::NotRead), (20, 100));
        assert_eq!(count(Label::BestGuess), (30, 65));
        let guess = figure(&share, Label::BestGuess, Unit::Commits);
        // 30 of 65 flagged, by 80 of 100 AI commits and 10 of 1,000 people's: 57 % of the 65, with the 10 declared ones of 80.
        let expected = (10.0 + (30.0 / 65.0 - 0.01) / 0.79 * 65.0) / 80.0;
        assert!((guess.value.unwrap() - expected).abs() < 1e-12);
        assert!(guess.low.unwrap() < expected && expected < guess.high.unwrap());
        assert_eq!(guess.coverage, Some(0.8));
        assert_eq!(guess.period.as_deref(), Some("2026-Q1"));
    }

    #[test]
    fn the_merge_that_brought_a_commit_speaks_for_it_where_it_is_silent() {
        let time = 1_775_000_000;
        let merge = Landed { is_merge: true, state: State::Complete, ..row("r", 0, time) };
        let via = Some(merge.commit.clone());
        let silent = Landed { via: via.clone(), ..row("r", 1, time) };
        let denying = Landed { via, state: State::Denied, ..row("r", 2, time) };
        let beside = row("r", 3, time);
        let share = share(&[merge, silent, denying, beside], By::Month, &rates());
        let counts = [Label::Declared, Label::Denied, Label::Unknown]
            .map(|label| figure(&share, label, Unit::Commits).numerator);
        assert_eq!(counts, [1, 1, 1]);
    }

    #[test]
    fn before_ai_tools_nothing_is_guessed() {
        let rows: Vec<Landed> = (0..50).map(|at| Landed { is_flagged: true, ..row("r", at, 1_600_000_000) }).collect();
        let share = share(&rows, By::Quarter, &rates());
        assert!(share.figures.iter().all(|figure| figure.label != Label::BestGuess) && share.rates.is_empty());
    }

    #[test]
    fn a_period_whose_error_rate_is_not_known_has_limits_and_no_guess() {
        let mut rates = rates();
        let known = Count { of: 10, total: 1000 };
        let by_half_year = |group: &str| Rate {
            label: RatesLabel::Established,
            by: "half-year".into(),
            group: group.into(),
            flagged: known,
        };
        let rows: Vec<Landed> =
            (0..100).map(|at| Landed { is_flagged: at < 40, ..row("r", at, 1_775_000_000) }).collect();
        rates.rates.push(by_half_year("2025-H2"));
        let found = share(&rows, By::Quarter, &rates);
        let guess = figure(&found, Label::BestGuess, Unit::Commits);
        assert!(guess.value.is_none() && guess.low < guess.high, "{guess:?}");
        assert!(found.note().is_some_and(|note| note.starts_with("no best guess for 2026-Q1, only limits")));
        rates.rates.push(by_half_year("2026-H1"));
        let found = share(&rows, By::Quarter, &rates);
        assert!(figure(&found, Label::BestGuess, Unit::Commits).value.is_some() && found.note().is_none());
    }

    #[test]
    fn fewer_flags_than_people_alone_would_get_tell_nothing() {
        let rows: Vec<Landed> = (0..500).map(|at| row("r", at, 1_775_000_000)).collect();
        let guess = figure(&share(&rows, By::Quarter, &rates()), Label::BestGuess, Unit::Commits);
        assert_eq!((guess.value, guess.low, guess.high), (None, None, None));
        assert_eq!((guess.numerator, guess.denominator), (0, 500));
    }
}
