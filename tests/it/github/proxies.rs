//! The ways to a forge: proxies, hosts that go around them, and authorities that a company has of its own.

use std::path::PathBuf;

use assert_cmd::Command;

use super::world::{TOKEN, World};
use crate::fake::github::GitHub;
use crate::fake::proxy::Proxy;
use crate::support::planted_code;

/// A name that nobody can look up: only a proxy leads there.
const HOST: &str = "git.example.org";

fn certificates(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/tls").join(name)
}

/// One planted block, and a GitHub behind TLS.
fn behind_tls() -> World {
    let world = World { github: GitHub::start_tls(), ..World::new() };
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world
}

fn ci(world: &World, base: &str) -> Command {
    let mut command = world.command("pull_request", &world.event(), &["ci", "--max-wait", "0"]);
    command.env("GITHUB_API_URL", base).env("GITHUB_GRAPHQL_URL", format!("{base}/graphql"));
    command
}

#[test]
fn a_proxy_is_told_the_host_and_never_the_token() {
    let world = behind_tls();
    let proxy = Proxy::start(Some(world.github.server.address()));
    let mut command = ci(&world, &format!("https://{HOST}"));
    command.env("HTTPS_PROXY", proxy.url("ada:hunter2@")).env("SSL_CERT_FILE", certificates("authority.pem"));
    let log = world.run(&mut command).text();
    assert!(log.contains("posted on ada/engine#7: a summary, 1 on lines"), "{log}");
    assert_eq!(world.github.counts(), (1, 1));
    let heard = proxy.heard();
    assert!(!heard.is_empty());
    for told in heard {
        assert!(told.starts_with(&format!("CONNECT {HOST}:443 HTTP/1.1\r\n")), "{told}");
        // `ada:hunter2`, as the header has it.
        assert!(told.contains("\r\nProxy-Authorization: Basic YWRhOmh1bnRlcjI=\r\n"), "{told}");
        assert!(!told.contains(TOKEN) && !told.contains("authorization: Bearer"), "{told}");
    }
}

#[test]
fn every_name_of_a_proxy_is_known_and_hosts_can_go_around_it() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let direct = world.github.server.url();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY", "http_proxy"] {
        let proxy = Proxy::start(Some(world.github.server.address()));
        world.run(ci(&world, &direct).env(name, proxy.url(""))).text();
        assert!(!proxy.heard().is_empty(), "{name}");
    }
    for around in ["127.0.0.1", "example.org, 127.0.0.1", "*"] {
        let proxy = Proxy::start(None);
        world.run(ci(&world, &direct).env("HTTPS_PROXY", proxy.url("")).env("NO_PROXY", around)).text();
        assert_eq!(proxy.heard(), [""; 0], "{around}");
    }
}

#[test]
fn a_proxy_that_refuses_or_is_none_is_no_clean_result() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let proxy = Proxy::start(None);
    let run = world.run(ci(&world, &world.github.server.url()).env("HTTPS_PROXY", proxy.url("ada:hunter2@")));
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("could not post on ada/engine#7") && run.stderr.contains("407"), "{}", run.stderr);
    assert!(!format!("{run:?}").contains("hunter2"));
    // It would go straight to the forge if it were left out in silence.
    let run = world.run(ci(&world, &world.github.server.url()).env("HTTPS_PROXY", "socks5://ada:hunter2@127.0.0.1:1"));
    assert!(run.stdout.contains("HTTPS_PROXY names no HTTP proxy"), "{}", run.stdout);
    assert!(!format!("{run:?}").contains("hunter2"));
    assert_eq!(world.github.server.heard().len(), 0);
}

#[test]
fn an_authority_of_ones_own_is_trusted_where_it_is_named_and_only_there() {
    let world = behind_tls();
    let base = format!("https://{}", world.github.server.address());
    let run = world.run(&mut ci(&world, &base));
    assert_eq!((run.status, world.github.counts()), (3, (0, 0)), "{}", run.stderr);
    assert!(run.stderr.contains("could not post on ada/engine#7"), "{}", run.stderr);
    for (file, told) in [("server.key", "it holds no certificate"), ("missing.pem", "os error 2")] {
        let run = world.run(ci(&world, &base).env("SSL_CERT_FILE", certificates(file)));
        assert!(run.stdout.contains("SSL_CERT_FILE: ") && run.stdout.contains(told), "{}", run.stdout);
    }
    assert_eq!(world.github.server.heard().len(), 0);
    world.run(ci(&world, &base).env("SSL_CERT_FILE", certificates("authority.pem"))).text();
    assert_eq!(world.github.counts(), (1, 1));
}
