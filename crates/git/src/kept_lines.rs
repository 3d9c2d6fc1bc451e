//! Code whose new content would be left out, had it not been analysed before: of a file that stays in the analysis,
//! lines that are data and lines beyond the size limit are still left out, and listed.

use ai_detect_base::change::{Added, Excluded, FileChange, Ground, Reason, UnseenCode};
use ai_detect_base::exclude::{Excluder, LONG_LINE};
use ai_detect_base::linediff;
use ai_detect_lang as lang;

/// Takes lines out of what was authored in a file: those that are too long for code, and those after the first
/// `max_bytes` of the others. What was taken out comes back to be listed.
pub(crate) fn bound(file: &mut FileChange, excluder: &Excluder) -> Vec<Excluded> {
    let (mut long, mut beyond) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    for line in file.authored.iter().flat_map(|span| span.start..span.end) {
        let length = file.new.raw_line(line).len();
        if length > LONG_LINE {
            long.push(line);
        } else if bytes + length as u64 > excluder.max_bytes {
            beyond.push(line);
        } else {
            bytes += length as u64;
        }
    }
    let (long, beyond) = (linediff::spans(long), linediff::spans(beyond));
    let mut left_out = Vec::new();
    if let Some(lines) = Added::of(&file.new, &long) {
        let detail = format!("{} longer than {LONG_LINE} bytes, {} bytes together", lines.counted(), lines.bytes);
        left_out.push(listed(file, Reason::Minified, detail, lines, Ground::Lines));
    }
    if let Some(lines) = Added::of(&file.new, &beyond) {
        let detail = format!("{} beyond the first {} bytes that were added", lines.counted(), excluder.max_bytes);
        left_out.push(listed(file, Reason::TooLarge, detail, lines, Ground::Lines));
    }
    file.authored = linediff::subtract(&linediff::subtract(&file.authored, &long), &beyond);
    left_out
}

/// Some added lines of a file, to be listed as left out.
pub fn listed(file: &FileChange, reason: Reason, detail: String, added: Added, ground: Ground) -> Excluded {
    let code = lang::of_file(file).map(|language| UnseenCode { language: language.name, added: Some(added), ground });
    Excluded { path: file.path.clone(), reason, detail, code }
}
