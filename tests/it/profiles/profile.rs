//! The profiles and sets of them, with what the generators make texts of.

use keyslot::template::Syntax;

use super::dialect::{BUILT, Bare, Dialect, Escape, Intent, Profile, SecretNames};

pub(crate) fn angle() -> Profile {
    let (prefix, bare, intent) = (Some("$secret."), Bare::Identifier, Intent::Angle);
    let dialect = Dialect {
        open: "<<",
        close: ">>",
        prefix,
        bare,
        intent,
        ..BUILT
    };
    Profile::known("angle", Syntax::angle(), &[dialect])
        .examples(
            "<<$secret.A>>¦<< $secret.My Key >>¦<<$secret.A@3|trim>>¦<<A>>¦<< A >>¦<<a_1@3>>¦<<A|trim|trim>>¦<<!A>>",
        )
        .parts(
            "$secret¦$SECRET.¦<<!!$secret.A>>¦<<$env.HOME>>¦<<$secret.a.b-c|get:/a>>¦<< $Secret.A >>¦<<A|nope>>¦$env.",
        )
        .few("<<¦!¦A¦ ¦>>¦$secret.")
}

pub(crate) fn mustache() -> Profile {
    let (prefix, bare, escape) = (Some("$secret."), Bare::Upper, Escape::Before('\\'));
    let dialect = Dialect {
        open: "{{",
        close: "}}",
        prefix,
        bare,
        escape,
        comments: true,
        ..BUILT
    };
    Profile::known("mustache", Syntax::mustache(), &[dialect])
        .examples(
            "{{$secret.A}}¦{{ $secret.My Key }}¦{{$secret.A@3|trim}}¦{{A}}¦{{ A_1 }}¦{{A@3}}¦{{A|trim|trim}}¦\\{{A}}",
        )
        .parts(
            "{{!¦{{!--¦--}}¦!--¦--¦\\\\{{$secret.A}}¦{{!A}}¦{{! {{A}} }}¦{{!-- {{A}} --}}¦{{A|nope}}¦{{{A}}}¦$Secret.",
        )
        .few("{{¦\\¦A¦ ¦}}¦$secret.¦!--")
}

pub(crate) fn julep() -> Profile {
    let (prefix, secret_names, escape) = (Some("secrets."), SecretNames::Identifier, Escape::None);
    let intent = Intent::None;
    let double = Dialect {
        open: "{{",
        close: "}}",
        prefix,
        secret_names,
        escape,
        extras: false,
        intent,
        ..BUILT
    };
    let single = Dialect {
        open: "{",
        close: "}",
        ..double
    };
    let profile = Profile::known("julep", Syntax::julep(), &[double, single])
        .examples("{secrets.a}¦{{secrets.a}}¦{{ secrets.a_1 }}¦{\tsecrets.a }¦$ secrets.name¦$  secrets.a ¦$ f\"{secrets.a}\"")
        .parts("$ ¦f\"¦f'¦\"¦'¦secrets.a¦{secrets.a.b}¦$ f'x {secrets.a}{{}} {secrets.b}' ¦$ f\"é{{{ secrets.a }}}\"")
        .few("{¦}¦secrets.¦a¦ ¦$ ");
    Profile {
        julep: true,
        ..profile
    }
}

/// Julep again, of which every short f-string is tried.
pub(crate) fn f_strings() -> Profile {
    let profile = julep().examples(
        "$ f\"{secrets.a}\"¦$ f'x {secrets.a}{{}} {secrets.b}' ¦$ f\"é{{{ secrets.a }}}\"¦$ f'\"{secrets.a}'",
    );
    Profile {
        name: "f-strings".to_owned(),
        ..profile.few("$ f'¦{¦}¦secrets.a¦'¦\\")
    }
}

pub(crate) fn uri() -> Profile {
    let profile = Profile::known("uri", Syntax::uri(), &[])
        .examples(
            "secret://A¦secret://a.b-c_1@3¦secret://0¦ secret://A¦SECRET://x¦Bearer secret://A",
        )
        .parts("secret://¦secret:¦/¦//¦secret")
        .few("secret://¦A¦@¦3¦ ¦-");
    Profile {
        uri: true,
        ..profile
    }
}

