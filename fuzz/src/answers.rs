//! What a collector answers to a client of a trail. It is a stranger's until its signature and proof are checked.

use ai_detect_trail_client::answer::{Answer, Range, message};
use ai_detect_trail_client::event::Series;
use ai_detect_trail_client::witness::{Standing, judge};
use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::{KeyName, SigningKey};

use super::{assert_printable, chosen};

/// Nothing panics, nothing that is not signed is believed, and no message acts on a terminal.
pub fn run(data: &[u8]) {
    let (kind, data) = chosen(data);
    match kind % 4 {
        0 => answered(data, None),
        1 => answered(data, Some(1 + data.len() as u64)),
        2 => {
            let (Ok(client), Ok(epoch)) = (ClientId::parse("laptop"), Epoch::parse("e1")) else { return };
            if let Ok(range) = Range::read(data, &Series { client, epoch }) {
                assert!(range.missing.len() <= data.len());
            }
        }
        _ => {
            let text = message(data);
            assert_printable(&text);
            assert!(text.chars().count() <= 300 && !text.contains('\n'));
        }
    }
}

/// Reads an answer, alone and as one that comes with a checkpoint that the collector did sign.
fn answered(data: &[u8], size: Option<u64>) {
    let Ok(name) = KeyName::new("trail.example.org/trail/eu/1") else { return };
    let key = SigningKey::new(name.clone(), &[7; 32]);
    let Ok(mut answer) = Answer::read(data) else { return };
    let kept = Checkpoint { origin: name.clone(), size: 7, root: TreeHash::of_leaf(b"kept") };
    for kept in [None, Some(&kept)] {
        // Nobody but this test has the key, and the input has no checkpoint that it signed.
        assert!(!matches!(judge(&key.verifier(), kept, &answer), Standing::Continues(_)));
    }
    let Some(size) = size else { return };
    answer.checkpoint = Checkpoint { origin: name, size, root: TreeHash::of_leaf(data) }.sign(&key).ok();
    assert!(matches!(judge(&key.verifier(), None, &answer), Standing::Continues(seen) if seen.size == size));
    // No hashes of a stranger lead from one made-up root to another.
    assert!(!matches!(judge(&key.verifier(), Some(&kept), &answer), Standing::Continues(_)));
}
