//! What was counted.

use std::io::{self, Write};

use kexray_capture::Stats;

/// Writes the counters that are not zero, a line each; all of them, if all are.
pub(crate) fn write(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    let nothing = stats.rows().all(|(_, count)| count == 0);
    let rows: Vec<_> = stats.rows().filter(|(_, count)| nothing || *count > 0).collect();
    let names = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let counts = rows.iter().map(|(_, count)| count.to_string().len()).max().unwrap_or(0);
    for (name, count) in rows {
        writeln!(out, "{name:names$}  {count:>counts$}")?;
    }
    Ok(())
}
