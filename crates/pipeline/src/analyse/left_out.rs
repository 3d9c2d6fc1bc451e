//! What of a file is not scored, and why.

use ai_detect_base::change::{Added, Carried, Excluded, FileChange, Ground, Reason};
use ai_detect_base::exclude::LONG_LINE;
use ai_detect_base::linediff;
use ai_detect_git::kept_lines;
use ai_detect_report::bounds;
use ai_detect_style::syntax::{MIN_LINES, Syntax};

/// A file that is left out for a reason of its content.
pub(super) fn file(file: &FileChange, reason: Reason, detail: String) -> Excluded {
    // A file without added lines adds none.
    let added = Added::of(&file.new, &file.authored).unwrap_or_default();
    kept_lines::listed(file, reason, detail, added, Ground::Content)
}

/// Whether a report can name a file and its lines.
pub(super) fn nameable(file: &FileChange) -> bounds::Checked {
    bounds::path(&String::from_utf8_lossy(&file.path))?;
    let last = file.authored.last().map_or(1, |span| file.new.number(span.end.saturating_sub(1)));
    bounds::lines(1, last.max(1))
}

/// Everything in a file that was read and is not scored.
pub(super) fn of_read(file: &FileChange, syntax: &Syntax) -> Vec<Excluded> {
    let mut excluded = not_authored(file);
    if syntax.hunks.is_empty() {
        return excluded;
    }
    if syntax.language.is_none() {
        excluded.push(Excluded::new(file.path.clone(), Reason::NoGrammar, "not scored"));
    } else if syntax.gave_up {
        excluded.push(self::file(file, Reason::NoGrammar, "too costly to parse".into()));
    }
    excluded.extend(long_lines(file, syntax));
    excluded
}

fn not_authored(file: &FileChange) -> Vec<Excluded> {
    let mut excluded = Vec::new();
    let mut push = |lines: u32, what: &str| {
        if lines > 0 {
            let plural = if lines == 1 { "line" } else { "lines" };
            excluded.push(Excluded::new(file.path.clone(), Reason::NotAuthored, format!("{lines} {plural} {what}")));
        }
    };
    push(file.moved_lines, "moved within the change");
    push(file.whitespace_lines, "changed in white space only");
    // A forge shows a copy as added lines, and a renamed file as the same file.
    if let Some((Carried::Copied(lines), from)) = file.carried.zip(file.old_path.as_ref()) {
        push(lines, &format!("copied from {from}"));
    }
    excluded
}

/// Lines of code that are too long to be read, in blocks that have too few lines to be scored: a line may be a program.
fn long_lines(file: &FileChange, syntax: &Syntax) -> Option<Excluded> {
    syntax.language?;
    let small = syntax.hunks.iter().filter(|hunk| hunk.weight < MIN_LINES);
    let lines = small.flat_map(|hunk| hunk.authored.iter().flat_map(|span| span.start..span.end));
    let long = linediff::spans(lines.filter(|&line| file.new.raw_line(line).len() > LONG_LINE));
    let added = Added::of(&file.new, &long)?;
    let detail = format!("{} longer than {LONG_LINE} bytes, {} bytes together", added.counted(), added.bytes);
    Some(kept_lines::listed(file, Reason::Minified, detail, added, Ground::Lines))
}
