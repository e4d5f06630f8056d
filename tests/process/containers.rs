//! Keys and vaults as containers have them: modes, links, read-only mounts and owners, all real.
//!
//! Only root can give files away and mount, so elsewhere these tests say that they test nothing.
//! With `KEYSLOT_MUST_MOUNT`, which CI sets where it can mount, that is a failure.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyslot::secrecy::ExposeSecret;
use keyslot::store::SqliteStore;
use keyslot::{ErrorKind, Result, RootKey, Vault};
use tempfile::TempDir;

/// The user and group of the container, and another user.
const USER: u32 = 65534;
const GROUP: u32 = 54320;
const STRANGER: u32 = 54321;

/// Base64 of a key that is no secret.
const KEY: &str = "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=";

const ACTION: &str = "KEYSLOT_TEST_ACTION";
const PLACE: &str = "KEYSLOT_TEST_PLACE";

fn key() -> RootKey {
    RootKey::from_base64(KEY).unwrap()
}

/// A folder that users may enter, if this process is root.
fn folder() -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    if fs::metadata(folder.path()).unwrap().uid() == 0 {
        set(folder.path(), 0, 0, 0o755);
        return Some(folder);
    }
    not_tested("only root can give files to other users")
}

/// A file system in memory, or a folder bound to another place; unmounted at the end.
struct Mount(PathBuf);

