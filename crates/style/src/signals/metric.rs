//! `metric` rules: named numbers of a hunk or of one of its regions. Adding one is a line in
//! `HUNK` or `REGION`.
//!
//! What is counted for those of a whole hunk is in [`super::measures`].

use super::measures::{Habit, Measures, mean, ratio, spread};
use super::message;
use super::{Block, Found};
use crate::pack::rule::Shape;
use crate::pack::{Kind, Rule, Scope};
use crate::syntax::regions::{Function, Region};
use crate::syntax::words;

/// How a number is taken; `None` where there is too little to measure.
pub(crate) type Number<T> = fn(&T) -> Option<f64>;

/// How many lines a file has before the change at least, for its style to be compared with.
pub(crate) const MIN_BEFORE: u32 = 30;

/// Numbers of a whole hunk.
pub(crate) static HUNK: &[(&str, Number<Measures>)] = &[
    ("added_lines", |m| Some(m.lines)),
    ("new_file", |m| ratio(m.new_lines, m.lines, 1.0)),
    ("new_files", |m| Some(m.new_files)),
    ("comment_share", |m| ratio(m.comment_lines, m.nonblank, 5.0)),
    ("comment_words", |m| mean(&m.comment_words, 1)),
    ("comment_spread", |m| spread(&m.comment_words, 4)),
    ("comment_capitalised", |m| ratio(m.capitalised, m.comments, 2.0)),
    ("comment_period", |m| ratio(m.periods, m.comments, 2.0)),
    ("lowercase_comments", |m| ratio(m.lowercase, m.comments, 2.0)),
    ("comments_per_10_lines", |m| ratio(10.0 * m.comments, m.nonblank, 5.0)),
    ("paragraph_comment_share", |m| ratio(m.paragraphs_with_comment, m.paragraphs, 3.0)),
    ("docstring_share", |m| ratio(m.documented, m.functions, 1.0)),
    ("docstring_words", |m| mean(&m.docstring_words, 1)),
    ("line_length", |m| mean(&m.line_lengths, 5)),
    ("line_length_spread", |m| spread(&m.line_lengths, 5)),
    ("function_lines_spread", |m| spread(&m.function_lines, 3)),
    ("functions", |m| Some(m.functions)),
    ("identifier_length", |m| mean(&m.identifier_lengths, 5)),
    ("identifier_parts", |m| mean(&m.identifier_parts, 5)),
    ("short_identifiers", |m| ratio(m.short_identifiers, m.identifier_lengths.len() as f64, 10.0)),
    ("blank_share", |m| ratio(m.lines - m.nonblank, m.lines, 5.0)),
    ("handlers_per_100_lines", |m| ratio(100.0 * m.handlers, m.nonblank, 5.0)),
    ("log_calls_per_100_lines", |m| ratio(100.0 * m.log_calls, m.nonblank, 5.0)),
    ("null_checks_per_100_lines", |m| ratio(100.0 * m.null_checks, m.nonblank, 5.0)),
    ("returns_per_function", |m| ratio(m.returns, m.functions, 1.0)),
    ("em_dashes", |m| Some(m.em_dashes)),
    ("arrows", |m| Some(m.arrows)),
    ("smart_quotes", |m| Some(m.smart_quotes)),
    ("ellipsis_chars", |m| Some(m.ellipses)),
    ("emoji", |m| Some(m.emoji)),
    ("box_drawing", |m| Some(m.box_drawing)),
    ("check_marks", |m| Some(m.check_marks)),
    ("todos", |m| Some(m.todos)),
    ("questions", |m| Some(m.questions)),
    ("urls", |m| Some(m.urls)),
    ("first_person", |m| ratio(m.first_person, m.comments, 1.0)),
    ("commented_out_code", |m| Some(m.commented_out)),
    ("missing_spaces", |m| ratio(m.tight, m.comments, 1.0)),
    ("trailing_comments", |m| ratio(m.trailing, m.comments, 2.0)),
    ("tests", |m| Some(m.tests)),
    ("test_name_parts", |m| mean(&m.test_name_parts, 1)),
    ("asserts_per_test", |m| ratio(m.asserts, m.tests, 1.0)),
    ("parenthesised_asides", |m| ratio(m.asides, m.comments, 2.0)),
    ("backticks", |m| ratio(m.backticks, m.comments, 1.0)),
    ("numbered_steps", |m| Some(m.numbered)),
    ("heading_comments", |m| Some(m.headings)),
    ("break_comment_share", |m| m.habit(Habit::CommentShare)),
    ("break_comment_words", |m| m.habit(Habit::CommentWords)),
    ("break_capitalised", |m| m.habit(Habit::Capitalised)),
    ("break_period", |m| m.habit(Habit::Period)),
    ("break_line_length", |m| m.habit(Habit::LineLength)),
    ("break_blank_share", |m| m.habit(Habit::BlankShare)),
    ("break_identifier_parts", |m| m.habit(Habit::IdentifierParts)),
    ("break_quotes", |m| m.habit(Habit::DoubleQuotes)),
    ("break_indent", |m| m.habit(Habit::Tabs)),
];

/// Numbers of one region, with the scopes that have it.
static REGION: &[(&str, &[Scope])] = &[
    ("overlap_with_next_line", &[Scope::Comment]),
    ("overlap_with_signature", &[Scope::Docstring]),
    ("words", &[Scope::Comment, Scope::Docstring, Scope::String]),
    ("lines", &[Scope::Comment, Scope::Docstring, Scope::String, Scope::Function, Scope::Test]),
];

