//! Where `ai-detect scan` keeps its rows: each made once, whatever happens in between, and nothing that is not its
//! own is written to.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use crate::support::history::*;
use crate::support::*;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Kills a run as soon as its output holds anything, and says whether it was still running.
fn killed(repo: &Repo, args: &[&str], started: &dyn Fn() -> bool) -> bool {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ai-detect"));
    command.arg("-C").arg(repo.path()).args(args).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.env("GIT_CONFIG_NOSYSTEM", "1").spawn().unwrap();
    while !started() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let was_running = child.try_wait().unwrap().is_none();
    // SIGKILL where there are signals.
    let _ = child.kill();
    child.wait().unwrap();
    was_running
}

#[test]
fn after_a_kill_every_commit_has_one_row() {
    let repo = long(600);
    let output = repo.beside("rows.jsonl");
    let name = output.display().to_string();
    // Each run writes a little more than the one before it.
    let kills = [0, 1, 100_000, 200_000, 300_000].map(|wanted| {
        let large_enough = || std::fs::metadata(&output).is_ok_and(|found| found.len() >= wanted);
        killed(&repo, &["scan", "-o", &name], &large_enough)
    });
    assert!(kills.contains(&true), "none was still running when it was killed");
    repo.run(&["scan", "-o", &name]).text();
    assert_eq!(sorted(commits(&rows_of(&output))), listed(&repo, &["HEAD"]));
}

#[test]
fn after_a_kill_every_commit_is_in_one_parquet_file() {
    // More than one file holds.
    let repo = long(4200);
    let folder = repo.beside("rows.parquet");
    let name = folder.display().to_string();
    let anything = || folder.join(".ai-detect-scan").exists();
    let unfinished = || folder.join(".unfinished").exists() || folder.join("part-000001.parquet").exists();
    let kills = [killed(&repo, &["scan", "-o", &name], &anything), killed(&repo, &["scan", "-o", &name], &unfinished)];
    assert!(kills.contains(&true), "none was still running when it was killed");
    repo.run(&["scan", "-o", &name]).text();
    let rows = rows_of_parts(&folder);
    assert_eq!(sorted(commits(&rows)), listed(&repo, &["HEAD"]));
    assert!(!folder.join(".unfinished").exists());
}

#[test]
fn a_line_that_was_cut_off_is_made_again() {
    let repo = long(3);
    let output = repo.beside("rows.jsonl");
    let name = output.display().to_string();
    repo.run(&["scan", "-o", &name]).text();
    let whole = std::fs::read(&output).unwrap();
    let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in [0, 1, 40, second - 1, second, second + 1, second + 300, whole.len() - 1] {
        std::fs::write(&output, &whole[..length]).unwrap();
        repo.run(&["scan", "-o", &name]).text();
        assert_eq!(std::fs::read(&output).unwrap(), whole, "cut at {length}");
    }
}

#[test]
fn a_second_run_at_once_is_told_so_and_changes_nothing() {
    let repo = long(3);
    let output = repo.beside("rows.jsonl");
    let folder = repo.beside("rows.parquet");
    for (table, lock) in [(&output, output.clone()), (&folder, folder.join(".ai-detect-scan"))] {
        let name = table.display().to_string();
        repo.run(&["scan", "-o", &name]).text();
        let held = std::fs::File::options().write(true).open(lock).unwrap();
        held.lock().unwrap();
        let told = repo.run(&["scan", "-o", &name]).error(3);
        assert_eq!(told, format!("another run is writing to {name}; wait for it, or name another --output"));
        drop(held);
        repo.run(&["scan", "-o", &name]).text();
    }
}

#[test]
fn a_folder_that_was_carried_without_its_hidden_files_is_gone_on_with() {
    let repo = long(3);
    let folder = repo.beside("rows.parquet");
    repo.run(&["scan", "HEAD~1", "-o", &folder.display().to_string()]).text();
    std::fs::remove_file(folder.join(".ai-detect-scan")).unwrap();
    let run = repo.run(&["scan", "-o", &folder.display().to_string()]);
    assert!(run.stderr.is_empty() && run.status == 0, "{}", run.stderr);
    assert_eq!((parts(&folder).len(), rows_of_parts(&folder).len()), (2, 3));
}

