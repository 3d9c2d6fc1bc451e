//! Frames of stack traces: the file and line of each, in the forms of Python, Java and Kotlin, JavaScript, Go, Rust, Ruby, PHP and
//! .NET.
//!
//! A trace names files as they lay where the program ran or was built. Which file of the repository that is, is decided by
//! the end of the path.

use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashSet;

/// A frame as a trace names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The line of the trace, without white space around it.
    pub text: String,
    /// The path, with `/` between folders.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
}

/// Different frames that are looked at, from the start and from the end of a trace each: where it failed stands at one of them.
const MAX_FRAMES: usize = 100;
/// Characters of a line of the trace that are kept.
const MAX_TEXT: usize = 200;

static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let forms = [
        // Python: File "/app/a.py", line 3, in f
        r#"^File "(?P<path>[^"]+)", line (?P<line>\d+)"#,
        // .NET: at A.B.C(String s) in C:\a\B.cs:line 12
        r"^at .* in (?P<path>[^\n]+):line (?P<line>\d+)$",
        // Java and Kotlin: at app//com.foo.Bar$Inner.run(Bar.java:42)
        r"^at (?:[\w.@-]*/{1,2})*(?P<class>[\w$.<>]+)\.[\w$<>]+\((?P<file>[\w$-]+\.\w+):(?P<line>\d+)\)",
        // JavaScript: at f (file:///app/a.js:10:5), at /app/a.js:10:5, f@http://x/a.js:10:5
        r"^(?:at .*\(|at (?:async )?|[\w$./<>]*@)(?P<path>[^()\n]+?):(?P<line>\d+):\d+\)?$",
        // PHP: #0 /app/a.php(12): f()
        r"^#\d+ (?P<path>[^()\n]+)\((?P<line>\d+)\)",
        // Ruby: from /app/a.rb:12:in `f'
        r"^(?:from |\d+: from )?(?P<path>[^\s:]+):(?P<line>\d+):in ",
        // Go: /src/a.go:33 +0x1d
        r"^(?P<path>\S+\.(?:go|s)):(?P<line>\d+)(?: \+0x[0-9a-f]+)?$",
        // Rust: at ./src/a.rs:4:5; panicked at src/a.rs:4:5
        r"(?:^at |panicked at (?:.*, )?)(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?:?$",
    ];
    // Each is tested below.
    forms.iter().filter_map(|form| Regex::new(form).ok()).collect()
});

/// The frames of a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frames {
    /// The different ones, in the order of the trace.
    pub named: Vec<Named>,
    /// How many more there are, in the middle.
    pub left_out: usize,
}

/// The frames of a trace, each once. Other lines are passed over.
pub fn frames(trace: &str) -> Frames {
    let mut seen = FxHashSet::default();
    let mut named: Vec<Named> = Vec::new();
    for frame in trace.lines().filter_map(|line| frame(line.trim())) {
        if seen.insert((frame.path.clone(), frame.line)) {
            named.push(frame);
        }
    }
    let left_out = named.len().saturating_sub(2 * MAX_FRAMES);
    named.drain(MAX_FRAMES.min(named.len())..(MAX_FRAMES + left_out).min(named.len()));
    Frames { named, left_out }
}

fn frame(line: &str) -> Option<Named> {
    let found = FORMS.iter().find_map(|form| form.captures(line))?;
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    let path = match (part("path"), part("class"), part("file")) {
        (Some(path), _, _) => path.replace('\\', "/"),
        (None, Some(class), Some(file)) => of_class(class, file),
        _ => return None,
    };
    let number = part("line")?.parse().ok().filter(|number| *number > 0)?;
    Some(Named { text: line.chars().take(MAX_TEXT).collect(), path: plain(&path), line: number })
}

/// `com/foo/Bar.java` for the class `com.foo.Bar$Inner`.
fn of_class(class: &str, file: &str) -> String {
    let package = class.rsplit_once('.').map_or("", |(package, _)| package);
    if package.is_empty() { file.to_owned() } else { format!("{}/{file}", package.replace('.', "/")) }
}

/// A path without a scheme, a drive and what a bundler puts in front or behind.
fn plain(path: &str) -> String {
    let path = path.split_once("://").map_or(path, |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let drive = path.get(..2).is_some_and(|drive| drive.ends_with(':'));
    let path = if drive { path.get(2..).unwrap_or(path) } else { path };
    path.trim_start_matches("./").to_owned()
}

/// Which file of a repository a frame means: the one that has most folders at its end in common with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// One file.
    File(String),
    /// Several are as likely.
    Several(Vec<String>),
    /// None, and the path is one where libraries lie.
    Library,
    /// None.
    Nothing,
}

/// Where files lie that belong to a language or a library, and not to a repository.
const LIBRARIES: [&str; 13] = [
    "/site-packages/",
    "/dist-packages/",
    "/node_modules/",
    "/usr/lib/",
    "/usr/local/lib/",
    "/lib/python",
    "/rustc/",
    "/pkg/mod/",
    "/.cargo/registry/",
    "/gems/",
    "/vendor/",
    "node:",
    "java/",
];

