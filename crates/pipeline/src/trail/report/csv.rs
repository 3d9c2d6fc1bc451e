//! The figures of a report as CSV (RFC 4180), one a row.

use crate::trail::figures::{Figure, Report};

use super::words::unit;
use ai_detect_base::terminal::is_unsafe;

const HEAD: &str = "report,label,unit,period,repository,class,folder,model,numerator,denominator,value,low,high,method,coverage,as_of\r\n";

/// Writes the figures.
pub fn write(report: &Report) -> String {
    let kind = serde_json::to_value(report.report).ok();
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
    let rows = report.figures.iter().map(|figure| row(kind, figure));
    std::iter::once(HEAD.to_owned()).chain(rows).collect()
}

fn row(kind: &str, figure: &Figure) -> String {
    let text = |value: &Option<String>| field(value.as_deref().unwrap_or_default());
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let fields = [
        kind.to_owned(),
        figure.label.word().to_owned(),
        unit(figure.unit).to_owned(),
        text(&figure.period),
        text(&figure.repository),
        text(&figure.class),
        text(&figure.folder),
        text(&figure.model),
        figure.numerator.to_string(),
        figure.denominator.to_string(),
        number(figure.value),
        number(figure.low),
        number(figure.high),
        figure.method.word().to_owned(),
        number(figure.coverage),
        figure.as_of.map(|time| time.to_string()).unwrap_or_default(),
    ];
    fields.join(",") + "\r\n"
}

/// A text as a field. One that a spreadsheet would take for a formula gets an apostrophe in front.
fn field(text: &str) -> String {
    let text: String = text.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect();
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', ';', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains([',', ';', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_no_formula() {
        for (text, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+2", "'=1+2"),
            (";=1", "\"';=1\""),
            ("\u{1}=1", "' =1"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(field(text), written);
        }
    }
}
