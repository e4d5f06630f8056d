//! Braces of other programs stay as they are, byte for byte, in a text that is read as `mustache`.

use std::borrow::Cow;

use keyslot::template::{Engine, Syntax};

use super::{agree, profile};

#[track_caller]
fn stays(texts: &[&str]) {
    let engine = Engine::new().syntax(Syntax::mustache());
    for text in texts {
        let rendered = engine
            .render(text, |_| panic!("a reference in {text:?}"))
            .unwrap();
        assert!(
            matches!(rendered, Cow::Borrowed(same) if same == *text),
            "{text:?} became {rendered:?}"
        );
        let template = engine.compile(*text).unwrap();
        assert!(template.references().is_empty(), "{text:?}");
        assert_eq!(template.render(&[]).unwrap(), *text);
        agree(&profile::mustache(), text);
    }
}

#[test]
fn a_control_that_does_not_stay() {
    // Every table below would pass with an engine that finds nothing.
    let engine = Engine::new().syntax(Syntax::mustache());
    let rendered = engine
        .render("{{ $json.x }}{{NAME}}{{#if A}}", |_| Some("value"))
        .unwrap();
    assert_eq!(rendered, "{{ $json.x }}value{{#if A}}");
}

/// A bare name in capitals is a placeholder wherever it stands: what other engines quote is not
/// known here, and the documentation says so.
#[test]
fn quotes_of_other_engines_quote_no_name_alone() {
    let engine = Engine::new().syntax(Syntax::mustache());
    for (text, rendered) in [
        ("{# {{NAME}} #}", "{# V #}"),
        ("{% raw %}{{NAME}}{% endraw %}", "{% raw %}V{% endraw %}"),
        (
            "{{{{raw}}}} {{NAME}} {{{{/raw}}}}",
            "{{{{raw}}}} V {{{{/raw}}}}",
        ),
        ("{{/* {{NAME}} */}}", "{{/* V */}}"),
        ("{{ `{{NAME}}` }}", "{{ `V` }}"),
        ("{{ \"{{NAME}}\" }}", "{{ \"V\" }}"),
        // The control, and the way to write text.
        ("{{! {{NAME}} }}", "{{! V }}"),
        ("{# \\{{NAME}} #}", "{# {{NAME}} #}"),
    ] {
        let expected = if text.starts_with("{{!") {
            text
        } else {
            rendered
        };
        assert_eq!(engine.render(text, |_| Some("V")).unwrap(), expected);
        agree(&profile::mustache(), text);
    }
}

#[test]
fn n8n() {
    stays(&[
        "{{ $json.x }}",
        "={{ $json[\"TOKEN\"] }}",
        "{{ $node[\"HTTP Request\"].json.API_KEY }}",
        "{{ $env.API_KEY }}",
        "{{ $secrets.vault.API_KEY }}",
        "{{$now.toISO()}}",
        "{{ $('Set').item.json.KEY }}",
        "{{ $vars.KEY }} {{ $input.all() }}",
        "{{ A ? B : C }}",
    ]);
}

#[test]
fn jinja() {
    stays(&[
        "{% if KEY %}{{ name }}{% endif %}",
        "{%- for KEY in KEYS -%}{{ key }}{%- endfor -%}",
        "{{ name|upper }} {{ name | default('KEY') }} {{ KEY.field }} {{ KEY['x'] }} {{ KEY() }}",
        "{{ KEY ~ OTHER }} {{ KEY + 1 }} {{ 'KEY' }} {{ \"KEY\" }} {{ -KEY }} {{ not KEY }}",
        "{# a comment with KEY #}",
        "{{- KEY -}} {{+ KEY }}",
        "{{ super() }} {{ loop.index }} {{ env_var('KEY') }}",
        "{{\nKEY\n}}",
    ]);
}

#[test]
fn helm_and_go() {
    stays(&[
        "{{- range $secret := .x }}",
        "{{- range $secret, $value := .Values.secrets }}\n\
         {{ $secret }}: {{ $value | b64enc }}\n{{- end }}",
        "{{ $secretName := .x }}{{ $secret }}",
        "{{ .Values.x }} {{.Values.KEY}} {{ .KEY }}",
        "{{ include \"chart.fullname\" . | nindent 4 }}",
        "{{- with .Values.KEY }}{{ toYaml . | indent 2 }}{{ end -}}",
        "{{/* KEY */}} {{- /* KEY */ -}}",
        "{{ printf \"%s\" .KEY }} {{ $.KEY }} {{ KEY .x }} {{`KEY`}}",
        "{{ env \"KEY\" }} {{ template \"KEY\" . }}",
    ]);
}

