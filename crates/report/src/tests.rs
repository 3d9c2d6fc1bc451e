//! Every format on texts of strangers: each sink has its own way of being talked to, and none listens.

use super::*;
use ai_detect_base::terminal;
use serde_json::Value;

/// What a runner, a terminal, a parser or a forge would act on.
const HOSTILE: [&str; 16] = [
    "::set-output name=x::y",
    "a\n::add-mask::b\r\n::stop-commands::c",
    " \t::error file=a,line=1::b",
    "##[set-output name=x]y ##vso[task.complete] ##teamcity[x]",
    "%0A::error::x %25 100%",
    "a,b:c;d=e::f",
    "\u{1b}[2J\u{1b}]8;;x\u{7}\u{9b}31m section_start:0:x\r\u{1b}[0K",
    "\u{202e}turned\u{2066}\u{200b}\u{feff}\u{e0041}",
    "]]></skipped><failure/> <!-- --> <![CDATA[ &x; \" ' \u{fffe}",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "[a](javascript:x) {0} {{x}} \\",
    "\"}],\"results\":[],\"x\":[{\"y\":\"",
    "../../etc/passwd /abs //host c:\\x %2e%2e",
    "```\n\n@everyone <!-- ai-detect -->\n- [x] done",
    "日本語 🦀 é",
    "",
];

/// Nothing that a terminal or a runner acts on.
fn assert_printable(text: &str) {
    assert_eq!(terminal::unsafe_in(text), None, "{text}");
    assert_eq!(terminal::command_places(text).next(), None, "{text}");
}

#[test]
fn text_starts_no_command() {
    for hostile in HOSTILE {
        for flags in [1, 3] {
            let report = sample::report(hostile, flags);
            for width in [40, 100] {
                let printed =
                    anstream::adapter::strip_str(&text::write(&report, text::Detail::Everything, width)).to_string();
                assert_printable(&printed);
                assert!(printed.lines().all(|line| !line.trim_start().starts_with("::")), "{printed}");
            }
        }
    }
}

/// What each format says of a report, by its name; JSON has the numbers and no words.
fn said(report: &Report) -> Vec<(&'static str, String)> {
    let view = formats::View { detail: text::Detail::Everything, width: 100, excerpts: None };
    let worded = formats::ALL.iter().filter(|format| format.name != "json");
    worded.map(|format| (format.name, (format.write)(report, &view).unwrap())).collect()
}

/// Words about how a block looks.
const LOOKS: [&str; 5] = ["AI style (", "AI-generated code (", "stands out (", "stand out (", "Sum: log-odds"];

#[test]
fn a_flag_about_form_says_nothing_about_looks() {
    let mut report = sample::report("a text", 1);
    report.hunks.iter_mut().for_each(|hunk| hunk.verdict = Verdict::WrongForm);
    report.flags.iter_mut().for_each(|flag| flag.verdict = Verdict::WrongForm);
    for (format, mut said) in said(&report) {
        if format == "html" {
            // The words for other flags are in the page's script.
            said = said.split_once("id=\"data\"").unwrap().1.split_once("</script>").unwrap().0.to_owned();
        }
        for looks in LOOKS.into_iter().chain(["log-odds +", "message-tone", "logOdds"]) {
            assert!(!said.contains(looks), "{format}: {looks} in {said}");
        }
    }
}

#[test]
fn the_log_of_a_job_names_no_option_that_its_command_does_not_have() {
    let report = sample::report("a text", 20);
    let plain = |printed: String| anstream::adapter::strip_str(&printed).to_string();
    let (log, terminal) = (plain(text::write_log(&report, 200)), plain(text::write(&report, text::Detail::Flags, 200)));
    assert!(terminal.contains("(-v says more)") && terminal.contains("; -v shows them"), "{terminal}");
    assert!(!log.contains("(-v says more)") && !log.contains("-v shows them"), "{log}");
    assert!(log.contains("`ai-detect diff RANGE -v` shows the sums"), "{log}");
}

