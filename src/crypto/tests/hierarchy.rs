//! From the root key down: what each key opens, and what it does not.

use super::super::{
    DataKeyRecord, DataKeyState, Envelope, Head, Header, Info, InfoPlace, Kdf, KeyId, KeySlot,
    KeySlotDirectory, KeySlotEntry, PreviousKey, RootKey, RowAccount, SealedInfo, SubKeys,
    SymmetricKey, Timestamp, VaultKey,
};
use super::{Vault, info};
use crate::error::ErrorKind;
use crate::name::SecretName;
use crate::record::{RecordId, Revision, Version};
use crate::scope::Scope;

#[test]
fn a_root_key_fits_its_slot_of_its_vault_only() {
    let (header, root_key) = (Header::generate().unwrap(), RootKey::generate().unwrap());
    let (id, other_id) = (KeyId::generate().unwrap(), KeyId::generate().unwrap());
    let keys = root_key.key_slot_keys(&header, id, &Kdf::Raw).unwrap();
    let slot = KeySlot {
        kdf: Kdf::Raw,
        check: keys.check,
    };
    let vault_key = VaultKey::generate().unwrap();
    let body = keys.wrap_vault_key(&header, &vault_key).unwrap();

    let again = root_key.key_slot_keys(&header, id, &Kdf::Raw).unwrap();
    assert!(again.fit(&slot));
    assert_eq!(
        again.unwrap_vault_key(&header, &body).unwrap().id(),
        vault_key.id()
    );

    let changed = |change: fn(&mut Header)| {
        let mut header = header;
        change(&mut header);
        root_key.key_slot_keys(&header, id, &Kdf::Raw).unwrap()
    };
    let others = [
        (
            "root key",
            RootKey::generate()
                .unwrap()
                .key_slot_keys(&header, id, &Kdf::Raw)
                .unwrap(),
        ),
        (
            "slot",
            root_key
                .key_slot_keys(&header, other_id, &Kdf::Raw)
                .unwrap(),
        ),
        ("vault", changed(|header| header.vault_id[0] ^= 1)),
        ("format", changed(|header| header.format = 2)),
        ("suite", changed(|header| header.suite = 2)),
    ];
    for (what, keys) in others {
        assert!(!keys.fit(&slot), "another {what}");
        assert_eq!(
            keys.unwrap_vault_key(&header, &body).unwrap_err().kind(),
            ErrorKind::Corrupt,
            "another {what}"
        );
    }
}

#[test]
fn a_vault_key_unwraps_what_it_wrapped() {
    let header = Header::generate().unwrap();
    let (vault_key, other) = (VaultKey::generate().unwrap(), VaultKey::generate().unwrap());
    let secret = SymmetricKey::generate().unwrap();
    let body = vault_key.wrap_vault_secret(&header, &secret).unwrap();
    assert_eq!(
        vault_key
            .unwrap_vault_secret(&header, &body)
            .unwrap()
            .expose(),
        secret.expose()
    );
    assert_eq!(
        other
            .unwrap_vault_secret(&header, &body)
            .unwrap_err()
            .kind(),
        ErrorKind::Corrupt
    );

    let slot = KeySlotEntry::new(
        KeyId([1; 16]),
        &Kdf::Raw,
        "",
        Timestamp::of_micros(1).unwrap(),
        b"info",
        b"body",
    );
    assert!(
        slot.is_of(b"info", b"body")
            && !slot.is_of(b"infobody", b"")
            && !slot.is_of(b"body", b"info")
    );
    let directory = KeySlotDirectory::first(slot);
    let sealed = vault_key
        .seal_key_slot_directory(&header, &directory)
        .unwrap();
    assert_eq!(
        vault_key.open_key_slot_directory(&header, &sealed).unwrap(),
        directory
    );
    let of_others = [
        other.open_key_slot_directory(&header, &sealed),
        vault_key.open_key_slot_directory(&header, &body),
    ];
    for outcome in of_others {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Corrupt);
    }

    let key = SymmetricKey::generate().unwrap();
    let active = DataKeyRecord {
        state: DataKeyState::Active,
        generation: 3,
        tenant: "acme".to_owned(),
        made_at: None,
    };
    let sealed = vault_key.seal_data_key(&header, key.id(), &active).unwrap();
    let body = vault_key.wrap_data_key(&header, &active, &key).unwrap();
    assert_eq!(
        vault_key.open_data_key(&header, key.id(), &sealed).unwrap(),
        active
    );
    assert!(
        vault_key
            .open_data_key(&header, KeyId::generate().unwrap(), &sealed)
            .is_err()
    );

    let unwrap =
        |data_key: &DataKeyRecord| vault_key.unwrap_data_key(&header, key.id(), data_key, &body);
    assert_eq!(unwrap(&active).unwrap().expose(), key.expose());
    assert!(
        unwrap(&DataKeyRecord {
            state: DataKeyState::OpenOnly,
            ..active.clone()
        })
        .is_ok(),
        "a state may change"
    );
    assert!(
        unwrap(&DataKeyRecord {
            state: DataKeyState::Destroyed,
            ..active.clone()
        })
        .is_err()
    );
    assert!(
        unwrap(&DataKeyRecord {
            generation: 4,
            ..active.clone()
        })
        .is_err()
    );
    assert!(
        unwrap(&DataKeyRecord {
            tenant: "acm".to_owned(),
            ..active
        })
        .is_err()
    );
}

