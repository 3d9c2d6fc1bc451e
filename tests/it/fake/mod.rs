//! Forges that the tests start themselves, on loopback.

pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod gitlab_calls;
pub(crate) mod proxy;
pub(crate) mod server;
