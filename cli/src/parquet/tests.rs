use parquet::file::reader::{FileReader, SerializedFileReader};

use super::*;
use crate::columns::{KEXRAY, Kind, Oddities, Sessions, Value};

/// A log with a column of every shape.
enum Made {}

/// What stands in a row of it: texts, and objects with a text and a number that may be unset.
type Cells =
    (Option<&'static str>, Option<&'static [&'static str]>, Option<&'static [(&'static str, Option<u64>)]>);

const MEMBERS: &[(&str, Kind)] = &[("name", Kind::Text), ("count", Kind::Count)];

impl Log for Made {
    type Row<'r> = Cells;

    const NAME: &'static str = "made";

    const COLUMNS: &'static [Column<Self>] = &[
        column("text.one", Kind::Text, |row| Some(row.0?.into())),
        column("texts", Kind::Texts, |row| {
            Some(Value::Texts(row.1?.iter().map(|text| text.as_bytes().into()).collect()))
        }),
        column("objects", Kind::Objects(MEMBERS), |row| {
            let object = |(name, count): &(&'static str, Option<u64>)| {
                let count = count.map(|count| ("count", count.into()));
                [("name", Value::from(*name))].into_iter().chain(count).collect()
            };
            Some(Value::Objects(row.2?.iter().map(object).collect()))
        }),
    ];
}

type Of = for<'v, 'r> fn(&'v Cells) -> Option<Value<'v>>;

const fn column(name: &'static str, kind: Kind, value: Of) -> Column<Made> {
    Column { name, kind, meaning: "", source: KEXRAY, detail: false, value }
}

/// A place in memory that outlives the writer.
fn written(rows: &[Cells]) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut file = File::<Made, _>::begin(&mut octets, Made::all()).unwrap();
    for row in rows {
        file.write(row).unwrap();
    }
    file.end().unwrap();
    octets
}

#[test]
fn lists_and_objects_come_back_as_they_were() {
    let rows: [Cells; 5] = [
        (Some("a"), Some(&["x", "y"]), Some(&[("one", Some(1)), ("two", None)])),
        (None, None, None),
        (Some(""), Some(&[]), Some(&[])),
        (Some("b"), Some(&["z"]), Some(&[("three", Some(u64::MAX))])),
        (Some("c"), Some(&["", ""]), None),
    ];
    let reader = SerializedFileReader::new(bytes::Bytes::from(written(&rows))).unwrap();
    let read: Vec<_> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
    assert_eq!(
        read,
        [
            r#"{text.one: "a", texts: ["x", "y"], objects: [{name: "one", count: 1}, {name: "two", count: null}]}"#,
            "{text.one: null, texts: null, objects: null}",
            r#"{text.one: "", texts: [], objects: []}"#,
            r#"{text.one: "b", texts: ["z"], objects: [{name: "three", count: 18446744073709551615}]}"#,
            r#"{text.one: "c", texts: ["", ""], objects: null}"#,
        ]
    );
}

#[test]
fn groups_are_bounded() {
    static LONG: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "x".repeat(OCTETS / 3));
    let long: Cells = (Some(&LONG), None, None);
    let groups = |rows: &[Cells]| {
        let reader = SerializedFileReader::new(bytes::Bytes::from(written(rows))).unwrap();
        let groups = reader.metadata().row_groups().iter();
        groups.map(parquet::file::metadata::RowGroupMetaData::num_rows).collect::<Vec<_>>()
    };
    assert_eq!(groups(&vec![(Some("short"), None, None); ROWS + 1]), [ROWS as i64, 1]);
    assert_eq!(groups(&[long; 6]), [4, 2]);
    assert!(groups(&[]).is_empty());
}

/// Every column of every log has a type in Parquet, and members of objects are no lists.
#[test]
fn all_columns_can_be_written() {
    fn check<L: Log>() {
        let schema = schema::of(&L::all()).unwrap();
        let names: Vec<_> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
        assert_eq!(names, L::COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>());
        for column in L::COLUMNS {
            if let Kind::Objects(members) = column.kind {
                let flat = |kind: &Kind| !matches!(kind, Kind::Texts | Kind::Objects(_));
                assert!(members.iter().all(|(_, kind)| flat(kind)), "{}", column.name);
            }
        }
    }
    check::<Sessions>();
    check::<Oddities>();
}