/// `${{ secrets.NAME }}`, as GitHub Actions writes it.
pub(crate) fn actions() -> Profile {
    let dialect = Dialect {
        open: "${{",
        close: "}}",
        prefix: Some("secrets."),
        ..BUILT
    };
    let profile = Profile::built("${{ secrets.NAME }}", dialect).unwrap();
    profile
        .examples("${{ secrets.A }}¦${{secrets.A}}¦${{secrets.my key@3|trim}}¦${{!secrets.A}}¦$${{ secrets.A }}")
        .parts("${{ secrets.A|nope }}¦${{ github.ref }}¦${{!!secrets.A}}¦$¦{{¦{")
        .few("${{¦$¦secrets.¦A¦!¦}}")
}

/// `{{secret:NAME}}`.
pub(crate) fn colon() -> Profile {
    let dialect = Dialect {
        open: "{{",
        close: "}}",
        prefix: Some("secret:"),
        ..BUILT
    };
    let profile = Profile::built("{{secret:NAME}}", dialect).unwrap();
    profile
        .examples("{{secret:A}}¦{{ secret:My Key }}¦{{secret:A@3|trim}}¦{{!secret:A}}¦{{!!secret:A}}¦{{{secret:A}}}")
        .parts("{{secret:A|nope}}¦{{secret:A|get:/a}}¦secret¦:")
        .few("{{¦!¦secret:¦A¦ ¦}}")
}

/// `@@secret:NAME@@`, whose mark begins as a pin does.
pub(crate) fn ats() -> Profile {
    let dialect = Dialect {
        open: "@@",
        close: "@@",
        prefix: Some("secret:"),
        ..BUILT
    };
    let profile = Profile::built("@@secret:NAME@@", dialect).unwrap();
    profile
        .examples(
            "@@secret:A@@¦@@ secret:My Key @@¦@@secret:A@3@@¦@@secret:A@3|trim@@¦@@!secret:A@@",
        )
        .parts("@@secret:A|nope@@¦@@secret:A|get:/a@@¦@3@@")
        .few("@@¦@¦secret:¦A¦3¦!")
}

/// `${NAME}`, with the escape of shells and Compose.
pub(crate) fn shell() -> Profile {
    let (bare, escape) = (Bare::Identifier, Escape::Before('$'));
    let dialect = Dialect {
        open: "${",
        close: "}",
        bare,
        escape,
        ..BUILT
    };
    let profile = Profile::built("${NAME}", dialect).unwrap();
    profile
        .examples("${A}¦${ a_1 }¦${A@3}¦${A|trim}¦$${A}¦$$${A}¦$$$${A}")
        .parts("${A|nope}¦${A:-x}¦${A|get:/a}¦$$¦$${")
        .few("${¦$¦A¦}¦ ¦|trim")
}

/// `<|secret|>NAME<|secret|>`, which opens and closes alike.
pub(crate) fn pipes() -> Profile {
    let dialect = Dialect {
        open: "<|secret|>",
        close: "<|secret|>",
        bare: Bare::Identifier,
        ..BUILT
    };
    let profile = Profile::built("<|secret|>NAME<|secret|>", dialect).unwrap();
    profile
        .examples("<|secret|>A<|secret|>¦<|secret|> a_1 <|secret|>¦<|secret|>A@3|trim<|secret|>¦<|secret|>!A<|secret|>")
        .parts("<|¦|>¦secret¦<|secret|>A<|secret|>B<|secret|>¦<|secret|>A|nope<|secret|>")
        .few("<|secret|>¦A¦ ¦!¦|¦trim")
}

/// `§§secret(NAME)`, marks beyond ASCII.
pub(crate) fn signs() -> Profile {
    let dialect = Dialect {
        open: "§§secret(",
        close: ")",
        bare: Bare::Identifier,
        ..BUILT
    };
    let profile = Profile::built("§§secret(NAME)", dialect).unwrap();
    profile
        .examples(
            "§§secret(A)¦§§secret( a_1 )¦§§secret(A@3)¦§§secret(A|trim)¦§§secret(!A)¦§§§secret(A)",
        )
        .parts("§§secret(A|nope)¦§§secret(A|get:/a)¦§§¦secret(¦(")
        .few("§§secret(¦§¦A¦)¦ ¦!")
}