/// Whether a metric exists and is taken in that scope.
///
/// # Errors
/// What is wrong, with the name that was perhaps meant.
pub(crate) fn check(name: &str, scope: Option<Scope>) -> Result<(), String> {
    let (known, scopes): (Vec<&str>, bool) = match scope {
        None => (HUNK.iter().map(|(name, _)| *name).collect(), true),
        Some(scope) if scope.is_message() => (message::NUMBERS.iter().map(|(name, _)| *name).collect(), true),
        Some(scope) => (
            REGION.iter().map(|(name, _)| *name).collect(),
            REGION.iter().all(|(known, scopes)| *known != name || scopes.contains(&scope)),
        ),
    };
    if !scopes {
        return Err(format!("`{name}` is not taken in that scope"));
    }
    if known.contains(&name) {
        return Ok(());
    }
    let near = ai_detect_base::yaml::nearest(name, known.into_iter());
    Err(format!(
        "no metric is called `{name}` there{}",
        near.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
    ))
}

/// A number of a whole hunk, and the rules that are about it.
pub(crate) struct OfHunk {
    /// How it is taken.
    pub number: Number<Measures>,
    /// Which rules ask for it: never empty.
    pub rules: Vec<usize>,
}

/// The numbers of whole hunks that rules ask for.
pub(crate) fn of_hunk(rules: &[Rule]) -> Vec<OfHunk> {
    let about = |wanted: &str| {
        let asks =
            |rule: &Rule| rule.scope.is_none() && matches!(&rule.kind, Kind::Metric { name, .. } if name == wanted);
        rules.iter().enumerate().filter(|(_, rule)| asks(rule)).map(|(at, _)| at).collect()
    };
    let asked = HUNK.iter().map(|(name, number)| OfHunk { number: *number, rules: about(name) });
    asked.filter(|metric| !metric.rules.is_empty()).collect()
}

/// A number as a person reads it.
pub(crate) fn shown(value: f64) -> String {
    if value == value.trunc() { format!("{value}") } else { format!("{value:.2}") }
}

/// Takes the number of each region of a scope, and counts what the shape says.
pub(crate) fn regions(at: usize, name: &str, scope: Scope, shape: Shape, block: &Block<'_>, found: &mut Found) {
    let regions = &block.hunk.regions;
    let texts = match scope {
        Scope::Comment => regions.comments.as_slice(),
        Scope::Docstring => regions.docstrings.as_slice(),
        Scope::String => regions.strings.as_slice(),
        _ => &[],
    };
    for region in texts {
        let value = match name {
            "overlap_with_next_line" => overlap_with_next_line(block, region),
            "overlap_with_signature" => overlap_with_signature(block, region),
            "words" => Some(words::prose(&region.text).count() as f64),
            _ => Some(f64::from(region.span.len())),
        };
        let amount = value.map_or(0.0, |value| shape.of(value));
        if amount > 0.0 {
            found.count(at, amount, Some(block.region_evidence(region)));
        }
    }
    let functions: Vec<&Function> = match scope {
        Scope::Function => regions.functions.iter().collect(),
        Scope::Test => regions.tests().collect(),
        _ => Vec::new(),
    };
    for function in functions {
        let amount = shape.of(f64::from(function.span.len()));
        if amount > 0.0 {
            found.count(at, amount, Some(block.line_evidence(function.span.start)));
        }
    }
}

/// The share of a comment's telling words that the code line after it repeats.
fn overlap_with_next_line(block: &Block<'_>, comment: &Region) -> Option<f64> {
    if comment.trailing || comment.span.len() > 2 {
        return None;
    }
    let line = block.code_line_after(comment.span.end)?;
    let code = block.hunk.seen.bytes(block.file.new.line(line));
    overlap(&comment.text, &String::from_utf8_lossy(&code))
}

/// The share of a documentation's first sentence that the function's head repeats.
fn overlap_with_signature(block: &Block<'_>, doc: &Region) -> Option<f64> {
    let near = |function: &&Function| {
        let above = doc.end_before(function) <= 3;
        let within = doc.span.start > function.span.start && doc.span.start - function.span.start <= 8;
        above || within
    };
    let function = block
        .hunk
        .regions
        .functions
        .iter()
        .filter(near)
        .min_by_key(|function| function.span.start.abs_diff(doc.span.start))?;
    let sentence = doc.text.split(['.', '\n']).find(|part| !part.trim().is_empty())?;
    overlap(sentence, &format!("{} {}", function.name, function.parameters))
}

impl Region {
    /// How many lines lie between this region and a function that starts after it.
    fn end_before(&self, function: &Function) -> u32 {
        function.span.start.checked_sub(self.span.end).unwrap_or(u32::MAX)
    }
}

/// How many of the telling words of `prose` are parts of names in `code`; needs two words to say anything.
fn overlap(prose: &str, code: &str) -> Option<f64> {
    let parts: Vec<String> = words::parts(code);
    let stems: Vec<&str> = parts.iter().map(|part| words::stem(part)).collect();
    let told: Vec<String> = words::prose(prose).filter(|word| word.len() > 2 && !words::is_filler(word)).collect();
    let repeated = told.iter().filter(|word| stems.contains(&words::stem(word))).count();
    (told.len() >= 2).then(|| repeated as f64 / told.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_restates_its_code_overlaps_with_it() {
        let share = overlap("Increment the retry counter", "retry_counter += 1").unwrap();
        assert!((share - 2.0 / 3.0).abs() < 1e-9, "{share}");
        assert_eq!(overlap("The peer resets its window after three", "retry_counter += 1"), Some(0.0));
        assert_eq!(overlap("Note", "note = 1"), None);
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = HUNK.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), HUNK.len());
    }
}
