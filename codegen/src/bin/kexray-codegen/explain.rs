//! `explain`: tells more about a kind of mistake.

use clap::Args;
use kexray_codegen::Code;

use crate::terminal::{Done, Stop, Terminal};

/// Tell more about kinds of mistake, with a wrong and a right example of each.
#[derive(Args)]
pub(crate) struct Explain {
    /// Their codes, such as E001 or W001; all are listed where none is given.
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
}

impl Explain {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Done {
        if self.codes.is_empty() {
            let titles = Code::ALL.iter().filter_map(|code| code.explanation().lines().next());
            let list: Vec<_> = titles.map(|title| title.trim_start_matches("# ")).collect();
            return terminal.print(&(list.join("\n") + "\n"));
        }
        let pages = self.codes.iter().map(|id| {
            Code::of_id(id).map(Code::explanation).ok_or_else(|| {
                Stop::Failed(format!("there is no code `{id}`; `kexray-codegen explain` lists them all"))
            })
        });
        let pages: Vec<_> = pages.collect::<Result<_, _>>()?;
        terminal.print(&pages.join("\n"))
    }
}