/// Finds the file of a frame among those of a repository. A name alone is enough only where the frame, or the repository, has
/// no folder to compare.
pub fn file_of(path: &str, files: &[String]) -> Match {
    let is_library = LIBRARIES.iter().any(|library| match library.starts_with('/') {
        true => path.contains(library),
        false => path.starts_with(library),
    });
    let wanted: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let common = |file: &str| {
        let same = file.rsplit('/').zip(wanted.iter().rev()).take_while(|(a, b)| a == *b).count();
        let is_whole = same == wanted.len() || (same == file.split('/').count() && !is_library);
        // Of a path where libraries lie, more must agree than a folder called `src`.
        let is_enough = is_whole || same > if is_library { 2 } else { 1 };
        if is_enough { same } else { 0 }
    };
    let nothing = if is_library { Match::Library } else { Match::Nothing };
    let most = files.iter().map(|file| common(file)).max().unwrap_or(0);
    if most == 0 {
        return nothing;
    }
    let best: Vec<String> = files.iter().filter(|file| common(file) == most).cloned().collect();
    match <[String; 1]>::try_from(best) {
        Ok([file]) => Match::File(file),
        Err(several) => Match::Several(several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_the_usual_languages_are_found() {
        assert_eq!(FORMS.len(), 8);
        for (line, path, number) in [
            (r#"  File "/app/pkg/a.py", line 3, in <module>"#, "/app/pkg/a.py", 3),
            ("\tat com.foo.Bar$Inner.run(Bar.java:42)", "com/foo/Bar.java", 42),
            ("at java.base/java.lang.Thread.run(Thread.java:840)", "java/lang/Thread.java", 840),
            ("at app//com.foo.Bar.<init>(Bar.kt:7)", "com/foo/Bar.kt", 7),
            ("    at Object.<anonymous> (/app/src/a.js:10:5)", "/app/src/a.js", 10),
            ("    at async run (file:///app/src/a.mjs:10:5)", "/app/src/a.mjs", 10),
            ("    at /app/src/a.ts:10:5", "/app/src/a.ts", 10),
            ("run@https://example.org/src/a.js?v=3:10:5", "example.org/src/a.js", 10),
            ("\t/home/ada/go/src/github.com/o/r/pkg/a.go:33 +0x1d", "/home/ada/go/src/github.com/o/r/pkg/a.go", 33),
            ("             at ./src/main.rs:4:5", "src/main.rs", 4),
            ("thread 'main' panicked at src/lib.rs:9:14:", "src/lib.rs", 9),
            ("   at A.B.C(String s) in C:\\work\\App\\B.cs:line 12", "/work/App/B.cs", 12),
            ("#0 /app/src/a.php(12): f()", "/app/src/a.php", 12),
            ("\tfrom /app/lib/a.rb:12:in `run'", "/app/lib/a.rb", 12),
        ] {
            let found = frames(line).named;
            let found: Vec<(&str, u32)> = found.iter().map(|frame| (frame.path.as_str(), frame.line)).collect();
            assert_eq!(found, [(path, number)], "{line}");
        }
        for line in ["", "Traceback (most recent call last):", "ValueError: 3", "goroutine 1 [running]:", "main.main()"]
        {
            assert_eq!(frames(line), Frames::default(), "{line}");
        }
    }

    #[test]
    fn of_a_long_trace_both_ends_are_kept_and_repeated_frames_once() {
        let line = |number: usize| format!("  File \"/app/a.py\", line {number}, in f\n");
        let trace: String = (1..=300).map(&line).chain((0..50).map(|_| line(300))).collect();
        let Frames { named, left_out } = frames(&trace);
        assert_eq!((named.len(), left_out), (200, 100));
        assert_eq!((named[0].line, named[99].line, named[100].line, named[199].line), (1, 100, 201, 300));
    }

    #[test]
    fn the_file_is_the_one_with_most_folders_in_common() {
        let files: Vec<String> =
            ["src/a.py", "lib/a.py", "src/main/java/com/foo/Bar.java", "b.py"].map(str::to_owned).into();
        assert_eq!(file_of("/app/src/a.py", &files), Match::File("src/a.py".into()));
        assert_eq!(file_of("com/foo/Bar.java", &files), Match::File("src/main/java/com/foo/Bar.java".into()));
        assert_eq!(file_of("a.py", &files), Match::Several(vec!["src/a.py".into(), "lib/a.py".into()]));
        assert_eq!(file_of("/opt/other/a.py", &files), Match::Nothing);
        let libraries =
            ["/usr/lib/python3/json/b.py", "/app/node_modules/src/a.py", "/usr/lib/c.py", "java/lang/Bar.java"];
        for library in libraries {
            assert_eq!(file_of(library, &files), Match::Library, "{library}");
        }
        // Also where a folder of the repository has such a name.
        let own: Vec<String> = ["lib/python/mod.py", "java/app/q.py"].map(str::to_owned).into();
        assert_eq!(file_of("/app/lib/python/mod.py", &own), Match::File("lib/python/mod.py".into()));
        assert_eq!(file_of("/home/ada/java/app/q.py", &own), Match::File("java/app/q.py".into()));
        assert_eq!(file_of("/app/b.py", &files), Match::File("b.py".into()));
        assert_eq!(file_of("", &files), Match::Nothing);
    }
}
