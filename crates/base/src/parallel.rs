//! Work in pieces on several threads, with results in the order of the pieces: what comes out does not
//! depend on how many threads there are.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// How many pieces may be ahead of the first that is not done: results wait for their turn in memory.
const AHEAD: usize = 64;

/// The system gave no threads.
#[derive(Debug, thiserror::Error)]
#[error("threads cannot be started: {0}")]
pub struct Error(String);

/// Runs the pieces `0..count`, one a thread at a time, and hands the results to `each` in order, on this
/// thread, until it says to stop. `start` makes what a thread keeps from piece to piece.
///
/// Each thread has a pool of its own with nothing else in it: one that waits would otherwise start on
/// another piece meanwhile and hold both in memory.
///
/// # Errors
/// Where no threads can be started.
pub fn in_order<T: Send, W: FnMut(usize) -> T>(
    count: usize,
    start: impl Fn() -> W + Sync,
    mut each: impl FnMut(T) -> ControlFlow<()>,
) -> Result<(), Error> {
    let threads = rayon::current_num_threads().clamp(1, count.max(1));
    let pools = (0..threads)
        .map(|_| rayon::ThreadPoolBuilder::new().num_threads(1).build())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Error(error.to_string()))?;
    let turns = Turns { count, state: Mutex::default(), moved: Condvar::new() };
    std::thread::scope(|scope| {
        let (results, done) = mpsc::channel();
        // However this ends, nobody is left waiting.
        let _stop = Stop(&turns);
        for pool in &pools {
            let (results, turns, start) = (results.clone(), &turns, &start);
            scope.spawn(move || {
                let _stop = Stop(turns);
                pool.install(|| {
                    let mut work = start();
                    while let Some(at) = turns.next() {
                        if results.send((at, work(at))).is_err() {
                            break;
                        }
                    }
                });
            });
        }
        drop(results);
        let mut waiting = BTreeMap::new();
        for (at, result) in done {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&turns.passed()) {
                turns.pass();
                if each(result).is_break() {
                    return;
                }
            }
        }
    });
    Ok(())
}

/// Who does what next.
struct Turns {
    count: usize,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    next: usize,
    passed: usize,
    stopped: bool,
}

impl Turns {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<usize> {
        let mut state = self.state();
        while !state.stopped && state.next < self.count && state.next >= state.passed + AHEAD {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let at = state.next;
        state.next += 1;
        (!state.stopped && at < self.count).then_some(at)
    }

    fn passed(&self) -> usize {
        self.state().passed
    }

    fn pass(&self) {
        self.state().passed += 1;
        self.moved.notify_all();
    }
}

/// Lets all others stop, also where a thread panics; one that found no more pieces stops nobody who still
/// has one.
struct Stop<'a>(&'a Turns);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.state().stopped = true;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_takes_longer() {
        let mut found = Vec::new();
        let work = || |at: usize| (0..(1000 - at) * 50).fold(at, |sum, step| sum ^ step ^ step);
        in_order(1000, work, |at| {
            found.push(at);
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(found, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_more_is_done_once_nobody_wants_it() {
        let started = std::sync::atomic::AtomicUsize::new(0);
        let work = || |_| started.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut heard = 0;
        in_order(1_000_000, work, |_| {
            heard += 1;
            if heard == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
        assert_eq!(heard, 3);
        assert!(started.load(std::sync::atomic::Ordering::Relaxed) <= 3 + AHEAD + 64);
    }

    #[test]
    fn a_panic_in_one_thread_ends_the_others() {
        let work = || |at: usize| if at == 5 { panic!("five") } else { at };
        let ended = std::panic::catch_unwind(|| in_order(1000, work, |_| ControlFlow::Continue(())));
        assert!(ended.is_err());
    }

    #[test]
    fn no_pieces_are_no_work() {
        in_order(0, || |at: usize| at, |_| unreachable!()).unwrap();
    }
}
