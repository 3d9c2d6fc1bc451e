//! Signed commits and notes: whose signatures hold, and why others do not.

use crate::support::{Repo, Run, code, list, text};
use serde_json::{Value, json};

const NOTES: &str = "refs/notes/ai-attest";

/// A repository with a first commit, and keys beside it.
struct Signing {
    repo: Repo,
}

impl Signing {
    fn new(options: &[&str]) -> Self {
        let repo = Repo::init(options);
        repo.git(&["config", "user.name", "Ada Example"]);
        repo.git(&["config", "user.email", "ada@example.org"]);
        repo.git(&["config", "gpg.format", "ssh"]);
        let signing = Signing { repo };
        signing.key("ada", &["-t", "ed25519"]);
        signing.repo.commit_file("start.py", code("start", 2));
        signing
    }

    /// Makes a key pair; its public half, as `TYPE KEY`.
    fn key(&self, name: &str, options: &[&str]) -> String {
        let file = self.repo.beside(name);
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-N", "", "-C", name, "-f"])
            .arg(&file)
            .args(options)
            .stdin(std::process::Stdio::null())
            .status();
        assert!(made.expect("ssh-keygen is there").success());
        self.public(name)
    }

    fn public(&self, name: &str) -> String {
        let line = std::fs::read_to_string(self.repo.beside(&format!("{name}.pub"))).unwrap();
        line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    /// Settings that name these signers, in the commit that changes start from.
    fn allow(&self, lines: &str) -> String {
        self.repo.write("signers", lines);
        self.repo.write(".ai-detect.yml", "signatures:\n  allowed-signers: signers\n");
        self.repo.commit("Say who may sign")
    }

    fn sign(&self, key: &str, message: &str) -> String {
        let key = format!("user.signingkey={}", self.repo.beside(key).display());
        self.repo.write("b.py", code(&message.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_"), 6));
        self.repo.git(&["add", "--all"]);
        self.repo.git(&["-c", &key, "commit", "--quiet", "--allow-empty", "-S", "-m", message]);
        self.repo.id("HEAD")
    }

    /// The signature of the last commit, as `diff` has it.
    fn found(&self, base: &str) -> Value {
        let report = self.repo.diff(&[&format!("{base}..HEAD")]);
        list(&report["commits"]).last().unwrap()["attestation"]["signature"].clone()
    }
}

fn reason(found: &Value) -> &str {
    assert_eq!(found["state"], "unverified", "{found}");
    text(&found["reason"])
}

#[test]
fn a_commit_signed_by_an_allowed_signer_is_verified() {
    let signing = Signing::new(&[]);
    let base = signing.allow(&format!("# who may\nada@example.org {}\n", signing.public("ada")));
    signing.sign("ada", "Add b");
    let found = signing.found(&base);
    assert_eq!(
        (&found["state"], &found["kind"], &found["by"]),
        (&json!("verified"), &json!("ssh"), &json!("ada@example.org"))
    );
    assert!(text(&found["key"]).starts_with("SHA256:"));
    // Git itself agrees.
    let signers = format!("gpg.ssh.allowedSignersFile={}", signing.repo.path().join("signers").display());
    let git = signing.repo.git(&["-c", &signers, "log", "-1", "--format=%G? %GF"]);
    assert_eq!(git, format!("G {}", text(&found["key"])));
    let said = signing.repo.run(&["diff", "-v", &format!("{base}..HEAD")]).text();
    assert!(
        said.contains("signatures: 1 verified") && said.contains("signature verified, by ada@example.org"),
        "{said}"
    );
}

#[test]
fn keys_of_other_types_and_other_hashes_are_read() {
    let signing = Signing::new(&[]);
    let mut lines = String::new();
    let kinds: [(&str, &[&str]); 4] = [
        ("rsa", &["-t", "rsa", "-b", "2048"]),
        ("p256", &["-t", "ecdsa", "-b", "256"]),
        ("p384", &["-t", "ecdsa", "-b", "384"]),
        ("p521", &["-t", "ecdsa", "-b", "521"]),
    ];
    for (name, options) in kinds {
        lines += &format!("*@example.org,!eve@example.org namespaces=\"git\" {}\n", signing.key(name, options));
    }
    let base = signing.allow(&lines);
    for (name, _) in kinds {
        signing.sign(name, &format!("Sign with {name}"));
        assert_eq!(signing.found(&base)["state"], "verified", "{name}: {}", signing.found(&base));
    }
}

#[test]
fn a_repository_with_sha256_has_signatures_too() {
    let signing = Signing::new(&["--object-format=sha256"]);
    let base = signing.allow(&format!("ada@example.org {}\n", signing.public("ada")));
    let signed = signing.sign("ada", "Add b");
    assert!(signing.repo.git(&["cat-file", "commit", &signed]).contains("gpgsig-sha256"));
    assert_eq!(signing.found(&base)["state"], "verified", "{}", signing.found(&base));
}

#[test]
fn a_signature_may_be_broken_into_lines_anywhere() {
    let signing = Signing::new(&[]);
    let base = signing.allow(&format!("ada@example.org {}\n", signing.public("ada")));
    let signed = signing.sign("ada", "Add b");
    let raw = String::from_utf8(signing.repo.git_bytes(&["cat-file", "commit", &signed], b"")).unwrap();
    let (head, rest) = raw.split_once("gpgsig -----BEGIN SSH SIGNATURE-----\n").unwrap();
    let (block, tail) = rest.split_once(" -----END").unwrap();
    let one = block.replace(['\n', ' '], "");
    let changed = format!("{head}gpgsig -----BEGIN SSH SIGNATURE-----\n {one}\n -----END{tail}");
    let id = signing.repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], changed.as_bytes());
    signing.repo.git(&["update-ref", "HEAD", String::from_utf8(id).unwrap().trim()]);
    assert_eq!(signing.found(&base)["state"], "verified", "{}", signing.found(&base));
}

#[test]
fn what_was_changed_after_it_was_signed_is_told() {
    let signing = Signing::new(&[]);
    let base = signing.allow(&format!("ada@example.org {}\n", signing.public("ada")));
    let signed = signing.sign("ada", "Add b");
    let raw = String::from_utf8(signing.repo.git_bytes(&["cat-file", "commit", &signed], b"")).unwrap();
    let changed = raw.replace("Add b", "Add c\n\nAssisted-by: Codex:gpt-5.5");
    let id = signing.repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], changed.as_bytes());
    signing.repo.git(&["update-ref", "HEAD", String::from_utf8(id).unwrap().trim()]);
    assert_eq!(reason(&signing.found(&base)), "it does not fit what it is attached to: one of the two was changed");
    let broken = raw.replace("-----BEGIN SSH SIGNATURE-----\n ", "-----BEGIN SSH SIGNATURE-----\n !");
    let id = signing.repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], broken.as_bytes());
    signing.repo.git(&["update-ref", "HEAD", String::from_utf8(id).unwrap().trim()]);
    assert!(reason(&signing.found(&base)).starts_with("the signature block cannot be read"));
}

