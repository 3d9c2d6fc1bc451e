//! A declaration as trailers: `Key: value` lines that `git interpret-trailers` and any other tool
//! can parse.
//!
//! Knows the keys and the grammar of their values; where in a message they stand is [`super::message`].

use std::fmt;

use super::{
    AiUse, Assistant, Assistants, Declaration, Extent, IntegrationPath, Involvement, Name, Problem, Proportion,
    Reference, Who, Word,
};

use crate::slices::items_of;

/// A tool that helped.
pub const ASSISTED_BY: &str = "Assisted-by";
/// A tool that wrote most of it.
pub const GENERATED_BY: &str = "Generated-by";
/// No AI was used.
pub const NO_AI: &str = "No-AI";
/// How much of the change, in per cent.
pub const PROPORTION: &str = "AI-Proportion";
/// By which way the tool worked.
pub const PATH: &str = "AI-Path";
/// The session or request.
pub const SESSION: &str = "AI-Session";
/// The prompt's digest or address.
pub const PROMPT: &str = "AI-Prompt";
/// The raw output's digest or address.
pub const OUTPUT: &str = "AI-Output";
/// Classes of sensitive paths.
pub const SENSITIVE: &str = "AI-Sensitive";
/// Who asked for the generation.
pub const REQUESTED_BY: &str = "AI-Requested-by";
/// Who answers for the commit.
pub const ACCOUNTABLE: &str = "AI-Accountable";

/// Keys of which one value counts.
pub(super) const HAS_ONE_VALUE: [&str; 8] =
    [PROPORTION, PATH, SESSION, PROMPT, OUTPUT, SENSITIVE, REQUESTED_BY, ACCOUNTABLE];

/// Keys that are ours alone: a value of theirs that does not fit our grammar fits nobody's. `Assisted-by` and
/// `Generated-by` are people's and generators' too, `AI-Session`, `AI-Prompt` and `AI-Output` other tools'.
const OURS_ALONE: [&str; 6] = [NO_AI, PROPORTION, PATH, SENSITIVE, REQUESTED_BY, ACCOUNTABLE];

/// Whether nobody but us gives a key its meaning.
pub fn is_ours_alone(key: &str) -> bool {
    OURS_ALONE.iter().any(|own| own.eq_ignore_ascii_case(key))
}

/// Whether a text may hold a trailer with such a key: quicker than reading it.
pub fn may_be_ours_alone(text: &str) -> bool {
    memchr::memchr_iter(b':', text.as_bytes()).any(|colon| {
        let before = items_of(text.as_bytes(), ..colon);
        let ends = |own: &&str| before.len().checked_sub(own.len()).and_then(|start| before.get(start..));
        OURS_ALONE.iter().any(|own| ends(own).is_some_and(|end| end.eq_ignore_ascii_case(own.as_bytes())))
    })
}

/// A trailer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Trailer {
    /// The key; case does not matter.
    pub key: String,
    /// The value, on one line.
    pub value: String,
}

impl Trailer {
    /// A trailer.
    pub fn new(key: &str, value: impl ToString) -> Self {
        Trailer { key: key.into(), value: value.to_string() }
    }

    /// Whether it has this key.
    pub fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

impl fmt::Display for Trailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.value)
    }
}

/// A trailer of ours whose value says nothing that we understand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{trailer}`: {problem}")]
pub struct Unreadable {
    /// The trailer.
    pub trailer: Trailer,
    /// What is wrong with its value.
    pub problem: Problem,
}

/// What trailers declare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The declaration, where they name a tool or say "no AI".
    pub declaration: Option<Declaration>,
    /// The facts that they state, also beside a tool that is declared in another form.
    pub stated: Stated,
    /// Trailers of ours that could not be read; never the same as absent ones.
    pub unreadable: Vec<Unreadable>,
    /// Whether they both name a tool and say that none was used.
    pub contradictory: bool,
}

/// The trailers of a declaration, in the order in which they are written.
pub fn write(declaration: &Declaration) -> Vec<Trailer> {
    let mut lines = Vec::new();
    match &declaration.involvement {
        Involvement::NoAi => lines.push(Trailer::new(NO_AI, "true")),
        Involvement::Ai(ai) => write_ai(ai, &mut lines),
    }
    lines.extend(declaration.accountable.iter().map(|who| Trailer::new(ACCOUNTABLE, who)));
    lines
}

fn write_ai(ai: &AiUse, lines: &mut Vec<Trailer>) {
    for assistant in ai.assistants.as_slice() {
        let key = match assistant.extent {
            Extent::Assisted => ASSISTED_BY,
            Extent::Generated => GENERATED_BY,
        };
        lines.push(Trailer::new(key, assistant_value(assistant)));
    }
    lines.extend(ai.proportion.iter().map(|share| Trailer::new(PROPORTION, share)));
    lines.extend(ai.path.iter().map(|path| Trailer::new(PATH, path.word())));
    lines.extend(ai.session.iter().map(|session| Trailer::new(SESSION, session)));
    lines.extend(ai.prompt.iter().map(|prompt| Trailer::new(PROMPT, prompt)));
    lines.extend(ai.output.iter().map(|output| Trailer::new(OUTPUT, output)));
    if !ai.sensitive.is_empty() {
        let classes: Vec<&str> = ai.sensitive.iter().map(Word::as_str).collect();
        lines.push(Trailer::new(SENSITIVE, classes.join(", ")));
    }
    lines.extend(ai.requested_by.iter().map(|who| Trailer::new(REQUESTED_BY, who)));
}

