//! A project's own lines about sensitive paths, read as those of a CODEOWNERS file.

use ai_detect_base::globs::{Case, Globs, PatternError};

/// The class of a project's own lines that name none.
pub(crate) const PROJECT: &str = "project";

/// A project's own line.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) text: String,
    pub(super) glob: Globs,
    /// None takes the path out of every class.
    pub(super) classes: Option<Vec<String>>,
}

/// Whether a project's line is one: `PATTERN [CLASS…]` or `!PATTERN`.
///
/// # Errors
/// What is wrong with it.
pub fn check_line(line: &str) -> Result<(), PatternError> {
    read(line).map(drop).map_err(|error| PatternError { pattern: line.into(), ..error })
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(line: &str) -> Result<Own, PatternError> {
    let mut words = line.split_whitespace();
    let wrong = |problem: &str| PatternError { pattern: line.into(), problem: problem.into() };
    let first = words.next().ok_or_else(|| wrong("it is empty"))?;
    let classes: Vec<String> = words.map(str::to_owned).collect();
    let (pattern, out) = first.strip_prefix('!').map_or((first, false), |rest| (rest, true));
    if out && !classes.is_empty() {
        return Err(wrong("a pattern behind `!` takes paths out of every class, so it names none"));
    }
    if let Some(pattern) = classes.iter().find(|class| is_like_pattern(class)) {
        let problem =
            format!("the pattern stands first and its classes behind it, and `{pattern}` looks like a pattern");
        return Err(wrong(&problem));
    }
    let classes = if classes.is_empty() { vec![PROJECT.to_owned()] } else { classes };
    let mut glob = Globs::new(Case::Same);
    glob.add_checked(&anywhere(pattern))?;
    Ok(Own { text: line.to_owned(), glob, classes: (!out).then_some(classes) })
}

fn is_like_pattern(class: &str) -> bool {
    class.contains(['/', '*', '?', '[', '{', '!']) || class.starts_with('.')
}

/// The classes that a project's lines define.
pub fn classes_of(lines: &[String]) -> Vec<String> {
    let of_line = |line: &String| line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>();
    lines.iter().flat_map(of_line).chain([PROJECT.to_owned()]).collect()
}

/// As in a CODEOWNERS file: without a slash but at its end, a pattern matches at any depth; a slash
/// at the start means the root; one at the end, everything below.
fn anywhere(pattern: &str) -> String {
    let (body, folder) = pattern.strip_suffix('/').map_or((pattern, false), |body| (body, true));
    let rooted = body.strip_prefix('/').map(str::to_owned);
    let body = rooted.unwrap_or_else(|| if body.contains('/') { body.to_owned() } else { format!("**/{body}") });
    if folder { format!("{body}/**") } else { body }
}
