//! JSON as people like to read it: members each on a line, but what is short and plain in one.

use std::fmt::Write as _;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    /// Members in their order.
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An object's member, to be collected.
    pub(super) fn member(name: &str, value: Self) -> (String, Self) {
        (name.to_owned(), value)
    }

    /// The whole document, with a line's end.
    pub(super) fn document(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text.push('\n');
        text
    }

    fn is_plain(&self) -> bool {
        !matches!(self, Self::List(items) if !items.is_empty())
            && !matches!(self, Self::Object(members) if !members.is_empty())
    }

    fn write(&self, text: &mut String, depth: usize) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Flag(flag) => text.push_str(if *flag { "true" } else { "false" }),
            Self::Number(number) => text.push_str(&number.to_string()),
            Self::Text(value) => quote(text, value),
            Self::List(items) if items.iter().all(Self::is_plain) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { ", " });
                    item.write(text, depth);
                }
                text.push(']');
            }
            Self::List(items) => {
                block(text, depth, ['[', ']'], items, |text, item| item.write(text, depth + 1));
            }
            Self::Object(members) if members.is_empty() => text.push_str("{}"),
            Self::Object(members) => block(text, depth, ['{', '}'], members, |text, (name, value)| {
                quote(text, name);
                text.push_str(": ");
                value.write(text, depth + 1);
            }),
        }
    }
}

/// Items each on a line between two brackets.
fn block<T>(
    text: &mut String,
    depth: usize,
    [open, close]: [char; 2],
    items: &[T],
    mut write: impl FnMut(&mut String, &T),
) {
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    text.push(open);
    for (index, item) in items.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        line(text, depth + 1);
        write(text, item);
    }
    line(text, depth);
    text.push(close);
}

fn quote(text: &mut String, value: &str) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            // Writing to a string cannot fail.
            _ if u32::from(letter) < 0x20 => drop(write!(text, "\\u{:04x}", u32::from(letter))),
            _ => text.push(letter),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn what_is_short_stands_in_one_line() {
        let list = Json::List(vec![Json::Number(1), Json::Flag(true), Json::Null, Json::List(Vec::new())]);
        assert_eq!(list.document(), "[1, true, null, []]\n");
        let object = Json::Object(vec![
            Json::member("a \"b\"\n", Json::text("\\")),
            Json::member("c", Json::List(vec![Json::Object(vec![Json::member("d", Json::Null)])])),
            Json::member("e", Json::Object(Vec::new())),
        ]);
        let expected = r#"{
  "a \"b\"\u000a": "\\",
  "c": [
    {
      "d": null
    }
  ],
  "e": {}
}
"#;
        assert_eq!(object.document(), expected);
    }
}
