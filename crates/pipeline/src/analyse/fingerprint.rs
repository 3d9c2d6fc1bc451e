//! What a hunk is known by from one run to the next.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use ai_detect_base::change::{FileChange, Span};

/// From the path and the words of the lines: neither line numbers nor white space nor ids.
pub(super) fn fingerprint(file: &FileChange, authored: &[Span]) -> String {
    let mut hasher = Sha256::new();
    // A line feed starts a line below, so a path that holds one must not read like a shorter path with another line.
    if file.path.iter().any(|byte| matches!(byte, b'\n' | b'\0')) {
        hasher.update(format!("\0{}\0", file.path.len()));
    }
    hasher.update(&file.path);
    for line in authored.iter().flat_map(|span| span.start..span.end) {
        let content = file.new.line(line);
        if !content.iter().all(u8::is_ascii_whitespace) {
            hasher.update(b"\n");
            for word in content.split(u8::is_ascii_whitespace) {
                hasher.update(word);
            }
        }
    }
    half(&hasher.finalize())
}

/// From the lines, to the byte.
pub(super) fn content(file: &FileChange, authored: &[Span]) -> String {
    let mut hasher = Sha256::new();
    for line in authored.iter().flat_map(|span| span.start..span.end) {
        hasher.update(file.new.line(line));
        hasher.update(b"\n");
    }
    half(&hasher.finalize())
}

/// Half of a digest, in hexadecimal.
fn half(digest: &[u8]) -> String {
    hex::encode(digest.get(..16).unwrap_or(digest))
}

/// Two hunks of one file that read the same get different fingerprints, in their order.
pub(super) fn number_twins<'a>(fingerprints: impl Iterator<Item = &'a mut String>) {
    let mut seen: HashMap<String, u32> = Default::default();
    for fingerprint in fingerprints {
        let count = seen.entry(fingerprint.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            *fingerprint = half(&Sha256::digest(format!("{fingerprint} {count}")));
        }
    }
}
