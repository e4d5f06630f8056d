//! Every path of the console with the permission that it needs.

use http::Method;
use keyslot::Permissions;

/// A path, with a scope of the session and a secret that is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) target: &'static str,
    pub(crate) methods: &'static [Method],
    /// The permission for `GET`, and for the other methods.
    pub(crate) show: Permissions,
    pub(crate) take: Permissions,
    /// A body that would do something, for `POST`.
    pub(crate) body: &'static str,
}

const GET: &[Method] = &[Method::GET];
const POST: &[Method] = &[Method::POST];
const FORM: &[Method] = &[Method::GET, Method::POST];

const fn way(
    methods: &'static [Method],
    (show, take): (Permissions, Permissions),
    target: &'static str,
    body: &'static str,
) -> Way {
    Way {
        target,
        methods,
        show,
        take,
        body,
    }
}

const READ: (Permissions, Permissions) = (Permissions::READ, Permissions::READ);
const MANAGE: (Permissions, Permissions) = (Permissions::MANAGE, Permissions::MANAGE);
/// `COPY` and `MANAGE` are both needed: see the test.
const COPY: (Permissions, Permissions) = (Permissions::COPY, Permissions::COPY);
const REVEAL: (Permissions, Permissions) = (Permissions::REVEAL, Permissions::REVEAL);

/// All of them but for those of operators.
pub(crate) const WAYS: [Way; 29] = [
    way(GET, READ, "/scopes?organization=acme", ""),
    way(GET, READ, "/secrets?scope=acme/billing", ""),
    way(
        FORM,
        MANAGE,
        "/new?scope=acme/billing",
        "name=N&value=v&description=&metadata=&\
        not_before=&expires_at=&rotate_every=",
    ),
    way(GET, READ, "/secrets/STRIPE_KEY?scope=acme/billing", ""),
    way(
        FORM,
        MANAGE,
        "/secrets/STRIPE_KEY/rotate?scope=acme/billing",
        "value=v&revision=2",
    ),
    way(
        FORM,
        MANAGE,
        "/secrets/STRIPE_KEY/edit?scope=acme/billing",
        "description=d&metadata=&\
        not_before=&expires_at=&rotate_every=&revision=2",
    ),
    way(
        FORM,
        MANAGE,
        "/secrets/STRIPE_KEY/rules?scope=acme/billing",
        "tools=t&hosts=&revision=2",
    ),
    way(
        POST,
        MANAGE,
        "/secrets/STRIPE_KEY/status?scope=acme/billing",
        "status=inactive&revision=2",
    ),
    way(
        FORM,
        MANAGE,
        "/secrets/STRIPE_KEY/revoke?scope=acme/billing",
        "name=STRIPE_KEY",
    ),
    way(
        FORM,
        MANAGE,
        "/secrets/STRIPE_KEY/delete?scope=acme/billing",
        "name=STRIPE_KEY",
    ),
    way(
        FORM,
        MANAGE,
        "/secrets/STRIPE_KEY/rollback?scope=acme/billing&version=1",
        "revision=2",
    ),
    way(
        FORM,
        COPY,
        "/secrets/STRIPE_KEY/clone?scope=acme/billing",
        "to=acme/test",
    ),
    way(
        FORM,
        REVEAL,
        "/secrets/STRIPE_KEY/reveal?scope=acme/billing",
        "reason=r",
    ),
    way(GET, READ, "/audit?scope=acme/billing", ""),
    way(GET, READ, "/attention?scope=acme/billing", ""),
    way(
        FORM,
        READ,
        "/explain?scope=acme/billing",
        "text=t&tool=&host=",
    ),
    way(GET, READ, "/api/v1/scopes?organization=acme", ""),
    way(
        FORM,
        (Permissions::READ, Permissions::MANAGE),
        "/api/v1/secrets?scope=acme/billing",
        "{\"name\":\"N\",\"value\":\"v\"}",
    ),
    way(
        &[Method::GET, Method::PATCH, Method::DELETE],
        (Permissions::READ, Permissions::MANAGE),
        "/api/v1/secrets/STRIPE_KEY?scope=acme/billing",
        "{\"description\":\"d\"}",
    ),
    way(
        POST,
        MANAGE,
        "/api/v1/secrets/STRIPE_KEY/rotate?scope=acme/billing",
        "{\"value\":\"v\",\"if_revision\":2}",
    ),
    way(
        POST,
        MANAGE,
        "/api/v1/secrets/STRIPE_KEY/revoke?scope=acme/billing",
        "{\"name\":\"STRIPE_KEY\"}",
    ),
    way(
        POST,
        MANAGE,
        "/api/v1/secrets/STRIPE_KEY/rollback?scope=acme/billing",
        "{\"version\":1,\"if_revision\":2}",
    ),
    way(
        POST,
        COPY,
        "/api/v1/secrets/STRIPE_KEY/clone?scope=acme/billing",
        "{\"to\":\"acme/test\"}",
    ),
    way(
        POST,
        REVEAL,
        "/api/v1/secrets/STRIPE_KEY/reveal?scope=acme/billing",
        "{\"reason\":\"r\"}",
    ),
    way(GET, READ, "/api/v1/audit?scope=acme/billing", ""),
    way(GET, READ, "/api/v1/attention?scope=acme/billing", ""),
    way(
        POST,
        READ,
        "/api/v1/explain?scope=acme/billing",
        "{\"text\":\"t\"}",
    ),
    way(
        GET,
        READ,
        "/secrets/STRIPE_KEY/references?scope=acme/billing",
        "",
    ),
    way(
        GET,
        READ,
        "/api/v1/secrets/STRIPE_KEY/references?scope=acme/billing",
        "",
    ),
];

/// Every method that a program may send.
pub(crate) fn methods() -> Vec<Method> {
    let mut all = vec![
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    all.push(Method::from_bytes(b"BREW").unwrap());
    all
}