#[test]
fn a_block_below_half_stands_out() {
    let report = |likely: f64| {
        let mut report = sample::report("a text", 1);
        for (hunk, flag) in report.hunks.iter_mut().zip(&mut report.flags) {
            (hunk.verdict, flag.verdict) = (Verdict::Contradicted, Verdict::Contradicted);
            (hunk.probability, flag.probability) = (Some(likely), Some(likely));
        }
        report
    };
    for ((format, below), (_, above)) in said(&report(0.19)).into_iter().zip(said(&report(0.5))) {
        assert!(!below.contains("AI style (19 %"), "{format}: {below}");
        assert!(below.contains("out (19 %"), "{format}: {below}");
        assert!(
            above.contains("AI style (50 %") || above.contains("AI-generated code (rather likely, 50 %"),
            "{format}: {above}"
        );
    }
}

#[test]
fn workflow_commands_are_ours_alone() {
    for hostile in HOSTILE {
        let printed = github::write(&sample::report(hostile, 2));
        assert_printable(&printed);
        assert_eq!(printed.lines().count(), 4);
        for line in printed.lines() {
            let (properties, message) = line.strip_prefix("::notice ").unwrap().split_once("::").unwrap();
            let names: Vec<&str> = properties.split(',').filter_map(|it| it.split_once('=')).map(|it| it.0).collect();
            assert_eq!(names, ["file", "line", "endLine", "title"], "{line}");
            assert!(message.len() > 50, "{line}");
        }
    }
}

#[test]
fn a_step_makes_no_more_than_ten_annotations() {
    let printed = github::write(&sample::report("text", 5));
    assert_eq!(printed.matches("::notice file=").count(), 10);
    let printed = github::write(&sample::report("text", 6));
    assert_eq!(printed.matches("::notice file=").count(), 9);
    assert_eq!(printed.lines().last(), Some("::notice title=ai-detect::3 more flags in the report"));
    assert_eq!(github::write(&sample::report("text", 0)), "ai-detect: no flags\n");
}

#[test]
fn properties_and_messages_are_escaped_by_their_own_rules() {
    assert_eq!(github::property("a:b,c%d\n"), "a%3Ab%2Cc%25d%0A");
    assert_eq!(github::data("a:b,c%d"), "a:b,c%25d");
}

#[test]
fn junit_is_well_formed_and_never_fails() {
    let text = r#"(?:[^<>&"]|&(?:amp|lt|gt|quot|apos);)*"#;
    let tag = format!(r#"</?(?:testsuites|testsuite|testcase|skipped|system-out)(?: [a-z]+="{text}")*/?>"#);
    let document = regex::Regex::new(&format!("^<\\?xml [^<>]*\\?>(?:{tag}|[^<>&]|&(?:amp|lt|gt|quot|apos);)*$"));
    let document = document.unwrap();
    for hostile in HOSTILE {
        let printed = junit::write(&sample::report(hostile, 2));
        assert_printable(&printed);
        assert!(document.is_match(&printed), "{printed}");
        assert!(!printed.contains('\u{fffe}'));
        assert!(printed.contains("tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"4\""), "{printed}");
        assert_eq!(printed.matches("<skipped ").count(), 4);
    }
}

#[test]
fn code_quality_has_what_gitlab_asks_for() {
    let schema = serde_json::json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": { "type": "string", "minLength": 1 },
                "fingerprint": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
                "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
                "location": {
                    "required": ["path", "lines"],
                    "properties": { "lines": { "required": ["begin"], "properties": { "begin": { "type": "integer", "minimum": 1 } } } },
                },
            },
        },
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    for hostile in HOSTILE {
        let printed = code_quality::write(&sample::report(hostile, 2)).unwrap();
        assert_printable(&printed);
        let issues: Value = serde_json::from_str(&printed).unwrap();
        assert!(validator.is_valid(&issues), "{printed}");
        assert_eq!(issues[0]["location"]["path"], hostile);
    }
    assert!(!validator.is_valid(&serde_json::json!([{}])));
}

