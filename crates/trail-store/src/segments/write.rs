//! Making a sealed file: columns in groups of rows, compressed with gzip.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, GzipLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::columns::{COLUMNS, ENTRY, GROWING, KEY, Line, Row, SCHEMA, UNIQUE, Values, schema};

/// The most rows of a group: what is unpacked for one entry.
const MAX_GROUP_ROWS: usize = 16_384;
/// The most bytes of entries of a group, so that long entries take no more memory than short ones.
const MAX_GROUP_BYTES: usize = 6 << 20;

/// Writes a sealed file.
pub(crate) struct SegmentWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    day: i64,
    rows: Vec<Row>,
    bytes: usize,
}

impl<W: Write + Send> SegmentWriter<W> {
    /// A file of this day.
    pub(crate) fn new(to: W, day: i64) -> Result<Self, ParquetError> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::GZIP(GzipLevel::default()))
            .set_created_by(format!("ai-detect {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(vec![KeyValue::new(KEY.to_owned(), SCHEMA.to_owned())]))
            // Engines pass over groups by these; statistics of each page would take more room than they save.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true);
        for name in GROWING {
            let path = ColumnPath::from(*name);
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
        for name in UNIQUE {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(*name), false);
        }
        properties = properties.set_column_statistics_enabled(ColumnPath::from(ENTRY), EnabledStatistics::None);
        let file = SerializedFileWriter::new(to, schema()?, Arc::new(properties.build()))?;
        Ok(Self { file, day, rows: Vec::new(), bytes: 0 })
    }

    /// Adds an entry.
    pub(crate) fn push(&mut self, row: Row) -> Result<(), ParquetError> {
        self.bytes += row.entry.len();
        self.rows.push(row);
        if self.rows.len() >= MAX_GROUP_ROWS || self.bytes >= MAX_GROUP_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let lines: Vec<Line<'_>> = rows.iter().map(|row| Line::of(row, self.day)).collect();
        let mut group = self.file.next_row_group()?;
        for (_, values) in COLUMNS {
            let Some(mut column) = group.next_column()? else { continue };
            match values {
                Values::Text(of) => {
                    let values: Vec<ByteArray> = lines.iter().map(|line| ByteArray::from(of(line))).collect();
                    column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
                }
                Values::Number(of) => {
                    let values: Vec<i64> = lines.iter().map(of).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None)?;
                }
            }
            column.close()?;
        }
        drop(lines);
        if let Some(mut column) = group.next_column()? {
            let entries: Vec<ByteArray> = rows.into_iter().map(|row| ByteArray::from(row.entry)).collect();
            column.typed::<ByteArrayType>().write_batch(&entries, None, None)?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn finish(mut self) -> Result<W, ParquetError> {
        self.flush()?;
        self.file.into_inner()
    }
}
