//! What was counted.

use std::io::{self, Write};

use kexray_capture::Stats;

use crate::logs::Lost;

/// Writes the counters that are not zero, a line each; all of them, if all are.
pub(crate) fn write(stats: &Stats, lost: Lost, out: &mut dyn Write) -> io::Result<()> {
    let lost = lost.described().into_iter().map(|(name, _, count)| (name, count));
    let rows: Vec<_> = stats.rows().chain(lost).collect();
    let nothing = rows.iter().all(|(_, count)| *count == 0);
    let rows: Vec<_> = rows.into_iter().filter(|(_, count)| nothing || *count > 0).collect();
    let names = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let counts = rows.iter().map(|(_, count)| count.to_string().len()).max().unwrap_or(0);
    for (name, count) in rows {
        writeln!(out, "{name:names$}  {count:>counts$}")?;
    }
    Ok(())
}
