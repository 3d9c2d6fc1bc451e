//! Prints who introduced each authored line of a range: `commit<TAB>line<TAB>path`, `-` for lines
//! that no commit of the range introduced. `benches/blame-agreement.py` compares it with `git blame`.

#![allow(clippy::print_stdout)]

use ai_detect::exclude::{DEFAULT_MAX_BYTES, Excluder};
use ai_detect::git::{RangeSpec, Repository};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(dir), Some(range)) = (args.next(), args.next()) else {
        return Err("usage: attribution DIR RANGE".into());
    };
    let repository = Repository::open(dir.as_ref())?;
    let resolved = repository.resolve(&RangeSpec::Spec(range))?;
    let records = repository.records(&[], None)?;
    let change = repository.change_set(resolved, &Excluder::new(&[], DEFAULT_MAX_BYTES)?, &records)?;
    for file in &change.files {
        for origin in &file.origins {
            let commit =
                origin.commit.and_then(|at| change.commits.get(at as usize)).map_or("-", |commit| commit.id.as_str());
            for line in origin.span.start..origin.span.end {
                println!("{commit}\t{}\t{}", file.new.number(line), file.path);
            }
        }
    }
    Ok(())
}
