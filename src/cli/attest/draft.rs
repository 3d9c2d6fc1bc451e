//! What is declared about each commit: what the command line says, what its commit already says,
//! what the surroundings show, and what a person answers.

use std::io::BufRead as _;

use super::Facts;
use crate::attest::{self, Attestation, Registry};
use crate::attesting::environment::{self, Agent};
use crate::change::Commit;
use crate::cli::Failure;
use crate::cli::output::Output;
use crate::pipeline::{Session, TouchedCommit};
use crate::policy::sensitive::Touch;
use crate::policy::{Fact, Policy, Subject, missing_facts};
use crate::terminal::escaped;
use crate::vocabulary::note::Note;
use crate::vocabulary::{
    AiUse, Assistant, Assistants, Declaration, Extent, IntegrationPath, Involvement, Name, Who, Word, trailers,
};

/// A commit with what will be declared about it.
pub(super) struct Draft {
    pub(super) touched: TouchedCommit,
    pub(super) declaration: Declaration,
}

/// What declarations are drafted from.
pub(super) struct Drafting<'a> {
    pub(super) facts: &'a Facts,
    pub(super) session: &'a Session,
    pub(super) policy: &'a Policy,
}

impl Drafting<'_> {
    pub(super) fn drafts(&self, commits: Vec<TouchedCommit>, asks: bool, out: &Output) -> Result<Vec<Draft>, Failure> {
        let facts = self.facts;
        let agent = environment::agent(&|name| std::env::var(name).ok()).map_err(Failure::failed)?;
        if let Some(agent) = agent.as_ref().filter(|_| facts.tool.is_none() && !facts.no_ai) {
            out.say(&format!("{} seems to run this shell ({} is set).", agent.tool, agent.variable));
        }
        let mut answers = Answers { asks, tool: None, given: Vec::new(), out };
        let mut drafts = Vec::new();
        for touched in commits {
            let declaration = self.declaration(&touched, agent.as_ref(), &mut answers)?;
            drafts.push(Draft { touched, declaration });
        }
        if let Some(told) = self.accountable_for_programs(&drafts)? {
            out.say(&told);
        }
        Ok(drafts)
    }

    /// Whose name stands in the declarations of commits by programs, where the command line does not say it.
    fn accountable_for_programs(&self, drafts: &[Draft]) -> Result<Option<String>, Failure> {
        if self.facts.accountable.is_some() {
            return Ok(None);
        }
        let registry = Registry::builtin()?;
        let Some(me) = self.session.repository().identity() else { return Ok(None) };
        let me = format!("{} <{}>", me.name, me.email);
        let of_program = |draft: &&Draft| !attest::is_person(&draft.touched.commit.author, registry);
        let names_me = |draft: &&Draft| draft.declaration.accountable.as_ref().is_some_and(|who| who.to_string() == me);
        let first = drafts.iter().filter(of_program).find(names_me);
        Ok(first.map(|draft| {
            format!(
                "The author {} is a program, so the declaration names you as accountable ({}). --accountable names somebody \
                 else.",
                escaped(&draft.touched.commit.author.name),
                escaped(&me)
            )
        }))
    }

    fn declaration(
        &self,
        touched: &TouchedCommit,
        agent: Option<&Agent>,
        answers: &mut Answers<'_>,
    ) -> Result<Declaration, Failure> {
        let registry = Registry::builtin()?;
        let (facts, TouchedCommit { commit, files, .. }) = (self.facts, touched);
        let attestation = attest::read(commit, registry);
        let own = trailers::read(&commit.message.stated()).declaration;
        let author_is_person = attest::is_person(&commit.author, registry);
        let answering = || {
            let me = self.session.repository().identity().filter(|me| attest::is_person(me, registry))?;
            Who::new(format!("{} <{}>", me.name, me.email)).ok()
        };
        // An author who is a person answers, and need not be named again.
        let accountable = facts.accountable.clone().or_else(|| if author_is_person { None } else { answering() });
        if facts.no_ai {
            refuse_to_deny(commit, &attestation)?;
            return Ok(Declaration { involvement: Involvement::NoAi, accountable });
        }
        let declared = attestation.state != attest::State::Absent;
        // What the commit says in our words of the tool that the command line names stays, and facts are added to it.
        let of_tool = own.as_ref().and_then(Declaration::ai).cloned();
        let of_tool = of_tool.filter(|ai| facts.tool.as_ref().is_some_and(|tool| names(ai, tool)));
        let known = own
            .filter(|_| declared)
            .or_else(|| crate::attest::declaration_of(&attestation))
            .filter(|known| known.ai().is_some());
        let named = known.as_ref().and_then(|known| known.accountable.clone()).filter(|_| !author_is_person);
        let mut ai = match (known.and_then(|known| known.ai().cloned()), facts.tool.clone(), agent) {
            (Some(known), None, _) => known,
            (_, Some(tool), _) => of_tool.unwrap_or_else(|| AiUse::of(assistant(facts, tool, None))),
            (None, None, Some(agent)) => AiUse::of(assistant(facts, agent.tool.clone(), None)),
            (None, None, None) => match answers.tool()? {
                ToolAnswer::Tool(tool) => AiUse::of(assistant(facts, tool, None)),
                ToolAnswer::None if facts.describe_ai_use() => {
                    return Err(Failure::usage("the answer `none` contradicts the options, which describe AI use"));
                }
                ToolAnswer::None => return Ok(Declaration { involvement: Involvement::NoAi, accountable }),
            },
        };
        ai.assistants = with_facts(ai.assistants, facts)?;
        ai.proportion = facts.proportion.or(ai.proportion);
        let same_tool = |agent: &&Agent| ai.assistants.as_slice().iter().any(|assistant| assistant.tool == agent.tool);
        let agent = agent.filter(same_tool);
        ai.path = facts.integration.or(ai.path).or(agent.and_then(|agent| agent.path));
        ai.session = facts.session.clone().or(ai.session).or_else(|| agent.and_then(|agent| agent.session.clone()));
        ai.prompt = facts.prompt.clone().or(ai.prompt);
        ai.output = facts.output.clone().or(ai.output);
        ai.requested_by = facts.requested_by.clone().or(ai.requested_by);
        ai.sensitive = classes(&files.touches);
        let mut declaration = Declaration { involvement: Involvement::Ai(ai), accountable: accountable.or(named) };
        for fact in missing(self.policy, touched, &declaration)? {
            answers.fill(&mut declaration, fact)?;
        }
        Ok(declaration)
    }
}

