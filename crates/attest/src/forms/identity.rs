//! Who wrote and who committed a commit, by the identities of the registry.

use super::{FormSpec, Found};

pub(super) static AUTHOR: FormSpec =
    FormSpec { id: "author", label: "author", about: "The author's name and address.", found: Found::Identity };

pub(super) static COMMITTER: FormSpec = FormSpec {
    id: "committer",
    label: "committer",
    about: "The committer's name and address.",
    found: Found::Identity,
};
