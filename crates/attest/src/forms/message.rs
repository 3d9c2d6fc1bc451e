//! What stands in a commit's message: trailers, phrases and links, by the markers of the registry.

use super::{FormSpec, Found};

pub(super) static TRAILER: FormSpec =
    FormSpec { id: "trailer", label: "trailer", about: "A `Key: value` line of the message.", found: Found::Message };

pub(super) static FOOTER: FormSpec =
    FormSpec { id: "footer", label: "footer", about: "A phrase in the message.", found: Found::Message };

pub(super) static SESSION_LINK: FormSpec = FormSpec {
    id: "session-link",
    label: "session link",
    about: "A link to a session or task.",
    found: Found::Message,
};
