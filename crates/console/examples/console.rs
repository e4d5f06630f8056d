//! The console on loopback, with a vault in memory and two people:
//!
//!     cargo run -p keyslot-console --features axum --example console
//!
//! Then open the address that it prints. The browser asks for a name and a password: `ada` with
//! `ada` may do everything and runs the vault; `bob` with `bob` may look at the secrets of `acme`.
//! An engine has its own way to know who asks.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding as _};
use keyslot::{
    AccessRules, Actor, AuditMode, Permissions, RootKey, Scope, ScopedVault, SecretInput, Surface,
    Vault,
};
use keyslot_console::{Console, Session, router};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(8200), |port| port.parse())?;
    let console = Arc::new(Console::new(demo_vault()?));
    let app = router(console).layer(middleware::from_fn(authenticate));
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    println!("http://{}/", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// Makes the session of a request, or asks for a name and a password.
async fn authenticate(mut request: Request, next: Next) -> Response {
    if let Ok(Some(session)) = session(request.headers()) {
        request.extensions_mut().insert(session);
        return next.run(request).await;
    }
    let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"console\"")];
    (StatusCode::UNAUTHORIZED, ask).into_response()
}

fn session(headers: &HeaderMap) -> keyslot::Result<Option<Session>> {
    let credentials = headers.get(header::AUTHORIZATION).and_then(|said| {
        let encoded = said.to_str().ok()?.strip_prefix("Basic ")?;
        String::from_utf8(Base64::decode_vec(encoded).ok()?).ok()
    });
    Ok(match credentials.as_deref() {
        Some("ada:ada") => {
            let ada = Actor::new("user:ada")?;
            Some(Session::operator(ada, Permissions::ALL))
        }
        Some("bob:bob") => {
            let bob = Actor::new("user:bob")?;
            Some(Session::new(bob, Permissions::READ, [Scope::new("acme")?]))
        }
        _ => None,
    })
}

/// A vault with secrets in every state.
fn demo_vault() -> keyslot::Result<Vault> {
    let builder = Vault::builder()
        .audit(AuditMode::Required)
        .count_uses(true)
        .hints();
    let vault = builder.create(&RootKey::generate()?)?;
    let scope = |path: &str, actor: &str| -> keyslot::Result<ScopedVault> {
        Ok(vault.scope(path)?.acting_as(Actor::new(actor)?))
    };
    let now = SystemTime::now();

    let acme = scope("acme", "user:ada")?;
    acme.put(
        "REGION_TOKEN",
        input("demo-value-region", "the region of all projects"),
    )?;
    acme.put(
        "SENTRY_DSN",
        input("demo-value-sentry", "errors of all projects"),
    )?;

    let billing = scope("acme/billing", "user:ada")?;
    let rules = AccessRules::new()
        .host("api.stripe.com")?
        .surface(Surface::Header);
    let stripe = input("demo-value-stripe-of-last-year", "payments, live mode")
        .metadata("owner", "payments")
        .rotate_every(90 * DAY)
        .rules(rules);
    billing.put("STRIPE_KEY", stripe)?;
    scope("acme/billing", "service/rotation")?.put("STRIPE_KEY", "demo-value-stripe-of-today")?;
    let soon = input("demo-value-of-the-bank", "statements of the bank").expires_at(now + 9 * DAY);
    billing.put("BANK_TOKEN", soon)?;
    billing.put(
        "REGION_TOKEN",
        input("demo-value-region-billing", "billing has its own region"),
    )?;
    billing.put(
        "NEW_MAILER",
        input("demo-value-mailer", "from next month on").inactive(),
    )?;
    billing.put(
        "LEAKED_KEY",
        input("demo-value-leaked", "was in a screenshot in March"),
    )?;
    billing.revoke("LEAKED_KEY")?;

    let mailer = scope("acme/billing/mailer", "service/deploy")?;
    mailer.put(
        "SMTP_PASSWORD",
        input("demo-value-smtp", "invoices and reminders"),
    )?;
    scope("acme/research", "user:bob")?.put(
        "OPENAI_KEY",
        input("demo-value-openai", "experiments, with a monthly limit"),
    )?;
    scope("umbrella", "user:eve")?.put("CRM_TOKEN", input("demo-value-crm", "sales"))?;

    let documents = billing.documents();
    documents.set("workflow:invoices", "Bearer <<$secret.STRIPE_KEY>>")?;
    documents.set("workflow:reminders", "<<$secret.SMTP_USER>>")?;

    // A use, and one that is refused, for the audit log.
    let run = billing.for_run("nightly-import")?;
    run.resolve("Bearer <<$secret.BANK_TOKEN>>")?;
    let _ = run.resolve("Bearer <<$secret.LEAKED_KEY>>");
    Ok(vault)
}

fn input(value: &str, description: &str) -> SecretInput {
    SecretInput::new(value).description(description)
}
