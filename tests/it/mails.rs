//! Mailed patches say what their commits say: message, author, declarations.

use crate::support::{Repo, code, hunks, list, subjects, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const MESSAGE: &str = "\
tools: añadir reintentos con espera creciente — größer, with a subject that must be folded

Übersicht: every call is tried three times.

Assisted-by: Claude Code:claude-opus-4-8
Signed-off-by: Ada Example <ada@example.org>
";

/// Code with letters beyond ASCII, long lines, and an end of a line that mailers change.
fn patched(name: &str) -> String {
    let long = "x".repeat(90);
    format!("{}{name}_größe = \"ünï {long}\"\n{name}_end = 'a=3Db'\n", code(name, 8))
}

/// A repository whose last commit declares AI use.
fn declared() -> Repo {
    let repo = Repo::new();
    repo.commit_file("old.py", code("old", 20));
    repo.branch("topic");
    repo.write("new.py", patched("new"));
    repo.write("old.py", code("old", 20) + &code("more", 6));
    repo.commit(MESSAGE);
    repo
}

fn mail(repo: &Repo, options: &[&str]) -> Vec<u8> {
    repo.git_bytes(&[&["format-patch", "--stdout"], options].concat(), b"")
}

/// The text of a mail of ours, behind its headers.
fn body(mail: &[u8]) -> &[u8] {
    let at = mail.windows(2).position(|pair| pair == b"\n\n").unwrap();
    &mail[at + 2..]
}

/// The headers that are not of MIME.
fn headers(mail: &[u8]) -> String {
    let all = String::from_utf8(mail[..mail.len() - body(mail).len() - 1].to_vec()).unwrap();
    let end = all.find("MIME-Version").unwrap_or(all.len());
    all[..end].to_owned()
}

fn encoded(mail: &[u8], kind: &str, encoding: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mime = format!("MIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n");
    [headers(mail).as_bytes(), mime.as_bytes(), body.as_ref(), b"\n"].concat()
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    let text = STANDARD.encode(bytes);
    text.as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap() + "\n").collect()
}

fn quoted_printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut column = 0;
    for &byte in bytes {
        let written = match byte {
            b'\n' => "\n".to_owned(),
            b' '..=b'~' if byte != b'=' => char::from(byte).to_string(),
            _ => format!("={byte:02X}"),
        };
        if column + written.len() > 75 && byte != b'\n' {
            text += "=\n";
            column = 0;
        }
        column = if byte == b'\n' { 0 } else { column + written.len() };
        text += &written;
    }
    text
}

/// What matters of a report: subjects, authors and states of the commits, and the verdicts of the blocks.
fn seen(report: &Value) -> (Vec<[&str; 3]>, Vec<(String, &str)>) {
    let commits = list(&report["commits"]).iter();
    let commits = commits
        .map(|commit| [text(&commit["subject"]), text(&commit["author"]), text(&commit["attestation"]["state"])]);
    let verdicts = list(&report["hunks"]).iter().map(|hunk| text(&hunk["verdict"]));
    (commits.collect(), hunks(report).into_iter().zip(verdicts).collect())
}

fn notes(report: &Value) -> Vec<&str> {
    list(&report["coverage"]["notes"]).iter().map(text).collect()
}

/// The author and the subject that `git mailinfo` reads of a mail.
fn by_git(repo: &Repo, mail: &[u8]) -> (String, String) {
    let (message, patch) = (repo.beside("message"), repo.beside("patch"));
    let (message, patch) = (message.display().to_string(), patch.display().to_string());
    let told = repo.git_bytes(&["mailinfo", &message, &patch], mail);
    let told = String::from_utf8(told).unwrap();
    let value = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim().to_owned()
    };
    (value("Author:"), value("Subject:"))
}

