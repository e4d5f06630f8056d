//! The router of axum.
#![cfg(feature = "axum")]

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::{Extension, Router};
use http_body_util::BodyExt as _;
use keyslot_console::{Console, Limits, router};
use tower::ServiceExt as _;

use crate::support::{FORM, PLANTED, admin, vault};

async fn ask(app: Router, request: Request) -> (u16, String) {
    let response = app.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn get(target: &str) -> Request {
    Request::get(target).body(Body::empty()).unwrap()
}

fn form(target: &str, body: String) -> Request {
    let request = Request::post(target).header("sec-fetch-site", "same-origin");
    request
        .header("content-type", FORM)
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn it_answers_below_a_path_and_only_with_a_session() {
    let console = Console::new(vault()).limits(Limits::new().body(1000));
    let console = Arc::new(console.at("/admin").unwrap());
    let app = Router::new().nest("/admin", router(Arc::clone(&console)));
    let signed_in = app.clone().layer(Extension(admin()));
    for target in [
        "/admin",
        "/admin/secrets?scope=acme/billing",
        "/admin/style.css",
    ] {
        assert_eq!(
            ask(app.clone(), get(target)).await,
            (401, String::new()),
            "{target}"
        );
        assert_eq!(ask(signed_in.clone(), get(target)).await.0, 200, "{target}");
    }
    let (_, page) = ask(signed_in.clone(), get("/admin/secrets?scope=acme/billing")).await;
    assert!(page.contains("href=\"/admin/secrets/STRIPE_KEY?scope=acme/billing\""));
    let target = "/admin/secrets/STRIPE_KEY/reveal?scope=acme/billing";
    let (status, page) = ask(signed_in.clone(), form(target, "reason=r".to_owned())).await;
    assert!(status == 200 && page.contains(PLANTED));
    for length in [1001, 100_000] {
        let (status, _) = ask(signed_in.clone(), form(target, "x".repeat(length))).await;
        assert_eq!(status, 413, "{length}");
    }
}

#[tokio::test]
async fn a_layer_of_the_host_says_who_asks() {
    let app = router(Arc::new(Console::new(vault())));
    let app = app.layer(middleware::from_fn(|mut request: Request, next: Next| {
        if request.headers().contains_key("x-ada") {
            request.extensions_mut().insert(admin());
        }
        next.run(request)
    }));
    assert_eq!(ask(app.clone(), get("/")).await.0, 401);
    let request = Request::get("/")
        .header("x-ada", "1")
        .body(Body::empty())
        .unwrap();
    assert_eq!(ask(app, request).await.0, 200);
}
