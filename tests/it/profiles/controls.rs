//! The findings of each profile, written by hand: two scanners that find nothing would agree on
//! everything.

use keyslot::{ErrorKind, ReferenceKind};

use super::dialect::Profile;
use super::{agree, naive, profile};

/// References are written `NAME`, `$NAME` for secrets, and `NAME@3`.
fn finds(profile: &Profile, text: &str, output: &str, references: &[&str]) {
    let got = naive::meaning(profile, text);
    let asked = got.references.iter().map(|asked| {
        let secret = if asked.form == ReferenceKind::Secret {
            "$"
        } else {
            ""
        };
        let pin = asked.pin.map_or(String::new(), |pin| format!("@{pin}"));
        format!("{secret}{}{pin}", asked.name)
    });
    assert_eq!(got.flaw, None, "{}: {text:?}", profile.name);
    assert_eq!(
        (got.output.as_str(), asked.collect::<Vec<_>>()),
        (output, references.iter().map(ToString::to_string).collect())
    );
    agree(profile, text);
}

fn refuses(profile: &Profile, text: &str, kind: ErrorKind, at: usize) {
    assert_eq!(
        naive::meaning(profile, text).flaw,
        Some(naive::Flaw { kind, at }),
        "{}: {text:?}",
        profile.name
    );
    agree(profile, text);
}

/// Text byte for byte.
fn leaves(profile: &Profile, text: &str) {
    finds(profile, text, text, &[]);
}

#[test]
fn angle() {
    let angle = profile::angle();
    finds(
        &angle,
        "a<<$secret.My Key@2>><<A>> <<! A >> <<A|trim>>",
        "a⟦0⟧⟦1⟧ << A >> ⟦1⟧",
        &["$My Key@2", "A"],
    );
    finds(
        &angle,
        "<<<A>>> <<!!A>> <<!<<A>>",
        "<⟦0⟧> <<!A>> <<!⟦0⟧",
        &["A"],
    );
    leaves(
        &angle,
        "<<A >> <<A@0>> <<a b>> 1 << $n <<$t as Trait>> <<é>>",
    );
    refuses(&angle, "é<<$secret.>>", ErrorKind::Syntax, 2);
    refuses(&angle, "<<A>> << $SECRET.A", ErrorKind::Syntax, 6);
    refuses(&angle, "<<$env.HOME>>", ErrorKind::Syntax, 0);
    refuses(&angle, "<<A|trim|upper>>", ErrorKind::UnknownFilter, 9);
    refuses(&angle, "é<<A|trim|number>>", ErrorKind::Unencodable, 2);
    refuses(&angle, "<<A|number>>", ErrorKind::Unencodable, 0);
    refuses(&angle, "<<A|number|trim>>", ErrorKind::Syntax, 4);
    refuses(
        &angle,
        "<<A|json_value|upper>>",
        ErrorKind::UnknownFilter,
        15,
    );
    refuses(
        &angle,
        "<<$secret.AKIAIOSFODNN7EXAMPLE>>",
        ErrorKind::Syntax,
        0,
    );
}

#[test]
fn mustache() {
    let mustache = profile::mustache();
    finds(
        &mustache,
        "{{$secret.my key@2}} {{ A }}{{A|trim}}",
        "⟦0⟧ ⟦1⟧⟦1⟧",
        &["$my key@2", "A"],
    );
    finds(
        &mustache,
        "{{{A}}} \\{{A}} \\\\{{A}} \\\\\\{{A}}",
        "{⟦0⟧} {{A}} \\⟦0⟧ \\\\⟦0⟧",
        &["A"],
    );
    finds(
        &mustache,
        "{{!-- {{A}} --}}{{! {{B}} }}{{!-- {{C}}",
        "{{!-- {{A}} --}}{{! {{B}} }}{{!-- ⟦0⟧",
        &["C"],
    );
    finds(
        &mustache,
        "{{!-- {{A}} --~}}{{B}}{{~!-- {{A}} --}}{{B}}{{~! {{A}} ~}}{{B}}\
         {{~!-- }} {{A}} --~}}{{~B}}",
        "{{!-- {{A}} --~}}⟦0⟧{{~!-- {{A}} --}}⟦0⟧{{~! {{A}} ~}}⟦0⟧{{~!-- }} {{A}} --~}}{{~B}}",
        &["B"],
    );
    leaves(
        &mustache,
        "{{a}} {{A }} {{ $json.x }} \\{{a}} {{$Secret.A}} {{$secret}}",
    );
    finds(
        &mustache,
        "\\{{$secret.}} \\{{A|nope}}",
        "{{$secret.}} {{A|nope}}",
        &[],
    );
    refuses(&mustache, "é {{ $secret.A", ErrorKind::Syntax, 3);
    refuses(&mustache, "{{A|nope}}", ErrorKind::UnknownFilter, 4);
}