impl Mount {
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(arguments).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        not_tested("this process may not mount")
    }

    fn again(&self, options: &str) {
        let mut mount = Command::new("mount");
        let done = mount.args(["-o", options]).arg(&self.0).status();
        assert!(done.unwrap().success(), "{options}");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn not_tested<T>(why: &str) -> Option<T> {
    assert!(
        std::env::var_os("KEYSLOT_MUST_MOUNT").is_none(),
        "not tested: {why}"
    );
    eprintln!("NOT TESTED: {why}");
    None
}

fn set(path: &Path, user: u32, group: u32, mode: u32) {
    chown(path, Some(user), Some(group)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// All files of a vault, as a kubelet with `fsGroup` sets them at each start.
fn set_all(folder: &Path, user: u32, mode: u32) {
    for file in fs::read_dir(folder).unwrap() {
        set(&file.unwrap().path(), user, GROUP, mode);
    }
}

// ---- the part that runs as the user of the container

fn use_vault(store: Result<SqliteStore>) -> Result<String> {
    let vault = Vault::builder().store(store?).open_or_create(&key())?;
    let scope = vault.scope("acme")?;
    scope.put("TOKEN", "t-1")?;
    let text = scope.resolve("<<$secret.TOKEN>>")?;
    Ok(text.expose_secret().to_string())
}

fn read_vault(store: Result<SqliteStore>) -> Result<String> {
    let vault = Vault::builder().store(store?).open(&key())?;
    let text = vault.scope("acme")?.resolve("<<$secret.TOKEN>>")?;
    Ok(text.expose_secret().to_string())
}

#[test]
#[ignore = "run by the tests beside it, as another user"]
fn child() {
    let action = std::env::var(ACTION).unwrap();
    let place = PathBuf::from(std::env::var_os(PLACE).unwrap());
    let shown = |key: RootKey| key.to_base64().expose_secret().to_owned();
    let options = SqliteStore::options();
    let outcome = match action.as_str() {
        "from_file" => RootKey::from_file(place).map(shown),
        "from_mounted_file" => RootKey::from_mounted_file(place).map(shown),
        "use" => use_vault(options.open_or_create(place)),
        "use trusted" => use_vault(options.trust_folder(true).open_or_create(place)),
        "use fixed" => use_vault(options.fix_permissions(true).open_or_create(place)),
        "read" => read_vault(options.read_only(true).open(place)),
        "read trusted" => read_vault(options.read_only(true).trust_folder(true).open(place)),
        _ => panic!("no such action"),
    };
    match outcome {
        Ok(value) => println!("outcome: ok {value}"),
        Err(error) => println!("outcome: {} {error}", error.kind()),
    }
}

/// The outcome of an action as the user of the container.
fn does(action: &str, place: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(ACTION, action)
        .env(PLACE, place)
        .current_dir("/")
        .uid(USER)
        .gid(GROUP)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let outcome = said.lines().find_map(|line| line.split_once("outcome: "));
    outcome.unwrap_or_else(|| panic!("{said}")).1.to_owned()
}

/// Refused, with the way out named and the path not.
#[track_caller]
fn refused(outcome: &str, kind: ErrorKind, way_out: &str) {
    assert!(outcome.starts_with(&format!("{kind} ")), "{outcome}");
    assert!(outcome.contains(way_out), "{outcome}");
    assert!(!outcome.contains("canary"), "{outcome}");
}

// ---- key files

/// The files of a Kubernetes secret: the name is a link through `..data`, which is exchanged when
/// the secret changes.
fn secret_volume(volume: &Path, generation: &str, text: &str, mode: u32) -> PathBuf {
    let folder = volume.join(format!("..{generation}"));
    fs::create_dir(&folder).unwrap();
    set(&folder, 0, GROUP, 0o2755);
    fs::write(folder.join("key"), text).unwrap();
    set(&folder.join("key"), 0, GROUP, mode);
    symlink(format!("..{generation}"), volume.join("..data_tmp")).unwrap();
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    let name = volume.join("key");
    if !name.is_symlink() {
        symlink("..data/key", &name).unwrap();
    }
    name
}

#[test]
fn a_kubernetes_secret_is_read_through_its_links() {
    let Some(folder) = folder() else { return };
    let volume = folder.path().join("canary");
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "tmpfs"], &volume) else {
        return;
    };
    set(&volume, 0, GROUP, 0o3777);
    for (generation, mode) in [0o440, 0o444, 0o640, 0o644, 0o660].into_iter().enumerate() {
        let name = secret_volume(&volume, &generation.to_string(), KEY, mode);
        assert_eq!(
            does("from_mounted_file", &name),
            format!("ok {KEY}"),
            "{mode:o}"
        );
        refused(
            &does("from_file", &name),
            ErrorKind::UnsafeFile,
            "from_mounted_file",
        );
    }
    // The secret was changed: the path is the same, the key is not.
    let other = RootKey::generate().unwrap().to_base64();
    let name = secret_volume(&volume, "changed", other.expose_secret(), 0o440);
    let read = does("from_mounted_file", &name);
    assert!(
        read == format!("ok {}", other.expose_secret()),
        "the old key"
    );
    // What is not readable stays so, and what everybody may write to is a mistake.
    let name = secret_volume(&volume, "closed", KEY, 0o400);
    refused(&does("from_mounted_file", &name), ErrorKind::Io, "readable");
    let name = secret_volume(&volume, "open", KEY, 0o666);
    refused(
        &does("from_mounted_file", &name),
        ErrorKind::UnsafeFile,
        "chmod o-w",
    );
}

#[test]
fn a_docker_secret_of_any_owner_is_read() {
    let Some(folder) = folder() else { return };
    let file = folder.path().join("canary");
    fs::write(&file, format!("{KEY}\n")).unwrap();
    for (user, mode) in [(0, 0o444), (STRANGER, 0o444), (USER, 0o400), (USER, 0o440)] {
        set(&file, user, GROUP, mode);
        assert_eq!(
            does("from_mounted_file", &file),
            format!("ok {KEY}"),
            "{user} {mode:o}"
        );
    }
    assert_eq!(mode_of(&file), 0o440, "it was changed");
    for (user, mode) in [(0, 0o444), (STRANGER, 0o444), (USER, 0o440)] {
        set(&file, user, GROUP, mode);
        let outcome = does("from_file", &file);
        refused(&outcome, ErrorKind::UnsafeFile, "from_mounted_file");
    }
    set(&file, USER, GROUP, 0o400);
    assert_eq!(does("from_file", &file), format!("ok {KEY}"), "the control");
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

#[test]
fn a_mounted_file_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("key"), KEY).unwrap();
    symlink("key", place("good")).unwrap();
    RootKey::from_mounted_file(place("good")).unwrap();
    let made = Command::new("mkfifo").arg(place("pipe")).status();
    assert!(made.unwrap().success());
    for (name, to, kind) in [
        ("to-pipe", "pipe", ErrorKind::UnsafeFile),
        ("to-folder", ".", ErrorKind::UnsafeFile),
        ("to-device", "/dev/zero", ErrorKind::UnsafeFile),
        ("to-nothing", "nothing", ErrorKind::Io),
        ("to-itself", "to-itself", ErrorKind::Io),
    ] {
        symlink(to, place(name)).unwrap();
        let error = RootKey::from_mounted_file(place(name)).unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
    }
}