/// Nobody takes back by `--no-ai` what a commit declares: both would stand in the record, and contradict each other.
fn refuse_to_deny(commit: &Commit, attestation: &Attestation) -> Result<(), Failure> {
    let declared = crate::attest::declaration_of(attestation).filter(|declaration| declaration.ai().is_some());
    let Some(declared) = declared else { return Ok(()) };
    let tools = declared
        .ai()
        .map_or(Vec::new(), |ai| ai.assistants.as_slice().iter().map(|one| one.tool.to_string()).collect());
    Err(Failure::usage(format!(
        "{} declares AI use ({}), so --no-ai would contradict it. Take that out of its message or note first, or attest \
         without --no-ai",
        commit.id.get(..8).unwrap_or(&commit.id),
        escaped(&tools.join(", "))
    )))
}

fn assistant(facts: &Facts, tool: Name, model: Option<Word>) -> Assistant {
    let extent = if facts.generated { Extent::Generated } else { Extent::Assisted };
    Assistant { extent, tool, model: facts.model.clone().or(model), helpers: facts.helpers.clone() }
}

fn names(ai: &AiUse, tool: &Name) -> bool {
    ai.assistants.as_slice().iter().any(|assistant| assistant.tool.is_same(tool))
}

/// The command line goes before what the commit says, where it speaks of the one tool that there is, or names one.
fn with_facts(assistants: Assistants, facts: &Facts) -> Result<Assistants, Failure> {
    let mut list: Vec<Assistant> = assistants.into();
    let is_only = list.len() == 1;
    let is_meant = |known: &&mut Assistant| match &facts.tool {
        None => is_only,
        // Another model of the same tool is another line.
        Some(tool) => {
            let is_same_model = || facts.model.is_none() || [&None, &facts.model].contains(&&known.model);
            known.tool.is_same(tool) && (is_same_model() || known.is_family_of(facts.model.as_ref()))
        }
    };
    match (list.iter_mut().find(is_meant), &facts.tool) {
        (Some(meant), _) => {
            meant.model = facts.model.clone().or(meant.model.take());
            if facts.generated {
                meant.extent = Extent::Generated;
            }
            if !facts.helpers.is_empty() {
                meant.helpers = facts.helpers.clone();
            }
        }
        (None, Some(tool)) => list.push(assistant(facts, tool.clone(), None)),
        (None, None) if facts.model.is_some() => {
            return Err(Failure::usage(
                "the commit names several tools; name the one that used the model with --tool NAME",
            ));
        }
        (None, None) => {}
    }
    Assistants::try_from(list).map_err(Failure::usage)
}