#[test]
fn a_vault_key_unwraps_those_before_it() {
    let header = Header::generate().unwrap();
    let (vault_key, other) = (VaultKey::generate().unwrap(), VaultKey::generate().unwrap());
    let made_at = Timestamp::of_micros(1).unwrap();
    let previous = vault_key.wrap_previous(&header, &other, made_at).unwrap();
    let opened = vault_key.unwrap_previous(&header, &previous).unwrap();
    assert!(opened.is(&other) && !opened.is(&vault_key));
    let renamed = PreviousKey {
        id: KeyId([7; 16]),
        ..previous.clone()
    };
    for outcome in [
        other.unwrap_previous(&header, &previous),
        vault_key.unwrap_previous(&header, &renamed),
        vault_key.unwrap_previous(&Header::generate().unwrap(), &previous),
    ] {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Corrupt);
    }
}

#[test]
fn an_info_opens_in_its_row_only_and_names_its_value() {
    let Vault {
        header,
        sub_keys,
        data_key,
    } = Vault::new();
    let mut info = info();
    let version = Version::new(4).unwrap();
    let value = info
        .seal_value(&header, version, &data_key, b"value")
        .unwrap();
    info.versions[1].commitment = *Envelope::parse(&value).unwrap().commitment();
    let place = InfoPlace {
        row_key: sub_keys.row_key(&sub_keys.scope_tag(&info.scope), &info.scope, &info.name),
        epoch: 7,
    };
    let sealed = info.seal(&header, &place, &data_key).unwrap();
    let open = |place: &InfoPlace, sealed: &[u8]| -> crate::Result<Info> {
        let sealed = SealedInfo::parse(sealed)?;
        let opened = sealed.open(&header, place, &data_key, None)?;
        let other = SecretName::new("OTHER").unwrap();
        for expected in [(&info.scope, &info.name), (&info.scope, &other)] {
            let again = sealed.open(&header, place, &data_key, Some(expected))?;
            assert_eq!(again, opened, "whatever was expected");
        }
        Ok(opened)
    };
    assert_eq!(open(&place, &sealed).unwrap(), info);
    assert_eq!(SealedInfo::parse(&sealed).unwrap().key_id(), data_key.id());

    let mut row_key = place.row_key;
    row_key[31] ^= 1;
    assert!(open(&InfoPlace { row_key, ..place }, &sealed).is_err());
    row_key = place.row_key;
    row_key[0] ^= 1;
    assert!(
        open(&InfoPlace { row_key, ..place }, &sealed).is_err(),
        "another scope"
    );
    assert!(open(&InfoPlace { epoch: 6, ..place }, &sealed).is_err());
    let mut other_record = sealed.clone();
    other_record[0] ^= 1;
    assert!(open(&place, &other_record).is_err());
    assert_eq!(
        open(&place, &sealed[..15]).unwrap_err().kind(),
        ErrorKind::Corrupt
    );

    let open = |version, envelope: &[u8]| {
        let envelope = Envelope::parse(envelope).unwrap();
        info.open_value(&header, version, &data_key, &envelope)
    };
    assert_eq!(**open(version, &value).unwrap(), *b"value");
    let same_again = info
        .seal_value(&header, version, &data_key, b"value")
        .unwrap();
    assert_eq!(
        open(version, &same_again).unwrap_err().kind(),
        ErrorKind::Corrupt,
        "authentic, but not the one it names"
    );
    assert!(
        open(Version::new(2).unwrap(), &value).is_err(),
        "a value of another version"
    );
    assert!(
        open(Version::new(3).unwrap(), &value).is_err(),
        "a version that is not kept"
    );
}

#[test]
fn a_head_opens_for_its_tenant_only() {
    let Vault {
        sub_keys, data_key, ..
    } = Vault::new();
    let entry =
        sub_keys.accumulator_entry(RecordId::from_bytes([1; 16]), Revision::new(1), &[2; 32]);
    let mut head = Head {
        tenant: "acme".to_owned(),
        epoch: 5,
        live: 1,
        tombstones: 0,
        accumulator: [0; 32],
        active_key: data_key.id(),
        erased_before: 0,
        log: None,
        documents: RowAccount::default(),
        usage: RowAccount::default(),
    };
    head.toggle(&entry);
    assert_eq!(head.accumulator, entry);
    let sealed = head.seal(&sub_keys, &sub_keys.tenant_tag("acme")).unwrap();
    assert_eq!(
        Head::open(&sub_keys, &sub_keys.tenant_tag("acme"), &sealed).unwrap(),
        head
    );
    assert!(Head::open(&sub_keys, &sub_keys.tenant_tag("acm"), &sealed).is_err());
    assert!(
        Head::open(
            &Vault::new().sub_keys,
            &sub_keys.tenant_tag("acme"),
            &sealed
        )
        .is_err()
    );
    head.toggle(&entry);
    assert_eq!(head.accumulator, [0; 32]);
}

