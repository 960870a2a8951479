//! The numbers of charts by hand, and everything within the paper.

use evalens::analysis::compare::{CompareSettings, compare};
use evalens::analysis::design::surface::{self as counting, IOUS, Rate};
use evalens::analysis::kinds::Kinds;
use evalens::analysis::slices::{Rows, Sources, attributes};
use evalens::metrics::classification::SingleLabel;
use evalens::metrics::{Evaluation, MatchTable};
use evalens::model::{BBox, ImageId, NoProgress};
use evalens::report::encoded::{Encoded, Kind};
use evalens::report::figure::{Anchor, Figure, Mark, width};
use evalens::report::figures::compared::{self, Names};
use evalens::report::figures::items::{self, Meant, Overlay};
use evalens::report::figures::map::{self, Legend, Map};
use evalens::report::figures::{crossval, errors, slices, surface};
use evalens::report::palette::Palette;
use evalens::report::sheet::Exhibit;
use evalens::report::table::{Cell, Table};

use crate::common::world::World;

/// 6 found, 2 taken for b, 5 of nothing, 7 missed, all of class a; those found with a score of 0.9, those of nothing with 0.6.
fn world() -> Evaluation {
    let mut world = World::new(&["a", "b & <c>"]);
    world.objects(6, 0, 0, 0.9);
    world.objects(2, 0, 1, 0.9);
    world.ghosts(5, 0, 0.6);
    world.missed(7, 0);
    world.evaluate()
}

/// Every mark lies on the paper, and texts end on it.
fn is_on_paper(figure: &Figure) {
    let inside = |x: f64, y: f64| x >= -0.6 && y >= -0.6 && x <= figure.width + 0.6 && y <= figure.height + 0.6;
    for mark in &figure.marks {
        let fits = match mark {
            Mark::Rect([x, y, w, h], _) | Mark::Frame([x, y, w, h], ..) | Mark::DashedFrame([x, y, w, h], ..) => {
                inside(*x, *y) && inside(x + w, y + h)
            }
            Mark::Picture([x, y, w, h], _) => inside(*x, *y) && inside(x + w, y + h),
            Mark::Line(line, ..) | Mark::Dashed(line, ..) | Mark::Area(line, ..) => {
                line.iter().all(|(x, y)| inside(*x, *y))
            }
            Mark::Disc((x, y), radius, _) => inside(x - radius, y - radius) && inside(x + radius, y + radius),
            Mark::Text { at: (x, y), size, anchor, turned, text, .. } => {
                let long = width(text, *size);
                let (before, after) = match anchor {
                    Anchor::Start => (0.0, long),
                    Anchor::Middle => (long / 2.0, long / 2.0),
                    Anchor::End => (long, 0.0),
                };
                if *turned {
                    inside(*x, y + before) && inside(*x, y - after)
                } else {
                    inside(x - before, *y) && inside(x + after, *y)
                }
            }
        };
        assert!(fits, "{mark:?} leaves {} × {}", figure.width, figure.height);
    }
}

fn table(exhibit: &Exhibit) -> &Table {
    exhibit.table.as_ref().unwrap()
}

fn says(figure: &Figure, words: &str) -> bool {
    figure.marks.iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text == words))
}

#[test]
fn kinds_hold_counts_shares_and_costs() {
    let evaluation = world();
    let matched = evaluation.matched.as_ref().unwrap();
    let kinds = Kinds::at(&evaluation, matched, &matched.timeline.counter_at(0.5), 10, &NoProgress).unwrap();
    let exhibit = errors::kinds(&kinds, "confidence ≥ 0.500", &Palette::default()).unwrap();
    is_on_paper(&exhibit.figure);
    let mut rows: Vec<(String, Cell)> =
        table(&exhibit).rows.iter().map(|row| (row[0].shown(), row[2].clone())).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [("Background", 5), ("Missed", 7), ("Wrong class", 2)];
    assert_eq!(rows, expected.map(|(name, n)| (name.to_owned(), Cell::Count(n))));
    // 7 of 14 errors.
    assert!(says(&exhibit.figure, "7") && says(&exhibit.figure, "50 %"), "{:?}", exhibit.figure.marks);
    let worst = errors::worst(&kinds, &evaluation.dataset, "confidence ≥ 0.500", &Palette::default()).unwrap();
    is_on_paper(&worst.figure);
    let errors: u64 = table(&worst).rows.iter().map(|row| if let Cell::Count(n) = row[1] { n } else { 0 }).sum();
    assert_eq!(errors, 14);
    let none = Kinds::default();
    assert!(errors::kinds(&none, "", &Palette::default()).is_none());
}

