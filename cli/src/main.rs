//! The `kexray` command.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let stdout = io::stdout().lock();
    let to_terminal = stdout.is_terminal();
    let mut stdout = BufWriter::with_capacity(1 << 16, stdout);
    let mut stderr = io::stderr();
    let progress = stderr.is_terminal();
    let colours = kexray::colours_are_welcome(std::env::var_os("NO_COLOR").as_deref());
    let code = kexray::run_with(
        std::env::args_os(),
        kexray::Streams { stdout: &mut stdout, stderr: &mut stderr, to_terminal, progress, colours },
    );
    // Help and the like are written by now, or never.
    match stdout.flush() {
        Ok(()) => ExitCode::from(code),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code),
        Err(error) => {
            // What failed before was told then.
            if code == kexray::SUCCESS {
                let _ = writeln!(stderr, "kexray: cannot write: {error}");
            }
            ExitCode::from(code.max(kexray::FAILURE))
        }
    }
}
