//! Plans: what they say, and that what they say is done.

use keyslot::{
    Actor, ErrorKind, NamePolicy, OnExisting, Permissions, SecretInput, SecretName, Status,
};
use keyslot_import::{Entries, Importer, Outcome, Plan, Step, Verdict};

use crate::support::{list, project, vault};

/// The words for the verdicts and steps of a plan.
fn told(plan: &Plan) -> Vec<(&'static str, &'static str)> {
    let words = |entry: &keyslot_import::Planned| (entry.verdict.as_str(), entry.step.as_str());
    plan.entries().iter().map(words).collect()
}

/// A project in which `SAME`, `OTHER` and `GONE` exist, the last revoked.
fn filled() -> keyslot::ScopedVault {
    let project = project();
    project.put("SAME", "1").unwrap();
    let input = SecretInput::new("old").description("kept");
    project.put("OTHER", input).unwrap();
    project.put("GONE", "3").unwrap();
    project.revoke("GONE").unwrap();
    project
}

const FILE: &str = "NEW=0\nSAME=1\nOTHER=2\nGONE=3\nEMPTY=\n";

#[test]
fn a_plan_tells_all_and_changes_nothing() {
    let project = filled();
    let before = project.info("OTHER").unwrap();
    let new = ("new", "store");
    let same = ("same", "leave");
    let invalid = ("invalid", "refuse");
    for (rule, other, gone) in [
        (OnExisting::Fail, "refuse", "refuse"),
        (OnExisting::Skip, "leave", "leave"),
        (OnExisting::Version, "store", "refuse"),
        (OnExisting::Replace, "store", "refuse"),
    ] {
        let plan = Importer::new(&project)
            .on_existing(rule)
            .plan(list(FILE))
            .unwrap();
        let expected = [new, same, ("changes", other), ("revoked", gone), invalid];
        assert_eq!(told(&plan), expected, "{rule:?}");
        // It stops before anything is stored.
        let error = plan.apply().unwrap_err();
        assert_eq!(error.imported().stored(), 0);
        assert!(error.entry().is_some());
    }
    assert_eq!(project.info("OTHER").unwrap(), before);
    assert_eq!(project.names().unwrap().len(), 3);
}

#[test]
fn rules_decide_about_names_that_exist() {
    let import = |rule| {
        let project = filled();
        let text = "NEW=0\nSAME=1\nOTHER=2\n";
        let plan = Importer::new(&project)
            .on_existing(rule)
            .plan(list(text))
            .unwrap();
        let done = plan.apply();
        (project, done)
    };
    let (project, failed) = import(OnExisting::Fail);
    let failed = failed.unwrap_err();
    assert_eq!(
        (failed.kind(), failed.entry()),
        (ErrorKind::Conflict, Some(2))
    );
    assert_eq!(failed.error().name(), Some("OTHER"));
    assert!(project.matches("OTHER", "old").unwrap() && project.info("NEW").is_err());

    let (project, done) = import(OnExisting::Skip);
    let outcomes: Vec<Outcome> = done
        .unwrap()
        .entries()
        .iter()
        .map(|one| one.outcome)
        .collect();
    assert_eq!(outcomes, [Outcome::Stored, Outcome::Left, Outcome::Left]);
    assert!(project.matches("OTHER", "old").unwrap() && project.matches("NEW", "0").unwrap());

    let (project, done) = import(OnExisting::Version);
    assert_eq!(
        (done.as_ref().unwrap().stored(), done.unwrap().purge()),
        (2, None)
    );
    let info = project.info("OTHER").unwrap();
    assert_eq!(
        (info.versions.len(), info.description.as_str()),
        (2, "kept")
    );

    let (project, done) = import(OnExisting::Replace);
    assert!(done.unwrap().purge().is_some());
    let info = project.info("OTHER").unwrap();
    assert_eq!((info.versions.len(), info.description.as_str()), (1, ""));
    assert!(project.matches("OTHER", "2").unwrap());
}

