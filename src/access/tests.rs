use super::*;

fn verdict(rules: &AccessRules, target: &Target) -> String {
    match rules.check(target) {
        Ok(()) => "allowed".to_owned(),
        Err(Denial {
            what,
            allowed: None,
        }) => what.to_owned(),
        Err(Denial {
            what,
            allowed: Some(allowed),
        }) => format!("{what}; allowed: {allowed}"),
    }
}

fn to_stripe() -> Target {
    Target::tool("stripe")
        .with_host("api.stripe.com")
        .unwrap()
        .with_surface(Surface::Header)
}

const INSTRUCTIONS: &str = "may not go into instructions, which a model reads; mark it with \
 in_instructions, or let a tool use it";

#[test]
fn without_a_rule_everything_is_allowed_but_instructions() {
    let rules = AccessRules::new();
    assert!(rules.is_unrestricted() && rules.surface_set().is_none());
    assert!(!rules.instructions());
    for target in [
        Target::unspecified(),
        Target::tool(""),
        to_stripe(),
        Target::unspecified().with_url("http://a.b").unwrap(),
    ] {
        assert_eq!(verdict(&rules, &target), "allowed", "{target:?}");
    }
    assert_eq!(verdict(&rules, &Target::instructions()), INSTRUCTIONS);
    assert_eq!(
        verdict(
            &rules,
            &Target::instructions().with_host("api.stripe.com").unwrap()
        ),
        INSTRUCTIONS
    );
    let marked = rules.in_instructions(true);
    assert!(marked.instructions());
    assert!(
        marked.is_unrestricted(),
        "to be marked for instructions is no restriction"
    );
    assert_eq!(verdict(&marked, &Target::instructions()), "allowed");
    assert_eq!(
        verdict(&marked.in_instructions(false), &Target::instructions()),
        INSTRUCTIONS
    );
}

#[test]
fn of_each_kind_that_is_set_one_rule_must_match() {
    let tools = AccessRules::new()
        .tool("stripe")
        .unwrap()
        .tool("mail_*")
        .unwrap();
    assert_eq!(verdict(&tools, &to_stripe()), "allowed");
    assert_eq!(verdict(&tools, &Target::tool("mail_send")), "allowed");
    assert_eq!(
        verdict(&tools, &Target::tool("shell")),
        "may not go to this tool; allowed: mail_*, stripe"
    );
    assert_eq!(
        verdict(&tools, &Target::unspecified().with_host("a.b").unwrap()),
        "is restricted to certain tools, but the target names no tool"
    );

    let both = tools
        .host("api.stripe.com")
        .unwrap()
        .host("*.example.com")
        .unwrap();
    assert_eq!(verdict(&both, &to_stripe()), "allowed");
    assert_eq!(
        verdict(&both, &to_stripe().with_host("x.example.com").unwrap()),
        "allowed"
    );
    assert_eq!(
        verdict(&both, &to_stripe().with_host("example.com").unwrap()),
        "may not go to this host; allowed: *.example.com, api.stripe.com"
    );
    assert_eq!(
        verdict(
            &both,
            &Target::tool("shell").with_host("api.stripe.com").unwrap()
        ),
        verdict(&both, &Target::tool("shell"))
    );
    assert_eq!(
        verdict(&both, &Target::tool("stripe")),
        "is restricted to certain hosts, but the target names no host"
    );
    assert_eq!(
        verdict(
            &both,
            &to_stripe().with_url("http://api.stripe.com/v1").unwrap()
        ),
        "is restricted to certain hosts over https, but the target is an http URL"
    );
    assert_eq!(
        verdict(
            &both,
            &to_stripe().with_url("https://api.stripe.com/v1").unwrap()
        ),
        "allowed"
    );
    assert_eq!(
        verdict(
            &both,
            &to_stripe().with_url("https://api.stripe.com:8443").unwrap()
        ),
        "may not go to this host; allowed: *.example.com, api.stripe.com"
    );

    let hosts = AccessRules::new().host("api.stripe.com").unwrap();
    assert_eq!(
        verdict(
            &hosts,
            &Target::unspecified().with_host("api.stripe.com").unwrap()
        ),
        "allowed"
    );
}

#[test]
fn one_surface_of_the_call_must_be_allowed() {
    let rules = AccessRules::new()
        .surface(Surface::Header)
        .surface(Surface::Env);
    assert_eq!(
        rules.surfaces().collect::<Vec<_>>(),
        [Surface::Header, Surface::Env]
    );
    assert_eq!(verdict(&rules, &to_stripe()), "allowed");
    let elsewhere = "may not stand on this surface; allowed: header, env";
    assert_eq!(verdict(&rules, &Target::tool("stripe")), elsewhere);
    let several = |surfaces: &[Surface]| {
        Target::tool("stripe").with_surfaces(surfaces.iter().copied().collect())
    };
    assert_eq!(
        verdict(&rules, &several(&[Surface::Text, Surface::Env])),
        "allowed"
    );
    assert_eq!(
        verdict(&rules, &several(&[Surface::Text, Surface::Url])),
        elsewhere
    );
    assert_eq!(verdict(&rules, &several(&[])), elsewhere);
}

