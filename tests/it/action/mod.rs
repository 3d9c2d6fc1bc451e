//! The GitHub Action's steps, run as they stand in action.yml by a small runner: what is downloaded,
//! what is refused and in which words, and what the binary is asked for.

#![cfg(unix)]

mod archive;
mod gitlab;
mod release;
pub(crate) mod runner;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, planted_code};
use release::{Archive, Server, VERSION};
use runner::{Job, action};
use serde_json::{Value, json};

/// Stands in for the binary where only its calls matter: tells its arguments, its directory and its
/// token, writes outputs and a report, and makes other formats of one.
const TELLS: &str = "#!/bin/sh
case $1 in
  --version) echo ai-detect told; exit ;;
  report) echo \"$3 of $(cat \"$4\")\"; exit ;;
esac
echo \"asked: $*\" | sed 's|--output [^ ]*|--output FILE|'
echo \"in: $(pwd), token: ${GITHUB_TOKEN:-none}\"
for argument; do
  [ \"$before\" != --output ] || echo told > \"$argument\"
  before=$argument
done
printf 'flags=2\\nreport=/tmp/r.json\\n' >> \"$GITHUB_OUTPUT\"
";

/// The targets of this system's C library: which of them is downloaded is the script's to find out.
const LINUX: [&str; 2] = ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"];

pub(crate) fn write_program(path: &Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A copy of the action as a commit has it that pins these archives, written as a release does.
fn pinning(repo: &Repo, archives: &[Archive]) -> PathBuf {
    let to = repo.beside("action-commit");
    for folder in ["action", "packaging"] {
        std::fs::create_dir_all(to.join(folder)).unwrap();
    }
    let scripts = ["action/common.sh", "action/install.sh", "action/run.sh", "packaging/pin.sh"];
    for file in [&["action.yml"], scripts.as_slice()].concat() {
        std::fs::copy(action().join(file), to.join(file)).unwrap();
    }
    std::fs::write(to.join("action/checksums.txt"), "# Pinned.\n").unwrap();
    if !archives.is_empty() {
        let lines: String = archives.iter().map(|one| format!("{}  {}\n", one.sha256, one.name)).collect();
        let sums = repo.beside("SHA256SUMS");
        std::fs::write(&sums, format!("{lines}{}  ai-detect-v{VERSION}.cdx.json\n", "a".repeat(64))).unwrap();
        assert_cmd::Command::new(to.join("packaging/pin.sh")).arg(sums).assert().success();
        let pinned = std::fs::read_to_string(to.join("action/checksums.txt")).unwrap();
        assert_eq!(pinned, format!("# Pinned.\n{lines}"));
    }
    to
}

/// A repository, archives of a program for all Linux targets, and a server that has them.
fn released(script: &str) -> (Repo, Vec<Archive>, Server) {
    let repo = Repo::new();
    let program = repo.beside("program");
    write_program(&program, script);
    let (archives, server) = served(&program);
    (repo, archives, server)
}

/// Archives of a program for all Linux targets, and a server that has them.
fn served(program: &Path) -> (Vec<Archive>, Server) {
    let archives: Vec<_> = LINUX.iter().map(|target| Archive::of(program, target)).collect();
    let server = Server::of(&archives.iter().collect::<Vec<_>>());
    (archives, server)
}

/// A job for the event of a pull request.
fn on_pull_request(job: Job, repo: &Repo, base: &str, head: &str) -> Job {
    let event = json!({ "pull_request": {
        "number": 7, "base": { "sha": base, "repo": { "id": 1 } }, "head": { "sha": head, "repo": { "id": 1 } },
    } });
    let file = repo.beside("event.json");
    std::fs::write(&file, event.to_string()).unwrap();
    let job = job.env("GITHUB_EVENT_NAME", "pull_request").env("GITHUB_EVENT_PATH", file.display().to_string());
    job.env("GITHUB_REPOSITORY", "example/project")
}

/// A job with the action that pins the archives, downloading from the server.
fn job(repo: &Repo, archives: &[Archive], server: &Server) -> Job {
    Job::new(&pinning(repo, archives), repo.path()).with("base-url", server.url())
}

#[test]
fn the_pinned_release_is_downloaded_and_run() {
    let (repo, archives, server) = released(TELLS);
    let job = job(&repo, &archives, &server).with("token", "s3cret");
    let outcome = job.run();
    assert!(outcome.succeeded, "{}", outcome.log);
    assert!(outcome.log.contains("ai-detect told\n"), "{}", outcome.log);
    assert!(outcome.log.contains("asked: -C . ci --output FILE --fetch\n"), "{}", outcome.log);
    assert!(outcome.log.contains(&format!("in: {}, token: s3cret\n", repo.path().display())), "{}", outcome.log);
    assert_eq!((outcome.outputs["flags"].as_str(), outcome.outputs["report"].as_str()), ("2", "/tmp/r.json"));
    assert_eq!(std::fs::read_to_string(&outcome.outputs["sarif"]).unwrap(), "sarif of told\n");
    assert!(outcome.outputs["binary"].contains(&format!("/ai-detect-action-v{VERSION}-x86_64-unknown-linux-")));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn the_binary_itself_looks_at_a_pull_request() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    let base = repo.commit("Set up");
    repo.branch("topic");
    let head = repo.commit_file("a.py", planted_code("a"));
    let (archives, server) = served(assert_cmd::cargo::cargo_bin!("ai-detect"));
    // Without a token nothing is posted, and the job log has all of it.
    let job = job(&repo, &archives, &server).with("token", "");
    let job = on_pull_request(job, &repo, &base, &head);
    let outcome = job.run();
    assert!(outcome.succeeded, "{}", outcome.log);
    assert!(outcome.log.contains(concat!("ai-detect ", env!("CARGO_PKG_VERSION"), "\n")), "{}", outcome.log);
    assert!(outcome.log.contains("a.py:1-6"), "{}", outcome.log);
    assert_eq!(outcome.outputs["flags"], "1");
    let report = std::fs::read_to_string(&outcome.outputs["report"]).unwrap();
    assert!(report.contains("ai-detect/report/v1") && report.contains(&head), "{report}");
    let sarif: Value = serde_json::from_slice(&std::fs::read(&outcome.outputs["sarif"]).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
}

#[test]
fn a_checkout_that_is_too_shallow_fails_the_step_and_says_what_to_change() {
    let repo = Repo::new();
    let base = repo.commit_file("a.py", crate::support::code("a", 6));
    let head = repo.commit_file("b.py", crate::support::code("b", 6));
    let shallow = repo.clone("shallow", &["--depth", "1"]);
    let (archives, server) = served(assert_cmd::cargo::cargo_bin!("ai-detect"));
    let job = job(&shallow, &archives, &server).with("fetch", "false");
    let outcome = on_pull_request(job, &repo, &base, &head).run();
    assert!(!outcome.succeeded && outcome.log.contains("set `fetch-depth: 0` on actions/checkout"), "{}", outcome.log);
    assert_eq!(outcome.outputs["flags"], "", "what could not be analysed is not clean");
}

#[test]
fn a_binary_can_be_installed_alone() {
    let (repo, archives, server) = released(TELLS);
    let job = job(&repo, &archives, &server).with("install-only", "true");
    let outcome = job.run();
    assert!(outcome.succeeded && outcome.log.contains("so nothing is checked here"), "{}", outcome.log);
    assert!(!outcome.log.contains("asked:") && Path::new(&outcome.outputs["binary"]).exists(), "{}", outcome.log);
}

#[test]
fn inputs_become_options() {
    let (repo, archives, server) = released(TELLS);
    let job = job(&repo, &archives, &server)
        .with("fetch", "false")
        .with("dry-run", "true")
        .with("inline", "false")
        .with("check-run", "true");
    let outcome = job.with("max-comments", "4").with("working-directory", "sub dir; echo run").run();
    assert!(
        outcome.log.contains(
            "asked: -C sub dir; echo run ci --output FILE --dry-run --no-inline --check-run --max-comments 4\n"
        )
    );
    assert!(outcome.log.contains("token: none\n"), "{}", outcome.log);
}

#[test]
fn inputs_that_make_no_sense_are_told() {
    let (repo, archives, server) = released(TELLS);
    let cases = [
        ("fetch", "yes", "fetch must be true or false, not \"yes\""),
        ("max-comments", "ten", "max-comments must be a number, not \"ten\""),
        ("version", "latest", "version must look like 0.1.0, not \"latest\""),
        ("version", "1.0.0/../../x", "version must look like 0.1.0"),
        ("sha256", "ABC", "sha256 must be 64 hexadecimal digits"),
        ("provenance", "maybe", "provenance must be auto, require or skip"),
        ("base-url", "http://example.org/releases", "base-url must begin with https://"),
        ("base-url", "file:///etc", "base-url must begin with https://"),
        // Each is another host than it seems, for one program or another.
        ("base-url", "http://127.0.0.1:@example.org/releases", "base-url must begin with https://"),
        ("base-url", "http://127.0.0.1:80@example.org/releases", "base-url must begin with https://"),
        ("base-url", "http://127.0.0.1.example.org/releases", "base-url must begin with https://"),
        ("base-url", "http://127.0.0.1:80.example.org/releases", "base-url must begin with https://"),
        ("base-url", "http://127.0.0.1\\@example.org/releases", "base-url must begin with https://"),
        ("base-url", "http://[::1].example.org/releases", "base-url must begin with https://"),
        ("base-url", "http://[::1]:80/@example.org\nhttps://x", "base-url must begin with https://"),
        ("base-url", "http://localhost/releases", "base-url must begin with https://"),
        ("inline", "a%0Ab\n::stop-commands::x", "not \"a%250Ab%0A::stop-commands::x\""),
    ];
    for (input, value, told) in cases {
        let outcome = job(&repo, &archives, &server).with(input, value).run();
        assert!(!outcome.succeeded && outcome.log.contains("::error title=ai-detect::"), "{input}: {}", outcome.log);
        assert!(outcome.log.contains(told), "{input}: {}", outcome.log);
        assert!(!outcome.log.lines().any(|line| line.starts_with("::stop-commands")), "{}", outcome.log);
        assert!(!outcome.log.contains("asked:"), "{input}: {}", outcome.log);
    }
}

#[test]
fn an_archive_that_is_not_the_pinned_one_is_refused() {
    let (repo, mut archives, server) = released("#!/bin/sh\necho must not run\n");
    for archive in &mut archives {
        archive.sha256 = "0".repeat(64);
    }
    let outcome = job(&repo, &archives, &server).run();
    assert!(!outcome.succeeded);
    assert!(
        outcome.log.contains(&format!("but {} is pinned: nothing of it was run", "0".repeat(64))),
        "{}",
        outcome.log
    );
    assert!(!outcome.log.contains("must not run"), "{}", outcome.log);
    assert_eq!(outcome.outputs["flags"], "", "a step that failed says nothing that reads as clean");
}

#[test]
fn another_version_needs_its_own_checksum() {
    let (repo, archives, server) = released(TELLS);
    let outcome = job(&repo, &archives, &server).with("version", "7.0.0").run();
    assert!(outcome.log.contains("set sha256 as well as version"), "{}", outcome.log);
    assert_eq!(server.asked(), [""; 0], "nothing is downloaded that could not be checked");
    let outcome = job(&repo, &archives, &server).with("version", "v7.0.0").with("sha256", "0".repeat(64)).run();
    assert!(outcome.log.contains("cannot download"), "{}", outcome.log);
    assert!(
        server.asked().iter().all(|path| path.contains("/v7.0.0/ai-detect-action-v7.0.0-")),
        "{:?}",
        server.asked()
    );
}

#[test]
fn a_commit_that_pins_no_release_says_so() {
    let repo = Repo::new();
    let outcome = Job::new(&pinning(&repo, &[]), repo.path()).run();
    assert!(!outcome.succeeded);
    assert!(outcome.log.contains("this commit of the action pins no release"), "{}", outcome.log);
}

#[test]
fn a_runner_without_a_release_is_told_what_to_do() {
    let (repo, archives, server) = released(TELLS);
    for (name, value, told) in [
        ("RUNNER_ARCH", "ARM", "no release for the architecture ARM (X64 and ARM64 have one): set from-source: true"),
        ("RUNNER_OS", "BeOS", "no release for the system BeOS"),
        ("RUNNER_OS", "macOS", "pins no SHA-256 for ai-detect-action-v7.8.9-x86_64-apple-darwin.tar.gz"),
        ("RUNNER_ARCH", "ARM64", "pins no SHA-256 for ai-detect-action-v7.8.9-aarch64-unknown-linux-"),
    ] {
        let outcome = job(&repo, &archives, &server).env(name, value).run();
        assert!(!outcome.succeeded && outcome.log.contains(told), "{value}: {}", outcome.log);
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn old_systems_get_the_static_binary() {
    let (repo, archives, server) = released(TELLS);
    for (answer, target) in
        [("echo glibc 2.17", "musl"), ("exit 1", "musl"), ("echo glibc 2.35", "gnu"), ("echo glibc 2.100", "gnu")]
    {
        let job = job(&repo, &archives, &server).program("getconf", &format!("#!/bin/sh\n{answer}\n"));
        assert!(job.run().outputs["binary"].contains(&format!("-linux-{target}/")), "{answer}");
    }
}

#[test]
fn provenance_is_verified_where_it_can_be() {
    let (repo, archives, server) = released(TELLS);
    let job = |answer: &str| {
        let gh = format!(
            "#!/bin/sh\n[ \"$GH_TOKEN\" = s3cret ] || exit 9\necho \"gh $*\" | sed 's|/[^ ]*/archive|ARCHIVE|'\nexit {answer}\n"
        );
        job(&repo, &archives, &server).with("token", "s3cret").program("gh", &gh)
    };
    let asked = "gh attestation verify ARCHIVE.tar.gz --repo example/ai-detect --signer-workflow \
                 example/ai-detect/.github/workflows/release.yml\n";
    let verified = job("0").with("provenance", "require").run();
    assert!(verified.succeeded && verified.log.contains(asked), "{}", verified.log);
    let refused = job("1").with("provenance", "require").run();
    assert!(!refused.succeeded && refused.log.contains("does not accept archive.tar.gz"), "{}", refused.log);
    assert!(!refused.log.contains("ai-detect told"), "{}", refused.log);
    let mirrored = job("1").run();
    assert!(mirrored.succeeded && mirrored.log.contains("not verified: the archive comes from a mirror"));
    let unasked = job("1").with("provenance", "skip").run();
    assert!(unasked.succeeded && !unasked.log.contains("gh attestation"), "{}", unasked.log);
    let impossible = job("0").with("provenance", "require").with("token", "").run();
    assert!(impossible.log.contains("provenance is required, but cannot be verified: there is no token"));
}

#[test]
fn from_source_builds_the_checkout_of_the_action() {
    let repo = Repo::new();
    let binary = assert_cmd::cargo::cargo_bin!("ai-detect");
    let cargo = format!(
        "#!/bin/sh\necho \"cargo $*, token: ${{GH_TOKEN:-none}}\"\nfor last; do :; done\nmkdir -p \"$last/release\"\ncp {} \"$last/release/ai-detect\"\n",
        binary.display()
    );
    let job = Job::new(&action(), repo.path()).with("from-source", "true").with("install-only", "true");
    let outcome = job.with("token", "s3cret").program("cargo", &cargo).run();
    assert!(outcome.succeeded && outcome.log.contains(", token: none\n"), "{}", outcome.log);
    let asked = format!(
        "cargo build --release --locked --bin ai-detect --no-default-features --features action --manifest-path {}",
        action().display()
    );
    assert!(outcome.log.contains(&asked), "{}", outcome.log);
    assert!(outcome.log.contains(concat!("ai-detect ", env!("CARGO_PKG_VERSION"), "\n")), "{}", outcome.log);
    let job = Job::new(&action(), repo.path()).with("from-source", "true").program("cargo", "#!/bin/sh\nexit 101\n");
    assert!(job.run().log.contains("the build from source failed: it needs Rust 1.90 or newer"));
}
