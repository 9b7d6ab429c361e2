//! The command itself, from a capture to its log.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kexray_benches::floor;
use kexray_benches::make::{Kind, Plan, make};
use kexray_benches::trace;
use tempfile::NamedTempFile;

const COPIES: u32 = 400;

/// A capture of many short sessions.
fn capture() -> anyhow::Result<NamedTempFile> {
    let names = ["publickey-success", "password-second-accepted", "sntrup761-chacha20", "ipv6"];
    let sources =
        names.iter().map(|name| trace::packets(&trace::path(name))).collect::<Result<Vec<_>, _>>()?;
    let plan = Plan { kind: Kind::Handshakes, copies: COPIES, open: 100, octets: 0, other_percent: 0 };
    let file = NamedTempFile::new()?;
    make(plan, &sources, std::io::BufWriter::new(file.reopen()?))?;
    Ok(file)
}

/// Runs the command, and gives what it wrote.
fn run(task: &[&str], capture: &Path) -> Vec<u8> {
    let mut log = Vec::new();
    let arguments = ["kexray"].iter().chain(task).map(std::ffi::OsStr::new).chain([capture.as_os_str()]);
    assert_eq!(kexray::run(arguments, &mut log, &mut std::io::sink()), kexray::SUCCESS);
    log
}

fn logs(criterion: &mut Criterion) {
    let file = capture().expect("the traces are shipped");
    let totals = floor::walk(file.path()).expect("it was just written");
    let tasks: [(&str, &[&str]); 4] = [
        ("ssh.log of Zeek", &["read", "--quiet", "--format", "zeek"]),
        ("JSON", &["read", "--quiet", "--format", "json"]),
        ("table", &["read", "--quiet", "--format", "table"]),
        ("events", &["events", "--quiet"]),
    ];
    let mut group = criterion.benchmark_group("log");
    group.sample_size(20);
    // Sessions, and octets of the capture.
    group.throughput(Throughput::ElementsAndBytes { elements: u64::from(COPIES), bytes: totals.octets });
    group.bench_function("floor", |bencher| bencher.iter(|| floor::walk(black_box(file.path())).is_ok()));
    for (name, task) in tasks {
        group.bench_function(name, |bencher| bencher.iter(|| run(task, black_box(file.path()))));
    }
    group.finish();
}

criterion_group!(benches, logs);
criterion_main!(benches);
