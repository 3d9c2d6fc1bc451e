//! Reading `.mailmap` of git: names and addresses as they should be, and as commits have them.

use super::Record;
use super::identity::Identity;

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailmap {
    /// The people in it.
    pub records: Vec<Record>,
    /// Lines without an address, which git passes over as well.
    pub passed_over: Vec<usize>,
}

/// Reads a file. Every text is one.
pub fn read(text: &str) -> Mailmap {
    let mut read = Mailmap::default();
    for (line, content) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        match record(line, content) {
            Some(record) => read.records.push(record),
            None => read.passed_over.push(line),
        }
    }
    read
}

/// `NAME <ADDRESS>`, `NAME <ADDRESS> <OLD>`, `<ADDRESS> <OLD>` or `NAME <ADDRESS> OLD NAME <OLD>`. What follows is passed over.
fn record(line: usize, content: &str) -> Option<Record> {
    let (name, address, rest) = name_and_address(content)?;
    let proper = Identity::address(address)?;
    let old = match name_and_address(rest) {
        None => None,
        // The old address alone would be that of everybody who used it.
        Some((old_name, old, _)) if !old_name.is_empty() => Identity::author(old_name, old),
        Some((_, old, _)) => Identity::address(old),
    };
    let name = (!name.is_empty()).then(|| name.to_owned());
    Some(Record { line, name, identities: [Some(proper), old].into_iter().flatten().collect() })
}

fn name_and_address(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('<')?;
    let (address, rest) = rest.split_once('>')?;
    Some((name.trim(), address, rest))
}
