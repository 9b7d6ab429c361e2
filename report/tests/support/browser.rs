//! A headless Chromium, driven over two pipes by the DevTools protocol: <https://chromedevtools.github.io/devtools-protocol/>.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};

/// Makes a missing browser a failure instead of a reason to skip.
const REQUIRED: &str = "KEXRAY_REQUIRE_BROWSER";
/// Names under which it may be installed.
const NAMES: [&str; 4] = ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome"];
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub(crate) struct Browser {
    process: Child,
    requests: ChildStdin,
    answers: Receiver<Value>,
    /// Where it keeps what it must.
    _profile: tempfile::TempDir,
    page: Option<String>,
    sent: u64,
    /// What it complained of: errors, and what the page's policy forbade.
    complaints: Vec<String>,
    /// Addresses that it asked for.
    asked_for: Vec<String>,
}

impl Browser {
    /// Starts one. `None`, said on standard output, where there is none.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = installed() else {
            assert!(
                std::env::var_os(REQUIRED).is_none_or(|value| value != "1"),
                "{REQUIRED} is set, but there is no Chromium"
            );
            let _ = writeln!(std::io::stdout(), "skipped: there is no Chromium");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        // It reads from descriptor 3 and writes to 4.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>&2", "sh"])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--remote-debugging-pipe",
            ])
            .args([
                "--disable-background-networking",
                "--disable-dev-shm-usage",
                "--disable-component-update",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let mut message = Vec::new();
                if output.read_until(0, &mut message).unwrap_or(0) == 0 {
                    break;
                }
                message.pop();
                if sender.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    break;
                }
            }
        });
        let requests = process.stdin.take().unwrap();
        let (complaints, asked_for) = (Vec::new(), Vec::new());
        let mut browser = Self {
            process,
            requests,
            answers,
            _profile: profile,
            page: None,
            sent: 0,
            complaints,
            asked_for,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", attach);
        browser.page = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Asks for something, and waits for the answer.
    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let mut request = json!({"id": self.sent, "method": method, "params": parameters});
        if let Some(page) = &self.page {
            request["sessionId"] = json!(page);
        }
        self.requests.write_all(request.to_string().as_bytes()).unwrap();
        self.requests.write_all(&[0]).unwrap();
        self.requests.flush().unwrap();
        loop {
            let answer = self.next();
            if answer["id"] == self.sent {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    fn next(&mut self) -> Value {
        let message = self.answers.recv_timeout(PATIENCE).expect("the browser answers");
        let parameters = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => {
                self.complaints.push(parameters["exceptionDetails"].to_string())
            }
            Some("Runtime.consoleAPICalled") => self.complaints.push(parameters["args"].to_string()),
            Some("Log.entryAdded") => self.complaints.push(parameters["entry"].to_string()),
            Some("Network.requestWillBeSent") => {
                self.asked_for.push(parameters["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
            _ => {}
        }
        message
    }

    /// A window of that size, in dark colours or light ones.
    pub(crate) fn window(&mut self, width: u32, height: u32, dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        // What moves of itself is not where it was a moment ago.
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Opens a file.
    pub(crate) fn open(&mut self, path: &Path) {
        self.call("Page.navigate", json!({"url": format!("file://{}", path.display())}));
        while self.next()["method"] != "Page.loadEventFired" {}
    }

    /// What an expression of the page's script comes to.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let parameters = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", parameters);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// The text of the first element that a selector finds.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let text = self.evaluate(&format!("document.querySelector({})?.innerText", json!(selector)));
        text.as_str().unwrap_or_else(|| panic!("there is no {selector}")).to_owned()
    }

    /// Presses a key and lets it go.
    pub(crate) fn press(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        let text = if key.chars().count() == 1 { Some(key) } else { (key == "Enter").then_some("\r") };
        let down = if text.is_some() { "keyDown" } else { "rawKeyDown" };
        let event = |kind: &str| json!({"type": kind, "key": key, "windowsVirtualKeyCode": code});
        let mut pressed = event(down);
        if let Some(text) = text {
            pressed["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", pressed);
        self.call("Input.dispatchKeyEvent", event("keyUp"));
    }

    /// Types a text.
    pub(crate) fn type_text(&mut self, text: &str) {
        text.chars().for_each(|character| self.press(character.encode_utf8(&mut [0; 4])));
    }

    /// Goes on by Tab until an element of that id has the focus.
    pub(crate) fn tab_to(&mut self, id: &str) {
        for _ in 0..200 {
            self.press("Tab");
            if self.evaluate("document.activeElement.id") == id {
                return;
            }
        }
        panic!("Tab does not lead to {id}");
    }

    /// Clicks in the middle of the first element that a selector finds.
    pub(crate) fn click(&mut self, selector: &str) {
        let place = self.evaluate(&format!(
            "(() => {{ const it = document.querySelector({}); it.scrollIntoView({{block: 'center', behavior: 'instant'}});
              const {{x, y, width, height}} = it.getBoundingClientRect(); return {{x: x + width / 2, y: y + height / 2}}; }})()",
            json!(selector)
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({"type": kind, "x": place["x"], "y": place["y"], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Takes a picture of the whole page, for people to look at, into a folder of the build's.
    pub(crate) fn picture(&mut self, name: &str) {
        use base64::Engine as _;
        let parameters = json!({"captureBeyondViewport": true});
        let picture = self.call("Page.captureScreenshot", parameters);
        let picture =
            base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), picture).unwrap();
    }

    /// The page had nothing to complain of, and asked for nothing but itself.
    pub(crate) fn end(mut self, page: &Path) {
        // What was on its way has come by the answer.
        self.evaluate("new Promise((done) => setTimeout(done, 100))");
        assert_eq!(self.complaints, Vec::<String>::new());
        let page = format!("file://{}", page.display());
        assert!(
            !self.asked_for.is_empty() && self.asked_for.iter().all(|url| *url == page),
            "{:?}",
            self.asked_for
        );
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn installed() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&folders).collect();
    NAMES.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()))
}
