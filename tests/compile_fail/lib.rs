//! Programs that must not compile. Each case is a file, and beside it stands the answer of the
//! compiler.

// What the compiler says lists the types that would do, and so depends on the features.
#![cfg(all(test, feature = "json", feature = "vault"))]

#[test]
fn what_would_let_values_out_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("allowed/*.rs");
    cases.compile_fail("refused/*.rs");
}
