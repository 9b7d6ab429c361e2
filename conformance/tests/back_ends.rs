//! Slices and `binrw` read the same from what real peers sent in clear: values, what is left behind them, and, where a
//! message is cut short, the mistake with its place.

use std::path::Path;

use kexray_conformance::in_clear::{self, Framed};
use kexray_conformance::{Material, say};
use kexray_grammar::strategies::{SAMPLES, back_ends_agree};
use kexray_grammar::{BinaryPacket, Ssh1Packet};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What was looked at.
#[derive(Debug, Default)]
struct Seen {
    messages: usize,
    inputs: usize,
}

/// Whether both back ends read the same from octets, as the message, exchange message or key that they begin as.
fn check(octets: &[u8], whence: &Path, seen: &mut Seen) {
    seen.inputs += 1;
    assert!(back_ends_agree(octets), "{}: {}", whence.display(), octets.escape_ascii());
}

/// The same, whatever they are taken for.
fn check_as_anything(octets: &[u8], whence: &Path, seen: &mut Seen) {
    check(octets, whence, seen);
    for sample in SAMPLES {
        let fields = octets.strip_prefix(sample.head).unwrap_or(octets);
        let (family, name) = (sample.family, sample.name);
        assert!((sample.agree)(fields), "{family}::{name}: {}: {}", whence.display(), octets.escape_ascii());
    }
}

fn replay(material: &Material) -> Result<Seen, Box<dyn std::error::Error>> {
    let mut seen = Seen::default();
    for capture in material.captures()? {
        // Some are broken on purpose.
        let Ok(ends) = in_clear::of(&capture) else { continue };
        for Framed { is_ssh1, frame, message } in ends.into_iter().flat_map(|end| end.frames) {
            seen.messages += 1;
            if is_ssh1 {
                assert_eq!(Ssh1Packet::read_from(&frame), Ssh1Packet::read_with_binrw(&frame));
            } else {
                assert_eq!(BinaryPacket::read_from(&frame), BinaryPacket::read_with_binrw(&frame));
            }
            check_as_anything(&message, &capture, &mut seen);
            // Octets of the first fields count, and cut one short; among later ones keys begin.
            for place in (0..message.len()).take(64).chain((64..message.len()).step_by(61)) {
                check(&message[..place], &capture, &mut seen);
                check(&message[place..], &capture, &mut seen);
            }
        }
    }
    say(&format!("{}: {} messages, {} inputs", material.folder().display(), seen.messages, seen.inputs));
    Ok(seen)
}

#[test]
fn agree_on_the_shipped_traces() -> Outcome {
    let seen = replay(&Material::shipped())?;
    assert!(seen.messages > 150, "{seen:?}");
    Ok(())
}

#[test]
fn agree_on_zeeks_traces() -> Outcome {
    let Some(material) = Material::reference()? else { return Ok(()) };
    let seen = replay(&material)?;
    assert!(seen.messages > 100, "{seen:?}");
    Ok(())
}

#[test]
fn agree_on_the_lab() -> Outcome {
    let Some(material) = Material::lab()? else { return Ok(()) };
    let seen = replay(&material)?;
    assert!(seen.messages > 1000, "{seen:?}");
    Ok(())
}
