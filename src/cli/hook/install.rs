//! Puts our hooks in beside those that are there, and takes them out again.
//!
//! A hook that is there keeps its own name, since some hooks know by it what they are. It moves to a folder beside the
//! one of the hooks, with links to the files that it may look for around itself. Ours has its place, and runs it first.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::hint::shell_quoted;
use crate::cli::output::Output;

use crate::cli::{Exit, Failure};
use crate::git::{HooksFolder, Repository};
use crate::store::place;
use crate::store::replace::create;
use crate::store::with_signals_deferred;

/// How our hooks are recognised, of any version.
const MARK: &str = "# ai-detect hook, version";
/// Ends the name of the folder for hooks that were there before. Version 1 ended the names of the hooks with it.
const KEPT: &str = "before-ai-detect";
const NAMES: [&str; 2] = ["commit-msg", "prepare-commit-msg"];

/// The folder for hooks, and the one for those that were there before ours.
struct Folders {
    hooks: PathBuf,
    kept: PathBuf,
    in_worktree: bool,
    ignored: bool,
}

impl Folders {
    fn hook(&self, name: &str) -> PathBuf {
        self.hooks.join(name)
    }

    fn kept(&self, name: &str) -> PathBuf {
        self.kept.join(name)
    }

    /// Where version 1 kept a hook.
    fn kept_by_version_1(&self, name: &str) -> PathBuf {
        self.hooks.join(format!("{name}.{KEPT}"))
    }

    /// Where pre-commit puts a hook that it finds; it runs it after its own.
    fn behind_another(&self, name: &str) -> PathBuf {
        self.hooks.join(format!("{name}.legacy"))
    }

    /// Where a hook is kept, in the manner of any version.
    fn kept_at(&self, name: &str) -> Option<PathBuf> {
        [self.kept(name), self.kept_by_version_1(name)].into_iter().find(|path| is_there(path))
    }
}

/// What is in the place of a hook.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Ours,
    /// Ours, with lines that somebody else wrote.
    Changed,
    Theirs,
}

fn found(folders: &Folders, name: &str) -> Found {
    found_at(&folders.hook(name), folders, name)
}

fn found_at(hook: &Path, folders: &Folders, name: &str) -> Found {
    match std::fs::read_to_string(hook) {
        Ok(content) if is_written_by_us(folders, name, &content) => Found::Ours,
        Ok(content) if content.contains(MARK) => Found::Changed,
        _ if is_there(hook) => Found::Theirs,
        _ => Found::Nothing,
    }
}

/// Whether a hook of ours is as some version wrote it.
fn is_written_by_us(folders: &Folders, name: &str, content: &str) -> bool {
    let both = [false, true];
    let written = [Version::Two, Version::Three].iter().flat_map(|version| {
        both.iter().flat_map(|block| both.map(|is_kept| script(folders, name, *block, is_kept, *version)))
    });
    written.chain(both.map(|block| script_of_version_1(name, block))).any(|script| script == content)
}

