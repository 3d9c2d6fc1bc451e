//! A small proxy on loopback: it takes CONNECT, remembers what it was told, and leads everything to one
//! address, whatever host is named.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct Proxy {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Leads to an address; without one it refuses.
    pub(crate) fn start(to: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        // It ends with the process: tests start few.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = log.clone();
                std::thread::spawn(move || lead(stream, to, &log));
            }
        });
        Proxy { address, heard }
    }

    /// Its address with a name and a password.
    pub(crate) fn url(&self, who: &str) -> String {
        format!("http://{who}{}", self.address)
    }

    /// What clients told it, a connection each: all that stood before the tunnel.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn lead(stream: TcpStream, to: Option<SocketAddr>, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut told = String::new();
    while !told.ends_with("\r\n\r\n") {
        if reader.read_line(&mut told).unwrap_or_default() == 0 {
            return;
        }
    }
    log.lock().unwrap().push(told);
    let mut client = stream;
    let Some(to) = to else {
        let _ = client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
        return;
    };
    let Ok(mut server) = TcpStream::connect(to) else { return };
    let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
    let mut back = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let answers = std::thread::spawn(move || {
        let _ = std::io::copy(&mut back.0, &mut back.1);
        let _ = back.1.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut reader, &mut server);
    let _ = server.shutdown(std::net::Shutdown::Write);
    let _ = answers.join();
}