#[test]
fn a_mail_in_any_transfer_encoding_says_what_its_commit_says() {
    let repo = declared();
    let in_repository = repo.diff(&["main"]);
    let (commits, verdicts) = seen(&in_repository);
    assert_eq!((commits[0][2], verdicts.len()), ("complete", 2));
    assert!(verdicts.iter().all(|(_, verdict)| *verdict == "attested"), "{verdicts:?}");

    let plain = mail(&repo, &["-1"]);
    let returns = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace('\n', "\r\n");
    let stuffed: String = String::from_utf8(body(&plain).to_vec())
        .unwrap()
        .split_inclusive('\n')
        .map(|line| if line.starts_with([' ', '>']) { format!(" {line}") } else { line.to_owned() })
        .collect();
    let html = "\n--b\nContent-Type: text/html\n\n<p>diff --git a/x b/x</p>\n--b--\n";
    let alternative = format!(
        "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{}{html}",
        base64(body(&plain))
    );
    let utf_8 = "text/plain; charset=utf-8";
    for (name, mail) in [
        ("plain", plain.clone()),
        ("base64", encoded(&plain, utf_8, "base64", base64(body(&plain)))),
        ("base64 with carriage returns", encoded(&plain, utf_8, "base64", base64(returns(body(&plain))))),
        ("quoted-printable", encoded(&plain, utf_8, "quoted-printable", quoted_printable(body(&plain)))),
        ("flowed", encoded(&plain, "text/plain; charset=utf-8; format=flowed", "8bit", stuffed)),
        ("alternative", encoded(&plain, "multipart/alternative; boundary=b", "8bit", alternative)),
        ("carriage returns", returns(&plain).into_bytes()),
        ("attached", mail(&repo, &["-1", "--attach"])),
        ("inline", mail(&repo, &["-1", "--inline"])),
        ("sent by somebody else", mail(&repo, &["-1", "--from=List <list@example.org>"])),
        ("as git log writes it", repo.git_bytes(&["log", "-1", "-p", "--format=email"], b"")),
    ] {
        let report = repo.diff_patch(&mail);
        assert_eq!(seen(&report), (commits.clone(), verdicts.clone()), "{name}");
        assert_eq!(
            (notes(&report), by_git(&repo, &mail)),
            (vec![], (commits[0][1].into(), commits[0][0].into())),
            "{name}"
        );
        assert_eq!(report["commits"][0]["id"], in_repository["commits"][0]["id"], "{name}");
    }
}

#[test]
fn a_mail_in_another_character_set_is_read() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.write("a.py", code("a", 6));
    repo.commit("Größe prüfen\n\nÜbersicht\n\nAssisted-by: Claude Code:claude-opus-4-8\n");
    for encoding in ["ISO-8859-1", "ISO-8859-15", "windows-1252"] {
        let option = format!("i18n.logOutputEncoding={encoding}");
        let mail = repo.git_bytes(&["-c", &option, "format-patch", "-1", "--stdout"], b"");
        assert!(String::from_utf8(mail.clone()).is_err());
        let report = repo.diff_patch(&mail);
        assert_eq!(seen(&report).0, [["Größe prüfen", "Ada Example", "complete"]], "{encoding}");
    }
    // Headers that are not encoded at all, and a message that names no character set.
    let mail = b"From: J\xfcrgen <j@example.org>\nSubject: [PATCH] Gr\xf6\xdfe\n\nGr\xfc\xdfe\n---\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+a = 1\n";
    assert_eq!(seen(&repo.diff_patch(mail)).0, [["Größe", "Jürgen", "absent"]]);
}

