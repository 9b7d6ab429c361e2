//! What is wrong with a spec, and where: collected, then shown all at once.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A place in the spec: a range of octets of its text.
pub type Span = Range<usize>;

/// The kinds of mistake, each with a number that stays. Those whose number begins with a `W` are warnings: the spec
/// means something, but hardly what was meant.
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
    /// A list of words is not declared.
    UnknownWords,
    /// The rules of a sealing contradict each other or its frame.
    BadSealing,
    /// A row gives a column that its table has not.
    UnknownColumn,
    /// A row lacks a value, or has one of another kind.
    BadCell,
    /// A layer is not declared.
    UnknownLayer,
    /// An order is not declared.
    UnknownOrder,
    /// An order has no state of that name.
    UnknownState,
    /// An order names a message that none of its layers has.
    UnknownMessage,
    /// An order lets an end send what it may not.
    WrongSender,
    /// A message leads from a state to two.
    AmbiguousStep,
    /// An order's parts contradict each other.
    BadOrder,
    /// A message hides behind an earlier one of its layer.
    HiddenMessage,
    /// An event that nobody raises.
    UnraisedEvent,
    /// A limit that bounds nothing.
    UnusedLimit,
    /// An anomaly that nobody raises.
    UnraisedAnomaly,
    /// A name that is passed over for another of the same spelling.
    ShadowedName,
    /// Two exchanges claim some of the same method names.
    AmbiguousMethod,
    /// A message that no order ever allows.
    UnreachableMessage,
    /// A state that nothing leads to.
    UnreachableState,
    /// A state that nothing leads from, and that is no end.
    DeadEnd,
    /// A group or record that nothing holds.
    UnusedPart,
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
        Self::UnknownWords,
        Self::BadSealing,
        Self::UnknownColumn,
        Self::BadCell,
        Self::UnknownLayer,
        Self::UnknownOrder,
        Self::UnknownState,
        Self::UnknownMessage,
        Self::WrongSender,
        Self::AmbiguousStep,
        Self::BadOrder,
        Self::HiddenMessage,
        Self::UnraisedEvent,
        Self::UnusedLimit,
        Self::UnraisedAnomaly,
        Self::ShadowedName,
        Self::AmbiguousMethod,
        Self::UnreachableMessage,
        Self::UnreachableState,
        Self::DeadEnd,
        Self::UnusedPart,
    ];

    /// `E001` and so on; `W001` and so on for warnings.
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
            Self::UnknownWords => "E021",
            Self::BadSealing => "E022",
            Self::UnknownColumn => "E023",
            Self::BadCell => "E024",
            Self::UnknownLayer => "E031",
            Self::UnknownOrder => "E032",
            Self::UnknownState => "E033",
            Self::UnknownMessage => "E034",
            Self::WrongSender => "E035",
            Self::AmbiguousStep => "E036",
            Self::BadOrder => "E037",
            Self::HiddenMessage => "W001",
            Self::UnraisedEvent => "W002",
            Self::UnusedLimit => "W003",
            Self::UnraisedAnomaly => "W004",
            Self::ShadowedName => "W005",
            Self::AmbiguousMethod => "W006",
            Self::UnreachableMessage => "W007",
            Self::UnreachableState => "W008",
            Self::DeadEnd => "W009",
            Self::UnusedPart => "W010",
        }
    }

    /// The code of that number, in capitals or not.
    #[must_use]
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }

    /// Whether it is a warning: code is generated all the same.
    #[must_use]
    pub fn is_warning(self) -> bool {
        self.id().starts_with('W')
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

    /// Whether one of them is more than a warning.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| !item.code.is_warning())
    }

    /// The mistakes, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    pub(crate) fn sort(&mut self) {
        self.items.sort_by_key(|item| (item.span.start, item.code));
    }

    /// Shows every mistake as rustc would: code, file, line, column, the line with a caret, help. Nothing where there
    /// are none.
    #[must_use]
    pub fn render(&self, path: &str, source: &str, colour: bool) -> String {
        if self.items.is_empty() {
            return String::new();
        }
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
            let level = if item.code.is_warning() { Level::WARNING } else { Level::ERROR };
            let mut group = level.primary_title(item.message.as_str()).id(item.code.id()).element(snippet);
            if let Some(help) = &item.help {
                group = group.element(Level::HELP.message(help.as_str()));
            }
            shown.push(renderer.render(&[group]).clone());
        }
        shown.join("\n\n") + "\n"
    }
}

impl Diagnostic {
    /// Line and column where it begins, both from 1; the column counts characters.
    #[must_use]
    pub fn place(&self, source: &str) -> (usize, usize) {
        let before = source.get(..visible(&self.span, source).start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
    }

    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn related(&mut self, span: &Span, label: impl Into<String>) -> &mut Self {
        self.related = Some((span.clone(), label.into()));
        self
    }
}

/// A span that lies in the text and on boundaries of its characters, and is one character wide unless a line ends there.
fn visible(span: &Span, source: &str) -> Span {
    let start = source.floor_char_boundary(span.start.min(source.len()));
    let end = source.ceil_char_boundary(span.end.clamp(start, source.len()));
    if start == end && !source[start..].starts_with(['\n', '\r']) {
        return start..source.ceil_char_boundary((end + 1).min(source.len()));
    }
    start..end
}
