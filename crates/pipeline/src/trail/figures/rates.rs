//! How often flags err, as data: a table that ships with the model, or an organisation's own.
//!
//! `ai-detect eval --rates FILE` writes such a table. Each line says of one group of labelled commits how many there were and how
//! many got a flag. `label` is `ai`, `people`, or `established`: people who wrote in a project before AI tools were common and still
//! do, in projects that bar AI contributions. Estimates take the error on people from the established ones.

use super::interval::{Count, Errors};

/// The table that ships with the model.
const BUILTIN: &str = include_str!("../../../../../rules/rates.tsv");
const HEAD: &str = "label\tby\tgroup\tflagged\tcommits";
/// With fewer commits of a half-year, all half-years together say more.
const ENOUGH: u64 = 300;

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Who wrote the commits.
    pub label: Label,
    /// By what the group is made: `all`, `language`, `lines`, `half-year`.
    pub by: String,
    /// The group: a language, a size, a half-year; `all`.
    pub group: String,
    /// How many of its commits got a flag.
    pub flagged: Count,
}

/// Who wrote commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// Commits that name an AI tool.
    Ai,
    /// Commits of people.
    People,
    /// Commits of people who wrote in the same project before AI tools were common.
    Established,
}

impl Label {
    /// The word in a table.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Label::Ai => "ai",
            Label::People => "people",
            Label::Established => "established",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Label::Ai, Label::People, Label::Established].into_iter().find(|label| label.word() == word)
    }
}

/// A table of error rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    /// What the table says of itself: its comment lines.
    pub about: Vec<String>,
    /// Its lines.
    pub rates: Vec<Rate>,
}

/// The rates that an estimate was made with, and what they are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The counts.
    pub errors: Errors,
    /// Whose commits the error on people was measured on, in words.
    pub people: String,
    /// Whether the table knows the error on people for the half-year that was asked about. A table that names no half-years
    /// holds for all.
    pub is_of_then: bool,
}

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatesError {
    /// The head is missing.
    #[error(
        "no table of error rates: the first line that is no comment must be `label`, `by`, `group`, `flagged`, `commits`, separated by tabs"
    )]
    Head,
    /// A line is wrong.
    #[error("line {line}: {problem}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// It has no commits of AI tools, or none of people.
    #[error("it says nothing of {0}: a line with `all` in `by` is needed")]
    Lacks(&'static str),
}

