//! Which part the nodes of each kind play: the kinds that a language names, by their ids in its grammar.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use ai_detect_lang::Language;

/// The part that a node plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    None,
    Comment,
    String,
    Identifier,
    Function,
    Container,
    Handler,
    Call,
}

/// The part that each node kind of a grammar plays, by kind id.
pub(crate) struct Roles {
    roles: Vec<Role>,
}

impl Roles {
    /// The roles of a language's grammar, made once a thread.
    pub(crate) fn of(language: &'static Language) -> Rc<Roles> {
        thread_local! {
            static MADE: RefCell<FxHashMap<usize, Rc<Roles>>> = Default::default();
        }
        let key = std::ptr::from_ref(language).addr();
        MADE.with(|made| Rc::clone(made.borrow_mut().entry(key).or_insert_with(|| Rc::new(Roles::read(language)))))
    }

    fn read(language: &Language) -> Self {
        let grammar = (language.grammar)();
        let kinds = &language.kinds;
        let groups = [
            (Role::Container, kinds.container),
            (Role::Comment, kinds.comment),
            (Role::String, kinds.string),
            (Role::Identifier, kinds.identifier),
            (Role::Function, kinds.function),
            (Role::Handler, kinds.handler),
            // Calls are containers too (a test suite is a call with a block), so they come last.
            (Role::Call, ["call_expression", "call"].as_slice()),
        ];
        let role = |id: u16| {
            let name = grammar.node_kind_for_id(id).filter(|_| grammar.node_kind_is_named(id))?;
            groups.iter().rev().find(|(_, names)| names.contains(&name)).map(|(role, _)| *role)
        };
        let count = u16::try_from(grammar.node_kind_count()).unwrap_or(u16::MAX);
        Roles { roles: (0..count).map(|id| role(id).unwrap_or(Role::None)).collect() }
    }

    /// The part that nodes of a kind play.
    pub(super) fn role(&self, kind: u16) -> Role {
        self.roles.get(usize::from(kind)).copied().unwrap_or(Role::None)
    }

    /// Whether items lie within nodes of this kind.
    pub(crate) fn is_container(&self, kind: u16) -> bool {
        matches!(self.role(kind), Role::Container | Role::Call)
    }
}
