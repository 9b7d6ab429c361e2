//! The command `kexray-codegen`: checks, lays out, expands, documents, draws and explains specs, and makes test vectors of them.
//!
//! One module a subcommand. It ends with 0 where all is well, 1 where a spec is not, 2 where it could not do its work.

mod check;
mod doc;
mod expand;
mod explain;
mod fmt;
mod graph;
mod terminal;
mod vectors;

use std::process::ExitCode;

use clap::{ColorChoice, Parser, Subcommand};

use terminal::{Stop, Terminal};

/// Compiler of protocol specs.
#[derive(Parser)]
#[command(name = "kexray-codegen", version, about, arg_required_else_help = true)]
struct Arguments {
    /// When to use colours: on a terminal, always, or never.
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Check),
    Expand(expand::Expand),
    Fmt(fmt::Fmt),
    Explain(explain::Explain),
    Doc(doc::Doc),
    Graph(graph::Graph),
    Vectors(vectors::Vectors),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut terminal = Terminal::new(arguments.color);
    let done = match arguments.command {
        Command::Check(command) => command.run(&mut terminal),
        Command::Expand(command) => command.run(&mut terminal),
        Command::Fmt(command) => command.run(&mut terminal),
        Command::Explain(command) => command.run(&mut terminal),
        Command::Doc(command) => command.run(&mut terminal),
        Command::Graph(command) => command.run(&mut terminal),
        Command::Vectors(command) => command.run(&mut terminal),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Mistakes) => ExitCode::from(1),
        // Whoever reads has read enough.
        Err(Stop::Closed) => ExitCode::SUCCESS,
        Err(Stop::Failed(message)) => {
            terminal.fail(&message);
            ExitCode::from(2)
        }
    }
}
