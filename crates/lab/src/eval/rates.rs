//! How often flags err on labelled commits, as the table that estimates of `trail report` use.
//!
//! Only commits whose code was scored count: an estimate is made of such commits, too. People are those of today, since people
//! from before there were AI tools write about other things.

use std::collections::BTreeMap;

use super::manifest::{Label as Written, Manifest, Row};
use super::outcome::Outcome;
use super::run::Scores;
use ai_detect_pipeline::trail::figures::interval::Count;
use ai_detect_pipeline::trail::figures::period::half_year;
use ai_detect_pipeline::trail::figures::rates::{Label, Rate, Rates};

/// By how many added lines commits are grouped: the smallest number of each group, and its name.
const SIZES: [(u32, &str); 4] = [(100, "100+"), (25, "25-99"), (10, "10-24"), (0, "5-9")];

/// The error rates on scored commits; `about` says what they were measured on.
pub fn rates(manifest: &Manifest, scores: &Scores, about: Vec<String>) -> Rates {
    let mut counts: BTreeMap<(Label, &'static str, String), Count> = BTreeMap::new();
    for (row, found) in manifest.rows.iter().zip(&scores.rows) {
        let Some(found) = found.as_ref().filter(|found| found.code.is_some()) else { continue };
        let Some(label) = label(row) else { continue };
        for (by, group) in groups(row, found) {
            let count = counts.entry((label, by, group)).or_default();
            count.total += 1;
            count.of += u64::from(found.flagged);
        }
    }
    let rate = |((label, by, group), flagged): ((Label, &'static str, String), Count)| Rate {
        label,
        by: by.to_owned(),
        group,
        flagged,
    };
    Rates { about, rates: counts.into_iter().map(rate).collect() }
}

fn label(row: &Row) -> Option<Label> {
    match row.label {
        Written::Ai => Some(Label::Ai),
        Written::HumanRecent => Some(Label::People),
        Written::Human => None,
    }
}

/// The groups that a commit is in.
fn groups(row: &Row, found: &Outcome) -> Vec<(&'static str, String)> {
    let lines: u32 = found.hunks.iter().map(|hunk| hunk.added_lines).sum();
    let size = SIZES.iter().find(|(least, _)| lines >= *least).map(|(_, name)| (*name).to_owned());
    let language = (!row.language.is_empty() && row.language != "-").then(|| row.language.clone());
    let named = [("half-year", half_year(row.author_time)), ("language", language), ("lines", size)];
    let named = named.into_iter().filter_map(|(by, group)| Some((by, group?)));
    std::iter::once(("all", "all".to_owned())).chain(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::outcome::{HunkOutcome, Scored};

    #[test]
    fn scored_commits_are_counted_by_who_wrote_them_language_size_and_half_year() {
        let manifest = "label\trepository\tcommit\tauthor_time\ttool\tlanguage\tadded_lines\n";
        let line = |label: &str, at: usize| format!("{label}\to/r\t{at:040x}\t2025-03-01T00:00:00Z\tx\tgo\t30\n");
        let manifest =
            manifest.to_owned() + &line("ai", 1) + &line("ai", 2) + &line("human-recent", 3) + &line("human", 4);
        let manifest = Manifest::read("m", manifest.as_bytes()).unwrap();
        let score = Scored { log_odds: 0.0, probability: 0.5 };
        let hunk = HunkOutcome { score, code: 0.0, message: 0.0, language: "Go".into(), added_lines: 30 };
        let found =
            |flagged| Some(Outcome { code: Some(1.0), flagged, hunks: vec![hunk.clone()], ..Outcome::default() });
        let unscored = Some(Outcome::default());
        let scores = Scores { rows: vec![found(true), unscored, found(false), found(true)], ..Scores::default() };
        let written = rates(&manifest, &scores, vec!["made up".into()]).write();
        assert_eq!(
            written,
            "# made up\nlabel\tby\tgroup\tflagged\tcommits\n\
             ai\tall\tall\t1\t1\nai\thalf-year\t2025-H1\t1\t1\nai\tlanguage\tgo\t1\t1\nai\tlines\t25-99\t1\t1\n\
             people\tall\tall\t0\t1\npeople\thalf-year\t2025-H1\t0\t1\npeople\tlanguage\tgo\t0\t1\npeople\tlines\t25-99\t0\t1\n"
        );
        assert!(Rates::read(&written).is_ok());
    }
}