/// `TOOL[:MODEL] [HELPER…]`. Behind a model, helpers are plain words, as the kernel writes them;
/// without one they stand in brackets, because a tool's name may have several words.
fn assistant_value(assistant: &Assistant) -> String {
    let mut value = assistant.tool.to_string();
    if let Some(model) = &assistant.model {
        value.push(':');
        value.push_str(model.as_str());
    }
    for helper in &assistant.helpers {
        let bracketed = assistant.model.is_none();
        value.push_str(&if bracketed { format!(" [{helper}]") } else { format!(" {helper}") });
    }
    value
}

/// Reads the trailers that are ours; others are passed over.
pub fn read<'a>(trailers: impl IntoIterator<Item = &'a Trailer>) -> Reading {
    let mut reading = Reading::default();
    let (mut parts, mut tools) = (Stated::default(), Tools::default());
    for trailer in trailers {
        if let Err(problem) = parts.take(trailer, &mut tools) {
            reading.unreadable.push(Unreadable { trailer: trailer.clone(), problem });
        }
    }
    reading.contradictory = tools.no_ai && !tools.assistants.is_empty();
    reading.stated = parts.clone();
    let involvement = match Assistants::try_from(tools.assistants) {
        Ok(assistants) => Some(Involvement::Ai(AiUse {
            assistants,
            proportion: parts.proportion,
            path: parts.path,
            session: parts.session,
            prompt: parts.prompt,
            output: parts.output,
            sensitive: parts.sensitive,
            requested_by: parts.requested_by,
        })),
        Err(_) => tools.no_ai.then_some(Involvement::NoAi),
    };
    reading.declaration = involvement.map(|involvement| Declaration { involvement, accountable: parts.accountable });
    reading
}

/// Facts beside the tool: what [`AiUse`] and [`Declaration`] hold as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Stated {
    pub proportion: Option<Proportion>,
    pub path: Option<IntegrationPath>,
    pub session: Option<Word>,
    pub prompt: Option<Reference>,
    pub output: Option<Reference>,
    pub sensitive: Vec<Word>,
    pub requested_by: Option<Who>,
    pub accountable: Option<Who>,
}

#[derive(Default)]
struct Tools {
    no_ai: bool,
    assistants: Vec<Assistant>,
}

impl Stated {
    /// Of a key that is there twice the last one counts, as git's own tools have it; tools and
    /// classes add up.
    fn take(&mut self, trailer: &Trailer, tools: &mut Tools) -> Result<(), Problem> {
        let value = trailer.value.as_str();
        if trailer.is(ASSISTED_BY) {
            tools.assistants.push(assistant(value, Extent::Assisted)?);
        } else if trailer.is(GENERATED_BY) {
            tools.assistants.push(assistant(value, Extent::Generated)?);
        } else if trailer.is(NO_AI) {
            tools.no_ai = yes_or_no(value)?;
        } else if trailer.is(PROPORTION) {
            self.proportion = Some(value.parse()?);
        } else if trailer.is(PATH) {
            self.path = Some(integration_path(value)?);
        } else if trailer.is(SESSION) {
            self.session = Some(Word::new(value)?);
        } else if trailer.is(PROMPT) {
            self.prompt = Some(Reference::new(value)?);
        } else if trailer.is(OUTPUT) {
            self.output = Some(Reference::new(value)?);
        } else if trailer.is(SENSITIVE) {
            for class in value.split(',') {
                self.sensitive.push(Word::new(class)?);
            }
        } else if trailer.is(REQUESTED_BY) {
            self.requested_by = Some(Who::new(value)?);
        } else if trailer.is(ACCOUNTABLE) {
            self.accountable = Some(Who::new(value)?);
        }
        Ok(())
    }
}

fn yes_or_no(value: &str) -> Result<bool, Problem> {
    match value.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" => Ok(true),
        "false" | "no" => Ok(false),
        _ => Err(Problem::NotOneOf("`true`, `yes`, `false`, `no`".into())),
    }
}

fn integration_path(value: &str) -> Result<IntegrationPath, Problem> {
    let wanted = value.trim();
    let found = IntegrationPath::ALL.into_iter().find(|path| path.word().eq_ignore_ascii_case(wanted));
    let words = || IntegrationPath::ALL.map(|path| format!("`{}`", path.word())).join(", ");
    found.ok_or_else(|| Problem::NotOneOf(words()))
}

