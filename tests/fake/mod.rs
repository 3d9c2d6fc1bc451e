//! Forges that the tests start themselves, on loopback.

#![allow(dead_code)] // Every test file uses a part.

pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod gitlab_calls;
pub(crate) mod proxy;
pub(crate) mod server;
