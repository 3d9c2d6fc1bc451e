//! Workflow commands: lines of a job's log that the runner acts on. What a stranger wrote never becomes
//! one. Annotations are `report::github`'s.

/// A warning that belongs to no file.
pub fn warning(title: &str, message: &str) -> String {
    format!("::warning title={}::{}", property(title), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text for a job's log in which no line is a command. The runner takes `::name::` at the start of a
/// line, blanks before it or not, and the older `##[name]` anywhere in one.
pub fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let line = line.replace("##[", "## [");
        let start = line.len() - line.trim_start().len();
        let (blank, rest) = line.split_at_checked(start).unwrap_or(("", &line));
        out.push_str(blank);
        if let Some(rest) = rest.strip_prefix("::") {
            out.push_str(": :");
            out.push_str(rest);
        } else {
            out.push_str(rest);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_stranger_is_a_command() {
        let text = "::stop-commands::x\n \t::set-output name=a::b\nfine ##[add-mask]x\n\u{a0}::error::y\nend";
        let harmless = harmless(text);
        for line in harmless.lines() {
            assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
        }
        assert_eq!(harmless.lines().count(), 5);
    }
}
