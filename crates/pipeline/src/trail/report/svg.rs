//! Charts as SVG: stacked bars by period or folder, and shares with their limits. Plain shapes, with a title for who cannot see
//! them; the table below a chart has every number.

use std::fmt::Write as _;

use super::words::{label, percent};
use crate::trail::figures::{Figure, Kind, Label, Report, Unit};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 290.0;
const RIGHT: f64 = 70.0;
const ROW: f64 = 30.0;
const BAR: f64 = 16.0;
/// Rows that a chart shows; the table has all.
pub(super) const MAX_ROWS: usize = 40;

/// A row of a chart.
struct Row {
    name: String,
    /// Shares that lie side by side, with their class.
    parts: Vec<(Label, f64)>,
    /// A share with its limits, drawn as a point on a line.
    point: Option<(Option<f64>, f64, f64)>,
    says: String,
}

/// The chart of a report.
pub(super) fn chart(report: &Report) -> String {
    let rows = match report.report {
        Kind::Share => by_period(report),
        Kind::Tree => by_folder(report),
        Kind::Sensitive => limits(report),
    };
    let first = match report.report {
        // The newest periods are of more use than the oldest ones.
        Kind::Share => rows.len().saturating_sub(MAX_ROWS),
        Kind::Tree | Kind::Sensitive => 0,
    };
    draw(rows.get(first..).unwrap_or_default())
}

fn by_period(report: &Report) -> Vec<Row> {
    let all = || report.figures.iter().filter(|figure| figure.repository.is_none());
    let mut periods: Vec<&str> = all().filter_map(|figure| figure.period.as_deref()).collect();
    periods.dedup();
    let row = |period: &str| {
        let of_period =
            || all().filter(|figure| figure.period.as_deref() == Some(period) && figure.unit == Unit::Commits);
        let parts = parts(of_period());
        let guess = of_period().find(|figure| figure.label == Label::BestGuess);
        // The guess is a share of what is readable; on the bar it stands within that part.
        let point = guess.and_then(|guess| Some((guess.value, guess.low?, guess.high?)));
        let coverage = guess.and_then(|guess| guess.coverage).unwrap_or(1.0);
        let point =
            point.map(|(value, low, high)| (value.map(|value| value * coverage), low * coverage, high * coverage));
        let n = of_period().map(|figure| figure.denominator).next().unwrap_or(0);
        Row { name: format!("{period} · {n}"), says: spoken(&parts), parts, point }
    };
    periods.into_iter().map(row).collect()
}

fn by_folder(report: &Report) -> Vec<Row> {
    let key = |figure: &Figure| (figure.repository.clone(), figure.folder.clone());
    let mut folders: Vec<(Option<String>, Option<String>)> = report.figures.iter().map(key).collect();
    folders.dedup();
    let row = |folder: (Option<String>, Option<String>)| {
        let of_folder = || report.figures.iter().filter(|figure| key(figure) == folder);
        let n = of_folder().map(|figure| figure.denominator).next().unwrap_or(0);
        let parts = parts(of_folder());
        let name = [folder.0.as_deref(), folder.1.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(": ");
        let name = if name.is_empty() { "all".to_owned() } else { name };
        Row { name: format!("{name} · {n}"), says: spoken(&parts), parts, point: None }
    };
    folders.into_iter().map(row).collect()
}

fn limits(report: &Report) -> Vec<Row> {
    let row = |figure: &Figure| {
        let point = figure.low.zip(figure.high).map(|(low, high)| (figure.value, low, high));
        let names = [&figure.class, &figure.repository].map(|name| name.clone().unwrap_or_default());
        Row { name: names.join(" · "), parts: Vec::new(), says: super::words::share(figure), point }
    };
    report.figures.iter().map(row).collect()
}

/// The classes of some figures side by side; those of one class together.
fn parts<'a>(figures: impl Iterator<Item = &'a Figure>) -> Vec<(Label, f64)> {
    let mut parts: Vec<(Label, f64)> = Vec::new();
    for figure in figures.filter(|figure| figure.label != Label::BestGuess) {
        let Some(value) = figure.value else { continue };
        match parts.iter_mut().find(|(label, _)| *label == figure.label) {
            Some((_, share)) => *share += value,
            None => parts.push((figure.label, value)),
        }
    }
    parts.sort_by_key(|(label, _)| *label);
    parts
}

fn spoken(parts: &[(Label, f64)]) -> String {
    let of = |(class, share): &(Label, f64)| format!("{} {}", label(*class), percent(*share));
    parts.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn draw(rows: &[Row]) -> String {
    let shown = rows.get(..rows.len().min(MAX_ROWS)).unwrap_or(rows);
    let height = shown.len() as f64 * ROW + 30.0;
    let x = |share: f64| LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Chart; the table below has its numbers\">\n\
         <defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"6\" height=\"6\" class=\"hatch-ground\"/><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" class=\"hatch-line\"/></pattern></defs>\n"
    );
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let (at, bottom) = (x(tick), height - 22.0);
        let _ = writeln!(svg, "<line class=\"tick\" x1=\"{at:.1}\" y1=\"0\" x2=\"{at:.1}\" y2=\"{bottom:.1}\"/>");
        let _ = writeln!(
            svg,
            "<text class=\"axis\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{:.0} %</text>",
            height - 6.0,
            tick * 100.0
        );
    }
    for (nth, row) in shown.iter().enumerate() {
        let top = nth as f64 * ROW + 6.0;
        let middle = top + BAR / 2.0;
        let _ = writeln!(svg, "<g><title>{}: {}</title>", escaped(&row.name), escaped(&row.says));
        let name = shortened(&row.name);
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 10.0,
            middle + 5.0,
            escaped(&name)
        );
        let mut start = 0.0;
        for (class, share) in &row.parts {
            let (from, to) = (x(start), x(start + share));
            start += share;
            if to > from {
                let _ = writeln!(
                    svg,
                    "<rect class=\"{}\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{BAR}\"/>",
                    class.word(),
                    to - from
                );
            }
        }
        if let Some((value, low, high)) = row.point {
            let _ = writeln!(
                svg,
                "<line class=\"limits\" x1=\"{:.1}\" y1=\"{middle:.1}\" x2=\"{:.1}\" y2=\"{middle:.1}\"/>",
                x(low),
                x(high)
            );
            if let Some(value) = value {
                let _ = writeln!(svg, "<circle class=\"point\" cx=\"{:.1}\" cy=\"{middle:.1}\" r=\"5\"/>", x(value));
            }
        }
        svg.push_str("</g>\n");
    }
    svg + "</svg>"
}

/// A name that fits beside the chart: both ends of it.
fn shortened(name: &str) -> String {
    const HALF: usize = 18;
    let length = name.chars().count();
    let part = |skip: usize| name.chars().skip(skip).take(HALF).collect::<String>();
    if length <= 2 * HALF + 1 { name.to_owned() } else { format!("{}…{}", part(0), part(length - HALF)) }
}

/// A text in markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c if ai_detect_base::terminal::is_unsafe(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
