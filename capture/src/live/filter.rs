//! Which packets the kernel hands on, and how much of each: programs of classic BPF.

use netring::{BpfFilter, config::BpfInsn};

use super::LiveError;
use crate::link::LinkType;

/// `ret k`: takes `k` bytes of the packet.
const RETURN: u16 = 0x06;

/// Which packets are wanted, in the language of pcap-filter(7). Tags of VLANs are not seen by it: the kernel takes them off
/// before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// The filter with that text. It is understood when an interface is opened.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// The program that takes so many bytes of the packets that are wanted.
pub(super) fn program(
    filter: Option<&Filter>,
    link_type: LinkType,
    snap_length: u32,
) -> Result<BpfFilter, LiveError> {
    let mut instructions = match filter {
        Some(filter) => compile(filter, link_type)?,
        None => vec![BpfInsn { code: RETURN, jt: 0, jf: 0, k: snap_length }],
    };
    for instruction in &mut instructions {
        if instruction.code == RETURN && instruction.k > 0 {
            instruction.k = snap_length;
        }
    }
    BpfFilter::new(instructions).map_err(|error| LiveError::Filter(error.to_string()))
}

#[cfg(not(feature = "pcap"))]
fn compile(_: &Filter, _: LinkType) -> Result<Vec<BpfInsn>, LiveError> {
    Err(LiveError::NoFilters)
}

#[cfg(feature = "pcap")]
fn compile(filter: &Filter, link_type: LinkType) -> Result<Vec<BpfInsn>, LiveError> {
    let failed = |error: pcap::Error| LiveError::Filter(error.to_string());
    // libpcap numbers raw IP in its own way; Ethernet is the same everywhere.
    let number = if link_type == LinkType::RAW { pcap::Linktype::RAW } else { pcap::Linktype::ETHERNET };
    let program =
        pcap::Capture::dead(number).and_then(|dead| dead.compile(&filter.0, true)).map_err(failed)?;
    let instructions = program.get_instructions().iter().map(|instruction| read(&instruction.to_string()));
    instructions
        .collect::<Option<_>>()
        .ok_or_else(|| LiveError::Filter("libpcap's program is not BPF".to_owned()))
}

/// An instruction as libpcap shows it: four numbers, which the crate does not give otherwise.
#[cfg(feature = "pcap")]
fn read(shown: &str) -> Option<BpfInsn> {
    let mut numbers = shown.split(' ').map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    Some(BpfInsn {
        code: u16::try_from(next()?).ok()?,
        jt: u8::try_from(next()?).ok()?,
        jf: u8::try_from(next()?).ok()?,
        k: next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(port: u16) -> Vec<u8> {
        let mut frame = [&[0; 12][..], &[8, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6], &[0; 10]].concat();
        frame.extend(port.to_be_bytes());
        frame.resize(60, 0);
        frame
    }

    #[test]
    fn without_a_filter_all_is_taken_up_to_the_snap_length() {
        let program = program(None, LinkType::ETHERNET, 96).unwrap();
        assert_eq!(program.instructions(), [BpfInsn { code: RETURN, jt: 0, jf: 0, k: 96 }]);
        assert!(program.matches(&frame(22)));
    }

    #[cfg(feature = "pcap")]
    #[test]
    fn filters_are_compiled() {
        let program = program(Some(&Filter::new("tcp port 22")), LinkType::ETHERNET, 96).unwrap();
        assert!(program.matches(&frame(22)) && !program.matches(&frame(23)));
        let taken: Vec<_> =
            program.instructions().iter().filter(|one| one.code == RETURN).map(|one| one.k).collect();
        assert!(taken.contains(&96) && taken.iter().all(|k| [0, 96].contains(k)));
        let error = super::program(Some(&Filter::new("port ssh and")), LinkType::ETHERNET, 96).unwrap_err();
        assert!(error.to_string().contains("makes no sense"), "{error}");
    }

    #[cfg(not(feature = "pcap"))]
    #[test]
    fn without_libpcap_a_filter_is_refused() {
        let error = program(Some(&Filter::new("port 22")), LinkType::ETHERNET, 96).unwrap_err();
        assert!(matches!(error, LiveError::NoFilters));
    }
}
