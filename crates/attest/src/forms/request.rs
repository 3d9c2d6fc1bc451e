//! What a pull or merge request says of itself, by the markers, branches and labels of the registry.

use super::{FormSpec, Found};

pub(super) static BODY: FormSpec = FormSpec {
    id: "request-body",
    label: "request's description",
    about: "The description of a pull or merge request.",
    found: Found::Description,
};

pub(super) static TITLE: FormSpec = FormSpec {
    id: "title",
    label: "request's title",
    about: "The title of a pull or merge request, read like a subject.",
    found: Found::Request,
};

pub(super) static BRANCH: FormSpec = FormSpec {
    id: "branch",
    label: "branch name",
    about: "The name of the branch that a request comes from.",
    found: Found::Request,
};

pub(super) static LABEL: FormSpec =
    FormSpec { id: "label", label: "label", about: "A label of a request.", found: Found::Request };
