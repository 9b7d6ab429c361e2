//! What each kind of mistake is, with a wrong and a right example.

use crate::diagnostics::Code;

impl Code {
    /// A page on this kind of mistake, in Markdown: what it is, then an example that has it, then one that has not.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Syntax => include_str!("explanations/E001.md"),
            Self::DuplicateName => include_str!("explanations/E002.md"),
            Self::UnknownType => include_str!("explanations/E003.md"),
            Self::UnknownEvent => include_str!("explanations/E004.md"),
            Self::UnknownField => include_str!("explanations/E005.md"),
            Self::UnknownLimit => include_str!("explanations/E006.md"),
            Self::UnknownAnomaly => include_str!("explanations/E007.md"),
            Self::UnknownRecord => include_str!("explanations/E008.md"),
            Self::UnknownParameter => include_str!("explanations/E009.md"),
            Self::UnfedParameter => include_str!("explanations/E010.md"),
            Self::KindMismatch => include_str!("explanations/E011.md"),
            Self::NumberTaken => include_str!("explanations/E012.md"),
            Self::NumberOutOfRange => include_str!("explanations/E013.md"),
            Self::BadConstant => include_str!("explanations/E014.md"),
            Self::BadField => include_str!("explanations/E015.md"),
            Self::MethodTaken => include_str!("explanations/E016.md"),
            Self::NoMethod => include_str!("explanations/E017.md"),
            Self::BadCertifies => include_str!("explanations/E018.md"),
            Self::Empty => include_str!("explanations/E019.md"),
            Self::EndlessRecord => include_str!("explanations/E020.md"),
            Self::UnknownWords => include_str!("explanations/E021.md"),
            Self::BadSealing => include_str!("explanations/E022.md"),
            Self::UnknownColumn => include_str!("explanations/E023.md"),
            Self::BadCell => include_str!("explanations/E024.md"),
            Self::UnknownLayer => include_str!("explanations/E031.md"),
            Self::UnknownOrder => include_str!("explanations/E032.md"),
            Self::UnknownState => include_str!("explanations/E033.md"),
            Self::UnknownMessage => include_str!("explanations/E034.md"),
            Self::WrongSender => include_str!("explanations/E035.md"),
            Self::AmbiguousStep => include_str!("explanations/E036.md"),
            Self::BadOrder => include_str!("explanations/E037.md"),
            Self::HiddenMessage => include_str!("explanations/W001.md"),
            Self::UnraisedEvent => include_str!("explanations/W002.md"),
            Self::UnusedLimit => include_str!("explanations/W003.md"),
            Self::UnraisedAnomaly => include_str!("explanations/W004.md"),
            Self::ShadowedName => include_str!("explanations/W005.md"),
            Self::AmbiguousMethod => include_str!("explanations/W006.md"),
            Self::UnreachableMessage => include_str!("explanations/W007.md"),
            Self::UnreachableState => include_str!("explanations/W008.md"),
            Self::DeadEnd => include_str!("explanations/W009.md"),
            Self::UnusedPart => include_str!("explanations/W010.md"),
        }
    }
}
