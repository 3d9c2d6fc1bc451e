//! Where settings and rule packs come from.
//!
//! The change under review configures nothing: unless a file is named on the command line, settings
//! are those of the commit that the change starts from.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Failure, git_failure};
use crate::attest::signature::Signers;
use crate::config::{self, Config, FILE, MISNAMED, Signatures};
use crate::git::Repository;
use crate::pack::{self, Fitted, NEXT, Source};
use crate::policy::Policy;

/// Larger files in the working tree are not compared with the settings in force, in bytes.
const MOST_BYTES: u64 = 1 << 20;
/// Larger files are no settings, rule packs, tables of a model, policies or keys, in bytes.
const MOST_READ: u64 = 32 << 20;

/// Settings, with the rule packs that they name.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) packs: Vec<Source>,
    /// What `ai-detect fit` wrote, where the settings name it.
    pub(super) model: Option<Fitted>,
    /// The policy that they name.
    pub(super) policy: Option<Policy>,
    /// Whose signatures count.
    pub(super) signers: Signers,
    /// What the reader should know of where they came from.
    pub(super) note: Option<String>,
    /// A digest of everything that was read of them from a file on disk; empty for none.
    pub(super) digest: Vec<u8>,
    /// Every path that was asked for while they were read from a revision, whether there was such a file or not.
    asked: Vec<String>,
    /// The settings as written, for messages that point into them.
    written: Option<Source>,
}

impl Settings {
    /// What is wrong with the packs, pointing into the settings where those are to blame.
    pub(super) fn pack_failure(&self, error: pack::Error) -> Failure {
        match (&error, &self.written) {
            (pack::Error::NoSuchRule { id, .. }, Some(written)) => {
                let (line, column) = config::place(&written.content, id);
                Failure::usage(format!("{}:{line}:{column}: {error}", written.name))
            }
            _ => Failure::usage(error),
        }
    }
}

/// Reads a file by its path from the root of wherever the settings come from.
type Reader<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, Failure> + 'a;

/// From a file on disk, named from `dir`.
pub(super) fn from_file(dir: &Path, file: &Path) -> Result<Settings, Failure> {
    let name = file.display().to_string();
    let path = dir.join(file);
    let content = bounded(&path).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
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
        Err(error) => Err(Failure::usage(format!("{}: {error}", root.join(relative).display()))),
    };
    let settings = parse(&name, content, "", &read)?;
    Ok(Settings { digest: digest.into_inner().finalize().to_vec(), ..settings })
}

/// From a revision.
pub(super) fn from_revision(repository: &Repository, revision: &str, required: bool) -> Result<Settings, Failure> {
    let at = format!(" at {}", short(revision));
    let asked = RefCell::new(Vec::new());
    let read = |path: &str| {
        asked.borrow_mut().push(path.to_owned());
        match repository.size_at(revision, path).map_err(git_failure)? {
            Some(size) if size > MOST_READ => Err(Failure::usage(format!("{path}{at}: {}", too_large(size)))),
            _ => repository.file_at(revision, path).map_err(git_failure),
        }
    };
    let settings = match read(FILE)? {
        Some(content) => {
            let settings = parse(&format!("{FILE}{at}"), content.clone(), &at, &read)?;
            Settings { note: note(repository, Some(&content)), ..settings }
        }
        None => none_at(repository, revision, &at, required)?,
    };
    Ok(Settings { asked: asked.into_inner(), ..settings })
}

