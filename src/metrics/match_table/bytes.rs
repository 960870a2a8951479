//! A table as bytes, to be kept and read again.
//!
//! Little-endian: the magic, the schema, a hash of the rest, then the columns in a fixed order, each with its length in
//! front and as narrow as its largest number allows. Bytes are not trusted: every length is held against what is left
//! before anything is allocated, every index against what it points into.

use crate::metrics::classification::ordered;
use crate::metrics::coco::THRESHOLDS;
use crate::metrics::coco::ranked::{RankedClass, RankedFound};
use crate::metrics::matching::Matching;
use crate::model::Task;

use super::build::Fnv;
use super::statistics::{Kind, PixelRules, Statistics};
use super::{CLASS, LabelPart, MatchTable, Metric, Pairing, Part};

/// The version of the layout; tables of another are refused.
pub const SCHEMA: u32 = 3;

const MAGIC: [u8; 8] = *b"EVTABLE\0";
/// In the bytes of [`Statistics::scores`]: undefined.
const NO_SCORE: f64 = f64::NAN;
/// Kinds of statistics.
const PIXELS: u8 = 0;
const TEXTS: u8 = 1;
/// Magic, schema and hash.
const HEAD: usize = 20;

/// Why bytes are no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokenTable {
    /// They are something else.
    #[error("these bytes are no table of an evaluation")]
    Foreign,
    /// Written by another version.
    #[error("the table has layout {0}, this version reads {SCHEMA}; calculate the evaluation again")]
    Schema(u32),
    /// Cut off or changed.
    #[error("the table is damaged; calculate the evaluation again")]
    Damaged,
}

impl MatchTable {
    /// The table as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.byte(Task::ALL.iter().position(|task| *task == self.task).unwrap_or(0) as u8);
        out.double(self.confidence);
        out.texts(&self.classes);
        out.texts(&self.names);
        self.digests.iter().for_each(|digest| out.bytes(&digest.to_le_bytes()));
        for column in [&self.truth_starts, &self.truth_classes, &self.fates, &self.extra_starts, &self.extra_classes] {
            out.column(column);
        }
        out.length(self.values.len());
        for (metric, value) in &self.values {
            out.byte(Metric::ALL.iter().position(|m| m == metric).unwrap_or(0) as u8);
            out.byte(u8::from(value.is_some()));
            out.double(value.unwrap_or(0.0));
        }
        match &self.part {
            Part::Objects { pairing, ranked } => {
                out.byte(0);
                out.double(pairing.iou);
                out.byte(Matching::ALL.iter().position(|m| *m == pairing.matching).unwrap_or(0) as u8);
                ranked.iter().for_each(|class| out.ranked(class));
            }
            Part::Labels(part) => {
                out.byte(1);
                out.column(&part.answers);
                out.doubles(&part.losses);
                out.byte(u8::from(part.order.is_some()));
                part.order.iter().flatten().for_each(|column| out.column(column));
            }
            Part::Statistics(part) => {
                out.byte(2);
                match part.kind {
                    Kind::Pixels(rules) => {
                        out.byte(PIXELS);
                        [rules.ignore, rules.without].into_iter().for_each(|index| out.index(index));
                    }
                    Kind::Texts { scoring } => {
                        out.byte(TEXTS);
                        out.bytes(&scoring.to_le_bytes());
                    }
                }
                out.byte(u8::from(part.thresholded));
                out.numbers(&part.rows);
                out.numbers(&part.scores.iter().map(|score| score.unwrap_or(NO_SCORE)).collect::<Vec<f64>>());
            }
        }
        seal(&out.0)
    }

    /// The table of these bytes.
    ///
    /// # Errors
    /// [`BrokenTable`] where they are none, of another layout, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BrokenTable> {
        let mut head = Reader { rest: bytes };
        if head.array::<8>().ok() != Some(MAGIC) {
            return Err(BrokenTable::Foreign);
        }
        let schema = u32::from_le_bytes(head.array()?);
        if schema != SCHEMA {
            return Err(BrokenTable::Schema(schema));
        }
        let hash = u64::from_le_bytes(head.array()?);
        if hash != hash_of(head.rest) {
            return Err(BrokenTable::Damaged);
        }
        let table = head.table()?;
        if head.rest.is_empty() && table.is_sound() { Ok(table) } else { Err(BrokenTable::Damaged) }
    }

    /// True where every index points at something.
    fn is_sound(&self) -> bool {
        let (items, classes) = (self.names.len(), self.classes.len() as u64);
        let starts = |starts: &[u32], rows: usize| {
            starts.len() == items + 1
                && starts.first() == Some(&0)
                && starts.last().is_some_and(|&last| last as usize == rows)
                && starts.is_sorted()
        };
        let below = |column: &[u32], end: u64| column.iter().all(|&n| u64::from(n) < end);
        let part = match &self.part {
            Part::Objects { ranked, .. } => ranked.iter().all(|class| {
                below(&class.images, items as u64)
                    && below(&class.truths, items as u64)
                    && class.found.is_sorted_by(|a, b| a.at < b.at)
                    && class.found.last().is_none_or(|last| (last.at as usize) < class.images.len())
                    && class.found.iter().all(|found| (found.hit | found.uncounted) >> THRESHOLDS == 0)
            }),
            Part::Labels(part) => {
                below(&part.answers, classes + 1)
                    && [0, items].contains(&part.answers.len())
                    && [0, items].contains(&part.losses.len())
                    && part.order.iter().flatten().flatten().all(|&entry| ordered::item_of(entry) < items)
            }
            Part::Statistics(part) => part.is_sound(items, self.classes.len()) && self.fates.is_empty(),
        };
        let of_task = match self.part {
            Part::Objects { .. } => self.task.has_objects(),
            Part::Labels(_) => self.task.is_classification(),
            Part::Statistics(Statistics { kind: Kind::Pixels(_), .. }) => self.task == Task::SemanticSegmentation,
            Part::Statistics(Statistics { kind: Kind::Texts { .. }, .. }) => self.task == Task::TextGeneration,
        };
        part && starts(&self.truth_starts, self.fates.len())
            && starts(&self.extra_starts, self.extra_classes.len())
            && self.truth_classes.len() == self.fates.len()
            && below(&self.truth_classes, classes)
            && below(&self.extra_classes, classes)
            && below(&self.fates, classes + u64::from(CLASS))
            && of_task
    }
}

