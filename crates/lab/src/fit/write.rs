//! The files that a fit comes to. Written by nobody here: the command line puts them in place.

use std::fmt::Write as _;

use super::calibrate::Sum;
use super::stages::Stages;
use ai_detect_style::pack::model::Model;
use ai_detect_style::pack::{Kind, Pack, Trees};

/// A file: its path within the model's folder, and its content.
pub type File = (String, String);

/// All files of a model.
pub fn files(pack: &Pack, code: &Stages, message: &Stages, sum: Sum, model: &Model, made_from: &str) -> Vec<File> {
    let mut files = vec![
        ("model.yml".into(), numbers(model, made_from)),
        ("weights.tsv".into(), weights(pack, code, message, sum)),
        ("trees/code.tsv".into(), trees(&scaled(&code.trees, sum.code))),
        ("trees/message.tsv".into(), trees(&scaled(&message.trees, sum.message))),
    ];
    for (name, vocabulary, weights) in code.lexicons.iter().chain(&message.lexicons) {
        files.push((format!("lexicons/{name}.tsv"), vocabulary.write(weights, name)));
    }
    files
}

/// `model.yml`.
pub fn numbers(model: &Model, made_from: &str) -> String {
    let mut text = format!("# Fitted: {made_from}. What the numbers mean: docs/scoring.md.\n");
    let _ = writeln!(text, "version: \"{}\"", model.version);
    let _ = writeln!(text, "intercept: {}\nagreement: {}", model.intercept, model.agreement);
    let _ = writeln!(text, "request_exponent: {}", model.request_exponent);
    if let Some(version) = &model.built_in {
        let _ = writeln!(text, "# Weights, lexicons and trees are the program's own.\nbuilt_in: \"{version}\"");
    }
    for (name, points) in [("tail", &model.tail), ("tail_without_message", &model.tail_without_message)] {
        let _ = writeln!(text, "{name}:");
        for point in points {
            let _ = writeln!(text, "  - {{ rate: {}, log_odds: {} }}", point.rate, point.log_odds);
        }
    }
    text
}

fn weights(pack: &Pack, code: &Stages, message: &Stages, sum: Sum) -> String {
    let mut weights: Vec<(&str, f64)> = Vec::new();
    for (rule, at) in pack.rules.iter().zip(0..) {
        let (stages, scale) = if rule.is_message() { (message, sum.message) } else { (code, sum.code) };
        if !matches!(rule.kind, Kind::Given) {
            // A rule that counted nowhere has no weight.
            weights.push((&rule.id, stages.rules.get(&at).copied().unwrap_or(0.0) * scale));
        }
    }
    weights.sort_by(|a, b| a.0.cmp(b.0));
    let mut text = String::from(
        "# Log-odds for each time that a rule counts, or for what a lexicon's words come to; fitted on labelled commits, see ACCURACY.md.\n",
    );
    for (id, weight) in weights {
        let _ = writeln!(text, "{id}\t{:.3}", weight + 0.0);
    }
    text
}

fn scaled(trees: &Trees, scale: f64) -> Trees {
    let mut trees = trees.clone();
    for node in trees.trees.iter_mut().flatten() {
        // Four digits are kept of what is shown, and many trees add up.
        node.value = ((f64::from(node.value) * scale * 1e5).round() / 1e5) as f32;
    }
    trees
}

fn trees(trees: &Trees) -> String {
    format!(
        "# Boosted trees, fitted on labelled commits; the form is documented in crates/style-format/src/trees.rs.\n{}",
        trees.write()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ai_detect_style::pack::Fitted;

    #[test]
    fn numbers_are_written_as_they_lie_there() {
        let model = Fitted::builtin().unwrap().model;
        let rules = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
        assert_eq!(numbers(&model, &model.version), std::fs::read_to_string(rules.join("model.yml")).unwrap());
    }
}
