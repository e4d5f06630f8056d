//! The profiles and sets of them, with what the generators make texts of.

use keyslot::ReferenceKind;
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
            "<<$secret.A>>¦<< $secret.My Key >>¦<<$secret.A@3|trim>>¦<<A>>¦<< A >>¦<<a_1@3>>\
             ¦<<A|trim|trim>>¦<<!A>>",
        )
        .parts(
            "$secret¦$SECRET.¦<<!!$secret.A>>¦<<$env.HOME>>¦<<$secret.a.b-c|get:/a>>\
             ¦<< $Secret.A >>¦<<A|nope>>¦$env.",
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
            "{{$secret.A}}¦{{ $secret.My Key }}¦{{$secret.A@3|trim}}¦{{A}}¦{{ A_1 }}¦{{A@3}}\
             ¦{{A|trim|trim}}¦\\{{A}}",
        )
        .parts(
            "{{!¦{{!--¦--}}¦!--¦--¦\\\\{{$secret.A}}¦{{!A}}¦{{! {{A}} }}¦{{!-- {{A}} --}}¦{{~!\
             ¦--~}}¦~¦{{~!-- {{A}} --~}}¦{{A|nope}}¦{{{A}}}¦$Secret.",
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
        .examples(
            "{secrets.a}¦{{secrets.a}}¦{{ secrets.a_1 }}¦{\tsecrets.a }¦$ secrets.name\
                   ¦$  secrets.a ¦$ f\"{secrets.a}\"",
        )
        .parts(
            "$ ¦f\"¦f'¦\"¦'¦secrets.a¦{secrets.a.b}¦$ f'x {secrets.a}{{}} {secrets.b}' \
                ¦$ f\"é{{{ secrets.a }}}\"",
        )
        .few("{¦}¦secrets.¦a¦ ¦$ ");
    Profile {
        julep: true,
        ..profile
    }
}

/// Julep again, of which every short f-string is tried.
pub(crate) fn f_strings() -> Profile {
    let profile = julep().examples(
        "$ f\"{secrets.a}\"¦$ f'x {secrets.a}{{}} {secrets.b}' ¦$ f\"é{{{ secrets.a }}}\"\
         ¦$ f'\"{secrets.a}'",
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
        .examples(
            "${{ secrets.A }}¦${{secrets.A}}¦${{secrets.my key@3|trim}}¦${{!secrets.A}}\
                   ¦$${{ secrets.A }}",
        )
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
        .examples(
            "{{secret:A}}¦{{ secret:My Key }}¦{{secret:A@3|trim}}¦{{!secret:A}}\
                   ¦{{!!secret:A}}¦{{{secret:A}}}",
        )
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

/// `${NAME}`, as `envsubst` and Compose read it.
pub(crate) fn dollar() -> Profile {
    let dollar = Profile::known("dollar", Syntax::dollar(), &[DOLLAR]);
    dollar
        .examples("${A}¦${ a_1 }¦${A@3}¦${A|trim}¦$${A}¦$$${A}¦$$$${A}¦a$$b")
        .parts("${A|nope}¦${A:-x}¦${A-x}¦${A:?x}¦$$¦$${¦$A¦:-¦${")
        .few("${¦$¦A¦}¦ ¦:-")
}

const DOLLAR: Dialect = Dialect {
    open: "${",
    close: "}",
    bare: Bare::Identifier,
    escape: Escape::Doubled('$'),
    intent: Intent::Default,
    ..BUILT
};

/// The same, and `$NAME`.
pub(crate) fn dollar_names() -> Profile {
    let name = Dialect {
        open: "$",
        close: "",
        extras: false,
        ..DOLLAR
    };
    let profile = Profile::known("dollar names", Syntax::dollar_names(), &[DOLLAR, name]);
    profile
        .examples("$A¦$a_1¦${A}¦$$A¦$$$A¦$A$A¦$$${A}¦${A|trim}")
        .parts("${A|nope}¦${A:-x}¦$A:-x¦$5¦$ A¦$$¦$")
        .few("${¦$¦A¦}¦ ¦-")
}

/// A mark that begins with the escape of [`dollar`].
pub(crate) fn dollars() -> Profile {
    let dialect = Dialect {
        open: "$${",
        close: "}",
        bare: Bare::Upper,
        escape: Escape::Before('$'),
        ..BUILT
    };
    let profile = Profile::built("$${NAME}", dialect).unwrap();
    profile
        .examples("$${A}¦$${ A }¦$$${A}¦$$$${A}¦$${A|trim}")
        .few("$${¦$¦A¦}¦ ¦{")
}

/// `${env:NAME}` and `${input:name}`.
pub(crate) fn vscode() -> Profile {
    let env = Dialect {
        prefix: Some("env:"),
        form: ReferenceKind::Bare,
        bare: Bare::None,
        escape: Escape::None,
        intent: Intent::Prefix,
        ..DOLLAR
    };
    let input = Dialect {
        prefix: Some("input:"),
        ..env
    };
    Profile::known("vscode", Syntax::vscode(), &[env, input])
        .examples("${env:A}¦${input:my-key}¦${env:A@3|trim}¦$${env:A}¦${ input:A }")
        .parts("${env:¦${input:¦env¦:¦${A}¦${workspaceFolder}¦${env:A|nope}")
        .few("${¦env:¦input:¦A¦}¦-")
}

/// `${{ secrets.NAME }}` and `${{ vars.NAME }}`, as GitHub has them.
pub(crate) fn github() -> Profile {
    let secrets = Dialect {
        open: "${{",
        close: "}}",
        prefix: Some("secrets."),
        secret_names: SecretNames::Identifier,
        escape: Escape::None,
        intent: Intent::None,
        ..BUILT
    };
    let vars = Dialect {
        prefix: Some("vars."),
        form: ReferenceKind::Bare,
        ..secrets
    };
    Profile::known("github", Syntax::github(), &[secrets, vars])
        .examples("${{ secrets.A }}¦${{vars.A}}¦${{ secrets.A|trim }}¦${{ secrets.A || vars.A }}")
        .parts("${{ secrets.A|nope }}¦${{ github.ref }}¦secrets.¦vars.¦||¦-b")
        .few("${{¦secrets.¦vars.¦A¦}}¦ ")
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
        .examples(
            "<|secret|>A<|secret|>¦<|secret|> a_1 <|secret|>¦<|secret|>A@3|trim<|secret|>\
                   ¦<|secret|>!A<|secret|>",
        )
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
        dollar(),
        dollar_names(),
        vscode(),
        github(),
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
        dollar().and(github()).few("$¦{¦}¦secrets.¦A¦-"),
        vscode().and(dollar()).few("${¦$¦env:¦A¦}¦-"),
        github().and(mustache()).few("$¦{{¦\\¦A¦}}¦ vars."),
        angle().and(dollar_names()).few("<<¦$¦secret.¦A¦>>¦{"),
        angle().and(pipes()).few("<<¦<¦|secret|>¦A¦>>¦!"),
        signs_with_prefix().and(signs()).few("§§¦§¦secret(¦A¦)¦!"),
        all().few("$¦{¦}¦secrets.¦A¦\\"),
        dollar().and(dollars()).few("${¦$¦A¦}¦ ¦{"),
        dollars().and(dollar_names()).few("${¦$¦A¦}¦ ¦{"),
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