#[test]
fn bins_of_an_attribute_add_up() {
    let evaluation = world();
    let matched = evaluation.matched.as_ref().unwrap();
    let known = attributes(&Sources::plain(&evaluation, 2.0), &NoProgress).unwrap();
    let rows = Rows::of(&evaluation, matched, matched.timeline.cut(0.5));
    for attribute in &known.all {
        let bins = rows.of_bins(attribute);
        let how = (slices::Metric::Recall, evaluation.task);
        let exhibit =
            slices::attribute(attribute, (&bins, rows.whole()), how, "confidence ≥ 0.500", &Palette::default());
        is_on_paper(&exhibit.figure);
        let members: u64 = table(&exhibit).rows.iter().map(|row| if let Cell::Count(n) = row[1] { n } else { 0 }).sum();
        assert_eq!(members, 15, "{}", attribute.name);
        // 6 of 15 objects are right.
        assert!(says(&exhibit.figure, "Dashed: all, 0.400"));
    }
}

#[test]
fn a_surface_has_a_cell_for_every_setting() {
    let evaluation = world();
    let matched = evaluation.matched.as_ref().unwrap();
    let counted =
        counting::surface(&evaluation, matched.settings.matching, &matched.own, &NoProgress).unwrap().unwrap();
    let here = (0.5, 0.9, Some(0.521));
    let exhibit = surface::surface(&counted, Rate::F1, here, &Palette::default()).unwrap();
    is_on_paper(&exhibit.figure);
    assert_eq!(table(&exhibit).rows.len(), IOUS.len() * counted.confidences.len());
    // Boxes lie exactly on their objects, so that every IoU finds six of 15 by eight detections above 0.6: F1 = 12 / 23.
    let high = table(&exhibit).rows.iter().filter(|row| row[1].shown() == "0.900").collect::<Vec<_>>();
    assert!(!high.is_empty());
    for row in high {
        assert_eq!((&row[2], &row[3], &row[5]), (&Cell::Count(6), &Cell::Count(8), &Cell::Rate(Some(12.0 / 23.0))));
    }
    assert!(says(&exhibit.figure, "now 0.521") && says(&exhibit.figure, "highest 0.522"), "{:?}", exhibit.figure.marks);
}

