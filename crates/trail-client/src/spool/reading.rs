//! Reading events back, for the person whose machine this is.

use ai_detect_trail_log::number::Micros;
use serde_json::{Map, Value};

use super::{Session, Spool};
use crate::error::SpoolError;
use crate::event::Class;

/// An event of the spool, as a person may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its epoch.
    pub epoch: String,
    /// Its number in the epoch.
    pub number: i64,
    /// What kind of event it is.
    pub kind: String,
    /// When it happened.
    pub time: Micros,
    /// What goes first when the spool is full.
    pub class: Class,
    /// Its fields.
    pub fields: Map<String, Value>,
}

impl Spool {
    /// Hands over each event that the spool holds, in the order of their numbers: those that wait, and those that the collector
    /// has and that are kept for a while.
    ///
    /// # Errors
    ///
    /// When the spool cannot be read, and when `each` fails.
    pub fn each_event<E: From<SpoolError>>(&self, mut each: impl FnMut(Stored) -> Result<(), E>) -> Result<(), E> {
        if !self.exists() {
            return Ok(());
        }
        let session = Session::open(self)?;
        // Nobody waits for a reader: SQLite's log lets it see one state while others append.
        let query = "SELECT epoch.epoch, number, class, kind, time, fields FROM event JOIN epoch ON epoch.id = event.epoch \
                     ORDER BY event.epoch, number";
        let mut statement = self.sql(session.connection.prepare(query))?;
        let mut rows = self.sql(statement.query([]))?;
        while let Some(row) = self.sql(rows.next())? {
            each(self.stored(row)?)?;
        }
        Ok(())
    }

    fn stored(&self, row: &rusqlite::Row<'_>) -> Result<Stored, SpoolError> {
        let class = match self.sql(row.get::<_, i64>(2))? {
            0 => Class::Light,
            1 => Class::Detailed,
            _ => Class::Lasting,
        };
        let fields: String = self.sql(row.get(5))?;
        let fields = serde_json::from_str(&format!("{{{fields}}}")).map_err(|_| self.damaged("event"))?;
        Ok(Stored {
            epoch: self.sql(row.get(0))?,
            number: self.sql(row.get(1))?,
            kind: self.sql(row.get(3))?,
            time: Micros::new(self.sql(row.get(4))?).map_err(|_| self.damaged("event"))?,
            class,
            fields,
        })
    }
}
