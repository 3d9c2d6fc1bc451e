//! `ai-detect trail serve` and its kin, from the first token to a proof that another program checks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

fn program(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ai-detect"));
    command.args(args).current_dir(dir);
    command
}

/// What a command prints, and its status.
fn run(dir: &Path, args: &[&str]) -> (String, i32) {
    let output = program(dir, args).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

struct Collector {
    child: Child,
    address: String,
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Collector {
    fn start(dir: &Path) -> Self {
        let mut command = program(dir, &["trail", "serve", "--dir", "trail", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap().to_owned();
        Self { child, address }
    }

    fn post(&self, token: &str, body: &str) -> (String, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().to_owned(), serde_json::from_str(body).unwrap())
    }

    #[cfg(unix)]
    fn end(mut self) -> i32 {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap()
    }
}

fn event(number: u64) -> String {
    let event = json!({"client": "laptop-7", "epoch": "e1", "number": number, "kind": "suggestion.accepted",
        "time": 1_790_000_000_000_000_u64, "tool": "copilot", "model": "gpt-5.1", "path": "src/pay.py", "first": 1, "last": 4});
    format!("{event}\n")
}

/// The entries of a client, as `trail events` prints them.
fn entries(dir: &Path, client: &str) -> Vec<Value> {
    let (printed, status) = run(dir, &["trail", "events", "--dir", "trail", "--format", "jsonl", "--client", client]);
    assert_eq!(status, 0);
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[cfg(unix)]
#[test]
fn from_the_first_token_to_a_proof() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    let create = ["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "a laptop"];
    let (token, status) = run(dir, &[&create[..], &["--client", "laptop-7"]].concat());
    assert_eq!((token.lines().count(), status), (1, 0), "the token alone");
    let token = token.trim();
    let collector = Collector::start(dir);
    let (status, answer) = collector.post(token, &(event(1) + &event(2)));
    assert_eq!((status.as_str(), &answer["acked_through"]), ("200", &json!({"laptop-7": {"e1": 2}})));
    let (status, answer) = collector.post(token, &event(1).replace("laptop-7", "laptop-8"));
    assert_eq!((status.as_str(), &answer["error"]["code"]), ("403", &json!("other-client")));
    assert_eq!(collector.post(token, &(event(1) + &event(2))).0, "200");
    let entries = entries(dir, "laptop-7");
    let seen: Vec<_> = entries.iter().map(|entry| (&entry["number"], &entry["kind"], &entry["epoch"])).collect();
    let (kind, epoch) = (json!("suggestion.accepted"), json!("e1"));
    assert_eq!(seen, [(&json!(1), &kind, &epoch), (&json!(2), &kind, &epoch)]);
    assert_eq!(self::entries(dir, "collector").last().unwrap()["kind"], "access", "looking is an entry");
    assert_eq!(collector.end(), 0);

    let (printed, status) = run(dir, &["trail", "verify", "--dir", "trail"]);
    assert_eq!(status, 0, "{printed}");
    let seq = entries[0]["seq"].to_string();
    let (proof, status) = run(dir, &["trail", "prove", "--dir", "trail", &seq]);
    assert_eq!(status, 0);
    std::fs::write(dir.join("entry.tlog-proof"), proof).unwrap();
    let key = std::fs::read_to_string(dir.join("trail/log/key")).unwrap();
    let verifier = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/trail/verify.py");
    let checked = Command::new("python3").args([verifier, key.trim(), "entry.tlog-proof"]).current_dir(dir).output();
    if let Ok(checked) = checked {
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[cfg(unix)]
#[test]
fn a_byte_that_was_changed_is_named() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    let create = ["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "any"];
    let token = run(dir, &create).0;
    let collector = Collector::start(dir);
    assert_eq!(collector.post(token.trim(), &event(1)).0, "200");
    assert_eq!(collector.end(), 0);
    let database = dir.join("trail/trail.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let at = bytes.windows(8).rposition(|part| part == b"\"copilot").unwrap();
    bytes[at + 1] = b'C';
    std::fs::write(&database, bytes).unwrap();
    let (printed, status) = run(dir, &["trail", "verify", "--dir", "trail"]);
    assert_eq!(status, 1, "{printed}");
    assert!(printed.contains("entry 2 "), "{printed}");
    // Nobody reads it as if it had been recorded like that, and all others can be read.
    let output = program(dir, &["trail", "events", "--dir", "trail"]).output().unwrap();
    let (printed, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("entry 2 was changed after it was recorded"), "{error}");
    let line = printed.lines().nth(2).unwrap();
    assert!(line.starts_with("{\"seq\":2,\"changed\":{") || line.starts_with("{\"changed\":{"), "{line}");
    assert!(printed.lines().count() >= 3 && !printed.contains("Copilot"), "{printed}");
}

#[cfg(unix)]
#[test]
fn a_command_hears_of_new_files() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    run(dir, &["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "any"]);
    let configure = |after: &str| {
        std::fs::write(dir.join("trail/trail.yml"), format!("after_seal: {after}\ntime_zone: Europe/Berlin\n"))
            .unwrap();
    };
    let seal = || run(dir, &["trail", "seal", "--dir", "trail", "--before", "2999-01-01"]);
    configure("cat >> sealed-names");
    let (printed, status) = seal();
    assert!(status == 0 && printed.starts_with("sealed 1 entry from before 2999-01-01 into 1 file;"), "{printed}");
    let names = || std::fs::read_to_string(dir.join("trail/sealed-names")).unwrap();
    let named = names();
    assert!(named.starts_with("segments/day=20") && named.ends_with("000000000000.parquet\n"), "{named}");
    assert!(dir.join("trail").join(named.trim()).is_file());
    // Nothing new is no news.
    assert_eq!((seal().1, names()), (0, named));
    configure("exit 7");
    run(dir, &["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "other"]);
    let output = program(dir, &["trail", "seal", "--dir", "trail", "--before", "2999-01-01"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(3) && error.contains("the command of `after_seal` ended with"), "{error}");
    // The entry is sealed all the same.
    assert_eq!(seal().1, 0);
    std::fs::write(dir.join("trail/trail.yml"), "time_zone: Middle/Earth\n").unwrap();
    assert_eq!(seal().1, 2);
}

#[cfg(unix)]
#[test]
fn entries_are_sealed_while_the_collector_serves_and_nobody_notices() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    let create = ["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "any"];
    let token = run(dir, &create).0;
    let collector = Collector::start(dir);
    let numbers = |numbers: std::ops::RangeInclusive<u64>| numbers.map(event).collect::<String>();
    assert_eq!(collector.post(token.trim(), &numbers(1..=300)).0, "200");
    let before = entries(dir, "laptop-7");
    // What was got today is not sealed without being asked for, and what is not signed yet not at all.
    let (printed, status) = run(dir, &["trail", "seal", "--dir", "trail"]);
    assert!(status == 0 && printed.starts_with("nothing to seal before 20"), "{printed}");
    let sealed = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(200));
        run(dir, &["trail", "seal", "--dir", "trail", "--before", "2999-01-01"]).0.starts_with("sealed 30")
    });
    assert!(sealed, "the checkpoint comes within seconds");
    assert_eq!(entries(dir, "laptop-7"), before);
    // The same again is known, and other content is a conflict.
    assert_eq!(collector.post(token.trim(), &numbers(1..=301)).0, "200");
    assert_eq!(collector.post(token.trim(), &event(7).replace("copilot", "cursor")).0, "200");
    let after = entries(dir, "laptop-7");
    assert_eq!((after.len(), &after[301]["conflict"]), (302, &before[6]["seq"]));
    // Tables are not made anew under a collector.
    assert_eq!(run(dir, &["trail", "rebuild", "--dir", "trail"]).1, 3);
    assert_eq!(collector.end(), 0);
    let (printed, status) = run(dir, &["trail", "rebuild", "--dir", "trail"]);
    assert!(status == 0 && printed.starts_with("made all tables anew from 30"), "{printed}");
    let (printed, status) = run(dir, &["trail", "verify", "--dir", "trail"]);
    assert_eq!(status, 0, "{printed}");
    let (proof, status) = run(dir, &["trail", "prove", "--dir", "trail", &before[6]["seq"].to_string()]);
    assert!(status == 0 && proof.starts_with("c2sp.org/tlog-proof@v1"), "{proof}");
    // A byte of a sealed file, and which entries lie in it.
    let mut files = std::fs::read_dir(dir.join("trail/segments")).unwrap();
    let day = files.next().unwrap().unwrap().path();
    let file = std::fs::read_dir(day).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let (printed, status) = run(dir, &["trail", "verify", "--dir", "trail"]);
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    assert!(status == 1 && printed.starts_with("entries 0 to ") && printed.contains(&name), "{printed}");
    let output = program(dir, &["trail", "events", "--dir", "trail"]).output().unwrap();
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{output:?}");
    // A collector starts without it, and says so.
    std::fs::remove_file(&file).unwrap();
    let mut serve = program(dir, &["trail", "serve", "--dir", "trail", "--listen", "127.0.0.1:0"]);
    let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening"), "{line}");
    drop(child.kill());
    let error = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    assert!(error.contains(&format!("{name} is missing")) && error.contains("Copy it from a backup"), "{error}");
}

#[test]
fn what_is_no_trail_is_refused_and_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    std::fs::create_dir(dir.join("thesis")).unwrap();
    std::fs::write(dir.join("thesis/chapter.txt"), "mine").unwrap();
    for args in [
        &["trail", "events", "--dir", "nowhere"][..],
        &["trail", "verify", "--dir", "nowhere"],
        &["trail", "prove", "--dir", "nowhere", "0"],
        &["trail", "seal", "--dir", "nowhere"],
        &["trail", "rebuild", "--dir", "nowhere"],
        &["trail", "seal", "--dir", "thesis", "--before", "2026-11-30"],
        &["trail", "token", "list", "--dir", "nowhere"],
        &["trail", "token", "revoke", "--dir", "nowhere", "t_00"],
        &["trail", "serve", "--dir", "thesis", "--listen", "127.0.0.1:0"],
        &["trail", "serve", "--dir", "nowhere", "--listen", "0.0.0.0:0"],
        &["trail", "token", "create", "--dir", "thesis", "--role", "writer", "--name", "x"],
    ] {
        assert_eq!(run(dir, args).1, 2, "{args:?}");
    }
    assert!(!dir.join("nowhere").exists());
    assert_eq!(std::fs::read_dir(dir.join("thesis")).unwrap().count(), 1);
}

#[test]
fn tokens_are_listed_without_secrets_and_revoked_by_their_start() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    let create = ["trail", "token", "create", "--role", "writer", "--name", "an importer"];
    let token = run(dir, &create).0;
    let (listed, _) = run(dir, &["trail", "token", "list", "--format", "json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed[0]["role"], &listed[0]["client"]), (&json!("writer"), &Value::Null));
    assert!(!listed.to_string().contains(&token.trim()[26..]));
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(run(dir, &["trail", "token", "revoke", &id[..8]]).1, 0);
    assert!(run(dir, &["trail", "token", "list"]).0.contains("revoked"));
    assert_eq!(run(dir, &["trail", "token", "revoke", id]).1, 2, "it is revoked already");
}

#[test]
fn what_is_not_known_is_listed_and_closed_with_a_reason() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    run(dir, &["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "any"]);
    assert_eq!(run(dir, &["trail", "gap", "list", "--dir", "trail"]), ("no gap is open\n".to_owned(), 0));
    assert_eq!(run(dir, &["trail", "backup", "--dir", "trail", "--to", "copy"]).1, 0);
    assert_eq!(run(dir, &["trail", "restore", "copy", "--dir", "new"]).1, 0);
    let (listed, _) = run(dir, &["trail", "gap", "list", "--dir", "new"]);
    assert!(
        listed.starts_with("restored-backup: 1 open, the first since 20") && listed.contains("the log\n"),
        "{listed}"
    );
    let gaps: Value =
        serde_json::from_str(&run(dir, &["trail", "gap", "list", "--dir", "new", "--format", "json"]).0).unwrap();
    let id = gaps[0]["id"].as_str().unwrap();
    assert_eq!((&gaps[0]["cause"], &gaps[0]["closes_by_itself"]), (&json!("restored-backup"), &json!(false)));
    let close = |reason: &str| run(dir, &["trail", "gap", "close", &id[..10], "--dir", "new", "--reason", reason]);
    assert_eq!(close(" ").1, 2);
    assert_eq!(close("all clients have sent again"), (format!("closed {id}\n"), 0));
    assert_eq!(close("once more").1, 2);
    assert_eq!(run(dir, &["trail", "gap", "list", "--dir", "new"]).0, "no gap is open\n");
    let (events, _) = run(dir, &["trail", "events", "--dir", "new", "--client", "collector"]);
    assert!(events.contains("\"closing\":\"resolved\",\"reason\":\"") && !events.contains("sent again"), "{events}");
}

#[test]
fn people_and_repositories_are_joined_and_conflicts_are_named() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path();
    run(dir, &["trail", "token", "create", "--dir", "trail", "--role", "writer", "--name", "any"]);
    let import = |text: &str, more: &[&str]| {
        std::fs::write(dir.join("people.csv"), text).unwrap();
        let output = program(dir, &[&["trail", "people", "import", "people.csv", "--dir", "trail"], more].concat());
        let output = { output }.output().unwrap();
        (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
            output.status.code().unwrap(),
        )
    };
    let table = "name,email,login\nAda,ada@example.org;ada@old.example,github:ada\nBob,bob@example.org,\n";
    assert_eq!(import(table, &[]), ("people: 2 new, 0 changed, 0 as they were\n".to_owned(), String::new(), 0));
    assert_eq!(import(table, &[]).0, "people: 0 new, 0 changed, 2 as they were\n");
    let (_, error, status) = import("name,email\nAda Lovelace,ada@old.example\n", &[]);
    assert_eq!(status, 2);
    assert!(
        error.starts_with("line 2: `Ada` was imported before") && error.contains("because of 1 conflict in the file"),
        "{error}"
    );
    // Each conflict has a line, and what is escaped is what the file holds.
    let (_, error, status) = import("name,email\nA,x@b.example\nB,x@b.example\n\"C\tD\",x@b.example\n", &[]);
    assert_eq!(status, 2);
    assert_eq!(error.lines().count(), 3, "{error}");
    assert!(error.contains("because of 2 conflicts") && !error.contains("\\n"), "{error}");
    assert_eq!(import("name,email\nAda Lovelace,ada@old.example\n", &["--rename"]).2, 0);
    let (_, error, status) = import("email,team\na@b.example,x\n", &[]);
    assert!(status == 2 && error.contains("people.csv: the column `team` is none of name, email"), "{error}");
    std::fs::write(dir.join(".mailmap"), "Bob <bob@example.org> <bob@old.example>\nnobody\n").unwrap();
    let (printed, status) = run(dir, &["trail", "people", "import", ".mailmap", "--dir", "trail"]);
    assert_eq!((printed.as_str(), status), ("people: 0 new, 1 changed, 0 as they were\n", 0));
    assert_eq!(run(dir, &["trail", "people", "import", "missing.csv", "--dir", "trail"]).1, 2);
    for nobody in ["Ada Lovelace\nnobody at all\n", "# nobody\n", ""] {
        std::fs::write(dir.join(".mailmap"), nobody).unwrap();
        assert_eq!(run(dir, &["trail", "people", "import", ".mailmap", "--dir", "trail"]).1, 2, "{nobody}");
    }
    assert_eq!(import("name,email\n", &[]).2, 2);
    let alias = [
        "trail",
        "repos",
        "alias",
        "https://u:secret@example.org/team/app.git",
        "git@example.org:ada/app",
        "--dir",
        "trail",
    ];
    let (first, status) = run(dir, &alias);
    assert!(status == 0 && first.starts_with("2 names are r_"), "{first}");
    assert!(run(dir, &alias).0.starts_with("all of them are r_"));
    let (list, _) = run(dir, &["trail", "repos", "list", "--dir", "trail"]);
    let names: Vec<&str> = list.lines().filter_map(|line| line.split("  ").nth(1)).collect();
    assert_eq!(names, ["example.org/ada/app", "example.org/team/app"]);
    assert_eq!(run(dir, &["trail", "repos", "alias", "https://", "x", "--dir", "trail"]).1, 2);
    for nonsense in ["nonsense", "/nonsense/", ""] {
        let alias = ["trail", "repos", "alias", "example.org/team/app", nonsense, "--dir", "trail"];
        assert_eq!(run(dir, &alias).1, 2, "{nonsense}");
        let alias = ["trail", "repos", "alias", nonsense, "example.org/team/app", "--dir", "trail"];
        assert_eq!(run(dir, &alias).1, 2, "{nonsense}");
    }
    // The log says that it happened, and nothing of whom.
    let (events, _) = run(dir, &["trail", "events", "--dir", "trail"]);
    assert_eq!(events.matches("\"configuration\"").count() / 2, 1 + 4 + 1, "{events}");
    assert!(!events.to_lowercase().contains("lovelace") && !events.contains("example.org"), "{events}");
}