#[test]
fn rdjsonl_is_a_diagnostic_a_line() {
    for hostile in HOSTILE {
        let printed = rdjsonl::write(&sample::report(hostile, 2)).unwrap();
        assert_printable(&printed);
        let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 4);
        for line in lines {
            assert_eq!((&line["location"]["path"], &line["source"]["name"]), (&hostile.into(), &"ai-detect".into()));
            assert!(line["location"]["range"]["start"]["line"].as_u64() >= Some(1));
            assert!(line["message"].as_str().unwrap().starts_with("**"));
        }
    }
}

#[test]
fn sarif_points_at_files_and_rules() {
    for hostile in HOSTILE {
        let printed = sarif::write(&sample::report(hostile, 2)).unwrap();
        assert_printable(&printed);
        let log: Value = serde_json::from_str(&printed).unwrap();
        let run = &log["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!((&rule["id"], &result["level"]), (&result["ruleId"], &"note".into()));
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
            assert!(uri.chars().all(plain) && !uri.starts_with('/'), "{uri}");
        }
    }
}

#[test]
fn sarif_stays_within_what_github_takes() {
    let mut report = sample::report(&"\u{fffd}".repeat(2000), 1);
    let (hunk, flag) = (report.hunks[0].clone(), report.flags[0].clone());
    for at in 0..26_000usize {
        report.hunks.push(hunk.clone());
        report.flags.push(Flag { hunk: at + 2, ..flag.clone() });
    }
    let printed = sarif::write(&report).unwrap();
    assert!(printed.len() < 10_000_000, "{}", printed.len());
    let log: Value = serde_json::from_str(&printed).unwrap();
    let count = log["runs"][0]["results"].as_array().unwrap().len();
    let told = format!("{} flags are not listed: the report has them", 26_002 - count);
    let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert!(notes.to_string().contains(&told), "{told}");
}

#[test]
fn a_written_report_is_read_again() {
    let report = sample::report("text", 2);
    let written = json::write(&report).unwrap();
    let read = json::read(written.as_bytes()).unwrap();
    assert_eq!(json::write(&read).unwrap(), written);
}

#[test]
fn a_report_of_an_earlier_version_is_read_and_shown() {
    let mut report = serde_json::to_value(sample::report("text", 2)).unwrap();
    let take = |value: &mut Value, field: &str| drop(value.as_object_mut().unwrap().remove(field));
    take(&mut report["coverage"], "added_lines");
    for hunk in report["hunks"].as_array_mut().unwrap() {
        take(hunk, "sensitive_classes");
        for signal in hunk["signals"].as_array_mut().unwrap() {
            signal["evidence"].as_array_mut().unwrap().iter_mut().for_each(|evidence| take(evidence, "source"));
        }
    }
    let read = json::read(report.to_string().as_bytes()).unwrap();
    for (format, said) in said(&read) {
        assert!(said.contains("sensitive path") || !["text", "markdown", "html"].contains(&format), "{format}: {said}");
        assert!(!said.contains("before text after"), "{format}: {said}");
    }
    assert!(said(&sample::report("text", 2)).iter().any(|(_, said)| said.contains("before text after")));
}

/// A report, damaged in one place.
fn damaged(damage: impl Fn(&mut Value)) -> String {
    let mut report = serde_json::to_value(sample::report("text", 2)).unwrap();
    damage(&mut report);
    json::read(report.to_string().as_bytes()).map(|_| "taken".to_owned()).unwrap_or_else(|error| error.to_string())
}

