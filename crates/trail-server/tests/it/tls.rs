//! Addresses that other machines reach, and TLS.

use std::process::Command;

use ai_detect_trail_server::{Options, ServeError, serve};

use crate::support::Place;

#[test]
fn without_tls_nobody_else_can_reach_it() {
    let place = Place::new();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let listen = address.parse().expect("an address");
        let options = Options { dir: place.dir.clone(), listen, tls: None, behind_proxy: false };
        let error = serve(&options, |_| ()).expect_err("it does not start");
        assert!(matches!(error, ServeError::NotEncrypted(_)), "{error}");
        assert!(error.to_string().contains("--behind-proxy"));
    }
    assert!(!place.dir.exists(), "nothing was made");
}

#[test]
fn with_a_certificate_it_speaks_tls() {
    let made = tempfile::tempdir().expect("a folder");
    let make = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(made.path())
        .output();
    let curl = Command::new("curl").arg("--version").output();
    if !make.is_ok_and(|made| made.status.success()) || curl.is_err() {
        println!("skipped: there is no openssl or curl here");
        return;
    }
    let place = Place::new();
    let token = place.writer();
    let collector = place.start_with(|command| command.env("AI_DETECT_TEST_CERTIFICATE", made.path()));
    let answer = Command::new("curl")
        .args(["--silent", "--cacert"])
        .arg(made.path().join("cert.pem"))
        .args(["-H", &format!("Authorization: Bearer {token}"), "--data-binary", &crate::support::event("laptop", 1)])
        .arg(format!("https://{}/v1/events", collector.address))
        .output()
        .expect("curl");
    let answer = String::from_utf8(answer.stdout).expect("text");
    assert!(answer.contains(r#""acked_through":{"laptop":{"e1":1}}"#), "{answer}");
    // Somebody who does not speak TLS is let go.
    let reply = crate::support::request(collector.address, "GET", "/healthz", &[], b"");
    assert!(reply.is_none_or(|reply| reply.status != 200));
}