#[test]
fn a_comparison_says_both_numbers_and_who_is_better() {
    let evaluation = world();
    let [a, b] = [0.95, 0.5].map(|at| MatchTable::of(&evaluation, at, &NoProgress).unwrap());
    let settings = CompareSettings { resamples: 50, ap_resamples: 5, seed: 0 };
    let both = compare(&a, &b, &settings, &NoProgress).unwrap();
    let names = Names { a: "one", b: "two" };
    let exhibit = compared::metrics(&both, names, &Palette::default()).unwrap();
    is_on_paper(&exhibit.figure);
    let recall = table(&exhibit).rows.iter().find(|row| row[0].shown() == "Recall").unwrap();
    assert_eq!((&recall[1], &recall[2]), (&Cell::Rate(Some(0.0)), &Cell::Rate(Some(0.4))));
    assert!(says(&exhibit.figure, "+0.400") && says(&exhibit.figure, "two better"));
    let classes = &evaluation.dataset.classes;
    let exhibit = compared::classes(&both, names, (classes, evaluation.task), &Palette::default()).unwrap();
    is_on_paper(&exhibit.figure);
    // The correct ones of a: none, then six.
    let of_a = table(&exhibit).rows.iter().find(|row| row[0].shown() == "a").unwrap();
    assert_eq!((&of_a[6], &of_a[11]), (&Cell::Count(0), &Cell::Count(6)));
    let first = vec![vec![3, 1, 0], vec![0, 5, 2], vec![4, 0, 0]];
    let second = vec![vec![4, 0, 0], vec![0, 5, 2], vec![1, 0, 0]];
    let exhibit = compared::matrices((&first, &second), names, (classes, "background"), &Palette::default()).unwrap();
    is_on_paper(&exhibit.figure);
    assert!(says(&exhibit.figure, "−3") && says(&exhibit.figure, "+1"));
    let csv = table(&exhibit).to_csv().unwrap();
    assert_eq!(csv.lines().nth(1), Some("a,a,3,4,1"));
    assert_eq!(csv.lines().last(), Some("background,a,4,1,-3"));
    assert!(compared::matrices((&first, &second[..2]), names, (classes, ""), &Palette::default()).is_none());
}

#[test]
fn folds_have_a_mean_and_a_deviation() {
    let of = |accuracy| {
        let mut numbers = SingleLabel::default();
        numbers.accuracy = Some(accuracy);
        numbers
    };
    let numbers = [of(0.5), of(0.7), of(0.9)];
    let folds: Vec<crossval::Fold<'_>> = numbers.iter().map(|n| (10, 20, Some(n))).collect();
    let exhibit = crossval::folds(&folds, "30 images", &Palette::default()).unwrap();
    is_on_paper(&exhibit.figure);
    // √((0.2² + 0 + 0.2²) / 3)
    let expected = (0.08_f64 / 3.0).sqrt();
    let rows = &table(&exhibit).rows;
    let [Cell::Rate(Some(mean)), Cell::Rate(Some(deviation))] = [&rows[3][3], &rows[4][3]] else { panic!("{rows:?}") };
    assert!((mean - 0.7).abs() < 1e-12 && (deviation - expected).abs() < 1e-12);
    assert!(says(&exhibit.figure, "0.700 ± 0.163"));
}

fn dots(count: usize) -> Map {
    let points = (0..count).map(|at| ([at as f32, (at % 2) as f32], [at as u8, 0, 0])).collect();
    let legend = Legend::Categories(vec![("one".to_owned(), [0, 0, 0], count as u64), ("none".to_owned(), [9; 3], 0)]);
    Map { points, by: "Class".to_owned(), legend, caption: String::new(), table: Table::default() }
}

#[test]
fn a_map_is_not_stretched_and_has_a_limit() {
    let exhibit = map::map(dots(5), &Palette::default()).unwrap();
    is_on_paper(&exhibit.figure);
    let discs: Vec<(f64, f64)> = exhibit
        .figure
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Disc(at, radius, _) if *radius == 3.5 => Some(*at),
            _ => None,
        })
        .collect();
    assert_eq!(discs.len(), 5);
    // One to the right and one up are as long.
    let (dx, dy) = (discs[1].0 - discs[0].0, discs[0].1 - discs[1].1);
    assert!(dx > 0.0 && (dx - dy).abs() < 1e-9, "{discs:?}");
    assert!(says(&exhibit.figure, "5 points") && says(&exhibit.figure, "one") && !says(&exhibit.figure, "none"));
    // Every third of 120,000.
    let many = map::map(dots(120_000), &Palette::default()).unwrap();
    assert!(says(&many.figure, "40,000 of 120,000 points"), "{:?}", many.figure.marks.last());
    assert_eq!(many.figure.marks.iter().filter(|mark| matches!(mark, Mark::Picture(..))).count(), 1);
    assert!(many.figure.to_svg().len() < 2_000_000);
    assert!(map::map(dots(0), &Palette::default()).is_none());
}

