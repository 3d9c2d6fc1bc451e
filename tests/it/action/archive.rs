//! The archive that the Action downloads: a build of its own, without what a job never uses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::action;
use crate::layers::cargo;

const OPTIONS: &str = "--no-default-features --features action";

fn text(file: &str) -> String {
    std::fs::read_to_string(action().join(file)).unwrap()
}

/// What a feature of the program turns on.
fn features_of(name: &str) -> BTreeSet<String> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let program = packages.iter().find(|package| package["name"] == "ai-detect").unwrap();
    let features = program["features"][name].as_array().unwrap();
    features.iter().map(|feature| feature.as_str().unwrap().to_owned()).collect()
}

#[test]
fn release_source_build_and_docs_name_the_same_features() {
    for file in ["action/install.sh", "packaging/build.sh", "docs/install.md"] {
        assert!(text(file).contains(OPTIONS), "{file}");
    }
    // What is downloaded is built to be small; what is built from source is built as everything else.
    assert!(text("packaging/build.sh").contains("profile=action\n"));
    assert!(text("docs/install.md").contains(&format!("cargo build --profile action --bin ai-detect {OPTIONS}")));
    // The table says of each feature whether the Action has it.
    let docs = text("docs/install.md");
    let of_action = features_of("action");
    for feature in features_of("default") {
        let row = docs.lines().find(|line| line.starts_with(&format!("| `{feature}` | "))).unwrap();
        let is_listed = row.split('|').nth(2).unwrap().trim() == "yes";
        assert_eq!(is_listed, of_action.contains(&feature), "{row}");
    }
}

#[test]
fn each_target_of_a_release_has_an_archive_for_the_action() {
    let workflow = text(".github/workflows/release.yml");
    assert!(workflow.contains("packaging/build.sh \"$TARGET\" action"));
    // Both archives are tried.
    assert!(workflow.contains("for name in ai-detect ai-detect-action; do"));
    // The builder, the pinning and the Action agree on its name.
    for (file, name) in [
        ("packaging/build.sh", "archive=ai-detect-action\n"),
        ("packaging/pin.sh", "ai-detect-action-v"),
        ("action/install.sh", "name=ai-detect-action-v$version-$platform\n"),
        ("docs/install.md", "`ai-detect-action-vVERSION-TARGET.tar.gz`"),
    ] {
        assert!(text(file).contains(name), "{file}");
    }
    let refused = assert_cmd::Command::new(action().join("packaging/build.sh")).args(["any-target", "lab"]).assert();
    refused.code(2).stderr("build: the second argument is \"action\" or nothing, not \"lab\"\n");
}

#[test]
fn the_build_of_the_action_links_no_database_no_server_and_no_fitting() {
    let linked = |options: &[&str]| -> BTreeSet<String> {
        let tree = ["tree", "--package", "ai-detect", "--edges", "normal", "--prefix", "none"];
        let tree = cargo(&[&tree, options].concat());
        tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    };
    let (all, action) = (linked(&[]), linked(&OPTIONS.split(' ').collect::<Vec<_>>()));
    for left_out in ["rusqlite", "tokio", "axum", "parquet", "argmin"] {
        assert!(all.contains(left_out) && !action.contains(left_out), "{left_out}");
    }
    for needed in ["gix", "ureq", "pgp", "ssh-key", "tree-sitter"] {
        assert!(action.contains(needed), "{needed}");
    }
}
