use super::super::Message;

const MARK: &str = "Co-Authored-By: Claude <noreply@anthropic.com>";

/// Whether the mark that stands for `{}` in a message is quoted.
fn is_quoted(message: &str) -> bool {
    let message = Message::from(message.replace("{}", MARK));
    let found: Vec<bool> =
        message.trailers().iter().filter(|line| line.name == "co-authored-by").map(|line| line.quoted).collect();
    assert!(!found.is_empty(), "{message}");
    found.into_iter().all(|quoted| quoted)
}

#[test]
fn a_mark_within_a_sentence_is_quoted() {
    for message in [
        "s\n\nAs the rules ask for it, there is no\n{}\nline at the end of this message.",
        "s\n\nAs the rules ask for it, there is no\n{}\nline at the end of this message.\nSigned-off-by: A <a@b.c>",
        "s\n\nThe hook now takes\n{}\nfor a trailer.",
        "s\n\nIf you use AI, add\n{}",
        "s\n\nIf you use AI, add\n\n{}\n\nto the message.",
        "s\n\nWhoever used a tool writes\n\n{}",
        "s\n\nThe message has no\n\n{}\n\nline any more.",
        "s\n\nContributors now write\n\n{}\n\nat the end of a message.",
        "s\n\nIt finds lines such as\n{}",
        "s\n\nContributors who use AI must add the trailer\n\n{}\n\nto their commits.",
        "s\n\nAccepted trailers are:\n- {}\n- Generated-by: Codex",
        "s\n\nSay so with\n{}",
        "s\n\nEach commit that a tool helped with needs one of these lines:\n\n* {}\n* Generated-by: Codex",
        "s\n\nUse one of the following trailers:\n\n- {}",
        "s\n\nThe following are rejected:\n\n  * {}",
        "s\n\nIt fails.\n\nFails on:\n{}\nPasses on:\nCo-Authored-By: Jo <jo@b.c>\n\nFixed.",
        "s\n\nBefore:\n\n  {}\n\nAfter:\n\n  Assisted-by: Codex\n\nDone.",
        "s\n\nWrite no line of the form\n\n   {}\n\n2. Run the tests",
        "s\n\n$ git log -1 --format=%B\n{}\n\nIt is read now.",
        "s\n\n$ git log -1 --format=%B\nAdd x\n\n{}\n$ blame HEAD\nClaude",
        "s\n\nEach commit needs one.\n\nfor example\n\n    {}",
        "s\n\nGiven\n\n{}\n\nthe parser returned nothing.",
        "s\n\nDo:\n\n- {}\n\nDon't:\n\n- {}",
        "s\n\nThe parser reads, for example:\n\n{}\n\nNothing else changes.",
        "s\n\nDo not write any of these:\n- {}\n- Assisted-by: Codex",
        "s\n\nRules:\n- Run the tests\n- {}\n- Use tabs",
        "s\n\n- There is no\n  {}\n  line here.",
        "s\n\n\u{201c}{}\u{201d} is gone.",
        "s\n\n> We read\n{}",
        "s\n\n> > We read\nand more\n{}\n\nFixed.",
        "s\n\nSay how it was made. The line is\n\n    {}",
        "Revert \"Add x\"\n\nThis reverts commit 00ff.\n\nOriginal commit message:\n\nAdd x\n\n{}",
        "s\n\nThe following trailer is wrong:\n{}",
        "s\n\nThe commit that broke it has this trailer:\n\n{}\n\nThis one was written by hand.",
        "s\n\nThe hook rejects a message with\n\n{}\n\nbecause the policy asks for another.",
    ] {
        assert!(is_quoted(message), "{message}");
    }
}

