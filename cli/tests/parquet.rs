//! `--format parquet`: files with the same rows as JSON.

mod support;

use std::process::{Command, Output};

fn kexray(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kexray")).args(arguments).output().unwrap()
}

fn trace(name: &str) -> String {
    support::trace(name).display().to_string()
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_it_says_what_to_do() {
    let output = kexray(&["read", "--format", "parquet", "-o", "nowhere", &trace("publickey-success")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--features parquet"));
}

#[cfg(feature = "parquet")]
#[test]
fn rows_are_those_of_json() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    use serde_json::Value;

    let directory = tempfile::tempdir().unwrap();
    let output = directory.path().to_str().unwrap();
    let traces = ["password-one-try-each", "publickey-success", "host-certificate"].map(trace);
    let arguments = |format| {
        [&["read", "--auth", "dialogue", "--format", format][..], &traces.each_ref().map(|it| it.as_str())]
            .concat()
    };
    let written = kexray(&[&arguments("parquet")[..], &["-o", output]].concat());
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let json = String::from_utf8(kexray(&arguments("json")).stdout).unwrap();

    let file = SerializedFileReader::new(std::fs::File::open(directory.path().join("ssh.parquet")).unwrap())
        .unwrap();
    let rows: Vec<_> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), json.lines().count());
    assert!(!rows.is_empty());
    for (row, line) in rows.iter().zip(json.lines()) {
        let object: Value = serde_json::from_str(line).unwrap();
        for (name, field) in row.get_column_iter() {
            let expected = &object[name];
            match field {
                Field::Null => assert_eq!(*expected, Value::Null, "{name}"),
                Field::Bool(value) => assert_eq!(expected.as_bool(), Some(*value), "{name}"),
                Field::ULong(value) => assert_eq!(expected.as_u64(), Some(*value), "{name}"),
                Field::UShort(value) => assert_eq!(expected.as_u64(), Some((*value).into()), "{name}"),
                Field::Str(value) => assert_eq!(expected.as_str(), Some(value.as_str()), "{name}"),
                Field::ListInternal(list) => {
                    assert_eq!(expected.as_array().unwrap().len(), list.len(), "{name}")
                }
                // Times, in nanoseconds: JSON has microseconds.
                Field::Long(at) => {
                    assert_eq!(expected.as_f64().unwrap(), (at / 1000) as f64 / 1e6, "{name}")
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
    let weird = std::fs::File::open(directory.path().join("weird.parquet")).unwrap();
    assert_eq!(SerializedFileReader::new(weird).unwrap().get_row_iter(None).unwrap().count(), 0);
}