/// Puts the hooks in.
pub(super) fn install(block: bool, shared: bool, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let (folder, repository) = hooks_folder(dir)?;
    if !folder.own && !shared {
        return Err(Failure::usage(format!(
            "the hooks of this repository are in {}, which other repositories may share; --shared installs there all the \
             same",
            folder.path.display()
        )));
    }
    let folders = folders(folder, &repository)?;
    // Look before touching anything, so that a refusal leaves everything as it was.
    NAMES.iter().try_for_each(|name| check(&folders, name))?;
    refuse_tracked(&folders, &repository, block)?;
    std::fs::create_dir_all(&folders.hooks).map_err(|error| failed(&folders.hooks, &error))?;
    let mut text = String::new();
    for name in NAMES {
        let is_kept = keep(&folders, name)?;
        let hook = folders.hook(name);
        write_executable(&hook, &script(&folders, name, block, is_kept, Version::Three))?;
        let and = if is_kept { ", after the one that was there" } else { "" };
        let _ = writeln!(text, "installed {}{and}", hook.display());
    }
    if is_there(&folders.kept) {
        link_neighbours(&folders)?;
        let _ = writeln!(text, "the hooks that were there are kept in {}", folders.kept.display());
    }
    if folders.ignored {
        let _ =
            writeln!(text, "that folder is in the working tree, and git ignores it: these files stay on this machine");
    } else if folders.in_worktree {
        let _ = writeln!(text, "that folder is in the working tree: these files are part of the project");
    }
    let effect = if block {
        "commits that lack what the project's own policy asks for are refused"
    } else {
        "they remind, and block nothing"
    };
    let _ = writeln!(text, "{effect}");
    if !is_on_path() {
        let _ = writeln!(text, "ai-detect is not on the PATH here; the hooks find it there, and do nothing without it");
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// Takes the hooks out, and puts those back that were there before.
pub(super) fn uninstall(dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let (folder, repository) = hooks_folder(dir)?;
    let folders = folders(folder, &repository)?;
    let mut text = String::new();
    let mut is_left = false;
    for name in NAMES {
        let hook = folders.hook(name);
        let behind = folders.behind_another(name);
        match found_at(&behind, &folders, name) {
            Found::Ours => {
                std::fs::remove_file(&behind).map_err(|error| failed(&behind, &error))?;
                let _ = writeln!(text, "removed {}", behind.display());
            }
            Found::Changed => return Err(changed(&behind)),
            Found::Nothing | Found::Theirs => {}
        }
        match (found(&folders, name), folders.kept_at(name)) {
            (Found::Nothing, None) => {}
            (Found::Changed, _) => return Err(changed(&hook)),
            (Found::Theirs, Some(kept)) if is_same(&hook, &kept) => {
                // A hook manager has written the hook anew that ours had kept.
                std::fs::remove_file(&kept).map_err(|error| failed(&kept, &error))?;
                let _ = writeln!(text, "left {}: it is not ours", hook.display());
            }
            (Found::Theirs | Found::Nothing, Some(kept)) => {
                is_left = true;
                let _ = writeln!(
                    text,
                    "left {}: no hook of ours runs it. Move it to {} if it should run, or remove it",
                    kept.display(),
                    hook.display()
                );
            }
            (Found::Theirs, None) => {
                let _ = writeln!(text, "left {}: it is not ours", hook.display());
            }
            (Found::Ours, Some(kept)) => {
                std::fs::rename(&kept, &hook).map_err(|error| failed(&kept, &error))?;
                let _ = writeln!(text, "put back {}", hook.display());
            }
            (Found::Ours, None) => {
                std::fs::remove_file(&hook).map_err(|error| failed(&hook, &error))?;
                let _ = writeln!(text, "removed {}", hook.display());
            }
        }
    }
    if !is_left {
        remove_kept_folder(&folders)?;
    }
    if text.is_empty() {
        text.push_str("there is no hook of ours\n");
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn hooks_folder(dir: &Path) -> Result<(HooksFolder, Repository), Failure> {
    let repository = Repository::open(dir).map_err(Failure::failed)?;
    repository.check_ours().map_err(Failure::failed)?;
    let folder = repository.hooks_folder().map_err(Failure::failed)?;
    Ok((HooksFolder { path: place::of(&folder.path)?, ..folder }, repository))
}

/// The folder for the hooks that were there lies beside the one for hooks: dispatchers such as husky look one folder up.
/// Nothing is put beside the repository itself.
fn folders(folder: HooksFolder, repository: &Repository) -> Result<Folders, Failure> {
    let HooksFolder { path: hooks, in_worktree, ignored, .. } = folder;
    let root = repository.workdir().map(std::fs::canonicalize).and_then(Result::ok);
    let is_root = root.is_some_and(|root| root == hooks);
    let beside = hooks.file_name().filter(|_| !is_root).map(|name| {
        let mut name = name.to_owned();
        name.push(".");
        name.push(KEPT);
        hooks.with_file_name(name)
    });
    // At the root of a repository nothing may lie beside it.
    let kept = place::of(&beside.unwrap_or_else(|| hooks.join(format!(".{KEPT}"))))?;
    Ok(Folders { hooks, kept, in_worktree, ignored })
}

/// Refuses where something would be lost, or would run that no hook of ours has kept.
fn check(folders: &Folders, name: &str) -> Result<(), Failure> {
    let hook = folders.hook(name);
    match (found(folders, name), folders.kept_at(name)) {
        (Found::Changed, _) => Err(changed(&hook)),
        (Found::Theirs, Some(kept)) if !is_same(&hook, &kept) => Err(Failure::failed(format!(
            "{hook} and {kept} both exist, and neither is ours. Perhaps a hook manager has written its hook anew: then \
             remove {kept}. Otherwise move one of them away",
            hook = hook.display(),
            kept = kept.display()
        ))),
        (Found::Nothing, Some(kept)) => Err(Failure::failed(format!(
            "{kept} looks like a hook that ours has kept, but there is no hook of ours at {hook}, so it would begin to \
             run. Move it to {hook} if it should, or remove it",
            hook = hook.display(),
            kept = kept.display()
        ))),
        _ => Ok(()),
    }
}

/// Refuses where a hook is a file of the project. Ours would take its place in the next commit, and the one that was there
/// would be kept on this machine alone, so that nobody else would run it any more.
fn refuse_tracked(folders: &Folders, repository: &Repository, block: bool) -> Result<(), Failure> {
    let is_theirs = |name: &str| found(folders, name) == Found::Theirs && repository.is_tracked(&folders.hook(name));
    if !NAMES.iter().any(|name| is_theirs(name)) {
        return Ok(());
    }
    let line = |name: &str| {
        let (blocking, otherwise) = if block && name == "commit-msg" { (" --block", "") } else { ("", " || :") };
        format!("! command -v ai-detect >/dev/null || ai-detect hook run {name}{blocking} \"$@\"{otherwise}")
    };
    let lines: Vec<String> = NAMES.iter().map(|name| format!("{name} gets `{}`", line(name))).collect();
    let why = format!(
        "the hooks in {} are files of the project, and would no longer run for others. Add a line to each by hand: {}",
        folders.hooks.display(),
        lines.join(", and ")
    );
    Err(Failure::failed(why))
}

fn changed(hook: &Path) -> Failure {
    Failure::failed(format!(
        "{} is ours, but somebody has changed it, and that would be lost. Move the changes to a hook of their own, or \
         remove the file",
        hook.display()
    ))
}

/// Whether two files have the same content, as where a hook manager has written its hook anew.
fn is_same(one: &Path, other: &Path) -> bool {
    std::fs::read(one).is_ok_and(|content| std::fs::read(other).is_ok_and(|other| other == content))
}

/// Keeps the hook that is there. Says whether one is kept.
fn keep(folders: &Folders, name: &str) -> Result<bool, Failure> {
    let hook = folders.hook(name);
    let from = match (found(folders, name), folders.kept_at(name)) {
        (Found::Theirs, _) => hook,
        (_, Some(kept)) => kept,
        (_, None) => return Ok(false),
    };
    let kept = folders.kept(name);
    if from != kept {
        std::fs::create_dir_all(&folders.kept).map_err(|error| failed(&folders.kept, &error))?;
        std::fs::rename(&from, &kept).map_err(|error| failed(&from, &error))?;
    }
    Ok(true)
}

/// Links the other files of the folder for hooks into the one for those that were there, for hooks that look around
/// themselves. In a working tree, these links are kept out of the project.
fn link_neighbours(folders: &Folders) -> Result<(), Failure> {
    if folders.in_worktree {
        let ignore = folders.kept(".gitignore");
        let written = create(&ignore).and_then(|mut file| file.write_all(b"*\n"));
        written.map_err(|error| failed(&ignore, &error))?;
    }
    let wrong = |error: std::io::Error| failed(&folders.hooks, &error);
    for entry in std::fs::read_dir(&folders.hooks).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let (name, path) = (entry.file_name(), entry.path());
        let is_example = path.extension().is_some_and(|extension| extension == "sample");
        let is_own = is_ours(&path) || path == folders.kept || name == ".gitignore";
        let place = folders.kept.join(&name);
        if is_example || is_own || NAMES.iter().any(|hook| name == *hook) || is_there(&place) {
            continue;
        }
        link(&path, &place).map_err(|error| failed(&place, &error))?;
    }
    Ok(())
}

/// A link from the folder for kept hooks to a neighbour; a copy where the system has no such links for everybody.
fn link(path: &Path, place: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(path, place)
    }
    #[cfg(not(unix))]
    {
        if path.is_file() { std::fs::copy(path, place).map(|_| ()) } else { Ok(()) }
    }
}

/// Removes the links and the folder, unless somebody has put something else there.
fn remove_kept_folder(folders: &Folders) -> Result<(), Failure> {
    if !is_there(&folders.kept) {
        return Ok(());
    }
    let wrong = |error: std::io::Error| failed(&folders.kept, &error);
    for entry in std::fs::read_dir(&folders.kept).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let path = entry.path();
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let is_copy = cfg!(not(unix)) && is_there(&folders.hooks.join(entry.file_name()));
        if is_link || is_copy || entry.file_name() == ".gitignore" {
            std::fs::remove_file(&path).map_err(|error| failed(&path, &error))?;
        }
    }
    // What else is in it is somebody's own, and so is the folder then.
    let _ = std::fs::remove_dir(&folders.kept);
    Ok(())
}

/// The versions of our hook that run the hooks that were there by their own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Two,
    /// Does not run pre-commit's hook where pre-commit runs ours: that one refuses to be run twice.
    Three,
}