#[test]
fn what_is_not_ours_is_never_written_to() {
    let repo = long(2);
    let file = repo.beside("notes.txt");
    std::fs::write(&file, "mine\n").unwrap();
    let told = repo.run(&["scan", "-o", &file.display().to_string()]).error(2);
    assert!(told.contains("line 1 is no row of `ai-detect scan`; nothing was written"), "{told}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine\n");

    for target in [repo.beside("home"), repo.beside("taken.parquet"), file.with_extension("parquet")] {
        std::fs::create_dir_all(&target).unwrap();
        std::fs::write(target.join("mine.parquet"), "mine").unwrap();
        let told = repo.run(&["scan", "--format", "parquet", "-o", &target.display().to_string()]).error(2);
        assert!(told.contains("is no folder of `ai-detect scan`; nothing was written"), "{told}");
        assert_eq!(std::fs::read_dir(&target).unwrap().count(), 1);
    }
    let called_alike = repo.beside("alike.parquet");
    std::fs::create_dir(&called_alike).unwrap();
    std::fs::write(called_alike.join("part-000001.parquet"), "mine").unwrap();
    let told = repo.run(&["scan", "-o", &called_alike.display().to_string()]).error(2);
    assert!(told.contains("part-000001.parquet: ") && told.contains("; nothing was written"), "{told}");
    assert_eq!(std::fs::read_dir(&called_alike).unwrap().count(), 1);
    let told = repo.run(&["scan", "--format", "parquet", "-o", &file.display().to_string()]).error(2);
    assert!(told.contains("is no folder of `ai-detect scan`"), "{told}");

    // Somebody else's file in a folder of ours.
    let folder = repo.beside("rows.parquet");
    let name = folder.display().to_string();
    repo.run(&["scan", "-o", &name]).text();
    std::fs::write(folder.join("other.parquet"), "PAR1 but no more").unwrap();
    let told = repo.run(&["scan", "-o", &name]).error(2);
    assert!(told.contains("other.parquet: ") && told.contains("nothing was written"), "{told}");
}

#[test]
fn an_output_that_cannot_be_written_is_said_before_the_work() {
    let repo = long(2);
    let missing = repo.beside("no/such/folder/rows.jsonl").display().to_string();
    assert!(repo.run(&["scan", "-o", &missing]).error(3).starts_with("cannot write "));
    let folder = repo.beside("home").display().to_string();
    assert!(repo.run(&["scan", "-o", &folder]).error(2).contains("is no file"));
    assert!(repo.run(&["scan", "--format", "parquet"]).error(2).contains("need an --output"));
}

/// What a run says on a disk that takes only so many bytes.
fn on_a_full_disk(repo: &Repo, bytes: usize, args: &[&str]) -> String {
    let mut scan = repo.process(args);
    scan.env("LD_PRELOAD", preload::failing_disk(repo)).env("DISK_BYTES", bytes.to_string());
    let ended = scan.output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), ended.stdout.len()), (Some(3), 0), "{said}");
    said
}

#[test]
fn a_full_disk_is_said_and_the_next_run_makes_what_is_missing() {
    let repo = long(300);
    let (lines, folder) = (repo.beside("rows.jsonl"), repo.beside("rows.parquet"));
    for bytes in [1, 1000, 70_000, 150_000] {
        let _ = std::fs::remove_file(&lines);
        let name = lines.display().to_string();
        let said = on_a_full_disk(&repo, bytes, &["scan", "-o", &name]);
        assert_eq!(said, format!("error: cannot write {name}: the disk is full\n"));
        assert_eq!(std::fs::metadata(&lines).unwrap().len(), bytes as u64);
        repo.run(&["scan", "-o", &name]).text();
        assert_eq!(sorted(commits(&rows_of(&lines))), listed(&repo, &["HEAD"]));
    }
    let name = folder.display().to_string();
    for bytes in [1, 1000, 10_000] {
        let said = on_a_full_disk(&repo, bytes, &["scan", "-o", &name]);
        assert_eq!(said, format!("error: cannot write {name}: the disk is full\n"));
        // Only what says whose folder it is.
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }
    repo.run(&["scan", "HEAD~9", "-o", &name]).text();
    let first = std::fs::read(&parts(&folder)[0]).unwrap();
    on_a_full_disk(&repo, 1000, &["scan", "-o", &name]);
    assert_eq!(std::fs::read(&parts(&folder)[0]).unwrap(), first);
    repo.run(&["scan", "-o", &name]).text();
    assert_eq!(sorted(commits(&rows_of_parts(&folder))), listed(&repo, &["HEAD"]));
}

#[test]
fn standard_output_that_is_full_is_said() {
    let repo = long(3);
    let mut scan = repo.process(&["scan"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ended = scan.stdout(full).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3));
    assert_eq!(said, "error: cannot write the output: No space left on device (os error 28)\n");
}

