//! Wipes values that were put into a document.

use super::node::{Copied, Places};
use crate::wipe::wipe_string;

/// Overwrites the strings at `places`.
pub(in crate::template) fn wipe(root: &mut impl Copied, places: &Places) {
    let Some(places) = places else {
        return root.each_string(true, &mut wipe_string);
    };
    let mut places = places.iter().copied().peekable();
    if places.peek().is_none() {
        return;
    }
    let mut number = 0;
    root.each_string(false, &mut |text| {
        if places.next_if_eq(&number).is_some() {
            wipe_string(text);
        }
        number += 1;
    });
}

#[cfg(test)]
#[cfg(feature = "json")]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::resolve::Wipe;
    use crate::template::Tree;

    fn whole() -> Value {
        json!({"a": "0", "b": ["1", 7, {"c": "2", "d": null}, "3"], "e": true, "f": "4"})
    }

    fn wiped<T: Wipe<Places = Places> + serde::Serialize>(
        mut document: T,
        places: &Places,
    ) -> Value {
        document.wipe(places);
        serde_json::to_value(&document).unwrap()
    }

    #[test]
    fn wiping_empties_the_strings_that_were_written() {
        let tree = || Tree::of(&whole()).unwrap();
        for (places, expected) in [
            (vec![], whole()),
            (
                vec![1, 3],
                json!({"a": "0", "b": ["", 7, {"c": "2", "d": null}, ""], "e": true, "f": "4"}),
            ),
            (
                vec![0, 1, 2, 3, 4],
                json!({"a": "", "b": ["", 7, {"c": "", "d": null}, ""], "e": true, "f": ""}),
            ),
        ] {
            assert_eq!(wiped(whole(), &Some(places.clone())), expected);
            assert_eq!(wiped(tree(), &Some(places)), expected);
        }
        assert_eq!(wiped(json!("value"), &Some(vec![0])), "");
        assert_eq!(wiped(Tree::of("value").unwrap(), &Some(vec![0])), "");
    }

    #[test]
    fn with_keys_nothing_is_left() {
        let mut strings = 0;
        let mut value = whole();
        value.each_string(true, &mut |text| {
            strings += 1;
            wipe_string(text);
            assert_eq!(text, "");
        });
        assert_eq!(
            (value, strings),
            (json!({}), 11),
            "the keys of the object in the list too"
        );

        let tree = wiped(Tree::of(&json!({"k": ["v", 1]})).unwrap(), &None);
        assert_eq!(tree, json!({"": ["", null]}));
        assert_eq!(wiped(whole(), &None), json!({}));
    }
}
