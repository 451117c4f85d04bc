//! The known name that somebody may have meant.

/// The candidate nearest to `name`, if it is near enough to be a slip of the keys: at most a third
/// of its characters differ.
pub(crate) fn nearest<T: AsRef<str>>(
    name: &str,
    candidates: impl IntoIterator<Item = T>,
) -> Option<T> {
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(name, candidate.as_ref()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| *distance * 3 <= candidate.as_ref().chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_and_another_word_finds_none() {
        let names = ["listen", "log", "pg_bin"];
        assert_eq!(nearest("lisetn", names), Some("listen"));
        assert_eq!(nearest("pgbin", names), Some("pg_bin"));
        assert_eq!(nearest("certificate", names), None);
    }
}