#[test]
fn keys_that_do_not_count_are_told_why() {
    let signing = Signing::new(&[]);
    let (ada, other) = (signing.public("ada"), signing.key("other", &["-t", "ed25519"]));
    for (lines, expected) in [
        (format!("ada@example.org {other}"), "its key is not among the allowed signers"),
        (format!("bob@example.org {ada}"), "the key is of bob@example.org, and the committer is ada@example.org"),
        (format!("ada@example.org namespaces=\"file\" {ada}"), "the key of ada@example.org may not sign for `git`"),
        (
            format!("ada@example.org valid-before=\"20200101Z\" {ada}"),
            "it was made after the key of ada@example.org had expired",
        ),
        (
            format!("ada@example.org valid-after=\"20300101\" {ada}"),
            "it was made before the key of ada@example.org became valid",
        ),
        (format!("*@example.org cert-authority {ada}"), "its key is not among the allowed signers"),
    ] {
        let base = signing.allow(&(lines.clone() + "\n"));
        signing.sign("ada", &format!("Against {expected}"));
        assert_eq!(reason(&signing.found(&base)), expected, "{lines}");
    }
    // Two lines with the key: the one that fits counts.
    let base = signing.allow(&format!("bob@example.org {ada}\nada@example.org valid-after=20200101 {ada}\n"));
    signing.sign("ada", "Last");
    assert_eq!(signing.found(&base)["state"], "verified");
}

