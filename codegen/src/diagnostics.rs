//! What is wrong with a spec, and where: collected, then shown all at once.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A place in the spec: a range of octets of its text.
pub type Span = Range<usize>;

/// The kinds of mistake, each with a number that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The text is not of the language.
    Syntax,
    /// A name is declared twice.
    DuplicateName,
    /// A type is not declared.
    UnknownType,
    /// An event is not declared.
    UnknownEvent,
    /// A field is named that the message does not have, or not before that place.
    UnknownField,
    /// A limit is not declared.
    UnknownLimit,
    /// An anomaly is not declared.
    UnknownAnomaly,
    /// A record or a kind of parameter is not declared.
    UnknownRecord,
    /// An event or record has no parameter of that name.
    UnknownParameter,
    /// A parameter is left without a source.
    UnfedParameter,
    /// A parameter cannot be fed from a field of that type.
    KindMismatch,
    /// Two messages of a layer share number and sender.
    NumberTaken,
    /// A message number does not fit one octet, or is zero.
    NumberOutOfRange,
    /// A constant does not fit its field.
    BadConstant,
    /// A field's shape does not allow what is asked of it.
    BadField,
    /// Two exchanges, or one twice, claim a method pattern.
    MethodTaken,
    /// An exchange has no method pattern.
    NoMethod,
    /// A certificate does not hold the fields of the key that it certifies.
    BadCertifies,
    /// A declaration holds nothing, so that nothing can be made of it.
    Empty,
    /// A record holds itself.
    EndlessRecord,
}

impl Code {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Syntax,
        Self::DuplicateName,
        Self::UnknownType,
        Self::UnknownEvent,
        Self::UnknownField,
        Self::UnknownLimit,
        Self::UnknownAnomaly,
        Self::UnknownRecord,
        Self::UnknownParameter,
        Self::UnfedParameter,
        Self::KindMismatch,
        Self::NumberTaken,
        Self::NumberOutOfRange,
        Self::BadConstant,
        Self::BadField,
        Self::MethodTaken,
        Self::NoMethod,
        Self::BadCertifies,
        Self::Empty,
        Self::EndlessRecord,
    ];

    /// `E001` and so on.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Syntax => "E001",
            Self::DuplicateName => "E002",
            Self::UnknownType => "E003",
            Self::UnknownEvent => "E004",
            Self::UnknownField => "E005",
            Self::UnknownLimit => "E006",
            Self::UnknownAnomaly => "E007",
            Self::UnknownRecord => "E008",
            Self::UnknownParameter => "E009",
            Self::UnfedParameter => "E010",
            Self::KindMismatch => "E011",
            Self::NumberTaken => "E012",
            Self::NumberOutOfRange => "E013",
            Self::BadConstant => "E014",
            Self::BadField => "E015",
            Self::MethodTaken => "E016",
            Self::NoMethod => "E017",
            Self::BadCertifies => "E018",
            Self::Empty => "E019",
            Self::EndlessRecord => "E020",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake.
    pub code: Code,
    /// Where.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
    /// Another place that matters, and why.
    pub related: Option<(Span, String)>,
    /// What to do, where it can be guessed.
    pub help: Option<String>,
}

/// All mistakes of one spec, in the order of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Notes a mistake; `related` and `help` can be added to what is returned.
    pub(crate) fn report(&mut self, code: Code, span: &Span, message: impl Into<String>) -> &mut Diagnostic {
        let index = self.items.len();
        self.items.push(Diagnostic {
            code,
            span: span.clone(),
            message: message.into(),
            related: None,
            help: None,
        });
        &mut self.items[index]
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The mistakes, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    pub(crate) fn sort(&mut self) {
        self.items.sort_by_key(|item| (item.span.start, item.code));
    }

    /// Shows every mistake as rustc would: code, file, line, column, the line with a caret, help.
    #[must_use]
    pub fn render(&self, path: &str, source: &str, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut shown = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let mut snippet = Snippet::source(source)
                .path(path)
                .annotation(AnnotationKind::Primary.span(visible(&item.span, source)));
            if let Some((span, label)) = &item.related {
                snippet = snippet
                    .annotation(AnnotationKind::Context.span(visible(span, source)).label(label.as_str()));
            }
            let mut group =
                Level::ERROR.primary_title(item.message.as_str()).id(item.code.id()).element(snippet);
            if let Some(help) = &item.help {
                group = group.element(Level::HELP.message(help.as_str()));
            }
            shown.push(renderer.render(&[group]).clone());
        }
        shown.join("\n\n") + "\n"
    }
}

impl Diagnostic {
    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn related(&mut self, span: &Span, label: impl Into<String>) -> &mut Self {
        self.related = Some((span.clone(), label.into()));
        self
    }
}

/// A span that lies in the text and on boundaries of its characters, and is one character wide at least.
fn visible(span: &Span, source: &str) -> Span {
    let start = source.floor_char_boundary(span.start.min(source.len()));
    let end = source.ceil_char_boundary(span.end.clamp(start, source.len()));
    if start == end { start..source.ceil_char_boundary((end + 1).min(source.len())) } else { start..end }
}