#[test]
fn julep() {
    let julep = profile::julep();
    finds(
        &julep,
        "{secrets.a}{{ secrets.b }}{{{secrets.a}}}",
        "⟦0⟧⟦1⟧{⟦0⟧}",
        &["$a", "$b"],
    );
    finds(&julep, "$ \tsecrets.name\t", "⟦0⟧", &["$name"]);
    finds(
        &julep,
        "$ f\"é{secrets.a} {{}} '{ secrets.b }'\" ",
        "é⟦0⟧ {} '⟦1⟧'",
        &["$a", "$b"],
    );
    finds(&julep, "$ f'{{{secrets.a}}}'", "{⟦0⟧}", &["$a"]);
    finds(&julep, "{{{secrets.a}", "{{{secrets.a}", &[]);
    for own in [
        "$ secrets.a + 'x'",
        "$ f\"x\"",
        "$ f'}{secrets.a}'",
        "$ f\"\\{secrets.a}\"",
        "$ {secrets.a}",
        "$ secrets.a\n",
    ] {
        leaves(&julep, own);
    }
    leaves(
        &julep,
        "{secrets.a.b} {secrets.a + x} {secrets.a|trim} {secrets.a@2} {secrets.} {a} \
         {{x {secrets.1}",
    );
    leaves(&julep, "{{secrets.a} {secrets.a");
    // Of syntax there are no errors; a secret's value in place of its name is one everywhere.
    refuses(
        &julep,
        "é{secrets.AKIAIOSFODNN7EXAMPLE}",
        ErrorKind::Syntax,
        2,
    );
    refuses(
        &julep,
        "$ f'é{secrets.AKIAIOSFODNN7EXAMPLE}'",
        ErrorKind::Syntax,
        6,
    );
}

#[test]
fn uri() {
    let uri = profile::uri();
    finds(&uri, "secret://stripe.key-1", "⟦0⟧", &["$stripe.key-1"]);
    finds(&uri, "secret://0@3", "⟦0⟧", &["$0@3"]);
    for wrong in [
        "secret://",
        "secret://a b",
        "secret://a ",
        "secret://-a",
        "secret://a@0",
        "secret://a|trim",
        "secret://é",
    ] {
        refuses(&uri, wrong, ErrorKind::Syntax, 0);
    }
    leaves(&uri, "Bearer secret://x");
    leaves(&uri, " secret://x");
    leaves(&uri, "SECRET://x");
}

#[test]
fn built() {
    let actions = profile::actions();
    finds(
        &actions,
        "${{ secrets.my key@2 }} $${{secrets.A|trim}}",
        "⟦0⟧ $⟦1⟧",
        &["$my key@2", "$A"],
    );
    finds(
        &actions,
        "${{!secrets.A}} ${{!!secrets.A}} ${{ github.ref }}",
        "${{secrets.A}} ${{!secrets.A}} ${{ github.ref }}",
        &[],
    );
    refuses(&actions, "é${{ secrets.A || 'x' }}", ErrorKind::Syntax, 2);

    let colon = profile::colon();
    finds(
        &colon,
        "{{secret:A}} {{{ secret:My Key }}} {{!secret:A}}",
        "⟦0⟧ {⟦1⟧} {{secret:A}}",
        &["$A", "$My Key"],
    );
    refuses(&colon, "{{secret:A/B}}", ErrorKind::Syntax, 0);

    let ats = profile::ats();
    finds(
        &ats,
        "@@secret:A@@@@secret:A@2@@ @@@ secret:B @@",
        "⟦0⟧⟦1⟧ @⟦2⟧",
        &["$A", "$A@2", "$B"],
    );
    refuses(&ats, "x @@secret:A@", ErrorKind::Syntax, 2);
    refuses(&ats, "@@secret:A@0@@", ErrorKind::Syntax, 0);

    let shell = profile::shell();
    finds(
        &shell,
        "${a} $${a} $$${a} $$$${a} ${a:-x} ${a}$${a}",
        "⟦0⟧ ${a} $⟦0⟧ $$⟦0⟧ ${a:-x} ⟦0⟧${a}",
        &["a"],
    );
    refuses(&shell, "${a|nope}", ErrorKind::UnknownFilter, 4);

    let pipes = profile::pipes();
    finds(
        &pipes,
        "<|secret|>A<|secret|>B<|secret|>",
        "⟦0⟧B<|secret|>",
        &["A"],
    );
    finds(
        &pipes,
        "<|secret|>!A<|secret|> B <|secret|>",
        "<|secret|>A⟦0⟧",
        &["B"],
    );

    let signs = profile::signs();
    finds(
        &signs,
        "é§§secret(A) §§§secret( A )§§secret(!A)",
        "é⟦0⟧ §⟦0⟧§§secret(A)",
        &["A"],
    );
    leaves(&signs, "§§secret() §§secret(A ) §§other(A)");
    let signs = profile::signs_with_prefix();
    finds(
        &signs,
        "§§secret(A) §§ secret(a.b-c)",
        "⟦0⟧ ⟦1⟧",
        &["$A", "$a.b-c"],
    );
    refuses(&signs, "é§§secret()", ErrorKind::Syntax, 2);

    let brackets = profile::brackets();
    finds(
        &brackets,
        "[[s@2]] [[s]] [[##s@2]] [[t@2]]",
        "⟦0⟧ ⟦1⟧ [[#s@2]] ⟦2⟧",
        &["$2", "s", "t@2"],
    );
    refuses(&brackets, "[[s@]]", ErrorKind::Syntax, 0);

    let words = profile::words();
    finds(
        &words,
        "$ENC[A] $$ENC[ A ] $ENC[!A] $ENC[a]",
        "⟦0⟧ $⟦0⟧ $ENC[!A] $ENC[a]",
        &["A"],
    );
}

