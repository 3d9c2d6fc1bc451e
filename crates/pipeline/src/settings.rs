//! Where settings and rule packs come from.
//!
//! The change under review configures nothing: unless a file or a revision is named, settings are those of the commit
//! that the change starts from.

mod error;
mod files;

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use error::SettingsError;
use files::{bounded, text};

use crate::config::{self, Config, FILE, MISNAMED, Signatures};
use ai_detect_attest::signature::Signers;
use ai_detect_base::exclude::Excluder;
use ai_detect_base::globs::PatternError;
use ai_detect_git::Repository;
use ai_detect_policy::own_paths::classes_of;
use ai_detect_policy::{self as policy, Policy};
use ai_detect_style::pack::{self, Fitted, NEXT, Pack, Source};

/// Larger files in the working tree are not compared with the settings in force, in bytes.
const MAX_COMPARED: u64 = 1 << 20;
/// Larger files are no settings, rule packs, tables of a model, policies or keys, in bytes.
const MAX_READ: u64 = 32 << 20;

/// Where settings come from.
#[derive(Debug, Clone, Copy, Default)]
pub enum SettingsFrom<'a> {
    /// The commit that the change starts from.
    #[default]
    Start,
    /// A file on disk.
    File {
        /// The folder that the file is named from.
        dir: &'a Path,
        /// The file.
        file: &'a Path,
    },
    /// A revision, which must have settings.
    Revision(&'a str),
    /// The defaults, whatever a repository has.
    Defaults,
}

/// Where the policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyFrom {
    /// The settings name it.
    Settings,
    /// The caller has another one. The one of the settings is not read, so a mistake in it does no harm.
    Caller,
}

/// Settings, with everything that they name.
#[derive(Default)]
pub struct Settings {
    /// What the file says.
    pub config: Config,
    /// The rule packs.
    pub packs: Vec<Source>,
    /// What `ai-detect fit` wrote, where the settings name it.
    pub model: Option<Fitted>,
    /// The policy that they name.
    pub policy: Option<Policy>,
    /// Whose signatures count.
    pub signers: Signers,
    /// What the reader should know of where they came from.
    pub note: Option<String>,
    /// A digest of everything that was read of them from a file on disk; empty for any other origin.
    pub digest: Vec<u8>,
    /// Every path that was asked for while they were read from a revision, whether there was such a file or not.
    asked: Vec<String>,
    /// The settings as written, for messages that point into them.
    written: Option<Source>,
}

impl Settings {
    /// The rules and the model that they choose.
    ///
    /// # Errors
    /// Where a pack is wrong, or the settings name a rule that does not exist.
    pub(crate) fn pack(&self) -> Result<Pack, SettingsError> {
        let fitted = match &self.model {
            Some(model) => model.clone(),
            None => Fitted::builtin()?,
        };
        let pack = Pack::load(fitted, &self.packs, &self.config.rules.disable);
        pack.map_err(|error| match (&error, &self.written) {
            (pack::Error::NoSuchRule { id, .. }, Some(written)) => {
                let (line, column) = config::place(&written.content, id);
                SettingsError::NoSuchRule { file: written.name.clone(), line, column, problem: Box::new(error) }
            }
            _ => SettingsError::Content(error),
        })
    }

    /// What they leave out of the analysis.
    ///
    /// # Errors
    /// Where a pattern is none.
    pub(crate) fn excluder(&self) -> Result<Excluder, PatternError> {
        Excluder::new(&self.config.exclude, self.config.limits.file_bytes)
            .map(|excluder| excluder.with_max_change_bytes(self.config.limits.change_bytes))
    }

    /// From a file on disk, named from `dir`.
    ///
    /// # Errors
    /// Where it or a file that it names cannot be read or used.
    pub fn from_file(dir: &Path, file: &Path) -> Result<Self, SettingsError> {
        Settings::from_file_with(dir, file, PolicyFrom::Settings)
    }