/// Runs on a table that holds this, and must leave it as it is; what is said of it, without its path.
fn refused(repo: &Repo, table: &Path, file: &Path, content: &[u8]) -> String {
    std::fs::write(file, content).unwrap();
    let told = repo.run(&["scan", "-o", &table.display().to_string()]).error(2);
    assert_eq!(std::fs::read(file).unwrap(), content);
    let told = told.strip_prefix(&format!("{}: ", file.display())).unwrap_or_else(|| panic!("{told}"));
    told.strip_suffix("; nothing was written, name another --output").unwrap_or_else(|| panic!("{told}")).to_owned()
}

#[test]
fn lines_that_are_damaged_are_told_by_their_number() {
    let repo = long(4);
    let output = repo.beside("rows.jsonl");
    repo.run(&["scan", "-o", &output.display().to_string()]).text();
    let whole = std::fs::read_to_string(&output).unwrap();
    let second = whole.find('\n').unwrap() + 1;
    let third = second + whole[second..].find('\n').unwrap() + 1;
    let with = |line: &[u8]| [&whole.as_bytes()[..second], line, &whole.as_bytes()[third..]].concat();
    let line = &whole[second..third];
    let id = text(&serde_json::from_str::<serde_json::Value>(line).unwrap()["commit"]).to_owned();
    for (what, damaged) in [
        ("cut off in the middle of the file", line.as_bytes()[..200].to_vec()),
        ("a line joined with its end", line.replace("\",\"", "\"").into_bytes()),
        ("another schema", line.replace("scan/v1", "scan/v2").into_bytes()),
        ("a report", b"{\"schema\":\"ai-detect/report/v1\"}\n".to_vec()),
        ("no commit", line.replace(&id, "HEAD").into_bytes()),
        ("a short id", line.replace(&id, &id[..12]).into_bytes()),
        ("no text", [b"{\"schema\":\"\xff\xfe\"}\n".as_slice(), line.as_bytes()].concat()),
        ("zeros", vec![0; 4096]),
        ("depth", ["[".repeat(100_000).as_bytes(), b"\n"].concat()),
        ("nothing", b"\n".to_vec()),
    ] {
        assert_eq!(refused(&repo, &output, &output, &with(&damaged)), "line 2 is no row of `ai-detect scan`", "{what}");
    }
    // Endings as another system writes them, and rows of another repository, are rows.
    let other = whole.replace("\"repository\":\"repo\"", "\"repository\":\"other\"");
    assert_ne!(other, whole);
    std::fs::write(&output, other.replace('\n', "\r\n")).unwrap();
    let told = repo.run(&["scan", "-o", &output.display().to_string()]).text();
    assert!(told.starts_with("repo: 4 new rows, 0 there before"), "{told}");
    assert_eq!(rows_of(&output).len(), 8);
    let told = repo.run(&["scan", "-o", &output.display().to_string()]).text();
    assert!(told.starts_with("repo: 0 new rows, 4 there before"), "{told}");
}

/// A Parquet file of somebody else, which may call itself ours.
fn foreign(shape: &str, ours: bool) -> Vec<u8> {
    use parquet::data_type::ByteArray;
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;
    let about = ours.then(|| vec![KeyValue::new("ai-detect.schema".to_owned(), "ai-detect/scan/v1".to_owned())]);
    let properties = WriterProperties::builder().set_key_value_metadata(about).build();
    let mut content = Vec::new();
    let shape = Arc::new(parse_message_type(shape).unwrap());
    let mut file = SerializedFileWriter::new(&mut content, shape, Arc::new(properties)).unwrap();
    let mut group = file.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        let value = ByteArray::from("HEAD");
        match column.untyped() {
            parquet::column::writer::ColumnWriter::ByteArrayColumnWriter(column) => {
                column.write_batch(&[value], None, None).unwrap();
            }
            parquet::column::writer::ColumnWriter::Int64ColumnWriter(column) => {
                column.write_batch(&[7], None, None).unwrap();
            }
            _ => panic!("another kind"),
        }
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    content
}

