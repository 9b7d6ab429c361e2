//! Which name may have been meant.

/// How like a name must be for it to be proposed, from 0 to 1.
const LIKE: f64 = 0.7;

/// The name that is most like another, if any is.
pub(crate) fn most_like<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    // Of names that are much shorter any letter may be like one of this.
    let names = names.into_iter().filter(|other| other.len().saturating_mul(2) > name.len());
    let likenesses = names.map(|other| (strsim::jaro_winkler(&other.to_lowercase(), &name), other));
    let (likeness, best) = likenesses.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (likeness >= LIKE).then_some(best)
}

/// The same, as the end of a sentence.
pub(crate) fn hint(like: Option<&str>) -> String {
    like.map_or_else(String::new, |like| format!(", did you mean {like:?}?"))
}