#[test]
fn a_signature_for_something_else_is_no_signature_of_a_commit() {
    let signing = Signing::new(&[]);
    let base = signing.allow(&format!("ada@example.org {}\n", signing.public("ada")));
    let plain = signing.repo.commit_file("b.py", code("b", 6));
    let raw = signing.repo.git_bytes(&["cat-file", "commit", &plain], b"");
    let block = assert_cmd::Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "file", "-f"])
        .arg(signing.repo.beside("ada"))
        .write_stdin(raw.clone())
        .output()
        .unwrap();
    let header = format!("\ngpgsig {}\n\n", String::from_utf8(block.stdout).unwrap().trim_end().replace('\n', "\n "));
    let signed = String::from_utf8(raw).unwrap().replacen("\n\n", &header, 1);
    let id = signing.repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], signed.as_bytes());
    signing.repo.git(&["update-ref", "HEAD", String::from_utf8(id).unwrap().trim()]);
    assert_eq!(reason(&signing.found(&base)), "it was made for `file`, not for `git`");
}

#[test]
fn without_settings_a_signature_is_told_and_counts_for_nothing() {
    let signing = Signing::new(&[]);
    let base = signing.repo.id("HEAD");
    signing.sign("ada", "Add b");
    assert_eq!(reason(&signing.found(&base)), "the settings name neither allowed signers nor a keyring");
    signing.repo.commit_file("c.py", code("c", 6));
    assert_eq!(signing.found(&base), json!({ "state": "unsigned" }));
}

#[test]
fn a_change_does_not_name_its_own_signers() {
    let signing = Signing::new(&[]);
    let base = signing.allow("# nobody yet\n");
    signing.repo.write("signers", format!("ada@example.org {}\n", signing.public("ada")));
    signing.sign("ada", "Let me in");
    assert_eq!(reason(&signing.found(&base)), "its key is not among the allowed signers");
}

#[test]
fn files_of_signers_that_cannot_be_read_are_told_with_their_line() {
    let signing = Signing::new(&[]);
    let ada = signing.public("ada");
    let base = signing.allow(&format!("# who\nada@example.org cert-autority {ada}\n"));
    signing.sign("ada", "Add b");
    let told = |base: &str| signing.repo.run(&["diff", &format!("{base}..HEAD")]).error(2);
    let short = &base[..8];
    assert!(
        told(&base).starts_with(&format!("signers in commit {short}:2: no option is called `cert-autority`")),
        "{}",
        told(&base)
    );
    for (settings, expected) in [
        ("signatures: { keyring: keys.asc }\n", ":1:24: the keyring keys.asc does not exist in commit "),
        ("signatures: { allowed-signers: no }\n", ":1:"),
        ("signatures: { allowed_signers: signers }\n", "Did you mean `allowed-signers`?"),
        ("signatures: { keyring: signers }\n", ":1: it is no keyring of OpenPGP public keys: "),
    ] {
        signing.repo.write(".ai-detect.yml", settings);
        let base = signing.repo.commit("Settings");
        signing.sign("ada", "More");
        assert!(told(&base).contains(expected), "{settings}: {}", told(&base));
    }
}

fn attest(repo: &Repo, args: &[&str]) -> Run {
    let mut command = repo.command(&[&["attest", "--no-ask", "--tool", "Codex", "--model", "gpt-5.5"], args].concat());
    for name in ["CLAUDECODE", "CURSOR_AGENT", "GEMINI_CLI", "CODEX_THREAD_ID", "CODEX_SANDBOX", "CI"] {
        command.env_remove(name);
    }
    Run::of(&mut command)
}

