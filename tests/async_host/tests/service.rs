//! The service on axum, from request to answer.

use std::sync::Arc;

use http_body_util::Full;
use hyper::{Request, StatusCode};
use keyslot::resolve::AsyncChain;
use keyslot::{AccessRules, SecretInput};
use tokio::net::TcpListener;

use super::project;
use crate::request::send;
use crate::{Service, router, watch};

/// The length of the header with a token of this length.
fn sent(token: usize) -> String {
    format!("{{\"ok\":{}}}", "Bearer  for ada".len() + token)
}

async fn serve(service: Arc<Service>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router(service)).await });
    address
}

async fn call(address: &str, path: &str, body: Option<&str>) -> (StatusCode, String) {
    let request = match body {
        Some(_) => Request::post(path).header("content-type", "application/json"),
        None => Request::get(path),
    };
    let body = Full::from(body.unwrap_or_default().to_owned());
    let request = request.header("host", "localhost").body(body).unwrap();
    let (status, body) = send(address, request).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn token(value: &str) -> SecretInput {
    let rules = AccessRules::new()
        .tool("crm")
        .unwrap()
        .host("crm.example")
        .unwrap();
    SecretInput::new(value.to_owned()).rules(rules)
}

#[tokio::test]
async fn calls_are_served_warm_and_cold_on_one_thread() {
    let project = project();
    project.put("CRM_TOKEN", token("canary-1")).unwrap();
    let service = Arc::new(Service::new(project.clone(), AsyncChain::new()).unwrap());
    let address = serve(service).await;
    for path in ["/cold", "/warm", "/warm"] {
        let answer = call(&address, path, None).await;
        assert_eq!(answer, (StatusCode::OK, sent(8)), "{path}");
    }
    // A hundred at once, on the one thread of this runtime.
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..100 {
        let address = address.clone();
        let path = ["/cold", "/warm"][number % 2];
        calls.spawn(async move { call(&address, path, None).await });
    }
    while let Some(answer) = calls.join_next().await {
        assert_eq!(answer.unwrap(), (StatusCode::OK, sent(8)));
    }
    project.revoke("CRM_TOKEN").unwrap();
    for path in ["/cold", "/warm"] {
        let (status, body) = call(&address, path, None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(body.contains("CRM_TOKEN") && body.contains("revoked") && !body.contains("canary"));
    }
}

#[tokio::test]
async fn a_change_reaches_the_warm_calls() {
    let project = project();
    let since = project.epoch().unwrap();
    let service = Arc::new(Service::new(project, AsyncChain::new()).unwrap());
    let address = serve(Arc::clone(&service)).await;
    let watching = tokio::spawn(watch(service, since));
    let (status, _) = call(&address, "/warm", None).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "nothing is stored yet"
    );
    for value in ["canary-1", "canary-two", "canary-three"] {
        let body = serde_json::json!({ "name": "CRM_TOKEN", "value": value }).to_string();
        let (status, body) = call(&address, "/secrets", Some(&body)).await;
        assert!(
            status == StatusCode::OK && !body.contains("canary"),
            "{body}"
        );
        while call(&address, "/warm", None).await != (StatusCode::OK, sent(value.len())) {
            assert!(!watching.is_finished());
        }
    }
    watching.abort();
}

#[tokio::test]
async fn a_secret_that_the_vault_does_not_have_is_asked_of_the_other_service() {
    use super::script::{Answer, Script};
    let values = serde_json::json!({ "values": { "CRM_TOKEN": "canary-of-the-service" } });
    let script = Script::start(vec![Answer::Now(200, values.to_string())]).await;
    let other = crate::HttpSecrets::new(
        &script.address,
        "a token".to_owned().into(),
        crate::Settings::default(),
    );
    let project = project();
    let service = Arc::new(Service::new(project.clone(), other).unwrap());
    let address = serve(service).await;
    assert_eq!(
        call(&address, "/cold", None).await,
        (StatusCode::OK, sent(21))
    );
    // A namesake that is revoked is never replaced by the other one.
    project.put("CRM_TOKEN", token("canary-1")).unwrap();
    project.revoke("CRM_TOKEN").unwrap();
    let (status, _) = call(&address, "/cold", None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(script.requests().len(), 1);
}
