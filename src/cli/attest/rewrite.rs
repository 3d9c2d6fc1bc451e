//! Trailers on commits that only this clone has: the last one, or older ones with all that come after them.
//!
//! What the commits did to files stays. They get other ids, and their notes follow them.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::Args;
use super::draft::Draft;
use super::unknown;
use crate::attest::forms;
use crate::attesting::carry::{NoteTransfer, add, carried};
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};
use crate::git::{Chain, ChainCommit, ChainEnd, Error, Repository};
use crate::pipeline::Session;
use crate::policy::Policy;
use crate::store::with_signals_deferred;
use crate::terminal::escaped;
use crate::vocabulary::message;
use crate::vocabulary::note::{self, Note};

/// A commit whose message changes.
struct Change<'d> {
    draft: &'d Draft,
    old: String,
    new: String,
}

impl Change<'_> {
    fn id(&self) -> &str {
        &self.draft.touched.commit.id
    }

    /// The lines that the new message has and the old one has not.
    fn added(&self) -> impl Iterator<Item = &str> {
        lines_of_one(&self.new, &self.old)
    }

    /// The lines that the old message has and the new one has not.
    fn removed(&self) -> impl Iterator<Item = &str> {
        lines_of_one(&self.old, &self.new)
    }
}

/// The lines of a text that another one does not have.
fn lines_of_one<'t>(text: &'t str, other: &str) -> impl Iterator<Item = &'t str> {
    text.lines().filter(|line| !line.is_empty() && !other.lines().any(|known| known == *line))
}

/// Adds trailers to commits.
pub(super) fn trailers(
    args: &Args,
    drafts: &[Draft],
    session: &Session,
    policy: &Policy,
    out: &Output,
) -> Result<Exit, Failure> {
    let repository = session.repository();
    let chain = chain(repository, drafts.iter().map(|draft| draft.touched.commit.id.as_str()))?;
    let changes = changes(drafts, &chain.commits)?;
    let mut text = String::new();
    if changes.is_empty() {
        let _ = match (drafts.len(), chain.commits.len()) {
            (1, 1) => writeln!(text, "the last commit already says so"),
            (1, _) => writeln!(text, "the commit already says so"),
            _ => writeln!(text, "the commits already say so"),
        };
        out.print(&text)?;
        return Ok(Exit::Analysed);
    }
    // Commits before the first that changes stay as they are.
    let chain = self::chain(repository, changes.iter().map(Change::id))?;
    check(args, &chain)?;
    let findings: Vec<Vec<String>> =
        changes.iter().map(|change| findings(change, session, policy)).collect::<Result<_, _>>()?;
    if !args.even_if_unknown {
        let unread: Vec<String> = unread_tools(&changes)?;
        if !unread.is_empty() {
            return Err(Failure::usage(unknown::refusal(unread)?));
        }
    }
    let is_last = chain.commits.len() == 1;
    if args.dry_run {
        let _ = match is_last {
            true => writeln!(text, "would add to the last commit:"),
            false => writeln!(text, "would rewrite {} commits, and add:", chain.commits.len()),
        };
        show(&changes, is_last, &mut text);
    } else {
        let rewritten = with_signals_deferred(|| rewrite(repository, &chain, &changes)).map_err(Failure::failed)?;
        rewritten.show(&changes, &mut text);
        show_next(&chain, &mut text);
    }
    show_lost_signatures(&chain, &mut text);
    for finding in findings.iter().flatten() {
        let _ = writeln!(text, "  - {}", escaped(finding));
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// The tools whose new lines nobody would read as declarations.
fn unread_tools(changes: &[Change<'_>]) -> Result<Vec<String>, Failure> {
    let mut unread = Vec::new();
    for change in changes {
        unread.extend(unknown::tools(change.draft, &change.old)?);
    }
    Ok(unread)
}

/// The commits from HEAD back to all that are named.
fn chain<'a>(repository: &Repository, ids: impl Iterator<Item = &'a str>) -> Result<Chain, Failure> {
    let ids: Vec<&str> = ids.collect();
    let chain = repository.chain(&ids).map_err(Failure::failed)?;
    match &chain.end {
        ChainEnd::Whole => Ok(chain),
        ChainEnd::Merge(merge) => {
            let first = ids.first().map_or_else(|| "COMMIT".to_owned(), |id| short(id));
            Err(Failure::usage(format!(
                "{} is a merge after a commit that is to be attested, and merges are not rewritten. Use --notes, or run \
                 `git rebase --interactive --rebase-merges {first}^`, change `pick` to `edit` before {first}, run \
                 `ai-detect attest` without a range where it stops, and then `git rebase --continue`",
                short(merge)
            )))
        }
        ChainEnd::Elsewhere(id) => Err(Failure::usage(elsewhere(repository, id))),
        ChainEnd::TooFar => Err(Failure::usage(
            "trailers can be added to the last 10,000 commits of a branch; use --notes for older ones",
        )),
    }
}

/// That HEAD does not have a commit. After a rewrite it has another one in its place, and a note on the old one would be
/// lost.
pub(super) fn elsewhere(repository: &Repository, id: &str) -> String {
    let old = short(id);
    match repository.rewritten_as(id) {
        Some(now) => format!("{old} is not on this branch any more; it is now {}", short(&now)),
        None => format!("HEAD does not have {old}; switch to a branch that has it"),
    }
}

/// The commits whose messages change, in the order of the drafts.
fn changes<'d>(drafts: &'d [Draft], chain: &[ChainCommit]) -> Result<Vec<Change<'d>>, Failure> {
    let by_id: HashMap<&str, &ChainCommit> = chain.iter().map(|commit| (commit.id.as_str(), commit)).collect();
    let mut changes = Vec::new();
    for draft in drafts {
        let id = &draft.touched.commit.id;
        let Some(old) = by_id.get(id.as_str()).and_then(|commit| commit.message.clone()) else {
            let commit = if chain.len() == 1 { "the last commit".to_owned() } else { short(id) };
            return Err(Failure::failed(format!(
                "{commit}'s message is not UTF-8, so it is left as it is; use --notes"
            )));
        };
        let new = message::with_declaration(&old, &draft.declaration);
        if new != old {
            changes.push(Change { draft, old, new });
        }
    }
    Ok(changes)
}

