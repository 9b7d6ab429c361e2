//! What differs between the rows of two logs.

use serde_json::Value;

use crate::pairing::{Pair, pair_rows};
use crate::{Difference, Record};

/// The columns of Zeek's `ssh.log` that are compared beside the time: all but its own identifier.
pub const COLUMNS: [&str; 12] = [
    "version",
    "auth_success",
    "auth_attempts",
    "direction",
    "client",
    "server",
    "cipher_alg",
    "mac_alg",
    "compression_alg",
    "kex_alg",
    "host_key_alg",
    "host_key_fingerprint",
];

/// Compares Zeek's rows with ours, column by column.
#[must_use]
pub fn differences(theirs: &[Record], ours: &[Record]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for pair in pair_rows(theirs, ours) {
        match pair {
            Pair::Both(their, our) => compare(their, our, &mut differences),
            Pair::Theirs(their) => {
                differences.push(Difference::of(their, "row", Some(their.parameters()), None))
            }
            Pair::Ours(our) => differences.push(Difference::of(our, "row", None, Some(our.parameters()))),
        }
    }
    differences
}

fn compare(their: &Record, our: &Record, differences: &mut Vec<Difference>) {
    if their.at != our.at {
        differences.push(Difference::of(our, "log:ts", Some(their.at.into()), Some(our.at.into())));
    }
    for column in COLUMNS {
        let (theirs, ours) = (their.get(column), our.get(column));
        if theirs != ours {
            let what = format!("log:{column}");
            differences.push(Difference::of(our, what, theirs.cloned(), ours.cloned()));
        }
    }
}

/// Compares the anomalies that are SSH's own: those whose names begin so. The order does not count.
#[must_use]
pub fn weird_differences(theirs: &[Record], ours: &[Record]) -> Vec<Difference> {
    let named = |records: &[Record]| -> Vec<Record> {
        let ssh = |record: &&Record| record.text("name").is_some_and(|name| name.starts_with("SSH_"));
        records.iter().filter(ssh).cloned().collect()
    };
    let (theirs, mut ours) = (named(theirs), named(ours));
    let told = |record: &Record| record.get("addl").cloned().unwrap_or(Value::Null);
    let mut differences = Vec::new();
    for their in &theirs {
        let name = their.text("name").unwrap_or_default();
        let same = |our: &Record| {
            our.endpoints == their.endpoints && our.at == their.at && our.text("name") == Some(name)
        };
        let what = format!("weird:{name}");
        match ours.iter().position(same).map(|place| ours.remove(place)) {
            Some(our) if told(&our) == told(their) => {}
            our => differences.push(Difference::of(their, what, Some(told(their)), our.as_ref().map(told))),
        }
    }
    for our in &ours {
        let what = format!("weird:{}", our.text("name").unwrap_or_default());
        differences.push(Difference::of(our, what, None, Some(told(our))));
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(fields: &[&str]) -> Vec<Record> {
        let head = r#""ts":1.5,"uid":"C","id.orig_h":"10.0.0.1","id.orig_p":4,"id.resp_h":"10.0.0.2","id.resp_p":22"#;
        let lines: Vec<_> = fields.iter().map(|fields| format!("{{{head},{fields}}}")).collect();
        Record::lines(&lines.join("\n")).unwrap()
    }

    fn whats(differences: &[Difference]) -> Vec<&str> {
        differences.iter().map(|difference| difference.what.as_str()).collect()
    }

    #[test]
    fn a_column_that_differs_is_named() {
        let theirs = rows(&[r#""version":2,"client":"a","server":"b""#]);
        let ours = rows(&[r#""version":2,"client":"c","mac_alg":"m","mac_c2s":"m""#]);
        assert_eq!(whats(&differences(&theirs, &ours)), ["log:client", "log:server", "log:mac_alg"]);
    }

    #[test]
    fn a_row_too_many_is_a_difference() {
        assert_eq!(whats(&differences(&[], &rows(&[r#""version":2"#]))), ["row"]);
        assert_eq!(whats(&differences(&rows(&[r#""version":2"#]), &[])), ["row"]);
    }

    #[test]
    fn anomalies_are_compared_with_their_figures() {
        let theirs =
            rows(&[r#""name":"SSH_a","addl":"2 > 1""#, r#""name":"SSH_b""#, r#""name":"inappropriate_FIN""#]);
        let ours = rows(&[r#""name":"SSH_b""#, r#""name":"SSH_a","addl":"3 > 1""#, r#""name":"SSH_c""#]);
        assert_eq!(whats(&weird_differences(&theirs, &ours)), ["weird:SSH_a", "weird:SSH_c"]);
    }
}