// ---- volumes of vaults

#[test]
fn a_volume_that_others_may_write_to_is_accepted_where_the_host_trusts_it() {
    let Some(folder) = folder() else { return };
    // An emptyDir, and a volume with fsGroup.
    for (at, mode) in [0o777, 0o2777, 0o2775, 0o2770].into_iter().enumerate() {
        let volume = folder.path().join(format!("canary{at}"));
        fs::create_dir(&volume).unwrap();
        set(&volume, 0, GROUP, mode);
        let vault = volume.join("vault.db");
        refused(&does("use", &vault), ErrorKind::UnsafeFile, "trust_folder");
        // Not this user's to change.
        refused(
            &does("use fixed", &vault),
            ErrorKind::UnsafeFile,
            "trust_folder",
        );
        assert_eq!(mode_of(&volume), mode, "it was changed");
        assert_eq!(
            fs::read_dir(&volume).unwrap().count(),
            0,
            "something was made"
        );
        assert_eq!(does("use trusted", &vault), "ok t-1", "{mode:o}");
        assert_eq!(mode_of(&vault), 0o600);
    }
}

#[test]
fn files_of_a_volume_are_accepted_where_the_host_trusts_it() {
    let Some(folder) = folder() else { return };
    let volume = folder.path().join("canary");
    fs::create_dir(&volume).unwrap();
    set(&volume, 0, GROUP, 0o2775);
    let vault = volume.join("vault.db");
    assert_eq!(does("use trusted", &vault), "ok t-1");
    for (user, mode) in [
        (USER, 0o660),
        (USER, 0o664),
        (STRANGER, 0o660),
        (0, 0o660),
        (0, 0o666),
    ] {
        set_all(&volume, user, mode);
        assert_eq!(does("use trusted", &vault), "ok t-1", "{user} {mode:o}");
        set_all(&volume, user, mode);
        refused(&does("use", &vault), ErrorKind::UnsafeFile, "trust_folder");
    }
    // In a folder that nobody else writes to, the file alone decides.
    set(&volume, USER, GROUP, 0o755);
    for (user, mode) in [(USER, 0o640), (USER, 0o660), (STRANGER, 0o660)] {
        set_all(&volume, user, mode);
        refused(&does("use", &vault), ErrorKind::UnsafeFile, "trust_folder");
        assert_eq!(does("use trusted", &vault), "ok t-1", "{user} {mode:o}");
    }
    set_all(&volume, USER, 0o660);
    assert_eq!(does("use fixed", &vault), "ok t-1");
    assert_eq!(mode_of(&vault), 0o600);
    assert_eq!(does("use", &vault), "ok t-1", "the control");
}

#[test]
fn a_folder_of_this_user_is_closed_where_that_is_asked_for() {
    let Some(folder) = folder() else { return };
    let volume = folder.path().join("canary");
    fs::create_dir(&volume).unwrap();
    let vault = volume.join("vault.db");
    for (mode, fixed) in [(0o2775, 0o2755), (0o777, 0o755), (0o770, 0o750)] {
        set(&volume, USER, GROUP, mode);
        refused(&does("use", &vault), ErrorKind::UnsafeFile, "chmod go-w");
        assert_eq!(does("use fixed", &vault), "ok t-1");
        assert_eq!(mode_of(&volume), fixed);
    }
}