fn hash_of(body: &[u8]) -> u64 {
    let mut hash = Fnv::default();
    hash.bytes(body);
    hash.0
}

/// The body with magic, schema and hash in front.
fn seal(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + body.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&SCHEMA.to_le_bytes());
    bytes.extend_from_slice(&hash_of(body).to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn double(&mut self, value: f64) {
        self.bytes(&value.to_le_bytes());
    }

    fn length(&mut self, n: usize) {
        self.bytes(&(n as u64).to_le_bytes());
    }

    fn index(&mut self, index: Option<u16>) {
        self.byte(u8::from(index.is_some()));
        self.bytes(&index.unwrap_or(0).to_le_bytes());
    }

    /// Whole numbers as a column, others as they are.
    fn numbers(&mut self, numbers: &[f64]) {
        let whole = |&n: &f64| (n.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&n)).then_some(n as u32);
        let column: Option<Vec<u32>> = numbers.iter().map(whole).collect();
        self.byte(u8::from(column.is_some()));
        match column {
            Some(column) => self.column(&column),
            None => self.doubles(numbers),
        }
    }

    fn doubles(&mut self, numbers: &[f64]) {
        self.length(numbers.len());
        numbers.iter().for_each(|&n| self.double(n));
    }

    /// Length, bytes a number, numbers.
    fn column(&mut self, column: &[u32]) {
        let width = match column.iter().max() {
            Some(0..=0xff) | None => 1,
            Some(0..=0xffff) => 2,
            Some(_) => 4,
        };
        self.length(column.len());
        self.byte(width as u8);
        for number in column {
            self.bytes(number.to_le_bytes().get(..width).unwrap_or(&[]));
        }
    }

    /// Lengths, then all texts.
    fn texts(&mut self, texts: &[String]) {
        let lengths: Vec<u32> = texts.iter().map(|text| u32::try_from(text.len()).unwrap_or(u32::MAX)).collect();
        self.column(&lengths);
        texts.iter().for_each(|text| self.bytes(text.as_bytes()));
    }

    fn ranked(&mut self, class: &RankedClass) {
        self.column(&class.images);
        self.column(&class.truths);
        self.column(&class.found.iter().map(|found| found.at).collect::<Vec<u32>>());
        self.column(&class.found.iter().map(|found| u32::from(found.hit)).collect::<Vec<u32>>());
        self.column(&class.found.iter().map(|found| u32::from(found.uncounted)).collect::<Vec<u32>>());
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], BrokenTable> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(BrokenTable::Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BrokenTable> {
        self.take(N)?.try_into().map_err(|_| BrokenTable::Damaged)
    }

    fn byte(&mut self) -> Result<u8, BrokenTable> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    fn double(&mut self) -> Result<f64, BrokenTable> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// A number of elements of `width` bytes each, all of which are there.
    fn length(&mut self, width: usize) -> Result<usize, BrokenTable> {
        let n = usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|_| BrokenTable::Damaged)?;
        let bytes = n.checked_mul(width).ok_or(BrokenTable::Damaged)?;
        if bytes <= self.rest.len() { Ok(n) } else { Err(BrokenTable::Damaged) }
    }

    fn column(&mut self) -> Result<Vec<u32>, BrokenTable> {
        let n = self.length(1)?;
        let width = usize::from(self.byte()?);
        if ![1, 2, 4].contains(&width) {
            return Err(BrokenTable::Damaged);
        }
        let bytes = self.take(n.checked_mul(width).ok_or(BrokenTable::Damaged)?)?;
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, &byte| n << 8 | u32::from(byte));
        Ok(bytes.chunks_exact(width).map(number).collect())
    }

    fn texts(&mut self) -> Result<Vec<String>, BrokenTable> {
        let lengths = self.column()?;
        let text = |&length: &u32| {
            let bytes = self.take(length as usize)?;
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| BrokenTable::Damaged)
        };
        lengths.iter().map(text).collect()
    }

    fn doubles(&mut self) -> Result<Vec<f64>, BrokenTable> {
        let n = self.length(8)?;
        (0..n).map(|_| self.double()).collect()
    }

    fn digests(&mut self, items: usize) -> Result<Vec<u64>, BrokenTable> {
        let bytes = self.take(items.checked_mul(8).ok_or(BrokenTable::Damaged)?)?;
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte));
        Ok(bytes.chunks_exact(8).map(number).collect())
    }

    fn values(&mut self) -> Result<Vec<(Metric, Option<f64>)>, BrokenTable> {
        let n = self.length(10)?;
        let value = |_| {
            let metric = Metric::ALL.get(usize::from(self.byte()?)).ok_or(BrokenTable::Damaged)?;
            let defined = self.byte()? == 1;
            let value = self.double()?;
            Ok((*metric, defined.then_some(value)))
        };
        (0..n).map(value).collect()
    }

    fn ranked(&mut self) -> Result<RankedClass, BrokenTable> {
        let (images, truths) = (self.column()?, self.column()?);
        let (at, hit, uncounted) = (self.column()?, self.column()?, self.column()?);
        if at.len() != hit.len() || at.len() != uncounted.len() {
            return Err(BrokenTable::Damaged);
        }
        let bits = |mask: u32| u16::try_from(mask).map_err(|_| BrokenTable::Damaged);
        let found = at
            .into_iter()
            .zip(hit.into_iter().zip(uncounted))
            .map(|(at, (hit, uncounted))| Ok(RankedFound { at, hit: bits(hit)?, uncounted: bits(uncounted)? }));
        Ok(RankedClass { images, truths, found: found.collect::<Result<_, _>>()? })
    }

    fn index(&mut self) -> Result<Option<u16>, BrokenTable> {
        let defined = self.byte()? == 1;
        let index = u16::from_le_bytes(self.array()?);
        Ok(defined.then_some(index))
    }

    fn numbers(&mut self) -> Result<Vec<f64>, BrokenTable> {
        if self.byte()? == 1 { Ok(self.column()?.into_iter().map(f64::from).collect()) } else { self.doubles() }
    }

    fn statistics(&mut self, classes: usize) -> Result<Statistics, BrokenTable> {
        let kind = match self.byte()? {
            PIXELS => Kind::Pixels(PixelRules { ignore: self.index()?, without: self.index()? }),
            TEXTS => Kind::Texts { scoring: u64::from_le_bytes(self.array()?) },
            _ => return Err(BrokenTable::Damaged),
        };
        let thresholded = self.byte()? == 1;
        let (rows, scores) = (self.numbers()?, self.numbers()?);
        let scores = scores.into_iter().map(|score| Some(score).filter(|score| !score.is_nan())).collect();
        Ok(Statistics { kind, width: kind.width(classes), rows, scores, thresholded })
    }

    fn part(&mut self, classes: usize) -> Result<Part, BrokenTable> {
        let part = self.byte()?;
        if part == 2 {
            return self.statistics(classes).map(Part::Statistics);
        }
        // Every class takes some bytes: more classes than bytes are a lie.
        if part == 0 {
            let iou = self.double()?;
            let matching = *Matching::ALL.get(usize::from(self.byte()?)).ok_or(BrokenTable::Damaged)?;
            let ranked = (0..classes).map(|_| self.ranked()).collect::<Result<_, _>>()?;
            return Ok(Part::Objects { pairing: Pairing { iou, matching }, ranked });
        }
        let (answers, losses) = (self.column()?, self.doubles()?);
        let order =
            if self.byte()? == 1 { Some((0..classes).map(|_| self.column()).collect::<Result<_, _>>()?) } else { None };
        Ok(Part::Labels(LabelPart { answers, losses, order }))
    }

    fn table(&mut self) -> Result<MatchTable, BrokenTable> {
        let task = *Task::ALL.get(usize::from(self.byte()?)).ok_or(BrokenTable::Damaged)?;
        let confidence = self.double()?;
        let (classes, names) = (self.texts()?, self.texts()?);
        let digests = self.digests(names.len())?;
        let mut columns = [const { Vec::new() }; 5];
        for column in &mut columns {
            *column = self.column()?;
        }
        let [truth_starts, truth_classes, fates, extra_starts, extra_classes] = columns;
        let values = self.values()?;
        let part = self.part(classes.len())?;
        Ok(MatchTable {
            task,
            confidence,
            classes,
            names,
            digests,
            truth_starts,
            truth_classes,
            fates,
            extra_starts,
            extra_classes,
            values,
            part,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metrics::lanes::LANES;
    use crate::metrics::scene::Scene;
    use crate::metrics::segmentation::{ImageCells, ImagePixels, NO_CLASS, PixelCell};
    use crate::metrics::{DetectionSettings, Evaluation, Generation, Sections};
    use crate::model::{Answers, ClassTable, DatasetBuilder, Image, MaskReading, ModelIdentity, NoProgress, Scoring};

    fn table() -> MatchTable {
        let at = |x: f64| [x, 0.0, 10.0, 10.0];
        let truths = [(0, at(0.0), false), (1, at(100.0), false), (2, at(200.0), true), (1, at(300.0), false)];
        let preds = [(0, at(1.0), 0.9), (0, at(100.0), 0.8), (2, at(200.0), 0.7), (3, at(900.0), 0.6)];
        let scene = Scene::new(&truths, &preds);
        let evaluation = Evaluation::of_objects(
            scene.dataset.into(),
            scene.predictions.into(),
            DetectionSettings::default(),
            Sections::ALL,
            &NoProgress,
        );
        MatchTable::of(&evaluation.unwrap(), 0.5, &NoProgress).unwrap()
    }

    /// Two images of two classes; the second has nothing that counts.
    fn table_of_pixels() -> MatchTable {
        let cell = |truth, predicted, pixels| PixelCell { truth, predicted, level: 0, pixels };
        let cells = vec![cell(0, 0, 70), cell(0, 1, 300), cell(1, 1, 5), cell(1, NO_CLASS, 2)];
        let mut builder = DatasetBuilder { classes: ClassTable::from_names(["a", "b"]), ..DatasetBuilder::default() };
        for name in ["one", "two"] {
            builder.images.push(Image { name: name.to_owned(), ..Image::default() });
        }
        let first = ImagePixels { cells: ImageCells { cells, ..ImageCells::default() }, ..ImagePixels::default() };
        let reading = MaskReading { ignore: Some(255), ..MaskReading::default() };
        let images = vec![first, ImagePixels::default()];
        let evaluation = Evaluation::of_pixels(builder, ModelIdentity::default(), images, reading, &NoProgress);
        MatchTable::of(&evaluation.unwrap(), 0.0, &NoProgress).unwrap()
    }

    /// Two answers; the second has no reference and no score.
    fn table_of_texts() -> MatchTable {
        let text = |text: &str| Some(text.to_owned());
        let answers = Answers {
            outputs: vec![text("a b c"), text("d")],
            references: vec![vec!["a b d".to_owned()], Vec::new()],
            ..Answers::default()
        };
        let generation = Generation::score(answers.into(), Scoring::default(), &NoProgress).unwrap();
        let image = |name: &str| Image { name: name.to_owned(), ..Image::default() };
        let builder = DatasetBuilder { images: ["one", "two"].map(image).into(), ..DatasetBuilder::default() };
        let evaluation = Evaluation::of_texts(builder, ModelIdentity::default(), generation, &NoProgress);
        MatchTable::of(&evaluation.unwrap(), 0.5, &NoProgress).unwrap()
    }

    #[test]
    fn bytes_give_the_table_back() {
        for table in [table(), table_of_pixels(), table_of_texts()] {
            assert_eq!(MatchTable::from_bytes(&table.to_bytes()), Ok(table));
        }
    }

    #[test]
    fn numbers_are_kept_whole_or_broken() {
        for numbers in [vec![], vec![0.0, 3.0, f64::from(u32::MAX)], vec![0.5], vec![-1.0, 2.0], vec![4_294_967_296.0]]
        {
            let mut out = Writer::default();
            out.numbers(&numbers);
            assert_eq!(Reader { rest: &out.0 }.numbers(), Ok(numbers));
        }
    }

    /// More right pixels than there are cannot be.
    #[test]
    fn pixels_that_cannot_be_are_damage() {
        let mut table = table_of_pixels();
        if let Part::Statistics(statistics) = &mut table.part {
            statistics.rows[0] = 371.0;
        }
        assert_eq!(MatchTable::from_bytes(&table.to_bytes()), Err(BrokenTable::Damaged));
    }

    /// A number that is none, and a task that has no such rows.
    #[test]
    fn answers_that_cannot_be_are_damage() {
        let mut table = table_of_texts();
        table.task = Task::SemanticSegmentation;
        assert_eq!(MatchTable::from_bytes(&table.to_bytes()), Err(BrokenTable::Damaged));
        let mut table = table_of_texts();
        if let Part::Statistics(statistics) = &mut table.part {
            statistics.rows[0] = f64::INFINITY;
        }
        assert_eq!(MatchTable::from_bytes(&table.to_bytes()), Err(BrokenTable::Damaged));
    }

    #[test]
    fn other_bytes_are_told_apart() {
        let mut bytes = table().to_bytes();
        assert_eq!(MatchTable::from_bytes(b""), Err(BrokenTable::Foreign));
        assert_eq!(MatchTable::from_bytes(b"%PDF-1.7 something else"), Err(BrokenTable::Foreign));
        assert_eq!(MatchTable::from_bytes(&bytes[..bytes.len() - 1]), Err(BrokenTable::Damaged));
        bytes[8] = 9;
        assert_eq!(MatchTable::from_bytes(&bytes), Err(BrokenTable::Schema(9)));
    }

    proptest! {
        /// With the hash put right again, so that the reader meets every kind of damage: an error or a table whose every
        /// use is safe.
        #[test]
        fn damage_never_panics(kind in 0..3_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in prop::option::of(any::<prop::sample::Index>())) {
            let whole = [table, table_of_pixels, table_of_texts][kind]();
            let mut body = whole.to_bytes()[HEAD..].to_vec();
            for (at, byte) in changes {
                let at = at.index(body.len());
                body[at] = byte;
            }
            if let Some(cut) = cut {
                body.truncate(cut.index(body.len()));
            }
            if let Ok(table) = MatchTable::from_bytes(&seal(&body)) {
                let _ = table.counts();
                let _ = table.counts_of(crate::model::ImageId(0));
                let weights = vec![[1; LANES]; table.names().len()];
                prop_assert_eq!(table.resampled(&weights, &Metric::ALL).len(), Metric::ALL.len());
            }
        }

        #[test]
        fn random_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = MatchTable::from_bytes(&body);
            let _ = MatchTable::from_bytes(&seal(&body));
        }
    }
}