/// Our hook. Should a hook manager have put ours behind its own, which ours runs, the second run ends at once.
fn script(folders: &Folders, name: &str, block: bool, is_kept: bool, version: Version) -> String {
    let blocking = if block && name == "commit-msg" { " --block" } else { "" };
    let otherwise = if blocking.is_empty() { " || :" } else { "" };
    let number = match version {
        Version::Two => 2,
        Version::Three => 3,
    };
    let mut script = format!("#!/bin/sh\n{MARK} {number}. `ai-detect hook uninstall` takes it out again.\n");
    if is_kept {
        let kept = match folders.kept.strip_prefix(&folders.hooks) {
            Ok(within) => within.to_owned(),
            // The folder was made of a name, so it has one.
            Err(_) => Path::new("..").join(folders.kept.file_name().unwrap_or_default()),
        };
        let kept = shell_quoted(&kept.to_string_lossy());
        let unless_behind = match version {
            Version::Two => "",
            Version::Three => {
                "# pre-commit calls what it found here NAME.legacy, and runs it after its own hook.\n\
                 case \"$0\" in *.legacy) if grep -qs pre-commit \"$before\"; then before=; fi ;; esac\n"
            }
        };
        let _ = write!(
            script,
            "# The hook that was here before runs first.\n\
             here=$(cd \"$(dirname \"$0\")\" && pwd -P) || exit 1\n\
             case \":${{AI_DETECT_HOOKS-}}:\" in *\":$here/{name}:\"*) exit 0 ;; esac\n\
             before=\"$here\"/{kept}/{name}\n\
             {unless_behind}\
             if [ -x \"$before\" ]; then\n    \
             AI_DETECT_HOOKS=\"${{AI_DETECT_HOOKS-}}:$here/{name}\" \"$before\" \"$@\" || exit $?\n\
             fi\n"
        );
    }
    let _ = write!(
        script,
        "command -v ai-detect >/dev/null 2>&1 || exit 0\nai-detect hook run {name}{blocking} \"$@\"{otherwise}\n"
    );
    script
}

