//! Patches in the form that `apply_patch` takes: several files, and no line numbers.

use crate::event::{Change, LineRange, Lines, Piece};

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";

/// The changes of the patch in a text, which may be a shell command around it. `None` where there is no patch.
pub fn changes(text: &str) -> Option<Vec<Change>> {
    let (_, patch) = text.split_once(BEGIN)?;
    let patch = patch.split(END).next().unwrap_or(patch);
    let mut files: Vec<File> = Vec::new();
    for line in patch.lines() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if let Some((operation, path)) = header(line) {
            files.push(File::new(operation, path));
        } else if let Some(file) = files.last_mut() {
            file.take(line);
        }
    }
    Some(files.into_iter().map(File::change).collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Add,
    Update,
    Delete,
}

fn header(line: &str) -> Option<(Operation, &str)> {
    let rest = line.strip_prefix("*** ")?;
    let (operation, path) = rest.split_once(": ")?;
    let operation = match operation {
        "Add File" => Operation::Add,
        "Update File" => Operation::Update,
        "Delete File" => Operation::Delete,
        _ => return None,
    };
    let path = path.trim();
    (!path.is_empty()).then_some((operation, path))
}

/// What is known of one file of a patch.
struct File {
    operation: Operation,
    path: String,
    added: u64,
    removed: u64,
    hunk: Hunk,
    pieces: Vec<Piece>,
}

/// The lines of a hunk as they are afterwards.
#[derive(Default)]
struct Hunk {
    text: Vec<String>,
    first: Option<usize>,
    last: usize,
}

impl Hunk {
    fn piece(self) -> Option<Piece> {
        let first = self.first?;
        Some(Piece { text: self.text.join("\n"), first, last: self.last })
    }
}

impl File {
    fn new(operation: Operation, path: &str) -> Self {
        Self { operation, path: path.to_owned(), added: 0, removed: 0, hunk: Hunk::default(), pieces: Vec::new() }
    }

    fn take(&mut self, line: &str) {
        if let Some(target) = line.strip_prefix("*** Move to: ") {
            target.trim().clone_into(&mut self.path);
        } else if line.starts_with("@@") {
            self.end_hunk();
        } else if let Some(added) = line.strip_prefix('+') {
            self.added += 1;
            let at = self.hunk.text.len();
            self.hunk.first.get_or_insert(at);
            self.hunk.last = at;
            self.hunk.text.push(added.to_owned());
        } else if line.starts_with('-') {
            self.removed += 1;
        } else if let Some(around) = line.strip_prefix(' ') {
            self.hunk.text.push(around.to_owned());
        } else if line.is_empty() && !self.hunk.text.is_empty() {
            // Models leave out the space of an empty line.
            self.hunk.text.push(String::new());
        }
    }

    fn end_hunk(&mut self) {
        self.pieces.extend(std::mem::take(&mut self.hunk).piece());
    }

    fn change(mut self) -> Change {
        self.end_hunk();
        let lines = match self.operation {
            Operation::Add if self.added > 0 => Lines::Known(LineRange { first: 1, last: self.added }),
            Operation::Update if !self.pieces.is_empty() => Lines::Find(self.pieces),
            _ => Lines::Unknown,
        };
        // How much a deleted file had, the patch does not say.
        let removed = (self.operation != Operation::Delete).then_some(self.removed);
        Change { path: self.path, lines, added: Some(self.added), removed }
    }
}
