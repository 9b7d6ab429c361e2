//! Text of the spec as Markdown: paragraphs, cells of tables, links to RFCs.

/// The comment of a declaration, as paragraphs.
pub(super) fn paragraphs(docs: &[String]) -> String {
    let lines: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| link(&lines.join("\n"))).collect::<Vec<_>>().join("\n\n")
}

/// The comment of a declaration, as a cell of a table.
pub(super) fn cell(docs: &[String]) -> String {
    let text =
        docs.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    link(&text).replace('|', "\\|").replace(['\r', '\n'], " ")
}

/// Something of the spec, set as code; it can stand in a cell of a table.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let gap = if longest == 0 && !text.is_empty() { "" } else { " " };
    let text = text.replace('|', "\\|").replace(['\r', '\n'], " ");
    format!("{fence}{gap}{text}{gap}{fence}")
}

/// A number with its digits in groups.
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Makes links of what names an RFC, one of its sections, or a draft. What is set as code stays.
pub(super) fn link(text: &str) -> String {
    let mut linked = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            linked.push('`');
        }
        if index % 2 == 0 {
            link_plain(part, &mut linked);
        } else {
            linked.push_str(part);
        }
    }
    linked
}

fn link_plain(text: &str, into: &mut String) {
    let mut rest = text;
    let mut in_word = false;
    while let Some(first) = rest.chars().next() {
        let length = if in_word { None } else { rfc(rest, into).or_else(|| draft(rest, into)) };
        let length = length.unwrap_or_else(|| {
            into.push(first);
            first.len_utf8()
        });
        let (read, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        in_word =
            read.chars().last().is_some_and(|last| last.is_alphanumeric() || last == '-' || last == '/');
        rest = behind;
    }
}

/// `RFC 4253`, `RFC 4253 section 7.1`, `RFC 8732 sections 4 and 5`: writes links, and gives the length of what was read.
fn rfc(text: &str, into: &mut String) -> Option<usize> {
    let behind = text.strip_prefix("RFC ")?;
    let number = digits(behind)?;
    let address = format!("https://www.rfc-editor.org/rfc/rfc{number}");
    let mut rest = behind.get(number.len()..)?;
    let read = |rest: &str| text.len() - rest.len();
    let word = ["section", "sections"].into_iter().find_map(|word| {
        let rest = rest.strip_prefix(' ')?.strip_prefix(word)?.strip_prefix(' ')?;
        section(rest).map(|section| (word, section, rest))
    });
    let Some((word, first, behind)) = word else {
        into.push_str(&format!("[RFC {number}]({address})"));
        return Some(read(rest));
    };
    into.push_str(&format!("[RFC {number} {word} {first}]({address}#section-{first})"));
    rest = behind.get(first.len()..)?;
    loop {
        let more = [", ", " and ", " to "].into_iter().find_map(|gap| {
            let behind = rest.strip_prefix(gap)?;
            section(behind).map(|section| (gap, section, behind))
        });
        let Some((gap, next, behind)) = more.filter(|_| word == "sections") else { break };
        into.push_str(&format!("{gap}[{next}]({address}#section-{next})"));
        rest = behind.get(next.len()..)?;
    }
    Some(read(rest))
}

/// The number that stands at the start.
fn digits(text: &str) -> Option<&str> {
    let length = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    text.get(..length).filter(|digits| !digits.is_empty())
}

/// `7` or `7.1.2`, without the full stop of the sentence.
fn section(text: &str) -> Option<&str> {
    let length = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let section = text.get(..length)?.trim_end_matches('.');
    Some(section).filter(|section| section.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// The name of an Internet-Draft.
fn draft(text: &str, into: &mut String) -> Option<usize> {
    text.strip_prefix("draft-")?;
    let length = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    let name = text.get(..length.unwrap_or(text.len()))?.trim_end_matches('-');
    if !name.get(6..)?.contains('-') {
        return None;
    }
    into.push_str(&format!("[{name}](https://datatracker.ietf.org/doc/{name}/)"));
    Some(name.len())
}

#[cfg(test)]
mod tests {
    use super::{code, link};

    #[test]
    fn rfcs_and_drafts_become_links() {
        let rfc = "https://www.rfc-editor.org/rfc/rfc";
        for (text, linked) in [
            ("RFC 4253.", format!("[RFC 4253]({rfc}4253).")),
            ("RFC 4253 section 7.1.", format!("[RFC 4253 section 7.1]({rfc}4253#section-7.1).")),
            (
                "RFC 8732 sections 4, 5 and 6, RFC 1",
                format!(
                    "[RFC 8732 sections 4]({rfc}8732#section-4), [5]({rfc}8732#section-5) and [6]({rfc}8732#section-6), \
                     [RFC 1]({rfc}1)"
                ),
            ),
            ("RFC 1 section X, `RFC 2`, XRFC 3", format!("[RFC 1]({rfc}1) section X, `RFC 2`, XRFC 3")),
            ("draft-a-b.", "[draft-a-b](https://datatracker.ietf.org/doc/draft-a-b/).".to_owned()),
            ("draft-x, re-draft-a-b", "draft-x, re-draft-a-b".to_owned()),
            ("übel: RFC ", "übel: RFC ".to_owned()),
        ] {
            assert_eq!(link(text), linked);
        }
    }

    #[test]
    fn code_may_hold_the_signs_of_code() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("`a``"), "``` `a`` ```");
    }
}
