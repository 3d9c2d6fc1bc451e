//! `ai-detect capture pause`, `resume`: a stretch of which nothing is recorded, and which a trail shows as a gap.

use ai_detect_capture::state::{Pause, new_gap};
use ai_detect_capture::transcripts;
use ai_detect_trail_client::clock;
use ai_detect_trail_client::event::{Class, Event};
use ai_detect_trail_client::place::Place;
use ai_detect_trail_client::spool::Spool;
use ai_detect_trail_log::number::Micros;
use serde_json::Map;

use crate::cli::output::Output;
use crate::cli::trail::client::shown;
use crate::cli::{Exit, Failure};

pub(super) fn pause(out: &Output) -> Result<Exit, Failure> {
    let state = super::state()?;
    if let Some(pause) = state.pause()? {
        out.print(&format!("capture pauses already, since {}\n", shown(pause.since.get())))?;
        return Ok(Exit::Analysed);
    }
    let pause = Pause { since: clock::now()?, gap: new_gap()?.to_string() };
    // The gap first: without it, a pause would be silent.
    gap(&pause, None)?;
    state.set_pause(Some(&pause))?;
    out.print("capture pauses. The trail shows a gap, and not what you do. `ai-detect capture resume` ends it\n")?;
    Ok(Exit::Analysed)
}

pub(super) fn resume(out: &Output) -> Result<Exit, Failure> {
    let state = super::state()?;
    let Some(pause) = state.pause()? else {
        out.print("capture does not pause\n")?;
        return Ok(Exit::Analysed);
    };
    let now = clock::now()?;
    gap(&pause, Some(now))?;
    // Transcripts go on during a pause: what they hold of it is not recorded either.
    transcripts::pass_over(&state, pause.since, now)?;
    state.set_pause(None)?;
    out.print(&format!("capture goes on. It paused since {}\n", shown(pause.since.get())))?;
    Ok(Exit::Analysed)
}

/// The gap of a pause. At its end, the same gap is named once more, with until when.
fn gap(pause: &Pause, until: Option<Micros>) -> Result<(), Failure> {
    let mut fields = Map::new();
    fields.insert("gap".into(), pause.gap.clone().into());
    fields.insert("cause".into(), "paused".into());
    fields.insert("since".into(), pause.since.get().into());
    if let Some(until) = until {
        fields.insert("until".into(), until.get().into());
    }
    let event = Event::new(Class::Lasting, "gap.opened", until.unwrap_or(pause.since), &fields);
    Spool::at(&Place::of_user()?.spool).append(&[event.map_err(Failure::failed)?])?;
    Ok(())
}
