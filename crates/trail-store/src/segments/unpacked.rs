//! How much a file of unknown origin unpacks to. The library unpacks each page to its end, whatever the file says about its size, so that
//! a few kilobytes could fill the memory. This looks at the packed bytes first, and keeps nothing of what they unpack to.

use std::io::Read as _;

use bytes::Bytes;
use flate2::bufread::GzDecoder;
use parquet::basic::Compression;
use parquet::file::metadata::ColumnChunkMetaData;

/// What every page that is packed with gzip begins with.
const MAGIC: &[u8] = &[0x1f, 0x8b, 8];
/// How often, on average, a byte is read that belongs to no stretch. In what this program wrote, that is less than once.
const MAX_READ_AGAIN: usize = 4;
/// How many bytes are unpacked at a time.
const CHUNK: usize = 64 << 10;

/// Whether all pages of a column unpack to at most as many bytes as the column claims to have.
pub(crate) fn is_as_claimed(file: &Bytes, column: &ColumnChunkMetaData) -> bool {
    if column.compression() == Compression::UNCOMPRESSED {
        return true;
    }
    let (start, length) = column.byte_range();
    let range = usize::try_from(start).ok().zip(usize::try_from(length).ok());
    let Some(packed) = range.and_then(|(start, length)| file.get(start..start.checked_add(length)?)) else {
        return false;
    };
    let Ok(claimed) = u64::try_from(column.uncompressed_size()) else { return false };
    unpacks_to_at_most(packed, claimed)
}

/// Whether what is packed in these bytes, one stretch after the other, has at most so many bytes together. It also says no to bytes that
/// look like many stretches and are none: it would read the rest of them again for each.
pub fn unpacks_to_at_most(mut packed: &[u8], limit: u64) -> bool {
    let mut left = limit;
    let mut max_wasted = packed.len().saturating_mul(MAX_READ_AGAIN);
    let mut buffer = vec![0; CHUNK];
    while let Some(at) = packed.windows(MAGIC.len()).position(|window| window == MAGIC) {
        let (_, from) = packed.split_at(at);
        let mut stretch = GzDecoder::new(from);
        let is_whole = loop {
            match stretch.read(&mut buffer) {
                Ok(0) => break true,
                Ok(count) => match left.checked_sub(count as u64) {
                    Some(rest) => left = rest,
                    None => return false,
                },
                // These bytes looked like a page by chance, or the page is damaged: the library refuses it.
                Err(_) => break false,
            }
        };
        let after = stretch.into_inner();
        if is_whole {
            packed = after;
            continue;
        }
        let Some(rest) = max_wasted.checked_sub(from.len() - after.len()) else { return false };
        max_wasted = rest;
        packed = from.get(1..).unwrap_or_default();
    }
    true
}
