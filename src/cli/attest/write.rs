//! Writing declarations: as trailers of the last commit, as notes, or as statements on standard
//! output. Nothing of the user's is ever overwritten.

use std::fmt::Write as _;

use super::Args;
use super::draft::Draft;
use crate::attest::{self, Registry, State};
use crate::cli::output::Output;
use crate::cli::undisturbed::undisturbed;
use crate::cli::{Exit, Failure};
use crate::git::Repository;
use crate::pipeline::Session;
use crate::policy::Policy;
use crate::report::FETCH_NOTES;
use crate::terminal::escaped;
use crate::vocabulary::note::{self, Entry, Note};
use crate::vocabulary::statement::Statement;
use crate::vocabulary::{message, trailers as ours};

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
    match notes.get(commit, note::MOST_BYTES).map_err(|error| keep(error.to_string()))? {
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

fn add(note: &mut Note, draft: &Draft) -> Result<bool, Failure> {
    let entry = entry(draft)?;
    let new = !note.attestations.contains(&entry);
    if new {
        note.attestations.push(entry);
    }
    Ok(new)
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
        if !add(&mut note, draft)? {
            let _ = writeln!(text, "{short}  already says so  “{}”", escaped(commit.subject()));
            continue;
        }
        written += 1;
        let _ = writeln!(text, "{short}  note  “{}”", escaped(commit.subject()));
        for line in ours::write(&draft.declaration) {
            let _ = writeln!(text, "    {}", escaped(&line.to_string()));
        }
        if signed && !(args.sign || args.drop_signature) {
            return Err(Failure::failed(format!(
                "the note on {short} is signed, and the signature would be lost; use --sign, or --drop-signature"
            )));
        }
        store.set(&commit.id, text_of(&note, &commit.id, args, repository)?);
    }
    if args.dry_run {
        let _ = writeln!(text, "nothing was written (--dry-run)");
    } else if written > 0 {
        undisturbed(|| store.save("Attest by ai-detect")).map_err(Failure::failed)?;
        let notes = if written == 1 { "note" } else { "notes" };
        let _ = writeln!(text, "{written} {notes} in {}; `git push REMOTE {}` shares them", note::REF, note::REF);
        let _ = writeln!(text, "CI sees them by `ai-detect ci --fetch`, or after `{FETCH_NOTES}`");
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

/// As trailers of the last commit.
pub(super) fn trailers(
    args: &Args,
    drafts: &[Draft],
    session: &Session,
    policy: &Policy,
    out: &Output,
) -> Result<Exit, Failure> {
    let repository = session.repository();
    let head = repository.head_state().map_err(Failure::failed)?;
    let [draft] = drafts else {
        return Err(Failure::usage(
            "trailers can be added to the last commit only, because all later ones would change; --notes attests a range",
        ));
    };
    if draft.touched.commit.id != head.id {
        return Err(Failure::usage("trailers can be added to the last commit only; --notes attests any other"));
    }
    let Some(old) = &head.message else {
        return Err(Failure::failed("the last commit's message is not UTF-8, so it is left as it is; use --notes"));
    };
    let new = message::with_trailers(old, &ours::write(&draft.declaration));
    let mut text = String::new();
    if new == *old {
        let _ = writeln!(text, "the last commit already says so");
        out.print(&text)?;
        return Ok(Exit::Analysed);
    }
    if let Some(going_on) = head.in_progress {
        return Err(Failure::failed(format!("{going_on} is in progress; finish it first, or use --notes")));
    }
    if head.conflicts {
        return Err(Failure::failed("the index has conflicts; resolve them first, or use --notes"));
    }
    if let Some(remote) = head.published.as_ref().filter(|_| !args.even_if_published) {
        return Err(Failure::failed(format!(
            "the last commit is on {remote}, and amending it would part from there; use --notes, or --even-if-published"
        )));
    }
    if head.signed && !args.drop_signature {
        return Err(Failure::failed(
            "the last commit is signed, and the signature would be lost; use --notes, or --drop-signature and sign again",
        ));
    }
    let added: Vec<&str> = new.lines().skip(old.trim_end().lines().count()).filter(|line| !line.is_empty()).collect();
    if args.dry_run {
        let _ = writeln!(text, "would add to the last commit:");
    } else {
        let amended = undisturbed(|| repository.amend_message(&head.id, &new));
        let id = amended.map_err(Failure::failed)?;
        let short = |id: &str| id.get(..8).unwrap_or(id).to_owned();
        let _ = writeln!(text, "amended the last commit, {} is now {}:", short(&head.id), short(&id));
    }
    for line in added {
        let _ = writeln!(text, "    {}", escaped(line));
    }
    if head.signed {
        let _ = writeln!(text, "its signature is gone; `git commit --amend --no-edit -S` signs again");
    }
    let (state, judgement) = session.judge_with_message(policy, &draft.touched, &new)?;
    if state == State::Absent {
        let _ = writeln!(
            text,
            "  - This is not read as a declaration of AI use: neither the tool nor the model is known. \
             Give the model's full id, call the tool by one word, or use --notes."
        );
    }
    for finding in judgement.findings {
        let _ = writeln!(text, "  - {}", escaped(&finding.to_string()));
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}
