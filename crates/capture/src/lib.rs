//! Capture: what coding agents do in the repositories that their user listed, as events of a trail.
//!
//! An agent runs `ai-detect capture hook AGENT` and writes a payload to its standard input. The way from there to the spool:
//!
//! 1. [`payload`] reads JSON, also where products write it slightly wrong.
//! 2. [`sender`] decides which product wrote it. One hook file is read by several products, so the file does not say.
//! 3. [`agents`] has one file an agent: what its payloads mean, as [`event`]s.
//! 4. [`repositories`] says whether a file belongs to a listed repository, and under which path. Nothing is kept of others.
//! 5. [`record`] makes events of the trail, each counted once, and appends them to the spool.
//!
//! [`hook`] does all of it, and never fails towards the agent. [`rows`] reads back what was recorded, [`state`] is what capture
//! keeps beside the spool, and [`faults`] is what went wrong.
//!
//! [`transcripts`] reads what hooks do not show from the transcript of a session. [`install`] adds the hook to the files of agents, and takes it away again.
//!
//! No text of a prompt or of an output is kept: events hold sizes, ids and places. `docs/trail/capture.md` says what each agent
//! reports and what nobody can see.

pub mod agents;
pub mod edits;
pub mod event;
pub mod faults;
pub mod hook;
pub mod install;
pub mod patch;
pub mod paths;
pub mod payload;
pub mod record;
pub mod repositories;
pub mod rows;
pub mod sender;
pub mod shell;
pub mod state;
pub mod transcripts;
