//! `ai-detect scan` of a long history: what is shown meanwhile, and how much memory it takes.

#![cfg(target_os = "linux")]

use std::num::NonZero;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::support::history::*;
use crate::support::*;

const WIDTH: u16 = 120;

/// Runs on a terminal of its own: every line with a bar that was on its screen, and what is left there at the end.
fn on_a_terminal(repo: &Repo, args: &[&str]) -> (Vec<String>, Vec<String>) {
    let scan = repo.process(args);
    let quoted = |word: &std::ffi::OsStr| format!("'{}'", word.to_str().unwrap());
    let words: Vec<String> = std::iter::once(scan.get_program()).chain(scan.get_args()).map(quoted).collect();
    let command = format!("stty cols {WIDTH} rows 20; exec {}", words.join(" "));
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--return", "--command", &command, "/dev/null"]).stdin(Stdio::null());
    for (name, value) in scan.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            // What a job sets must not reach the program from the tests' own job.
            None => script.env_remove(name),
        };
    }
    let ended = script.env("TERM", "xterm-256color").env("SHELL", "/bin/sh").output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let mut terminal = vt100::Parser::new(NonZero::new(20).unwrap(), NonZero::new(WIDTH).unwrap(), 0);
    let mut bars: Vec<String> = Vec::new();
    for byte in ended.stdout {
        terminal.process(&[byte]);
        let shown =
            terminal.screen().rows(0, WIDTH).find(|row| row.contains("/s, ") && row.trim_end().ends_with(" left"));
        bars.extend(shown.filter(|row| bars.last() != Some(row)));
    }
    let left = terminal.screen().rows(0, WIDTH).map(|row| row.trim_end().to_owned());
    (bars, left.filter(|row| !row.is_empty()).collect())
}

/// How many commits of how many a bar says are done; what else stands in it is checked.
fn done(bar: &str) -> (usize, usize) {
    let (drawn, told) = bar.trim_end().split_at(bar.find(|c: char| c.is_ascii_digit()).unwrap());
    assert!(drawn.chars().count() == 41 && drawn.chars().all(|c| "█░ ".contains(c)), "{bar:?}");
    let [count, pace, left] = told.split(", ").collect::<Vec<_>>().try_into().unwrap();
    assert!(pace.ends_with("/s") && left.ends_with(" left"), "{bar:?}");
    let estimate = left.trim_end_matches(" left");
    assert!(estimate.ends_with('s') && estimate.starts_with(|c: char| c.is_ascii_digit()), "{bar:?}");
    let (done, all) = count.trim_end_matches(" commits").split_once(" of ").unwrap();
    (done.parse().unwrap(), all.parse().unwrap())
}

#[test]
fn a_bar_shows_how_far_it_is_and_how_long_it_takes_and_goes_at_the_end() {
    let repo = long(1500);
    let output = repo.beside("rows.jsonl").display().to_string();
    let (bars, left) = on_a_terminal(&repo, &["scan", "-o", &output]);
    let counts: Vec<(usize, usize)> = bars.iter().map(|bar| done(bar)).collect();
    assert!(counts.iter().all(|(_, all)| *all == 1500), "{counts:?}");
    assert!(counts.is_sorted() && counts.len() > 3 && counts.last().unwrap().0 > 500, "{counts:?}");
    let drawn = |bar: &String| bar.matches('█').count();
    assert!(bars.iter().map(drawn).is_sorted() && drawn(bars.last().unwrap()) > 10, "{bars:?}");
    assert_eq!(left, ["repo: 1500 new rows, 0 there before; 0 declare AI use, 0 have flags"]);
    // What is there already is no part of what is to be done.
    repo.git(&["reset", "--quiet", "--hard"]);
    repo.commit_file("new.py", code("new", 9));
    let (bars, left) = on_a_terminal(&repo, &["scan", "-o", &output]);
    assert!(bars.iter().all(|bar| done(bar).1 == 1), "{bars:?}");
    assert!(left.len() == 1 && left[0].starts_with("repo: 1 new row, 1500 there before"), "{left:?}");
}

#[test]
fn of_several_repositories_the_bar_says_which_and_their_names_do_nothing() {
    let one = long(200);
    let hostile = "b\u{1b}[2Jad";
    one.clone("first", &["--bare"]).with_notes();
    one.clone(hostile, &["--bare"]).with_notes();
    let output = one.beside("rows.jsonl").display().to_string();
    let here = one.at(one.beside("."));
    let (bars, left) = on_a_terminal(&here, &["scan", "--repo", "first", hostile, "-o", &output]);
    assert!(bars.iter().any(|bar| bar.starts_with("first (1 of 2) ")), "{bars:?}");
    assert!(bars.iter().any(|bar| bar.starts_with("b\\u{1b}[2Jad (2 of 2) ")), "{bars:?}");
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left[1].starts_with("b\\u{1b}[2Jad: 200 new rows"), "{left:?}");
}

/// A history whose contents and trees are larger than all that is kept of them, after a few hundred commits.
fn heavy(commits: usize) -> Repo {
    let repo = Repo::new();
    let mut stream = String::new();
    let line = |at: usize, version: usize| format!("value_{at} = measure(\"{at}\", {})\n", at * 7919 + version);
    for at in 1..=commits {
        let who = format!("Ada Example <ada@example.org> {at} +0000");
        stream +=
            &format!("commit refs/heads/main\nmark :{at}\nauthor {who}\ncommitter {who}\ndata 8\nChange {}\n", at % 10);
        if at > 1 {
            stream += &format!("from :{}\n", at - 1);
        } else {
            for other in 0..400 {
                stream += &format!("M 100644 inline other/file_{other}.txt\ndata 2\n{}\n", other % 10);
            }
        }
        // Ten lines of six hundred change.
        let content: String =
            (0..600).map(|line_at| line(line_at, if (line_at + at) % 60 == 0 { at } else { 0 })).collect();
        stream += &format!("M 100644 inline other/code_{}.py\ndata {}\n{content}\n", at % 3, content.len());
    }
    repo.git_bytes(&["fast-import", "--quiet"], stream.as_bytes());
    repo
}

/// How much memory of its own a run takes at most, in KiB: files that are mapped are the system's.
fn memory(repo: &Repo, output: &Path, commits: usize) -> usize {
    let mut scan = repo.process(&["scan", "-o", &output.display().to_string()]);
    let mut scan = scan.env("RAYON_NUM_THREADS", "1").stdout(Stdio::piped()).spawn().unwrap();
    let mut most = 0;
    while scan.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", scan.id())).unwrap_or_default();
        let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB"));
        most = most.max(own.map_or(0, |own| own.trim().parse().unwrap()));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(rows_of(output).len(), commits);
    most
}

#[test]
fn memory_does_not_grow_with_the_history() {
    let [short, long] = [1500, 4500].map(|commits| {
        let repo = heavy(commits);
        memory(&repo, &repo.beside("rows.jsonl"), commits)
    });
    eprintln!("{short} KiB for 1,500 commits, {long} KiB for 4,500");
    assert!(long < short + (4 << 10), "{short} KiB for 1,500 commits, {long} KiB for 4,500");
}
