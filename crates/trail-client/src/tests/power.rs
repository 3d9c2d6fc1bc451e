//! Power cuts: what was not brought to the disk is gone, and no number that may have been sent is given again.

use std::fs;
use std::path::Path;

use crate::spool::{Cursor, Spool};
use proptest::prelude::*;

use crate::tests::support::*;

/// What is certainly on the disk: the files as they were when the last marker was written.
#[derive(Default)]
struct Disk {
    database: Vec<u8>,
    log: Vec<u8>,
}

fn log_of(database: &Path) -> std::path::PathBuf {
    database.with_file_name("spool.db-wal")
}

impl Disk {
    fn of(spool: &Spool) -> Self {
        let database = spool.database();
        let log = fs::read(log_of(&database)).unwrap_or_default();
        Self { database: fs::read(database).unwrap(), log }
    }

    /// What is there after a power cut: of all that was written since, the log up to some byte, with rubbish behind it.
    fn cut(&self, spool: &Spool, share: f64, rubbish: bool) {
        let now = Self::of(spool);
        let (mut database, mut log) = (self.database.clone(), self.log.clone());
        if now.database != self.database || now.log.get(..32) != self.log.get(..32) {
            // SQLite brought the log to the disk itself when it was full.
            (database, log) = (now.database, now.log);
        } else {
            let more = now.log.len().saturating_sub(log.len());
            let kept = log.len() + (more as f64 * share) as usize;
            log = now.log[..kept.min(now.log.len())].to_vec();
            if rubbish {
                log.resize(log.len() + 4096, 0x33);
            }
        }
        let folder = spool.database().parent().unwrap().to_owned();
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        fs::write(spool.database(), database).unwrap();
        fs::write(log_of(&spool.database()), log).unwrap();
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(u64),
    /// A batch is sent, and the collector has it.
    Send(usize),
    /// The power goes: how much of what was written since reached the disk.
    Cut {
        share: f64,
        rubbish: bool,
        restart: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (1..30_u64).prop_map(Step::Append),
        3 => (1..40_usize).prop_map(Step::Send),
        2 => (0.0..=1.0, any::<bool>(), any::<bool>())
            .prop_map(|(share, rubbish, restart)| Step::Cut { share, rubbish, restart }),
    ]
}

fn cases() -> u32 {
    std::env::var("HISTORIES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]
    #[test]
    fn no_number_that_may_have_been_sent_is_given_again(steps in prop::collection::vec(step(), 4..24)) {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = spool(folder.path());
        let mut boots = 1;
        let mut mark = 0;
        spool.append(&light([mark])).unwrap();
        let mut disk = Disk::of(&spool);
        // What each number stood for when it was sent.
        let mut sent = std::collections::BTreeMap::new();
        for step in steps {
            match step {
                Step::Append(many) => {
                    let marks = mark + 1..=mark + many;
                    mark += many;
                    let appended = spool.append(&light(marks)).unwrap();
                    // The second belt, a new epoch after each start, is not needed for this to hold.
                    for number in appended.first.get()..=appended.last.get() {
                        let key = (appended.epoch.to_string(), number);
                        prop_assert!(!sent.contains_key(&key), "{key:?} is given again");
                    }
                }
                Step::Send(most) => {
                    let batch = spool.next_batch(&sender(), &mut Cursor::default(), most).unwrap();
                    // What is on the disk now is what was there when the batch was handed out.
                    disk = Disk::of(&spool);
                    let Some(batch) = batch else { continue };
                    for line in lines(&batch) {
                        let key = (line["epoch"].as_str().unwrap().to_owned(), line["number"].as_u64().unwrap());
                        let session = line["session"].as_str().unwrap().to_owned();
                        let known = sent.entry(key).or_insert_with(|| session.clone()).clone();
                        prop_assert_eq!(known, session);
                    }
                    spool.acknowledge(&all_of(&batch), at(NOON)).unwrap();
                }
                Step::Cut { share, rubbish, restart } => {
                    disk.cut(&spool, share, rubbish);
                    if restart {
                        boots += 1;
                        spool = spool.with_boot(&format!("boot-{boots}"));
                    }
                    disk = Disk::of(&spool);
                }
            }
        }
        prop_assert!(spool.put_aside_before().unwrap().is_empty());
    }
}
