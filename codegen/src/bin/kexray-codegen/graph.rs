//! `graph`: draws which message may follow which.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kexray_codegen::GraphFormat;

use crate::terminal::{Done, Source, Stop, Terminal};

/// Draw the orders of a spec: which message may follow which.
#[derive(Args)]
pub(crate) struct Graph {
    /// The spec; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Draw this order alone; that of an exchange is called as the exchange is.
    #[arg(value_name = "ORDER")]
    order: Option<String>,
    /// The language of the drawing.
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Graphviz: pipe it into `dot -Tsvg`.
    Dot,
    /// Mermaid, for a fence in Markdown.
    Mermaid,
}

impl Graph {
    pub(crate) fn run(self, terminal: &mut Terminal) -> Done {
        let source = Source::read(&self.file)?;
        let format = match self.format {
            Format::Dot => GraphFormat::Dot,
            Format::Mermaid => GraphFormat::Mermaid,
        };
        let graphs = kexray_codegen::graph(&source.text, format)
            .map_err(|mistakes| terminal.reject(&mistakes, &source))?;
        let wanted = |name: &String| self.order.as_ref().is_none_or(|order| order == name);
        let texts: Vec<_> =
            graphs.iter().filter(|graph| wanted(&graph.name)).map(|graph| graph.text.as_str()).collect();
        if texts.is_empty() {
            let known: Vec<_> = graphs.iter().map(|graph| graph.name.as_str()).collect();
            let what = self.order.map_or("no order at all".to_owned(), |order| format!("no order `{order}`"));
            let known =
                if known.is_empty() { String::new() } else { format!(": there are {}", known.join(", ")) };
            return Err(Stop::Failed(format!("{} has {what}{known}", source.shown)));
        }
        terminal.print(&texts.join("\n"))
    }
}
