#![no_main]

use std::sync::Once;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static QUIET: Once = Once::new();
    // The library panics on some files, and its caller makes a refusal of that. What gets out of here still ends the run.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    ai_detect_fuzz::segment::run(data);
});
