//! What a clone says of its history besides the objects themselves: replacements and grafts. They are not fetched with a
//! branch, so another clone may show something else.

use std::io::Read as _;

use super::{Error, Repository, head};
use ai_detect_base::change::Substitutes;

/// A longer file of grafts is not read to its end, in bytes.
const MAX_GRAFTS: u64 = 1 << 20;

impl Repository {
    /// The objects and parents that this clone puts in the place of others.
    ///
    /// # Errors
    /// Where the refs cannot be read.
    pub fn substitutes(&self) -> Result<Substitutes, Error> {
        let store = self.inner.objects.store_ref();
        let followed = store.replacements().count();
        let replacements = if followed > 0 { followed } else { self.replace_refs()? };
        Ok(Substitutes { replacements, replacements_followed: followed > 0, grafts: self.grafts() })
    }

    fn replace_refs(&self) -> Result<usize, Error> {
        let failed = |problem: gix::Error| head::of_refs(&self.inner, problem);
        let refs = self.inner.references().map_err(failed)?;
        Ok(refs.prefixed("refs/replace/").map_err(failed)?.count())
    }

    /// Git follows grafts; the git library and this program do not.
    fn grafts(&self) -> usize {
        let path = self.inner.common_dir().join("info/grafts");
        let is_file = std::fs::metadata(&path).is_ok_and(|found| found.is_file());
        let mut text = Vec::new();
        let read = std::fs::File::open(path).ok().filter(|_| is_file);
        let read = read.map(|file| file.take(MAX_GRAFTS).read_to_end(&mut text));
        if !matches!(read, Some(Ok(_))) {
            return 0;
        }
        let is_graft = |line: &&[u8]| !line.trim_ascii().is_empty() && !line.starts_with(b"#");
        text.split(|byte| *byte == b'\n').filter(is_graft).count()
    }
}
