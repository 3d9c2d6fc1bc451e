//! Matching a pattern at a node: which captures there are. The same matches as tree-sitter's own
//! cursor reports, which a test compares.
//!
//! How patterns are written is `pattern`.

use tree_sitter::TreeCursor;

use super::pattern::{Condition, Node, Pattern, Step, Test, expression};

use ai_detect_base::slices::items_of;

/// How many nodes one match may look at: a bound on the work for patterns with many captures.
const MAX_LOOKS: u32 = 20_000;

/// Captured nodes with the capture's index, parents before their children.
pub(super) type Captured<'t> = Vec<(usize, tree_sitter::Node<'t>)>;

impl Pattern {
    /// The different ways to capture nodes with this node as the root. The cursor serves many nodes, wherever it
    /// stands.
    pub(super) fn matches<'t>(
        &self,
        node: tree_sitter::Node<'t>,
        cursor: &mut TreeCursor<'t>,
        text: &[u8],
    ) -> Vec<Captured<'t>> {
        let mut search = Search { cursor, looks: MAX_LOOKS };
        let mut found = search.step(&self.root, node);
        found.retain(|captured| self.conditions.iter().all(|condition| condition.holds(captured, text)));
        found
    }
}

struct Search<'c, 't> {
    cursor: &'c mut TreeCursor<'t>,
    looks: u32,
}

/// A child with its field.
type Child<'t> = (tree_sitter::Node<'t>, Option<u16>);

impl<'t> Search<'_, 't> {
    fn step(&mut self, step: &Step, node: tree_sitter::Node<'t>) -> Vec<Captured<'t>> {
        let mut found = Vec::new();
        for wanted in &step.any_of {
            for captured in self.node(wanted, node) {
                add(&mut found, captured);
            }
        }
        found
    }

    fn node(&mut self, wanted: &Node, node: tree_sitter::Node<'t>) -> Vec<Captured<'t>> {
        let fits = match wanted.kind {
            Some(kind) => node.kind_id() == kind,
            None => node.is_named() && !node.is_error(),
        };
        if !fits || wanted.without.iter().any(|&field| node.child_by_field_id(field).is_some()) {
            return Vec::new();
        }
        let own: Captured<'t> = wanted.captures.iter().map(|&capture| (capture, node)).collect();
        if wanted.children.is_empty() {
            return vec![own];
        }
        let children = self.children(node);
        let below = self.sequence(&wanted.children, &children);
        below.into_iter().map(|captured| own.iter().copied().chain(captured).collect()).collect()
    }

    fn children(&mut self, node: tree_sitter::Node<'t>) -> Vec<Child<'t>> {
        let mut children = Vec::new();
        self.cursor.reset(node);
        let mut more = self.cursor.goto_first_child();
        while more {
            children.push((self.cursor.node(), self.cursor.field_id().map(std::num::NonZero::get)));
            more = self.cursor.goto_next_sibling();
        }
        children
    }

    /// The ways to find the steps among the children, in their order.
    fn sequence(&mut self, steps: &[Step], children: &[Child<'t>]) -> Vec<Captured<'t>> {
        let Some((step, later)) = steps.split_first() else { return vec![Captured::new()] };
        let mut found = Vec::new();
        for (at, (child, field)) in children.iter().enumerate() {
            let Some(left) = self.looks.checked_sub(1) else { return found };
            self.looks = left;
            let after = items_of(children, at + 1..);
            let placed = !step.last || after.iter().all(|(child, _)| !child.is_named());
            let here = match placed && (step.field.is_none() || step.field == *field) {
                true => self.step(step, *child),
                false => Vec::new(),
            };
            if !here.is_empty() {
                for rest in self.sequence(later, after) {
                    for captured in &here {
                        add(&mut found, captured.iter().copied().chain(rest.iter().copied()).collect());
                    }
                }
            }
            if step.adjacent && child.is_named() {
                break;
            }
        }
        found
    }
}

/// Ways that capture the same are one.
fn add<'t>(found: &mut Vec<Captured<'t>>, captured: Captured<'t>) {
    if !found.contains(&captured) {
        found.push(captured);
    }
}

impl Condition {
    fn holds(&self, captured: &Captured<'_>, text: &[u8]) -> bool {
        let text_of = |wanted: usize| {
            let node = captured.iter().find(|(capture, _)| *capture == wanted)?.1;
            text.get(node.byte_range())
        };
        let Some(own) = text_of(self.capture) else { return true };
        let holds = match &self.test {
            Test::AnyOf(texts) => texts.iter().any(|text| text.as_bytes() == own),
            Test::SameAs(other) => text_of(*other).is_none_or(|other| other == own),
            Test::Matches { source, compiled } => {
                let regex = compiled.get_or_init(|| expression(source).ok());
                regex.as_ref().is_some_and(|regex| regex.is_match(own))
            }
        };
        holds == self.wanted
    }
}
