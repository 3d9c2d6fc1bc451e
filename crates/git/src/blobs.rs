//! File contents by id, from the object database or from what is not committed yet, on any thread.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use gix::ObjectId;
use rustc_hash::FxHashMap;

use super::kept::Kept;
use super::uncommitted::Overlay;
use ai_detect_base::change::Reason;
use ai_detect_base::text::Text;

/// How many bytes of recently unpacked contents a thread keeps, as what others are deltas of.
const DELTA_BASES: usize = 24 << 20;
/// The same of trees, which are kept whole as well, so that few of them are unpacked twice.
const TREE_BASES: usize = 6 << 20;
/// How many bytes of recently read trees a thread keeps: a commit's are its child's parent's.
const TREES: usize = 12 << 20;
/// How many bytes of texts a generation of [`Recent`] holds.
const GENERATION: usize = 10 << 20;
/// What a text takes beside its bytes: itself, and its place in a table that grows by doubling; and each of its lines.
const OF_TEXT: usize = 256;
const OF_LINE: usize = 6;

/// Where contents come from, on any thread.
pub(super) struct Blobs {
    shared: gix::ThreadSafeRepository,
    overlay: Overlay,
    contents: Idle,
    trees: Idle,
}

/// Why a content was not read.
#[derive(Debug, Clone)]
pub(super) enum Unread {
    /// The clone lacks it, or it is damaged.
    Missing(String),
    /// It is a file on disk that may not be read.
    Unreadable(String),
    TooLarge {
        size: u64,
        most: u64,
    },
}

impl Unread {
    fn missing(error: impl std::fmt::Display) -> Self {
        Unread::Missing(error.to_string())
    }

    /// The same, told by the limit of the analysis where more than that may be read.
    pub(super) fn within(self, max_bytes: u64) -> Self {
        match self {
            Unread::TooLarge { size, .. } => Unread::TooLarge { size, most: max_bytes },
            other => other,
        }
    }

    /// What the file is left out for.
    pub(super) fn reason(&self) -> Reason {
        match self {
            Unread::Missing(_) => Reason::MissingObject,
            Unread::Unreadable(_) => Reason::Unreadable,
            Unread::TooLarge { .. } => Reason::TooLarge,
        }
    }
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unread::Missing(problem) | Unread::Unreadable(problem) => f.write_str(problem),
            Unread::TooLarge { size, most } => write!(f, "{size} bytes; the limit is {most}"),
        }
    }
}

/// Handles that nobody has at the moment: making one costs as much as reading several files, and what it
/// keeps of what was read serves whoever has it next.
type Idle = Mutex<Vec<gix::Repository>>;

/// Access for one thread at a time.
pub(super) struct Reader<'a> {
    pub(super) repo: gix::Repository,
    overlay: Option<&'a Overlay>,
    /// Where commits are read one after the other: what one changed from is what its parent changed to.
    recent: Option<Contents>,
}

/// Contents apart from all else, so that they are kept as texts and not as bytes beside them.
struct Contents {
    repo: gix::Repository,
    texts: RefCell<Recent>,
}

/// The texts that were read last, in two generations: when the young one is full, the old one goes.
#[derive(Default)]
struct Recent {
    young: FxHashMap<ObjectId, Arc<Text>>,
    old: FxHashMap<ObjectId, Arc<Text>>,
    bytes: usize,
}

impl Recent {
    fn get(&mut self, id: ObjectId) -> Option<Arc<Text>> {
        if let Some(text) = self.young.get(&id) {
            return Some(text.clone());
        }
        let text = self.old.remove(&id)?;
        self.put(id, &text);
        Some(text)
    }

    fn put(&mut self, id: ObjectId, text: &Arc<Text>) {
        let bytes = text.bytes().len() + OF_TEXT + OF_LINE * text.len() as usize;
        self.bytes += bytes;
        if self.bytes > GENERATION {
            self.old = std::mem::take(&mut self.young);
            self.bytes = bytes;
        }
        self.young.insert(id, text.clone());
    }
}

impl Blobs {
    pub(super) fn new(repo: &gix::Repository, overlay: Overlay) -> Self {
        Blobs { shared: repo.clone().into_sync(), overlay, contents: Idle::default(), trees: Idle::default() }
    }

