//! Commits on sensitive paths: by class of path and repository, how many declare AI use.

use std::collections::BTreeMap;

use super::interval::Count;
use super::share::{merges, state_of};
use super::{Figure, Label};
use crate::scan::landed::Landed;

/// What a commit counts for that touched any class; a commit can touch several, so classes do not add up.
pub(crate) const ANY: &str = "any";

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    declared: u64,
    commits: u64,
    read: u64,
    as_of: Option<i64>,
}

/// For each class and repository the share that declares AI use, the one with the highest lower limit first: three of three
/// commits say less than ninety of a hundred.
pub fn sensitive(rows: &[Landed]) -> Vec<Figure> {
    let merges = merges(rows);
    let mut sums: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.is_merge && row.time.is_some()) {
        let declares = state_of(row, &merges).declares();
        let any = (!row.sensitive.is_empty()).then_some(ANY);
        for class in row.sensitive.iter().map(String::as_str).chain(any) {
            let sums = sums.entry((class, row.repository.as_str())).or_default();
            sums.commits += 1;
            sums.declared += u64::from(declares);
            sums.read += u64::from(declares || row.is_scored);
            sums.as_of = sums.as_of.max(row.time);
        }
    }
    let figure = |((class, repository), sums): ((&str, &str), Sums)| Figure {
        class: Some(class.to_owned()),
        repository: Some(repository.to_owned()),
        coverage: Count { of: sums.read, total: sums.commits }.share(),
        as_of: sums.as_of,
        ..Figure::counted(Label::Declared, Count { of: sums.declared, total: sums.commits })
    };
    let mut figures: Vec<Figure> = sums.into_iter().map(figure).collect();
    // A count has limits unless it is of nothing, and no group here is.
    let low = |figure: &Figure| figure.low.unwrap_or(0.0);
    let is_any = |figure: &Figure| figure.class.as_deref() == Some(ANY);
    figures.sort_by(|a, b| is_any(b).cmp(&is_any(a)).then_with(|| low(b).total_cmp(&low(a))));
    figures
}

#[cfg(test)]
mod tests {
    use super::super::sample::row;
    use super::*;
    use ai_detect_attest::State;

    #[test]
    fn many_commits_come_before_few_with_a_higher_share() {
        let mut rows = Vec::new();
        for at in 0..103 {
            let (class, state) = match at {
                0..3 => ("secrets", State::Complete),
                3..93 => ("authentication", State::Complete),
                _ => ("authentication", State::Absent),
            };
            rows.push(Landed { sensitive: vec![class.into()], state, ..row("r", at, 1_775_000_000) });
        }
        let figures = sensitive(&rows);
        let shown: Vec<_> = figures
            .iter()
            .map(|figure| (figure.class.as_deref().unwrap(), figure.numerator, figure.denominator))
            .collect();
        assert_eq!(shown, [("any", 93, 103), ("authentication", 90, 100), ("secrets", 3, 3)]);
        assert!(figures[1].low > figures[2].low && figures[1].value < figures[2].value);
    }
}
