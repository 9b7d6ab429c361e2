//! See `kexray_fuzz_checks::reassembly`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kexray_fuzz_checks::reassembly::check(input));
