//! SIGHUP: the env file is read again, and what is live takes effect without a restart.

use std::fs;

use testkit::TestDb;

use crate::http::get;
use crate::program::{Program, Serving};
use crate::scratch::{Scratch, signal, wait_until};

/// A server with an env file.
struct Scene {
    serving: Serving,
    path: String,
    /// How many reloads were asked for.
    reloads: usize,
    _scratch: Scratch,
    _db: TestDb,
}

impl Scene {
    async fn new(text: &str) -> Self {
        let (db, scratch) = (TestDb::new().await, Scratch::new());
        let path = scratch.file("reeve.env", text);
        let program = Program::on(&db)
            .flag("--data-dir")
            .flag(scratch.path.to_str().unwrap())
            .set("REEVE_ENV_FILE", &path)
            .set("ADMIN_BREAKGLASS_EMAILS", "process@example.test");
        Self {
            serving: program.serve(),
            path,
            reloads: 0,
            _scratch: scratch,
            _db: db,
        }
    }

    /// How many people the server's operations have on the break-glass list.
    fn listed(&self) -> String {
        let metrics = get(self.serving.address, "/metrics").unwrap().body;
        let mut lines = metrics.lines();
        let value = lines.find_map(|line| line.strip_prefix("reeve_break_glass_listed "));
        value.unwrap().to_owned()
    }

    /// Changes the file, sends the signal, and returns what the log says of this reload.
    fn reload(&mut self, text: Option<&str>) -> String {
        match text {
            Some(text) => fs::write(&self.path, text).unwrap(),
            None => fs::remove_file(&self.path).unwrap(),
        }
        self.reloads += 1;
        let before = self.serving.err().len();
        signal(self.serving.pid(), "HUP");
        // The list is put in place before the log says so.
        wait_until("the reload is in the log", || {
            let log = self.serving.err();
            log.matches("reloaded the env file").count() + log.matches("not reloaded").count()
                == self.reloads
        });
        self.serving.err()[before..].to_owned()
    }
}

#[tokio::test]
async fn sighup_rereads_the_env_file_and_the_break_glass_list_takes_effect() {
    let mut scene = Scene::new("").await;
    assert_eq!(scene.listed(), "1", "the process's environment counts");
    let log = scene.reload(Some(
        "ADMIN_BREAKGLASS_EMAILS=canary@example.test b@example.test\n",
    ));
    assert_eq!(scene.listed(), "2", "the file replaces the process's");
    assert!(log.contains("ADMIN_BREAKGLASS_EMAILS"), "{log}");
    assert!(!log.contains("canary"), "values are not logged: {log}");
    let id = "01890000-0000-7000-8000-000000000001";
    let both = format!("ADMIN_BREAKGLASS_EMAILS=\nADMIN_BREAKGLASS_USER_IDS={id}\n");
    scene.reload(Some(&both));
    assert_eq!(scene.listed(), "1", "an empty name counts as unset");
    let log = scene.reload(Some("ADMIN_BREAKGLASS_EMAILS=\n"));
    assert_eq!(scene.listed(), "0", "a name that is gone is cleared");
    assert!(log.contains("ADMIN_BREAKGLASS_USER_IDS"), "{log}");
    assert_eq!(scene.serving.stop("INT").code, 0);
}

#[tokio::test]
async fn a_file_that_cant_be_read_leaves_everything_as_it_was() {
    let mut scene = Scene::new("ADMIN_BREAKGLASS_EMAILS=a@example.test,b@example.test").await;
    assert_eq!(scene.listed(), "2");
    let log = scene.reload(Some("ADMIN_BREAKGLASS_EMAILS=c@example.test\ncanary\n"));
    assert!(log.contains("ERROR") && log.contains("line 2"), "{log}");
    assert!(!log.contains("canary"), "{log}");
    assert_eq!(scene.listed(), "2");
    let log = scene.reload(None);
    assert!(
        log.contains("ERROR") && log.contains("can't be read"),
        "{log}"
    );
    assert_eq!(scene.listed(), "2");
    scene.reload(Some(""));
    assert_eq!(scene.listed(), "1", "it recovers");
    assert_eq!(scene.serving.stop("INT").code, 0);
}