#[test]
fn a_link_is_refused_also_where_the_host_trusts_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault.db");
    drop(Vault::create(&vault, &key()).unwrap());
    let trusted = SqliteStore::options().trust_folder(true);
    drop(trusted.open(&vault).unwrap());
    let link = folder.path().join("link.db");
    symlink(&vault, &link).unwrap();
    assert_eq!(
        trusted.open(&link).unwrap_err().kind(),
        ErrorKind::UnsafeFile
    );
    fs::hard_link(&vault, folder.path().join("hard.db")).unwrap();
    assert_eq!(
        trusted.open(&vault).unwrap_err().kind(),
        ErrorKind::UnsafeFile
    );
}

// ---- folders that are mounted read-only

fn read_only(file: &Path) -> Vault {
    let store = SqliteStore::options().read_only(true).open(file).unwrap();
    Vault::builder().store(store).open(&key()).unwrap()
}

fn value(vault: &Vault) -> String {
    match vault.scope("acme").unwrap().resolve("<<$secret.TOKEN>>") {
        Ok(text) => text.expose_secret().to_string(),
        Err(error) => error.kind().to_string(),
    }
}

fn put(vault: &Vault, value: &str) {
    vault.scope("acme").unwrap().put("TOKEN", value).unwrap();
}

#[test]
fn a_vault_in_a_folder_that_is_mounted_read_only_is_read() {
    let Some(folder) = folder() else { return };
    for journal in [false, true] {
        let writable = folder.path().join(format!("volume-{journal}"));
        let mounted = folder.path().join(format!("mounted-{journal}"));
        fs::create_dir(&writable).unwrap();
        let create = || {
            let options = SqliteStore::options().rollback_journal(journal);
            let store = options.open_or_create(writable.join("vault.db")).unwrap();
            Vault::builder()
                .store(store)
                .open_or_create(&key())
                .unwrap()
        };
        put(&create(), "t-1");
        let Some(mount) = Mount::new(&["--bind", writable.to_str().unwrap()], &mounted) else {
            return;
        };
        mount.again("remount,bind,ro");
        let file = mounted.join("vault.db");
        let error = Vault::open(&file, &key()).unwrap_err();
        refused(
            &format!("{} {error}", error.kind()),
            ErrorKind::ReadOnly,
            "read_only",
        );

        let reader = read_only(&file);
        assert_eq!(value(&reader), "t-1");
        let scope = reader.scope("acme").unwrap();
        for error in [
            scope.put("TOKEN", "t-9").unwrap_err(),
            scope.revoke("TOKEN").unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}");
        }
        assert!(reader.verify().unwrap().is_intact());
        // A writer comes and goes, through another mount: nothing old is read after it returned.
        for round in 2..6 {
            let expected = format!("t-{round}");
            let writer = create();
            put(&writer, &expected);
            assert_eq!(value(&reader), expected, "while the writer is there");
            assert_eq!(value(&read_only(&file)), expected, "opened meanwhile");
            drop(writer);
            assert_eq!(value(&reader), expected, "after it left");
            assert_eq!(value(&read_only(&file)), expected, "opened afterwards");
        }
        create().scope("acme").unwrap().revoke("TOKEN").unwrap();
        assert_eq!(value(&reader), "revoked");
        assert_eq!(value(&read_only(&file)), "revoked");
    }
}

#[test]
fn a_log_that_nobody_merged_is_not_passed_over() {
    let Some(folder) = folder() else { return };
    let volume = folder.path().join("volume");
    let Some(mount) = Mount::new(&["-t", "tmpfs", "tmpfs"], &volume) else {
        return;
    };
    set(&volume, 0, 0, 0o700);
    let file = volume.join("vault.db");
    let vault = Vault::create(&file, &key()).unwrap();
    put(&vault, "t-1");
    // As a process leaves them that is killed.
    let copied = volume.join("copied.db");
    for suffix in ["", "-wal"] {
        let [from, to] = [&file, &copied].map(|path| format!("{}{suffix}", path.display()));
        fs::copy(from, &to).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
    }
    drop(vault);
    mount.again("remount,ro");
    match SqliteStore::options().read_only(true).open(&copied) {
        Ok(store) => {
            let vault = Vault::builder().store(store).open(&key()).unwrap();
            assert_eq!(value(&vault), "t-1");
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::ReadOnly, "{error}"),
    }
    mount.again("remount,rw");
    assert_eq!(
        value(&Vault::open(&copied, &key()).unwrap()),
        "t-1",
        "the control"
    );
}