/// Reads `TOOL[:MODEL] [HELPER…]`.
fn assistant(value: &str, extent: Extent) -> Result<Assistant, Problem> {
    let bare = |word: &str| word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word).to_owned();
    // A colon behind a bracket belongs to a helper.
    let colon = value.find(':').filter(|colon| value.find('[').is_none_or(|bracket| *colon < bracket));
    if let Some((tool, rest)) = colon.and_then(|at| Some((value.get(..at)?, value.get(at + 1..)?))) {
        let mut words = rest.split_whitespace();
        let model = words.next().ok_or(Problem::Empty)?;
        return Ok(Assistant {
            extent,
            tool: Name::new(tool)?,
            model: Some(Word::new(model)?),
            helpers: words.map(|word| Word::new(bare(word))).collect::<Result<_, _>>()?,
        });
    }
    let (tool, helpers) = value.split_once('[').map_or((value, None), |(tool, rest)| (tool, Some(rest)));
    let helpers = helpers.map_or_else(Vec::new, |rest| {
        rest.split_whitespace().map(|word| word.trim_matches(['[', ']']).to_owned()).collect()
    });
    Ok(Assistant {
        extent,
        tool: Name::new(tool)?,
        model: None,
        helpers: helpers.into_iter().map(Word::new).collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    fn of(lines: &[(&str, &str)]) -> Reading {
        let trailers: Vec<Trailer> = lines.iter().map(|(key, value)| Trailer::new(key, value)).collect();
        read(&trailers)
    }

    fn first(reading: &Reading) -> &Assistant {
        &reading.declaration.as_ref().unwrap().ai().unwrap().assistants.as_slice()[0]
    }

    #[test]
    fn the_kernels_examples_are_read() {
        for value in ["Claude:claude-3-opus coccinelle sparse", "Claude:claude-3-opus [coccinelle] [sparse]"] {
            let reading = of(&[("assisted-by", value)]);
            let found = first(&reading);
            assert_eq!((found.tool.as_str(), found.model.as_ref().unwrap().as_str()), ("Claude", "claude-3-opus"));
            assert_eq!(found.helpers.iter().map(Word::as_str).collect::<Vec<_>>(), ["coccinelle", "sparse"]);
        }
    }

    #[test]
    fn a_name_of_several_words_needs_no_quotes() {
        let reading = of(&[("Assisted-by", "Claude Code:claude-sonnet-4-6")]);
        assert_eq!(first(&reading).tool.as_str(), "Claude Code");
        let reading = of(&[("Generated-by", "Claude Code [sparse]")]);
        let found = first(&reading);
        assert_eq!((found.tool.as_str(), found.model.is_none(), found.helpers.len()), ("Claude Code", true, 1));
    }

    #[test]
    fn what_cannot_be_read_is_told_and_not_dropped() {
        let reading = of(&[("Assisted-by", "Claude:"), ("AI-Path", "telepathy"), ("AI-Prompt", "write a parser")]);
        assert_eq!(reading.declaration, None);
        let told: Vec<String> = reading.unreadable.iter().map(ToString::to_string).collect();
        assert_eq!(told[0], "`Assisted-by: Claude:`: it is empty");
        assert!(told[1].ends_with("not one of `ide`, `cli`, `ci`, `agent`, `web`"), "{}", told[1]);
        assert!(told[2].contains("the text itself is not kept"), "{}", told[2]);
    }

    #[test]
    fn keys_that_are_ours_alone_are_seen_wherever_they_stand() {
        for text in ["s\n\nAI-Path: x", "no-ai:x", "**ai-accountable:** x", "x: y\nAI-REQUESTED-BY: z"] {
            assert!(may_be_ours_alone(text), "{text}");
        }
        for text in ["", ":", "AI-Path", "AI-Path x:", "Assisted-by: Codex", "ai: path"] {
            assert!(!may_be_ours_alone(text), "{text}");
        }
        assert!(is_ours_alone("ai-path") && !is_ours_alone("AI-Session"));
    }

    #[test]
    fn yes_and_no_at_once_are_a_contradiction() {
        let reading = of(&[("No-AI", "true"), ("Assisted-by", "Codex:gpt-5.5")]);
        assert!(reading.contradictory && reading.declaration.unwrap().ai().is_some());
        assert!(!of(&[("No-AI", "yes")]).contradictory);
        assert_eq!(of(&[("No-AI", "no")]).declaration, None);
    }

    proptest! {
        #[test]
        fn reading_what_was_written_is_the_identity(declaration in samples::declaration()) {
            let lines = write(&declaration);
            let reading = read(&lines);
            prop_assert_eq!(reading.unreadable, vec![]);
            prop_assert_eq!(reading.declaration.as_ref(), Some(&declaration));
            prop_assert_eq!(write(&reading.declaration.unwrap()), lines);
        }

        #[test]
        fn any_value_is_read_or_told(key in "(Assisted-by|AI-[A-Z][a-z-]{3,9}|No-AI|AI-Accountable)", value in "\\PC{0,60}") {
            let trailer = [Trailer { key, value }];
            let reading = read(&trailer);
            prop_assert!(reading.unreadable.len() <= 1);
        }
    }
}
