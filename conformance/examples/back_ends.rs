//! Holds slices and `binrw` together over many changed messages of real peers.
//!
//! `cargo run --release -p kexray-conformance --example back_ends -- INPUTS CAPTURE...` says how many inputs of which kind
//! it gave to both, or shows the first on which they differ. The same arguments give the same inputs.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use kexray_conformance::{in_clear, say};
use kexray_grammar::strategies::{SAMPLES, Sample, back_ends_agree};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let inputs: u64 = arguments.next().ok_or("how many inputs?")?.parse()?;
    let mut messages = BTreeSet::new();
    for capture in arguments {
        // Captures may be broken on purpose.
        let Ok(ends) = in_clear::of(Path::new(&capture)) else { continue };
        for framed in ends.into_iter().flat_map(|end| end.frames) {
            messages.insert(framed.message);
            messages.insert(framed.frame);
        }
    }
    let messages: Vec<Vec<u8>> = messages.into_iter().collect();
    if messages.is_empty() {
        return Err("nothing is sent in clear in these captures".into());
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut read, mut refused) = (0_u64, 0_u64);
    for _ in 0..inputs {
        let octets = changed(random.one_of(&messages).clone(), &mut random);
        let sample = fitting(&octets, &mut random);
        let fields = octets.strip_prefix(sample.head).unwrap_or(&octets);
        if !(sample.agree)(fields) || !back_ends_agree(&octets) {
            return Err(format!("{}::{}: {}", sample.family, sample.name, octets.escape_ascii()).into());
        }
        match (sample.fields)(fields) {
            Ok(_) => read += 1,
            Err(_) => refused += 1,
        }
    }
    let count = messages.len();
    say(&format!(
        "{inputs} inputs from {count} messages: {read} were read, {refused} refused, and both agree"
    ));
    Ok(())
}

/// A structure that the octets may be: of their number where there is one, or any.
fn fitting(octets: &[u8], random: &mut Random) -> Sample {
    if random.below(4) == 0 {
        return *random.one_of(SAMPLES);
    }
    let fits = |sample: &&Sample| octets.starts_with(sample.head);
    let fitting = SAMPLES.iter().filter(fits).count();
    let chosen = SAMPLES.iter().filter(fits).nth(random.below(fitting));
    *chosen.unwrap_or_else(|| random.one_of(SAMPLES))
}

/// A message with up to three changes, each of which may make it wrong, or another message.
fn changed(mut octets: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..random.below(4) {
        let place = random.below(octets.len() + 1);
        match random.below(5) {
            0 => octets.truncate(place),
            1 => octets.insert(place, random.octet()),
            2 => drop(octets.drain(..place)),
            _ => {
                // Half of all changes are at the front, where counts are few and each matters.
                let place = if random.below(2) == 0 { place } else { place.min(random.below(32)) };
                let octet = random.octet();
                if let Some(changed) = octets.get_mut(place) {
                    *changed = octet;
                }
            }
        }
    }
    octets
}

/// Numbers that look like chance, by xorshift (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// From 0 up to that, which is left out.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    /// Small numbers more often: as counts they lead further than gigabytes do.
    fn octet(&mut self) -> u8 {
        let octet = self.next().to_be_bytes()[0];
        if self.below(2) == 0 { octet } else { octet & 0x27 }
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