#[tokio::test]
async fn what_is_not_live_is_said_to_take_a_restart() {
    let mut scene = Scene::new("REEVE_LOG=info\n").await;
    let log = scene.reload(Some("REEVE_LOG=debug\nADMIN_BREAKGLASS_EMAILS=banana\n"));
    assert!(
        log.contains("REEVE_LOG has changed, which takes a restart"),
        "{log}"
    );
    assert!(log.contains("`banana` in ADMIN_BREAKGLASS_EMAILS"), "{log}");
    let log = scene.reload(Some("REEVE_LOG=info\n"));
    assert!(!log.contains("restart"), "as it was at the start: {log}");
    let log = scene.reload(Some("REEVE_LOG=info\nDATABASE_OWNER_URL_FILE=/nowhere\n"));
    assert!(
        log.contains("not reloaded") && log.contains("/nowhere"),
        "{log}"
    );
    assert_eq!(scene.serving.stop("INT").code, 0);
}

/// In an emergency, the secret that a server was started with may be long gone.
#[tokio::test]
async fn a_secrets_file_that_is_gone_does_not_stand_in_the_way() {
    use secrecy::ExposeSecret;
    let (db, scratch) = (TestDb::new().await, Scratch::new());
    let path = scratch.file("reeve.env", "");
    let secret = scratch.file("url", db.runtime_url().expose_secret());
    let program = Program::at(&scratch.path)
        .set("REEVE_ENV_FILE", &path)
        .set("DATABASE_URL_FILE", &secret);
    let mut scene = Scene {
        serving: program.serve(),
        path,
        reloads: 0,
        _scratch: scratch,
        _db: db,
    };
    fs::remove_file(secret).unwrap();
    scene.reload(Some("ADMIN_BREAKGLASS_EMAILS=ada@example.test\n"));
    assert_eq!(scene.listed(), "1");
    assert_eq!(scene.serving.stop("INT").code, 0);
}

#[tokio::test]
async fn without_an_env_file_sighup_says_so_and_ends_nothing() {
    let (db, scratch) = (TestDb::new().await, Scratch::new());
    let data_dir = scratch.path.to_str().unwrap();
    let serving = Program::on(&db).flag("--data-dir").flag(data_dir).serve();
    signal(serving.pid(), "HUP");
    wait_until("the log says that there is no env file", || {
        serving.err().contains("there is no env file to read again")
    });
    assert_eq!(get(serving.address, "/livez").unwrap().status, 200);
    assert_eq!(serving.stop("INT").code, 0);
}

#[tokio::test]
async fn a_changed_mapping_takes_effect_and_one_that_cant_be_used_changes_nothing() {
    let mut scene = Scene::new("OIDC_GROUP_ROLE_MAP=ops=reader\n").await;
    let log = scene.reload(Some("OIDC_GROUP_ROLE_MAP=ops=reader,boss=admin\n"));
    assert!(log.contains("OIDC_GROUP_ROLE_MAP"), "{log}");
    assert!(
        log.contains("WARN") && log.contains("makes administrators"),
        "{log}"
    );
    for (map, word) in [
        ("ops=publisher,nonsense", "nonsense"),
        ("ops=no_such_role", "no_such_role"),
    ] {
        let text = format!("OIDC_GROUP_ROLE_MAP={map}\nADMIN_BREAKGLASS_EMAILS=\n");
        let log = scene.reload(Some(&text));
        assert!(log.contains("not reloaded") && log.contains(word), "{log}");
        assert_eq!(scene.listed(), "1", "nothing of it");
    }
    assert_eq!(scene.serving.stop("INT").code, 0);
}
