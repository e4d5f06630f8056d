//! The texts that are measured, and the values that go into them.
#![allow(dead_code, unreachable_pub, clippy::indexing_slicing)]

/// A text with placeholders `<<$secret.NAME>>`, and a value for each name.
pub struct Workload {
    pub name: &'static str,
    pub text: String,
    pub values: Vec<(String, String)>,
}

impl Workload {
    /// The output: the least that has to be copied.
    pub fn output(&self) -> String {
        let write = |text: String, (name, value): &(String, String)| {
            text.replace(&format!("<<$secret.{name}>>"), value)
        };
        self.values.iter().fold(self.text.clone(), write)
    }
}

/// W1 to W5.
pub fn all() -> Vec<Workload> {
    vec![tool_config(), header(), instructions(), many(), code()]
}

/// W1: a tool's config, 1 KB of JSON text, 3 placeholders.
pub fn tool_config() -> Workload {
    let mut text = String::from(
        "{\"name\":\"create_refund\",\"method\":\"POST\",\"headers\":{\"Authorization\":\"Bearer \
         <<$secret.STRIPE_KEY>>\",\"X-Account\":\"<<$secret.ACCOUNT_ID>>\"},\"body\":{",
    );
    while text.len() < 950 {
        text.push_str("\"field_of_the_request\":\"a literal value of it\",");
    }
    text.push_str("\"signature\":\"<<$secret.SIGNING_KEY>>\"}}");
    Workload {
        name: "W1 config 1 KB",
        text,
        values: values(["STRIPE_KEY", "ACCOUNT_ID", "SIGNING_KEY"]),
    }
}

/// W2: a header of 30 bytes, 1 placeholder.
pub fn header() -> Workload {
    Workload {
        name: "W2 header 30 B",
        text: "Bearer <<$secret.STRIPE_KEY>>".to_owned(),
        values: values(["STRIPE_KEY"]),
    }
}

/// W3: instructions for an agent, 16 KB of Markdown, 5 placeholders.
pub fn instructions() -> Workload {
    let names = ["COMPANY", "REGION", "PAGER", "DESK", "OWNER"];
    let mut text = String::new();
    for name in names {
        text.push_str("## A heading\n\nUse <<$secret.");
        text.push_str(name);
        text.push_str(">> here.\n\n");
        let section = text.len() / 3277 + 1;
        while text.len() < section * 3277 {
            text.push_str(
                "You prepare releases and never publish them; ask when a step is not in this list, \
                 and cite it. ",
            );
        }
    }
    Workload {
        name: "W3 instructions 16 KB",
        text,
        values: values(names),
    }
}

/// W4: 1 MB, 1,000 placeholders of 100 names.
pub fn many() -> Workload {
    let names: Vec<String> = (0..100).map(|number| format!("SECRET_{number}")).collect();
    let mut text = String::with_capacity(1 << 20);
    for number in 0..1000 {
        while text.len() < number * 1048 {
            text.push_str("some literal text between two placeholders, ");
        }
        text.push_str("<<$secret.");
        text.push_str(&names[number * 37 % 100]);
        text.push_str(">>");
    }
    Workload {
        name: "W4 1 MB, 1000 placeholders",
        text,
        values: values(names),
    }
}

/// W5: 1 MB of text like code, full of single openers, without a placeholder.
pub fn code() -> Workload {
    let line = "if (a < b && c[i] < limit) { out << x; map<int, vec<T>> m; { y = a<b; } }\n"
        .replace("<<", "< ");
    Workload {
        name: "W5 code 1 MB",
        text: line.repeat((1 << 20) / line.len()),
        values: Vec::new(),
    }
}

fn values<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Vec<(String, String)> {
    names
        .into_iter()
        .map(|name| {
            (
                name.into(),
                "a value of forty bytes, like many tokens".to_owned(),
            )
        })
        .collect()
}
