//! Workflow commands: lines of a job's log that the runner acts on. Ours are escaped; what a stranger
//! wrote never becomes one.

use super::Annotation;

/// Annotations of one kind that the runner takes from one step.
pub const A_STEP: usize = 10;

/// An annotation as a workflow command.
pub fn notice(annotation: &Annotation) -> String {
    format!(
        "::notice file={},line={},endLine={},title={}::{}",
        property(&annotation.path),
        annotation.start_line,
        annotation.end_line,
        property(&annotation.title),
        data(&annotation.message)
    )
}

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
    fn a_path_cannot_end_its_property_or_the_line() {
        let annotation = Annotation {
            path: "a,b:c%\r\n::add-mask::x".into(),
            start_line: 1,
            end_line: 2,
            title: "t::u".into(),
            message: "one\n::error::two".into(),
        };
        assert_eq!(
            notice(&annotation),
            "::notice file=a%2Cb%3Ac%25%0D%0A%3A%3Aadd-mask%3A%3Ax,line=1,endLine=2,title=t%3A%3Au::one%0A::error::two"
        );
    }

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
