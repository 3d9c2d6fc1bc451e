#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ai_detect_fuzz::answers::run(data));