#[test]
fn each_mail_of_a_series_is_a_commit_of_its_own_and_the_cover_letter_is_none() {
    let repo = declared();
    repo.commit_file("plain.py", code("plain", 7));
    let series = mail(&repo, &["main", "-v3", "--cover-letter", "--subject-prefix=RFC PATCH net"]);
    let reply = "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: Bo <bo@example.org>\nSubject: Re: [RFC PATCH net v3 2/2] Change\n\n> +plain_1\n\nReviewed-by: Bo <bo@example.org>\n";
    let series = [&series[..], reply.as_bytes()].concat();
    let report = repo.diff_patch(&series);
    assert_eq!(seen(&report), seen(&repo.diff(&["main"])));
    assert_eq!(subjects(&report)[1], "Change plain.py");
    assert_eq!(
        notes(&report),
        [
            "2 of 4 mails hold no diff, so they are not read as a commit: `[RFC PATCH net v3 0/2] *** SUBJECT HERE ***`, \
         `Re: [RFC PATCH net v3 2/2] Change`"
        ]
    );
    let of = |hunk: usize| text(&report["hunks"][hunk]["commits"][0]["id"]).to_owned();
    assert_eq!([of(0), of(2)], [repo.id("HEAD~1"), repo.id("HEAD")]);
}

#[test]
fn a_cover_letter_speaks_for_its_series() {
    let repo = declared();
    repo.commit_file("plain.py", code("plain", 7));
    let series = String::from_utf8(mail(&repo, &["main", "--cover-letter"])).unwrap();
    let letter = |subject: &str, text: &str| {
        let said = series.replace("*** SUBJECT HERE ***", subject).replace("*** BLURB HERE ***", text);
        repo.diff_patch(said)["request"].clone()
    };
    let request = letter("Add retries", "This series was written with Claude Code.");
    assert_eq!((text(&request["state"]), text(&request["facts"]["tool"])), ("partial", "Claude"));
    assert_eq!(text(&letter("[AI-assisted] Add retries", "Three patches.")["statements"][0]["form"]), "title");
    // A letter that says nothing of it is no more than a mail without a diff.
    assert_eq!(letter("Add retries", "Three patches."), Value::Null);
}

/// `git am` applies it, whatever number it has.
#[test]
fn a_mail_with_a_diff_is_a_patch_also_where_its_number_is_zero() {
    let repo = declared();
    let patch = String::from_utf8(mail(&repo, &["-1"])).unwrap().replace("[PATCH] ", "[PATCH 0/1] ");
    assert!(patch.contains("[PATCH 0/1]"));
    let report = repo.diff_patch(&patch);
    assert_eq!(list(&report["commits"]).len(), 1);
    assert!(!hunks(&report).is_empty());
}

#[test]
fn what_a_later_mail_moves_is_still_looked_at() {
    let repo = declared();
    repo.git(&["rm", "--quiet", "--cached", "new.py"]);
    repo.remove("new.py");
    repo.write("other.py", patched("new"));
    repo.commit("Move");
    let series = repo.git_bytes(&["format-patch", "--stdout", "--no-renames", "main"], b"");
    let report = repo.diff_patch(series);
    assert_eq!(hunks(&report), ["new.py:1-10", "old.py:21-26"]);
    repo.write("old.py", code("changed", 20));
    repo.commit("Change");
    let report = repo.diff_patch(mail(&repo, &["main"]));
    assert_eq!(
        notes(&report),
        [
            "several of the commits change `old.py`; each is read by itself, so lines that a later one replaces are shown, too"
        ]
    );
}

