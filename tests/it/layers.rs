//! Which crate may know what: the cut of the workspace, as cargo sees it.

use std::collections::BTreeSet;

use assert_cmd::Command;
use serde_json::Value;

pub(crate) fn cargo(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    let output = command.args(args).arg("--offline").current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Everything that a crate links, by name.
fn linked(package: &str) -> BTreeSet<String> {
    let tree = cargo(&["tree", "--package", package, "--edges", "normal", "--prefix", "none"]);
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The packages of the workspace, each with what it names as a dependency.
fn named() -> Vec<(String, BTreeSet<String>)> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of_package = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let normal = dependencies.filter(|dependency| dependency["kind"].is_null());
        (text(&package["name"]), normal.map(|dependency| text(&dependency["name"])).collect())
    };
    metadata["packages"].as_array().unwrap().iter().map(of_package).collect()
}

fn who_names(library: &str) -> Vec<String> {
    let named = named().into_iter();
    named.filter(|(_, dependencies)| dependencies.contains(library)).map(|(name, _)| name).collect()
}

#[test]
fn attestation_and_policy_see_no_git_no_parser_and_no_style() {
    for package in ["ai-detect-base", "ai-detect-attest", "ai-detect-policy"] {
        let linked = linked(package);
        assert!(linked.contains("ai-detect-base"), "{linked:?}");
        for never in ["gix", "tree-sitter", "ai-detect-style", "ai-detect-lang", "ureq"] {
            assert!(!linked.contains(never), "{package} links {never}");
        }
    }
}

#[test]
fn style_sees_no_attestation_and_no_git() {
    let linked = linked("ai-detect-style");
    assert!(linked.contains("tree-sitter"), "{linked:?}");
    for never in ["gix", "ai-detect-attest", "ai-detect-policy", "ai-detect-git", "ureq"] {
        assert!(!linked.contains(never), "style links {never}");
    }
}

#[test]
fn only_git_names_a_git_library_and_only_http_one_for_http() {
    assert_eq!(who_names("gix"), ["ai-detect-git"]);
    assert_eq!(who_names("ureq"), ["ai-detect-http"]);
}

#[test]
fn only_the_store_and_the_client_of_a_trail_name_sqlite() {
    let mut named = who_names("rusqlite");
    named.sort();
    assert_eq!(named, ["ai-detect-trail-client", "ai-detect-trail-store"]);
}

#[test]
fn only_tables_of_scans_and_the_store_of_a_trail_name_parquet() {
    let mut named = who_names("parquet");
    named.sort();
    assert_eq!(named, ["ai-detect-pipeline", "ai-detect-trail-store"]);
}

#[test]
fn only_the_server_of_a_trail_names_a_runtime() {
    for library in ["axum", "hyper", "hyper-util", "tokio", "tokio-rustls"] {
        assert_eq!(who_names(library), ["ai-detect-trail-server"], "{library}");
    }
    for package in ["ai-detect-pipeline", "ai-detect-report", "ai-detect-forge"] {
        let linked = linked(package);
        assert!(!linked.contains("tokio") && !linked.contains("rusqlite"), "{package}");
    }
    // What an entry is must be readable without any of them.
    let log = linked("ai-detect-trail-log");
    for never in ["rusqlite", "tokio", "ai-detect-base", "getrandom"] {
        assert!(!log.contains(never), "the log links {never}");
    }
}

#[test]
fn capture_sees_the_client_of_a_trail_and_neither_git_nor_parsers() {
    let linked = linked("ai-detect-capture");
    assert!(linked.contains("ai-detect-trail-client"), "{linked:?}");
    for never in ["gix", "tree-sitter", "ai-detect-style", "ai-detect-git", "ai-detect-attest", "tokio"] {
        assert!(!linked.contains(never), "capture links {never}");
    }
    let named = named();
    let (_, dependencies) = named.iter().find(|(name, _)| name == "ai-detect-capture").unwrap();
    assert!(!dependencies.contains("ureq") && !dependencies.contains("ai-detect-http"), "capture calls nobody");
}

#[test]
fn there_are_at_most_fifteen_test_programs() {
    // Each costs a link, most of the time of a test run from nothing built. A small crate is tested in a crate that uses it.
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let mut programs = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        for target in package["targets"].as_array().unwrap() {
            if target["test"].as_bool().unwrap() {
                programs.push(format!("{} {}", package["name"], target["name"]));
            }
        }
    }
    assert!(programs.contains(&"\"ai-detect\" \"it\"".to_owned()), "{programs:#?}");
    assert!(programs.len() <= 15, "{}: {programs:#?}", programs.len());
}
