//! Runs the examples that rules carry: every hit must fire, no miss may.

use std::sync::Arc;

use bstr::BString;

use super::block;
use super::message::Message;
use super::{Block, Engine, Part, Signal, query};
use crate::pack::rule::Example;
use crate::pack::{Kind, Pack, Rule, Trees};
use crate::syntax;
use ai_detect_base::change::{FileChange, Origin, Span};
use ai_detect_base::linediff;
use ai_detect_base::text::Text;
use ai_detect_lang as lang;

/// An example that did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {problem}")]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// What is wrong.
    pub problem: String,
}

/// What was run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many rules have examples.
    pub rules: usize,
    /// How many examples ran.
    pub examples: usize,
    /// Which failed.
    pub failures: Vec<Failure>,
}

/// Runs the examples of the rules that `wanted` picks.
pub fn run(mut pack: Pack, wanted: impl Fn(&Rule) -> bool) -> Outcome {
    // A rule that was fitted to no weight still has to find what it says it finds.
    for rule in &mut pack.rules {
        rule.weight = 1.0;
    }
    pack.code_trees = Trees::default();
    pack.message_trees = Trees::default();
    let engine = Engine::new(&pack);
    let mut outcome = Outcome::default();
    for (at, rule) in pack.rules.iter().enumerate().filter(|(_, rule)| wanted(rule)) {
        let mut fail = |problem: String| outcome.failures.push(Failure { rule: rule.id.clone(), problem });
        if let Kind::Query(texts) = &rule.kind {
            for (language, text) in texts {
                if let Err(problem) = query::compile(language, text) {
                    fail(format!("the {language} query does not compile: {problem}"));
                }
            }
        }
        if rule.hits.is_empty() && !matches!(rule.kind, Kind::Lexicon(_) | Kind::Given) {
            fail("has no example in which it must fire".into());
        }
        if rule.misses.is_empty() && !matches!(rule.kind, Kind::Lexicon(_) | Kind::Given) {
            fail("has no example in which it must not fire".into());
        }
        for (examples, must) in [(&rule.hits, true), (&rule.misses, false)] {
            for (number, example) in examples.iter().enumerate() {
                let fired = signals(&engine, example).iter().any(|signal| signal.rule == at);
                if fired != must {
                    let (kind, what) = if must { ("hit", "did not fire") } else { ("miss", "fired") };
                    fail(format!("{kind} {} {what}", number + 1));
                }
            }
        }
        outcome.rules += 1;
        outcome.examples += rule.hits.len() + rule.misses.len();
    }
    outcome
}

fn signals(engine: &Engine<'_>, example: &Example) -> Vec<Signal> {
    match example {
        Example::Message(text) => {
            engine.weigh(Part::Message, &engine.read_message(&Message { text: text.trim(), added_lines: 40 }))
        }
        Example::File { language, path, before, after } => {
            let file = file(language, path.as_deref(), before.as_deref(), after);
            let syntax = syntax::read(&file, &|language| engine.asked(language));
            let before = block::before(&file, &syntax);
            let of = |hunk| {
                let reading = engine.read(&Block {
                    file: &file,
                    syntax: &syntax,
                    hunk,
                    before: before.as_ref(),
                    new_files: u32::from(file.is_new),
                });
                engine.weigh(Part::Code, &reading)
            };
            syntax.hunks.iter().flat_map(of).collect()
        }
    }
}

/// The change that an example stands for.
fn file(language: &str, path: Option<&str>, before: Option<&str>, after: &str) -> FileChange {
    let extension = lang::by_name(language).and_then(|language| language.extensions.first()).copied().unwrap_or("txt");
    let path = path.map_or_else(|| format!("src/example.{extension}"), str::to_owned);
    let new = Text::new(opened(language, after).into_bytes());
    let old = before.map(|before| Text::new(opened(language, before).into_bytes()));
    let authored = match &old {
        Some(old) => {
            linediff::edits(old, &new).into_iter().map(|edit| edit.new).filter(|span| !span.is_empty()).collect()
        }
        None => vec![Span::new(0, new.len())],
    };
    FileChange {
        path: BString::from(path),
        old_path: None,
        is_new: old.is_none(),
        origins: authored.iter().map(|&span| Origin::unknown(span)).collect(),
        new: Arc::new(new),
        old: old.map(Arc::new),
        authored,
        moved_lines: 0,
        whitespace_lines: 0,
        carried: None,
    }
}

/// Without its opening tag, PHP is plain text. Short examples are padded to the size that counts.
fn opened(language: &str, code: &str) -> String {
    let tag = if language == "php" && !code.trim_start().starts_with("<?") { "<?php\n" } else { "" };
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count() as u32;
    let missing = syntax::MIN_LINES.saturating_sub(lines) as usize;
    let padding = match language {
        "python" => "\n\nvalue = compute(value)",
        "ruby" => "\n\nvalue = compute(value)",
        "bash" => "\n\nvalue=$(compute)",
        "go" => "\n\nvar value = compute()",
        "rust" => "\n\nstatic VALUE: u32 = 7;",
        "kotlin" => "\n\nval value = compute()",
        "php" => "\n\n$value = compute();",
        "java" | "csharp" => "\n\nclass Value { }",
        "text" => "\n\nvalue",
        _ => "\n\nint value = 7;",
    };
    let padding = if matches!(language, "javascript" | "typescript") { "\n\nlet value = 7;" } else { padding };
    format!("{tag}{}{}\n", code.trim_end(), padding.repeat(missing))
}
