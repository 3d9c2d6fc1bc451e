//! Labelled commits: a table with one commit a row, read from tab-separated text.
//!
//! Rows are read as they stand; whether their repositories and commits exist is found out by `run`.

use std::collections::HashMap;
use std::path::{Component, Path};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::Error;

use ai_detect_base::slices::items_of;

/// What is known of who wrote a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Label {
    /// The commit names an AI tool.
    Ai,
    /// People, before there were AI tools for code.
    Human,
    /// People, in the years of AI tools, as far as anybody can tell.
    HumanRecent,
}

impl Label {
    /// All labels.
    pub(crate) const ALL: [Label; 3] = [Label::Ai, Label::Human, Label::HumanRecent];

    /// As the manifest writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Label::Ai => "ai",
            Label::Human => "human",
            Label::HumanRecent => "human-recent",
        }
    }

    /// Whether people wrote it.
    pub fn is_people(self) -> bool {
        self != Label::Ai
    }
}

/// One labelled commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file; the header is row 1.
    pub number: usize,
    /// Who wrote it.
    pub label: Label,
    /// The index of its repository in [`Manifest::repositories`].
    pub repository: usize,
    /// The full id in hexadecimal.
    pub commit: String,
    /// When it was authored, in seconds since 1970 (UTC).
    pub author_time: i64,
    /// The AI tool that it names; `-` where it names none.
    pub tool: String,
    /// The language of most of its lines.
    pub language: String,
    /// How many lines of code it adds.
    pub added_lines: u32,
}

/// A row that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Problem {
    /// The row; the header is row 1.
    pub row: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// Labelled commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// What messages call it.
    pub name: String,
    /// The rows that can be used, in their order.
    pub rows: Vec<Row>,
    /// The repositories that they name, sorted.
    pub repositories: Vec<String>,
    /// The rows that cannot.
    pub problems: Vec<Problem>,
}

const COLUMNS: [&str; 7] = ["label", "repository", "commit", "author_time", "tool", "language", "added_lines"];

impl Manifest {
    /// Reads tab-separated text with a header line. Columns are found by their names, in any order;
    /// columns of other names are ignored.
    ///
    /// # Errors
    /// Where the text is not UTF-8, a column is missing, or there is no row. Bad rows are collected
    /// in [`Manifest::problems`].
    pub fn read(name: &str, content: &[u8]) -> Result<Manifest, Error> {
        let wrong = |problem: String| Error::Manifest { name: name.into(), problem };
        let content = std::str::from_utf8(content).map_err(|error| {
            let before = items_of(content, ..error.valid_up_to());
            wrong(format!("row {}: not UTF-8 text", 1 + memchr::memchr_iter(b'\n', before).count()))
        })?;
        let content = content.strip_prefix('\u{feff}').unwrap_or(content);
        let mut lines = content.lines().zip(1..);
        let header: Vec<&str> = lines.next().into_iter().flat_map(|(line, _)| line.split('\t')).collect();
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            *place = header.iter().position(|found| found.trim() == column).ok_or_else(|| {
                wrong(format!("the first row names no column `{column}`; needed are {}", COLUMNS.join(", ")))
            })?;
        }
        let mut manifest = Manifest { name: name.into(), ..Manifest::default() };
        let mut names: Vec<String> = Vec::new();
        let mut seen: HashMap<(usize, String), usize> = HashMap::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        for (line, number) in lines.filter(|(line, _)| !line.trim().is_empty()) {
            let row = fields(line, header.len(), &places).and_then(|fields| row(number, fields));
            let row = row.and_then(|(repository, mut row)| {
                row.repository = *known.entry(repository.to_owned()).or_insert_with(|| {
                    names.push(repository.to_owned());
                    names.len() - 1
                });
                match seen.insert((row.repository, row.commit.clone()), number) {
                    Some(first) => Err(format!("the commit stands in row {first} already")),
                    None => Ok(row),
                }
            });
            match row {
                Ok(row) => manifest.rows.push(row),
                Err(problem) => manifest.problems.push(Problem { row: number, problem }),
            }
        }
        if manifest.rows.is_empty() && manifest.problems.is_empty() {
            return Err(wrong("there is no row below the header".into()));
        }
        manifest.sort_repositories(names);
        Ok(manifest)
    }

    /// The name of a row's repository.
    pub(crate) fn repository(&self, row: &Row) -> &str {
        self.repositories.get(row.repository).map_or("", String::as_str)
    }

    /// Names that were met in the order of the rows get the order of the alphabet.
    fn sort_repositories(&mut self, names: Vec<String>) {
        self.repositories = names.clone();
        self.repositories.sort();
        // All names are there, so that as many are smaller as stand before.
        let place = |name: &String| self.repositories.partition_point(|other| other < name);
        let places: Vec<usize> = names.iter().map(place).collect();
        for row in &mut self.rows {
            row.repository = places[row.repository];
        }
    }
}

fn fields<'a>(line: &'a str, columns: usize, places: &[usize; 7]) -> Result<[&'a str; 7], String> {
    let found: Vec<&str> = line.split('\t').collect();
    if found.len() != columns {
        return Err(format!("{} columns, but the header has {columns}", found.len()));
    }
    Ok(places.map(|place| found.get(place).map_or("", |field| field.trim())))
}

