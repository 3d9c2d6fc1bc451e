//! Which literals a regular expression needs: one of them occurs in every match, so that a text
//! without any need not be searched, and the expression not be compiled.
//!
//! The build script finds the literals of the built-in rules.

use regex_syntax::hir::{Hir, HirKind};

/// The literals of which one occurs in every match, regardless of case; `None` where there are none.
///
/// # Errors
/// Why the pattern is no regular expression.
pub fn needed(pattern: &str) -> Result<Option<Vec<String>>, String> {
    let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).multi_line(true).build().parse(pattern);
    match parsed {
        Ok(hir) => Ok(of(&hir)),
        // The last line of the library's explanation says what is wrong.
        Err(error) => Err(format!("not a regular expression: {}", error.to_string().lines().last().unwrap_or(""))),
    }
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0).into_owned();
            (text.len() >= 2 && !text.contains('\u{fffd}')).then(|| vec![text])
        }
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Alternation(branches) => branches.iter().map(of).collect::<Option<Vec<_>>>().map(|sets| sets.concat()),
        // The set whose shortest literal is longest is the rarest in ordinary text.
        HirKind::Concat(parts) => parts.iter().filter_map(of).max_by_key(|set| set.iter().map(String::len).min()),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}
