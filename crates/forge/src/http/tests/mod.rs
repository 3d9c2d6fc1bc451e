//! Tests of the crate `http`, which shares a test program with the crate that makes most calls.

mod address;
mod proxy;
