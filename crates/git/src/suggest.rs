//! Names near a mistyped revision.

/// How alike two names are at least, from 0 to 1 (Jaro-Winkler).
const ALIKE: f64 = 0.8;
/// How many names are offered.
const MAX_SUGGESTIONS: usize = 3;

/// The branches and tags whose names look most like `spec`.
pub(super) fn revisions(repo: &gix::Repository, spec: &str) -> Vec<String> {
    let wanted = spec.split(['~', '^', '@', ':']).next().unwrap_or(spec);
    let Ok(platform) = repo.references() else { return Vec::new() };
    let Ok(all) = platform.all() else { return Vec::new() };
    // A ref to nothing would be no help.
    let leads = |reference: &gix::Reference<'_>| reference.clone().peel_to_id().is_ok();
    let all = all.flatten().filter(|reference| reference.target().try_name().is_none() || leads(reference));
    let names: Vec<String> = all.map(|reference| reference.name().shorten().to_string()).collect();
    if wanted != spec && (wanted == "HEAD" || names.iter().any(|name| name == wanted)) {
        // The name is right; what follows it leads too far.
        return Vec::new();
    }
    let mut near: Vec<(f64, String)> = names
        .into_iter()
        .flat_map(|name| {
            // `mian` should find `origin/main` when there is no local branch of that name.
            let tail = name.split_once('/').map_or(0.0, |(_, tail)| strsim::jaro_winkler(wanted, tail) - 0.01);
            let alike = strsim::jaro_winkler(wanted, &name).max(tail);
            (alike >= ALIKE).then_some((alike, name))
        })
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.dedup_by(|a, b| a.1 == b.1);
    near.into_iter().take(MAX_SUGGESTIONS).map(|(_, name)| name).collect()
}

/// `; did you mean …?`, or where to look.
pub(super) fn sentence(near: &[String], shallow: bool) -> String {
    let names = near.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    match (near, shallow) {
        ([], false) => "; `git branch --all` and `git tag` list what there is".into(),
        ([], true) => format!("; {SHALLOW}"),
        (_, false) => format!("; did you mean {names}?"),
        (_, true) => format!("; did you mean {names}? Or {SHALLOW}"),
    }
}

/// What else may be wrong in a shallow clone.
const SHALLOW: &str = "this shallow clone lacks it: `git fetch --deepen=100` or `git fetch --unshallow` brings more of \
                       the history, `git fetch origin BRANCH:refs/remotes/origin/BRANCH` another branch; in GitHub \
                       Actions set `fetch-depth: 0` on actions/checkout, in GitLab `GIT_DEPTH: 0`";