#[test]
fn a_revoked_name_stays_revoked() {
    let project = filled();
    for rule in [OnExisting::Fail, OnExisting::Version, OnExisting::Replace] {
        let plan = Importer::new(&project)
            .on_existing(rule)
            .plan(list("GONE=4"))
            .unwrap();
        assert_eq!(plan.apply().unwrap_err().kind(), ErrorKind::Revoked);
    }
    let plan = Importer::new(&project)
        .on_existing(OnExisting::Skip)
        .plan(list("GONE=4"));
    assert_eq!(plan.unwrap().apply().unwrap().stored(), 0);
    assert_eq!(project.info("GONE").unwrap().status, Status::Revoked);
}

#[test]
fn a_second_import_of_a_file_changes_nothing() {
    let project = project();
    let text = "A=1\nB='two words'\nstripe/key=3\n";
    let import = |rule| {
        let importer = Importer::new(&project).take_proposals().on_existing(rule);
        importer.plan(list(text)).unwrap().apply().unwrap()
    };
    assert_eq!(import(OnExisting::Fail).stored(), 3);
    let before: Vec<_> = project.list().map(Result::unwrap).collect();
    for rule in [
        OnExisting::Fail,
        OnExisting::Skip,
        OnExisting::Version,
        OnExisting::Replace,
    ] {
        let again = import(rule);
        assert_eq!((again.stored(), again.count(Outcome::Left)), (0, 3));
        assert!(again.is_whole());
    }
    let after: Vec<_> = project.list().map(Result::unwrap).collect();
    assert_eq!(before, after, "not even a revision");
}

#[test]
fn a_secret_that_changes_after_the_plan_is_not_overwritten() {
    let project = filled();
    let plan = |text| {
        Importer::new(&project)
            .on_existing(OnExisting::Version)
            .plan(list(text))
            .unwrap()
    };
    let (changes, new, same) = (plan("OTHER=2"), plan("NEW=0"), plan("SAME=1\nMORE=1"));
    for name in ["OTHER", "NEW"] {
        project.put(name, "of somebody else").unwrap();
    }
    project.put("SAME", "of somebody else").unwrap();
    for plan in [changes, new] {
        let error = plan.apply().unwrap_err();
        assert_eq!(
            (error.kind(), error.entry()),
            (ErrorKind::Conflict, Some(0))
        );
    }
    assert!(project.matches("OTHER", "of somebody else").unwrap());
    assert!(project.matches("NEW", "of somebody else").unwrap());
    // What the plan leaves out is not looked at again.
    assert_eq!(same.apply().unwrap().stored(), 1);
    assert!(project.matches("SAME", "of somebody else").unwrap());
}