#[test]
fn parquet_files_that_are_damaged_or_foreign_are_told_by_their_name() {
    let repo = long(20);
    let folder = repo.beside("rows.parquet");
    repo.run(&["scan", "-o", &folder.display().to_string()]).text();
    let part = parts(&folder).remove(0);
    let whole = std::fs::read(&part).unwrap();
    let footer =
        whole.len() - 8 - u32::from_le_bytes(whole[whole.len() - 8..whole.len() - 4].try_into().unwrap()) as usize;
    let strings = |names: [&str; 3]| {
        let fields: String = names.iter().map(|name| format!("required binary {name} (UTF8);")).collect();
        format!("message rows {{ {fields} }}")
    };
    let ours = strings(["repository", "commit", "rules"]);
    for (what, content, expected) in [
        ("nothing at all", vec![], "too small"),
        ("cut off in its data", whole[..footer / 2].to_vec(), "Parquet"),
        ("cut off before its footer", whole[..footer].to_vec(), "Parquet"),
        ("cut off in its footer", whole[..whole.len() - 100].to_vec(), "Parquet"),
        ("its last byte missing", whole[..whole.len() - 1].to_vec(), "Parquet"),
        (
            "a footer that is longer than the file",
            [&whole[..whole.len() - 8], b"\xff\xff\xff\x7fPAR1"].concat(),
            "arquet",
        ),
        (
            "a footer of zeros",
            [&whole[..footer], &vec![0; whole.len() - footer - 8][..], &whole[whole.len() - 8..]].concat(),
            "arquet",
        ),
        ("lines of JSON", b"{\"schema\":\"ai-detect/scan/v1\"}\n".to_vec(), "arquet"),
        ("rows of somebody else", foreign(&ours, false), "it holds no rows of `ai-detect scan`"),
        (
            "no column of commits",
            foreign(&strings(["repository", "rules", "x"]), true),
            "it holds no rows of `ai-detect scan`",
        ),
        (
            "commits as numbers",
            foreign(&ours.replace("binary commit (UTF8)", "int64 commit"), true),
            "it holds no rows of `ai-detect scan`",
        ),
        ("commits that are none", foreign(&ours, true), "a row of it names no commit"),
    ] {
        let told = refused(&repo, &folder, &part, &content);
        assert!(told.contains(expected), "{what}: {told}");
    }
    // Whole again, it is gone on with.
    std::fs::write(&part, &whole).unwrap();
    let told = repo.run(&["scan", "-o", &folder.display().to_string()]).text();
    assert!(told.starts_with("repo: 0 new rows, 20 there before"), "{told}");
}

#[test]
fn bytes_that_changed_in_a_parquet_file_never_break_a_run() {
    let repo = long(20);
    let folder = repo.beside("rows.parquet");
    let name = folder.display().to_string();
    repo.run(&["scan", "-o", &name]).text();
    let part = parts(&folder).remove(0);
    let whole = std::fs::read(&part).unwrap();
    let mut random = StdRng::seed_from_u64(20_261_124);
    let (mut refused, mut taken) = (0, 0);
    for round in 0..60 {
        let mut damaged = whole.clone();
        // In turn anywhere, and in the footer, where one byte says how much is to be read.
        let from = if round % 2 == 0 { 0 } else { whole.len() - 400 };
        for _ in 0..1 + round % 3 {
            let at = random.gen_range(from..whole.len());
            damaged[at] ^= random.gen_range(1..=255u8);
        }
        std::fs::write(&part, &damaged).unwrap();
        // `run` holds that it neither panics nor is ended by a signal.
        let run = repo.run(&["scan", "HEAD..HEAD", "-o", &name]);
        match run.status {
            0 => taken += 1,
            status => {
                assert_eq!(status, 2, "{run:?}");
                let other_rules = run.stderr.contains("made by another version");
                assert!(other_rules || run.stderr.starts_with(&format!("error: {}: ", part.display())), "{run:?}");
                refused += 1;
            }
        }
        assert_eq!(std::fs::read(&part).unwrap(), damaged);
    }
    assert!(refused > 10 && taken > 0, "{refused} refused, {taken} taken");
}

#[test]
fn a_commit_whose_contents_a_clone_lacks_has_no_row_until_they_are_there() {
    let repo = long(3);
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repo.clone("partial", &["--bare", "--no-local", "--filter=blob:none"]);
    let url = clone.git(&["config", "remote.origin.url"]);
    clone.git(&["config", "remote.origin.url", "file:///nowhere"]);
    let output = repo.beside("rows.jsonl");
    let run = clone.run(&["scan", "-o", &output.display().to_string()]);
    assert_eq!(run.status, 3);
    let id = repo.id("HEAD");
    let told = format!("error: partial: {} is left out: file_3.py is missing from this clone (", &id[..12]);
    assert!(run.stderr.contains(&told), "{}", run.stderr);
    assert!(
        run.stderr.ends_with("error: partial: 3 commits have no row; the next run tries again\n"),
        "{}",
        run.stderr
    );
    assert_eq!(rows_of(&output).len(), 0);
    clone.git(&["config", "remote.origin.url", &url]);
    clone.git(&["fetch", "--quiet", "--refetch", "--no-filter", "origin"]);
    let clone = clone.with_notes();
    clone.run(&["scan", "-o", &output.display().to_string()]).text();
    assert_eq!(sorted(commits(&rows_of(&output))), listed(&repo, &["HEAD"]));
}
