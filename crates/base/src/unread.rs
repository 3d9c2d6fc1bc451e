//! Why a file cannot be read, in words without numbers of the system.

use std::io::{Error, ErrorKind};

/// Why a file cannot be read: "cannot read nope.yml: there is no such file".
pub fn sentence(name: &str, error: &Error) -> String {
    format!("cannot read {name}: {}", why(error))
}

fn why(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        ErrorKind::PermissionDenied => "it is not permitted".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        _ => {
            let told = error.to_string();
            told.rfind(" (os error ").and_then(|at| told.get(..at)).unwrap_or(&told).to_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_system_are_left_out() {
        for (error, expected) in [
            (Error::from_raw_os_error(2), "cannot read a.yml: there is no such file"),
            (Error::from_raw_os_error(13), "cannot read a.yml: it is not permitted"),
            (Error::other("more than 5 bytes"), "cannot read a.yml: more than 5 bytes"),
        ] {
            assert_eq!(sentence("a.yml", &error), expected);
        }
    }
}
