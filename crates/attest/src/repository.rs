//! What a repository states about itself as a whole, in a file of its tree.
//!
//! Such a statement is context: it says how a project works in general, often written long before or after a commit. So it
//! is reported, and fills no commit's state.

use std::fmt;

use super::forms::{Form, Found};
use ai_detect_base::change::Record;

/// What a file says about the repository that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryStatement {
    /// The form of the file.
    pub form: Form,
    /// The path of the file.
    pub place: &'static str,
    /// What it says, or why it cannot be read.
    pub claim: Result<RepositoryClaim, String>,
}

/// How far AI takes part in a project, in the words of the file's format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryClaim {
    /// How far at most.
    pub level: &'static str,
    /// How far in single kinds of work.
    pub kinds_of_work: Vec<(&'static str, &'static str)>,
    /// How many files or folders have a level of their own.
    pub paths: usize,
}

/// Reads the files that are about a repository.
pub fn about_repository(records: &[Record]) -> Vec<RepositoryStatement> {
    records.iter().flat_map(|record| Form::all().filter_map(|form| statement(form, record))).collect()
}

fn statement(form: Form, record: &Record) -> Option<RepositoryStatement> {
    let Found::Repository(spec) = &form.found else { return None };
    let is_here = spec.place.name() == record.place;
    is_here.then(|| {
        let claim = super::records::text(record).and_then(spec.read);
        RepositoryStatement { form, place: record.place, claim }
    })
}

impl fmt::Display for RepositoryStatement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RepositoryClaim { level, kinds_of_work, paths } = match &self.claim {
            Ok(claim) => claim,
            Err(reason) => return write!(out, "{} cannot be read: {reason}", self.place),
        };
        match *level {
            "none" => write!(out, "{} declares that no AI is used in the repository as a whole", self.place)?,
            level => write!(out, "{} declares AI use in the repository as a whole: at most {level}", self.place)?,
        }
        for (work, level) in kinds_of_work {
            write!(out, ", {work} {level}")?;
        }
        match paths {
            0 => {}
            1 => out.write_str("; 1 path has a level of its own")?,
            more => write!(out, "; {more} paths have levels of their own")?,
        }
        out.write_str("; it attests no single commit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_one_sentence() {
        let claim = |kinds_of_work, paths| Ok(RepositoryClaim { level: "pair", kinds_of_work, paths });
        let worded = |claim| RepositoryStatement { form: Form::TRAILER, place: "FILE", claim }.to_string();
        let start = "FILE declares AI use in the repository as a whole: at most pair";
        assert_eq!(worded(claim(vec![], 0)), format!("{start}; it attests no single commit"));
        assert_eq!(
            worded(claim(vec![("design", "none"), ("review", "hint")], 1)),
            format!("{start}, design none, review hint; 1 path has a level of its own; it attests no single commit")
        );
        assert_eq!(worded(Err("it is empty".into())), "FILE cannot be read: it is empty");
    }
}