#[test]
fn hashes_differ_in_every_input_and_every_vault() {
    let (vault, other) = (Vault::new(), Vault::new());
    let hashes = |keys: &SubKeys, scope: &str, name: &str, number: u64| {
        let (scope, name) = (Scope::new(scope).unwrap(), SecretName::new(name).unwrap());
        let record = RecordId::from_bytes([number.to_be_bytes()[7]; 16]);
        let wide = |tag: [u8; 16]| [tag, [0; 16]].concat();
        [
            keys.row_key(&[0; 16], &scope, &name)[16..].to_vec(),
            keys.version_key(&[0; 16], &scope, &name, Version::new(number).unwrap())[16..].to_vec(),
            wide(keys.scope_tag(&scope)),
            wide(keys.tenant_tag(scope.tenant())),
            keys.accumulator_entry(record, Revision::new(number), &[3; 32])
                .to_vec(),
            keys.fingerprint(scope.tenant(), name.as_str().as_bytes())
                .as_bytes()
                .to_vec(),
        ]
    };
    let (scope, name, tag) = (
        Scope::new("acme/b").unwrap(),
        SecretName::new("NAME").unwrap(),
        [7; 16],
    );
    let keys = [
        vault.sub_keys.row_key(&tag, &scope, &name),
        vault
            .sub_keys
            .version_key(&tag, &scope, &name, Version::new(1).unwrap()),
    ];
    assert!(
        keys.iter().all(|key| key.starts_with(&tag)) && keys[0] != keys[1],
        "rows of a scope lie side by side"
    );
    let base = hashes(&vault.sub_keys, "acme/b", "NAME", 1);
    assert_eq!(base, hashes(&vault.sub_keys, "acme/b", "NAME", 1));
    let differ = |other: [Vec<u8>; 6]| std::array::from_fn::<_, 6, _>(|at| base[at] != other[at]);
    assert_eq!(
        differ(hashes(&vault.sub_keys, "acme/b", "NAMF", 1)),
        [true, true, false, false, false, true]
    );
    assert_eq!(
        differ(hashes(&vault.sub_keys, "acme/c", "NAME", 1)),
        [true, true, true, false, false, false]
    );
    assert_eq!(
        differ(hashes(&vault.sub_keys, "acm/b", "NAME", 1)),
        [true, true, true, true, false, true]
    );
    assert_eq!(
        differ(hashes(&vault.sub_keys, "acme/b", "NAME", 2)),
        [false, true, false, false, true, false]
    );
    assert_eq!(
        differ(hashes(&other.sub_keys, "acme/b", "NAME", 1)),
        [true; 6]
    );

    // A tenant is also a scope; what differs is the label.
    let acme = hashes(&vault.sub_keys, "acme", "NAME", 1);
    assert_ne!(acme[2], acme[3]);
    let moved = |scope: &str, name: &str| hashes(&vault.sub_keys, scope, name, 1)[0].clone();
    assert_ne!(moved("acme/x", "yNAME"), moved("acme/xy", "NAME"));
}

#[test]
fn row_keys_of_names_are_the_name_and_zeros() {
    let id = KeyId::generate().unwrap();
    assert_eq!(KeyId::from_row_key(&id.row_key()).unwrap(), id);
    let mut key = id.row_key();
    key[16] = 1;
    assert_eq!(
        KeyId::from_row_key(&key).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
}

#[test]
fn nothing_prints_a_key() {
    let vault = Vault::new();
    let (header, root_key, vault_key) = (
        vault.header,
        RootKey::generate().unwrap(),
        VaultKey::generate().unwrap(),
    );
    let keys = root_key
        .key_slot_keys(&header, KeyId::generate().unwrap(), &Kdf::Raw)
        .unwrap();
    let printed = format!(
        "{:?} {root_key:?} {keys:?} {:?} {vault_key:?}",
        vault.data_key, vault.sub_keys
    );
    assert_eq!(printed.matches("[REDACTED]").count(), 5);
    let hex = |bytes: &[u8]| base16ct::lower::encode_string(bytes);
    for key in [
        vault.data_key.expose(),
        root_key.expose(),
        keys.kek.expose(),
        vault.sub_keys.head_key().expose(),
    ] {
        assert!(!printed.contains(&hex(&key[..4])));
        assert!(!printed.contains(&format!("{:?}", &key[..4]).replace(['[', ']'], "")));
    }
    assert!(
        printed.contains(&hex(&vault.data_key.id().0)),
        "the name of a key is no secret"
    );
}
