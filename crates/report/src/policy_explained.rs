//! What a policy asks for, where it is known from, and what this program cannot see of it, as text for a terminal.

use std::fmt::Write as _;

use crate::markers::grouped;
use crate::words::counted;
use ai_detect_base::terminal::{escaped, wrapped};
use ai_detect_base::yaml::nearest;
use ai_detect_policy::raw::Read;
use ai_detect_policy::{Fact, Marker, Policy, Replaced, Sensitive, SensitiveRules, Source};

/// How wide the column of labels is, with its margins.
const LABELS: usize = 14;

/// The policy as text.
pub fn write(policy: &Policy, width: usize) -> String {
    let mut page = Page {
        text: format!("{}: {}\n", escaped(&policy.id), escaped(&title(policy))),
        width: width.saturating_sub(LABELS),
    };
    page.field("stance", policy.stance.word());
    page.field("says", &policy.says);
    let markers = [
        ("requires", &policy.required),
        ("accepts", &policy.accepted),
        ("forbids", &policy.forbidden),
        ("mentions", &policy.told),
    ];
    for (label, markers) in markers {
        markers.iter().for_each(|marker| page.field(label, &shown(marker)));
    }
    page.field("facts", &facts(&policy.facts));
    page.replaced(policy);
    page.field("sign-off", sign_off(policy));
    if policy.reviewed_by_another_person {
        page.field("review", "by a person other than the one who asked for the generation, recorded in the commit");
    }
    if policy.sensitive.asks() {
        page.field("sensitive", &sensitive(&policy.sensitive));
    }
    if policy.signed_commits {
        page.field("signature", "of the commit, verified, where it declares AI use");
    }
    if policy.signed_notes {
        page.field("signature", "of a note, verified; another counts for nothing");
    }
    page.field("exempt", &exempt(policy));
    page.thresholds(policy);
    policy.unchecked.iter().for_each(|what| page.field("not seen", what));
    if policy.request_covers_commits {
        page.field("request", "a declaration in its description speaks for all of its commits");
    }
    page.field("author", &policy.author_text);
    match &policy.source {
        Some(known) => {
            page.field("source", &source(known));
            known.uncertain.iter().for_each(|what| page.field("uncertain", what));
        }
        None => page.field("source", &own_file(policy)),
    }
    if policy.lineage.len() > 1 {
        page.field("built from", &policy.lineage.join(", "));
    }
    page.text
}

/// A file of the project's own without a title goes by its name alone.
fn title(policy: &Policy) -> String {
    if policy.title == policy.id { own_file(policy) } else { policy.title.clone() }
}

fn own_file(policy: &Policy) -> String {
    let bases = policy.lineage.split_last().map_or(&[][..], |(_, bases)| bases);
    match bases {
        [] => "your file".into(),
        bases => format!("your file, built from {}", bases.join(", ")),
    }
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    /// A label and its value; nothing where the value is empty.
    fn field(&mut self, label: &str, value: &str) {
        for (at, line) in wrapped(value, self.width).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let _ = writeln!(self.text, "  {label:<12}{}", escaped(&line));
        }
    }

    /// Inherited lists that no longer hold: a list of one's own replaces, and does not add.
    fn replaced(&mut self, policy: &Policy) {
        for Replaced { key, also, by, count } in &policy.replaced {
            let add = match also {
                Some(also) => format!("`also: {also}` would add to them"),
                None => "To keep them, repeat them there".to_owned(),
            };
            let inherited = counted(*count, "inherited entry", "inherited entries");
            self.field("replaces", &format!("{inherited} of `{key}`: {by} has a list of its own. {add}"));
        }
    }

    fn thresholds(&mut self, policy: &Policy) {
        if let Some(rate) = policy.flag_rate {
            self.field("flags", &format!("at most {rate} of people's requests"));
        }
        if let Some(lines) = policy.lines_below {
            let size = format!(
                "fewer than {} added lines with AI for each author and request, tests not counted",
                grouped(lines.into())
            );
            self.field("size", &size);
        }
        if let Some(lines) = policy.newcomer_lines_below {
            self.field(
                "newcomers",
                &format!("fewer than {} added lines with AI, tests not counted", grouped(lines.into())),
            );
        }
    }
}

fn facts(facts: &[Fact]) -> String {
    facts.iter().map(|fact| fact.words()).collect::<Vec<_>>().join("; ")
}

fn sign_off(policy: &Policy) -> &'static str {
    match (policy.sign_off_by_person, policy.sign_off_not_by_tool) {
        (true, true) => "by a person, never by a tool",
        (true, false) => "by a person",
        (false, true) => "never by a tool",
        (false, false) => "",
    }
}

fn sensitive(rules: &SensitiveRules) -> String {
    let classes = if rules.classes.is_empty() { "all".into() } else { rules.classes.join(", ") };
    let review = if rules.reviewed_by_another_person { "; a review by another person" } else { "" };
    let signed = if rules.verified_signature { "; a verified signature" } else { "" };
    let foreign: Vec<&str> = rules.foreign_classes().collect();
    let classes = match foreign.as_slice() {
        [] => classes,
        foreign => {
            let foreign: Vec<String> = foreign.iter().map(|class| format!("{class}{}", near_class(class))).collect();
            format!("{classes} (your settings must define {})", foreign.join(", "))
        }
    };
    let asked = if rules.facts.is_empty() { String::new() } else { format!("; also {}", facts(&rules.facts)) };
    format!("classes: {classes}{asked}{review}{signed}")
}

/// The built-in class that was probably meant.
fn near_class(class: &str) -> String {
    // The classes are tested; without them, nothing is near.
    let Ok(known) = Sensitive::builtin() else { return String::new() };
    let near = nearest(class, known.classes().iter().map(|class| class.id.as_str()));
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

fn source(source: &Source) -> String {
    let read = match source.read {
        Read::Primary => "the text itself was read",
        Read::Secondary => "a summary was read",
        Read::Both => "the text itself was read in part, and a summary",
        Read::Own => "ours",
    };
    let checked = source.checked.map_or_else(String::new, |day| format!(" on {day}"));
    format!("{} ({}; {read}{checked})", source.name, source.as_of)
}

fn shown(marker: &Marker) -> String {
    let why = marker.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let write = marker.write.as_ref().map_or(String::new(), |line| format!("; for example `{line}`"));
    format!("{}{why}{write}", marker.in_full())
}

fn exempt(policy: &Policy) -> String {
    let members = policy.exempt_members.then_some("requests of people of the project");
    let labels = policy.exempt_labels.iter().map(|label| format!("requests with the label `{label}`"));
    let kinds = policy.exempt_kinds.iter().map(|kind| kind.words());
    let authors = policy.exempt_authors.patterns.iter().map(String::as_str);
    let others = kinds.chain(authors).map(str::to_owned);
    members.map(str::to_owned).into_iter().chain(labels).chain(others).collect::<Vec<_>>().join(", ")
}
