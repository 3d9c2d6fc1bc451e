//! Fetching from a private repository: git gets the job's token for the address of the job's own repository alone, though
//! the checkout has no credentials.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::world::{TOKEN, World};
use crate::fake::github::{GitHub, REPOSITORY};
use crate::support::planted_code;

/// `x-access-token:` and the token.
const CREDENTIALS: &str = "eC1hY2Nlc3MtdG9rZW46Z2hzXzE2QzdlNDJGMjkyYzY5MTJFNzcxMGM4MzgzNDdBZTE3OEI0YQ==";

/// What was asked for, each with its headers.
type Heard = Arc<Mutex<Vec<(String, Vec<String>)>>>;

/// Serves the files of a repository to whoever has the token, and remembers what headers came for which path.
struct Private {
    url: String,
    heard: Heard,
}

impl Private {
    fn of(bare: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(&stream, &bare, &log);
            }
        });
        Private { url, heard }
    }

    fn heard(&self) -> Vec<(String, Vec<String>)> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

fn answer(mut stream: &TcpStream, bare: &Path, log: &Mutex<Vec<(String, Vec<String>)>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or(Ok(String::new()))?;
    let headers: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let credentials = headers.iter().filter_map(|header| {
        let (name, value) = header.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
    });
    let credentials: Vec<String> = credentials.collect();
    let path = request.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let is_known = credentials == [format!("Basic {CREDENTIALS}")];
    log.lock().unwrap().push((path.clone(), credentials));
    let file = path.strip_prefix(&format!("/{REPOSITORY}/")).map(|file| bare.join(file));
    let (status, body) = match file.and_then(|file| std::fs::read(file).ok()) {
        _ if !is_known => ("401 Unauthorized\r\nwww-authenticate: Basic realm=\"private\"", Vec::new()),
        Some(content) => ("200 OK", content),
        None => ("404 Not Found", Vec::new()),
    };
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body)
}

/// A request whose commit declares AI use in a note, a clone without it, and the private place that has it.
fn private() -> (World, World, Private) {
    let origin = World::new();
    let head = origin.repo.commit_file("engine.py", planted_code("engine"));
    origin.push();
    let clone = origin.repo.clone("clone", &[]);
    let note = r#"{"version": 1}"#;
    origin.repo.git(&["notes", "--ref", "ai", "add", "-m", note, &head]);
    let bare = origin.repo.clone("bare.git", &["--mirror"]);
    bare.git(&["update-server-info"]);
    let served = Private::of(bare.path().to_owned());
    let clone = World { repo: clone, github: GitHub::start(), base: origin.base.clone() };
    clone.github.state().head = head;
    clone.github.state().pulls = vec![origin.event()["pull_request"].clone()];
    (origin, clone, served)
}

#[test]
fn git_gets_the_token_for_the_jobs_own_repository_alone() {
    let (origin, clone, served) = private();
    let ci = |remote: &str| {
        clone.repo.git(&["remote", "set-url", "origin", remote]);
        let mut command = clone.command("pull_request", &origin.event(), &["ci", "--fetch"]);
        clone.run(command.env("GITHUB_SERVER_URL", &served.url)).text()
    };
    // The notes of somebody else's repository need other credentials than ours.
    let log = ci(&format!("{}/eve/engine", served.url));
    assert!(log.contains("could not be fetched"), "{log}");
    let heard = served.heard();
    assert!(!heard.is_empty() && heard.iter().all(|(_, credentials)| credentials.is_empty()), "{heard:?}");
    for ending in ["", ".git"] {
        let log = ci(&format!("{}/{REPOSITORY}{ending}", served.url));
        assert!(!log.contains(CREDENTIALS) && !log.contains(TOKEN), "{log}");
        let heard = served.heard();
        assert!(heard.iter().all(|(_, credentials)| *credentials == [format!("Basic {CREDENTIALS}")]), "{heard:?}");
        if ending.is_empty() {
            assert!(!log.contains("could not be fetched"), "{log}");
            assert_eq!(clone.repo.id("refs/notes/ai"), origin.repo.id("refs/notes/ai"));
        }
    }
    // Credentials that the checkout has go first: they may have rights that the token lacks.
    let kept = format!("http.{}/.extraheader", served.url);
    clone.repo.git(&["config", &kept, "Authorization: Basic b2xkOm9sZA=="]);
    ci(&format!("{}/{REPOSITORY}", served.url));
    let heard = served.heard();
    assert!(heard.iter().all(|(_, credentials)| *credentials == ["Basic b2xkOm9sZA=="]), "{heard:?}");
}

#[test]
fn without_a_token_a_private_origin_is_not_looked_at() {
    let (origin, clone, served) = private();
    clone.repo.git(&["remote", "set-url", "origin", &format!("{}/{REPOSITORY}", served.url)]);
    let mut command = clone.command("pull_request", &origin.event(), &["ci", "--fetch"]);
    let run = clone.run(command.env("GITHUB_SERVER_URL", &served.url).env_remove("GITHUB_TOKEN"));
    let log = run.text();
    let log = log.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(log.contains("notes of commits could not be fetched (fatal: could not read Username"), "{log}");
}