#[test]
fn a_report_that_does_not_hold_together_is_not_taken() {
    assert_eq!(damaged(|_| ()), "taken");
    let cases: [(&str, &str, Value, &str); 19] = [
        (
            "/schema",
            "",
            "ai-detect/report/v2".into(),
            "the report's schema is ai-detect/report/v2; this version reads ai-detect/report/v1",
        ),
        ("/flags/0/hunk", "", 99.into(), "no report: flags[0]: it points at no hunk"),
        ("/flags/0/hunk", "", 1.into(), "no report: flags[0]: it does not say what its hunk says"),
        ("/flags/1/path", "", "other".into(), "no report: flags[1]: it does not say what its hunk says"),
        ("/flags/0/id", "", "12345678".into(), "no report: flags[0]: the id is not that of its fingerprint"),
        ("/flags/0/probability", "", 7.into(), "no report: flags[0]: the probability is not between 0 and 1"),
        ("/hunks/0/path", "/flags/0/path", "../x".into(), "no report: hunks[0]: the path leads out of the repository"),
        (
            "/hunks/0/path",
            "/flags/0/path",
            "a/../../x".into(),
            "no report: hunks[0]: the path leads out of the repository",
        ),
        (
            "/hunks/0/path",
            "/flags/0/path",
            "/etc/passwd".into(),
            "no report: hunks[0]: the path leads out of the repository",
        ),
        ("/hunks/0/path", "/flags/0/path", "a\0b".into(), "no report: hunks[0]: the path holds a NUL"),
        (
            "/hunks/0/path",
            "/flags/0/path",
            "x".repeat(5000).into(),
            "no report: hunks[0]: the path is empty or too long",
        ),
        ("/hunks/0/start_line", "/flags/0/start_line", 0.into(), "no report: hunks[0]: the lines are out of bounds"),
        (
            "/hunks/0/end_line",
            "/flags/0/end_line",
            4_000_000_000u32.into(),
            "no report: hunks[0]: the lines are out of bounds",
        ),
        ("/hunks/0/added_lines", "", 70.into(), "no report: hunks[0]: more lines are added than there are"),
        ("/hunks/0/commits/0/id", "", "$(touch x)".into(), "no report: hunks[0]: a commit's id is no commit id"),
        (
            "/hunks/0/fingerprint",
            "/flags/0/fingerprint",
            "x".into(),
            "no report: hunks[0]: the fingerprint is not 32 hexadecimal digits",
        ),
        ("/commits/0/id", "", "HEAD".into(), "no report: commits[0]: the id is no commit id"),
        ("/range/head", "", "--output=x".into(), "no report: report: an end of the range is no commit id"),
        ("/commits/1/subject", "", "x".repeat(1 << 17).into(), "no report: commits[1]: a text is too long"),
    ];
    for (place, other, value, said) in cases {
        let found = damaged(|report| {
            for place in [place, other].iter().filter(|place| !place.is_empty()) {
                *report.pointer_mut(place).unwrap() = value.clone();
            }
        });
        assert_eq!(found, said, "{place}");
    }
    assert_eq!(
        damaged(|report| report["flags"][1] = report["flags"][0].clone()),
        "no report: flags[1]: its fingerprint is another's, too"
    );
    assert!(
        damaged(|report| report["hunks"][0]["verdict"] = "guilty".into()).starts_with("no report: unknown variant")
    );
}

#[test]
fn what_is_no_json_or_too_large_is_not_taken() {
    for bytes in [&b""[..], b"{", b"null", b"\xff\xfe", "[".repeat(100_000).as_bytes()] {
        let told = json::read(bytes).unwrap_err().to_string();
        let is_refused = ["no report: ", "it is not a report of ", "it ends too early: "];
        assert!(is_refused.iter().any(|words| told.starts_with(words)), "{told}");
    }
    assert_eq!(
        json::read(b"{}").unwrap_err().to_string(),
        format!("the report's schema is not named; this version reads {SCHEMA}")
    );
    let large = vec![b' '; bounds::MAX_READ_BYTES + 1];
    assert_eq!(json::read(&large).unwrap_err().to_string(), "the report is larger than 64 MiB");
}
