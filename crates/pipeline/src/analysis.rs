//! The report on a range or a patch.

use std::path::Path;

use super::again;
use super::evidence::{self, Judging};
use super::sensitive_left_out::SensitiveLeftOut;
use super::settings;
use super::{Error, Session, Settings, SettingsFrom, Standards};
use crate::analyse::{Analyser, Detail};
use ai_detect_attest::{self as attest, Registry, forms, read_request};
use ai_detect_base::change::{ChangeSet, Commit, Substitutes};
use ai_detect_git::patch::{self, Cover, Patch};
use ai_detect_git::{self as git, Repository};
use ai_detect_policy::{Considered, Described, Evidence, Sensitive, TouchedFiles};
use ai_detect_report::{Merged, Published, Report};
use ai_detect_style::pack::Pack;
use ai_detect_style::signals::Engine;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The request that the change belongs to, where something of it is known.
    pub request: Option<&'a attest::Request>,
    /// Whether somebody who belongs to the project opened it, where the forge says so.
    pub by_member: Option<bool>,
    /// Whether only the start of the request's description is known.
    pub is_description_cut: bool,
    /// What of the report is explained.
    pub detail: Detail,
}

impl Asked<'_> {
    /// The request as policies look at it. A branch's name alone says nothing of a description.
    fn described(&self) -> Result<Option<Described>, Error> {
        let is_known = |request: &&attest::Request| {
            request.body.is_some() || request.title.is_some() || !request.labels.is_empty()
        };
        let Some(request) = self.request.filter(is_known) else { return Ok(None) };
        let read = Described::read(request, Registry::builtin()?);
        Ok(Some(Described { by_member: self.by_member, is_cut: self.is_description_cut, ..read }))
    }
}

/// A report with what it was made from.
pub struct Analysis {
    /// The report.
    pub report: Report,
    /// The change: its commits and files.
    pub change: ChangeSet,
    /// The rules and the model.
    pub pack: Pack,
}

impl Session {
    /// Scores the blocks of the range, and compares them with what its commits declare.
    ///
    /// # Errors
    /// Where the repository cannot be read, or the settings cannot be used.
    pub fn report(self, asked: &Asked<'_>) -> Result<Analysis, Error> {
        let Session { repository, resolved, settings, sensitive, is_job, surroundings } = self;
        let (spec, base) = (resolved.spec().to_owned(), resolved.base().map(str::to_owned));
        let head = resolved.head().map(str::to_owned);
        let about_range = resolved.notes().to_vec();
        let excluder = settings.excluder().map_err(Error::Exclude)?;
        let described = asked.described()?;
        let records = repository.records(&forms::places(), head.as_deref())?;
        let touched = match &settings.policy {
            Some(policy) => evidence::touched_commits(&repository, &resolved, policy, &sensitive, &records)?,
            None => Vec::new(),
        };
        let about_commits = evidence::cut_note(touched.iter().map(|touched| &touched.files));
        // The data is made ready while the repository is read: neither needs the other.
        let mut loaded = None;
        let change = rayon::in_place_scope(|scope| {
            scope.spawn(|_| {
                loaded = Some(settings.pack());
                // Whoever needs it reports what is wrong with it.
                let _ = Registry::builtin();
            });
            repository.change_set(resolved, &excluder, &records)
        });
        let mut change = change?;
        let unread = records.unread().iter().map(ToString::to_string);
        let about_repository =
            attest::about_repository(records.about_repository()).into_iter().map(|it| it.to_string());
        let substitutes = repository.substitutes()?;
        let registry = Registry::builtin()?;
        let signers = Some(&settings.signers);
        let evidence = match &settings.policy {
            Some(policy) => {
                let (repository, base, described) = (Some(&repository), base.as_deref(), described.as_ref());
                let considered = evidence::paired(&change.commits, &touched, &spec)?;
                let judging = Judging { repository, base, signers, described, registry };
                Evidence::Judged(judging.by(policy, &considered)?)
            }
            None => Evidence::read(&change.commits, signers, registry),
        };
        let about_lines = again::declared_before(&repository, &change.commits, &mut change.files, &evidence)?;
        change.cut_short.extend(about_lines.cut_short);
        let about_settings = match (&base, &head) {
            (Some(base), Some(head)) if is_job => settings::changed(&settings, &repository, base, head)?,
            _ => None,
        };
        let notes = surroundings.notes_not_looked_at(&repository);
        let is_partial = repository.is_partial();
        let published = published(&repository, &change, is_job);
        let mut left_out = SensitiveLeftOut::of(&change, &sensitive);
        // Drop the caches: little else below reads the repository.
        let repository = left_out.lacks_commits(&change).then_some(repository);
        let pack = loaded.unwrap_or_else(|| settings.pack())?;
        let prepared = Prepared { settings: &settings, sensitive: &sensitive, described: described.as_ref() };
        let mut report = prepared.report(&change, &pack, evidence, asked)?;
        report.range.published = published;
        // They are named beside flags alone.
        if let Some(repository) = repository.filter(|_| !report.flags.is_empty()) {
            left_out.find_commits(&repository, &change, &records);
        }
        left_out.tell(&mut report);
        report.coverage.substitutes = Some(substitutes).filter(|found| *found != Substitutes::default());
        let contents = surroundings.contents_not_looked_at(is_partial, &report);
        report.coverage.not_looked_at.extend(notes.into_iter().chain(contents));
        let notes = &mut report.coverage.notes;
        notes.extend(
            about_range
                .into_iter()
                .chain(unread)
                .chain(about_repository)
                .chain(change.commits.iter().flat_map(Commit::reading_notes)),
        );
        notes.extend(about_lines.notes);
        notes.extend(about_commits.into_iter().chain(about_settings));
        Ok(Analysis { report, change, pack })
    }
}

