//! The commands of a trail's client: joining a collector, sending, what a job keeps, and what is said about it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use ai_detect_trail_client::clock;
use ai_detect_trail_client::event::{Class, Event};
use ai_detect_trail_client::spool::Spool;
use assert_cmd::Command;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::fake::server::{Reply, Server};
use crate::support::Run;

/// The public key of a log in region `eu`, from a fixed seed.
const KEY: &str = "trail.example.org/trail/eu/1+5a7fc8ea+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

/// A user with a home of its own.
struct User {
    home: TempDir,
}

impl User {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("ai-detect").unwrap();
        command.args(args).env_clear().env("HOME", self.home.path()).env("XDG_STATE_HOME", self.home.path());
        command.current_dir(self.home.path());
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("ai-detect/trail")
    }

    /// Something that a tool would hand over; returns the epoch.
    fn event(&self) -> String {
        let event = Event::new(Class::Detailed, "session.end", clock::now().unwrap(), &Map::new()).unwrap();
        Spool::at(&self.folder()).append(&[event]).unwrap().epoch.to_string()
    }

    fn status(&self) -> Value {
        self.run(&["trail", "status", "--format", "json"]).json()
    }

    fn join(&self, server: &Server) -> Run {
        self.run(&["capture", "join", &server.url(), "--code", "once"])
    }
}

/// A collector that takes everything of one epoch, once it is there.
#[derive(Clone, Default)]
struct State {
    /// The epoch, and how many events it has; none while the collector is away.
    takes: Arc<Mutex<Option<(String, u64)>>>,
}

impl State {
    fn server(&self) -> Server {
        let takes = Arc::clone(&self.takes);
        Server::start(move |heard| match (heard.path(), &*takes.lock().unwrap()) {
            ("/v1/join", _) if heard.json()["code"] == "once" => {
                Reply::json(200, &json!({"client": "laptop", "token": "adt_secret", "region": "eu", "key": KEY}))
            }
            ("/v1/join", _) => Reply::json(403, &json!({"error": {"code": "code", "message": "no such code"}})),
            ("/v1/events", Some((epoch, through))) => {
                Reply::json(200, &json!({"acked_through": {"laptop": {epoch.as_str(): *through}}, "checkpoint": ""}))
            }
            _ => Reply::json(503, &json!({"error": {"code": "busy", "message": "later"}})).with("retry-after", "7"),
        })
    }
}