    pub(super) fn from_file_with(dir: &Path, file: &Path, policy: PolicyFrom) -> Result<Self, SettingsError> {
        let name = file.display().to_string();
        let path = dir.join(file);
        let content = bounded(&path).map_err(|problem| SettingsError::Unread { name: name.clone(), problem })?;
        // A path without a parent is not the path of a file, which was read.
        let root = path.parent().map(PathBuf::from).unwrap_or_default();
        let digest = RefCell::new(Sha256::new_with_prefix(&content));
        let read = |relative: &str| match bounded(&root.join(relative)) {
            Ok(content) => {
                let mut digest = digest.borrow_mut();
                digest.update(format!("\n{} {relative}\n", content.len()));
                digest.update(&content);
                Ok(Some(content))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(SettingsError::Unread { name: root.join(relative).display().to_string(), problem }),
        };
        let settings = parse(&name, content, "", &read, policy)?;
        Ok(Settings { digest: digest.into_inner().finalize().to_vec(), ..settings })
    }

    /// From a revision. `required` says whether it must have settings.
    ///
    /// # Errors
    /// Where they or a file that they name cannot be read or used.
    pub fn from_revision(repository: &Repository, revision: &str, required: bool) -> Result<Self, SettingsError> {
        Settings::from_revision_with(repository, revision, required, PolicyFrom::Settings)
    }

    pub(super) fn from_revision_with(
        repository: &Repository,
        revision: &str,
        required: bool,
        policy: PolicyFrom,
    ) -> Result<Self, SettingsError> {
        let at = format!(" in commit {}", short(revision));
        let asked = RefCell::new(Vec::new());
        let read = |path: &str| {
            let path = from_root(path);
            asked.borrow_mut().push(path.to_owned());
            match repository.size_at(revision, path)? {
                Some(size) if size > MAX_READ => Err(SettingsError::TooLarge { name: format!("{path}{at}"), size }),
                _ => Ok(repository.file_at(revision, path)?),
            }
        };
        let settings = match read(FILE)? {
            Some(content) => {
                let settings = parse(&format!("{FILE}{at}"), content.clone(), &at, &read, policy)?;
                Settings { note: note(repository, Some(&content)), ..settings }
            }
            None => none_at(repository, revision, &at, required)?,
        };
        Ok(Settings { asked: asked.into_inner(), ..settings })
    }
}

/// A preset or a policy file on disk, for commits that these settings are for.
///
/// # Errors
/// Where there is none, it is wrong, or it names classes of sensitive paths that nobody defines.
pub fn policy_on_disk_under(name: &str, dir: &Path, settings: &Settings) -> Result<Policy, SettingsError> {
    let policy = policy_on_disk(name, dir)?;
    check_classes(&policy, &settings.config, "")?;
    Ok(policy)
}

/// A preset, or a policy file on disk.
///
/// # Errors
/// Where there is none, or it is wrong.
pub fn policy_on_disk(name: &str, dir: &Path) -> Result<Policy, SettingsError> {
    named_policy(name, "", &|path: &str| match bounded(&dir.join(path)) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(problem) => Err(SettingsError::Unread { name: path.to_owned(), problem }),
    })
}

/// What a change does to the settings, and to all files that they name or lead to: what it is measured by.
pub(super) fn changed(
    settings: &Settings,
    repository: &Repository,
    base: &str,
    head: &str,
) -> Result<Option<String>, SettingsError> {
    let mut touched: Vec<&str> = Vec::new();
    for path in &settings.asked {
        if !touched.contains(&path.as_str()) && differs(repository, base, head, path)? {
            touched.push(path);
        }
    }
    Ok((!touched.is_empty()).then(|| {
        format!(
            "this change touches {}: it was measured by what stands there without it, and once it is in, all others \
             are measured by what it brings",
            touched.join(", ")
        )
    }))
}

/// Whether a file is not the same at two revisions. At the first one it was small enough to be read.
fn differs(repository: &Repository, base: &str, head: &str, path: &str) -> Result<bool, SettingsError> {
    let is_as_large = repository.size_at(base, path)? == repository.size_at(head, path)?;
    Ok(!is_as_large || repository.file_at(base, path)? != repository.file_at(head, path)?)
}

/// A path as the repository has it: `./policy.yml` is `policy.yml` there.
fn from_root(path: &str) -> &str {
    path.strip_prefix("./").map_or(path, |rest| from_root(rest.trim_start_matches('/')))
}

/// Reads a file by its path from the root of wherever the settings come from.
type Reader<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, SettingsError> + 'a;

fn parse(
    name: &str,
    content: Vec<u8>,
    at: &str,
    read: &Reader<'_>,
    policy: PolicyFrom,
) -> Result<Settings, SettingsError> {
    let content = text(name, content)?;
    let config = Config::parse(name, &content).map_err(pack::Error::from)?;
    let written = Source { name: name.to_owned(), content };
    let packs = config.rules.packs.iter().map(|path| rule_pack(path, &written, at, read)).collect::<Result<_, _>>()?;
    let folder = config.rules.model.as_ref();
    let model = folder.map(|folder| Fitted::read(|path| model_file(folder, path, (name, at), read))).transpose()?;
    let signers = signers(&config.signatures, &written, at, read)?;
    let named = config.policy.as_deref().filter(|_| policy == PolicyFrom::Settings);
    let policy = named.map(|name| named_policy(name, at, read)).transpose()?;
    if let Some(policy) = &policy {
        check_classes(policy, &config, at)?;
    }
    let config = config.under(policy.as_ref().and_then(|policy| policy.flag_rate));
    Ok(Settings { config, packs, model, policy, signers, written: Some(written), ..Settings::default() })
}

/// A file that the settings name does not exist.
fn missing(what: &'static str, path: &str, written: &Source, at: &str) -> SettingsError {
    let (line, column) = config::place(&written.content, path);
    SettingsError::NoSuchFile { file: written.name.clone(), line, column, what, path: path.into(), at: at.into() }
}

