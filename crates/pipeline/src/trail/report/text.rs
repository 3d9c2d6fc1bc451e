//! A report for a terminal.

use std::fmt::Write as _;

use anstyle::Style;

use super::words::{day, method, number, percent, scope, share, title};
use crate::trail::figures::{Figure, Kind, Label, Report, Unit};
use ai_detect_base::terminal::{escaped, fitted};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Characters of a cell that are shown.
const MAX_CELL: usize = 80;

/// Writes a report.
pub fn write(report: &Report) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}\n{}\n", title(report), escaped(&scope(report)));
    for note in &report.notes {
        let _ = writeln!(text, "note: {}", escaped(note));
    }
    text.push('\n');
    let rows = match report.report {
        Kind::Share => of_share(report),
        Kind::Tree => of_tree(report),
        Kind::Sensitive => of_sensitive(report),
    };
    text += &table(&rows);
    text.push('\n');
    for line in method(report) {
        let _ = writeln!(text, "{DIM}{line}{DIM:#}");
    }
    let mut told: Vec<&str> = Vec::new();
    for rates in report.rates.iter().rev() {
        if told.contains(&rates.of.as_str()) {
            continue;
        }
        told.push(&rates.of);
        let _ = writeln!(
            text,
            "{DIM}Style flags {} of {} AI commits and {} of {} commits of {}.{DIM:#}",
            number(rates.ai_flagged),
            number(rates.ai),
            number(rates.people_flagged),
            number(rates.people),
            escaped(&rates.of)
        );
    }
    text
}

/// Figures of one period and repository, in the order in which they come.
fn groups(report: &Report) -> Vec<Vec<&Figure>> {
    let key = |figure: &Figure| (figure.period.clone(), figure.repository.clone(), figure.folder.clone());
    let mut groups: Vec<Vec<&Figure>> = Vec::new();
    for figure in &report.figures {
        match groups.last_mut() {
            Some(group) if group.first().is_some_and(|first| key(first) == key(figure)) => group.push(figure),
            _ => groups.push(vec![figure]),
        }
    }
    groups
}

fn of_share(report: &Report) -> Vec<Vec<String>> {
    let mut rows = vec![
        [
            "period",
            "repository",
            "commits",
            "declared, of all",
            "denied",
            "best guess, of readable",
            "readable",
            "declared lines",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for group in groups(report) {
        let find = |label, unit| group.iter().find(|figure| figure.label == label && figure.unit == unit).copied();
        let Some(declared) = find(Label::Declared, Unit::Commits) else { continue };
        let cell = |figure: Option<&Figure>| figure.map_or_else(String::new, share);
        let count = |figure: Option<&Figure>| figure.map_or_else(String::new, |figure| number(figure.numerator));
        rows.push(vec![
            declared.period.clone().unwrap_or_default(),
            declared.repository.clone().unwrap_or_else(|| "all".to_owned()),
            number(declared.denominator),
            share(declared),
            count(find(Label::Denied, Unit::Commits)),
            cell(find(Label::BestGuess, Unit::Commits)),
            declared.coverage.map(percent).unwrap_or_default(),
            cell(find(Label::Declared, Unit::Lines)),
        ]);
    }
    rows
}

fn of_tree(report: &Report) -> Vec<Vec<String>> {
    let mut rows = vec![["folder", "lines", "class", "model", "of the folder"].map(str::to_owned).to_vec()];
    for figure in &report.figures {
        rows.push(vec![
            [&figure.repository, &figure.folder]
                .into_iter()
                .flatten()
                .cloned()
                .reduce(|a, b| format!("{a}: {b}"))
                .unwrap_or_else(|| "all".to_owned()),
            number(figure.numerator),
            super::words::label(figure.label).to_owned(),
            match &figure.model {
                Some(model) => model.clone(),
                None if figure.label == Label::Declared => "(not stated)".to_owned(),
                None => String::new(),
            },
            share(figure),
        ]);
    }
    rows
}

fn of_sensitive(report: &Report) -> Vec<Vec<String>> {
    let mut rows = vec![["class", "repository", "commits", "declared, at least", "newest"].map(str::to_owned).to_vec()];
    for figure in &report.figures {
        rows.push(vec![
            figure.class.clone().unwrap_or_default(),
            figure.repository.clone().unwrap_or_default(),
            number(figure.denominator),
            format!("{} of them, {}", number(figure.numerator), share(figure)),
            day(figure.as_of),
        ]);
    }
    rows
}

/// Columns side by side, the first row as their heads.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    // A stranger may have chosen any name.
    let shown = |row: &Vec<String>| row.iter().map(|cell| escaped(&fitted(cell, MAX_CELL))).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(shown).collect();
    let width = |at: usize| rows.iter().filter_map(|row| Some(row.get(at)?.chars().count())).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (nth, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let line = line.trim_end();
        let _ = if nth == 0 { writeln!(text, "{DIM}{line}{DIM:#}") } else { writeln!(text, "{line}") };
    }
    text
}