/// The defaults, where a revision has no settings, unless it has something that was meant as such.
fn none_at(repository: &Repository, revision: &str, at: &str, required: bool) -> Result<Settings, Failure> {
    if let Some(other) = repository.no_file_at(revision, FILE).map_err(git_failure)? {
        return Err(Failure::usage(format!("{FILE}{at}: {other}; settings are read from an ordinary file")));
    }
    let is_misnamed = repository.size_at(revision, MISNAMED).map_err(git_failure)?.is_some();
    let misnamed = || format!("{MISNAMED}{at} is not read: settings are called {FILE}");
    if required {
        let none = format!("there is no {FILE} at {revision}");
        return Err(Failure::usage(if is_misnamed { format!("{none}; {}", misnamed()) } else { none }));
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

/// What a change does to the settings, and to all files that they name or lead to: what it is measured by.
pub(super) fn changed(repository: &Repository, base: &str, head: &str) -> Result<Option<String>, Failure> {
    let mut touched: Vec<String> = Vec::new();
    for path in from_revision(repository, base, false)?.asked {
        if !touched.contains(&path) && differs(repository, base, head, &path)? {
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
fn differs(repository: &Repository, base: &str, head: &str, path: &str) -> Result<bool, Failure> {
    let size = |revision: &str| repository.size_at(revision, path).map_err(git_failure);
    let content = |revision: &str| repository.file_at(revision, path).map_err(git_failure);
    Ok(size(base)? != size(head)? || content(base)? != content(head)?)
}

fn parse(name: &str, content: Vec<u8>, at: &str, read: &Reader<'_>) -> Result<Settings, Failure> {
    let content = text(name, content)?;
    let config = Config::parse(name, &content).map_err(Failure::usage)?;
    let pack = |path: &String| {
        let content = read(path)?.ok_or_else(|| {
            let (line, column) = config::place(&content, path);
            Failure::usage(format!("{name}:{line}:{column}: the rule pack {path} does not exist{at}"))
        })?;
        let name = format!("{path}{at}");
        Ok(Source { content: text(&name, content)?, name })
    };
    let packs = config.rules.packs.iter().map(pack).collect::<Result<_, Failure>>()?;
    let file = |folder: &str, path: &str| {
        let folder = folder.trim_end_matches('/');
        let (next, path) = (format!("{folder}/{NEXT}/{path}"), format!("{folder}/{path}"));
        let content = read(&next)?
            .map_or_else(|| read(&path), |content| Ok(Some(content)))?
            .ok_or_else(|| Failure::usage(format!("{name}: the model's file {path} does not exist{at}")))?;
        text(&format!("{path}{at}"), content).map(Cow::Owned)
    };
    let model = config.rules.model.as_ref().map(|folder| Fitted::read(|path| file(folder, path))).transpose()?;
    let signers = signers(&config.signatures, (name, &content), at, read)?;
    let policy = config.policy.as_deref().map(|policy| named_policy(policy, at, read)).transpose()?;
    let config = config.under(policy.as_ref().and_then(|policy| policy.flag_rate));
    let written = Some(Source { name: name.into(), content });
    Ok(Settings { config, packs, model, policy, signers, written, ..Settings::default() })
}

/// The files that say whose signatures count, from wherever the settings come from.
fn signers(files: &Signatures, (name, content): (&str, &str), at: &str, read: &Reader<'_>) -> Result<Signers, Failure> {
    let mut signers = Signers::default();
    let file = |what: &str, path: &str| {
        let missing = || {
            let (line, column) = config::place(content, path);
            Failure::usage(format!("{name}:{line}:{column}: the {what} {path} does not exist{at}"))
        };
        Ok::<_, Failure>((format!("{path}{at}"), read(path)?.ok_or_else(missing)?))
    };
    if let Some(path) = &files.allowed_signers {
        let (name, bytes) = file("file of allowed signers", path)?;
        let content = text(&name, bytes)?;
        signers.add_allowed(&name, &content).map_err(Failure::usage)?;
    }
    if let Some(path) = &files.keyring {
        let (name, bytes) = file("keyring", path)?;
        signers.add_keyring(&name, &bytes).map_err(Failure::usage)?;
    }
    Ok(signers)
}

/// A preset, or a policy file from wherever the settings come from.
fn named_policy(name: &str, at: &str, read: &Reader<'_>) -> Result<Policy, Failure> {
    let read_text = |path: &str| match read(path) {
        Ok(Some(content)) => text(&format!("{path}{at}"), content).map(Some).map_err(|failure| failure.message),
        Ok(None) => Ok(None),
        Err(failure) => Err(failure.message),
    };
    Policy::load(name, &read_text).map_err(|error| Failure::usage(format!("policy {name}{at}: {error}")))
}

/// A preset, or a policy file on disk.
pub(super) fn policy_on_disk(name: &str, dir: &Path) -> Result<Policy, Failure> {
    named_policy(name, "", &|path: &str| match bounded(&dir.join(path)) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::usage(format!("{path}: {error}"))),
    })
}

/// A file's content. What is named on the command line may lead anywhere, even to an endless device.
fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    std::fs::File::open(path)?.take(MOST_READ + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MOST_READ {
        return Err(std::io::Error::other(format!("more than {MOST_READ} bytes; that is no file of settings")));
    }
    Ok(content)
}

fn too_large(size: u64) -> String {
    format!("{size} bytes; at most {MOST_READ} are read of a file of settings")
}

fn text(name: &str, content: Vec<u8>) -> Result<String, Failure> {
    let content = String::from_utf8(content).map_err(|error| {
        let line = 1 + memchr::memchr_iter(
            b'\n',
            error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default(),
        )
        .count();
        Failure::usage(format!("{name}:{line}: not UTF-8 text"))
    })?;
    Ok(content.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(content))
}

/// An author who edits the settings must learn why that changes nothing yet.
fn note(repository: &Repository, used: Option<&[u8]>) -> Option<String> {
    let path = repository.workdir()?.join(FILE);
    // The working tree may be a stranger's: a link could lead anywhere, even to an endless device.
    let plain = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= MOST_BYTES);
    let disk = plain.then(|| std::fs::read(&path).ok()).flatten()?;
    (Some(disk.as_slice()) != used).then(|| {
        format!(
            "{FILE} in the working tree is not in force: a change does not configure its own check. \
             Settings come from the commit it starts from; `--config {FILE}` uses yours"
        )
    })
}

fn short(revision: &str) -> &str {
    let id = revision.len() >= 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    revision.get(..8).filter(|_| id).unwrap_or(revision)
}

impl From<pack::Error> for Failure {
    fn from(error: pack::Error) -> Self {
        Failure::usage(error)
    }
}