#[test]
fn an_item_shows_what_became_of_its_boxes() {
    let mut world = World::of_images(&["a", "b"], 1);
    world.truth_at(0, 0, BBox::new(0.0, 0.0, 500.0, 500.0));
    world.see(0, 0, BBox::new(0.0, 0.0, 500.0, 500.0), 0.9);
    world.truth_at(0, 1, BBox::new(1000.0, 1000.0, 400.0, 400.0));
    let evaluation = world.evaluate();
    let matched = evaluation.matched.as_ref().unwrap();
    let palette = Palette::default();
    let picture = Encoded::of_rgba(Kind::Png, 1, 1, &[10, 20, 30, 255]).unwrap();
    let drawn = |overlay: &Overlay, at: f64| {
        let view = (&evaluation, &**matched, matched.timeline.cut(at));
        let figure = items::item(view, ImageId(0), Some(&picture), overlay, 200.0, &palette);
        is_on_paper(&figure);
        assert_eq!((figure.width, figure.height), (200.0, 200.0));
        figure
    };
    let both = Overlay { truth: true, predictions: true, labels: true, masks: None, meant: Meant::All };
    let figure = drawn(&both, 0.5);
    // 2,000 pixels on 200 points.
    let found = figure.marks.iter().filter(
        |mark| matches!(mark, Mark::DashedFrame(at, _, colour) if *at == [0.0, 0.0, 50.0, 50.0] && *colour == palette.correct),
    );
    assert_eq!(found.count(), 1);
    let missed = figure.marks.iter().filter(
        |mark| matches!(mark, Mark::Frame(at, _, colour) if *at == [100.0, 100.0, 40.0, 40.0] && *colour == palette.missed),
    );
    assert_eq!(missed.count(), 1);
    assert!(says(&figure, "a 0.90") && says(&figure, "b, missed"));
    // Above its score nothing is found.
    assert!(says(&drawn(&both, 0.95), "a, missed"));
    let plain = drawn(&Overlay { truth: false, predictions: false, labels: true, masks: None, meant: Meant::All }, 0.5);
    assert!(
        !plain.marks.iter().any(|mark| matches!(mark, Mark::Text { .. } | Mark::Frame(..) | Mark::DashedFrame(..)))
    );
    // Four pixels a point, so that edges cover whole pixels.
    let pixel = figure.to_picture(4.0).unwrap();
    let at = |x: usize, y: usize| &pixel.rgba[4 * (4 * y * 800 + 4 * x)..][..3];
    assert_eq!((at(75, 180), at(100, 120)), (&[10, 20, 30][..], &palette.missed[..]));
}

#[test]
fn a_contact_sheet_is_a_grid() {
    let palette = Palette::default();
    let tile = |height: f64| (Figure::new(100.0, height, palette.raised), "name".to_owned());
    let three = [tile(80.0), tile(60.0), tile(80.0)];
    let sheet = items::contact_sheet("", &three, 2, &palette);
    is_on_paper(&sheet);
    // Two columns of 100, 14 between them, 16 around.
    assert_eq!(sheet.width, 2.0 * 100.0 + 14.0 + 2.0 * 16.0);
    let at: Vec<(f64, f64)> = sheet
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Rect([x, y, ..], colour) if *colour == palette.raised => Some((*x, *y)),
            _ => None,
        })
        .collect();
    // The second stands on the same line as the first, which is 20 higher.
    assert_eq!((at[0], at[1], at[2].0), ((16.0, 16.0), (130.0, 36.0), 16.0));
    assert!(at[2].1 > 96.0);
    let many: Vec<(Figure, String)> = (0..205).map(|_| tile(10.0)).collect();
    let sheet = items::contact_sheet("All", &many, 10, &palette);
    is_on_paper(&sheet);
    assert!(says(&sheet, "and 5 more") && says(&sheet, "All"));
    assert_eq!(items::contact_sheet("", &[], 0, &palette).marks.len(), 1);
}
