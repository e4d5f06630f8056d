//! The words of the console stand in one file.

/// Text of a page that is written in its own file: a literal with two words in it.
fn own_words(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in lines {
        for literal in line.split('"').skip(1).step_by(2) {
            let words = literal
                .split(' ')
                .filter(|word| word.len() > 1 && word.chars().all(char::is_alphabetic));
            if words.count() > 1 && literal != "light dark" {
                found.push(literal.to_owned());
            }
        }
    }
    found
}

#[test]
fn pages_have_no_words_of_their_own() {
    assert_eq!(own_words("p { \"Nothing is here\" }").len(), 1);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            own_words(&source),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
        read += 1;
    }
    assert!(read > 20);
}
