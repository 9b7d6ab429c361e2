//! The `kexray` command.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let stdout = io::stdout().lock();
    let to_terminal = stdout.is_terminal();
    let mut stdout = BufWriter::with_capacity(1 << 16, stdout);
    let mut stderr = io::stderr();
    let progress = stderr.is_terminal();
    let code = kexray::run_with(
        std::env::args_os(),
        kexray::Streams { stdout: &mut stdout, stderr: &mut stderr, to_terminal, progress },
    );
    // An error here was met before, or nobody reads any more.
    let _ = stdout.flush();
    ExitCode::from(code)
}
