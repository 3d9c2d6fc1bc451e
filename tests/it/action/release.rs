//! A release server on loopback: it serves archives as the release workflow makes them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

/// The version of the releases that are served.
pub(crate) const VERSION: &str = "7.8.9";

/// An archive, and its SHA-256 in hexadecimal.
pub(crate) struct Archive {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
    pub(crate) sha256: String,
}

impl Archive {
    /// Packs a program as the Action's archive of a release for a target.
    pub(crate) fn of(program: &Path, target: &str) -> Archive {
        let folder = format!("ai-detect-action-v{VERSION}-{target}");
        let area = tempfile::tempdir().unwrap();
        std::fs::create_dir(area.path().join(&folder)).unwrap();
        std::fs::copy(program, area.path().join(&folder).join("ai-detect")).unwrap();
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(area.path()).args(["--use-compress-program", "gzip -1", "-cf", "-", &folder]);
        let output = tar.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let sha256 = Sha256::digest(&output.stdout).iter().map(|byte| format!("{byte:02x}")).collect();
        Archive { name: format!("{folder}.tar.gz"), content: output.stdout, sha256 }
    }

    /// Where it lies below the address of the releases.
    pub(crate) fn path(&self) -> String {
        format!("/releases/v{VERSION}/{}", self.name)
    }
}

/// The server; it ends with the test's process.
pub(crate) struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves archives by their paths; anything else is not found.
    pub(crate) fn of(archives: &[&Archive]) -> Server {
        let files: BTreeMap<_, _> = archives.iter().map(|one| (one.path(), one.content.clone())).collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/releases", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(&stream, &files, &log);
            }
        });
        Server { address, asked }
    }

    /// The address to give as `base-url`.
    pub(crate) fn url(&self) -> &str {
        &self.address
    }

    /// What was asked for so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(
    mut stream: &TcpStream,
    files: &BTreeMap<String, Vec<u8>>,
    asked: &Mutex<Vec<String>>,
) -> Result<(), std::io::Error> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    asked.lock().unwrap().push(path.to_owned());
    let (status, body) = match files.get(path) {
        Some(content) => ("200 OK", content.as_slice()),
        None => ("404 Not Found", b"".as_slice()),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}
