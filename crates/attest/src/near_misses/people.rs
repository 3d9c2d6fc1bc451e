//! Whether what stands where a tool could be named is the name of a person: people help, and generate, too.

use super::{has, is_like_ai_name, names_ai};
use crate::declared::PARTICLES;
use crate::identities;
use crate::registry::Registry;
use ai_detect_base::change::Person;

/// Last words of products' names, where a person would have a family name.
const PRODUCTS: &str =
    "Studio Desktop Code Coder Cli Chat Ide Cloud App Web Workspace Editor Plugin Extension Terminal Mode Builder";

/// Whether a text looks like the names of people: `Jane Doe`, `jane`, `bob (QA)`, `Jane:Doe`. Behind `Generated-by`, a single
/// word with a capital letter may as well be a product.
pub(super) fn may_be_people(text: &str, is_generated: bool) -> bool {
    if identities::people(text).iter().any(|person| person.email.contains('@')) {
        return true;
    }
    if names_ai(text) {
        return false;
    }
    let names = text.split([',', '&']).flat_map(|part| part.split(" and ")).map(str::trim);
    names.filter(|name| !name.is_empty()).all(|name| may_be_person(name, is_generated))
}

fn may_be_person(text: &str, is_generated: bool) -> bool {
    let name = without_affiliation(text);
    // `Jane:Doe` and `team:frontend`, where a tool has its model.
    if let Some((first, last)) = name.split_once(':') {
        let is_pair = is_part(first) && is_part(last);
        return is_pair || (is_login(first) && is_login(last));
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    match words.as_slice() {
        [] => false,
        [word] if is_login(word) => true,
        [word] if is_generated && word.is_ascii() => false,
        [_, rest @ ..] => {
            let is_product = is_generated && rest.iter().any(|word| has(PRODUCTS, word));
            words.iter().all(|word| is_name(word)) && !is_product
        }
    }
}

/// A name without where somebody works, or what as: `bob (QA)`, `Jane Doe [arm64]`, `Jane Doe from Acme`.
fn without_affiliation(text: &str) -> &str {
    let end = ["(", "[", " from ", " at ", " of "].iter().filter_map(|start| text.find(start)).min();
    end.and_then(|end| text.get(..end)).filter(|name| !name.trim().is_empty()).unwrap_or(text).trim()
}

/// Whether a word is a name, or stands within one: words whose parts start with a capital letter, `de` and `van` between them.
fn is_name(word: &str) -> bool {
    word.split(['-', '\'', '\u{2019}']).filter(|part| !part.is_empty()).all(is_part)
        || word.chars().all(|c| c.is_alphabetic() && !c.is_ascii())
        || PARTICLES.contains(&word)
}

fn is_part(part: &str) -> bool {
    let mut letters = part.trim_end_matches('.').chars();
    letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase)
}

/// Whether a word looks like what people call themselves on a forge, and not like a tool: `jane`, not `housebot`.
fn is_login(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()) && !is_like_ai_name(word)
}

/// Whether somebody with an address has a name that tools have: `Acme Agent`, `FooAI`. `Wei AI <wei@example.org>` and
/// `Max Agent <max@example.org>` have such family names.
pub(super) fn is_named_like_ai(person: &Person) -> bool {
    const LAST: &str = "AI LLM GPT Agent agent Assistant assistant Copilot copilot Chatbot chatbot";
    // `FooAI Agent v2`
    let mut words: Vec<&str> = person.name.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|word| is_version(word)) {
        words.pop();
    }
    let email = person.email.to_lowercase();
    let (user, host) = email.split_once('@').unwrap_or((&email, ""));
    let Some((last, before)) = words.split_last() else { return false };
    let Some(first) = before.first() else {
        // A single word beside an address of a forge is what somebody is called there.
        let is_login = person.email.ends_with("@users.noreply.github.com");
        let is_plain = last.chars().all(char::is_alphanumeric) && !is_login;
        let is_ai = ["AI", "GPT", "LLM"].iter().any(|end| last.len() > end.len() && last.ends_with(end));
        // `Acme <bot@acme.example>`
        let is_role = ["bot", "agent", "ai", "assistant"].contains(&user) && host.starts_with(&last.to_lowercase());
        return is_plain && (is_ai || is_role);
    };
    let first_name = first.to_lowercase();
    // `Max Agent <max@example.org>`, not `Acme Agent <acme-agent@acme.example>`.
    let is_of_tool = user.contains("agent") || user.contains("bot") || host.contains(&first_name);
    // `ZorbAI Coder`
    let has_ai =
        words.iter().any(|word| ["AI", "GPT", "LLM"].iter().any(|end| word.len() > end.len() && word.ends_with(end)));
    let is_own_name = is_part(first) && user.contains(&first_name) && (*last == "AI" || !is_of_tool);
    (has(LAST, last) && !is_own_name) || (has_ai && has(PRODUCTS, last))
}

fn is_version(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// Whether an account of a program has a name like an AI tool: `acme-dev-ai[bot]`.
pub(super) fn is_program_named_like_ai(person: &Person) -> bool {
    let Some(login) = person.name.to_lowercase().strip_suffix("[bot]").map(str::to_owned) else { return false };
    login.split('-').any(|part| ["ai", "llm", "gpt", "copilot", "genai"].contains(&part))
}

/// Whether somebody is called like a tool, and a remark in brackets says how a tool ran: `Claude (via Bedrock)`.
pub(super) fn is_tool_by_remark(person: &Person, registry: &Registry) -> bool {
    let Some((name, remark)) = person.name.split_once('(') else { return false };
    let is_tool = registry.alias(name.trim()).is_some_and(|(_, length)| length == name.trim().len());
    let remark = remark.trim_end().trim_end_matches(')').to_lowercase();
    let says_how = remark.starts_with("via ")
        || registry.model(&remark).is_some()
        || remark.split(|c: char| !c.is_alphanumeric()).any(|word| has("ai llm bot agent model assistant", word));
    is_tool && says_how
}

/// Whether a text starts with a word for a role and goes on as a name: `Agent Smith`, not `Agent Mode`.
pub(super) fn is_title_of_a_name(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let starts = words.next().is_some_and(|word| ["Agent", "Copilot", "Assistant"].contains(&word));
    let Some(second) = words.next().filter(|_| starts) else { return false };
    is_part(second) && !has(PRODUCTS, second) && words.next().is_none()
}
