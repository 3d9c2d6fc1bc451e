//! The scores themselves, one row a commit, to compute with elsewhere.

use std::fmt::Write as _;

use super::figures::{Item, Lowest};
use super::manifest::Manifest;
use super::run::Scores;
use super::tables::commit_item;

/// Tab-separated text with a header line: the commits that were looked at, in the manifest's order.
///
/// Where there was nothing to score, the lowest value of the column stands, as it counts in all
/// figures; `added_lines` is the manifest's.
pub fn write(manifest: &Manifest, scores: &Scores) -> String {
    let scored: Vec<_> =
        manifest.rows.iter().zip(&scores.rows).filter_map(|(row, found)| Some((row, found.as_ref()?))).collect();
    let items: Vec<Item<'_>> = scored.iter().map(|(row, found)| commit_item(manifest, row, found)).collect();
    let lowest = Lowest::of(&items);
    let mut text = String::from(
        "repository\tcommit\tlabel\tprobability\tlog_odds\tcode_log_odds\tmessage_log_odds\tadded_lines\n",
    );
    for ((row, _), item) in scored.iter().zip(&items) {
        let [full, code, message, _] = item.scores;
        let [lowest_full, lowest_code, lowest_message, _] = lowest.scores;
        // Writing to a string never fails.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            item.repository_name,
            row.commit,
            row.label.word(),
            item.probability.unwrap_or(lowest.probability),
            full.unwrap_or(lowest_full),
            code.unwrap_or(lowest_code),
            message.unwrap_or(lowest_message),
            row.added_lines
        );
    }
    text
}
