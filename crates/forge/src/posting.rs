//! The order of things when posting: read, draft, write, look again. The same for all forges, which
//! differ in how they read and write ([`Place`]).

use super::Error;
use super::draft::{Lines, Outdated, Plan, Posted, Wanted, plan};

/// How often the whole is begun anew after a fault that may pass.
const MAX_ROUNDS: usize = 3;

/// A request on a forge, as a place to write to.
pub trait Place {
    /// What stands there, and at which commit the request ends.
    ///
    /// # Errors
    /// Where the forge refuses or cannot be reached.
    fn read(&self) -> Result<Posted, Error>;

    /// The lines that the request's diff shows.
    ///
    /// # Errors
    /// Where the forge refuses or cannot be reached.
    fn lines(&self) -> Result<Lines, Error>;

    /// Carries out a plan. What is refused on the way for reasons that do not concern the rest is told
    /// in what was [`Written`].
    ///
    /// # Errors
    /// Where the forge refuses the summary, or cannot be reached.
    fn write(&self, plan: &Plan, head: &str) -> Result<Written, Error>;
}

/// What became of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Where the summary is to be seen.
    pub address: Option<String>,
    /// What could not be done, in sentences.
    pub told: Vec<String>,
}

/// How posting ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posting {
    /// The request shows what it should.
    Done {
        /// What was done; empty where nothing changed.
        plan: Box<Plan>,
        /// What became of it.
        written: Written,
    },
    /// Something newer is there, or will be: nothing was written.
    Outdated(Outdated),
}

/// Posts. What is wanted may depend on what people said, so it is asked for each time that the request
/// is read. Everything is read right before it is written, so that a fault or another run in between
/// repeats nothing.
///
/// # Errors
/// Where the forge refuses or cannot be reached.
pub fn post(place: &dyn Place, wanted: &mut dyn FnMut(&Posted) -> Wanted) -> Result<Posting, Error> {
    let mut round = 1;
    loop {
        match once(place, wanted) {
            Err(error) if error.is_passing() && round < MAX_ROUNDS => round += 1,
            ended => return ended,
        }
    }
}

fn once(place: &dyn Place, wanted: &mut dyn FnMut(&Posted) -> Wanted) -> Result<Posting, Error> {
    let (drafted, head) = match drafted(place, wanted)? {
        Ok(drafted) => drafted,
        Err(outdated) => return Ok(Posting::Outdated(outdated)),
    };
    let written = place.write(&drafted, &head)?;
    if !drafted.creates_nothing() {
        // Another run may have created the same at the same moment. Both keep the older one. A forge may
        // be late in showing what was just made, so nothing is created here.
        if let Ok(Ok((again, head))) = self::drafted(place, wanted) {
            let folded = Plan { fold_notes: again.fold_notes, fold_threads: again.fold_threads, ..Plan::default() };
            if !folded.is_empty() {
                place.write(&folded, &head)?;
            }
        }
    }
    Ok(Posting::Done { plan: Box::new(drafted), written })
}

type Drafted = Result<(Plan, String), Outdated>;

fn drafted(place: &dyn Place, wanted: &mut dyn FnMut(&Posted) -> Wanted) -> Result<Drafted, Error> {
    let posted = place.read()?;
    let wanted = wanted(&posted);
    // Without a wish the diff need not be known.
    let lines = if wanted.comments.is_empty() || wanted.most == 0 { Lines::default() } else { place.lines()? };
    Ok(plan(&wanted, &posted, &lines).map(|plan| (plan, wanted.head)))
}