/// Refuses what would lose something of the user's, or leave a branch that no longer matches what others have.
fn check(args: &Args, chain: &Chain) -> Result<(), Failure> {
    let is_last = chain.commits.len() == 1;
    let first = chain.commits.first().map_or_else(String::new, |first| short(&first.id));
    let failed = |problem: String| Err(Failure::failed(problem));
    match chain.in_progress {
        Some(_) if chain.is_at_edit_stop && is_last => {}
        Some(_) if chain.is_at_edit_stop => {
            return failed(
                "a rebase has stopped at a commit, and only that one can be attested now: leave the range out, or finish the \
                 rebase first"
                    .into(),
            );
        }
        Some(going_on) => return failed(format!("{going_on} is in progress; finish it first, or use --notes")),
        None => {}
    }
    if chain.conflicts {
        return failed("the index has conflicts; resolve them first, or use --notes".into());
    }
    if let Some(remote) = chain.published.as_ref().filter(|_| !args.even_if_published) {
        let what = if is_last { "the last commit" } else { first.as_str() };
        return failed(format!(
            "{what} is on {remote} already, so your branch would no longer match {remote}. Use --even-if-published, and then \
             `git push --force-with-lease`; or --notes, and then `git push origin {}`",
            note::REF
        ));
    }
    let signed: Vec<String> = chain.commits.iter().filter(|commit| commit.signed).map(|it| short(&it.id)).collect();
    if !signed.is_empty() && !args.drop_signature {
        let what = match (is_last, signed.as_slice()) {
            (true, _) => "the last commit is signed, and the signature would be lost".to_owned(),
            (false, [one]) => format!("{one} is signed, and the signature would be lost"),
            (false, all) => {
                format!("{} commits from {first} on are signed, and the signatures would be lost", all.len())
            }
        };
        return failed(format!("{what}; use --notes, or --drop-signature and sign again"));
    }
    Ok(())
}

/// Commits with other ids.
struct Rewritten {
    /// Each with its old id and its new one, from the first to HEAD.
    ids: Vec<(String, String)>,
    notes: Followed,
}

/// Notes of commits with other ids.
#[derive(Default)]
struct Followed {
    /// How many followed.
    notes: usize,
    /// How many did not, because they cannot be read.
    left: usize,
}

/// Larger notes of others do not follow; the largest seen in public histories has 3 MiB.
const MAX_NOTE: usize = 8 << 20;