#[test]
fn handlebars() {
    stays(&[
        "{{#if A}}{{else}}{{/if}}",
        "{{#each KEYS as |KEY|}}{{key}}{{/each}}",
        "{{> p}} {{>P}} {{> (lookup . 'P')}} {{#> LAYOUT}}",
        "{{! c }} {{!KEY}} {{! {{NAME }}",
        "{{~! {{NAME}} ~}} {{~!-- {{NAME}} --~}} {{!-- {{NAME}} --~}} {{~!-- {{NAME}} --}}",
        "{{!-- {{NAME}} --}} {{!-- a }} {{NAME}} b --}}",
        "{{&KEY}} {{^KEY}} {{{key}}} {{{{raw}}}} {{{{/RAW}}}}",
        "{{~KEY~}} {{@KEY}} {{@index}} {{this}} {{../KEY}} {{this.KEY}} {{A.B}} {{A/B}} {{[KEY]}} \
         {{A b=C}}",
        "{{*KEY}} {{=<% %>=}}",
        "\\{{key}} \\\\{{key}} \\{{!KEY}}",
    ]);
}

#[test]
fn others_with_braces() {
    stays(&[
        // Postman and Insomnia.
        "{{baseUrl}}/users/{{$guid}}?t={{$timestamp}}&r={{$randomInt}} {{_.base_url}} {{api-key}} \
         {{My Key}}",
        // Dify, Langfuse, LangChain, promptfoo.
        "{{#env.NAME#}} {{#1711.TEXT#}} {{query}} {{ user_input }} {KEY} {{{{key}}}}",
        // Power Automate, Typst, Vue, Angular.
        "@{variables('KEY')} #{KEY} {{ item.NAME | currency:'EUR' }} {{ KEY?.x }} {{ A && B }} \
         {{ ::KEY }}",
        // JSON, CSS, Rust.
        "{\"A\":{\"B\":{}}} a{b{c:d}} format!(\"{{KEY}\") {{ 'A': 1 }} {{A, B}} {{A:B}}",
        // Ansible and Terraform.
        "{{ lookup('env', 'KEY') }} \"{{ hostvars[HOST]['x'] }}\" %{ if KEY } ${KEY} %{KEY}",
        // Mustache's own lambdas and inheritance.
        "{{<LAYOUT}} {{$TITLE}} {{/TITLE}} {{$secretary.NAME}} {{$secret}} {{ $Secret.A }}",
    ]);
}

#[test]
fn github_actions() {
    // `${{ NAME }}` is a variable of mustache behind a dollar sign, unless the longer marks are
    // known.
    stays(&[
        "${{ github.ref }}",
        "${{ secrets.TOKEN }}",
        "${{ env.KEY }}",
        "${{ matrix.OS }}",
        "${{ A || B }}",
        "${{ !A }}",
    ]);
    let both = profile::mustache().and(profile::actions());
    let engine = Engine::new().syntax(both.syntax.clone());
    for text in [
        "${{ NAME }}",
        "${{ $secret.NAME }}",
        "${{! {{NAME }}",
        "${{ github.ref }} ${{{NAME}}}",
    ] {
        let rendered = engine
            .render(text, |_| panic!("a reference in {text:?}"))
            .unwrap();
        assert!(
            matches!(rendered, Cow::Borrowed(same) if same == text),
            "{text:?} became {rendered:?}"
        );
        agree(&both, text);
    }
}

#[test]
fn diagrams_and_typesetting() {
    stays(&[
        "graph TD\n  A{Decision} -->|yes| B{{Hexagon}}\n  B --> C{{two words}}\n  C{{\"quoted\"}}",
        "classDiagram\n  class A{\n    <<interface>>\n    +B() C\n  }",
        "\\frac{{a}}{{b}} \\textbf{{A B}} \\newcommand{\\KEY}{{#1}} {\\bf{}} $x_{{i}}$ \
         \\mathrm{{A}+{B}}",
        "@startuml\n{{\nA -> B\n}}\n@enduml",
        "{{Infobox person|name=A}} {{cite web|url=x}} {{subst:KEY}} {{PAGENAME:X}} {{{1|}}}",
    ]);
}
