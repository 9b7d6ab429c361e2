//! A page in a browser: chosen, filtered and looked at as a user does.

#[allow(dead_code, reason = "each test takes what it needs")]
mod support;

use std::fs;
use std::path::PathBuf;

use kexray_report::{Limits, Report};
use support::browser::Browser;
use support::{CLIENT, SERVER, page, report, talk, trace};

const TRACES: [&str; 7] = [
    "password-one-try-each",
    "publickey-success",
    "group14-aes256-gcm",
    "no-common-kex",
    "paramiko-client",
    "ipv6",
    "password-too-many-tries",
];

/// A page of these captures in a file.
fn written(report: &Report) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    fs::write(&path, page(report)).unwrap();
    (folder, path)
}

fn usual() -> (tempfile::TempDir, PathBuf) {
    written(&report(Limits::default(), &TRACES.map(trace)))
}

#[test]
fn a_session_is_found_and_chosen_by_keyboard() {
    let Some(mut browser) = Browser::start() else { return };
    let (_folder, path) = usual();
    browser.window(1280, 900, false);
    browser.open(&path);
    assert_eq!(browser.text("#tiles dd"), "10");
    let first = browser.text("#detail h3");

    browser.tab_to("list");
    browser.press("ArrowDown");
    let second = browser.text("#detail h3");
    assert_ne!(first, second);
    assert_eq!(second, browser.text("[role=option][aria-selected=true] .ends"));
    browser.press("End");
    let last = browser.text("#detail h3");
    browser.press("ArrowDown");
    assert_eq!(browser.text("#detail h3"), last, "nothing is behind the last");
    browser.press("Home");
    assert_eq!(browser.text("#detail h3"), first);

    browser.press("/");
    assert_eq!(browser.evaluate("document.activeElement.id"), "text");
    browser.type_text("paramiko");
    let paramiko = browser.text("#matching");
    assert_eq!(paramiko, "1 session of 10");
    assert!(browser.text("#detail > .facts").contains("paramiko"));

    browser.tab_to("packets");
    browser.press("ArrowRight");
    assert!(browser.text("#detail .readout").contains("1 of "), "{}", browser.text("#detail .readout"));
    assert!(browser.text("#detail .readout").contains("identification (read in clear)"));
    browser.press("ArrowRight");
    assert!(browser.text("#detail tr[aria-current=true]").starts_with('2'));

    browser.evaluate("document.querySelector('#detail details summary').focus()");
    browser.press("Enter");
    assert!(browser.text("#detail details[open]").contains("SSH-2.0-paramiko"));

    browser.click("#reset");
    assert_eq!(browser.text("#matching"), "10 sessions of 10");
    browser.picture("light.png");
    browser.end(&path);
}

#[test]
fn totals_and_charts_choose_sessions() {
    let Some(mut browser) = Browser::start() else { return };
    let (_folder, path) = usual();
    browser.window(1280, 900, false);
    browser.open(&path);
    browser.click("#algorithms .link");
    assert_eq!(browser.text("#chips"), "curve25519-sha256 ✕");
    let of_kex = browser.text("#matching");
    assert_ne!(of_kex, "10 sessions of 10");
    browser.click("#pairs .link");
    assert_eq!(browser.evaluate("document.querySelectorAll('#chips li').length"), 2);
    browser.click("#chips button");
    browser.click("#chips button");
    assert_eq!(browser.text("#matching"), "10 sessions of 10");

    browser.evaluate("document.querySelector('.finding summary').focus()");
    browser.press("Enter");
    let finding = browser.text(".finding[open] td");
    browser.click(".finding[open] .link");
    assert!(browser.text("#chips").contains(&finding), "{finding}");
    let count: u64 = browser.text(".finding[open] td.number").parse().unwrap();
    let matching = browser.text("#matching");
    let listed: u64 = matching.split(' ').next().unwrap().parse().unwrap();
    assert!(listed >= count, "{matching} of {count} or more");
    browser.picture("findings.png");
    browser.click("#reset");

    browser.tab_to("timeline");
    browser.press("ArrowRight");
    let told = browser.text("#timeline-readout");
    browser.press("Enter");
    let chosen = browser.text("#matching");
    let count = chosen.split(' ').next().unwrap();
    assert!(told.contains(&format!(": {count} session")), "{told}; {chosen}");
    browser.click("#reset");

    browser.evaluate(
        "{ const it = byId('outcome'); it.value = 'failure'; it.dispatchEvent(new Event('change')); }",
    );
    let failed = browser.evaluate("data.outcomes.failure");
    assert_eq!(browser.text("#matching"), format!("{failed} sessions of 10"));
    browser.evaluate(
        "{ const it = byId('text'); it.value = 'nobody says this'; it.dispatchEvent(new Event('input')); }",
    );
    assert_eq!(browser.text("#list"), "No session fits these filters.");
    browser.end(&path);
}

