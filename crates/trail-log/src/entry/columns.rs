//! The parts of an entry that tables repeat beside its bytes, for whoever queries them.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a row of a table repeats of an entry.
///
/// A text is empty and a number is 0 where the entry does not say, so that no column needs NULL. They are taken from the bytes as they
/// are, whatever version wrote them: a field whose form this version does not know is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns<'a> {
    /// The version of the entry's form.
    pub schema: i64,
    /// The client that numbered it.
    pub client: &'a str,
    /// The epoch of the client.
    pub epoch: &'a str,
    /// The number within the epoch.
    pub number: i64,
    /// What kind of entry it is.
    pub kind: &'a str,
    /// When it happened, as the client says.
    pub time: i64,
    /// When the collector got it.
    pub received: i64,
    /// Where it must stay.
    pub region: &'a str,
    /// The same number came before with other content.
    pub is_conflict: bool,
    /// It belongs to an exercise.
    pub is_exercise: bool,
    /// The commitment to what the fields could not hold.
    pub extra: &'a str,
    /// What its fields say.
    pub fields: FieldColumns<'a>,
}

/// What a row of a table repeats of the fields of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FieldColumns<'a> {
    /// The person, by a random id.
    pub person: &'a str,
    /// The tool.
    pub tool: &'a str,
    /// Its version.
    pub tool_version: &'a str,
    /// How the tool was used: editor, command line, CI.
    pub integration: &'a str,
    /// Who runs the model.
    pub provider: &'a str,
    /// The model.
    pub model: &'a str,
    /// The id by which events of clients and of providers meet.
    pub request_id: &'a str,
    /// The session.
    pub session: &'a str,
    /// The repository, by a random id.
    pub repository: &'a str,
    /// The commit.
    pub commit: &'a str,
    /// The commitment to the prompt.
    pub prompt: &'a str,
    /// The commitment to the output.
    pub output: &'a str,
    /// Which lines of a file it is about.
    #[serde(borrow)]
    pub place: PlaceColumns<'a>,
}

/// What a row of a table repeats of the lines that an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct PlaceColumns<'a> {
    /// The file, by a random id.
    pub path: &'a str,
    /// The first line in it.
    pub first: i64,
    /// The last line.
    pub last: i64,
}

#[derive(Deserialize)]
struct Members<'a> {
    v: i64,
    client: &'a str,
    epoch: &'a str,
    number: i64,
    kind: &'a str,
    time: i64,
    received: i64,
    region: &'a str,
    #[serde(default)]
    conflict: Option<i64>,
    #[serde(default)]
    exercise: bool,
    #[serde(default)]
    extra: &'a str,
    #[serde(borrow)]
    fields: &'a RawValue,
}

impl<'a> Columns<'a> {
    /// Reads the stored bytes of an entry; `None` if they are no entry in any version that this one can read past.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let members: Members<'a> = serde_json::from_slice(bytes).ok()?;
        // A kind of a newer version may have a field of the same name in another form. Its columns stay empty.
        let fields = serde_json::from_str(members.fields.get()).unwrap_or_default();
        Some(Self {
            schema: members.v,
            client: members.client,
            epoch: members.epoch,
            number: members.number,
            kind: members.kind,
            time: members.time,
            received: members.received,
            region: members.region,
            is_conflict: members.conflict.is_some(),
            is_exercise: members.exercise,
            extra: members.extra,
            fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entry::Entry;

    #[test]
    fn columns_are_what_the_entry_says_and_empty_where_it_does_not() {
        let bytes = br#"{"v":1,"client":"laptop","epoch":"e1","number":7,"kind":"edit","time":5,"received":6,"region":"eu","fields":{"place":{"path":"f_0","first":3},"model":"m"}}"#;
        let read = Columns::read(bytes).expect("an entry");
        let place = read.fields.place;
        assert_eq!((read.client, read.number, place.path, place.first, place.last), ("laptop", 7, "f_0", 3, 0));
        assert_eq!((read.fields.model, read.fields.session, read.is_conflict), ("m", "", false));
    }

    #[test]
    fn a_field_in_a_form_of_a_newer_version_leaves_the_other_members_readable() {
        let bytes = br#"{"v":2,"client":"laptop","epoch":"e1","number":7,"kind":"edit","time":5,"received":6,"region":"eu","fields":{"tool":["a","b"]}}"#;
        let read = Columns::read(bytes).expect("an entry");
        assert_eq!((read.schema, read.client, read.fields.tool), (2, "laptop", ""));
        assert_eq!(Columns::read(b"{}"), None);
    }

    proptest! {
        #[test]
        fn every_entry_has_columns(entry in any::<Entry>()) {
            if let Ok(bytes) = entry.encode() {
                let read = Columns::read(&bytes).expect("columns");
                prop_assert_eq!((read.client, read.epoch), (entry.client.as_str(), entry.epoch.as_str()));
                let kind = entry.event.kind();
                prop_assert_eq!((read.kind, read.is_conflict), (kind.word(), entry.conflict.is_some()));
            }
        }
    }
}
