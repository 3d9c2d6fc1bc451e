//! Boosted regression trees, as data: reading and writing them, and following one block through them.
//!
//! A tree's answer is taken apart exactly: each step down a branch moves the expected log-odds, and
//! the move belongs to the number that was asked about. The first step moves from zero, so the parts
//! add up to the answer and nothing is left over.
//!
//! The file is tab-separated. `features` names the rules whose numbers are asked about; then each
//! tree is a line `tree` and its nodes in the order root, left branch, right branch: `rule threshold
//! missing value` for a question ("is the number at most the threshold?", and whether a number that
//! is missing counts as `yes` or `no`), `= value` for a leaf. Growing them is the work of `fit`.

use std::fmt::Write as _;

/// One node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// The expected log-odds of what arrives here.
    pub value: f32,
    /// What is asked; a leaf asks nothing.
    pub split: Option<Split>,
}

/// A question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Whose number: an index into [`Trees::features`].
    pub feature: u16,
    /// At most this goes left.
    pub threshold: f32,
    /// Where a missing number goes.
    pub missing_left: bool,
    /// The node where the right branch starts; the left one starts right after this node.
    pub right: u32,
}

/// A sum of trees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trees {
    /// The ids of the rules whose numbers are asked about.
    pub features: Vec<String>,
    /// The trees, each in the order root, left branch, right branch.
    pub trees: Vec<Vec<Node>>,
}

