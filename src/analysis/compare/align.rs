//! Whether evaluations are of the same items, and which item of one is which of another. Knows names and hashes.

use std::cmp::Ordering;

use crate::metrics::MatchTable;
use crate::model::{ImageId, fmt};

use super::CompareError;

/// Tables of the same items.
pub(super) struct Aligned<'a> {
    pub tables: Vec<&'a MatchTable>,
    /// Per table, its items in the order of their names (those of the same name as they stand).
    orders: Vec<Vec<usize>>,
}

impl Aligned<'_> {
    /// Number of items.
    pub fn items(&self) -> usize {
        self.orders.first().map_or(0, Vec::len)
    }

    /// Per item of a table, its place in the order of names.
    pub fn places(&self, table: usize) -> Vec<usize> {
        let order = self.orders.get(table).map_or(&[][..], Vec::as_slice);
        let mut places = vec![0; order.len()];
        for (place, &item) in order.iter().enumerate() {
            if let Some(slot) = places.get_mut(item) {
                *slot = place;
            }
        }
        places
    }

    /// Per item of the first table, the same item in another.
    pub fn partners(&self, other: usize) -> Vec<ImageId> {
        let order = self.orders.get(other).map_or(&[][..], Vec::as_slice);
        let partner = |place: usize| ImageId::from_index(order.get(place).copied().unwrap_or(usize::MAX));
        self.places(0).into_iter().map(partner).collect()
    }
}

/// Aligns all tables with the first.
pub(super) fn align<'a>(tables: &[&'a MatchTable]) -> Result<Aligned<'a>, CompareError> {
    let order = |table: &&MatchTable| {
        let mut order: Vec<usize> = (0..table.names().len()).collect();
        order.sort_by(|&a, &b| table.names().get(a).cmp(&table.names().get(b)));
        order
    };
    let aligned = Aligned { tables: tables.to_vec(), orders: tables.iter().map(order).collect() };
    let mut with_orders = aligned.tables.iter().zip(&aligned.orders);
    if let Some(first) = with_orders.next() {
        for other in with_orders {
            same(first, other).map_or(Ok(()), |why| Err(CompareError::NotComparable(why)))?;
        }
    }
    Ok(aligned)
}

type Ordered<'a> = (&'a &'a MatchTable, &'a Vec<usize>);

/// Why two are not comparable.
fn same((a, order_a): Ordered<'_>, (b, order_b): Ordered<'_>) -> Option<String> {
    if a.task() != b.task() {
        return Some(format!("one is an evaluation of {}, the other of {}", a.task().name(), b.task().name()));
    }
    if let (Some(p), Some(q)) = (a.pairing(), b.pairing())
        && p != q
    {
        let name = |p: crate::metrics::match_table::Pairing| format!("{} at IoU {}", p.matching.name(), p.iou);
        return Some(format!("one was matched by {}, the other by {}", name(p), name(q)));
    }
    if let Some(why) = other_rules(a, b) {
        return Some(why);
    }
    if let Some(why) = other_items(a, order_a, b, order_b) {
        return Some(why);
    }
    let sorted = |table: &MatchTable| {
        let mut classes = table.classes().to_vec();
        classes.sort_unstable();
        classes
    };
    if sorted(a) != sorted(b) {
        return Some("their datasets declare different classes".to_owned());
    }
    let differs = |(x, y): &(&usize, &usize)| a.digests().get(**x) != b.digests().get(**y);
    let different: Vec<&str> = order_a.iter().zip(order_b).filter(differs).map(|(x, _)| name_of(a, *x)).collect();
    let first = different.first()?;
    let (one, many) = a.task().items();
    let n = fmt::counted(different.len() as u64, one, many);
    Some(format!("the ground truth of {n} differs, such as that of `{first}`"))
}

/// In which rule of counting pixels, or of scoring answers, two differ.
fn other_rules(a: &MatchTable, b: &MatchTable) -> Option<String> {
    if a.scoring() != b.scoring() {
        let words =
            "their answers were scored in other ways, or pass by another number; choose one pass metric for both";
        return Some(words.to_owned());
    }
    let (p, q) = a.pixel_rules().zip(b.pixel_rules())?;
    if p.ignore != q.ignore {
        let name = |index: Option<u16>| index.map_or_else(|| "no index".to_owned(), |index| format!("index {index}"));
        return Some(format!("one ignores pixels of {}, the other of {}", name(p.ignore), name(q.ignore)));
    }
    let class = |table: &MatchTable, class: Option<u16>| table.classes().get(usize::from(class?)).cloned();
    let (p, q) = (class(a, p.without), class(b, q.without));
    let name = |class: Option<String>| class.map_or_else(|| "no class".to_owned(), |class| format!("`{class}`"));
    (p != q).then(|| format!("one leaves {} out of its means, the other {}", name(p), name(q)))
}

fn name_of(table: &MatchTable, item: usize) -> &str {
    table.names().get(item).map_or("", String::as_str)
}

/// Counts what only one of the two has.
fn other_items(a: &MatchTable, order_a: &[usize], b: &MatchTable, order_b: &[usize]) -> Option<String> {
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < order_a.len() || j < order_b.len() {
        let names = (order_a.get(i).map(|&x| name_of(a, x)), order_b.get(j).map(|&y| name_of(b, y)));
        let order = match names {
            (Some(x), Some(y)) => x.cmp(y),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match order {
            Ordering::Less => only_a.extend(names.0),
            Ordering::Greater => only_b.extend(names.1),
            Ordering::Equal => {}
        }
        i += usize::from(order.is_le());
        j += usize::from(order.is_ge());
    }
    let example = only_a.first().or(only_b.first())?;
    let (one, many) = a.task().items();
    let (n, m) = (fmt::counted(only_a.len() as u64, one, many), fmt::counted(only_b.len() as u64, one, many));
    Some(format!("they are not of the same {many}: {n} only in the first, {m} only in the second, such as `{example}`"))
}
