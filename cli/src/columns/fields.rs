//! Which columns are wanted: `--fields`.

use std::str::FromStr;

use super::{Column, Log};
use crate::likeness::{hint, most_like};

/// Every column, as a name in the list.
const ALL: &str = "all";

/// The columns that are wanted, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fields {
    /// Whether they come behind those that the format has anyway.
    added: bool,
    names: Vec<String>,
}

/// No column has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no column {name:?}{}; `kexray explain` lists all", hint(*.like))]
pub(crate) struct UnknownField {
    name: String,
    /// The name that may have been meant.
    like: Option<&'static str>,
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
                None => {
                    let like = most_like(name, L::COLUMNS.iter().map(|column| column.name));
                    return Err(UnknownField { name: name.clone(), like });
                }
            }
        }
        Ok(columns)
    }
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
