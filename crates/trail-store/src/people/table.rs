//! Reading people from CSV: one person a row, under a header.

use super::identity::{Identity, IdentityKind};
use super::{ReadError, Record};

/// What stands between several values of one cell.
const BETWEEN: char = ';';
/// The columns that a table can have.
const COLUMNS: &str = "name, email, login, subject, account, key";

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Identities(IdentityKind),
}

/// Reads a table.
///
/// # Errors
///
/// When it is no CSV, has a column that nobody knows, or a row that names nobody.
pub fn read(text: &str) -> Result<Vec<Record>, ReadError> {
    // The reader counts no line that ends in two characters.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns: Vec<Column> = reader.headers()?.iter().map(column).collect::<Result<_, _>>()?;
    if !columns.iter().any(|column| matches!(column, Column::Identities(_))) {
        return Err(ReadError::NoIdentities { columns: COLUMNS });
    }
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row?;
        // A row that was read has a place.
        let line = row.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(usize::MAX));
        let mut record = Record { line, name: None, identities: Vec::new() };
        for (column, cell) in columns.iter().zip(&row) {
            let values = cell.split(BETWEEN).map(str::trim).filter(|value| !value.is_empty());
            match column {
                Column::Name if cell.is_empty() => {}
                Column::Name => record.name = Some(cell.to_owned()),
                Column::Identities(kind) => {
                    for value in values {
                        record.identities.push(identity(*kind, value).ok_or(ReadError::Value { line })?);
                    }
                }
            }
        }
        let noreply: Vec<Identity> = record.identities.iter().filter_map(Identity::noreply).collect();
        record.identities.extend(noreply);
        if record.identities.is_empty() {
            return Err(ReadError::Nobody { line });
        }
        records.push(record);
    }
    Ok(records)
}

fn column(header: &str) -> Result<Column, ReadError> {
    Ok(Column::Identities(match header.to_ascii_lowercase().as_str() {
        "name" => return Ok(Column::Name),
        "email" => IdentityKind::Email,
        "login" => IdentityKind::Login,
        "subject" => IdentityKind::Subject,
        "account" => IdentityKind::Account,
        "key" => IdentityKind::Key,
        _ => return Err(ReadError::Column { found: header.to_owned(), columns: COLUMNS }),
    }))
}

fn identity(kind: IdentityKind, value: &str) -> Option<Identity> {
    match kind {
        IdentityKind::Email => Identity::email(value),
        other => Identity::other(other, value),
    }
}
