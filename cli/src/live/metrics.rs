//! The figures of a running process, for people and for Prometheus.

use std::fmt::{self, Write};
use std::fs;

use kexray_capture::Stats;
use kexray_capture::live::Counts;

use super::passing::Told;
use crate::logs::Lost;

/// What was counted so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) kernel: Counts,
    pub(super) stats: Stats,
    pub(super) told: Told,
    pub(super) lost: Lost,
    pub(super) open_flows: usize,
    /// Bytes that wait in the buffers of flows.
    pub(super) buffered: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kernel, stats, told, open_flows, .. } = self;
        write!(
            f,
            "{} packets, {} dropped by the kernel, {} flows, {open_flows} of them open, {} events, {} sessions",
            stats.packets, kernel.dropped, stats.flows, told.events, told.sessions
        )
    }
}

impl Figures {
    /// In Prometheus' text format, version 0.0.4.
    pub(super) fn to_prometheus(self) -> String {
        let mut text = String::with_capacity(1 << 13);
        let mut add = |name: &str, kind: &str, help: &str, value: u64| {
            let help = help.replace('\\', "\\\\");
            // Writing to memory does not fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        };
        let Self { kernel, stats, told, lost, open_flows, buffered } = self;
        for (name, help, value) in [
            ("kernel_packets", "Packets that passed the filter, as the kernel counts.", kernel.received),
            (
                "kernel_drops",
                "Packets that the kernel dropped, for there was no room in the ring.",
                kernel.dropped,
            ),
            ("events", "Events of SSH connections.", told.events),
            ("sessions", "Sessions written.", told.sessions),
            ("oddities", "Oddities of SSH connections, in SSH or in TCP.", told.oddities),
        ]
        .into_iter()
        .chain(stats.described())
        .chain(lost.described())
        {
            add(&format!("kexray_{name}_total"), "counter", help, value);
        }
        let gauge = |count| u64::try_from(count).unwrap_or(u64::MAX);
        add("kexray_open_flows", "gauge", "Flows that are followed.", gauge(open_flows));
        add("kexray_waiting_bytes", "gauge", "Bytes that wait in the buffers of flows.", gauge(buffered));
        if let Some(memory) = resident_memory() {
            add(
                "process_resident_memory_bytes",
                "gauge",
                "Memory of the process, the ring included.",
                memory,
            );
        }
        text
    }
}

/// The memory of this process that is there, in bytes.
fn resident_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_figure_has_a_name_of_its_own_a_type_and_a_meaning() {
        let mut figures = Figures::default();
        (figures.kernel.dropped, figures.stats.flows, figures.open_flows) = (7, 9, 3);
        let text = figures.to_prometheus();
        let lines: Vec<_> = text.lines().collect();
        let mut names = BTreeSet::new();
        for metric in lines.chunks(3) {
            let [help, kind, value] = metric else { panic!("{metric:?}") };
            let (name, _) = value.split_once(' ').unwrap();
            assert!(names.insert(name), "{name}");
            assert!(
                help.strip_prefix(&format!("# HELP {name} ")).is_some_and(|meaning| meaning.len() > 5),
                "{help}"
            );
            let expected = if name.ends_with("_total") { "counter" } else { "gauge" };
            assert_eq!(*kind, format!("# TYPE {name} {expected}"));
        }
        for line in ["kexray_kernel_drops_total 7", "kexray_flows_total 9", "kexray_open_flows 3"] {
            assert!(lines.contains(&line), "{line}");
        }
        assert!(
            names.contains("kexray_notices_missed_total") && names.contains("kexray_repeats_forgotten_total")
        );
        assert!(names.contains("process_resident_memory_bytes"));
    }
}
