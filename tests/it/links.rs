//! Links between pages lead somewhere: to a file of the project, and to a heading where they name one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::shown::{pages, root};

/// A link of a page.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    /// The file, from the page's folder; empty for the page itself.
    file: String,
    /// The heading, as an anchor.
    anchor: Option<String>,
}

/// The text of a page without code, which holds no links.
fn prose(page: &str) -> String {
    let outside = page.split("\n```").step_by(2).collect::<Vec<_>>().join("\n");
    outside.split('`').step_by(2).collect::<Vec<_>>().join("")
}

/// The links of a page to files of the project.
fn links(page: &str) -> Vec<Link> {
    let prose = prose(page);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inside = targets.filter(|target| !target.contains("://"));
    inside
        .map(|target| match target.split_once('#') {
            Some((file, anchor)) => Link { file: file.to_owned(), anchor: Some(anchor.to_owned()) },
            None => Link { file: target.to_owned(), anchor: None },
        })
        .collect()
}

/// The anchors of a page's headings, as the forges make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let outside = page.split("\n```").step_by(2).collect::<Vec<_>>().join("\n");
    let headings = outside.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The links of a page that lead nowhere.
fn broken(path: &Path, page: &str) -> Vec<Link> {
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    let leads_somewhere = |link: &Link| {
        let target = folder.join(&link.file);
        match &link.anchor {
            None => target.exists(),
            Some(anchor) if link.file.is_empty() => anchors(page).contains(anchor),
            Some(anchor) => std::fs::read_to_string(&target).is_ok_and(|page| anchors(&page).contains(anchor)),
        }
    };
    links(page).into_iter().filter(|link| !leads_somewhere(link)).collect()
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for path in pages(&root()) {
        let page = std::fs::read_to_string(&path).unwrap();
        assert_eq!(broken(&path, &page), [], "{}", path.display());
    }
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let page = "[a](README.md) [b](missing.md) `[c](code.md)` [d](README.md#no-such-heading) [e](https://example.org)\n\
                ```\n[f](code.md)\n```\n[g](#a-heading)\n\n# A heading\n";
    let found = broken(&root().join("x.md"), page);
    let files: Vec<&str> = found.iter().map(|link| link.file.as_str()).collect();
    assert_eq!(files, ["missing.md", "README.md"]);
    assert_eq!(anchor("Rights, forks & `--check`"), "rights-forks----check");
}

#[test]
fn the_index_leads_to_every_page() {
    let docs = normal(root().join("docs"));
    let mut reached = BTreeSet::new();
    let mut waiting = vec![docs.join("index.md")];
    while let Some(path) = waiting.pop() {
        if !reached.insert(path.clone()) {
            continue;
        }
        let page = std::fs::read_to_string(&path).unwrap();
        let folder = path.parent().unwrap();
        let linked = links(&page).into_iter().map(|link| folder.join(link.file));
        waiting.extend(linked.filter(|path| path.extension().is_some_and(|ending| ending == "md")).map(normal));
    }
    let is_decision = |path: &PathBuf| path.parent().is_some_and(|folder| folder.ends_with("decisions"));
    let missed: Vec<_> =
        pages(&docs).into_iter().filter(|path| !is_decision(path) && !reached.contains(path)).collect();
    assert!(missed.is_empty(), "no link leads from docs/index.md to {missed:?}");
}

/// A path without `..`.
fn normal(path: PathBuf) -> PathBuf {
    path.canonicalize().unwrap()
}
