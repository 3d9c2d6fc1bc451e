//! `ai-detect rules`: what the rules are, what one of them means, and whether they keep their word.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::{Exit, Failure};
use crate::pack::rule::{Example, Shape};
use crate::pack::{Kind, Pack, Rule, Source, topic};
use crate::signals::selftest;
use crate::terminal::{escaped, wrapped};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the rules, one per line
    List {
        /// Add the rules of this file; repeat the option for several
        #[arg(long = "pack", value_name = "FILE")]
        packs: Vec<PathBuf>,
    },
    /// Explain what a rule looks for, why, and when it misleads
    Explain {
        /// Id of the rule, as flags show it
        id: String,
        /// Add the rules of this file; repeat the option for several
        #[arg(long = "pack", value_name = "FILE")]
        packs: Vec<PathBuf>,
    },
    /// Run the examples of the rules
    #[command(after_help = super::EXIT_OF_TESTS)]
    Test {
        /// Ids of the rules to test [default: all]
        ids: Vec<String>,
        /// Add the rules of this file; repeat the option for several
        #[arg(long = "pack", value_name = "FILE")]
        packs: Vec<PathBuf>,
    },
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::List { packs } => list(&load(dir, packs)?, out),
        Command::Explain { id, packs } => explain(&load(dir, packs)?, id, out),
        Command::Test { ids, packs } => test(load(dir, packs)?, ids, out),
    }
}

fn load(dir: &Path, files: &[PathBuf]) -> Result<Pack, Failure> {
    let read = |file: &PathBuf| {
        let name = file.display().to_string();
        let content = std::fs::read_to_string(dir.join(file))
            .map_err(|error| Failure::usage(crate::unread::sentence(&name, &error)))?;
        Ok(Source { name, content })
    };
    let sources: Vec<Source> = files.iter().map(read).collect::<Result<_, Failure>>()?;
    Pack::load_with_examples(&sources).map_err(Failure::usage)
}

fn list(pack: &Pack, out: &Output) -> Result<Exit, Failure> {
    let mut text = String::new();
    let mut family = None;
    for rule in &pack.rules {
        if family != Some(rule.family) {
            let _ = writeln!(text, "{}{}", if family.is_some() { "\n" } else { "" }, heading(rule));
            family = Some(rule.family);
        }
        let _ = writeln!(text, "  {:+.2}  {:<36} {}", rule.weight, escaped(&rule.id), escaped(&rule.title));
    }
    let _ = writeln!(text, "\n{} rules; `ai-detect rules explain RULE` says more of one", pack.rules.len());
    out.print(&text)?;
    Ok(Exit::Analysed)
}

/// What the rules of a family are about, in the words of reports. Rules that weigh words have a topic each.
fn heading(rule: &Rule) -> String {
    match topic(&rule.id) {
        Some(topic) if topic.is_words => "wording".to_owned(),
        Some(topic) => topic.name.to_owned(),
        None => family_name(rule),
    }
}

fn family_name(rule: &Rule) -> String {
    let name = serde_json::to_value(rule.family).ok();
    // A family without a word of its own in files goes by its name here.
    name.as_ref().and_then(|name| name.as_str()).map_or_else(|| format!("{:?}", rule.family), str::to_owned)
}

fn explain(pack: &Pack, id: &str, out: &Output) -> Result<Exit, Failure> {
    let rule = pack.rule(id).ok_or_else(|| {
        let near = pack.nearest(id).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Failure::usage(format!("no rule is called `{id}`{near}"))
    })?;
    let width = out.width();
    let mut text = format!("{}: {}\n", escaped(&rule.id), escaped(&rule.title));
    let mut field = |label: &str, value: &str| {
        for (at, line) in wrapped(&escaped(&value.replace('\n', " ")), width.saturating_sub(13)).into_iter().enumerate()
        {
            let label = if at == 0 { label } else { "" };
            let _ = writeln!(text, "  {label:<11}{line}");
        }
    };
    if let Some(otherwise) = &rule.otherwise {
        field("otherwise", otherwise);
    }
    // A rule of a project's own pack is its own topic.
    field("in reports", topic(&rule.id).map_or(rule.title.as_str(), |topic| topic.name));
    field("why", &rule.why);
    field("misleads", &rule.misleads);
    field("looks for", &looks_for(rule));
    field("weight", &weight(rule));
    field("file", &rule.source);
    for (label, examples) in [("fires on", &rule.hits), ("not on", &rule.misses)] {
        for example in examples {
            let _ = writeln!(text, "\n  {label}");
            for line in shown(example).lines() {
                let _ = writeln!(text, "    {}", escaped(&line.replace('\t', "    ")));
            }
        }
    }
    out.print(&text)?;
    Ok(Exit::Analysed)
}

