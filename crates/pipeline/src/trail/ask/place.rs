//! Places of code as people type them: `PATH`, `PATH:12`, `PATH:12-20`, `PATH:12,20`, `PATH:12:5`.

/// A path with lines of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// All that was typed.
    pub text: String,
    /// The path in it.
    pub path: String,
    /// The first and last line, from 1; nothing for the whole file.
    pub lines: Option<(u32, u32)>,
}

/// What is wrong with a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// There is no path.
    #[error("`{0}` names no path; write PATH, PATH:LINE or PATH:FROM-TO")]
    NoPath(String),
    /// Lines are counted from 1.
    #[error("`{0}`: lines are counted from 1")]
    Zero(String),
    /// The end comes first.
    #[error("`{text}`: {first} comes after {last}")]
    Reversed {
        /// The place.
        text: String,
        /// The first line.
        first: u32,
        /// The last line.
        last: u32,
    },
}

impl std::str::FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (path, lines) = split(text).map_or((text, None), |(path, lines)| (path, Some(lines)));
        if path.is_empty() {
            return Err(PlaceError::NoPath(text.to_owned()));
        }
        match lines {
            Some((0, _) | (_, 0)) => Err(PlaceError::Zero(text.to_owned())),
            Some((first, last)) if first > last => Err(PlaceError::Reversed { text: text.to_owned(), first, last }),
            lines => Ok(Place { text: text.to_owned(), path: path.to_owned(), lines }),
        }
    }
}

/// The path, and the lines behind its last colon, where numbers stand there.
fn split(text: &str) -> Option<(&str, (u32, u32))> {
    let (path, end) = text.rsplit_once(':')?;
    if let Some((first, last)) = end.split_once(['-', ',']) {
        return Some((path, (number(first)?, number(last)?)));
    }
    let line = number(end)?;
    // A compiler writes PATH:LINE:COLUMN.
    match path.rsplit_once(':').and_then(|(path, line)| Some((path, number(line)?))) {
        Some((path, line)) => Some((path, (line, line))),
        None => Some((path, (line, line))),
    }
}

fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // So many lines has no file, and the error that says so is a better one.
    is_number.then(|| text.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_behind_the_last_colon() {
        for (text, path, lines) in [
            ("src/a.rs", "src/a.rs", None),
            ("src/a.rs:7", "src/a.rs", Some((7, 7))),
            ("src/a.rs:7-9", "src/a.rs", Some((7, 9))),
            ("src/a.rs:7,9", "src/a.rs", Some((7, 9))),
            ("src/a.rs:7:33", "src/a.rs", Some((7, 7))),
            ("odd:name", "odd:name", None),
            ("odd:name:7", "odd:name", Some((7, 7))),
            ("C:\\a.rs", "C:\\a.rs", None),
            ("a.rs:99999999999", "a.rs", Some((u32::MAX, u32::MAX))),
        ] {
            assert_eq!(text.parse(), Ok(Place { text: text.into(), path: path.into(), lines }), "{text}");
        }
        assert_eq!(":3".parse::<Place>(), Err(PlaceError::NoPath(":3".into())));
        assert_eq!("a:0".parse::<Place>(), Err(PlaceError::Zero("a:0".into())));
        assert_eq!("a:0-3".parse::<Place>(), Err(PlaceError::Zero("a:0-3".into())));
        assert!("a:9-3".parse::<Place>().unwrap_err().to_string().contains("9 comes after 3"));
    }
}
