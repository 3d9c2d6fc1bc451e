//! A report as one page that opens offline: a chart, and below it a table with every number. No script, and nothing from elsewhere.

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::svg::{MAX_ROWS, chart};
use super::words::{day, label, method, number, percent, scope, share, title, unit};
use crate::trail::figures::{Figure, Kind, Label, Report};
use ai_detect_base::terminal::is_unsafe;

const STYLE: &str = include_str!("page.css");

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: &'static str,
    scope: String,
    style: &'static str,
    style_digest: String,
    chart: String,
    /// Whether the chart leaves rows out.
    is_cut: bool,
    max_rows: usize,
    legend: &'static [(&'static str, &'static str)],
    notes: Vec<String>,
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    method: &'static [&'static str],
    rates: Vec<String>,
    version: &'a str,
}

/// Writes the page.
///
/// # Errors
/// Never for a report that this crate made.
pub fn write(report: &Report) -> Result<String, askama::Error> {
    let rates = report.rates.iter().map(|rates| {
        format!(
            "{}: style flags {} of {} AI commits, and {} of {} commits of {}.",
            rates.period.as_deref().unwrap_or("all"),
            number(rates.ai_flagged),
            number(rates.ai),
            number(rates.people_flagged),
            number(rates.people),
            rates.of
        )
    });
    let page = Page {
        title: title(report),
        scope: shown(&scope(report)),
        style: STYLE,
        style_digest: format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(STYLE))),
        chart: chart(report),
        is_cut: rows_of_chart(report) > MAX_ROWS,
        max_rows: MAX_ROWS,
        legend: legend(report.report),
        notes: report.notes.iter().map(|note| shown(note)).collect(),
        heads: heads(report.report),
        rows: report.figures.iter().map(|figure| row(report.report, figure)).collect(),
        method: method(report),
        rates: rates.collect(),
        version: &report.version,
    };
    page.render()
}

fn rows_of_chart(report: &Report) -> usize {
    let mut groups: Vec<_> = report
        .figures
        .iter()
        .map(|figure| (&figure.period, &figure.folder, &figure.class, &figure.repository))
        .collect();
    groups.dedup();
    groups.len()
}

fn legend(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Share => &[
            ("declared", "declared"),
            ("denied", "denied"),
            ("unknown", "nothing known"),
            ("not-read", "not readable"),
            ("point", "best guess within the readable part, with its limits"),
        ],
        Kind::Tree => &[
            ("declared", "declared"),
            ("denied", "denied"),
            ("unknown", "nothing known"),
            ("not-read", "not readable"),
        ],
        Kind::Sensitive => &[("point", "declared, with limits of 95 %")],
    }
}

fn heads(kind: Kind) -> Vec<&'static str> {
    let first: &[&str] = match kind {
        Kind::Share => &["period", "repository", "what"],
        Kind::Tree => &["folder", "what", "model"],
        Kind::Sensitive => &["class", "repository", "what"],
    };
    [first, &["count", "of", "unit", "share (limits)", "read", "newest"]].concat()
}

fn row(kind: Kind, figure: &Figure) -> Vec<String> {
    let or_all = |name: &Option<String>| name.as_deref().map_or_else(|| "all".to_owned(), shown);
    let first = match kind {
        Kind::Share => [or_all(&figure.period), or_all(&figure.repository), label(figure.label).to_owned()],
        Kind::Tree => [
            [&figure.repository, &figure.folder]
                .into_iter()
                .flatten()
                .map(|name| shown(name))
                .reduce(|a, b| format!("{a}: {b}"))
                .unwrap_or_else(|| "all".to_owned()),
            label(figure.label).to_owned(),
            figure.model.as_deref().map_or_else(String::new, shown),
        ],
        Kind::Sensitive => [or_all(&figure.class), or_all(&figure.repository), label(figure.label).to_owned()],
    };
    let rest = [
        number(figure.numerator),
        number(figure.denominator),
        match figure.label {
            Label::BestGuess => "flags of commits that declare nothing".to_owned(),
            _ => unit(figure.unit).to_owned(),
        },
        share(figure),
        figure.coverage.map(percent).unwrap_or_default(),
        day(figure.as_of),
    ];
    first.into_iter().chain(rest).collect()
}

/// A stranger's text without characters that act on who reads it. The template escapes markup.
fn shown(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect()
}
