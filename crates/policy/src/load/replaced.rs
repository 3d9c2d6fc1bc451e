//! Which inherited lists a policy replaces. Whoever writes a list of their own may have meant to add to the inherited one.

use crate::raw::RawPolicy;

/// A list of a policy that takes the place of an inherited one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its key, with the section that it stands in: `markers.forbidden`.
    pub key: &'static str,
    /// The key below `also:` that adds to the list; nothing where there is none, and the list must be repeated.
    pub also: Option<&'static str>,
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
    let (markers, exempt, sensitive) = (&base.markers, &base.exempt, &base.sensitive);
    let lists = [
        ("facts", Some("facts"), entries(&base.facts), top.facts.is_some()),
        ("markers.required", Some("required"), entries(&markers.required), top.markers.required.is_some()),
        ("markers.accepted", Some("accepted"), entries(&markers.accepted), top.markers.accepted.is_some()),
        ("markers.forbidden", Some("forbidden"), entries(&markers.forbidden), top.markers.forbidden.is_some()),
        ("markers.told", None, entries(&markers.told), top.markers.told.is_some()),
        ("exempt.authors", Some("exempt_authors"), entries(&exempt.authors), top.exempt.authors.is_some()),
        ("exempt.labels", None, entries(&exempt.labels), top.exempt.labels.is_some()),
        ("exempt.kinds", Some("exempt_kinds"), entries(&exempt.kinds), top.exempt.kinds.is_some()),
        ("sensitive.classes", None, entries(&sensitive.classes), top.sensitive.classes.is_some()),
        ("sensitive.facts", None, entries(&sensitive.facts), top.sensitive.facts.is_some()),
        ("unchecked", Some("unchecked"), entries(&base.unchecked), top.unchecked.is_some()),
    ];
    let replaced = lists.into_iter().filter(|(_, _, count, is_given)| *is_given && *count > 0);
    replaced.map(|(key, also, count, _)| Replaced { key, also, by: by.to_owned(), count }).collect()
}
