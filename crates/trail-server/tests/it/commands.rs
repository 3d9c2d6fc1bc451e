//! Commands of the configuration: they end when they must, whatever they do with their input, and so does what they started.

#![cfg(unix)]

use std::fs::File;
use std::io::Read as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ai_detect_trail_server::{Hook, HookError};

fn hook(command: &str, seconds: u64) -> Hook {
    Hook { setting: "after_seal", command: command.to_owned(), limit: Duration::from_secs(seconds) }
}

/// More than a pipe holds.
fn long() -> Vec<u8> {
    vec![b'x'; 1 << 20]
}

#[test]
fn a_command_that_does_not_read_its_input_is_ended_in_time() {
    let place = tempfile::tempdir().expect("a folder");
    let running = AtomicBool::new(false);
    let ended = hook("sleep 600", 0).run(place.path(), &long(), &running);
    assert!(matches!(ended, Err(HookError::TooLong { .. })), "{ended:?}");
    let stopped = hook("sleep 600", 600).run(place.path(), &long(), &AtomicBool::new(true));
    assert!(matches!(stopped, Err(HookError::Stopped { .. })), "{stopped:?}");
}

#[test]
fn a_command_gets_all_of_its_input_or_what_it_wants_of_it() {
    let place = tempfile::tempdir().expect("a folder");
    let running = AtomicBool::new(false);
    hook("cat > kept", 600).run(place.path(), &long(), &running).expect("it ends well");
    assert_eq!(std::fs::read(place.path().join("kept")).expect("a file"), long());
    hook("head -c 1 > kept", 600).run(place.path(), &long(), &running).expect("it ends well");
    let failed = hook("exit 3", 600).run(place.path(), &long(), &running);
    assert!(matches!(failed, Err(HookError::Status { status, .. }) if status.code() == Some(3)), "{failed:?}");
}

#[test]
fn what_a_command_started_ends_with_it() {
    let place = tempfile::tempdir().expect("a folder");
    let pipe = place.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let hook = hook("(sleep 60; echo alive) > pipe & wait", 600);
        let (folder, stopped) = (place.path(), &stop);
        let run = scope.spawn(move || hook.run(folder, b"", stopped));
        // It opens when the other end is there.
        let mut reader = File::open(&pipe).expect("a pipe");
        stop.store(true, Ordering::Relaxed);
        assert!(matches!(run.join().expect("it ends"), Err(HookError::Stopped { .. })));
        let mut heard = String::new();
        reader.read_to_string(&mut heard).expect("text");
        assert_eq!(heard, "");
    });
}
