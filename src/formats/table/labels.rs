//! Sets of labels, one a row, each label kept once.

use rustc_hash::FxHashMap;

use super::cells::Cell;

/// Names, each with a number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: Vec<String>,
    numbers: FxHashMap<String, u32>,
}

impl Names {
    /// The number of a name, a new one where it is new.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// All names, by number.
    #[must_use]
    pub fn all(&self) -> &[String] {
        &self.names
    }

    /// All names, by number, without the index.
    #[must_use]
    pub fn into_all(self) -> Vec<String> {
        self.names
    }
}

/// A set of labels a row.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// All labels that occur.
    pub names: Names,
    starts: Vec<u32>,
    of: Vec<u32>,
}

impl Labels {
    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.len()
    }

    /// The labels of a row, as numbers.
    #[must_use]
    pub fn of(&self, row: usize) -> &[u32] {
        let Some(&start) = self.starts.get(row) else { return &[] };
        let end = self.starts.get(row + 1).map_or(self.of.len(), |&end| end as usize);
        self.of.get(start as usize..end).unwrap_or_default()
    }

    /// Begins a row.
    pub fn row(&mut self) {
        self.starts.push(u32::try_from(self.of.len()).unwrap_or(u32::MAX));
    }

    /// Adds a label to the row begun last; one that it has already counts once.
    pub fn add(&mut self, label: &str) {
        let label = label.trim();
        if label.is_empty() {
            return;
        }
        let number = self.names.number(label);
        let start = self.starts.last().map_or(0, |&start| start as usize);
        if !self.of.get(start..).unwrap_or_default().contains(&number) {
            self.of.push(number);
        }
    }
}

/// How a cell holds a set of labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sets {
    /// One label a cell, whatever characters it has.
    Single,
    /// Separated by this character.
    Separated(char),
}

impl Sets {
    /// How cells hold sets: by the first separator of `|`, `;` and `,` that any of them has.
    pub fn of_cells<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Self {
        let found = ['|', ';', ','].into_iter().find(|&separator| {
            cells.clone().any(|cell| cell.contains(separator) && super::cells::nested(cell.trim().as_bytes()).is_none())
        });
        Self::Separated(found.unwrap_or('|'))
    }

    /// Adds a row with the labels of a cell.
    pub fn add_row(self, cell: &str, to: &mut Labels) {
        to.row();
        let cell = cell.trim();
        match super::cells::nested(cell.as_bytes()) {
            Some(Cell::Texts(all)) => return all.iter().for_each(|label| to.add(label)),
            Some(Cell::Numbers(all)) => return all.iter().for_each(|label| to.add(&label.to_string())),
            _ => {}
        }
        match self {
            Self::Single => to.add(cell),
            Self::Separated(separator) => cell.split(separator).for_each(|label| to.add(label)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_in_cells() {
        let sets = |cells: &[&str]| {
            let how = Sets::of_cells(cells.iter().copied());
            let mut labels = Labels::default();
            cells.iter().for_each(|cell| how.add_row(cell, &mut labels));
            let names =
                |row| labels.of(row).iter().map(|&n| labels.names.all()[n as usize].as_str()).collect::<Vec<_>>();
            (0..labels.rows()).map(|row| names(row).join("+")).collect::<Vec<_>>()
        };
        assert_eq!(sets(&["a|b c", "", "b c|a|a"]), ["a+b c", "", "b c+a"]);
        assert_eq!(sets(&["a;b", "c, d"]), ["a+b", "c, d"]);
        assert_eq!(sets(&["a, b", "a"]), ["a+b", "a"]);
        assert_eq!(sets(&[r#"["a", "b, c"]"#, "['a']", "[]"]), ["a+b, c", "a", ""]);
        assert_eq!(sets(&["[0, 2]", "[1]"]), ["0+2", "1"]);
    }
}