/// The last commit's attestation.
fn attestation(repo: &Repo, base: &str) -> Value {
    let report = repo.diff(&[&format!("{base}..HEAD")]);
    list(&report["commits"]).last().unwrap()["attestation"].clone()
}

#[test]
fn a_note_is_a_claim_until_somebody_known_signs_it() {
    let signing = Signing::new(&[]);
    let repo = &signing.repo;
    repo.git(&["config", "user.signingkey", &repo.beside("ada").display().to_string()]);
    let base = signing.allow(&format!("ada@example.org {}\n", signing.public("ada")));
    repo.commit_file("b.py", code("b", 8));
    attest(repo, &["--notes"]).text();
    let found = attestation(repo, &base);
    assert_eq!((&found["state"], &found["note_signature"]["state"]), (&json!("complete"), &json!("unsigned")));
    assert_eq!(
        (&found["statements"][0]["form"], &found["statements"][0]["confidence"]),
        (&json!("attest-note"), &json!("medium"))
    );

    attest(repo, &["--notes", "--sign"]).text();
    let found = attestation(repo, &base);
    assert_eq!(found["note_signature"]["state"], "verified", "{found}");
    assert_eq!(
        (&found["note_signature"]["by"], &found["statements"][0]["confidence"]),
        (&json!("ada@example.org"), &json!("high"))
    );
    assert_eq!(attest(repo, &["--notes", "--sign"]).text().split("  ").nth(1), Some("already says so"));

    // Nothing that is signed is changed without being asked.
    let told = attest(repo, &["--notes", "--session", "7f3a"]).error(3);
    assert!(told.contains("is signed, and the signature would be lost"), "{told}");
    attest(repo, &["--notes", "--session", "7f3a", "--drop-signature"]).text();
    assert_eq!(attestation(repo, &base)["note_signature"]["state"], "unsigned");
    attest(repo, &["--notes", "--session", "7f3a", "--sign"]).text();

    // A signed note is worth nothing on another commit.
    let note = repo.git_bytes(&["notes", "--ref", NOTES, "show", "HEAD"], b"");
    repo.commit_file("c.py", code("c", 8));
    repo.git_bytes(&["notes", "--ref", NOTES, "add", "-F", "-", "HEAD"], &note);
    let found = attestation(repo, &base);
    assert_eq!(reason(&found["note_signature"]), "it does not fit what it is attached to: one of the two was changed");
    assert_eq!(found["statements"][0]["confidence"], "medium");
}

#[test]
fn a_policy_may_ask_for_verified_signatures() {
    let signing = Signing::new(&[]);
    let repo = &signing.repo;
    repo.write(
        "policy.yml",
        "extends: default\nsignatures: { notes: true }\nsensitive: { verified_signature: true }\n",
    );
    repo.write("signers", format!("ada@example.org {}\n", signing.public("ada")));
    repo.write(".ai-detect.yml", "policy: policy.yml\nsignatures: { allowed-signers: signers }\n");
    let base = repo.commit("Settings");
    repo.write("src/auth/login.py", code("login", 6));
    signing.sign("ada", "Add login\n\nAssisted-by: Codex:gpt-5.5");
    let check = || repo.run(&["policy", "check", "-v", &format!("{base}..HEAD")]).text();
    assert!(check().contains("1 complete") && check().contains("signatures: 1 verified"), "{}", check());

    repo.write("src/auth/login.py", code("other", 6));
    repo.commit("Change login\n\nAssisted-by: Codex:gpt-5.5");
    let said = check();
    assert!(
        said.contains(
            "a verified signature on the commit, because the commit touches\n    authentication: it is unsigned"
        ),
        "{said}"
    );
    let said = repo.run(&["attest", "--check", &format!("{base}..HEAD")]);
    assert!(said.status == 1 && said.stdout.contains("signatures: 1 verified · 1 unsigned"), "{said:?}");

    repo.commit_file("plain.py", code("plain", 6));
    attest(repo, &["--notes"]).text();
    assert!(
        check().contains("The policy counts a note only with a verified signature: it is unsigned."),
        "{}",
        check()
    );
    let found = attestation(repo, &base);
    assert_eq!(found["state"], "partial", "{found}");
}