fn rule_pack(path: &str, written: &Source, at: &str, read: &Reader<'_>) -> Result<Source, SettingsError> {
    let content = read(path)?.ok_or_else(|| missing("rule pack", path, written, at))?;
    let name = format!("{path}{at}");
    Ok(Source { content: text(&name, content)?, name })
}

fn model_file(
    folder: &str,
    path: &str,
    (name, at): (&str, &str),
    read: &Reader<'_>,
) -> Result<Cow<'static, str>, SettingsError> {
    let folder = folder.trim_end_matches('/');
    let (next, path) = (format!("{folder}/{NEXT}/{path}"), format!("{folder}/{path}"));
    let content = match read(&next)? {
        Some(content) => Some(content),
        None => read(&path)?,
    };
    let content =
        content.ok_or_else(|| SettingsError::NoModelFile { file: name.into(), path: path.clone(), at: at.into() })?;
    text(&format!("{path}{at}"), content).map(Cow::Owned)
}

/// The files that say whose signatures count, from wherever the settings come from.
fn signers(files: &Signatures, written: &Source, at: &str, read: &Reader<'_>) -> Result<Signers, SettingsError> {
    let mut signers = Signers::default();
    if let Some(path) = &files.allowed_signers {
        let bytes = read(path)?.ok_or_else(|| missing("file of allowed signers", path, written, at))?;
        let name = format!("{path}{at}");
        signers.add_allowed(&name, &text(&name, bytes)?)?;
    }
    if let Some(path) = &files.keyring {
        let bytes = read(path)?.ok_or_else(|| missing("keyring", path, written, at))?;
        signers.add_keyring(&format!("{path}{at}"), &bytes)?;
    }
    Ok(signers)
}

/// A preset, or a policy file from wherever the settings come from.
fn named_policy(name: &str, at: &str, read: &Reader<'_>) -> Result<Policy, SettingsError> {
    let read_text = |path: &str| match read(path) {
        Ok(Some(content)) => text(&format!("{path}{at}"), content).map(Some).map_err(|error| error.to_string()),
        Ok(None) => Ok(None),
        Err(error) => Err(error.to_string()),
    };
    Policy::load(name, &read_text).map_err(|problem| wrong_policy(problem, at))
}

fn wrong_policy(problem: policy::Error, at: &str) -> SettingsError {
    SettingsError::Policy { at: at.into(), problem: Box::new(problem.found(at)) }
}

/// Checks that the classes of sensitive paths that a policy names come with the program or are defined by the settings.
fn check_classes(policy: &Policy, config: &Config, at: &str) -> Result<(), SettingsError> {
    policy.check_classes(&classes_of(&config.sensitive)).map_err(|problem| wrong_policy(problem, at))
}

/// The defaults, where a revision has no settings, unless it has something that was meant as such.
fn none_at(repository: &Repository, revision: &str, at: &str, required: bool) -> Result<Settings, SettingsError> {
    if let Some(other) = repository.no_file_at(revision, FILE)? {
        return Err(SettingsError::NoFile { at: at.into(), found: other.to_string() });
    }
    let is_misnamed = repository.size_at(revision, MISNAMED)?.is_some();
    let misnamed = || format!("{MISNAMED}{at} is not read: settings are called {FILE}");
    if required {
        let hint = if is_misnamed { format!("; {}", misnamed()) } else { String::new() };
        return Err(SettingsError::NoSettings { revision: revision.into(), hint });
    }
    let note = note(repository, None).or_else(|| is_misnamed.then(misnamed));
    Ok(Settings { note: note.or_else(|| misnamed_on_disk(repository)), ..Settings::default() })
}

/// A file in the working tree that is misnamed will do nothing once it is committed, either.
fn misnamed_on_disk(repository: &Repository) -> Option<String> {
    let there = |name| std::fs::symlink_metadata(repository.workdir()?.join(name)).ok();
    let is_alone = there(MISNAMED).is_some() && there(FILE).is_none();
    is_alone.then(|| format!("{MISNAMED} in the working tree is not read: settings are called {FILE}"))
}

/// An author who edits the settings must learn why that changes nothing yet.
fn note(repository: &Repository, used: Option<&[u8]>) -> Option<String> {
    let path = repository.workdir()?.join(FILE);
    // The working tree may be a stranger's: a link could lead anywhere, even to an endless device.
    let plain = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_COMPARED);
    let disk = plain.then(|| std::fs::read(&path).ok()).flatten()?;
    (Some(disk.as_slice()) != used).then(|| {
        format!(
            "your working copy of {FILE} is not used: settings come from the commit that the change starts from. To try \
             yours: `--config {FILE}`"
        )
    })
}

fn short(revision: &str) -> &str {
    let id = revision.len() >= 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    revision.get(..8).filter(|_| id).unwrap_or(revision)
}