/// A rule of one kind restricts, whichever kind that is.
#[test]
fn each_kind_of_rule_is_a_restriction() {
    let new = AccessRules::new;
    for rules in [
        new().tool("a").unwrap(),
        new().host("a.b").unwrap(),
        new().surface(Surface::Header),
    ] {
        assert!(!rules.is_unrestricted(), "{rules:?}");
        let set = rules.surface_set();
        assert_eq!(set.is_some(), rules.surfaces().next().is_some());
    }
}

#[test]
fn an_unspecified_target_matches_no_rule() {
    let unspecified = Target::unspecified().with_surface(Surface::Header);
    let new = AccessRules::new;
    for rules in [
        new().tool("a*").unwrap(),
        new().host("a.b").unwrap(),
        new().surface(Surface::Header),
    ] {
        assert_eq!(
            verdict(&rules, &unspecified),
            "is restricted by access rules, but the call names no target; name one, e.g. with \
             resolve_for",
            "{rules:?}"
        );
    }
    assert_eq!(
        verdict(&new().surface(Surface::Header), &to_stripe()),
        "allowed"
    );
}

#[test]
fn a_secret_that_is_bound_elsewhere_never_goes_into_instructions() {
    let marked = AccessRules::new().in_instructions(true);
    let (tool, host) = (
        marked.clone().tool("stripe").unwrap(),
        marked.clone().host("api.stripe.com").unwrap(),
    );
    assert_eq!(
        verdict(&tool, &Target::instructions()),
        "is restricted to certain tools, but the target names no tool"
    );
    let unsaid = "is restricted to certain hosts, but the target names no host";
    assert_eq!(verdict(&host, &Target::instructions()), unsaid);
    assert_eq!(verdict(&marked, &Target::instructions()), "allowed");
}

#[test]
fn equal_rules_are_equal_however_they_were_given() {
    let one = AccessRules::new()
        .tool("b")
        .unwrap()
        .tool("a")
        .unwrap()
        .tool("b")
        .unwrap()
        .host("b.c")
        .unwrap()
        .host("a.c");
    let other = AccessRules::new()
        .host("a.c")
        .unwrap()
        .host("b.c")
        .unwrap()
        .tool("a")
        .unwrap()
        .tool("b");
    let (one, other) = (
        one.unwrap().surface(Surface::Url),
        other.unwrap().surface(Surface::Url),
    );
    assert_eq!(one, other);
    let written =
        r#"{"tools":["a","b"],"hosts":["a.c","b.c"],"surfaces":["url"],"instructions":false}"#;
    assert_eq!(serde_json::to_string(&one).unwrap(), written);
    assert_eq!(one.tools().collect::<Vec<_>>(), ["a", "b"]);
    assert_ne!(one, other.clone().in_instructions(true));
    assert_ne!(one, other.surface(Surface::UrlPath));
}

#[test]
fn there_are_32_rules_of_a_kind_at_most() {
    let mut rules = AccessRules::new();
    for number in 0..AccessRules::MAX_RULES {
        rules = rules
            .tool(format!("tool{number}"))
            .unwrap()
            .host(format!("h{number}.example.com"))
            .unwrap();
    }
    assert_eq!((rules.tools().count(), rules.hosts().count()), (32, 32));
    assert_eq!(
        rules
            .clone()
            .tool("tool7")
            .unwrap()
            .host("h7.example.com")
            .unwrap(),
        rules,
        "known ones may come again"
    );
    let error = rules.clone().tool("more").unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::TooLarge,
            "a secret has 32 rules for tools at most"
        )
    );
    let error = rules.host("more.example.com").unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::TooLarge,
            "a secret has 32 rules for hosts at most"
        )
    );
}

#[test]
fn what_was_stored_is_read_in_one_order_only() {
    use Surface::{Header, Url};
    let rules = AccessRules::new()
        .tool("b")
        .unwrap()
        .tool("a*")
        .unwrap()
        .host("b.c")
        .unwrap()
        .host("*.a.c:8443")
        .unwrap();
    let rules = rules.surface(Url).surface(Header).in_instructions(true);
    let (tools, hosts): (Vec<_>, Vec<_>) = (rules.tools().collect(), rules.hosts().collect());
    let surfaces: Vec<_> = rules.surfaces().collect();
    assert_eq!(
        AccessRules::stored(&tools, &hosts, &surfaces, true).as_ref(),
        Some(&rules)
    );
    assert_eq!(
        AccessRules::stored(&[], &[], &[], false),
        Some(AccessRules::new())
    );
    for (tools, hosts, surfaces) in [
        (&["b", "a"][..], &[][..], &[][..]),
        (&["a", "a"], &[], &[]),
        (&["*"], &[], &[]),
        (&[], &["b.c", "a.c"], &[]),
        (&[], &["a.c", "a.c"], &[]),
        (&[], &["A.c"], &[]),
        (&[], &[], &[Url, Header]),
        (&[], &[], &[Url, Url]),
    ] {
        assert_eq!(
            AccessRules::stored(tools, hosts, surfaces, false),
            None,
            "{tools:?} {hosts:?} {surfaces:?}"
        );
    }
    let many: Vec<String> = (10..43).map(|number| format!("t{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(AccessRules::stored(&many[1..], &[], &[], false).is_some());
    assert!(AccessRules::stored(&many, &[], &[], false).is_none());
}