#[test]
fn a_read_only_vault_is_read_by_a_user_who_may_not_write() {
    let Some(folder) = folder() else { return };
    let volume = folder.path().join("canary");
    fs::create_dir(&volume).unwrap();
    let file = volume.join("vault.db");
    put(&Vault::create(&file, &key()).unwrap(), "t-1");
    set(&volume, 0, GROUP, 0o755);
    set_all(&volume, 0, 0o640);
    assert_eq!(does("read trusted", &file), "ok t-1");
    refused(&does("read", &file), ErrorKind::UnsafeFile, "trust_folder");
    refused(
        &does("use trusted", &file),
        ErrorKind::ReadOnly,
        "read_only",
    );
}

// ---- file systems that a program serves

/// A FUSE file system with an empty folder, as little as a program can serve: it answers what the
/// root is, that there is nothing else, and how much space there is.
const FUSE: &str = r#"
import ctypes, os, struct, sys
device = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40755,user_id=0,group_id=0".encode()
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"test", sys.argv[1].encode(), b"fuse.test", 0, options) != 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
print("mounted", flush=True)
LOOKUP, GETATTR, STATFS, INIT, FORGET, BATCH_FORGET = 1, 3, 17, 26, 2, 42
NO_ENTRY, NOT_IMPLEMENTED = -2, -38
attributes = struct.pack("<6Q10I", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
while True:
    try:
        request = os.read(device, 1 << 17)
    except OSError:
        break
    _, code, unique = struct.unpack_from("<IIQ", request)
    error, answer = 0, b""
    if code == INIT:
        answer = struct.pack("<4IHHIIHHI7I", 7, 31, 65536, 0, 8, 8, 65536, 1, 0, 0, *([0] * 8))
    elif code == GETATTR:
        answer = struct.pack("<QII", 0, 0, 0) + attributes
    elif code == STATFS:
        answer = struct.pack("<5Q4I6I", 9, 9, 9, 9, 9, 4096, 255, 4096, *([0] * 7))
    elif code in (FORGET, BATCH_FORGET):
        continue
    else:
        error = NO_ENTRY if code == LOOKUP else NOT_IMPLEMENTED
    os.write(device, struct.pack("<IiQ", 16 + len(answer), error, unique) + answer)
"#;

#[test]
fn a_fuse_file_system_is_refused() {
    use std::io::BufRead;
    let Some(folder) = folder() else { return };
    if !Path::new("/dev/fuse").exists() {
        // Not a matter of rights: this kernel has none.
        return eprintln!("NOT TESTED: there is no /dev/fuse");
    }
    let volume = folder.path().join("canary");
    fs::create_dir(&volume).unwrap();
    let served = Command::new("python3")
        .args(["-c", FUSE])
        .arg(&volume)
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut server) = served else {
        return not_tested("there is no python3").unwrap_or_default();
    };
    let mut line = String::new();
    let output = server.stdout.take().unwrap();
    std::io::BufReader::new(output)
        .read_line(&mut line)
        .unwrap();
    if line != "mounted\n" {
        return not_tested("this process may not mount FUSE").unwrap_or_default();
    }
    let mount = Mount(volume.clone());
    let vault = volume.join("vault.db");
    for outcome in [
        Vault::create(&vault, &key()).map(drop),
        Vault::open_or_create(&vault, &key()).map(drop),
        SqliteStore::options()
            .trust_folder(true)
            .create(&vault)
            .map(drop),
    ] {
        let error = outcome.unwrap_err();
        let said = format!("{} {error}", error.kind());
        refused(&said, ErrorKind::UnsafeFile, "network_file_system");
        assert!(said.contains("(fuse)"), "{said}");
    }
    // The control: where the host accepts it, this file system itself is what fails.
    let accepted = SqliteStore::options()
        .network_file_system(true)
        .create(&vault);
    assert_ne!(accepted.unwrap_err().kind(), ErrorKind::UnsafeFile);
    drop(mount);
    let _ = server.kill();
    server.wait().unwrap();
}