#[test]
fn names_are_mapped_by_policy_and_by_hand() {
    let project = project();
    let importer = Importer::new(&project).names(NamePolicy::upper_snake());
    let text = "stripe-key=1\nCRM=2\nschlüssel=3\n";
    let plan = importer.plan(list(text)).unwrap();
    let proposals: Vec<Option<String>> = plan
        .entries()
        .iter()
        .map(|entry| match &entry.verdict {
            Verdict::Invalid { proposed, .. } => proposed.as_ref().map(ToString::to_string),
            _ => None,
        })
        .collect();
    assert_eq!(proposals, [Some("STRIPE_KEY".to_owned()), None, None]);
    assert_eq!(
        told(&plan),
        [
            ("invalid", "refuse"),
            ("new", "store"),
            ("invalid", "refuse")
        ]
    );

    let key = SecretName::new("SCHLUESSEL").unwrap();
    let importer = importer.take_proposals().rename("schlüssel", key);
    let plan = importer.plan(list(text)).unwrap();
    let renamed: Vec<bool> = plan
        .entries()
        .iter()
        .map(|entry| entry.is_renamed)
        .collect();
    assert_eq!(renamed, [true, false, true]);
    plan.apply().unwrap();
    let info = project.info("SCHLUESSEL").unwrap();
    assert_eq!(info.metadata["imported_name"], "schlüssel");
    assert!(project.info("CRM").unwrap().metadata.is_empty());

    // One that the file does not have is a mistake.
    let importer = Importer::new(&project).rename("CMR", SecretName::new("X").unwrap());
    assert_eq!(
        importer.plan(list("CRM=1")).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
    // And the policy holds for what a person names.
    let importer = Importer::new(&project).names(NamePolicy::upper_snake());
    let importer = importer.rename("CRM", SecretName::new("crm").unwrap());
    assert_eq!(
        told(&importer.plan(list("CRM=2")).unwrap()),
        [("invalid", "refuse")]
    );
}

#[test]
fn two_names_that_become_one_stop_the_import() {
    let project = project();
    let importer = Importer::new(&project)
        .names(NamePolicy::upper_snake())
        .take_proposals();
    let plan = importer.plan(list("A_B=1\na-b=2\nC=3")).unwrap();
    let expected = [
        ("invalid", "refuse"),
        ("invalid", "refuse"),
        ("new", "store"),
    ];
    assert_eq!(told(&plan), expected);
    let error = plan.apply().unwrap_err().to_string();
    assert!(
        error.contains("more than one entry becomes the secret A_B"),
        "{error}"
    );
    assert!(project.names().unwrap().is_empty());
    // Neither is chosen, also where invalid ones are left out.
    let done = importer
        .leave_invalid()
        .plan(list("A_B=1\na-b=2\nC=3"))
        .unwrap()
        .apply()
        .unwrap();
    assert_eq!(done.stored(), 1);
    assert!(project.info("A_B").is_err());
}

#[test]
fn values_that_no_vault_takes_are_invalid() {
    let project = project();
    let fits = "x".repeat(65_536);
    let text = format!("EMPTY=\nLONG={fits}x\nFITS={fits}\n");
    let plan = Importer::new(&project).plan(list(&text)).unwrap();
    let steps: Vec<Step> = plan.entries().iter().map(|entry| entry.step).collect();
    assert_eq!(steps, [Step::Refuse, Step::Refuse, Step::Store]);
    let error = plan.apply().unwrap_err();
    assert_eq!(
        (error.kind(), error.entry()),
        (ErrorKind::InvalidValue, Some(0))
    );
    let importer = Importer::new(&project).leave_invalid();
    assert_eq!(
        importer
            .plan(list(&text))
            .unwrap()
            .apply()
            .unwrap()
            .stored(),
        1
    );
}

#[test]
fn scopes_of_json_are_below_the_import() {
    let vault = vault();
    let actor = Actor::new("user:ada").unwrap();
    let acme = vault.scope("acme").unwrap().acting_as(actor.clone());
    let file = || {
        let text =
            br#"{"ROOT": "0", "billing": {"KEY": "1", "eu": {"KEY": "2"}}, "x": {"KEY": "3"}}"#;
        Entries::json(text).unwrap()
    };
    let error = Importer::new(&acme).plan(file()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidScope);
    assert!(acme.names().unwrap().is_empty());

    let done = Importer::new(&acme)
        .below(&vault)
        .plan(file())
        .unwrap()
        .apply()
        .unwrap();
    assert_eq!(done.stored(), 4);
    for (scope, value) in [
        ("acme/billing", "1"),
        ("acme/billing/eu", "2"),
        ("acme/x", "3"),
    ] {
        let scope = vault.scope(scope).unwrap();
        assert!(scope.matches("KEY", value).unwrap());
        assert_eq!(scope.info("KEY").unwrap().created_by, Some(actor.clone()));
    }
    // The same name in two scopes is no twin, and a bad scope is refused without repeating it.
    let file = Entries::json(br#"{"../other": {"KEY": "1"}}"#).unwrap();
    let error = Importer::new(&acme).below(&vault).plan(file).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidScope);
    assert!(!error.to_string().contains("other"), "{error}");
}

#[test]
fn an_import_needs_its_permissions() {
    let vault = vault();
    let acme = vault.scope("acme").unwrap();
    for permissions in [Permissions::MANAGE, Permissions::READ, Permissions::ALL] {
        let handle = acme.with(permissions);
        let plan = Importer::new(&handle).plan(list("A=1"));
        match plan {
            Ok(_) => assert_eq!(permissions, Permissions::ALL, "the control"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Denied),
        }
    }
    // Scopes below get no more than the handle has.
    let handle = acme.with(Permissions::READ | Permissions::MANAGE);
    let file = Entries::json(br#"{"billing": {"KEY": "1"}}"#).unwrap();
    assert!(
        Importer::new(&handle)
            .below(&vault)
            .plan(file)
            .unwrap()
            .apply()
            .is_ok()
    );
}

#[test]
fn lists_of_json_bring_descriptions() {
    let project = project();
    let text = br#"[{"name": "A", "value": "1", "description": "live mode"},
                    {"name": "B", "value": "2"}]"#;
    let file = Entries::json(text).unwrap();
    Importer::new(&project).plan(file).unwrap().apply().unwrap();
    assert_eq!(project.info("A").unwrap().description, "live mode");
    assert_eq!(project.info("B").unwrap().description, "");
}

#[test]
fn plans_and_entries_show_no_value_and_no_name_of_the_file() {
    let project = project();
    let text = "stripe/key=hunter2-value\nOTHER='hunter2 value'\n";
    let entries = list(text);
    let shown = format!("{entries:?} {:?}", entries.iter().next());
    assert!(
        !shown.contains("hunter2") && !shown.contains("stripe"),
        "{shown}"
    );
    let importer = Importer::new(&project);
    let plan = importer.plan(entries).unwrap();
    let shown = format!("{importer:?} {plan:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("stripe/key"),
        "{shown}"
    );
    assert!(shown.contains("OTHER"), "the control");
    let error = plan.apply().unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("stripe/key"),
        "{shown}"
    );
}

