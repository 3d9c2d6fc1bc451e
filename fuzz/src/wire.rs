//! Lines of events as clients send them: each becomes an entry that can be stored, or is kept whole.

use std::convert::Infallible;

use ai_detect_trail_log::commitment::{Commitment, Salt};
use ai_detect_trail_log::entry::{Entry, Reading};
use ai_detect_trail_log::ids::{PathId, PersonId, Region, RepositoryId};
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_log::wire::{Ids, Line, decode, normal_repository};

/// Nothing of it panics, and every line with a number has an entry without text.
pub fn run(data: &[u8]) {
    for line in data.split(|byte| *byte == b'\n') {
        one(line);
    }
    let name = normal_repository(&String::from_utf8_lossy(data));
    assert!(name.len() <= data.len() * 3, "{name}");
}

fn one(line: &[u8]) {
    let Line::Numbered(incoming) = decode(line) else { return };
    let texts = incoming.texts().cloned().unwrap_or_default();
    let ids = Ids {
        person: texts.person.map(|_| PersonId::from_random([1; 16])),
        repository: texts.repository.map(|_| RepositoryId::from_random([2; 16])),
        path: texts.path.map(|_| PathId::from_random([3; 16])),
    };
    let (client, epoch, number, exercise) =
        (incoming.client.clone(), incoming.epoch.clone(), incoming.number, incoming.exercise);
    let (Ok(received), Ok(region)) = (Micros::new(0), Region::parse("eu")) else { return };
    let time = incoming.time.unwrap_or(received);
    let keep = |body: &[u8]| Ok::<_, Infallible>(Commitment::of(&Salt::from_random([0; 32]), body));
    let Ok((event, extra)) = incoming.into_event(&ids, line, keep);
    let entry = Entry { client, epoch, number, time, received, region, conflict: None, exercise, extra, event };
    let bytes = match entry.encode() {
        Ok(bytes) => bytes,
        Err(error) => panic!("an event of a line cannot be stored: {error}"),
    };
    assert!(bytes.iter().all(|byte| (b' '..=b'~').contains(byte) && *byte != b'\\'));
    assert!(matches!(Entry::read(&bytes), Reading::Whole(read) if *read == entry));
}
