//! The integration tests, one binary: each module is a topic, and runs the program from outside.
//!
//! `cargo test --test it hooks::` runs one topic. `support` makes repositories, `fake` is the forges, `targets` is
//! what the fuzzers run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr)]

mod fake;
mod support;
#[allow(dead_code, unreachable_pub)]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

mod action;
mod attest;
mod attest_bounds;
mod attestation;
mod attribution;
mod bad_input;
mod budgets;
#[cfg(feature = "trail")]
mod capture;
mod collisions;
mod command_line;
mod commands;
mod configuration;
mod configuration_of_changes;
mod disguise;
mod documents;
mod encodings;
mod eval;
mod evidence;
mod exclusions;
mod expansion;
mod faults;
mod fit;
mod forge_http;
mod formats;
mod forms;
mod frozen_model;
mod fuzz_seeds;
mod github;
mod gitlab;
mod gitlab_ci;
mod hooks;
mod hostile;
mod layers;
mod links;
mod logs;
mod mails;
mod manual;
mod one_judgement;
mod output;
mod policy;
mod properties;
mod range_budgets;
mod ranges;
mod reapplied;
mod renames;
mod scan;
mod scan_long;
mod scan_table;
mod self_exclusion;
mod several_commits;
mod shown;
mod signatures;
mod slope;
mod terminal;
mod trail;
#[cfg(feature = "trail")]
mod trail_client;
#[cfg(feature = "trail")]
mod trail_server;
mod triage;
mod which_repository;
mod who_states;
mod workflows;
mod written_places;
