//! Which name may have been meant.

/// How like a name must be for it to be proposed, from 0 to 1.
const LIKE: f64 = 0.7;

/// The name that is most like another, if any is.
pub(crate) fn most_like<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    let likenesses =
        names.into_iter().map(|other| (strsim::jaro_winkler(&other.to_lowercase(), &name), other));
    let (likeness, best) = likenesses.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (likeness >= LIKE).then_some(best)
}

/// The same, as the end of a sentence.
pub(crate) fn hint(like: Option<&str>) -> String {
    like.map_or_else(String::new, |like| format!(", did you mean {like:?}?"))
}
