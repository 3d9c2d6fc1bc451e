//! Long histories, and the rows that `scan` makes of them.

use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;

use super::{Repo, code, text};

/// A history of so many commits with code in each, made at one go.
pub(crate) fn long(commits: usize) -> Repo {
    let repo = Repo::new();
    let mut stream = String::new();
    for at in 1..=commits {
        let (message, code) = (format!("Change {at}"), code(&format!("value_{at}"), 8));
        let people = "Ada Example <ada@example.org>";
        stream += &format!("commit refs/heads/main\nmark :{at}\nauthor {people} {at} +0000\n");
        stream += &format!("committer {people} {at} +0000\ndata {}\n{message}\n", message.len());
        if at > 1 {
            stream += &format!("from :{}\n", at - 1);
        }
        stream += &format!("M 100644 inline file_{}.py\ndata {}\n{code}\n", at % 7, code.len());
    }
    repo.git_bytes(&["fast-import", "--quiet"], stream.as_bytes());
    repo
}

pub(crate) fn parsed(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn rows(repo: &Repo, args: &[&str]) -> Vec<Value> {
    parsed(&repo.run(&[&["scan"], args].concat()).text())
}

pub(crate) fn rows_of(path: &Path) -> Vec<Value> {
    parsed(&std::fs::read_to_string(path).unwrap())
}

pub(crate) fn commits(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| text(&row["commit"])).collect()
}

pub(crate) fn sorted(mut ids: Vec<&str>) -> Vec<&str> {
    ids.sort_unstable();
    ids
}

/// The commits of a history, as git lists them.
pub(crate) fn listed(repo: &Repo, args: &[&str]) -> Vec<String> {
    let mut ids: Vec<String> = repo.git(&[&["rev-list"], args].concat()).lines().map(str::to_owned).collect();
    ids.sort_unstable();
    ids
}

/// The files of a folder of Parquet files, by name.
pub(crate) fn parts(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut parts: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "parquet")).collect();
    parts.sort();
    parts
}

pub(crate) fn rows_of_parts(folder: &Path) -> Vec<Value> {
    let value = |field: &Field| match field {
        Field::Null => Value::Null,
        Field::Str(text) => text.clone().into(),
        Field::Long(number) => (*number).into(),
        Field::Double(number) => (*number).into(),
        other => panic!("{other:?}"),
    };
    let mut rows = Vec::new();
    for part in parts(folder) {
        let reader = SerializedFileReader::new(std::fs::File::open(part).unwrap()).unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            rows.push(Value::Object(row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()));
        }
    }
    rows
}
