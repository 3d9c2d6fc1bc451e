//! What identifies our comments: a hidden first line. A marker alone proves nothing, since anybody can
//! write one: a comment is ours only if the forge also says that we wrote it.

use std::fmt;

/// Where the forges cut bodies, in characters: GitHub's limit, the smaller one.
pub(crate) const MAX_BODY: usize = 65_536;

/// The first line of the one summary comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The commit that was looked at.
    pub head: String,
    /// The number of the run that wrote it; later runs have larger ones.
    pub run: u64,
    /// Whether the record of decisions stands below. Earlier versions wrote none where nothing was decided.
    pub has_record: bool,
}

/// The first line of an inline comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    /// The flag's fingerprint: the identity of the comment, whatever lines and bases are.
    pub fingerprint: String,
    /// Whether we closed it, since the flag is gone.
    pub settled: bool,
}

const SUMMARY: &str = "<!-- ai-detect:summary";
/// Says that a record stands below.
const RECORD: &str = "record";
const INLINE: &str = "<!-- ai-detect:flag";
const END: &str = " -->";

impl Summary {
    /// Reads the first line of a body.
    pub fn read(body: &str) -> Option<Self> {
        let mut words = words(body, SUMMARY)?;
        let head = words.next()?.strip_prefix("head=")?;
        let run = words.next()?.strip_prefix("run=")?.parse().ok()?;
        let has_record = words.next() == Some(RECORD);
        is_hex(head).then(|| Summary { head: head.to_owned(), run, has_record })
    }

    /// A body behind this line.
    pub fn before(&self, text: &str) -> String {
        bounded(&self.to_string(), text)
    }
}

impl Inline {
    /// Reads the first line of a body.
    pub fn read(body: &str) -> Option<Self> {
        let mut words = words(body, INLINE)?;
        let fingerprint = words.next()?;
        let settled = words.next() == Some("settled");
        is_hex(fingerprint).then(|| Inline { fingerprint: fingerprint.to_owned(), settled })
    }

    /// A body behind this line.
    pub fn before(&self, text: &str) -> String {
        bounded(&self.to_string(), text)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = if self.has_record { format!(" {RECORD}") } else { String::new() };
        write!(f, "{SUMMARY} head={} run={}{record}{END}", self.head, self.run)
    }
}

impl fmt::Display for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{INLINE} {}{}{END}", self.fingerprint, if self.settled { " settled" } else { "" })
    }
}

/// What follows the first line.
pub(crate) fn text(body: &str) -> &str {
    body.split_once('\n').map_or("", |(_, text)| text)
}

/// Whether an id is one: only such ids stand in markers, addresses and commands.
pub(crate) fn is_hex(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn words<'a>(body: &'a str, start: &str) -> Option<impl Iterator<Item = &'a str>> {
    let line = body.lines().next()?.trim_end();
    Some(line.strip_prefix(start)?.strip_suffix(END)?.split_ascii_whitespace())
}

/// A body within the limit of the forge. What writes bodies keeps to it; this is the last resort.
fn bounded(marker: &str, text: &str) -> String {
    const CUT: &str = "\n\n(Shortened: the whole is in the job's summary.)";
    let room = MAX_BODY.saturating_sub(marker.chars().count() + 1);
    if text.chars().count() <= room {
        return format!("{marker}\n{text}");
    }
    let kept: String = text.chars().take(room.saturating_sub(CUT.chars().count())).collect();
    format!("{marker}\n{kept}{CUT}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for has_record in [false, true] {
            let summary = Summary { head: "ab12".into(), run: 7, has_record };
            let body = summary.before("text\nmore");
            assert_eq!((Summary::read(&body), text(&body)), (Some(summary), "text\nmore"));
        }
        let inline = Inline { fingerprint: "cd34".into(), settled: true };
        // Forges may give bodies back with other ends of lines.
        let body = inline.before("text").replace('\n', "\r\n");
        assert_eq!(Inline::read(&body), Some(inline));
    }

    #[test]
    fn a_marker_further_down_is_somebody_elses_text() {
        assert_eq!(Summary::read("hello\n<!-- ai-detect:summary head=ab run=1 -->"), None);
        assert_eq!(Inline::read("<!-- ai-detect:flag zz\u{202e} -->"), None);
        assert_eq!(Inline::read("> <!-- ai-detect:flag ab -->"), None);
    }

    #[test]
    fn a_body_keeps_to_the_limit_in_characters() {
        let body = Inline { fingerprint: "ab".into(), settled: false }.before(&"ü".repeat(70_000));
        assert_eq!(body.chars().count(), MAX_BODY);
        assert!(body.ends_with("summary.)"));
    }
}
