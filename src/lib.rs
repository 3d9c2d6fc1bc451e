//! ai-detect reads a change, scores each added block for AI-style signals, looks up what the commits
//! that brought it declare about AI use, and raises a non-blocking flag where likely-AI code is
//! unattested. The words are those of ARCHITECTURE.md, which also draws the way of the data.
//!
//! ```text
//! range ──git──▶ ChangeSet ──syntax──▶ Hunk ──signals──▶ Signal ──score──▶ Score ─┐
//!                  │                                                              ├─gate─▶ Verdict ─▶ Report
//!                  └─commits──▶ markers, trailers ──attest──▶ Attestation ────────┘
//! ```
//!
//! Only [`git`], [`forge`] and [`cli`] touch the world outside; everything between is pure.

pub mod analyse;
pub mod attest;
pub mod attesting;
pub mod change;
mod child;
pub mod cli;
pub mod config;
pub mod eval;
pub mod exclude;
pub mod fit;
pub mod forge;
pub mod gate;
pub mod git;
pub mod globs;
pub mod invisible;
pub mod kept_lines;
pub mod lang;
pub mod linediff;
pub mod lines;
pub mod lookalikes;
pub mod moved;
pub mod needles;
pub mod pack;
pub mod parallel;
pub mod patch;
pub mod policy;
pub mod readable;
pub mod renames;
pub mod report;
pub mod scan;
pub mod score;
pub mod signals;
pub mod syntax;
pub mod terminal;
pub mod text;
pub mod triage;
pub mod vocabulary;