/// The part of a change that others have already. A forge's job sees only commits that were pushed.
fn published(repository: &Repository, change: &ChangeSet, is_job: bool) -> Option<Published> {
    let ids: Vec<&str> = change.commits.iter().map(|commit| commit.id.as_str()).collect();
    let merged = repository.last_merged(&ids);
    let pushed = match is_job {
        true => ids.last().map(|last| ((*last).to_owned(), None)),
        false => repository.last_published(&ids).map(|(up_to, branch)| (up_to, Some(branch))),
    };
    // What is merged is pushed, wherever branches end by now.
    let pushed = pushed.or_else(|| merged.clone().map(|(up_to, branch)| (up_to, Some(branch))));
    let merged = merged.map(|(up_to, branch)| Merged { up_to, branch: Some(branch) });
    pushed.map(|(up_to, branch)| Published { up_to, branch, merged })
}

/// Scores the blocks of a unified diff, or of the diffs in mails, whose messages count as those of commits. Settings come from the repository that holds `dir`, where there is one: from its
/// last commit, unless others are named.
///
/// # Errors
/// Where the patch cannot be read, or the settings cannot be used.
pub fn report_on_patch(
    (name, content): (&str, &[u8]),
    dir: &Path,
    from: SettingsFrom<'_>,
    asked: &Asked<'_>,
) -> Result<Analysis, Error> {
    // A patch needs no repository, but the wrong one must not pass for none: settings come from it.
    let repository = match Repository::open(dir) {
        Err(error @ git::Error::BareInside { .. }) => return Err(error.into()),
        opened => opened.ok(),
    };
    let head = repository.as_ref().and_then(Repository::head);
    let settings = match (from, &repository, &head) {
        (SettingsFrom::File { dir, file }, _, _) => Settings::from_file(dir, file)?,
        (SettingsFrom::Revision(revision), Some(repository), _) => Settings::from_revision(repository, revision, true)?,
        (SettingsFrom::Revision(_), None, _) => return Err(Error::NoRepository),
        (SettingsFrom::Start, Some(repository), Some(head)) => Settings::from_revision(repository, head, false)?,
        // There is nothing that settings could come from.
        (SettingsFrom::Start | SettingsFrom::Defaults, _, _) => Settings::default(),
    };
    let Standards { settings, excluder, sensitive, pack, .. } = Standards::of(settings)?;
    let patch = patch::read(name, content, &excluder)?;
    let registry = Registry::builtin()?;
    let request = with_cover(asked.request, patch.cover.as_ref(), registry);
    let asked = &Asked { request: request.as_ref(), ..*asked };
    let described = asked.described()?;
    let mut touched: Vec<(&Commit, TouchedFiles)> = Vec::new();
    let evidence = match &settings.policy {
        Some(policy) => {
            let files = |files| evidence::touched_files(files, policy, &sensitive);
            touched.extend(patch.commits().map(|(commit, found)| (commit, files(found))));
            let considered = touched.iter().map(|(commit, files)| Considered { commit, files });
            let considered: Vec<Considered<'_>> = considered.collect();
            let (repository, base, described) = (repository.as_ref(), head.as_deref(), described.as_ref());
            // A mail does not carry the signature of its commit, so nothing can be said of that.
            let judging = Judging { repository, base, signers: None, described, registry };
            Evidence::Judged(judging.by(policy, &considered)?)
        }
        None => Evidence::read(&patch.change.commits, None, registry),
    };
    let prepared = Prepared { settings: &settings, sensitive: &sensitive, described: described.as_ref() };
    let mut report = prepared.report(&patch.change, &pack, evidence, asked)?;
    let Patch { change, notes, .. } = patch;
    let of_messages = change.commits.iter().flat_map(Commit::reading_notes);
    report.coverage.notes.extend(notes.iter().map(ToString::to_string).chain(of_messages));
    Ok(Analysis { report, change, pack })
}

/// The request. The cover letter of a mailed series fills in what it lacks, if the letter mentions AI use.
fn with_cover(
    request: Option<&attest::Request>,
    cover: Option<&Cover>,
    registry: &Registry,
) -> Option<attest::Request> {
    let of_cover = cover.map(|cover| attest::Request {
        body: Some(cover.text.clone()),
        title: Some(cover.subject.clone()),
        ..attest::Request::default()
    });
    let says_something = |letter: &attest::Request| {
        let read = read_request(letter, registry);
        !read.statements.is_empty() || !read.unknown.is_empty()
    };
    let Some(letter) = of_cover.filter(says_something) else { return request.cloned() };
    let given = request.cloned().unwrap_or_default();
    Some(attest::Request { body: given.body.or(letter.body), title: given.title.or(letter.title), ..given })
}

/// What a report needs beside the change and its evidence.
struct Prepared<'a> {
    settings: &'a Settings,
    sensitive: &'a Sensitive,
    described: Option<&'a Described>,
}

impl Prepared<'_> {
    fn report(
        &self,
        change: &ChangeSet,
        pack: &Pack,
        evidence: Evidence<'_>,
        asked: &Asked<'_>,
    ) -> Result<Report, Error> {
        let (settings, registry) = (self.settings, Registry::builtin()?);
        let engine = Engine::new(pack);
        let analyser = Analyser::new(&engine, registry, &settings.config, self.sensitive, asked.detail);
        let mut report = analyser.report_with(change, evidence);
        report.request = asked.request.map(|request| read_request(request, registry));
        let says = settings.policy.as_ref().zip(self.described);
        let notes = &mut report.coverage.notes;
        notes.extend(settings.note.clone());
        notes.extend(says.into_iter().flat_map(|(policy, described)| policy.says_of(described)));
        notes.extend(settings.signers.notes.iter().cloned());
        Ok(report)
    }
}
