//! The page: a template, and what is put into it.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::contents::Contents;

const TEMPLATE: &str = include_str!("../page/page.html");
const STYLE: &str = concat!(include_str!("../vendor/uplot/uPlot.min.css"), include_str!("../page/style.css"));
/// The charts, and then the page's own script, in the order in which its parts need each other.
const SCRIPTS: [&str; 2] = [
    concat!(
        include_str!("../vendor/uplot/uPlot.iife.min.js"),
        "\n/*\n",
        include_str!("../vendor/uplot/LICENSE"),
        "*/\n"
    ),
    concat!(
        "\"use strict\";\n",
        include_str!("../page/scripts/elements.js"),
        include_str!("../page/scripts/format.js"),
        include_str!("../page/scripts/theme.js"),
        include_str!("../page/scripts/filter.js"),
        include_str!("../page/scripts/totals.js"),
        include_str!("../page/scripts/findings.js"),
        include_str!("../page/scripts/notices.js"),
        include_str!("../page/scripts/timeline.js"),
        include_str!("../page/scripts/packets.js"),
        include_str!("../page/scripts/session.js"),
        include_str!("../page/scripts/sessions.js"),
        include_str!("../page/scripts/main.js"),
    ),
];

pub(crate) fn write(contents: &Contents<'_>, out: &mut dyn Write) -> io::Result<()> {
    let [charts, script] = SCRIPTS;
    let policy = format!(
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src '{}'; script-src '{}' '{}'",
        hash(STYLE),
        hash(charts),
        hash(script)
    );
    let data = data(contents)?;
    let parts = [
        ("policy", policy.as_str()),
        ("style", STYLE),
        ("data", data.as_str()),
        ("charts", charts),
        ("script", script),
    ];
    let mut rest = TEMPLATE;
    for (name, part) in parts {
        let (before, behind) = rest.split_once(&format!("{{{{{name}}}}}")).unwrap_or((rest, ""));
        out.write_all(before.as_bytes())?;
        out.write_all(part.as_bytes())?;
        rest = behind;
    }
    out.write_all(rest.as_bytes())?;
    out.flush()
}

/// What allows a style or a script to be used, by what it is. Content Security Policy Level 3 section 2.3.1.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// As JSON that cannot end the element that it stands in: no text of it begins a tag or a comment.
fn data(contents: &Contents<'_>) -> io::Result<String> {
    Ok(serde_json::to_string(contents)?.replace('<', "\\u003c"))
}
