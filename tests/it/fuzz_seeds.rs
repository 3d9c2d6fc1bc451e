//! The fuzz targets on their seeds, without any fuzzer: what the fuzzers found is a seed since. Seeds are
//! small, written by hand, and one folder a target under `fuzz/seeds/`.

use ai_detect::attest::forms;

/// A sample of each form of record, at its place and as a line of a file of records, whole and cut short.
#[test]
fn samples_of_records() {
    let places = forms::places();
    for (kept, sample) in forms::ALL.iter().filter_map(|form| Some((form.place()?, form.sample()?))) {
        let place = places.iter().position(|place| place.name() == kept.name()).unwrap();
        for chosen in [place, places.len()] {
            for end in 0..=sample.len() {
                let input = [&[chosen as u8], &sample.as_bytes()[..end]].concat();
                crate::targets::records::run(&input);
            }
        }
    }
}

/// Every seed, and what is left of it where it is cut short.
fn all_seeds(target: &str, run: fn(&[u8])) {
    let folder = format!("{}/fuzz/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut tried = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let seed = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(seed.len() <= 16 << 10, "seeds are small");
        run(&seed);
        for part in 1..8 {
            run(&seed[..seed.len() * part / 8]);
        }
        tried += 1;
    }
    assert!(tried > 2, "{folder}");
}

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            all_seeds(stringify!($name), crate::targets::$name::run);
        })*

        /// Every target of `fuzz/fuzz_targets` is here, and has a folder of seeds.
        #[test]
        fn none_is_forgotten() {
            let names = |folder: &str| {
                let folder = format!("{}/fuzz/{folder}", env!("CARGO_MANIFEST_DIR"));
                let names = std::fs::read_dir(folder).unwrap();
                let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().path().file_stem().unwrap().to_owned();
                let mut names: Vec<_> = names.map(name).collect();
                names.sort();
                names
            };
            let mut here = vec![$(stringify!($name)),*];
            here.sort();
            assert_eq!(names("seeds"), here);
            assert_eq!(names("fuzz_targets"), here);
        }
    };
}

targets!(
    answers, capture, patch, message, records, settings, signatures, hunks, sinks, posted, commands, states, trail,
    wire, segment
);
