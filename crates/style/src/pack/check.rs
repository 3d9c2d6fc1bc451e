//! One rule, from its written form to the checked one. Files are [`super::load`]'s.

use std::collections::BTreeMap;

use super::model::LEXICONS;
use super::raw::{RawExample, RawLanguages, RawRule};
use super::rule::{Example, Family, Kind, Rule, Scope, Shape};
use crate::signals::{metric, phrase, query};
use ai_detect_base::yaml::{near_sentence, nearest};
use ai_detect_lang as lang;

/// Checks a rule of a file of one family. `weights` are those of the built-in rules; rules of a project state their own.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub(super) fn check(
    raw: RawRule,
    family: Family,
    source: &str,
    weights: Option<&BTreeMap<String, f64>>,
) -> Result<Rule, String> {
    let languages = languages(&raw.languages)?;
    let kind = kind(&raw, weights.is_some())?;
    let weight = match (raw.weight, weights) {
        (Some(weight), _) => weight,
        // A rule that a model was not fitted with counts nothing.
        (None, Some(weights)) => weights.get(&raw.id).copied().unwrap_or(0.0),
        (None, None) => return Err("a rule needs a `weight`: log-odds for each time it counts".into()),
    };
    if !weight.is_finite() || weight.abs() > 10.0 {
        return Err(format!("weight {weight} is not between -10 and 10"));
    }
    let cap = raw.cap.unwrap_or(1.0);
    if !(cap > 0.0 && cap <= 100.0) {
        return Err(format!("cap {cap} is not between 0 and 100"));
    }
    let message = raw.scope.is_some_and(Scope::is_message);
    if raw.otherwise.is_some() && raw.metric.is_none() {
        return Err("`otherwise` is for metrics: nothing else is weighed where it is not found".into());
    }
    let examples = |list: Vec<BTreeMap<String, RawExample>>| -> Result<Vec<Example>, String> {
        list.into_iter().flatten().map(|(key, value)| example(key, value, message)).collect()
    };
    Ok(Rule {
        id: raw.id,
        title: raw.title.trim().into(),
        otherwise: raw.otherwise.map(|text| text.trim().into()),
        why: raw.why.trim().into(),
        misleads: raw.misleads.trim().into(),
        family,
        scope: raw.scope,
        languages,
        kind,
        weight,
        cap,
        hits: examples(raw.hits)?,
        misses: examples(raw.misses)?,
        source: source.into(),
    })
}

fn languages(raw: &RawLanguages) -> Result<Option<Vec<String>>, String> {
    let RawLanguages::Some(names) = raw else { return Ok(None) };
    for name in names {
        known_language(name)?;
    }
    Ok(Some(names.clone()))
}

fn known_language(name: &str) -> Result<(), String> {
    if lang::by_name(name).is_some() {
        return Ok(());
    }
    let near = nearest(name, lang::ALL.iter().map(|language| language.name));
    Err(format!("no language is called `{name}`{}", near_sentence(near.as_deref())))
}

fn kind(raw: &RawRule, is_builtin: bool) -> Result<Kind, String> {
    match (&raw.phrase, &raw.query, &raw.metric, &raw.lexicon) {
        (None, None, None, None) if raw.given => Ok(Kind::Given),
        (Some(phrases), None, None, None) => {
            raw.scope.ok_or("a phrase needs a scope")?;
            let phrases = phrases.clone().into_vec();
            phrases.iter().try_for_each(|pattern| phrase::check(pattern))?;
            Ok(Kind::Phrase(phrases))
        }
        (None, Some(queries), None, None) => {
            for (language, text) in queries {
                known_language(language)?;
                // Trying it is dear: for the built-in rules the tests do it.
                if is_builtin {
                    query::check_shape(text)?;
                } else {
                    query::check(language, text)?;
                }
            }
            Ok(Kind::Query(queries.clone()))
        }
        (None, None, Some(name), None) => {
            metric::check(name, raw.scope)?;
            Ok(Kind::Metric { name: name.clone(), shape: shape(raw)? })
        }
        (None, None, None, Some(name)) => {
            raw.scope.ok_or("a lexicon needs a scope")?;
            if !LEXICONS.contains(&name.as_str()) {
                let near = nearest(name, LEXICONS.iter().copied());
                return Err(format!("no lexicon is called `{name}`{}", near_sentence(near.as_deref())));
            }
            Ok(Kind::Lexicon(name.clone()))
        }
        _ => Err("give exactly one of `phrase`, `query`, `metric` and `lexicon`".into()),
    }
}

fn shape(raw: &RawRule) -> Result<Shape, String> {
    match (raw.at_least, raw.at_most, raw.from, raw.to) {
        (Some(least), None, None, None) => Ok(Shape::AtLeast(least)),
        (None, Some(most), None, None) => Ok(Shape::AtMost(most)),
        (None, None, Some(from), Some(to)) if from != to => Ok(Shape::Ramp(from, to)),
        _ => Err("a metric needs `at_least`, or `at_most`, or `from` and a different `to`".into()),
    }
}

fn example(key: String, value: RawExample, message: bool) -> Result<Example, String> {
    match (key.as_str(), value) {
        ("message", RawExample::Text(text)) => Ok(Example::Message(text)),
        (_, _) if message => Err("the examples of a message rule are messages: `message: |`".into()),
        (language, value) => {
            if language != "text" {
                known_language(language)?;
            }
            let (path, before, after) = match value {
                RawExample::Text(after) => (None, None, after),
                RawExample::Change(change) => (change.path, change.before, change.after),
            };
            Ok(Example::File { language: language.into(), path, before, after })
        }
    }
}