#[test]
fn notices_lead_to_their_sessions() {
    let Some(mut browser) = Browser::start() else { return };
    let captures = vec![trace("password-one-try-each"); 11];
    let (_folder, path) = written(&report(Limits::default(), &captures));
    browser.window(1280, 900, true);
    browser.open(&path);
    assert!(browser.text("#notices summary").starts_with("password guessing"));
    browser.click("#notices summary");
    browser.click("#notices .link");
    assert_eq!(browser.text("#chips"), "password guessing: 10.77.0.1 ✕");
    assert_eq!(browser.text("#matching"), "44 sessions of 44");
    browser.picture("notices.png");
    browser.end(&path);
}

#[test]
fn colours_follow_the_system_and_the_user() {
    let Some(mut browser) = Browser::start() else { return };
    let (_folder, path) = usual();
    for dark in [false, true] {
        browser.window(1280, 900, dark);
        browser.open(&path);
        let theme = |browser: &mut Browser| browser.evaluate("document.documentElement.dataset.theme");
        assert_eq!(theme(&mut browser), if dark { "dark" } else { "light" });
        assert_readable(&mut browser);
        browser.picture(if dark { "dark.png" } else { "light-again.png" });
        browser.click("#theme");
        assert_eq!(theme(&mut browser), if dark { "light" } else { "dark" });
        assert_readable(&mut browser);
    }
    browser.end(&path);
}

/// Text stands out from what it stands on. WCAG 2.2 success criterion 1.4.3.
fn assert_readable(browser: &mut Browser) {
    let worst = browser.evaluate(
        "(() => {
            const parts = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
            const light = (text) => {
                const [red, green, blue] = parts(text).map((part) => part / 255).map((part) =>
                    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
                return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            };
            const ground = (element) => {
                for (let it = element; it; it = it.parentElement) {
                    const colour = getComputedStyle(it).backgroundColor;
                    if (parts(colour)[3] !== 0) return colour;
                }
                return 'rgb(255, 255, 255)';
            };
            let worst = [21, ''];
            for (const element of document.querySelectorAll('body *')) {
                const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
                if (!own || !element.checkVisibility()) continue;
                const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
                const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (contrast < worst[0]) worst = [contrast, `${element.tagName}.${element.className}: ${element.textContent}`];
            }
            return worst;
        })()",
    );
    assert!(worst[0].as_f64().unwrap() >= 4.5, "{worst}");
}

#[test]
fn a_small_screen_is_not_wider_than_it_is() {
    let Some(mut browser) = Browser::start() else { return };
    let (_folder, path) = usual();
    browser.window(360, 740, false);
    browser.open(&path);
    let sessions = browser.evaluate("data.sessions.length").as_u64().unwrap();
    for session in 1..=sessions {
        browser.click(&format!("[role=option]:nth-child({session})"));
        browser.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
        let widths = browser.evaluate("[document.scrollingElement.scrollWidth, innerWidth, document.querySelector('#packets canvas')?.clientWidth ?? 0]");
        assert_eq!(widths[0], widths[1], "session {session}");
        assert!(widths[2].as_u64().unwrap() <= 360, "session {session}: {widths}");
        if session == 2 {
            browser.picture("small-open.png");
        }
        browser.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = false; })");
    }
    browser.picture("small.png");
    browser.end(&path);
}

#[test]
fn what_peers_say_is_shown_and_not_run() {
    let Some(mut browser) = Browser::start() else { return };
    let line =
        b"SSH-2.0-</script><script>taken = 1</script><img src=https://example.org/x onerror='taken = 2'>\r\n";
    let other = b"SSH-2.0-<style>body{display:none}</style>\r\n";
    let (_folder, path) = written(&talk(Report::default(), &[(CLIENT, other), (SERVER, line)]));
    browser.window(1280, 900, false);
    browser.open(&path);
    assert_eq!(browser.evaluate("typeof taken"), "undefined");
    assert_eq!(browser.evaluate("document.querySelectorAll('img').length"), 0);
    assert_eq!(browser.evaluate("document.querySelectorAll('style').length"), 1);
    let facts = browser.text("#detail > .facts");
    for line in [&line[..], other] {
        let line = std::str::from_utf8(line).unwrap().trim_end();
        assert!(facts.contains(line), "{facts}");
    }
    browser.end(&path);
}

#[test]
fn a_page_without_sessions_says_so() {
    let Some(mut browser) = Browser::start() else { return };
    let (_folder, path) = written(&Report::default());
    browser.window(1280, 900, false);
    browser.open(&path);
    assert_eq!(browser.text("#tiles dd"), "0");
    assert_eq!(browser.text("#timeline-readout"), "There are no sessions.");
    assert_eq!(browser.text("#list"), "There are no sessions.");
    browser.end(&path);
}
