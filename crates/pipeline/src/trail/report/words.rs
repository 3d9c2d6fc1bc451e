//! What figures are called, and how numbers are written: the same in all formats for people.

use jiff::Timestamp;

use crate::trail::figures::{Figure, Kind, Label, Report, Unit};

/// What a class is called.
pub(super) fn label(label: Label) -> &'static str {
    match label {
        Label::Declared => "declared",
        Label::Denied => "denied",
        Label::Unknown => "nothing known",
        Label::NotRead => "not readable",
        Label::BestGuess => "best guess",
    }
}

/// `12.3 %`, with as many digits as a reader can use.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.05 { "< 0.1 %".to_owned() } else { format!("{percent:.1} %") }
}

/// A share with its limits; in words where it cannot be told.
pub(super) fn share(figure: &Figure) -> String {
    let Some(value) = figure.value else {
        if let (Some(low), Some(high)) = (figure.low, figure.high) {
            return format!("{:.1}–{:.1} %, no best guess", low * 100.0, high * 100.0);
        }
        return if figure.denominator == 0 { "nothing to count".to_owned() } else { "cannot be told".to_owned() };
    };
    match (figure.low, figure.high) {
        // An estimate is never certain.
        (Some(low), Some(_)) if figure.label == Label::BestGuess && value >= 0.995 => {
            // A limit that rounds to all would read as certain.
            format!("nearly all (from {:.1})", (low * 100.0).min(99.9))
        }
        (Some(low), Some(high)) => format!("{} ({:.1}–{:.1})", percent(value), low * 100.0, high * 100.0),
        _ => percent(value),
    }
}

/// `12,345`.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A day in UTC.
pub(super) fn day(seconds: Option<i64>) -> String {
    let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(|| "no day".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// The title of a report.
pub(super) fn title(report: &Report) -> &'static str {
    match report.report {
        Kind::Share => "AI use by when commits landed",
        Kind::Tree => "AI use in the lines of a revision",
        Kind::Sensitive => "Declared AI use on sensitive paths",
    }
}

/// What the report counts, in a sentence.
pub(super) fn scope(report: &Report) -> String {
    let total: u64 = report.repositories.iter().map(|source| source.n).sum();
    let unit = if report.report == Kind::Tree { "lines" } else { "commits" };
    let repositories = match report.repositories.as_slice() {
        [one] => one.name.clone(),
        several => format!("{} repositories", several.len()),
    };
    format!("{} {unit} of {repositories}, as of {} (UTC)", number(total), day(report.as_of))
}

/// How to read the figures of a report.
pub(super) fn method(report: &Report) -> &'static [&'static str] {
    match report.report {
        Kind::Share => &[
            "Declared: the commit, or the merged request that brought it, says that an AI tool took part. So much at least. Commits \
             of programs count as all others.",
            "Denied: it says that none did. Nothing known: it says nothing, and its style was looked at.",
            "Not readable: it says nothing, and there is too little code in a language that is scored.",
            "Best guess: a share of the readable commits alone, those with enough code in a language that is scored, whatever they \
             declare. Of them those that declare and, of the others, what style suggests, corrected for how often style errs \
             (Rogan-Gladen; limits of 95 % by Lang-Reiczigel). It is no upper limit for the share of all. It rests on commits that \
             declare AI use, where hidden use may look different, and on people who wrote in a project before AI tools: the code \
             of people who are new to a project is flagged more often. With fewer than 20 readable commits, and where fewer are \
             flagged than people alone would get, it cannot be told. Where it is not known how often style flags people's commits \
             of that time, the limits stand alone.",
            "Limits of counted shares are Wilson's, of 95 %, for comparing groups. Nothing known is not human.",
        ],
        Kind::Tree => &[
            "Each line belongs to the commit that brought it, through renames. Lines are in the class of what that commit, its \
             note for these lines, or the merge that brought it declares. Style is not looked at.",
            "Not readable: files that are not text, or too large, are not counted at all; lines whose history is not in this \
             clone are.",
        ],
        Kind::Sensitive => &[
            "Of the commits that touched a class of sensitive paths, those that declare AI use: so much at least. Ordered by \
             the lower limit (Wilson, 95 %), so that few commits do not come first by chance. A commit can touch several classes: \
             `any` has each once.",
        ],
    }
}

/// The unit of a figure.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Commits => "commits",
        Unit::Lines => "lines",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1234567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 0.0001, 0.1234, 1.0].map(percent), ["0.0 %", "< 0.1 %", "12.3 %", "100.0 %"]);
        assert_eq!(day(Some(0)), "1970-01-01");
    }
}
