//! How a stretch of lines is written, read without a parser: cheap enough for a whole file before
//! the change, so that a hunk can be compared with the file that it went into.

use ai_detect_base::change::Span;
use ai_detect_base::slices::items_of;
use ai_detect_base::text::Text;
use ai_detect_lang::Language;

/// How many lines of a file are read at most: enough for its habits to show.
const MAX_LINES: usize = 2_000;

/// Habits as shares and means. Each is absent where there was too little to see.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// How many non-blank lines were seen.
    pub lines: u32,
    /// The share of non-blank lines that are comments.
    pub comment_share: Option<f64>,
    /// The mean number of words of a comment line.
    pub comment_words: Option<f64>,
    /// The share of comment lines that start with a capital.
    pub capitalised: Option<f64>,
    /// The share of comment lines that end with a full stop.
    pub period: Option<f64>,
    /// The mean length of non-blank lines, in bytes.
    pub line_length: Option<f64>,
    /// The share of lines that are blank.
    pub blank_share: Option<f64>,
    /// The mean number of parts of a name.
    pub identifier_parts: Option<f64>,
    /// The share of double quotes among quotes.
    pub double_quotes: Option<f64>,
    /// The share of tabs among indented lines.
    pub tabs: Option<f64>,
}

#[derive(Default)]
struct Counts {
    lines: u32,
    blank: u32,
    comments: u32,
    words: u32,
    capitalised: u32,
    capitalisable: u32,
    periods: u32,
    bytes: u64,
    names: u32,
    parts: u32,
    double: u32,
    single: u32,
    indented: u32,
    tabs: u32,
}

/// What a byte of code is to the name that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Other,
    Lower,
    Upper,
    Digit,
    Underscore,
}

static SIGNS: [Sign; 256] = {
    let mut signs = [Sign::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        signs[byte as usize] = match byte {
            b'a'..=b'z' => Sign::Lower,
            b'A'..=b'Z' => Sign::Upper,
            b'0'..=b'9' => Sign::Digit,
            b'_' => Sign::Underscore,
            _ => Sign::Other,
        };
        byte += 1;
    }
    signs
};

impl Profile {
    /// The habits of some lines of a text.
    pub(crate) fn of(text: &Text, spans: &[Span], language: &Language) -> Profile {
        let mut counts = Counts::default();
        for line in spans.iter().flat_map(|span| span.start..span.end).take(MAX_LINES) {
            counts.line(text.line(line), language);
        }
        counts.profile()
    }

    /// The habits of a whole text.
    pub(crate) fn of_all(text: &Text, language: &Language) -> Profile {
        Profile::of(text, &[Span::new(0, text.len())], language)
    }
}

impl Counts {
    fn line(&mut self, line: &[u8], language: &Language) {
        let content = line.trim_ascii();
        if content.is_empty() {
            self.blank += 1;
            return;
        }
        self.lines += 1;
        self.bytes += line.len() as u64;
        if let Some(first) = line.first().filter(|first| first.is_ascii_whitespace()) {
            self.indented += 1;
            self.tabs += u32::from(*first == b'\t');
        }
        match comment_text(content, language) {
            Some(comment) => self.comment(comment),
            None => self.code(content),
        }
    }

    fn comment(&mut self, comment: &[u8]) {
        self.comments += 1;
        self.words +=
            comment.split(u8::is_ascii_whitespace).filter(|word| word.iter().any(u8::is_ascii_alphabetic)).count()
                as u32;
        if let Some(first) = comment.first().filter(|first| first.is_ascii_alphabetic()) {
            self.capitalisable += 1;
            self.capitalised += u32::from(first.is_ascii_uppercase());
        }
        self.periods += u32::from(comment.ends_with(b"."));
    }

    fn code(&mut self, code: &[u8]) {
        let (mut length, mut is_name, mut humps, mut before) = (0, false, 0, Sign::Other);
        for byte in code.iter().chain(b" ") {
            // There is one for each byte.
            let sign = SIGNS.get(usize::from(*byte)).copied().unwrap_or(Sign::Other);
            if sign != Sign::Other {
                if length == 0 {
                    is_name = sign != Sign::Digit;
                } else {
                    let hump = before == Sign::Lower && sign == Sign::Upper;
                    humps += u32::from(hump || (before == Sign::Underscore && sign != Sign::Underscore));
                }
                length += 1;
                before = sign;
                continue;
            }
            if is_name && length > 1 {
                self.names += 1;
                self.parts += 1 + humps;
            }
            (length, humps) = (0, 0);
            self.double += u32::from(*byte == b'"');
            self.single += u32::from(*byte == b'\'');
        }
    }

    fn profile(&self) -> Profile {
        let share = |part: u32, whole: u32, least: u32| (whole >= least).then(|| f64::from(part) / f64::from(whole));
        Profile {
            lines: self.lines,
            comment_share: share(self.comments, self.lines, 5),
            comment_words: share(self.words, self.comments, 2),
            capitalised: share(self.capitalised, self.capitalisable, 2),
            period: share(self.periods, self.comments, 2),
            line_length: (self.lines >= 5).then(|| self.bytes as f64 / f64::from(self.lines)),
            blank_share: share(self.blank, self.lines + self.blank, 5),
            identifier_parts: share(self.parts, self.names, 10),
            double_quotes: share(self.double, self.double + self.single, 4),
            tabs: share(self.tabs, self.indented, 4),
        }
    }
}

/// What a line of a block comment says.
fn block_comment_text<'a>(content: &'a [u8], language: &Language) -> Option<&'a [u8]> {
    let (open, _) = language.block_comment?;
    content
        .strip_prefix(open.as_bytes())
        .or_else(|| content.strip_prefix(b"* "))
        .or_else(|| (content == b"*").then_some(b"".as_slice()))
}

/// What a comment line says; `None` for code.
fn comment_text<'a>(content: &'a [u8], language: &Language) -> Option<&'a [u8]> {
    let line = language.line_comments.iter().find_map(|mark| content.strip_prefix(mark.as_bytes()));
    let rest = line.or_else(|| block_comment_text(content, language))?;
    let start = rest.iter().position(|byte| !matches!(byte, b'/' | b'!' | b'#' | b'*' | b' ' | b'\t'));
    Some(start.map_or(&[], |at| items_of(rest, at..)))
}
