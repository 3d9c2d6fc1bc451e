//! Writing declarations as notes, or as statements on standard output. Nothing of the user's is ever overwritten.

use std::fmt::Write as _;

use super::Args;
use super::draft::Draft;
use crate::attest::{self, Registry};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};
use crate::git::Repository;
use crate::report::{USUAL_REMOTE, fetch_notes};
use crate::store::with_signals_deferred;
use crate::terminal::escaped;
use crate::vocabulary::Involvement;
use crate::vocabulary::note::{self, Entry, Note};
use crate::vocabulary::statement::Statement;
use crate::vocabulary::trailers as ours;

/// As in-toto statements on standard output, one after the other.
pub(super) fn statements(drafts: &[Draft], repository: &Repository, out: &Output) -> Result<Exit, Failure> {
    let mut text = String::new();
    for draft in drafts {
        let (mut note, _) = existing(repository, &draft.touched.commit.id)?;
        add(&mut note, draft)?;
        text.push_str(&Statement::of(&draft.touched.commit.id, note).write());
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// The note that a commit has, or an empty one; and whether it is signed.
fn existing(repository: &Repository, commit: &str) -> Result<(Note, bool), Failure> {
    let notes = repository.own_notes(note::REF).map_err(Failure::failed)?;
    let keep = |problem: String| {
        let short = commit.get(..8).unwrap_or(commit);
        Failure::failed(format!("the note on {short} is left as it is, because it cannot be read: {problem}"))
    };
    match notes.get(commit, note::MAX_BYTES).map_err(|error| keep(error.to_string()))? {
        Some(bytes) => {
            let note = Note::read(&bytes).map_err(|error| keep(error.to_string()))?;
            Ok((note, note::split(&bytes).1.is_some()))
        }
        None => Ok((Note::with(Vec::new()), false)),
    }
}

/// What a note says. It stands alone: it names the person who answers even where the commit shows it.
fn entry(draft: &Draft) -> Result<Entry, Failure> {
    let mut declaration = draft.declaration.clone();
    let author = &draft.touched.commit.author;
    if declaration.accountable.is_none() && attest::is_person(author, Registry::builtin()?) {
        declaration.accountable = format!("{} <{}>", author.name, author.email).parse().ok();
    }
    Ok(Entry { declaration, covers: Vec::new(), carried_from: None })
}

/// Whether an entry is about the whole commit that has the note.
fn is_own(entry: &Entry) -> bool {
    entry.covers.is_empty() && entry.carried_from.is_none()
}

/// Whether an entry says that no AI was used.
fn denies(entry: &Entry) -> bool {
    entry.declaration.involvement == Involvement::NoAi
}

fn add(note: &mut Note, draft: &Draft) -> Result<bool, Failure> {
    let entry = entry(draft)?;
    // An entry about the whole commit that says no less.
    let is_said = |known: &Entry| known.covers.is_empty() && entry.declaration.says_no_more_than(&known.declaration);
    if note.attestations.iter().any(is_said) {
        return Ok(false);
    }
    // A poorer one would only stand beside it. What was carried from another commit says where it comes from, and stays.
    note.attestations.retain(|known| {
        let is_taken_back = denies(known) && entry.declaration.ai().is_some();
        !(is_own(known) && (is_taken_back || known.declaration.says_no_more_than(&entry.declaration)))
    });
    note.attestations.push(entry);
    Ok(true)
}

/// As notes.
pub(super) fn notes(args: &Args, drafts: &[Draft], repository: &Repository, out: &Output) -> Result<Exit, Failure> {
    let mut store = repository.own_notes(note::REF).map_err(Failure::failed)?;
    let mut text = String::new();
    let mut written = 0;
    for draft in drafts {
        let commit = &draft.touched.commit;
        let (mut note, signed) = existing(repository, &commit.id)?;
        let short = commit.id.get(..8).unwrap_or(&commit.id);
        // Signing what is said already adds a signature, which is worth a note of its own.
        let again = args.sign && !signed && note.attestations.contains(&entry(draft)?);
        if again {
            let _ = writeln!(text, "{short}  signed  “{}”", escaped(commit.subject()));
            written += 1;
            store.set(&commit.id, text_of(&note, &commit.id, args, repository)?);
            continue;
        }
        let denied = note.attestations.iter().filter(|entry| denies(entry)).count();
        if !add(&mut note, draft)? {
            let _ = writeln!(text, "{short}  already says so  “{}”", escaped(commit.subject()));
            continue;
        }
        written += 1;
        let _ = writeln!(text, "{short}  note  “{}”", escaped(commit.subject()));
        for line in ours::write(&draft.declaration) {
            let _ = writeln!(text, "    {}", escaped(&line.to_string()));
        }
        if note.attestations.iter().filter(|entry| denies(entry)).count() < denied {
            let _ = writeln!(text, "    removed: No-AI: true");
        }
        if signed && !(args.sign || args.drop_signature) {
            return Err(Failure::failed(format!(
                "the note on {short} is signed, and the signature would be lost; use --sign, or --drop-signature"
            )));
        }
        store.set(&commit.id, text_of(&note, &commit.id, args, repository)?);
    }
    if let [only] = drafts
        && !repository.is_on_head(&only.touched.commit.id).map_err(Failure::failed)?
    {
        let _ = writeln!(text, "note: {}", super::rewrite::elsewhere(repository, &only.touched.commit.id));
    }
    if args.dry_run {
        let _ = writeln!(text, "nothing was written (--dry-run)");
    } else if written > 0 {
        with_signals_deferred(|| store.save("Attest by ai-detect")).map_err(Failure::failed)?;
        let notes = if written == 1 { "note" } else { "notes" };
        let _ = writeln!(text, "{written} {notes} in {}; `git push REMOTE {}` shares them", note::REF, note::REF);
        let _ = writeln!(text, "CI sees them by `ai-detect ci --fetch`, or after `{}`", fetch_notes(USUAL_REMOTE));
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// A note's text, signed where that was asked for.
fn text_of(note: &Note, commit: &str, args: &Args, repository: &Repository) -> Result<Vec<u8>, Failure> {
    let mut text = note.write();
    if args.sign && !args.dry_run {
        let block = super::sign::sign(repository, &note::signed_text(commit, text.as_bytes()))?;
        text.push_str(&block);
    }
    Ok(text.into_bytes())
}
