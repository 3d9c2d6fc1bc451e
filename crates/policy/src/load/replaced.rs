//! Which inherited lists a policy replaces. Whoever writes a list of their own may have meant to add to the inherited one.

use crate::raw::RawPolicy;

/// A list of a policy that takes the place of an inherited one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its key, with the section that it stands in: `markers.forbidden`.
    pub key: &'static str,
    /// The policy that has the new list.
    pub by: String,
    /// How many inherited entries no longer hold.
    pub count: usize,
}

/// The lists of `base` that `top` replaces.
pub(super) fn replaced(base: &RawPolicy, top: &RawPolicy, by: &str) -> Vec<Replaced> {
    fn entries<T>(list: &Option<Vec<T>>) -> usize {
        list.as_ref().map_or(0, Vec::len)
    }
    let lists = [
        ("facts", entries(&base.facts), top.facts.is_some()),
        ("markers.required", entries(&base.markers.required), top.markers.required.is_some()),
        ("markers.accepted", entries(&base.markers.accepted), top.markers.accepted.is_some()),
        ("markers.forbidden", entries(&base.markers.forbidden), top.markers.forbidden.is_some()),
        ("markers.told", entries(&base.markers.told), top.markers.told.is_some()),
        ("exempt.authors", entries(&base.exempt.authors), top.exempt.authors.is_some()),
        ("exempt.kinds", entries(&base.exempt.kinds), top.exempt.kinds.is_some()),
        ("sensitive.classes", entries(&base.sensitive.classes), top.sensitive.classes.is_some()),
        ("sensitive.facts", entries(&base.sensitive.facts), top.sensitive.facts.is_some()),
        ("unchecked", entries(&base.unchecked), top.unchecked.is_some()),
    ];
    let is_replaced = |(_, count, is_given): &(&'static str, usize, bool)| *is_given && *count > 0;
    let replaced = lists.into_iter().filter(is_replaced);
    replaced.map(|(key, count, _)| Replaced { key, by: by.to_owned(), count }).collect()
}
