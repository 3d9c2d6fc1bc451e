//! Work on several processors, whose results are taken in order.

use std::sync::mpsc;

/// The most threads. Each has one result in hand and one that waits, so that memory is bounded.
const MAX_THREADS: usize = 4;

/// Does `work` for each number below `count`, and hands the results to `each` in order, until `each` returns an error.
pub(crate) fn in_order<T: Send, E>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    mut each: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, MAX_THREADS).min(count.max(1));
    std::thread::scope(|scope| {
        let mut results = Vec::with_capacity(threads);
        for first in 0..threads {
            let (send, received) = mpsc::sync_channel(1);
            let work = &work;
            scope.spawn(move || {
                for number in (first..count).step_by(threads) {
                    if send.send(work(number)).is_err() {
                        // Nobody waits for more.
                        break;
                    }
                }
            });
            results.push(received);
        }
        for number in 0..count {
            let received = results.get(number % threads).map(mpsc::Receiver::recv);
            // A thread that panicked has sent nothing, and the scope panics with it.
            let Some(Ok(result)) = received else { break };
            each(result)?;
        }
        Ok(())
    })
}
