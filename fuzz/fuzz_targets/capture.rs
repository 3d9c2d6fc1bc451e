#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ai_detect_fuzz::capture::run(data));
