//! `ai-detect trail status`: what waits, since when, and why.

use std::fmt::Write as _;
use std::path::Path;

use ai_detect_trail_client::spool::{Problem, SpoolStatus, Waiting};
use ai_detect_trail_client::witness::ForkKind;
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::reading::figures;
use schemars::JsonSchema;
use serde::Serialize;

use super::client::{Client, about_fork, shown};
use crate::cli::counts::counted;
use crate::cli::formats::TextOrJson;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};
use crate::report::json;

/// The name of the form of the answer.
const SCHEMA: &str = "ai-detect/trail-status/v1";

/// How it is printed
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Choose the output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// What waits to be sent to a collector. Times are microseconds since 1970 (UTC).
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::cli) struct Status {
    /// `ai-detect/trail-status/v1`.
    schema: String,
    /// Where events go; absent where no collector was joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    collector: Option<Collector>,
    /// The trail of this user, which takes events while no collector was joined; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    own_trail: Option<OwnTrail>,
    /// The file in which events wait.
    spool: String,
    /// The network file system from which the spool had to move away.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<String>,
    /// The epoch that was used last.
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<String>,
    /// The highest number that was given in it.
    made: u64,
    /// How many events wait.
    waiting: u64,
    /// When the oldest of them happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_since: Option<i64>,
    /// How many events are kept that the collector has.
    kept: u64,
    /// The room that the spool takes, in bytes.
    used_bytes: u64,
    /// The room that it may take, in bytes.
    limit_bytes: u64,
    /// When the collector last acknowledged something.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged_at: Option<i64>,
    /// Why sending failed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Trouble>,
    /// Events that were dropped for want of room.
    #[serde(skip_serializing_if = "Option::is_none")]
    overflow: Option<Overflow>,
    /// The collector's log does not continue the one that this client saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    fork: Option<Fork>,
    /// Since when the collector owes the proof that its log continues the one that this client saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    unproven_since: Option<i64>,
    /// Folders of damaged spools.
    damaged: Vec<String>,
    /// What is left of each of them.
    damaged_spools: Vec<DamagedSpool>,
}

/// A spool that could not be read any more, and was put aside as it was found.
#[derive(Debug, Serialize, JsonSchema)]
struct DamagedSpool {
    /// Its folder.
    folder: String,
    /// Its database; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// When it was put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    put_aside: Option<i64>,
    /// How many of its events no collector had acknowledged, where that can still be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    unacknowledged: Option<u64>,
}

/// Where events go.
#[derive(Debug, Serialize, JsonSchema)]
struct Collector {
    url: String,
    client: String,
    region: String,
}

