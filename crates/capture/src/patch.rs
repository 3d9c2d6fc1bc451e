//! Patches in the form that `apply_patch` takes: several files, and no line numbers.

use crate::event::{Change, LineRange, Lines, Piece};

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";

/// The changes of the patch in a text, one a file. `None` where there is no patch.
pub fn changes(text: &str) -> Option<Vec<Change>> {
    Some(changes_and_texts(text)?.into_iter().map(|(change, _)| change).collect())
}

/// The same, with the text of each file that the patch adds.
pub fn changes_and_texts(text: &str) -> Option<Vec<(Change, Option<String>)>> {
    // Whole lines: a patch of a page about patches has these words inside of it.
    let mut lines = text.lines();
    lines.find(|line| line.trim() == BEGIN)?;
    let mut files: Vec<File> = Vec::new();
    for line in lines.take_while(|line| line.trim_end() != END) {
        if let Some((operation, path)) = header(line) {
            files.push(File::new(operation, path));
        } else if let Some(file) = files.last_mut() {
            file.take(line);
        }
    }
    let mut changes: Vec<(Change, Option<String>)> = Vec::new();
    for (change, text) in files.into_iter().map(File::change) {
        // A patch may change a file in several sections.
        match changes.iter_mut().find(|(known, _)| known.path == change.path) {
            Some((known, _)) => known.join(&change),
            None => changes.push((change, text)),
        }
    }
    Some(changes)
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

    fn change(mut self) -> (Change, Option<String>) {
        self.end_hunk();
        let is_new = self.operation == Operation::Add;
        let text = is_new.then(|| self.pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join("\n"));
        let lines = match self.operation {
            Operation::Add if self.added > 0 => Lines::Known(LineRange { first: 1, last: self.added }),
            Operation::Update if !self.pieces.is_empty() => Lines::Find(self.pieces),
            _ => Lines::Unknown,
        };
        // A patch does not say how many lines a deleted file had.
        let removed = (self.operation != Operation::Delete).then_some(self.removed);
        (Change { path: self.path, lines, added: Some(self.added), removed, twin: None }, text)
    }
}
