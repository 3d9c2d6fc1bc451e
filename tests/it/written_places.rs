//! Where files are written: nothing through a symbolic link that a change can bring, and everything where the user's own
//! links lead (CWE-59, CWE-61).

#![cfg(unix)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, planted_code};

/// A branch with a flag, beside a file and a folder that nobody may touch.
struct Area {
    repo: Repo,
}

const PRECIOUS: &str = "precious\n";

impl Area {
    fn new() -> Self {
        let repo = Repo::new();
        repo.write(".ai-detect.yml", PLANTED_CONFIG);
        repo.write("planted.yml", PLANTED_PACK);
        repo.commit("Settings");
        repo.branch("topic");
        repo.commit_file("engine.py", planted_code("engine"));
        let victim = repo.beside("victim");
        std::fs::write(&victim, PRECIOUS).unwrap();
        std::fs::set_permissions(&victim, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::create_dir(repo.beside("folder")).unwrap();
        Area { repo }
    }

    fn victim(&self) -> PathBuf {
        self.repo.beside("victim")
    }

    /// Puts links into the work tree and into a commit, as a change does.
    fn link(&self, links: &[(&str, &str)]) {
        for (link, target) in links {
            let path = self.repo.path().join(link);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(target, path).unwrap();
        }
        self.repo.commit("Add links");
    }

    /// That nothing outside of the repository was written or made.
    fn check(&self, what: &str) {
        let found = std::fs::metadata(self.victim()).unwrap();
        assert_eq!((found.mode() & 0o777, found.len()), (0o600, PRECIOUS.len() as u64), "{what}");
        assert_eq!(std::fs::read_to_string(self.victim()).unwrap(), PRECIOUS, "{what}");
        assert_eq!(std::fs::read_dir(self.repo.beside("folder")).unwrap().count(), 0, "{what}");
        assert!(!self.repo.beside("made").exists(), "{what}");
    }

    fn refused(&self, args: &[&str]) {
        let said = self.repo.run(args).error(3);
        assert!(said.contains("is a symbolic link in a work tree. A change can bring such a link"), "{args:?}: {said}");
        self.check(&format!("{args:?}"));
    }
}

#[test]
fn hooks_are_not_written_through_links_of_the_project() {
    let area = Area::new();
    area.repo.git(&["config", "core.hooksPath", ".githooks"]);
    area.link(&[
        (".githooks/commit-msg.ai-detect-new", "../../victim"),
        (".githooks/prepare-commit-msg.ai-detect-new", "../../made"),
        (".githooks/commit-msg", "../../victim"),
    ]);
    let refused = area.repo.run(&["hook", "install"]).error(3);
    assert!(refused.contains("are files of the project"), "{refused}");
    area.check("a refused install");
    // As a link that somebody made on this machine.
    area.repo.git(&["rm", "--quiet", "--cached", ".githooks/commit-msg"]);
    area.repo.run(&["hook", "install"]).text();
    area.check("hook install");
    for name in ["commit-msg", "prepare-commit-msg"] {
        let found = std::fs::symlink_metadata(area.repo.path().join(".githooks").join(name)).unwrap();
        assert!(found.is_file() && found.mode() & 0o777 == 0o755, "{name}: {found:?}");
    }
    area.repo.run(&["hook", "uninstall"]).text();
    area.check("hook uninstall");
    let hook = area.repo.path().join(".githooks/commit-msg");
    assert_eq!(std::fs::read_link(hook).unwrap(), Path::new("../../victim"), "put back as it was");
}

#[test]
fn a_folder_for_hooks_that_the_project_links_elsewhere_is_refused() {
    for (configured, link, target) in [
        (".githooks", ".githooks", "../folder"),
        (".githooks", ".githooks", "../made"),
        ("tools/hooks", "tools", "../folder"),
        ("tools/x/../hooks", "tools/x", "../../folder"),
    ] {
        let area = Area::new();
        area.repo.git(&["config", "core.hooksPath", configured]);
        area.link(&[(link, target)]);
        match configured.contains("..") {
            // Git, too, goes where the path leads without the link.
            true => drop(area.repo.run(&["hook", "install"])),
            false => area.refused(&["hook", "install"]),
        }
        area.check(configured);
    }
}

#[test]
fn a_folder_for_hooks_that_the_user_links_elsewhere_is_used() {
    let area = Area::new();
    let (hooks, mine) = (area.repo.path().join(".git/hooks"), area.repo.beside("mine"));
    std::fs::remove_dir_all(&hooks).ok();
    std::fs::create_dir(&mine).unwrap();
    symlink(&mine, &hooks).unwrap();
    area.repo.run(&["hook", "install", "--shared"]).text();
    assert!(mine.join("commit-msg").is_file());
}

#[test]
fn reports_are_not_written_through_links_of_a_work_tree() {
    let area = Area::new();
    area.link(&[
        ("file", "../victim"),
        ("dangling", "../made"),
        ("out", "../folder"),
        ("deep/er", "../../folder"),
        ("again", "out"),
    ]);
    for to in ["file", "dangling", "out/new", "deep/er/new", "again/new", "deep/../out/new"] {
        area.refused(&["diff", "main", "--format", "json", "--output", to]);
        area.refused(&["scan", "--output", to]);
        area.refused(&["scan", "--format", "parquet", "--output", to]);
        area.refused(&["man", to]);
    }
}

#[test]
fn a_table_of_rows_is_not_written_through_links_in_its_folder() {
    for name in [".ai-detect-scan", ".unfinished"] {
        for target in ["../../victim", "../../made"] {
            let area = Area::new();
            area.link(&[(&format!("rows/{name}"), target)]);
            let run = area.repo.run(&["scan", "--format", "parquet", "--output", "rows"]);
            assert!(run.status >= 2 || name == ".unfinished", "{name} to {target}: {run:?}");
            area.check(&format!("{name} to {target}"));
        }
    }
    // The folder is one of ours, and only then gets a link of that name.
    let area = Area::new();
    area.repo.run(&["scan", "--format", "parquet", "--output", "rows"]).text();
    area.link(&[("rows/.unfinished", "../../victim")]);
    area.repo.run(&["scan", "--format", "parquet", "--output", "rows"]).text();
    area.check("a row more");
}

/// A job of GitLab in its checkout, without a token: all that it writes is its report.
fn on_gitlab(area: &Area, args: &[&str]) -> Run {
    let repo = &area.repo;
    let mut command = repo.command(&[&["ci"], args].concat());
    command.current_dir(repo.path());
    command.envs([
        ("GITLAB_CI", "true"),
        ("CI_API_V4_URL", "http://127.0.0.1:9/api/v4"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_PIPELINE_ID", "31"),
        ("CI_PROJECT_ID", "4"),
        ("CI_MERGE_REQUEST_PROJECT_ID", "4"),
        ("CI_MERGE_REQUEST_IID", "7"),
    ]);
    command.env_remove("GITHUB_ACTIONS").env("CI_PROJECT_DIR", repo.path());
    command.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", repo.id("main")).env("CI_COMMIT_SHA", repo.id("topic"));
    Run::of(&mut command)
}

#[test]
fn a_link_of_a_change_gives_way_to_the_report_of_a_job() {
    for target in ["../victim", "../made", "/dev/zero", "../folder"] {
        let area = Area::new();
        area.link(&[("gl-code-quality-report.json", target), ("report.json", target)]);
        let run = on_gitlab(&area, &["--output", "report.json"]);
        assert_eq!(run.status, 0, "{target}: {run:?}");
        area.check(target);
        for (name, holds) in [("gl-code-quality-report.json", "engine.py"), ("report.json", "ai-detect/report/v1")] {
            let path = area.repo.path().join(name);
            assert!(std::fs::symlink_metadata(&path).unwrap().is_file(), "{target}: {name}");
            assert!(std::fs::read_to_string(&path).unwrap().contains(holds), "{target}: {name}");
        }
    }
}

#[test]
fn a_folder_with_the_name_of_a_report_of_a_job_stays_and_is_named() {
    let area = Area::new();
    let folder = area.repo.path().join("gl-code-quality-report.json");
    std::fs::create_dir(&folder).unwrap();
    let run = on_gitlab(&area, &["--output", "report.json"]);
    assert!(run.status == 3 && run.stderr.contains("gl-code-quality-report.json is a folder"), "{run:?}");
    assert!(folder.is_dir());
}

#[test]
fn a_folder_that_a_change_links_elsewhere_gets_no_report_of_a_job() {
    let area = Area::new();
    area.link(&[("out", "../folder")]);
    let run = on_gitlab(&area, &["--output", "out/report.json"]);
    assert!(run.status == 3 && run.stderr.contains("is a symbolic link in a work tree"), "{run:?}");
    area.check("--output");
}

#[test]
fn what_the_user_names_is_written_where_the_users_own_links_lead() {
    let area = Area::new();
    let (real, home) = (area.repo.beside("real"), area.repo.beside("linked"));
    std::fs::create_dir(&real).unwrap();
    symlink(&real, &home).unwrap();
    symlink("old.json", real.join("latest.json")).unwrap();
    std::fs::write(real.join("old.json"), "old").unwrap();
    std::fs::set_permissions(real.join("old.json"), std::fs::Permissions::from_mode(0o640)).unwrap();
    for name in ["new.json", "latest.json"] {
        let to = home.join(name).display().to_string();
        assert_eq!(area.repo.run(&["diff", "main", "--format", "json", "--output", &to]).text(), "");
    }
    let written = std::fs::read_to_string(real.join("old.json")).unwrap();
    assert!(
        written.contains("ai-detect/report/v1") && written == std::fs::read_to_string(real.join("new.json")).unwrap()
    );
    assert_eq!(std::fs::metadata(real.join("old.json")).unwrap().mode() & 0o777, 0o640);
    assert!(std::fs::symlink_metadata(real.join("latest.json")).unwrap().is_symlink());
    // In the work tree an ordinary file is as good as elsewhere, and the path is that of `-C`.
    area.repo.run(&["diff", "main", "--output", "report.txt"]).text();
    let text = std::fs::read_to_string(area.repo.path().join("report.txt")).unwrap();
    assert_eq!(text, area.repo.run(&["diff", "main"]).text());
}

#[test]
fn pipes_and_standard_output_are_written_to() {
    let area = Area::new();
    let expected = area.repo.run(&["diff", "main", "--format", "markdown"]).text();
    let run = area.repo.run(&["diff", "main", "--format", "markdown", "--output", "/dev/stdout"]);
    assert_eq!(run.text(), expected);
    let program = area.repo.process(&["diff", "main", "--format", "markdown", "--output"]);
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", "\"$@\" >(cat)", "bash"]).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[cfg(feature = "forge")]
fn the_folders_that_forges_check_out_into_count_as_work_trees() {
    use ai_detect::forge::Forge;
    let variables: Vec<&str> = Forge::ALL.iter().map(|forge| forge.workspace()).collect();
    assert_eq!(variables, ai_detect::store::place::WORKSPACES);
}
