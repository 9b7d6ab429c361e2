//! The lines as they come about.

/// How long a line may be.
pub(super) const WIDTH: usize = 120;
/// How far what is inside stands in.
pub(super) const STEP: usize = 4;

#[derive(Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<String>,
}

impl Lines {
    /// A line of its own. What is put on it later stands behind this text.
    pub(super) fn start(&mut self, indent: usize, text: &str) {
        self.lines.push(if text.is_empty() { String::new() } else { " ".repeat(indent) + text });
    }

    pub(super) fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// Adds to the last line.
    pub(super) fn add(&mut self, text: &str) {
        match self.lines.last_mut() {
            Some(line) => line.push_str(text),
            None => self.lines.push(text.to_owned()),
        }
    }

    /// Where the last line ends.
    pub(super) fn column(&self) -> usize {
        self.lines.last().map_or(0, |line| width(line))
    }

    /// A comment on lines of its own; those of a block keep how far they stand in from the second on.
    pub(super) fn comment(&mut self, indent: usize, text: &str) {
        let mut lines = text.lines();
        self.start(indent, lines.next().unwrap_or_default());
        self.lines.extend(lines.map(str::to_owned));
    }
}

pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}