#[test]
fn combined() {
    let two = profile::angle().and(profile::mustache());
    finds(
        &two,
        "<<A>>{{A}} <<!A>> \\{{A}} <<{{! A>> }}A>>",
        "⟦0⟧⟦0⟧ <<A>> {{A}} <<{{! A>> }}A>>",
        &["A"],
    );

    let four = two.and(profile::julep()).and(profile::uri());
    finds(
        &four,
        "{{A}} {{secrets.a}} {secrets.a} <<$secret.a>>",
        "⟦0⟧ ⟦1⟧ ⟦1⟧ ⟦1⟧",
        &["A", "$a"],
    );
    finds(&four, "secret://A@2", "⟦0⟧", &["$A@2"]);
    refuses(&four, "secret://<<A>>", ErrorKind::Syntax, 0);
    leaves(&four, "$ x + '<<A>> {{A}} secret://A'");

    let dollar = profile::mustache().and(profile::actions());
    finds(
        &dollar,
        "${{ secrets.A }} ${{ A }} {{A}} \\${{secrets.A}}",
        "⟦0⟧ ${{ A }} ⟦1⟧ \\⟦0⟧",
        &["$A", "A"],
    );

    let colon = profile::mustache().and(profile::colon());
    finds(
        &colon,
        "{{secret:A}} {{A}} \\{{A}} \\{{secret:A}}",
        "⟦0⟧ ⟦1⟧ {{A}} \\⟦0⟧",
        &["$A", "A"],
    );
    refuses(&colon, "{{secret:}} {{A}}", ErrorKind::Syntax, 0);
    // Whether `{{!` begins a comment or ends with an escape is decided by whoever comes first.
    leaves(&colon, "{{!secret:A}} {{!secret:A");
    let colon = profile::colon().and(profile::mustache());
    finds(&colon, "{{!secret:A}} {{!A}}", "{{secret:A}} {{!A}}", &[]);

    // A `{{` within `${{` is no opener, so that the `{` behind it may be one.
    let dollar = profile::julep().and(profile::actions());
    finds(
        &dollar,
        "${{{secrets.a}} {{{secrets.a}}",
        "${{⟦0⟧} {⟦0⟧",
        &["$a"],
    );

    let shell = profile::shell().and(profile::actions());
    finds(
        &shell,
        "${{A}} ${A} ${{ secrets.A }} $${A}",
        "${{A}} ⟦0⟧ ⟦1⟧ ${A}",
        &["A", "$A"],
    );

    finds(
        &profile::all(),
        "<<A>>{{A}}{secrets.A}${{secrets.A}}{{secret:A}}@@secret:A@@${A}\
         <|secret|>A<|secret|>§§secret(A)[[A]]$ENC[A]",
        "⟦0⟧⟦0⟧⟦1⟧⟦1⟧⟦1⟧⟦1⟧⟦0⟧⟦0⟧⟦0⟧⟦0⟧⟦0⟧",
        &["A", "$A"],
    );
}
