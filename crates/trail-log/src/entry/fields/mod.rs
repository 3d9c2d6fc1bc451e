//! What entries of each kind hold, beside what all of them hold.
//!
//! What is not known is absent, never empty and never zero. Fields may be added in later versions, and none is ever removed or
//! changed in its meaning.

mod gaps;
mod governance;
mod history;
mod work;

pub use self::gaps::{GapClosed, GapOpened, Heartbeat, Other, Unreadable};
pub use self::governance::{Access, Configuration, Drill, Hold, Purge};
pub use self::history::{Attestation, Decision, Fact, Finding, Link, Review};
pub use self::work::{Edit, Generation, Place, Prompt, SessionEnded, SessionStarted, Suggestion};

/// The structures of fields: those in `must` are always there, those in `may` only where they are known.
macro_rules! fields {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            must { $($(#[$must_doc:meta])* $must:ident: $must_type:ty,)* }
            may { $($(#[$may_doc:meta])* $may:ident: $may_type:ty,)* }
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(test, derive(proptest_derive::Arbitrary))]
        pub struct $name {
            $($(#[$must_doc])* pub $must: $must_type,)*
            $(
                $(#[$may_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $may: Option<$may_type>,
            )*
        }

        impl $name {
            /// Whether there is a field of this name, and whether it can hold the value.
            // Some structures are parts of fields, and no kind has them as its own.
            #[allow(dead_code)]
            pub(in crate::entry) fn fit(name: &str, value: &serde_json::Value) -> $crate::entry::fields::Fit {
                $(if name == stringify!($must) {
                    return $crate::entry::fields::Fit::of::<$must_type>(value);
                })*
                $(if name == stringify!($may) {
                    return $crate::entry::fields::Fit::of::<$may_type>(value);
                })*
                // Kinds without such fields use neither.
                let _ = value;
                $crate::entry::fields::Fit::Unknown
            }
        }
    )+};
}
use fields;

/// How a value fits the fields of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// The kind has no field of that name.
    Unknown,
    /// The field cannot hold the value.
    Unfit,
    /// The field can hold it.
    Fits,
}

impl Fit {
    fn of<'de, T: serde::Deserialize<'de>>(value: &'de serde_json::Value) -> Self {
        if T::deserialize(value).is_ok() { Self::Fits } else { Self::Unfit }
    }
}
