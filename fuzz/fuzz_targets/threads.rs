//! See `kexray_fuzz_checks::threads`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kexray_fuzz_checks::threads::check(input));