fn row(number: usize, fields: [&str; 7]) -> Result<(&str, Row), String> {
    let [label, repository, commit, author_time, tool, language, added_lines] = fields;
    let label = Label::ALL.into_iter().find(|known| known.word() == label);
    let words = Label::ALL.map(Label::word).join(", ");
    let row = Row {
        number,
        label: label.ok_or_else(|| format!("unknown label `{}`; known are {words}", fields[0]))?,
        repository: 0,
        commit: commit.to_ascii_lowercase(),
        author_time: seconds(author_time)
            .ok_or_else(|| format!("author_time `{author_time}` is not a time such as 2025-01-31T12:00:00Z"))?,
        tool: tool.into(),
        language: language.into(),
        added_lines: added_lines
            .parse()
            .map_err(|_| format!("added_lines `{added_lines}` is not a whole number of lines"))?,
    };
    if !matches!(commit.len(), 40 | 64) || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("commit `{commit}` is not a full id of 40 or 64 hexadecimal digits"));
    }
    if !is_inside(repository) {
        return Err(format!("repository `{repository}` is not of the form OWNER/NAME"));
    }
    Ok((repository, row))
}

/// A path that stays in the folder that it is joined to.
fn is_inside(repository: &str) -> bool {
    let path = Path::new(repository);
    !repository.is_empty() && path.components().all(|part| matches!(part, Component::Normal(_)))
}

/// Seconds since 1970 of `2025-01-31T12:00:00Z`, with an offset such as `+02:00` instead of `Z`, or
/// of the plain number.
fn seconds(time: &str) -> Option<i64> {
    match time.parse() {
        Ok(seconds) => Some(seconds),
        Err(_) => time.parse::<Timestamp>().ok().map(Timestamp::as_second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "label\trepository\tcommit\tauthor_time\ttool\tlanguage\tadded_lines\n";

    fn id(digit: char) -> String {
        digit.to_string().repeat(40)
    }

    fn read(rows: &str) -> Manifest {
        Manifest::read("m.tsv", format!("{HEADER}{rows}").as_bytes()).unwrap()
    }

    fn row_of(id: &str) -> String {
        format!("human\tada/engine\t{id}\t2020-01-01T00:00:00Z\t-\trust\t12\n")
    }

    #[test]
    fn columns_are_found_by_name_and_others_ignored() {
        let text = format!(
            "added_lines\tnote\tlanguage\ttool\tauthor_time\tcommit\trepository\tlabel\r\n\
             12\twell\trust\tclaude\t2025-02-01T00:00:10Z\t{}\tada/engine\tai\r\n",
            id('a')
        );
        let manifest = Manifest::read("m.tsv", text.as_bytes()).unwrap();
        let row = &manifest.rows[0];
        assert_eq!((row.label, row.added_lines, row.number), (Label::Ai, 12, 2));
        assert_eq!((row.tool.as_str(), row.language.as_str()), ("claude", "rust"));
        assert_eq!(manifest.repository(row), "ada/engine");
    }

    #[test]
    fn bad_rows_are_collected_with_their_numbers() {
        let rows = [
            row_of(&id('a')),
            row_of(&id('b')).replace("human", "robot"),
            "\n".into(),
            row_of("abc"),
            row_of(&id('c')).replace("ada/engine", "../ada"),
            row_of(&id('d')).replace("\t12", ""),
            row_of(&id('e')).replace("12", "twelve"),
            row_of(&id('f')).replace("2020-01", "2020-13"),
            row_of(&id('a')),
        ];
        let manifest = read(&rows.concat());
        assert_eq!(manifest.rows.len(), 1);
        let told: Vec<String> = manifest.problems.iter().map(|bad| format!("{}: {}", bad.row, bad.problem)).collect();
        assert_eq!(
            told,
            [
                "3: unknown label `robot`; known are ai, human, human-recent",
                "5: commit `abc` is not a full id of 40 or 64 hexadecimal digits",
                "6: repository `../ada` is not of the form OWNER/NAME",
                "7: 6 columns, but the header has 7",
                "8: added_lines `twelve` is not a whole number of lines",
                "9: author_time `2020-13-01T00:00:00Z` is not a time such as 2025-01-31T12:00:00Z",
                "10: the commit stands in row 2 already",
            ]
        );
    }

    #[test]
    fn a_missing_column_and_an_empty_manifest_are_named() {
        let error = |text: &str| Manifest::read("m.tsv", text.as_bytes()).unwrap_err().to_string();
        assert!(error("label\trepository\n").starts_with("m.tsv: the first row names no column `commit`; "));
        assert_eq!(error(HEADER), "m.tsv: there is no row below the header");
        let broken = [HEADER.as_bytes(), b"\xff\n"].concat();
        assert_eq!(Manifest::read("m.tsv", &broken).unwrap_err().to_string(), "m.tsv: row 2: not UTF-8 text");
    }

    #[test]
    fn repositories_are_sorted_whatever_the_rows_order() {
        let other = row_of(&id('b')).replace("ada/engine", "aaa/first");
        let manifest = read(&[row_of(&id('a')), other].concat());
        assert_eq!(manifest.repositories, ["aaa/first", "ada/engine"]);
        assert_eq!(manifest.rows.iter().map(|row| row.repository).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn times_are_seconds_since_1970() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2024-02-29T23:59:59Z"), Some(1_709_251_199));
        assert_eq!(seconds("2000-03-01T02:00:00+02:00"), Some(951_868_800));
        assert_eq!(seconds("2000-02-29T22:30:00-01:30"), Some(951_868_800));
        assert_eq!(seconds("951868800"), Some(951_868_800));
        assert_eq!(seconds("2000-02-29"), None);
        assert_eq!(seconds("2000-02-29T22:30:00"), None);
        assert_eq!(seconds("2023-02-29T00:00:00Z"), None, "there is no such day");
    }
}
