//! Items of each person, stored together in two flat lists instead of a list a person.

/// Those of person `i` lie between the bounds `i` and `i + 1`.
#[derive(Debug)]
pub(super) struct Grouped<T> {
    items: Vec<T>,
    bounds: Vec<u32>,
}

impl<T> Default for Grouped<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            bounds: Vec::new(),
        }
    }
}

impl<T: Copy> Grouped<T> {
    /// Groups pairs of a person's place and an item; the items of one person come in the order of
    /// their ids, so that the same facts always make the same plan.
    pub(super) fn build<K: Ord>(
        mut pairs: Vec<(u32, T)>,
        people: usize,
        id: impl Fn(&T) -> K,
    ) -> Self {
        pairs.sort_unstable_by_key(|(person, item)| (*person, id(item)));
        let mut bounds = Vec::with_capacity(people + 1);
        let mut end = 0;
        for person in 0..=people {
            let before = |(of, _): &(u32, T)| usize::try_from(*of).is_ok_and(|of| of < person);
            while pairs.get(end).is_some_and(before) {
                end += 1;
            }
            bounds.push(u32::try_from(end).unwrap_or(u32::MAX));
        }
        Self {
            items: pairs.into_iter().map(|(_, item)| item).collect(),
            bounds,
        }
    }

    pub(super) fn of(&self, person: usize) -> &[T] {
        let bound = |i: usize| {
            self.bounds
                .get(i)
                .and_then(|bound| usize::try_from(*bound).ok())
        };
        match (bound(person), bound(person + 1)) {
            (Some(start), Some(end)) => self.items.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_gets_their_own_items_in_order() {
        let grouped = Grouped::build(vec![(2, 'd'), (0, 'a'), (2, 'c'), (0, 'b')], 4, |item| {
            *item
        });
        let of: Vec<String> = (0..5).map(|i| grouped.of(i).iter().collect()).collect();
        assert_eq!(of, ["ab", "", "cd", "", ""]);
    }
}