/// What version 1 wrote.
fn script_of_version_1(name: &str, block: bool) -> String {
    let blocking = if block && name == "commit-msg" { " --block" } else { "" };
    let otherwise = if blocking.is_empty() { " || :" } else { "" };
    format!(
        "#!/bin/sh\n{MARK} 1. `ai-detect hook uninstall` takes it out again.\n\
         # A hook that was here before is kept as {name}.{KEPT} and runs first.\n\
         if [ -x \"$0.{KEPT}\" ]; then\n    \"$0.{KEPT}\" \"$@\" || exit $?\nfi\n\
         command -v ai-detect >/dev/null 2>&1 || exit 0\n\
         ai-detect hook run {name}{blocking} \"$@\"{otherwise}\n"
    )
}

fn is_ours(path: &Path) -> bool {
    std::fs::read(path).is_ok_and(|content| memchr::memmem::find(&content, MARK.as_bytes()).is_some())
}

/// Whether something is there, even a link that leads nowhere.
fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}

/// Whether a shell would find the program.
fn is_on_path() -> bool {
    let name = format!("ai-detect{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH");
    folders.is_some_and(|folders| std::env::split_paths(&folders).any(|folder| folder.join(&name).is_file()))
}

/// Beside the place and then moved there: a half-written hook would stop every commit. Neither is opened where it is a
/// link, since the folder may be one of the project's.
fn write_executable(path: &Path, content: &str) -> Result<(), Failure> {
    let beside = path.with_extension("ai-detect-new");
    let write = || {
        let mut file = create(&beside)?;
        file.write_all(content.as_bytes())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            file.set_permissions(std::fs::Permissions::from_mode(0o755))?;
        }
        std::fs::rename(&beside, path)
    };
    with_signals_deferred(write).map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        failed(path, &error)
    })
}
