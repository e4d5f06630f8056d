//! Secrets of one run, and redactors.

use keyslot::{AccessRules, Redactor, ResolveExt, RunSecrets, SecretName, Surface, Target};

use super::Messages;

pub(super) fn all(messages: &mut Messages) {
    let one = || RunSecrets::new().with("KEY", "value").unwrap();
    messages.of(one().with("KEY", "other"));
    messages.of(one().with("EMPTY", ""));
    messages.of(one().with("LONG", "a".repeat(16 * 1024 + 1)));
    let many = |count: usize, len: usize| {
        (0..count).try_fold(RunSecrets::new(), |run, number| {
            run.with(format!("KEY_{number}"), "a".repeat(len))
        })
    };
    messages.of(many(33, 1));
    messages.of(many(5, 16 * 1024));
    messages.of(one().resolve("<<NONE>>"));
    messages.of(one().resolve("<<KEY@2>>"));

    let run = |rules| RunSecrets::new().with_rules("KEY", "value", rules).unwrap();
    let rules = AccessRules::new;
    let tool = rules().tool("stripe").unwrap();
    let host = rules().host("api.stripe.com").unwrap();
    let port = rules().host("*.stripe.com:8443").unwrap();
    let hosts = (0..12).fold(host.clone(), |hosts, number| {
        hosts.host(format!("api{number}.example.com")).unwrap()
    });
    let with_url = |url| Target::tool("other").with_url(url).unwrap();
    let header = Target::tool("other").with_surface(Surface::Header);
    for (rules, target) in [
        (tool.clone(), Target::unspecified()),
        (tool.clone(), Target::instructions()),
        (tool.clone(), Target::tool("shell")),
        (tool, Target::unspecified().with_host("a.com").unwrap()),
        (host.clone(), Target::tool("other")),
        (host.clone(), with_url("https://a.com")),
        (host, with_url("http://api.stripe.com")),
        (port, with_url("https://api.stripe.com")),
        (hosts, with_url("https://a.com")),
        (rules().surface(Surface::UrlQuery), header),
    ] {
        messages.of(run(rules).resolve_for(&target, "<<KEY>>"));
    }

    messages.of(Redactor::builder().min_len(3).build());
    let name = |number: usize| SecretName::new(format!("KEY_{number}")).unwrap();
    let many = (0..1_001).fold(Redactor::builder(), |builder, number| {
        builder.secret(name(number), format!("value number {number} of many"))
    });
    messages.of(many.build());
}