/// A line that is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct LineError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl Trees {
    /// Adds what each number contributes to `parts`, which has one place a feature; `numbers` holds
    /// NaN for what is missing.
    pub fn explain(&self, numbers: &[f32], parts: &mut [f64]) {
        for tree in &self.trees {
            let mut at = 0;
            let mut before = 0.0;
            while let Some(Node { split: Some(split), .. }) = tree.get(at) {
                let number = numbers.get(usize::from(split.feature)).copied().unwrap_or(f32::NAN);
                let left = if number.is_nan() { split.missing_left } else { number <= split.threshold };
                at = if left { at + 1 } else { split.right as usize };
                let after = tree.get(at).map_or(before, |node| f64::from(node.value));
                if let Some(part) = parts.get_mut(usize::from(split.feature)) {
                    *part += after - before;
                }
                before = after;
            }
        }
    }

    /// Reads trees.
    ///
    /// # Errors
    /// At the first line that is not of the form above, with what was expected.
    pub fn parse(content: &str) -> Result<Self, LineError> {
        let mut trees = Trees::default();
        let mut open = Vec::new();
        for (at, line) in content.lines().enumerate() {
            let wrong = |problem: &str| LineError { line: at + 1, problem: problem.into() };
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(features) = line.strip_prefix("features\t") {
                if features.contains(|c: char| c != '\t' && c.is_control()) {
                    return Err(wrong("a name holds a character that nobody sees"));
                }
                trees.features = features.split('\t').map(str::to_owned).collect();
            } else if line == "tree" {
                if !open.is_empty() {
                    return Err(wrong("the tree before this line is not complete"));
                }
                trees.trees.push(Vec::new());
                open = vec![None];
            } else {
                let node = node(line, &trees.features).map_err(|problem| wrong(&problem))?;
                let tree = trees.trees.last_mut().ok_or_else(|| wrong("expected `tree` before the first node"))?;
                let parent: Option<usize> =
                    open.pop().ok_or_else(|| wrong("the tree was complete before this line"))?;
                let here = tree.len();
                if let Some(split) = parent.and_then(|parent| tree.get_mut(parent)).and_then(|node| node.split.as_mut())
                {
                    split.right = here as u32;
                }
                // The left branch comes next, and the right one after all of it.
                if node.split.is_some() {
                    open.push(Some(here));
                    open.push(None);
                }
                tree.push(node);
            }
        }
        if !open.is_empty() {
            return Err(LineError { line: content.lines().count(), problem: "the last tree is not complete".into() });
        }
        Ok(trees)
    }

    /// The same in few bytes, which are quick to read. All numbers are little-endian: the features as
    /// text after its length, then of each tree how many nodes it has, and of each node its value and
    /// the feature it asks about, `LEAF` for none, `MISSING_LEFT` added; for a question also the
    /// threshold and where the right branch starts.
    pub fn image(&self) -> Vec<u8> {
        let features = self.features.join("\t");
        let mut image = (features.len() as u32).to_le_bytes().to_vec();
        image.extend_from_slice(features.as_bytes());
        for tree in &self.trees {
            image.extend_from_slice(&(tree.len() as u32).to_le_bytes());
            for node in tree {
                image.extend_from_slice(&node.value.to_le_bytes());
                let asked =
                    node.split.map_or(LEAF, |split| split.feature | if split.missing_left { MISSING_LEFT } else { 0 });
                image.extend_from_slice(&asked.to_le_bytes());
                if let Some(split) = node.split {
                    image.extend_from_slice(&split.threshold.to_le_bytes());
                    image.extend_from_slice(&split.right.to_le_bytes());
                }
            }
        }
        image
    }

    /// Reads what [`Trees::image`] wrote; `None` where it is something else.
    pub fn of_image(mut image: &[u8]) -> Option<Self> {
        let image = &mut image;
        let length = u32::from_le_bytes(take(image)?) as usize;
        let features = std::str::from_utf8(image.split_off(..length)?).ok()?;
        let mut trees = Trees { features: features.split('\t').map(str::to_owned).collect(), trees: Vec::new() };
        while !image.is_empty() {
            let nodes = u32::from_le_bytes(take(image)?) as usize;
            let mut tree = Vec::with_capacity(nodes.min(image.len()));
            for _ in 0..nodes {
                let value = f32::from_le_bytes(take(image)?);
                let asked = u16::from_le_bytes(take(image)?);
                let split = if asked == LEAF {
                    None
                } else {
                    Some(Split {
                        feature: asked & !MISSING_LEFT,
                        missing_left: asked & MISSING_LEFT != 0,
                        threshold: f32::from_le_bytes(take(image)?),
                        right: u32::from_le_bytes(take(image)?),
                    })
                };
                tree.push(Node { value, split });
            }
            trees.trees.push(tree);
        }
        Some(trees)
    }

    /// The same as text.
    pub fn write(&self) -> String {
        let mut text = format!("features\t{}\n", self.features.join("\t"));
        for tree in &self.trees {
            text.push_str("tree\n");
            for node in tree {
                let name = |split: &Split| self.features.get(usize::from(split.feature)).map_or("?", String::as_str);
                let _ = match &node.split {
                    None => writeln!(text, "=\t{}", node.value),
                    Some(split) => {
                        let missing = if split.missing_left { "yes" } else { "no" };
                        writeln!(text, "{}\t{}\t{missing}\t{}", name(split), split.threshold, node.value)
                    }
                };
            }
        }
        text
    }
}

/// In an image, the feature of a node that asks nothing.
const LEAF: u16 = u16::MAX;
/// In an image, added to a feature where a missing number goes left.
const MISSING_LEFT: u16 = 1 << 15;

fn take<const N: usize>(image: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = image.split_first_chunk()?;
    *image = rest;
    Some(*first)
}

fn node(line: &str, features: &[String]) -> Result<Node, String> {
    let parts: Vec<&str> = line.split('\t').collect();
    let number = |text: &str| {
        text.parse().ok().filter(|number: &f32| number.is_finite()).ok_or_else(|| format!("`{text}` is no number"))
    };
    match parts.as_slice() {
        ["=", value] => Ok(Node { value: number(value)?, split: None }),
        [name, threshold, missing, value] => {
            let feature = features.iter().position(|feature| feature == name);
            let feature = feature.ok_or_else(|| format!("`{name}` is not among the features"))?;
            let missing_left = match *missing {
                "yes" => true,
                "no" => false,
                other => return Err(format!("expected `yes` or `no`, found `{other}`")),
            };
            let split = Split { feature: feature as u16, threshold: number(threshold)?, missing_left, right: 0 };
            Ok(Node { value: number(value)?, split: Some(split) })
        }
        _ => Err("expected a rule, a threshold, `yes` or `no`, and a value; or `=` and a value".into()),
    }
}