#[test]
fn a_machine_joins_with_a_code_and_keeps_the_token_to_itself() {
    let (user, server) = (User::new(), State::default().server());
    let refused = user.run(&["capture", "join", &server.url(), "--code", "guessed"]).error(3);
    assert!(refused.contains("403 no such code") && refused.contains("ask for a new one"), "{refused}");
    let elsewhere = user.run(&["capture", "join", &server.url(), "--code", "once", "--region", "us"]).error(2);
    assert!(elsewhere.contains("region eu, not in us"), "{elsewhere}");
    assert!(!user.folder().join("collector.json").exists());
    assert!(user.join(&server).text().contains("in region eu as client laptop"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!(std::fs::metadata(user.folder().join("collector.json")).unwrap().mode() & 0o777, 0o600);
    }
    assert!(user.join(&server).error(2).contains("--replace"));
    let status = user.status();
    assert_eq!((&status["collector"]["client"], &status["waiting"]), (&json!("laptop"), &json!(0)));
    assert!(!user.run(&["trail", "status"]).text().contains("adt_secret"));
    let open = user.run(&["capture", "join", "http://trail.example.org", "--code", "once", "--replace"]).error(2);
    assert!(open.contains("without encryption"), "{open}");
}

#[test]
fn a_job_without_a_collector_is_told_how_to_name_one() {
    let user = User::new();
    user.event();
    for args in [&["trail", "flush", "--closing"][..], &["trail", "flush", "--keep", "spool.db"]] {
        let error = user.run(args).error(2);
        assert!(error.contains("capture join URL --code CODE") && error.contains("AI_DETECT_TRAIL_URL"), "{error}");
    }
    assert_eq!(user.status()["waiting"], 1);
    assert_eq!(user.status().get("own_trail"), None);
}

#[cfg(unix)]
#[test]
fn without_a_collector_a_user_has_a_trail_and_a_collector_gets_all_of_it_later() {
    let (user, operator) = (User::new(), User::new());
    let epoch = user.event();
    let kept = user.run(&["trail", "flush"]);
    assert_eq!((kept.status, kept.stdout.as_str()), (0, "delivered: 2\nwaiting: 0\n"), "{}", kept.stderr);
    assert!(kept.stderr.contains("no collector was joined") && kept.stderr.contains("own/trail"), "{}", kept.stderr);
    // In the background nobody is there to read it.
    user.event();
    let quiet = user.run(&["trail", "flush", "--background"]);
    assert_eq!((quiet.status, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    let own = user.folder().join("own/trail");
    let own = own.to_str().unwrap();
    let events = user.run(&["trail", "events", "--dir", own]).text();
    assert_eq!(events.matches("\"session.end\"").count(), 2, "{events}");
    assert_eq!(user.run(&["trail", "verify", "--dir", own]).status, 0);
    let status = user.status();
    assert_eq!((&status["own_trail"]["folder"], &status["waiting"]), (&json!(own), &json!(0)));
    let schema = user.run(&["schema", "trail-status"]).json();
    jsonschema::validate(&schema, &status).unwrap();
    let text = user.run(&["trail", "status"]).text();
    assert!(text.contains("own trail: ") && text.contains("takes events until a collector is joined"), "{text}");
    // A collector gets all of it under the name that it knows.
    let collector = RealCollector::start(&operator);
    let code = operator.run(&["trail", "invite", "--dir", "trail", "--client", "laptop"]).stdout;
    let joined = user.run(&["capture", "join", &collector.url, "--code", code.trim()]).stdout;
    assert!(joined.contains("as client laptop"), "{joined}");
    user.event();
    assert_eq!(user.run(&["trail", "flush"]).text(), "delivered: 4\nwaiting: 0\n");
    assert_eq!(user.run(&["trail", "flush"]).text(), "delivered: 0\nwaiting: 0\n");
    drop(collector);
    let entries = operator.run(&["trail", "events", "--dir", "trail", "--client", "laptop"]).text();
    let entries: Vec<Value> = entries.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert!(entries.iter().all(|entry| entry["epoch"] == epoch.as_str()));
    assert_eq!(operator.run(&["trail", "gap", "list", "--dir", "trail"]).text(), "no gap is open\n");
}

#[cfg(unix)]
#[test]
fn what_was_kept_before_a_collector_was_joined_waits_until_it_has_it() {
    let (user, state) = (User::new(), State::default());
    let epoch = user.event();
    assert_eq!(user.run(&["trail", "flush"]).stdout, "delivered: 2\nwaiting: 0\n");
    let server = state.server();
    user.join(&server);
    assert_eq!(user.status()["waiting"], 2);
    let away = user.run(&["trail", "flush"]);
    assert_eq!((away.status, away.stdout.as_str()), (3, "delivered: 0\nwaiting: 2\n"), "{}", away.stderr);
    let status = user.status();
    assert_eq!((&status["waiting"], &status["problem"]["kind"]), (&json!(2), &json!("busy")));
    let text = user.run(&["trail", "status"]).text();
    assert!(text.contains("waiting: 2 events, the oldest of "), "{text}");
    // Whoever runs in the background waits as long as the collector asks.
    server.take();
    user.run(&["trail", "flush", "--background"]);
    assert!(server.take().is_empty());
    *state.takes.lock().unwrap() = Some((epoch, 2));
    assert_eq!(user.run(&["trail", "flush"]).text(), "delivered: 2\nwaiting: 0\n");
    assert_eq!(user.status().get("problem"), None);
}

#[cfg(unix)]
#[test]
fn a_pause_that_has_ended_leaves_no_open_gap() {
    let user = User::new();
    let gaps = || {
        user.run(&["trail", "flush"]);
        let own = user.folder().join("own/trail");
        user.run(&["trail", "gap", "list", "--dir", own.to_str().unwrap()]).text()
    };
    user.run(&["capture", "pause"]);
    assert!(gaps().contains("paused"), "{}", gaps());
    user.run(&["capture", "resume"]);
    assert_eq!(gaps(), "no gap is open\n");
}

#[cfg(unix)]
#[test]
fn a_damaged_trail_of_a_user_keeps_the_rest_of_the_status() {
    let user = User::new();
    user.event();
    user.run(&["trail", "flush"]);
    let own = user.folder().join("own/trail");
    std::fs::write(own.join("log/key"), "no key").unwrap();
    let text = user.run(&["trail", "status"]).text();
    assert!(text.contains("own/trail; it cannot be read: ") && text.contains("waiting: nothing"), "{text}");
    let status = user.status();
    let (entries, problem) = (status["own_trail"].get("entries"), &status["own_trail"]["problem"]);
    assert!(entries.is_none() && problem.as_str().is_some_and(|problem| problem.contains("log/key")), "{status}");
    let schema = user.run(&["schema", "trail-status"]).json();
    jsonschema::validate(&schema, &status).unwrap();
    // One that was begun and not finished is finished by whoever writes into it next.
    std::fs::remove_dir_all(&own).unwrap();
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("unfinished"), "").unwrap();
    std::fs::write(own.join("signing.key"), "").unwrap();
    assert!(user.run(&["trail", "status"]).text().contains("there is no trail"));
    user.event();
    assert_eq!(user.run(&["trail", "flush"]).status, 0);
    assert_eq!(user.run(&["trail", "verify", "--dir", own.to_str().unwrap()]).status, 0);
}

#[test]
fn a_collector_that_is_away_delays_and_loses_nothing() {
    let (user, state) = (User::new(), State::default());
    let server = state.server();
    user.join(&server);
    let epoch = user.event();
    let error = user.run(&["trail", "flush"]);
    assert_eq!(error.status, 3);
    assert!(
        error.stderr.contains("come back later (503)") && error.stderr.contains("Nothing is lost"),
        "{}",
        error.stderr
    );
    let status = user.status();
    assert_eq!((&status["problem"]["kind"], &status["problem"]["failures"]), (&json!("busy"), &json!(1)));
    let schema = user.run(&["schema", "trail-status"]).json();
    jsonschema::validate(&schema, &status).unwrap();
    let text = user.run(&["trail", "status"]).text();
    assert!(text.contains("waiting: 2 events") && text.contains("next attempt: "), "{text}");
    // It is back. Who asks for it does not wait for the pause to end.
    *state.takes.lock().unwrap() = Some((epoch, 2));
    assert_eq!(user.run(&["trail", "flush"]).text(), "delivered: 2\nwaiting: 0\n");
    let status = user.status();
    assert_eq!((&status["waiting"], &status["kept"], status.get("problem")), (&json!(0), &json!(2), None));
    let sent = server.take();
    let batch = sent.iter().rfind(|heard| heard.path() == "/v1/events").unwrap();
    assert_eq!(batch.header("authorization"), Some("Bearer adt_secret"));
    assert_eq!(
        (batch.header("content-encoding"), batch.header("content-type")),
        (Some("gzip"), Some("application/x-ndjson"))
    );
}

#[test]
fn a_job_keeps_what_it_could_not_deliver_and_somebody_sends_it_later() {
    let (job, state) = (User::new(), State::default());
    let server = state.server();
    let url = server.url();
    let of_job = [
        ("AI_DETECT_TRAIL_URL", url.as_str()),
        ("AI_DETECT_TRAIL_TOKEN", "adt_secret"),
        ("AI_DETECT_TRAIL_CLIENT", "laptop"),
        ("AI_DETECT_TRAIL_KEY", KEY),
    ];
    let epoch = job.event();
    let summary = job.home.path().join("summary.md");
    let keep = |file: &str| {
        let mut command = job.command(&["trail", "flush", "--keep", file]);
        Run::of(command.envs(of_job).env("GITHUB_STEP_SUMMARY", &summary))
    };
    let lost = keep("no/such/folder/spool.db");
    assert_eq!(lost.status, 3);
    let said = std::fs::read_to_string(&summary).unwrap();
    assert!(said.contains("2 events of the trail were not delivered, and could not be kept"), "{said}");
    let kept = keep("spool.db");
    assert_eq!(kept.status, 0, "{}", kept.stderr);
    assert!(std::fs::read_to_string(&summary).unwrap().contains("and lie in spool.db"));
    // On another machine.
    let operator = User::new();
    operator.join(&server);
    let file = job.home.path().join("spool.db");
    let file = file.to_str().unwrap();
    assert_eq!(operator.run(&["trail", "import", "spool", file]).status, 3);
    *state.takes.lock().unwrap() = Some((epoch, 2));
    assert_eq!(operator.run(&["trail", "import", "spool", file]).text(), "delivered: 2\nwaiting: 0\n");
    // Nothing of it stays there, and the file can be sent again.
    assert_eq!(operator.run(&["trail", "import", "spool", file]).text(), "delivered: 2\nwaiting: 0\n");
    let left =
        std::fs::read_dir(operator.folder()).unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    assert!(!left.into_iter().any(|name| name.starts_with("import-")));
}

/// A collector of this very program, in a folder of its own.
struct RealCollector {
    child: std::process::Child,
    url: String,
}

impl Drop for RealCollector {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl RealCollector {
    fn start(user: &User) -> Self {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ai-detect"));
        command.args(["trail", "serve", "--dir", "trail", "--listen", "127.0.0.1:0"]).current_dir(user.home.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }
}

#[cfg(unix)]
#[test]
fn a_real_collector_gets_everything_again_after_it_was_rolled_back() {
    let user = User::new();
    let create =
        ["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "test", "--client", "laptop"];
    let token = user.run(&create).text();
    let trail = user.home.path().join("trail");
    let key = std::fs::read_to_string(trail.join("log/key")).unwrap();
    let flush = |collector: &RealCollector| {
        let mut command = user.command(&["trail", "flush"]);
        command.env("AI_DETECT_TRAIL_URL", &collector.url).env("AI_DETECT_TRAIL_TOKEN", token.trim());
        Run::of(command.env("AI_DETECT_TRAIL_CLIENT", "laptop").env("AI_DETECT_TRAIL_KEY", key.trim()))
    };
    // What is signed is behind what is acknowledged by a moment: the next answer has it.
    let signed = |collector: &RealCollector| {
        for _ in 0..200 {
            user.event();
            assert_eq!(flush(collector).status, 0);
            if let Ok(note) = std::fs::read_to_string(user.folder().join("checkpoint")) {
                return note.lines().nth(1).unwrap().parse::<u64>().unwrap();
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the collector signs nothing")
    };
    let collector = RealCollector::start(&user);
    let before = signed(&collector);
    drop(collector);
    let copied =
        std::process::Command::new("cp").args(["-a", "trail", "backup"]).current_dir(user.home.path()).status();
    assert!(copied.unwrap().success());
    let collector = RealCollector::start(&user);
    let mut after = before;
    while after < before + 3 {
        after = signed(&collector);
    }
    drop(collector);
    std::fs::remove_dir_all(&trail).unwrap();
    std::fs::rename(user.home.path().join("backup"), &trail).unwrap();
    let made = user.status()["made"].as_u64().unwrap();
    let collector = RealCollector::start(&user);
    user.event();
    let flushed = flush(&collector);
    assert!(flushed.stderr.contains("warning: the collector's log"), "{}", flushed.stderr);
    assert_eq!(user.status()["waiting"], 0);
    drop(collector);
    let entries = user.run(&["trail", "events", "--dir", "trail", "--format", "jsonl", "--client", "laptop"]).text();
    let numbers = entries.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].as_u64().unwrap());
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=made + 1).collect::<Vec<_>>());
}

#[cfg(unix)]
#[test]
fn what_can_be_read_of_a_damaged_file_is_sent_and_the_rest_is_a_gap() {
    let (operator, job) = (User::new(), User::new());
    let create = ["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "importer"];
    let token = operator.run(&create).text();
    let key = std::fs::read_to_string(operator.home.path().join("trail/log/key")).unwrap();
    for _ in 0..200 {
        job.event();
    }
    let of_job = |user: &User, url: &str, args: &[&str]| {
        let mut command = user.command(args);
        command.env("AI_DETECT_TRAIL_URL", url).env("AI_DETECT_TRAIL_TOKEN", token.trim());
        Run::of(command.env("AI_DETECT_TRAIL_CLIENT", "job").env("AI_DETECT_TRAIL_KEY", key.trim()))
    };
    assert_eq!(of_job(&job, "http://127.0.0.1:9", &["trail", "flush", "--keep", "spool.db"]).status, 0);
    let file = job.home.path().join("spool.db");
    let mut bytes = std::fs::read(&file).unwrap();
    // One of the pages that hold events.
    let holds_events = |page: &[u8]| page.windows(11).any(|part| part == b"session.end");
    let pages: Vec<usize> =
        (0..bytes.len() / 1024).filter(|at| holds_events(&bytes[at * 1024..(at + 1) * 1024])).collect();
    let page = pages[pages.len() / 2] * 1024;
    bytes[page..page + 1024].fill(0x5a);
    std::fs::write(&file, &bytes).unwrap();
    let collector = RealCollector::start(&operator);
    let import = of_job(&operator, &collector.url, &["trail", "import", "spool", file.to_str().unwrap()]);
    assert_eq!(import.status, 3);
    assert!(
        import.stderr.contains("is damaged") && import.stderr.contains("could be read and sent"),
        "{}",
        import.stderr
    );
    assert!(import.stderr.contains("The file stays as it is") && std::fs::read(&file).unwrap() == bytes);
    drop(collector);
    let entries = operator.run(&["trail", "events", "--dir", "trail", "--client", "job"]).text();
    assert!((100..201).contains(&entries.lines().count()), "{}", entries.lines().count());
    let gaps = operator.run(&["trail", "gap", "list", "--dir", "trail", "--format", "json"]).json();
    assert_eq!((&gaps[0]["cause"], &gaps[0]["client"]), (&json!("numbers-missing"), &json!("job")));
}

#[cfg(unix)]
#[test]
fn a_machine_joins_a_real_collector_and_sends_until_it_is_revoked() {
    let (operator, user) = (User::new(), User::new());
    let invite = ["trail", "invite", "--dir", "trail", "--person", "ada@example.org", "--name", "Ada's laptop"];
    // A code is for a trail that is there, and makes none where a name was mistyped.
    assert!(operator.run(&invite).error(2).contains("no trail"));
    assert!(!operator.home.path().join("trail").exists());
    let collector = RealCollector::start(&operator);
    let invited = operator.run(&invite);
    let code = invited.stdout.trim();
    assert!(code.starts_with("adj_") && invited.stdout.lines().count() == 1, "the code alone");
    let clients = || operator.run(&["trail", "client", "list", "--dir", "trail", "--format", "json"]).json();
    assert_eq!(clients()[0]["standing"], "never-heard");
    let join = ["capture", "join", collector.url.as_str(), "--code", code];
    let elsewhere = user.run(&[&join[..], &["--region", "eu"]].concat()).error(2);
    assert!(elsewhere.contains("in region local") && elsewhere.contains("still counts"), "{elsewhere}");
    let client = clients()[0]["client"].as_str().unwrap().to_owned();
    let joined = user.run(&join).text();
    let used = User::new().run(&join).error(3);
    assert!(used.contains("was used, or has expired") && used.contains("ask for a new one"), "{used}");
    assert!(joined.contains(&format!("in region local as client {client}")), "{joined}");
    user.event();
    assert_eq!(user.run(&["trail", "flush"]).text(), "delivered: 2\nwaiting: 0\n");
    assert_eq!(clients()[0]["standing"], "up-to-date");
    let list = operator.run(&["trail", "client", "list", "--dir", "trail"]).text();
    assert!(list.starts_with(&client) && list.contains("up-to-date") && !list.contains("ada@"), "{list}");
    assert!(list.contains("(Ada's laptop)"), "{list}");
    let revoked = operator.run(&["trail", "client", "revoke", &client, "--dir", "trail"]).text();
    assert_eq!(revoked, format!("revoked {client}: its tokens and codes are refused from now on\n"));
    user.event();
    let refused = user.run(&["trail", "flush"]);
    assert_eq!(refused.status, 3);
    assert!(refused.stderr.contains("401") && refused.stderr.contains("Nothing is lost"), "{}", refused.stderr);
    assert!(operator.run(&["trail", "client", "retire", &client, "--dir", "trail"]).error(2).contains("was revoked"));
    assert!(operator.run(&["trail", "client", "revoke", "nobody", "--dir", "trail"]).error(2).contains("client list"));
    assert!(operator.run(&["trail", "client", "list", "--dir", "nowhere"]).error(2).contains("no trail"));
}

#[test]
fn a_file_that_is_no_spool_is_refused() {
    let (user, server) = (User::new(), State::default().server());
    user.join(&server);
    std::fs::write(user.home.path().join("notes.txt"), "hello, this is not a spool, and long enough").unwrap();
    let import = |file: &str| user.run(&["trail", "import", "spool", file]);
    assert!(import("notes.txt").error(2).contains("notes.txt: not the spool of a client"));
    assert!(import("missing.db").error(3).contains("missing.db"));
    assert!(server.take().iter().all(|heard| heard.path() == "/v1/join"));
}

#[test]
fn a_client_that_made_nothing_signs_off_too() {
    let (user, state) = (User::new(), State::default());
    let server = state.server();
    user.join(&server);
    // Its first event has an epoch that nobody knows before: the collector is away, and it waits.
    assert_eq!(user.run(&["trail", "flush", "--closing"]).status, 3);
    let epoch = user.status()["epoch"].as_str().unwrap().to_owned();
    *state.takes.lock().unwrap() = Some((epoch, 1));
    assert_eq!(user.run(&["trail", "flush", "--closing"]).text(), "delivered: 1\nwaiting: 0\n");
    assert_eq!(user.run(&["trail", "flush", "--closing"]).text(), "delivered: 0\nwaiting: 0\n");
}

#[test]
fn a_collector_that_asks_to_wait_has_not_used_the_code_up() {
    let user = User::new();
    let server = Server::start(|_| {
        let answer = json!({"error": {"code": "too-many-codes", "message": "too many codes from this address"}});
        Reply::json(429, &answer).with("retry-after", "42")
    });
    let error = user.join(&server).error(3);
    assert!(error.contains("429 too many codes") && error.contains("try again in 42 seconds"), "{error}");
    assert!(error.contains("the code still counts") && !error.contains("ask for a new one"), "{error}");
}

#[test]
fn only_the_collector_itself_says_that_a_code_still_counts() {
    let by_collector = json!({"error": {"code": "busy", "message": "too much waits"}});
    let by_proxy = json!({"error": "upstream timed out"});
    for (status, body, still_counts) in
        [(503, &by_collector, true), (503, &by_proxy, false), (502, &by_collector, false), (504, &by_proxy, false)]
    {
        let (user, body) = (User::new(), body.clone());
        let server = Server::start(move |_| Reply::json(status, &body));
        let error = user.join(&server).error(3);
        assert_eq!(error.contains("the code still counts"), still_counts, "{status}: {error}");
        assert_eq!(error.contains("it may be used up"), !still_counts, "{status}: {error}");
        assert!(error.contains("try again later"), "{status}: {error}");
    }
}

#[test]
fn another_key_counts_once_its_id_was_confirmed() {
    let (user, server) = (User::new(), State::default().server());
    user.join(&server);
    let other = "trail.example.org/trail/eu/2+1d0b9e0e+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    let wrong = user.run(&["trail", "resolve", "--key", other, "--key-id", "1d0b9e0e"]);
    assert_eq!(wrong.status, 2, "the id is not that of the name and the bytes");
    let key = KEY.replace("trail.example.org/trail/eu/1+5a7fc8ea", "trail.example.org/trail/eu/2+4aaf7ae6");
    let asked = user.run(&["trail", "resolve", "--key", &key]).error(2);
    assert!(asked.contains("trusts the key 5a7fc8ea of trail.example.org/trail/eu/1"), "{asked}");
    assert!(asked.contains("--key-id"), "{asked}");
    assert_eq!(user.run(&["trail", "resolve", "--key", &key, "--key-id", "5a7fc8ea"]).status, 2);
    let stored = || std::fs::read_to_string(user.folder().join("collector.json")).unwrap();
    assert!(stored().contains(KEY));
    let id = key.split('+').nth(1).unwrap().to_owned();
    let done = user.run(&["trail", "resolve", "--key", &key, "--key-id", &id]).text();
    assert!(done.starts_with(&format!("the key {id} of trail.example.org/trail/eu/2 counts from now on")), "{done}");
    assert!(stored().contains(&key));
}

#[test]
fn a_damaged_spool_is_shown_with_its_place_and_what_was_in_it() {
    let user = User::new();
    for _ in 0..3 {
        user.event();
    }
    let database = user.folder().join("spool/spool.db");
    std::fs::remove_file(database.with_extension("db-wal")).unwrap();
    std::fs::write(&database, "no database at all").unwrap();
    user.event();
    let text = user.run(&["trail", "status"]).text();
    let line = text.lines().find(|line| line.starts_with("damaged spool: put aside on 20")).unwrap();
    assert!(line.contains("; how many events it holds cannot be read. `ai-detect trail import spool /"), "{line}");
    let status = user.status();
    assert_eq!(status["damaged_spools"][0].get("unacknowledged"), None);
    assert_eq!(status["damaged_spools"][0]["folder"], status["damaged"][0]);
}

#[test]
fn a_closing_flush_signs_off() {
    let (user, state) = (User::new(), State::default());
    let server = state.server();
    user.join(&server);
    let epoch = user.event();
    *state.takes.lock().unwrap() = Some((epoch.clone(), 2));
    assert_eq!(user.run(&["trail", "flush", "--closing"]).text(), "delivered: 2\nwaiting: 0\n");
    // Who has signed off has nothing more to say.
    assert_eq!(user.run(&["trail", "flush", "--closing"]).text(), "delivered: 0\nwaiting: 0\n");
    assert_ne!(user.event(), epoch);
}

#[test]
fn nothing_open_is_said_to_be_nothing() {
    let user = User::new();
    assert!(user.run(&["trail", "resolve"]).text().starts_with("nothing was open"));
    assert!(user.run(&["trail", "resolve", "--key", KEY]).error(2).contains("no collector was joined"));
    assert!(user.run(&["trail", "status"]).text().contains("collector: none"));
}
