//! What HEAD names, and why that cannot be found.

use gix::ObjectId;

use super::Error;

/// So many branches are named where HEAD names none of them.
const MAX_NAMED: usize = 3;

/// The commit that HEAD names.
pub(super) fn commit(repo: &gix::Repository) -> Result<ObjectId, Error> {
    repo.head_id().map(gix::Id::detach).map_err(|error| why(repo, error))
}

fn why(repo: &gix::Repository, error: gix::Error) -> Error {
    if let Some(damaged) = packed_refs(repo) {
        return damaged;
    }
    let Ok(head) = repo.head() else {
        return Error::Damaged { what: "HEAD".into(), problem: super::error::without_input(error) };
    };
    if !head.is_unborn() {
        return Error::missing("the commit that HEAD names", error);
    }
    let named = head.referent_name().map(|name| name.shorten().to_string());
    match (named, branches(repo)) {
        (Some(head), there) if !there.is_empty() => Error::NoSuchHead { head, there },
        _ => Error::NoCommit,
    }
}

fn branches(repo: &gix::Repository) -> Vec<String> {
    let Ok(platform) = repo.references() else { return Vec::new() };
    let Ok(branches) = platform.local_branches() else { return Vec::new() };
    branches.flatten().map(|branch| branch.name().shorten().to_string()).take(MAX_NAMED).collect()
}

/// What is wrong with the file of packed refs. All look-ups of refs fail because of it, each in its own words.
pub(super) fn packed_refs(repo: &gix::Repository) -> Option<Error> {
    let problem = match repo.refs.open_packed_buffer() {
        Ok(None) => return None,
        Ok(Some(buffer)) => match buffer.iter() {
            Ok(mut refs) => refs.find_map(Result::err)?,
            Err(error) => error,
        },
        Err(error) => error,
    };
    let line = match problem.metadata_merged().get("line") {
        Some(gix::error::MetadataValue::U64(line)) => Some(*line),
        _ => None,
    };
    Some(Error::PackedRefs { file: super::error::absolute(repo.common_dir()).join("packed-refs"), line })
}

/// Why refs could not be read.
pub(super) fn of_refs(repo: &gix::Repository, error: impl std::fmt::Display) -> Error {
    packed_refs(repo).unwrap_or_else(|| Error::library("the refs", error))
}
