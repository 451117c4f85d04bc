//! Running the binary: once to its end ([`Program::run`]), or as a server ([`Serving`]).

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use secrecy::ExposeSecret;
use serde_json::Value;
use testkit::TestDb;

use crate::scratch::{Scratch, wait_until};

/// How the variables begin that the binary reads or warns of; a test starts without any of them.
const VARIABLES: [&str; 9] = [
    "ADMIN_BREAKGLASS",
    "DATABASE_",
    "DISCORD_",
    "OIDC_",
    "OTEL_",
    "PGOPTIONS",
    "RECONCILE_",
    "REEVE_",
    "USER_MGMT_",
];

/// The binary with its environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    variables: Vec<(&'static str, String)>,
    flags: Vec<String>,
}

impl Program {
    /// With a data directory.
    pub(crate) fn at(data_dir: &Path) -> Self {
        let data_dir = data_dir.to_str().unwrap().to_owned();
        Self {
            variables: Vec::new(),
            flags: vec!["--data-dir".to_owned(), data_dir],
        }
    }

    /// With `DATABASE_URL`, Reeve's own login.
    pub(crate) fn on(db: &TestDb) -> Self {
        Self::default().set("DATABASE_URL", db.runtime_url().expose_secret())
    }

    /// With one more variable of the environment.
    pub(crate) fn set(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// With one more flag before every subcommand.
    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// The command, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reeve"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if VARIABLES.iter().any(|begin| text.starts_with(begin)) {
                command.env_remove(name);
            }
        }
        command
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .args(&self.flags)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.command(arguments).output().unwrap().into()
    }

    /// The same, with a file as standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Answer {
        use std::io::Write;
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whoever does not read it to the end says why on stderr.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        child.wait_with_output().unwrap().into()
    }

    /// What a command answers that must end with 0.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let answer = self.run(arguments);
        assert_eq!(answer.code, 0, "{arguments:?}: {answer:?}");
        answer.out
    }

    /// The same as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let answer = self.run(&[arguments, &["-o", "json"]].concat());
        assert_eq!(answer.code, 0, "{arguments:?}: {answer:?}");
        answer.json()
    }

    /// Starts a server and waits until it has said where it listens.
    pub(crate) fn serve(&self) -> Serving {
        Serving::start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The exit code; -1 if a signal ended it.
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Answer {
    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|problem| panic!("{problem}: {self:?}"))
    }

    /// Asserts that the command failed with 1, said nothing on stdout, and these words on stderr.
    pub(crate) fn failed_saying(&self, words: &[&str]) {
        assert_eq!(self.code, 1, "{self:?}");
        assert_eq!(self.out, "", "an error goes to stderr only");
        assert!(self.err.contains("error: "), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not said: {self:?}");
        }
        assert!(!self.err.contains("panicked"), "{self:?}");
    }
}

/// A running `serve` or `quickstart`. Killed when dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
    out: Capture,
    err: Capture,
}

impl Serving {
    /// Starts it and waits until it has said where it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut serving = Self {
            out: Capture::of(child.stdout.take().unwrap()),
            err: Capture::of(child.stderr.take().unwrap()),
            child,
            address: SocketAddr::from(([0, 0, 0, 0], 0)),
        };
        wait_until("the server says where it listens", || {
            if let Some(status) = serving.child.try_wait().unwrap() {
                panic!("{status}: {}{}", serving.out.text(), serving.err.text());
            }
            listening(&serving.out.text()).is_some_and(|address| {
                serving.address = address;
                true
            })
        });
        serving
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far.
    pub(crate) fn out(&self) -> String {
        self.out.text()
    }

    /// What it has logged so far.
    pub(crate) fn err(&self) -> String {
        self.err.text()
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(self, signal: &str) -> Answer {
        crate::scratch::signal(self.pid(), signal);
        self.end()
    }

    /// Kills it at once.
    pub(crate) fn kill_nine(self) {
        crate::scratch::signal(self.pid(), "KILL");
        assert_eq!(self.end().code, -1);
    }

    /// Waits until it has ended.
    pub(crate) fn end(mut self) -> Answer {
        let mut code = None;
        wait_until("the server ends", || {
            let status = self.child.try_wait().unwrap();
            code = status.map(|status| status.code().unwrap_or(-1));
            code.is_some()
        });
        Answer {
            code: code.unwrap(),
            out: self.out.whole(),
            err: self.err.whole(),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The address in `http://ADDRESS`, once its line is complete.
fn listening(out: &str) -> Option<SocketAddr> {
    let (_, rest) = out.split_once("http://")?;
    let end = rest.find(['\n', '"'])?;
    rest[..end].trim().parse().ok()
}

/// What a process writes, collected on a thread.
struct Capture {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Capture {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(read @ 1..) = pipe.read(&mut chunk) {
                kept.lock().unwrap().extend_from_slice(&chunk[..read]);
            }
        });
        Self {
            text,
            reader: Some(reader),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    /// Everything, after the process has ended.
    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.text()
    }
}

/// A data directory, and the binary that uses it.
pub(crate) fn installation() -> (Scratch, Program) {
    let scratch = Scratch::new();
    let program = Program::at(&scratch.path);
    (scratch, program)
}