fn classes(touches: &[Touch]) -> Vec<Word> {
    let mut classes: Vec<&str> = touches.iter().map(|touch| touch.class.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    classes.into_iter().filter_map(|class| Word::new(class).ok()).collect()
}

/// The facts that the policy asks for and the declaration does not state.
fn missing(policy: &Policy, touched: &TouchedCommit, declaration: &Declaration) -> Result<Vec<Fact>, Failure> {
    let TouchedCommit { commit, files, .. } = touched;
    let registry = Registry::builtin()?;
    let attestation = attest::read(commit, registry);
    let note = Note::of(declaration.clone());
    let subject = Subject::new(commit, &attestation, registry);
    let subject = subject.touching(files.paths.clone(), files.touches.clone()).noted(note);
    let mut wanted = missing_facts(policy, &subject);
    // One answer gives the model and its version.
    if wanted.contains(&Fact::ExactModel) {
        wanted.retain(|fact| *fact != Fact::Model);
    }
    Ok(wanted)
}

/// The answer to which AI tool helped.
#[derive(Clone)]
enum ToolAnswer {
    Tool(Name),
    /// No AI was used, as `--no-ai` declares.
    None,
}

/// What a person answers: each question is asked once, also for a whole range.
struct Answers<'a> {
    asks: bool,
    tool: Option<ToolAnswer>,
    given: Vec<(Fact, Option<String>)>,
    out: &'a Output,
}

impl Answers<'_> {
    fn tool(&mut self) -> Result<ToolAnswer, Failure> {
        if let Some(tool) = &self.tool {
            return Ok(tool.clone());
        }
        let nothing =
            || Failure::usage("no AI tool is named; add --tool NAME and --model ID, or --no-ai if no AI was used");
        if !self.asks {
            return Err(nothing());
        }
        let answer =
            self.line("Which AI tool helped? (`none` if no AI was used; Enter to cancel)")?.ok_or_else(nothing)?;
        let tool = if answer.eq_ignore_ascii_case("none") {
            ToolAnswer::None
        } else {
            ToolAnswer::Tool(answer.parse().map_err(|problem| Failure::usage(format!("name of the tool: {problem}")))?)
        };
        self.tool = Some(tool.clone());
        Ok(tool)
    }

    fn fill(&mut self, declaration: &mut Declaration, fact: Fact) -> Result<(), Failure> {
        if !self.asks || matches!(fact, Fact::Tool | Fact::SensitivePaths) {
            return Ok(());
        }
        let known = self.given.iter().find(|(known, _)| *known == fact).map(|(_, answer)| answer.clone());
        let answer = match known {
            Some(answer) => answer,
            None => {
                let answer = self.line(&format!("Not stated yet: {}. (Enter to leave it out)", fact.words()))?;
                self.given.push((fact, answer.clone()));
                answer
            }
        };
        let Some(answer) = answer else { return Ok(()) };
        put(declaration, fact, &answer).map_err(|problem| Failure::usage(format!("{}: {problem}", fact.words())))
    }

    fn line(&self, question: &str) -> Result<Option<String>, Failure> {
        self.out.ask(question);
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer);
        read.map_err(|error| Failure::failed(format!("standard input: {error}")))?;
        Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
    }
}

fn put(declaration: &mut Declaration, fact: Fact, answer: &str) -> Result<(), crate::vocabulary::Problem> {
    if fact == Fact::Accountable {
        declaration.accountable = Some(Who::new(answer)?);
        return Ok(());
    }
    let Involvement::Ai(ai) = &mut declaration.involvement else { return Ok(()) };
    match fact {
        Fact::Model | Fact::ExactModel => {
            let mut list: Vec<Assistant> = ai.assistants.clone().into();
            let model: Word = answer.parse()?;
            list.iter_mut().filter(|assistant| assistant.model.is_none()).for_each(|a| a.model = Some(model.clone()));
            ai.assistants = Assistants::try_from(list)?;
        }
        Fact::Proportion => ai.proportion = Some(answer.parse()?),
        Fact::Path => {
            let found = IntegrationPath::ALL.into_iter().find(|path| path.word().eq_ignore_ascii_case(answer));
            let words = || IntegrationPath::ALL.map(|path| path.word()).join(", ");
            ai.path = Some(found.ok_or_else(|| crate::vocabulary::Problem::NotOneOf(words()))?);
        }
        Fact::Session => ai.session = Some(answer.parse()?),
        Fact::Prompt => ai.prompt = Some(answer.parse()?),
        Fact::Output => ai.output = Some(answer.parse()?),
        Fact::Tool | Fact::Accountable | Fact::SensitivePaths => {}
    }
    Ok(())
}