#[test]
fn patches_that_are_attached_as_mails_or_diffs_are_read() {
    let repo = declared();
    let plain = mail(&repo, &["-1"]);
    let attached = |kind: &str, content: &[u8], more: &str| {
        format!(
            "From: Bo <bo@example.org>\nSubject: Two things\nDate: Tue, 1 Sep 2026 10:00:00 +0000\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=\"=-b\"\n\n--=-b\nContent-Type: text/plain\n\nPlease look at this.\n\
             {more}\n--=-b\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\
             Content-Disposition: attachment; filename=\"0001-x.patch\"\n\n{}--=-b--\n",
            base64(content)
        )
    };
    let in_repository = repo.diff(&["main"]);
    let (commits, verdicts) = seen(&in_repository);
    for kind in ["text/x-patch", "application/octet-stream", "text/plain; charset=utf-8"] {
        let report = repo.diff_patch(attached(kind, &plain, ""));
        assert_eq!(seen(&report), (commits.clone(), verdicts.clone()), "{kind}");
        let note = "1 of 2 mails holds no diff, so it is not read as a commit: `Two things`";
        assert_eq!(notes(&report), [note], "{kind}");

        let diff = repo.git_bytes(&["diff", "main"], b"");
        let report = repo.diff_patch(attached(kind, &diff, "\nAssisted-by: Claude Code:claude-opus-4-8\n"));
        let (commits, verdicts_of_diff) = seen(&report);
        assert_eq!(commits, [["Two things", "Bo", "complete"]], "{kind}");
        assert_eq!(verdicts_of_diff, verdicts, "{kind}");
    }
    let forwarded = format!(
        "From: Bo <bo@example.org>\nSubject: Fwd: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: message/rfc822\n\n{}\n--b--\n",
        String::from_utf8(plain.clone()).unwrap().split_once('\n').unwrap().1
    );
    assert_eq!(seen(&repo.diff_patch(forwarded)), (commits, verdicts));
}

