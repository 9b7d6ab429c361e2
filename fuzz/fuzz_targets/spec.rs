//! See `kexray_fuzz_checks::spec`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kexray_fuzz_checks::spec::check(input));
