//! What a job says of a change that touches what it is measured by, and which of two rates goes first.

use crate::support::{Repo, code};
use pgp::composed::{ArmorOptions, KeyType, SecretKeyParamsBuilder};

/// Settings that lead to files, which lead to others.
const SETTINGS: &str = "\
policy: rules/policy.yaml
signatures: {allowed-signers: keys/signers, keyring: keys/ring.asc}
rules: {packs: [rules/pack.yml]}
";

fn keyring() -> Vec<u8> {
    let mut key = SecretKeyParamsBuilder::default();
    key.key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(true)
        .primary_user_id("Ada <ada@example.org>".into());
    let made = key.build().unwrap().generate(rand::thread_rng()).unwrap();
    made.to_public_key().to_armored_bytes(ArmorOptions::default()).unwrap()
}

fn configured() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", SETTINGS);
    repo.write("rules/policy.yaml", "extends: [llvm, rules/base.yml]\n");
    repo.write("rules/base.yml", "extends: rules/first.yml\n");
    repo.write("rules/first.yml", "title: The first\n");
    repo.write("rules/pack.yml", crate::support::PLANTED_PACK);
    repo.write("keys/signers", "");
    repo.write("keys/ring.asc", keyring());
    repo.write("keys/other", "");
    repo.commit("Settings");
    repo
}

/// What a job for a push from `main` to HEAD notes of the settings.
fn noted(repo: &Repo) -> Option<String> {
    let mut command = repo.command(&["ci", "--dry-run"]);
    command.envs([
        ("GITLAB_CI", "true"),
        ("CI_API_V4_URL", "http://127.0.0.1:9/api/v4"),
        ("CI_PIPELINE_SOURCE", "push"),
        ("CI_COMMIT_SHA", &repo.id("HEAD")),
        ("CI_COMMIT_BEFORE_SHA", &repo.id("main")),
    ]);
    let run = crate::support::Run::of(&mut command);
    assert_eq!(run.status, 0, "{run:?}");
    let said = format!("{}{}", run.stdout, run.stderr).replace("\n      ", " ");
    let (_, rest) = said.split_once("this change touches ")?;
    Some(rest.split(':').next().unwrap().to_owned())
}

#[test]
fn a_change_to_any_file_that_the_settings_lead_to_is_noted() {
    let all = [
        ".ai-detect.yml",
        "rules/pack.yml",
        "rules/policy.yaml",
        "rules/base.yml",
        "rules/first.yml",
        "keys/signers",
        "keys/ring.asc",
    ];
    for path in all {
        let repo = configured();
        repo.branch("topic");
        repo.commit_file(path, "changed");
        assert_eq!(noted(&repo).as_deref(), Some(path));
    }
    let repo = configured();
    repo.branch("topic");
    repo.commit_file("keys/other", "changed");
    assert_eq!(noted(&repo), None);
    repo.write("rules/first.yml", "title: Another\n");
    repo.remove("keys/signers");
    repo.commit("Two of them");
    assert_eq!(noted(&repo).as_deref(), Some("keys/signers, rules/first.yml"));
}

#[test]
fn settings_that_a_change_brings_are_noted_and_not_asked_what_they_lead_to() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 5));
    repo.branch("topic");
    repo.write(".ai-detect.yml", "rules: {packs: [pack.yml]}\n");
    repo.write("pack.yml", crate::support::PLANTED_PACK);
    repo.commit("Settings");
    assert_eq!(noted(&repo).as_deref(), Some(".ai-detect.yml"));
}

#[test]
fn a_rate_in_the_settings_goes_before_one_of_the_policy_even_where_it_is_the_default() {
    let rate = |settings: &str| {
        let repo = Repo::new();
        repo.write(".ai-detect.yml", format!("policy: policy.yml\n{settings}"));
        repo.write("policy.yml", "thresholds: {flag: 0.2}\n");
        repo.commit_file("a.py", code("a", 5));
        let report = repo.diff(&["HEAD"]);
        report["threshold"]["request_rate"].clone()
    };
    assert_eq!(rate("thresholds: {flag: 0.02}\n"), 0.02);
    assert_eq!(rate("thresholds: {flag: 0.05}\n"), 0.05);
    assert_eq!(rate(""), 0.2);
}