fn looks_for(rule: &Rule) -> String {
    let scope = rule.scope.and_then(|scope| serde_json::to_value(scope).ok());
    // A rule that names no scope looks at whole hunks.
    let scope = scope.as_ref().and_then(|scope| scope.as_str()).unwrap_or("hunk");
    let languages = rule.languages.as_ref().map_or_else(String::new, |names| format!(", in {}", names.join(", ")));
    match &rule.kind {
        Kind::Phrase(patterns) => {
            format!("{} in each {scope}{languages}: {}", rule.kind_name(), patterns.join("  or  "))
        }
        Kind::Query(texts) => {
            format!("a tree-sitter query, in {}", texts.keys().cloned().collect::<Vec<_>>().join(", "))
        }
        Kind::Metric { name, shape } => {
            let shape = match shape {
                Shape::AtLeast(least) => format!("at least {least}"),
                Shape::AtMost(most) => format!("at most {most}"),
                Shape::Ramp(from, to) => format!("from {from} (counts nothing) to {to} (counts in full)"),
            };
            format!("the number {name} of each {scope}{languages}: {shape}")
        }
        Kind::Given => "nothing: it comes with the change or with the settings".into(),
        Kind::Lexicon(name) => {
            format!("words and pairs of neighbouring words of the lexicon {name}, in each {scope}{languages}")
        }
    }
}

fn weight(rule: &Rule) -> String {
    let towards = if rule.weight >= 0.0 { "AI" } else { "people" };
    match rule.kind {
        Kind::Lexicon(_) => format!(
            "each word and each pair has a weight of its own, learned from labelled commits: above zero where commits that \
             declare AI use have it more often than those of people, below zero where less often. A block gets the sum of \
             its words, divided by the root of its length, {:.2} times, and what the trees make of that beside all other \
             numbers. A report shows this number for the rule, and quotes the line whose words add most to it. No word \
             means anything by itself",
            rule.weight
        ),
        Kind::Given => "as given".into(),
        Kind::Metric { .. } if rule.otherwise.is_some() => format!(
            "{:+.2} log-odds towards {towards} where it counts in full, and what the trees make of the number beside all \
             others: what a report shows is both, and may be more than this, less, or not zero where it does not count",
            rule.weight
        ),
        _ => format!("{:+.2} log-odds towards {towards}, counted at most {} times a hunk", rule.weight, rule.cap),
    }
}

fn shown(example: &Example) -> String {
    match example {
        Example::Message(text) => text.trim_end().to_owned(),
        Example::File { before: None, after, .. } => after.trim_end().to_owned(),
        Example::File { before: Some(before), after, .. } => {
            format!("before:\n{}\nafter:\n{}", before.trim_end(), after.trim_end())
        }
    }
}

fn test(pack: Pack, ids: &[String], out: &Output) -> Result<Exit, Failure> {
    for id in ids {
        if pack.rule(id).is_none() {
            let near = pack.nearest(id).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(Failure::usage(format!("no rule is called `{id}`{near}")));
        }
    }
    let outcome = selftest::run(pack, |rule| ids.is_empty() || ids.contains(&rule.id));
    let mut text = String::new();
    for failure in outcome.failures.iter().map(ToString::to_string) {
        for line in failure.lines() {
            let _ = writeln!(text, "{}", escaped(line));
        }
    }
    let _ = writeln!(text, "{} rules, {} examples, {} failed", outcome.rules, outcome.examples, outcome.failures.len());
    out.print(&text)?;
    Ok(if outcome.failures.is_empty() { Exit::Analysed } else { Exit::Flags })
}