#[test]
fn a_mark_beside_prose_is_stated() {
    for message in [
        "s\n{}",
        "s\n\n{}",
        "s\n\nFix the parser\n{}",
        "s\n\nFix the crash when the list is empty\n{}",
        "s\n\nDo not read files twice\n{}\nSigned-off-by: A <a@b.c>",
        "s\n\nFix the parser.\n{}\nThe tests are new.",
        "s (#7)\n\n* Add x\n\n{}\n\n* fix y\n\n{}\n\n---------\n\nCo-authored-by: A <a@b.c>\n{}",
        "s (#7)\n\n* Add x\n{}\n* fix y\n{}",
        "add x\n\n{}\n\nfix: more\n\n{}",
        "add x\n{}\nfix y\n{}",
        "add x\n\n{}\n\nmake y faster\n\n{}",
        "s\n\nSigned-off-by: A <a@b.c>\n{}\n[a: rebased it]\nSigned-off-by: B <b@c.d>",
        "s\n\nBody.\n\n{}\n(cherry picked from commit 00ff)\nSigned-off-by: B <b@c.d>",
        "s\n\nCredits:\n{}",
        "s\n\nGiven\n\n{}",
        "s\n\nRun it so:\n\n$ make\n\n{}",
        "s\n\nIt reads more now, for example\nthe second line.\n\n{}",
        "s\n\nThe rest comes after review:\n{}",
        "s\n\nAI disclosure:\n\n- {}",
        "s\n\nTurn it on\n{}",
        "s\n\n- remove this instead of that\n- net: less lines\n\n{}",
        "s\n\n- labels don't collide\n- ticks sit inside the top neat-line\n\n{}",
        "s\n\nIt is not what a user reads\n\n{}",
        "s\n\nDo not crash where it should not be\n{}",
        "s\n\nDon't count blank lines\n{}",
        "s\n\nFree what is not in use\n{}",
        "s\n\nWait when there is nothing to write\n{}",
        "Count the lines\n\n    {}",
        "s\n\nRemove old entries, if any\n{}",
        "s\n\n> We read\n\n{}",
        "s\n\n> Please rename it\n{}\nSigned-off-by: A <a@b.c>",
        "s\n\n> Please rename it\n* Renamed\n{}",
        "s\n\nSay it.\n\n    {}",
        "Revert \"Add x\"\n\nThis reverts commit 00ff.\n\n{}",
        "Backport x\n\nOriginal commit message:\n\nAdd x\n\n{}",
    ] {
        assert!(!is_quoted(message), "{message}");
    }
}

#[test]
fn a_mark_between_two_halves_of_a_sentence_is_quoted() {
    for (above, below) in [
        ("Old versions of the tool wrote", "even when a person did the work."),
        ("Somebody forged", "on a commit that I wrote."),
        ("This project never uses", "since tools cannot be authors."),
        ("Whenever the hook sees", "it stops with status 1."),
    ] {
        assert!(is_quoted(&format!("Subject\n\nSome words.\n{above}\n{{}}\n{below}")), "{above}");
    }
    for message in [
        "Subject\n\nMend the parser\n{}\ncloses #12",
        "Subject\n\nMend the parser.\n{}\nand some cleanup",
        "Subject\n{}\nand some cleanup",
        "Subject\n\n{}\nand some cleanup",
    ] {
        assert!(!is_quoted(message), "{message}");
    }
}

#[test]
fn a_paragraph_that_goes_on_with_the_sentence_above_a_mark_is_no_statement() {
    for message in [
        "s\n\nThe template says:\n\n{}\nSigned-off-by: NAME <ADDRESS>\n\nbut nobody fills it in.",
        "s\n\nThe template has\n\n  {}\n  Assisted-by: Codex\n\nand the parser must find both.",
        "s\n\nPeople copied\n\n\t{}\n\nfrom old messages.",
        "s\n\nSome words.\nThe message had\n{}\ntwice.",
    ] {
        assert!(is_quoted(message), "{message}");
    }
    for message in [
        "s\n\nTested on these boards:\n\n{}\nSigned-off-by: A <a@b.c>\n\nMore boards follow.",
        "s\n\nadd x\n\n{}\n\nand mend y\n\n{}",
        "s\n\n* Add x\n\n  {}\n\n* and mend y\n\n  {}",
        "s\n\n- do not use\n- never add\n{}",
    ] {
        assert!(!is_quoted(message), "{message}");
    }
}

#[test]
fn what_a_revert_shows_indented_or_below_a_rule_is_quoted() {
    for message in [
        "Revert \"Add x\"\n\nThis reverts commit 00ff.\n\n    Add x\n\n    {}\n\nIt broke the build.",
        "Revert \"Add x\"\n\nThis reverts commit 00ff.\n\n---\n\nAdd x\n\n{}",
        "Revert \"Add x (#7)\" (#8)\n\nThis reverts commit 00ff.\n\n* Add x\n\n{}\n\n* Mend x\n\n{}",
        "Revert \"Add x\"\n\nThis reverts commit 00ff.\n\nAdd x\n\nIt is new.\n\n{}",
        "Revert \"Add x\n\n{}\"\n\nThis reverts commit 00ff.",
    ] {
        assert!(is_quoted(message), "{message}");
    }
    for message in [
        "Revert \"Add x\"\n\n    Add x\n\nIt broke the build.\n\n{}",
        "Revert \"Add x (#7)\"\n\nThis reverts commit 00ff.\n\n* Add x and y\n\n{}",
        "Reapply \"Add x\"\n\nAdd x\n\n{}",
        "Revert \"Add x\n\nThis reverts commit 00ff.\n\n{}",
        "Revert to x\n\nx\n\n{}",
    ] {
        assert!(!is_quoted(message), "{message}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(message in "(\\PC|\n|\r|\t|: |-by: |    |> |- | no\n|\u{201c}|e\\.g\\. ){0,100}") {
        Message::from(message.as_str()).trailers();
    }
}
