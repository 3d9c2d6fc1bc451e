//! Workflow commands: lines of a job's log that the runner acts on. What a stranger wrote never becomes
//! one. Annotations are `report::github`'s.

use ai_detect_base::terminal::escaped;

/// A warning that belongs to no file.
pub fn warning(title: &str, message: &str) -> String {
    format!("::warning title={}::{}", property(title), data(message))
}

/// A notice that belongs to no file.
pub fn notice(title: &str, message: &str) -> String {
    format!("::notice title={}::{}", property(title), data(message))
}

fn data(text: &str) -> String {
    escaped(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_base::terminal::command_places;

    #[test]
    fn a_warning_is_one_command() {
        let warning = warning("a,b::c", "x\n::error::y\r##[group]z 50 %");
        assert_eq!(warning, "::warning title=a%2Cb%3A%3Ac::x\\n::error::y\\r#\\u{23}[group]z 50 %25");
        assert_eq!(command_places(&warning).next(), None);
    }
}
