//! The ordinary life of a cluster: made, started, adopted, stopped.

use std::fs;
use std::os::unix::fs::MetadataExt;

use embedded::{Cluster, DataDir, Durability, Started};

use crate::support::{Scratch, am_root, mode, stderr};

#[test]
fn a_new_cluster_starts_answers_and_stops() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    assert!(!cluster.is_running());
    assert_eq!(cluster.start().unwrap(), Started::Fresh);
    assert!(cluster.is_running());
    assert_eq!(scratch.query("select 1 + 1"), "2");
    cluster.stop().unwrap();
    assert!(!cluster.is_running());
    assert!(!scratch.pg().join("postmaster.pid").exists());
    cluster.stop().unwrap();
}

#[test]
fn a_durable_cluster_keeps_its_data_over_a_restart() {
    let scratch = Scratch::new();
    let cluster = Cluster::prepare(&scratch.open(), Durability::Durable).unwrap();
    cluster.start().unwrap();
    scratch.query("create table kept as select 42 as answer");
    cluster.stop().unwrap();
    let cluster = Cluster::prepare(&scratch.open(), Durability::Durable).unwrap();
    assert_eq!(cluster.start().unwrap(), Started::Fresh);
    assert_eq!(scratch.query("select answer from kept"), "42");
    assert_eq!(scratch.query("show fsync"), "on");
    assert_eq!(scratch.query("show shared_buffers"), "256MB");
    assert_eq!(scratch.query("show max_connections"), "60");
}

#[test]
fn a_second_start_adopts_the_running_server() {
    let scratch = Scratch::new();
    scratch.prepare().start().unwrap();
    let first = scratch.postmaster_pid();
    assert_eq!(scratch.prepare().start().unwrap(), Started::Adopted);
    assert_eq!(scratch.postmaster_pid(), first);
    assert!(
        Cluster::existing(&scratch.open())
            .unwrap()
            .unwrap()
            .is_running()
    );
}

#[test]
fn the_settings_are_what_a_private_server_needs() {
    let scratch = Scratch::new();
    scratch.prepare().start().unwrap();
    for (name, value) in [
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("timezone", "UTC"),
        ("fsync", "off"),
        ("autovacuum", "on"),
        ("max_connections", "200"),
        ("cluster_name", "reeve"),
    ] {
        assert_eq!(scratch.query(&format!("show {name}")), value, "{name}");
    }
    let collate = scratch.query("select datcollate from pg_database where datname = 'postgres'");
    assert!(["C.UTF-8", "C"].contains(&collate.as_str()), "{collate}");
    assert_eq!(
        scratch.query("select type, database, user_name, auth_method from pg_hba_file_rules"),
        "local|{all}|{all}|scram-sha-256"
    );
    assert_eq!(
        scratch.query("select count(*) from pg_file_settings where error is not null"),
        "0"
    );
}

#[test]
fn a_wrong_password_does_not_get_in() {
    let scratch = Scratch::new();
    scratch.prepare().start().unwrap();
    let output = scratch.psql_with("select 1", "wrong").output().unwrap();
    assert!(!output.status.success());
    assert!(
        stderr(&output).contains("password authentication failed"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_an_operator_sets_by_sql_outlives_the_next_start() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    cluster.start().unwrap();
    scratch.query("alter system set work_mem = '7MB'");
    cluster.stop().unwrap();
    scratch.prepare().start().unwrap();
    assert_eq!(scratch.query("show work_mem"), "7MB");
}

#[test]
fn a_path_with_spaces_quotes_and_dollars_is_fine() {
    let scratch = Scratch::named("it's, \"my\" $HOME \\ data");
    let cluster = scratch.prepare();
    cluster.start().unwrap();
    assert_eq!(scratch.query("select 1"), "1");
    cluster.stop().unwrap();
}

#[test]
fn files_belong_to_whom_they_should_and_to_nobody_else() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    cluster.start().unwrap();
    let root = &scratch.path;
    let me = fs::metadata("/proc/self").unwrap().uid();
    let owner = |name: &str| fs::symlink_metadata(root.join(name)).unwrap().uid();
    assert_eq!(mode(root), if am_root() { 0o711 } else { 0o700 });
    assert_eq!(mode(&root.join("secrets")), 0o700);
    assert_eq!(mode(&root.join("secrets/superuser")), 0o600);
    assert_eq!(mode(&root.join("pg")), 0o700);
    assert_eq!(mode(&root.join("run")), 0o700);
    assert_eq!(mode(&root.join("pg.log")), 0o600);
    for name in [
        "lock",
        "secrets",
        "secrets/superuser",
        "server.conf",
        "pg_hba.conf",
    ] {
        assert_eq!(owner(name), me, "{name}");
    }
    for name in ["pg", "run", "pg.log"] {
        assert_eq!(owner(name) != 0, am_root() || me != 0, "{name}");
    }
}

#[test]
fn a_data_directory_without_a_cluster_has_no_existing_one() {
    let scratch = Scratch::new();
    assert!(DataDir::open_existing(&scratch.path).unwrap().is_none());
    assert!(!scratch.path.exists());
    assert!(Cluster::existing(&scratch.open()).unwrap().is_none());
    assert!(!scratch.pg().exists());
}

#[test]
fn the_address_is_remembered_until_it_is_cleared() {
    let scratch = Scratch::new();
    let dir = scratch.open();
    assert_eq!(dir.read_listen().unwrap(), None);
    let address = "127.0.0.1:8080".parse().unwrap();
    dir.write_listen(address).unwrap();
    assert_eq!(dir.read_listen().unwrap(), Some(address));
    dir.clear_listen().unwrap();
    dir.clear_listen().unwrap();
    assert_eq!(dir.read_listen().unwrap(), None);
}

#[test]
fn a_large_log_is_cut_at_the_next_start_and_kept_once() {
    let scratch = Scratch::new();
    let cluster = scratch.prepare();
    let log = scratch.path.join("pg.log");
    fs::write(&log, vec![b'x'; 9 * 1024 * 1024]).unwrap();
    cluster.start().unwrap();
    assert!(fs::metadata(&log).unwrap().len() < 1024 * 1024);
    assert!(fs::metadata(scratch.path.join("pg.log.old")).unwrap().len() > 8 * 1024 * 1024);
}
