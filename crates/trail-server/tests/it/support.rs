//! A collector in a process of its own, and a client that sees every byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_server::{Notice, Options, TlsFiles, serve, setup};
use ai_detect_trail_store::error::StoreError;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::reading;
use ai_detect_trail_store::tokens::Role;
use ai_detect_trail_store::verify::{Findings, verify};
use ai_detect_trail_store::writer::Writer;
use serde_json::Value;
use tempfile::TempDir;

const FOLDER: &str = "AI_DETECT_TEST_FOLDER";
const CERTIFICATE: &str = "AI_DETECT_TEST_CERTIFICATE";

/// Not a test: the process in which a collector runs.
#[test]
fn the_collector() {
    let Some(dir) = std::env::var_os(FOLDER) else { return };
    let tls = std::env::var_os(CERTIFICATE).map(|place| TlsFiles {
        certificate: Path::new(&place).join("cert.pem"),
        key: Path::new(&place).join("key.pem"),
    });
    let listen = "127.0.0.1:0".parse().expect("an address");
    let options = Options { dir: PathBuf::from(dir), listen, tls, behind_proxy: false };
    let ended = serve(&options, |notice| {
        if let Notice::Listening { address, .. } = notice {
            println!("\nlistening on {address}");
        }
    });
    if let Err(error) = ended {
        println!("\nfailed: {error}");
    }
}

/// A collector that runs. It is killed with its test.
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    child: Child,
    rest: Option<JoinHandle<()>>,
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(self.rest.take().map(JoinHandle::join));
    }
}

/// A folder, and what was made in it.
pub(crate) struct Place {
    _place: TempDir,
    pub(crate) dir: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let dir = place.path().join("trail");
        Self { _place: place, dir }
    }

    /// With a configuration.
    pub(crate) fn with(configuration: &str) -> Self {
        Self::new().configured(configuration)
    }

    /// Below a folder that is there.
    pub(crate) fn below(folder: &Path, configuration: &str) -> Self {
        let place = tempfile::tempdir_in(folder).expect("a folder");
        let dir = place.path().join("trail");
        Self { _place: place, dir }.configured(configuration)
    }

    fn configured(self, configuration: &str) -> Self {
        let place = self;
        std::fs::create_dir(&place.dir).expect("a folder");
        std::fs::write(place.dir.join("trail.yml"), configuration).expect("written");
        place
    }

    pub(crate) fn token(&self, role: Role, client: Option<&str>) -> String {
        let client = client.map(|client| ClientId::parse(client).expect("an id"));
        setup::open_or_create(&self.dir).expect("a trail").create_token(role, "a test", client).expect("a token")
    }

    pub(crate) fn writer(&self) -> String {
        self.token(Role::Writer, None)
    }

    pub(crate) fn start(&self) -> Collector {
        self.start_with(|command| command)
    }

    pub(crate) fn start_with(&self, more: impl FnOnce(&mut Command) -> &mut Command) -> Collector {
        Collector::run(self, more).expect("it listens")
    }

    pub(crate) fn folder(&self) -> Folder {
        Folder::open(&self.dir).expect("a trail")
    }

    /// The entries of the log as JSON, without those about access.
    pub(crate) fn entries(&self) -> Vec<Value> {
        let folder = self.folder();
        let writer = Writer::start(&folder).expect("a writer");
        let now = ai_detect_trail_server::clock::now().expect("a time");
        let answer = reading::entries(&folder, None, None).expect("entries").audit(&writer, now).expect("written");
        let mut all: Vec<Value> = Vec::new();
        let each = |stored: reading::Stored| {
            all.push(serde_json::from_slice(&stored.bytes).expect("an entry is JSON"));
            Ok::<_, StoreError>(())
        };
        answer.into_answer().for_each(each).expect("entries");
        all.retain(|entry| entry["kind"] != "access");
        all
    }

    /// Numbers of a client, in the order of the log.
    pub(crate) fn numbers(&self, client: &str) -> Vec<u64> {
        let of = |entry: &Value| (entry["client"] == client).then(|| entry["number"].as_u64().expect("a number"));
        self.entries().iter().filter_map(of).collect()
    }

    pub(crate) fn verified(&self) -> Findings {
        let folder = self.folder();
        verify(&folder, &folder.verifier().expect("a key")).expect("readable")
    }
}

impl Collector {
    /// A collector, or what it says instead of listening.
    pub(crate) fn run(place: &Place, more: impl FnOnce(&mut Command) -> &mut Command) -> Result<Self, String> {
        Self::run_below(&[], place, more)
    }

    /// The same below another program, whose process becomes the collector's.
    pub(crate) fn run_below(
        program: &[&str],
        place: &Place,
        more: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Result<Self, String> {
        let this = std::env::current_exe().expect("this program");
        let mut words = program.iter().map(std::ffi::OsStr::new).chain([this.as_os_str()]);
        let mut command = Command::new(words.next().expect("a program"));
        command.args(words);
        command.args(["--exact", "support::the_collector", "--nocapture"]).env(FOLDER, &place.dir);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = more(&mut command).spawn().expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        while let Some(line) = lines.next() {
            if let Some(address) = line.strip_prefix("listening on ") {
                let address = address.parse().expect("an address");
                // What the test program says at its end goes somewhere.
                let rest = Some(std::thread::spawn(move || lines.for_each(drop)));
                return Ok(Self { address, child, rest });
            }
            if let Some(problem) = line.strip_prefix("failed: ") {
                child.wait().expect("it has ended");
                return Err(problem.to_owned());
            }
        }
        child.wait().expect("it has ended");
        Err("it ended without a word".to_owned())
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        stream
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut of the process.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Ends it as an operator does, and returns whether it ended well.
    pub(crate) fn end(mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
        self.child.wait().expect("gone").success()
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        request(self.address, method, path, headers, body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Reply {
        self.request("GET", path, &[("Authorization", &format!("Bearer {token}"))], b"")
    }

    pub(crate) fn post(&self, token: &str, body: &str) -> Reply {
        self.post_with(token, &[], body)
    }

    pub(crate) fn post_with(&self, token: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        let headers = [&[("Authorization", bearer.as_str())], headers].concat();
        self.request("POST", "/v1/events", &headers, body.as_bytes())
    }
}

/// Asks, and reads the answer; `None` if nobody is there, or the connection ends without one.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: trail\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if method != "GET" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    // It may answer before it has read everything.
    drop(stream.write_all(body));
    Reply::read(stream)
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// Reads until the end of the connection; `None` if it ends without an answer.
    pub(crate) fn read(mut stream: TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        let text = String::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn code(&self) -> String {
        let json = self.json();
        let message = json["error"]["message"].as_str().expect("a message");
        assert!(!message.is_empty());
        json["error"]["code"].as_str().expect("a code").to_owned()
    }

    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.head.lines().find_map(|line| line.strip_prefix("retry-after: ")?.parse().ok())
    }
}

/// A heartbeat, as any client sends it.
pub(crate) fn event(client: &str, number: u64) -> String {
    format!(
        "{{\"client\":\"{client}\",\"epoch\":\"e1\",\"number\":{number},\"kind\":\"heartbeat\",\"time\":1790000000000000,\"made\":{number}}}\n"
    )
}

pub(crate) fn events(client: &str, numbers: impl IntoIterator<Item = u64>) -> String {
    numbers.into_iter().map(|number| event(client, number)).collect()
}
