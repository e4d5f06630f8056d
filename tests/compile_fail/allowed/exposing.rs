//! The control of all cases: what they are about exists under these names, and has the one way to
//! its values.

use std::borrow::Cow;

use keyslot::secrecy::ExposeSecret;
use keyslot::{Actor, Found, Resolved, RunSecrets};

fn length(resolved: &Resolved<Cow<'static, str>>) -> usize {
    resolved.expose_secret().len()
}

fn shown(resolved: &Resolved<Cow<'static, str>>) -> String {
    format!("{resolved:?} {:?}", resolved.used())
}

fn main() {
    let found = Found::new("KEY".parse().unwrap(), "hunter2-hunter2");
    assert_eq!(found.expose_secret(), "hunter2-hunter2");
    assert!(!format!("{found:?}").contains("hunter2-hunter2"));
    let run = RunSecrets::new().with("KEY", "hunter2-hunter2").unwrap();
    assert!(!format!("{run:?}").contains("hunter2-hunter2"));
    assert_eq!(Actor::new("user:ada").unwrap().as_str(), "user:ada");
    let _: (fn(&_) -> _, fn(&_) -> _) = (length, shown);
}
