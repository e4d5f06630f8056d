//! Well-known forms of credentials, which are refused as names.

/// Beginnings of well-known credentials, most of which would pass as names, with the least number
/// of characters that follow them in a real one (the providers' own documentation of their token
/// formats).
const CREDENTIALS: [(&str, usize); 16] = [
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("rk_live_", 16),
    ("whsec_", 24),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("AKIA", 16),
    ("AIza", 35),
    ("sk-proj-", 20),
    ("sk-ant-", 20),
    ("eyJ", 40),
];

/// The shortest of [`CREDENTIALS`]; most names are shorter, and templates check many.
pub(super) const SHORTEST: usize = 20;

/// Returns true if a text is, or begins with, a well-known form of credential.
pub(crate) fn looks_like_value(name: &str) -> bool {
    if name.len() < SHORTEST {
        return false;
    }
    let is_pem = name.starts_with("-----BEGIN ");
    is_pem
        || CREDENTIALS.iter().any(|(prefix, least)| {
            name.strip_prefix(prefix)
                .and_then(|rest| rest.split(' ').next())
                .is_some_and(|rest| {
                    // A word such as `AKIA_KEY_OF_THE_BILLING_TEAM` is a name; credentials have
                    // digits.
                    rest.len() >= *least && rest.bytes().any(|byte| byte.is_ascii_digit())
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_credential_is_shorter_than_the_shortest() {
        let lengths = CREDENTIALS
            .iter()
            .map(|(prefix, least)| prefix.len() + least);
        assert_eq!(lengths.min(), Some(SHORTEST));
    }
}
