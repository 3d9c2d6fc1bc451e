//! Where settings and rule packs come from.
//!
//! The change under review configures nothing: unless a file is named on the command line, settings
//! are those of the commit that the change starts from.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::config::{Config, FILE};
use crate::git::Repository;
use crate::pack::Source;
use crate::policy::Policy;

/// Settings, with the rule packs that they name.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) packs: Vec<Source>,
    /// The policy that they name.
    pub(super) policy: Option<Policy>,
    /// What the reader should know of where they came from.
    pub(super) note: Option<String>,
}

/// Reads a file by its path from the root of wherever the settings come from.
type Reader<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, Failure> + 'a;

/// From a file on disk.
pub(super) fn from_file(path: &Path) -> Result<Settings, Failure> {
    let name = path.display().to_string();
    let content = std::fs::read(path).map_err(|error| Failure::usage(format!("{name}: {error}")))?;
    let root = path.parent().map(PathBuf::from).unwrap_or_default();
    let read = |relative: &str| match std::fs::read(root.join(relative)) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::usage(format!("{}: {error}", root.join(relative).display()))),
    };
    parse(&name, content, "", &read)
}

/// From a revision.
pub(super) fn from_revision(repository: &Repository, revision: &str, required: bool) -> Result<Settings, Failure> {
    let read = |path: &str| repository.file_at(revision, path).map_err(Failure::failed);
    let at = format!(" at {}", short(revision));
    match read(FILE)? {
        Some(content) => {
            let mut settings = parse(&format!("{FILE}{at}"), content.clone(), &at, &read)?;
            settings.note = note(repository, Some(&content));
            Ok(settings)
        }
        None if required => Err(Failure::usage(format!("there is no {FILE} at {revision}"))),
        None => Ok(Settings { note: note(repository, None), ..Settings::default() }),
    }
}

fn parse(name: &str, content: Vec<u8>, at: &str, read: &Reader<'_>) -> Result<Settings, Failure> {
    let content = text(name, content)?;
    let mut config = Config::parse(name, &content).map_err(Failure::usage)?;
    let pack = |path: &String| {
        let content =
            read(path)?.ok_or_else(|| Failure::usage(format!("{name}: the rule pack {path} does not exist{at}")))?;
        let name = format!("{path}{at}");
        Ok(Source { content: text(&name, content)?, name })
    };
    let packs = config.rules.packs.iter().map(pack).collect::<Result<_, Failure>>()?;
    let policy = config.policy.as_deref().map(|policy| named_policy(policy, at, read)).transpose()?;
    // What the settings say themselves goes before what their policy says.
    if let Some(rate) = policy.as_ref().and_then(|policy| policy.flag_rate)
        && config.thresholds.flag == Config::default().thresholds.flag
    {
        config.thresholds.flag = rate;
    }
    Ok(Settings { config, packs, policy, note: None })
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
    named_policy(name, "", &|path: &str| match std::fs::read(dir.join(path)) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::usage(format!("{path}: {error}"))),
    })
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
    let disk = repository.workdir().and_then(|root| std::fs::read(root.join(FILE)).ok())?;
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
