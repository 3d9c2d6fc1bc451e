//! Reports of figures: as text, JSON, CSV and one page that opens offline.

pub mod csv;
pub mod html;
mod svg;
pub mod text;
mod words;

pub use crate::trail::figures::Report;
