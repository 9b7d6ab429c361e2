//! Names of the spec in the cases of Rust and of files.

/// `some_name` and `SOME_name` to `SomeName`.
pub(crate) fn camel(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let lower =
                if word.chars().any(char::is_lowercase) { word.to_owned() } else { word.to_lowercase() };
            let mut letters = lower.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

/// `BigLamp` to `big_lamp`.
pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut before: Option<char> = None;
    for letter in name.chars() {
        if letter.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
        {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
        before = Some(letter);
    }
    snake
}

/// `BigLamp` to `big-lamp`.
pub(crate) fn kebab(name: &str) -> String {
    snake(name).replace('_', "-")
}