/// The trail of this user.
#[derive(Debug, Serialize, JsonSchema)]
struct OwnTrail {
    /// Its folder.
    folder: String,
    /// How many entries its log has; absent where it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<u64>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Why sending failed.
#[derive(Debug, Serialize, JsonSchema)]
struct Trouble {
    /// One word.
    kind: String,
    /// What happened.
    message: String,
    /// Since when it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    /// How often in a row.
    failures: u64,
    /// When it is tried again.
    not_before: i64,
}

/// Events that were dropped.
#[derive(Debug, Serialize, JsonSchema)]
struct Overflow {
    /// How many.
    events: u64,
    /// When the first of them happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    /// When the last of them happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
}

/// A log that does not continue the one that was seen.
#[derive(Debug, Serialize, JsonSchema)]
struct Fork {
    /// `rolled-back`, `two-histories` or `other-key`.
    kind: String,
    /// When it was found.
    found: i64,
    /// The checkpoint that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<String>,
    /// The checkpoint that does not continue it.
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<String>,
}

/// The schema of the answer in JSON.
pub(in crate::cli) fn schema() -> schemars::Schema {
    schemars::schema_for!(Status)
}

pub(super) fn run(args: &Args, out: &Output) -> Result<Exit, Failure> {
    let client = Client::find()?;
    let found = client.spool.status()?;
    let status = status(&client, found)?;
    match args.format {
        TextOrJson::Json => out.print(&json::pretty(&status).map_err(Failure::failed)?)?,
        TextOrJson::Text => out.print(&text(&status, &client)?)?,
    }
    Ok(Exit::Analysed)
}

fn status(client: &Client, found: Option<SpoolStatus>) -> Result<Status, Failure> {
    let collector = client.enrolment.as_ref().map(|joined| Collector {
        url: joined.address.to_string(),
        client: joined.client.to_string(),
        region: joined.region.to_string(),
    });
    let fork = client.witness.fork()?.map(|fork| Fork {
        kind: kind_of(fork.kind).to_owned(),
        found: fork.found,
        kept: fork.kept,
        seen: fork.seen,
    });
    let mut status = Status {
        schema: SCHEMA.to_owned(),
        collector,
        own_trail: own_trail(client),
        spool: client.spool.database().display().to_string(),
        moved_from: client.place.moved_from.map(str::to_owned),
        epoch: None,
        made: 0,
        waiting: 0,
        waiting_since: None,
        kept: 0,
        used_bytes: 0,
        limit_bytes: ai_detect_trail_client::spool::DEFAULT_LIMIT,
        acknowledged_at: None,
        problem: None,
        overflow: None,
        fork,
        unproven_since: None,
        damaged: Vec::new(),
        damaged_spools: Vec::new(),
    };
    for damaged in client.spool.damaged_before()? {
        status.damaged.push(damaged.folder.display().to_string());
        status.damaged_spools.push(DamagedSpool {
            folder: damaged.folder.display().to_string(),
            database: damaged.database.map(|database| database.display().to_string()),
            put_aside: damaged.put_aside,
            unacknowledged: damaged.unacknowledged,
        });
    }
    // Without a collector, nobody waits for what was kept for one.
    let earlier = if client.enrolment.is_some() { client.own.status()? } else { Waiting::default() };
    status.waiting = earlier.events;
    status.waiting_since = earlier.since;
    let Some(found) = found else { return Ok(status) };
    let delivery = found.delivery;
    let overflow = found.overflow;
    status.epoch = found.epoch;
    status.made = found.made;
    status.waiting += found.waiting.events;
    status.waiting_since = earlier.since.into_iter().chain(found.waiting.since).min();
    status.kept = found.kept;
    status.used_bytes = found.used;
    status.limit_bytes = found.limit;
    status.acknowledged_at = delivery.acknowledged_at;
    status.problem = delivery.problem.map(|problem| Trouble {
        kind: word_of(&problem).to_owned(),
        message: problem.to_string(),
        since: delivery.problem_since,
        failures: delivery.failures,
        not_before: delivery.not_before,
    });
    status.overflow = (overflow.events > 0).then_some(Overflow {
        events: overflow.events,
        since: overflow.since,
        until: overflow.until,
    });
    status.unproven_since = delivery.unproven_since;
    Ok(status)
}

/// The trail of this user, if there is one. That it cannot be read keeps nobody from seeing the rest.
fn own_trail(client: &Client) -> Option<OwnTrail> {
    let path = client.own.trail();
    if !path.is_dir() {
        return None;
    }
    let (entries, problem) = match entries(&path) {
        Ok(entries) => (Some(entries), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Some(OwnTrail { folder: path.display().to_string(), entries, problem })
}

fn entries(path: &Path) -> Result<u64, StoreError> {
    let folder = Folder::open(path)?;
    Ok(figures(&folder, &folder.verifier()?)?.entries)
}

fn kind_of(kind: ForkKind) -> &'static str {
    match kind {
        ForkKind::RolledBack => "rolled-back",
        ForkKind::TwoHistories => "two-histories",
        ForkKind::OtherKey => "other-key",
    }
}

fn word_of(problem: &Problem) -> &'static str {
    match problem {
        Problem::Unreachable { .. } => "unreachable",
        Problem::Refused { .. } => "refused",
        Problem::Busy { .. } => "busy",
        Problem::NotWritten { .. } => "not-written",
        Problem::Redirected => "redirected",
        Problem::TooLarge => "too-large",
        Problem::Unreadable { .. } => "unreadable",
        Problem::NotAcknowledged => "not-acknowledged",
        Problem::OtherRegion { .. } => "other-region",
        Problem::Other => "other",
    }
}

fn text(status: &Status, client: &Client) -> Result<String, Failure> {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{name}: {value}");
    };
    match &status.collector {
        Some(Collector { url, client, region }) => {
            line("collector", format!("{url}, region {region}, as client {client}"))
        }
        None => line("collector", "none; join one with `ai-detect capture join URL --code CODE`".into()),
    }
    if let Some(OwnTrail { folder, entries, problem }) = &status.own_trail {
        let takes = if status.collector.is_none() { "takes events until a collector is joined; " } else { "" };
        let entries = entries.map(|entries| counted(entries, "entry", "entries"));
        match (entries, problem) {
            (Some(entries), _) => line("own trail", format!("{folder}; {takes}{entries}")),
            (None, Some(problem)) => line("own trail", format!("{folder}; it cannot be read: {problem}")),
            (None, None) => line("own trail", folder.clone()),
        }
    }
    line("spool", format!("{}, {} of {} KiB", status.spool, status.used_bytes / 1024, status.limit_bytes / 1024));
    if let Some(filesystem) = &status.moved_from {
        line(
            "moved",
            format!("the folder for state is on a network file system ({filesystem}), where a spool does not work"),
        );
    }
    match status.waiting_since {
        Some(since) => {
            let events = counted(status.waiting, "event", "events");
            line("waiting", format!("{events}, the oldest of {}", shown(since)));
        }
        None => line("waiting", "nothing".into()),
    }
    let acknowledged = status.acknowledged_at.map_or_else(|| "never".to_owned(), shown);
    line("last acknowledged", acknowledged);
    if let Some(epoch) = &status.epoch {
        line("epoch", format!("{epoch}, {}", counted(status.made, "event", "events")));
    }
    if let Some(problem) = &status.problem {
        let since = problem.since.map_or_else(|| "just now".to_owned(), shown);
        let times = counted(problem.failures, "time", "times");
        line("problem", format!("{} (since {since}; {times})", problem.message));
        line("next attempt", format!("{}, or with `ai-detect trail flush`", shown(problem.not_before)));
    }
    if let Some(Overflow { events, since, until }) = &status.overflow {
        let from = since.map_or_else(String::new, |since| format!(", from {}", shown(since)));
        let to = until.map_or_else(String::new, |until| format!(" to {}", shown(until)));
        line("dropped for want of room", format!("{}{from}{to}", counted(*events, "event", "events")));
    }
    if let Some(since) = status.unproven_since {
        line(
            "unproven",
            format!("since {} the collector has not shown that its log continues the one seen before", shown(since)),
        );
    }
    for damaged in &status.damaged_spools {
        line("damaged spool", about_damage(damaged));
    }
    if let Some(fork) = client.witness.fork()? {
        line("fork", about_fork(&fork));
    }
    Ok(text)
}

/// What is known of a damaged spool, and what to do.
fn about_damage(damaged: &DamagedSpool) -> String {
    let when = damaged.put_aside.map_or_else(String::new, |at| format!(" on {}", shown(at)));
    let place = format!("put aside{when} in {}", damaged.folder);
    let Some(database) = &damaged.database else { return format!("{place}; its database is gone") };
    let events = match damaged.unacknowledged {
        Some(0) => return format!("{place}; the collector has acknowledged all of its events"),
        Some(1) => "1 event in it was not acknowledged".to_owned(),
        Some(events) => format!("{events} events in it were not acknowledged"),
        None => "how many events it holds cannot be read".to_owned(),
    };
    format!("{place}; {events}. `ai-detect trail import spool {database}` sends what can be read of it")
}
