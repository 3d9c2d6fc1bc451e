//! Which commit of the range introduced each authored line: `git blame`, but only within the range
//! and for all files at once.
//!
//! Lines are followed from the head towards the base. At every commit that touches the file, lines
//! that a parent has too are passed on to it, through renames, in the order of the parents; what no
//! parent has stays. Lines that leave the range belong to no commit of it, and so do lines that are not followed to their
//! end because that takes more work than is done.

mod again;
mod blame;
mod follow;
mod history;
mod lines;
mod place;
mod renamed;

use rayon::prelude::*;

use super::blobs::{Blobs, Unread};
use super::files::AllEnds;
use super::judge::{Judge, Unseen};
use ai_detect_base::change::{ChangeSet, CutShort, Excluded, FileChange, Origin, Span};
use ai_detect_base::exclude::Excluder;
use follow::{Follower, Progress};
use history::is_alone;

pub use again::Sought;
pub use blame::{Blame, Blamer, Blamers, End, Run};
pub(super) use history::History;

/// With a single commit, attributes every line to it.
pub(super) fn to_only_commit(files: &mut [FileChange]) {
    for file in files {
        let whole = |&span: &Span| Origin { commit: Some(0), ..Origin::unknown(span) };
        file.origins = file.authored.iter().map(whole).collect();
    }
}

fn to_no_commit(files: &mut [FileChange]) {
    for file in files {
        file.origins = file.authored.iter().map(|&span| Origin::unknown(span)).collect();
    }
}

/// Sets the origins of all authored lines. Comparing versions of files costs no more than `compared`.
pub(super) fn attribute(
    history: &History,
    blobs: &Blobs,
    change: &mut ChangeSet,
    ends: &AllEnds,
    (excluder, compared): (&Excluder, u64),
) {
    if history.commits.is_empty() {
        return to_no_commit(&mut change.files);
    }
    if is_alone(&history.commits) {
        return to_only_commit(&mut change.files);
    }
    let judge = Judge::new(excluder, &ends.attributes, Unseen::Uncounted);
    let mut following: Vec<Following<'_>> = change
        .files
        .iter_mut()
        .zip(&ends.of_files)
        .map(|(file, own)| Following { progress: Progress::new(history, file, *own), file, failed: None })
        .collect();
    follow_all(history, blobs, &judge, &mut following, compared);
    let (mut lines, mut files) = (0, 0);
    let mut failed = Vec::with_capacity(following.len());
    for one in following {
        let lost = one.progress.finish(one.file);
        if one.failed.is_none() {
            lines += lost;
            files += usize::from(lost > 0);
        }
        failed.push(one.failed);
    }
    // A partial clone may have both ends of a file and lack a version in between.
    let ChangeSet { files: all, excluded, cut_short, .. } = change;
    let mut failed = failed.into_iter();
    all.retain(|file| match failed.next() {
        Some(Some(unread)) => {
            let detail = format!("a version in between: {unread}");
            excluded.push(Excluded::new(file.path.clone(), unread.reason(), detail));
            false
        }
        _ => true,
    });
    cut_short.extend((lines > 0).then_some(CutShort::Attribution { lines, files }));
    cut_short.extend((history.cut_renames > 0).then_some(CutShort::Renames { commits: history.cut_renames }));
}

/// A file whose lines are followed.
struct Following<'a> {
    progress: Progress,
    file: &'a mut FileChange,
    failed: Option<Unread>,
}

impl Following<'_> {
    fn is_open(&self) -> bool {
        self.failed.is_none() && !self.progress.is_done()
    }

    /// Goes on, and returns what that cost.
    fn go_on(&mut self, history: &History, blobs: &Blobs, judge: &Judge<'_>, allowance: u64) -> u64 {
        let mut left = allowance;
        let gone_on =
            blobs.read(|reader| self.progress.go_on(Follower { history, reader, judge }, self.file, &mut left));
        self.failed = gone_on.err();
        allowance - left
    }
}

/// Follows the lines of all files within one budget. All threads share it, and the result must not depend on which is
/// first. So each file gets an equal share of half of what is left, as long as that finishes many; then one after the
/// other takes what it needs.
fn follow_all(history: &History, blobs: &Blobs, judge: &Judge<'_>, files: &mut [Following<'_>], budget: u64) {
    let mut left = budget;
    let mut open = files.iter().filter(|file| file.is_open()).count();
    while open > 0 {
        let share = left / 2 / open as u64;
        let open_files = files.par_iter_mut().filter(|file| file.is_open());
        let spent: u64 = open_files.map(|file| file.go_on(history, blobs, judge, share)).sum();
        left = left.saturating_sub(spent);
        let still_open = files.iter().filter(|file| file.is_open()).count();
        let finished = open - still_open;
        open = still_open;
        if finished * 8 < open {
            break;
        }
    }
    for file in files.iter_mut().filter(|file| file.is_open()) {
        left = left.saturating_sub(file.go_on(history, blobs, judge, left));
    }
}
