//! Which columns are wanted: `--fields`.

use std::str::FromStr;

use super::{Column, Log};

/// Every column, as a name in the list.
const ALL: &str = "all";
/// How like a name must be for it to be proposed, from 0 to 1.
const LIKE: f64 = 0.7;

/// The columns that are wanted, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    /// Whether they come behind those that the format has anyway.
    added: bool,
    names: Vec<String>,
}

/// No column has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no column {name:?}{}; docs/columns.md has all", hint(.like))]
pub(crate) struct UnknownField {
    name: String,
    /// The name that may have been meant.
    like: Option<&'static str>,
}

fn hint(like: &Option<&'static str>) -> String {
    like.map_or_else(String::new, |like| format!(", did you mean {like:?}?"))
}

impl FromStr for Fields {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (added, list) = text.strip_prefix('+').map_or((false, text), |list| (true, list));
        Ok(Self { added, names: list.split(',').map(|name| name.trim().to_owned()).collect() })
    }
}

impl Fields {
    /// The columns of these names, in this order and each once, of a log for which `usual` are written otherwise.
    pub(crate) fn of<L: Log>(
        &self,
        usual: Vec<&'static Column<L>>,
    ) -> Result<Vec<&'static Column<L>>, UnknownField> {
        let mut columns = if self.added { usual } else { Vec::new() };
        let mut add = |column: &'static Column<L>| {
            if columns.iter().all(|other| other.name != column.name) {
                columns.push(column);
            }
        };
        for name in &self.names {
            match L::COLUMNS.iter().find(|column| column.name == name) {
                Some(column) => add(column),
                None if name == ALL => L::COLUMNS.iter().for_each(&mut add),
                None => return Err(UnknownField { name: name.clone(), like: like::<L>(name) }),
            }
        }
        Ok(columns)
    }
}

/// The column's name that is most like another.
fn like<L: Log>(name: &str) -> Option<&'static str> {
    let likeness =
        |column: &Column<L>| strsim::jaro_winkler(&column.name.to_lowercase(), &name.to_lowercase());
    let best = L::COLUMNS.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(best) >= LIKE).then_some(best.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Sessions;

    fn names(fields: &str) -> Result<Vec<&'static str>, String> {
        let fields: Fields = fields.parse().unwrap();
        let columns = fields.of(Sessions::of_zeek()).map_err(|error| error.to_string())?;
        Ok(columns.into_iter().map(|column| column.name).collect())
    }

    #[test]
    fn columns_are_chosen_by_name() {
        assert_eq!(names("uid,kex_alg, ts").unwrap(), ["uid", "kex_alg", "ts"]);
        assert_eq!(names("uid,uid").unwrap(), ["uid"]);
        let added = names("+mac_s2c,uid").unwrap();
        assert_eq!((added.first(), added.last(), added.len()), (Some(&"ts"), Some(&"mac_s2c"), 19));
        assert_eq!(names("all").unwrap().len(), Sessions::COLUMNS.len());
    }

    #[test]
    fn what_may_have_been_meant_is_proposed() {
        for (name, says) in
            [("kexalg", "\"kex_alg\""), ("Client", "\"client\""), ("cipher_c2", "\"cipher_c2s\"")]
        {
            let error = names(name).unwrap_err();
            assert!(error.contains("did you mean") && error.contains(says), "{error}");
        }
        assert!(!names("xyzzy").unwrap_err().contains("did you mean"));
        assert!(names("").is_err() && names("+").is_err() && names("uid,").is_err());
    }
}