/// The same text read as marks and a prefix, so that what begins so is an error.
pub(crate) fn signs_with_prefix() -> Profile {
    let dialect = Dialect {
        open: "§§",
        close: ")",
        prefix: Some("secret("),
        ..BUILT
    };
    let profile = Profile::built("§§ secret(NAME)", dialect).unwrap();
    Profile {
        examples: signs().examples,
        parts: signs().parts,
        ..profile.few("§§¦§¦secret(¦A¦)¦!")
    }
}

/// A prefix that begins as a bare name with a pin does, and an escape of its own.
pub(crate) fn brackets() -> Profile {
    let (prefix, bare, escape) = (Some("s@"), Bare::Identifier, Escape::After('#'));
    let dialect = Dialect {
        open: "[[",
        close: "]]",
        prefix,
        bare,
        escape,
        ..BUILT
    };
    let profile = Profile::built("[[s@NAME]] [[NAME]]", dialect).unwrap();
    profile
        .examples(
            "[[A]]¦[[s@A]]¦[[s]]¦[[ s@2 ]]¦[[s@A@3|trim]]¦[[#A]]¦[[##s@A]]¦[[t@2]]¦[[A|nope]]",
        )
        .parts("s¦t@¦[[#")
        .few("[[¦#¦s¦@¦2¦]]¦ ")
}

/// Marks, capitals only, no prefix and no escape.
pub(crate) fn words() -> Profile {
    let dialect = Dialect {
        open: "$ENC[",
        close: "]",
        bare: Bare::Upper,
        escape: Escape::None,
        ..BUILT
    };
    let profile = Profile::built("$ENC[NAME]", dialect).unwrap();
    profile
        .examples("$ENC[A]¦$ENC[ A_1 ]¦$ENC[A@3]¦$ENC[A|trim]¦$ENC[!A]¦$ENC[A|nope]")
        .parts("$ENC[!¦ENC[")
        .few("$ENC[¦A¦a¦]¦ ¦@3")
}

/// Each profile alone.
pub(crate) fn single() -> Vec<Profile> {
    let built = [
        actions(),
        colon(),
        ats(),
        shell(),
        pipes(),
        signs(),
        signs_with_prefix(),
        brackets(),
        words(),
    ];
    [angle(), mustache(), julep(), f_strings(), uri()]
        .into_iter()
        .chain(built)
        .collect()
}

/// Sets of profiles whose rules meet.
pub(crate) fn combined() -> Vec<Profile> {
    vec![
        angle().and(mustache()).few("<<¦{{¦A¦}}¦>>¦!¦\\"),
        angle()
            .and(mustache())
            .and(julep())
            .and(uri())
            .few("{¦}¦secrets.¦A¦\\¦!"),
        mustache().and(actions()).few("$¦{{¦\\¦A¦}}¦ secrets."),
        mustache().and(colon()).few("{{¦!¦\\¦A¦secret:¦}}"),
        colon().and(mustache()).few("{{¦!¦--¦A¦secret:¦}}"),
        shell().and(actions()).few("$¦{¦}¦secrets.¦A¦!"),
        julep()
            .and(actions())
            .and(shell())
            .few("$¦{¦}¦secrets.¦A¦ "),
        angle().and(pipes()).few("<<¦<¦|secret|>¦A¦>>¦!"),
        signs_with_prefix().and(signs()).few("§§¦§¦secret(¦A¦)¦!"),
        all().few("$¦{¦}¦secrets.¦A¦\\"),
    ]
}

/// All of them in one scan.
pub(crate) fn all() -> Profile {
    let others = [
        mustache(),
        julep(),
        uri(),
        actions(),
        colon(),
        ats(),
        shell(),
        pipes(),
        signs(),
        brackets(),
        words(),
    ];
    let profile = others.into_iter().fold(angle(), Profile::and);
    Profile {
        name: "all".to_owned(),
        ..profile
    }
}