impl Rates {
    /// The table that ships with the model.
    ///
    /// # Errors
    /// Never in a released program: the table is tested.
    pub fn builtin() -> Result<Self, RatesError> {
        Rates::read(BUILTIN)
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Where a line is wrong, or commits of AI tools or of people are missing.
    pub fn read(text: &str) -> Result<Self, RatesError> {
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let mut about = Vec::new();
        let head = lines.by_ref().find(|(line, _)| match line.strip_prefix('#') {
            Some(comment) => {
                about.push(comment.trim().to_owned());
                false
            }
            None => true,
        });
        if head.is_none_or(|(line, _)| line != HEAD) {
            return Err(RatesError::Head);
        }
        let mut rates: Vec<Rate> = Vec::new();
        for (line, number) in lines.filter(|(line, _)| !line.starts_with('#')) {
            let new = rate(line, number)?;
            if rates.iter().any(|known| (known.label, &known.by, &known.group) == (new.label, &new.by, &new.group)) {
                return Err(RatesError::Line { line: number, problem: "a second line for the same group" });
            }
            rates.push(new);
        }
        let rates = Rates { about, rates };
        rates.all(Label::Ai).ok_or(RatesError::Lacks("commits of AI tools (`ai`)"))?;
        let people = rates.all(Label::Established).or_else(|| rates.all(Label::People));
        people.ok_or(RatesError::Lacks("commits of people (`people` or `established`)"))?;
        Ok(rates)
    }

    /// Writes a table.
    pub fn write(&self) -> String {
        let about = self.about.iter().map(|line| format!("# {line}\n"));
        let rates = self.rates.iter().map(|rate| {
            let Rate { label, by, group, flagged } = rate;
            format!("{}\t{by}\t{group}\t{}\t{}\n", label.word(), flagged.of, flagged.total)
        });
        about.chain([format!("{HEAD}\n")]).chain(rates).collect()
    }

    /// The rates for an estimate about a half-year such as `2026-H1`.
    pub fn of_half_year(&self, half_year: Option<&str>) -> Option<Chosen> {
        let sensitivity = self.all(Label::Ai)?;
        let of_then = half_year.and_then(|half| self.of(Label::Established, "half-year", half));
        let of_then = of_then.filter(|count| count.total >= ENOUGH);
        let has_half_years = |label| self.rates.iter().any(|rate| rate.label == label && rate.by == "half-year");
        let is_of_then = match self.all(Label::Established) {
            Some(_) => of_then.is_some() || !has_half_years(Label::Established),
            None => true,
        };
        let (flagged, people) = match (of_then, self.all(Label::Established), half_year) {
            (Some(count), _, Some(half)) => (count, format!("established authors in {half}")),
            (_, Some(count), _) => (count, "established authors, all half-years of the table".to_owned()),
            _ => (self.all(Label::People)?, "people".to_owned()),
        };
        let specificity = Count { of: flagged.total - flagged.of, total: flagged.total };
        Some(Chosen { errors: Errors { sensitivity, specificity }, people, is_of_then })
    }

    fn all(&self, label: Label) -> Option<Count> {
        self.of(label, "all", "all")
    }

    fn of(&self, label: Label, by: &str, group: &str) -> Option<Count> {
        let found = self.rates.iter().find(|rate| rate.label == label && rate.by == by && rate.group == group);
        found.map(|rate| rate.flagged)
    }
}

fn rate(line: &str, number: usize) -> Result<Rate, RatesError> {
    let wrong = |problem| RatesError::Line { line: number, problem };
    let fields: Vec<&str> = line.split('\t').collect();
    let [label, by, group, flagged, commits] = fields.as_slice() else {
        return Err(wrong("five columns separated by tabs are needed"));
    };
    let count = |text: &str| text.parse::<u64>().map_err(|_| wrong("`flagged` and `commits` must be whole numbers"));
    let flagged = Count { of: count(flagged)?, total: count(commits)? };
    if flagged.of > flagged.total || flagged.total == 0 {
        return Err(wrong("`flagged` must be at most `commits`, and `commits` at least 1"));
    }
    let label = Label::of_word(label).ok_or(wrong("`label` must be `ai`, `people` or `established`"))?;
    Ok(Rate { label, by: (*by).to_owned(), group: (*group).to_owned(), flagged })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# made up\nlabel\tby\tgroup\tflagged\tcommits\nai\tall\tall\t80\t100\npeople\tall\tall\t2\t100\n\
                         established\tall\tall\t5\t1000\nestablished\thalf-year\t2026-H1\t6\t400\nestablished\thalf-year\t2026-H2\t0\t20\n";

    #[test]
    fn the_table_that_ships_can_be_read_and_comes_back_as_it_was() {
        let builtin = Rates::builtin().unwrap();
        assert_eq!(builtin.write(), BUILTIN);
        assert!(builtin.of_half_year(None).is_some());
    }

    #[test]
    fn the_error_on_people_is_that_of_established_authors_where_it_is_known() {
        let rates = Rates::read(TABLE).unwrap();
        let people = |half| {
            let chosen = rates.of_half_year(half).unwrap();
            (chosen.errors.specificity.total, chosen.people, chosen.is_of_then)
        };
        assert_eq!(people(Some("2026-H1")), (400, "established authors in 2026-H1".into(), true));
        assert_eq!(people(Some("2026-H2")), (1000, "established authors, all half-years of the table".into(), false));
        assert_eq!(people(None), (1000, "established authors, all half-years of the table".into(), false));
        let without: String =
            TABLE.lines().filter(|line| !line.starts_with("est")).map(|line| format!("{line}\n")).collect();
        let chosen = Rates::read(&without).unwrap().of_half_year(Some("2026-H1")).unwrap();
        assert_eq!((chosen.errors.specificity, chosen.people.as_str()), (Count { of: 98, total: 100 }, "people"));
    }

    #[test]
    fn a_wrong_table_is_told_by_its_line() {
        assert_eq!(Rates::read("a\tb\n"), Err(RatesError::Head));
        for (line, says) in [
            ("ai\tall\tall\t3", "line 8: five columns"),
            ("ai\tall\tall\t3\t2", "at most `commits`"),
            ("ai\tall\tall\tx\t2", "whole numbers"),
            ("robots\tall\tall\t1\t2", "`label` must be"),
        ] {
            let error = Rates::read(&format!("{TABLE}{line}\n")).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let head = format!("{HEAD}\nai\tall\tall\t1\t2\n");
        assert!(Rates::read(&head).unwrap_err().to_string().contains("commits of people"));
    }
}