/// Writes the new commits, lets notes follow, and moves HEAD at last, so that whatever fails leaves all as it was.
fn rewrite(repository: &Repository, chain: &Chain, changes: &[Change<'_>]) -> Result<Rewritten, Error> {
    let messages = changes.iter().map(|change| (change.id(), change.new.clone())).collect();
    let ids = repository.write_rewritten(&chain.commits, &messages)?;
    let notes = carry(repository, &ids)?;
    if let (Some((old, new)), Some(last)) = (ids.last(), changes.last()) {
        let why = match ids.len() {
            1 => format!("commit (amend): {}", last.new),
            count => format!("attest: trailers on {} of {count} commits", changes.len()),
        };
        repository.move_head(old, new, &why)?;
    }
    Ok(Rewritten { ids, notes })
}

/// Lets the notes that are read here follow their commits.
fn carry(repository: &Repository, ids: &[(String, String)]) -> Result<Followed, Error> {
    let mut followed = Followed::default();
    for name in forms::notes_refs() {
        let mut store = repository.own_notes(name)?;
        for (old, new) in ids {
            match store.get(old, MAX_NOTE).map(|content| content.map(|content| follows(name, content, old))) {
                Ok(None) => {}
                Ok(Some(Some(content))) => {
                    store.set(new, content);
                    followed.notes += 1;
                }
                Ok(Some(None)) | Err(_) => followed.left += 1,
            }
        }
        store.save("Carry notes by ai-detect")?;
    }
    Ok(followed)
}

/// What a note is on the commit that takes the place of the old one; nothing where it is one of ours that cannot be read.
fn follows(name: &str, content: Vec<u8>, old: &str) -> Option<Vec<u8>> {
    if name != note::REF {
        return Some(content);
    }
    // A signature of ours is over the id of the commit, so it stays behind.
    let read = Note::read(&content).ok()?;
    let mut joined = Note::with(Vec::new());
    add(&mut joined, carried(&read, old, &NoteTransfer::Same { to: 0 }));
    Some(joined.write().into_bytes())
}

impl Rewritten {
    fn show(&self, changes: &[Change<'_>], text: &mut String) {
        let Some((old, new)) = self.ids.last() else { return };
        if let [_] = self.ids.as_slice() {
            let _ = writeln!(text, "amended the last commit, {} is now {}:", short(old), short(new));
            show(changes, true, text);
        } else {
            let _ = writeln!(
                text,
                "rewrote {} commits; HEAD was {} and is now {}:",
                self.ids.len(),
                short(old),
                short(new)
            );
            show(changes, false, text);
        }
        let counted = |count: usize| if count == 1 { "1 note".to_owned() } else { format!("{count} notes") };
        if self.notes.notes > 0 {
            let _ = writeln!(text, "{} carried along", counted(self.notes.notes));
        }
        if self.notes.left > 0 {
            let _ = writeln!(text, "{} cannot be read and stayed with the old ids", counted(self.notes.left));
        }
        let _ = writeln!(text, "`git reset --soft {old}` undoes it");
    }
}

fn show(changes: &[Change<'_>], is_last: bool, text: &mut String) {
    for change in changes {
        if !is_last {
            let _ = writeln!(text, "  {}  “{}”", short(change.id()), escaped(change.draft.touched.commit.subject()));
        }
        for line in change.added() {
            let _ = writeln!(text, "    {}", escaped(line));
        }
        for line in change.removed() {
            let _ = writeln!(text, "    removed: {}", escaped(line));
        }
    }
}

/// What is left to do where the branch is in the middle of a rebase, or others have it.
fn show_next(chain: &Chain, text: &mut String) {
    if chain.is_at_edit_stop {
        let _ = writeln!(text, "`git rebase --continue` goes on with the rebase");
    }
    if let Some(remote) = &chain.published {
        let then = if chain.is_at_edit_stop { "after that, " } else { "" };
        let _ = writeln!(text, "{then}`git push --force-with-lease` brings {remote} up to date");
    }
}

fn show_lost_signatures(chain: &Chain, text: &mut String) {
    match chain.commits.iter().filter(|commit| commit.signed).count() {
        0 => {}
        1 if chain.commits.len() == 1 => {
            text.push_str("its signature is gone; `git commit --amend --no-edit -S` signs again\n");
        }
        lost => {
            let (signatures, back) = (if lost == 1 { "1 signature is" } else { "signatures are" }, chain.commits.len());
            let count = if lost == 1 { String::new() } else { format!("{lost} ") };
            let _ = writeln!(
                text,
                "{count}{signatures} gone; `git rebase --exec 'git commit --amend --no-edit -S' HEAD~{back}` signs again"
            );
        }
    }
}

/// What the policy still says of a commit as it will be.
fn findings(change: &Change<'_>, session: &Session, policy: &Policy) -> Result<Vec<String>, Failure> {
    let (_, judgement) = session.judge_with_message(policy, &change.draft.touched, &change.new)?;
    Ok(judgement.findings.iter().map(ToString::to_string).collect())
}

fn short(id: &str) -> String {
    id.get(..8).unwrap_or(id).to_owned()
}
