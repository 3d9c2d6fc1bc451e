//! What has arrived from clients, what is missing, and why.
//!
//! A client numbers its events from 1 within an epoch. What has arrived is kept as ranges, so that memory does not grow with the
//! number of events, and a hole in the ranges is a gap. Gaps are opened and closed by entries, and never inferred away.

pub mod gaps;
pub mod presence;
pub mod ranges;
pub mod received;