#[test]
fn a_mail_that_names_no_commit_goes_by_its_text() {
    let repo = declared();
    let plain = String::from_utf8(mail(&repo, &["-1"])).unwrap();
    let zero = String::from_utf8(mail(&repo, &["-1", "--zero-commit"])).unwrap();
    for text_of in [plain.split_once('\n').unwrap().1, &zero] {
        let report = repo.diff_patch(text_of);
        let id = text(&report["commits"][0]["id"]);
        assert_eq!(id.len(), 64);
        assert_eq!(notes(&report), ["the mail names no commit; its id here is made of the mail's text"]);
        assert_eq!(text(&repo.diff_patch(text_of)["commits"][0]["id"]), id);
    }
    let twice = plain.clone() + &plain;
    let report = repo.diff_patch(twice);
    let ids: Vec<&str> = list(&report["commits"]).iter().map(|commit| text(&commit["id"])).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn scissors_and_headers_within_a_message_are_text_as_for_git_am() {
    let repo = declared();
    let plain = String::from_utf8(mail(&repo, &["-1"])).unwrap();
    let message =
        "From: Cy <cy@example.org>\nSubject: [PATCH] Another subject\n\nHi,\n\nFrom: here on\n\n-- >8 --\nText\n---\n";
    let sent = plain.split_once("\n\n").unwrap();
    let mail = format!("{}\n\n{message}{}", sent.0, sent.1.split_once("\n---\n").unwrap().1);
    let report = repo.diff_patch(&mail);
    assert_eq!(seen(&report).0, [["Another subject", "Cy", "absent"]]);
    assert_eq!(by_git(&repo, mail.as_bytes()), ("Cy".into(), "Another subject".into()));
}

#[test]
fn what_git_show_and_git_log_print_is_read_with_its_commits() {
    let repo = declared();
    repo.commit_file("plain.py", code("plain", 7));
    let expected = repo.diff(&["main"]);
    for args in [
        &["log", "-p", "main.."][..],
        &["log", "-p", "--stat", "--format=fuller", "main.."],
        &["log", "-p", "--format=raw", "main.."],
        &["log", "-p", "--date=iso", "--decorate", "main.."],
    ] {
        assert_eq!(seen(&repo.diff_patch(repo.git_bytes(args, b""))), seen(&expected), "{args:?}");
    }
    assert_eq!(subjects(&repo.diff_patch(repo.git_bytes(&["show"], b""))), ["Change plain.py"]);
    let said = repo.run_patch(repo.git_bytes(&["log"], b""), &[]).error(3);
    assert_eq!(said, "- holds commits without their diffs; `git log -p A..B` and `git show COMMIT` print them");
}

#[test]
fn a_tag_is_read_as_the_commit_that_it_names() {
    let repo = declared();
    let in_repository = repo.diff(&["main"]);
    let expected = seen(&in_repository);
    repo.git(&["tag", "-a", "-m", "Release\n\ncommit to it", "v1"]);
    assert_eq!(seen(&repo.diff_patch(repo.git_bytes(&["show", "v1"], b""))), expected);
    repo.git(&["tag", "-a", "-m", "A tag of a tag", "v2", "v1"]);
    assert_eq!(seen(&repo.diff_patch(repo.git_bytes(&["show", "v2"], b""))), expected);
}

#[test]
fn commits_come_parents_first_in_whatever_order_git_prints_them() {
    let repo = declared();
    for name in ["second", "third"] {
        repo.commit_file(&format!("{name}.py"), code(name, 6));
    }
    let subjects_of = |args: &[&str]| {
        let report = repo.diff_patch(repo.git_bytes(&[args, &["main.."]].concat(), b""));
        subjects(&report).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let expected = subjects_of(&["log", "-p"]);
    assert_eq!(expected[1..], ["Change second.py", "Change third.py"]);
    for more in [
        &["--reverse"][..],
        &["--reverse", "--format=fuller"],
        &["--reverse", "--format=raw"],
        &["--reverse", "--date=iso-strict"],
        &["--reverse", "--date=rfc"],
        &["--reverse", "--date=unix"],
        &["--reverse", "--parents", "--date=relative"],
        &["--topo-order", "--date=relative"],
    ] {
        assert_eq!(subjects_of(&[&["log", "-p"], more].concat()), expected, "{more:?}");
    }
}

#[test]
fn a_commit_that_is_there_twice_is_read_once_and_ids_stay_apart() {
    let repo = declared();
    let once = repo.git_bytes(&["show"], b"");
    let report = repo.diff_patch([&once[..], b"\n", &once[..]].concat());
    assert_eq!(seen(&report), seen(&repo.diff(&["main"])));
    let subject = "tools: añadir reintentos con espera creciente — größer, with a subject that must be folded";
    assert_eq!(notes(&report), [format!("a commit is there more than once, and is read once: `{subject}`")]);

    // What a merge did to each of its parents.
    repo.switch("main");
    repo.commit_file("other.py", code("other", 7));
    repo.merge("topic");
    let report = repo.diff_patch(repo.git_bytes(&["show", "-m"], b""));
    let ids: Vec<&str> = list(&report["commits"]).iter().map(|commit| text(&commit["id"])).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn a_coloured_patch_is_called_so() {
    let repo = declared();
    let advice = "- is coloured: it holds signs that colour a terminal; make it with `--no-color`, as in `git diff --no-color A...B`";
    for args in [&["diff", "main..."][..], &["show"], &["log", "-p", "main.."], &["format-patch", "--stdout", "-1"]] {
        let printed = repo.git_bytes(&[&args[..1], &["--color=always"], &args[1..]].concat(), b"");
        assert_eq!(repo.run_patch(printed, &[]).error(3), advice, "{args:?}");
    }
    // Code may hold such signs.
    repo.commit_file("colours.py", format!("{}RED = '\u{1b}[31m'\n", code("colours", 6)));
    assert_eq!(hunks(&repo.diff_patch(repo.git_bytes(&["show"], b""))), ["colours.py:1-7"]);
}

#[test]
fn a_patch_in_utf_16_is_read() {
    let repo = declared();
    let patch = String::from_utf8(repo.git_bytes(&["diff", "main..."], b"")).unwrap();
    let expected = hunks(&repo.diff_patch(&patch));
    assert!(!expected.is_empty());
    for (mark, bytes) in [
        ([0xff, 0xfe], patch.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        ([0xfe, 0xff], patch.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ] {
        assert_eq!(hunks(&repo.diff_patch([&mark[..], &bytes].concat())), expected);
    }
}

#[test]
fn one_mail_of_too_many_parts_is_called_so() {
    let line = "boundary ".repeat(100) + "\n";
    let mail = format!("From: Bo <bo@example.org>\nSubject: [PATCH] x\n\n{}", line.repeat(200));
    let said = Repo::nowhere().run_patch(&mail, &[]).error(3);
    assert!(
        said.starts_with("- holds 1 mail, and none with a diff; mail 1 has too many parts, so it is not read. "),
        "{said}"
    );
}

#[test]
fn a_part_that_cannot_be_decoded_is_named() {
    let repo = declared();
    let plain = mail(&repo, &["-1"]);
    let (kind, part) = ("Content-Type: text/plain\nContent-Transfer-Encoding", String::from_utf8_lossy(body(&plain)));
    let parts = format!("--b\n{kind}: 8bit\n\n{part}\n--b\n{kind}: base64\n\n\u{e9}=!!\n--b--\n");
    let report = repo.diff_patch(encoded(&plain, "multipart/mixed; boundary=b", "8bit", parts));
    assert_eq!(list(&report["commits"]).len(), 1);
    assert_eq!(
        notes(&report),
        ["a part of mail 1 cannot be decoded as the mail says, so what is in it may be missing"]
    );
}

#[test]
fn what_cannot_be_read_of_a_mail_is_named_with_advice_that_works() {
    let said = |mail: &str| Repo::nowhere().run_patch(mail, &[]).error(3);
    let head = "From: Bo <bo@example.org>\nSubject: [PATCH] x\n";
    let advice =
        "A patch is read in the text of a mail or as an attachment, as `git format-patch` and `git send-email` send it";
    assert_eq!(said(&format!("{head}\nLooks good.\n")), format!("- holds 1 mail, and none with a diff. {advice}"));
    assert_eq!(
        said(&format!("{head}MIME-Version: 1.0\nContent-Type: text/html\n\n<pre>diff --git a/x b/x</pre>\n")),
        format!(
            "- holds 1 mail, and none with a diff; one has its text as HTML only, where patches do not survive. {advice}"
        )
    );
    let wrapped = format!(
        "{head}\n---\ndiff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n a\n+a line that was\nwrapped\n"
    );
    let told = said(&wrapped.replace("+1,2", "+1,3"));
    assert_eq!(
        told,
        "-:11: within a hunk, a line starts with ` `, `+`, `-` or `\\`, found `wrapped\\n`; a mail program may have \
         wrapped or changed lines: ask for the patch as an attachment"
    );
    for mail in [&wrapped, head] {
        assert!(!said(&mail.replace("+1,2", "+1,3")).contains("git diff"), "{mail}");
    }
    let compressed = Repo::nowhere().run_patch(b"\x1f\x8b\x08", &[]).error(3);
    assert_eq!(compressed, "- is compressed; unpack it: `gzip -dc FILE | ai-detect diff --patch -`");
}

#[test]
fn a_policy_judges_what_mails_declare() {
    let repo = declared();
    repo.switch("main");
    repo.commit_file(".ai-detect.yml", "policy: openliberty\n");
    let sent = repo.git_bytes(&["format-patch", "--stdout", "-1", "topic"], b"");
    let by_policy = repo.diff_patch(&sent);
    let in_repository = repo.diff(&["main..topic", "--config", ".ai-detect.yml"]);
    assert_eq!(seen(&by_policy), seen(&in_repository));
    assert_eq!(seen(&by_policy).0[0][2], "wrong-form");
    assert_eq!(
        by_policy["commits"][0]["attestation"]["conflicts"],
        in_repository["commits"][0]["attestation"]["conflicts"]
    );
}

#[test]
fn a_diff_with_colons_is_no_mail() {
    let diff = "Index: a.py\n===================================================================\n--- a.py\t(revision 1)\n+++ a.py\t(working copy)\n@@ -0,0 +1,2 @@\n+From: x\n+Subject: y\n";
    let report = Repo::nowhere().diff_patch(diff);
    assert_eq!((hunks(&report), list(&report["commits"]).len()), (vec!["a.py:1-2".to_owned()], 0));
}