    /// Lends a reader.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Reader<'_>) -> T) -> T {
        self.lend(&self.contents, (DELTA_BASES, 0), work)
    }

    /// Lends a reader for many trees that are much alike.
    pub(super) fn read_trees<T>(&self, work: impl FnOnce(&Reader<'_>) -> T) -> T {
        self.lend(&self.trees, (TREE_BASES, TREES), work)
    }

    fn lend<T>(&self, idle: &Idle, (bases, whole): (usize, usize), work: impl FnOnce(&Reader<'_>) -> T) -> T {
        let waiting = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = waiting().pop();
        let repo = known.unwrap_or_else(|| handle(&self.shared, bases, whole));
        let reader = Reader { repo, overlay: Some(&self.overlay), recent: None };
        let done = work(&reader);
        waiting().push(reader.repo);
        done
    }
}

/// A handle that keeps so many bytes of what others are deltas of, and of what was read, whole.
fn handle(shared: &gix::ThreadSafeRepository, bases: usize, whole: usize) -> gix::Repository {
    let mut repo = shared.to_thread_local();
    let limit = |most| NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
    repo.objects.set_pack_cache(move || Box::new(Kept::<(u32, u64)>::new(limit(bases))));
    match NonZeroUsize::new(whole) {
        Some(whole) => repo.objects.set_object_cache(move || Box::new(Kept::<ObjectId>::new(whole))),
        None => repo.objects.unset_object_cache(),
    }
    repo
}

impl Reader<'static> {
    /// A reader for many commits that are neighbours.
    pub(super) fn of_neighbours(shared: &gix::ThreadSafeRepository) -> Self {
        let (trees, contents) = (handle(shared, TREE_BASES, TREES), handle(shared, DELTA_BASES, 0));
        Reader { repo: trees, overlay: None, recent: Some(Contents { repo: contents, texts: RefCell::default() }) }
    }
}

impl Reader<'_> {
    /// How large a content is, without reading it.
    pub(super) fn size(&self, id: ObjectId) -> Result<u64, Unread> {
        match self.overlay.and_then(|overlay| overlay.get(id)) {
            Some(Ok(bytes)) => Ok(bytes.len() as u64),
            Some(Err(Unread::TooLarge { size, .. })) => Ok(size),
            Some(Err(unread)) => Err(unread),
            None => self.repo.find_header(id).map(|header| header.size()).map_err(Unread::missing),
        }
    }

    /// A content.
    pub(super) fn read(&self, id: ObjectId) -> Result<Vec<u8>, Unread> {
        match self.overlay.and_then(|overlay| overlay.get(id)) {
            Some(found) => found.map(<[u8]>::to_vec),
            // Copied, for the buffer that it was unpacked in is several times as large, and serves again.
            None => self.repo.find_blob(id).map(|blob| blob.data.clone()).map_err(Unread::missing),
        }
    }

    /// A content of at most so many bytes.
    pub(super) fn read_within(&self, id: ObjectId, most: u64) -> Result<Vec<u8>, Unread> {
        self.check_size(id, most)?;
        self.read(id)
    }

    /// The same, cut into lines.
    pub(super) fn text(&self, id: ObjectId, most: u64) -> Result<Arc<Text>, Unread> {
        let Some(Contents { repo, texts }) = &self.recent else {
            return self.read_within(id, most).map(|bytes| Arc::new(Text::new(bytes)));
        };
        if let Some(text) = texts.borrow_mut().get(id).filter(|text| text.bytes().len() as u64 <= most) {
            return Ok(text);
        }
        self.check_size(id, most)?;
        let blob = repo.find_blob(id).map_err(Unread::missing)?;
        let text = Arc::new(Text::new(blob.data.clone()));
        texts.borrow_mut().put(id, &text);
        Ok(text)
    }

    /// The size stands before the content, so that what is too large is not unpacked.
    fn check_size(&self, id: ObjectId, most: u64) -> Result<(), Unread> {
        match self.size(id) {
            Ok(size) if size > most => Err(Unread::TooLarge { size, most }),
            // Reading the object will say what is the matter.
            Ok(_) | Err(Unread::Missing(_)) => Ok(()),
            Err(unread) => Err(unread),
        }
    }
}
