//! Calls and their output as files.

#[test]
fn cases_in_files() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .env("USER", "ada")
        .env("HOME", "/nonexistent")
        .case("tests/cases/*.trycmd");
}