fn entry(name: &str, value: &str, comment: &str) -> serde_json::Value {
    serde_json::json!({ "name": name, "value": value, "comment": comment })
}

#[test]
fn texts_that_no_vault_takes_are_told_before_anything_is_stored() {
    let long = "x".repeat(4097);
    let credential = format!("see ghp_{}", "0123456789abcdefghijABCDEFGHIJ01234567");
    let file = serde_json::json!([
        entry("FINE", "1", "one line"),
        entry("LINES", "1", "two\nlines"),
        entry("LONG", "1", &long),
        entry("LIKE", "1", &credential),
        entry("TOLD", "a value", "it is a value of ours"),
        entry("A\tB", "1", ""),
        entry("db/password", "password", ""),
    ]);
    let entries = || Entries::json(file.to_string().as_bytes()).unwrap();
    let project = project();
    let mut importer = Importer::new(&project).take_proposals();
    let plan = importer.plan(entries()).unwrap();
    let refused = ("invalid", "refuse");
    let found = told(&plan);
    assert_eq!(found[0], ("new", "store"), "the control");
    assert_eq!(
        found[1..],
        [
            refused,
            refused,
            refused,
            ("new", "store"),
            refused,
            refused
        ]
    );
    let error = plan.apply().unwrap_err();
    assert_eq!(
        (error.kind(), error.entry()),
        (ErrorKind::InvalidInput, Some(1))
    );
    // What the plan says is what is done.
    importer = importer.leave_invalid();
    assert_eq!(
        importer.plan(entries()).unwrap().apply().unwrap().stored(),
        2
    );
    // The control: the vault itself refuses each.
    for (name, value, text) in [
        ("LINES", "1", "two\nlines"),
        ("LONG", "1", &long),
        ("LIKE", "1", &credential),
        ("TOLD", "password", "db/password"),
    ] {
        let input = SecretInput::new(value).description(text);
        let error = project.put(name, input).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}");
    }
}
