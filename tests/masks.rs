//! Masks agree with the COCO API on shapes whose texts, areas, boxes and overlaps it computed, and with their own pixels on any
//! shape.

use evalens::model::{BBox, MaskError, Masks, Rle, RleRef};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::Deserialize;

/// `tests/data/masks/pycocotools.json`: its `source` names the version that computed it.
#[derive(Deserialize)]
struct Reference {
    source: String,
    polygons: Vec<Polygons>,
    boxes: Vec<BoxShape>,
    bitmaps: Vec<Bitmap>,
    runs: Vec<Runs>,
    merges: Vec<Merge>,
    overlaps: Vec<Overlaps>,
}

#[derive(Deserialize)]
struct Fact {
    text: String,
    area: u64,
    bbox: [f64; 4],
}

#[derive(Deserialize)]
struct Polygons {
    name: String,
    height: u32,
    width: u32,
    rings: Vec<Vec<f64>>,
    parts: Vec<String>,
    #[serde(flatten)]
    fact: Fact,
}

#[derive(Deserialize)]
struct BoxShape {
    height: u32,
    width: u32,
    #[serde(rename = "box")]
    bbox: [f64; 4],
    #[serde(flatten)]
    fact: Fact,
}

#[derive(Deserialize)]
struct Bitmap {
    name: String,
    height: u32,
    width: u32,
    rows: Vec<String>,
    #[serde(flatten)]
    fact: Fact,
}

#[derive(Deserialize)]
struct Runs {
    name: String,
    height: u32,
    width: u32,
    runs: Vec<u32>,
    #[serde(flatten)]
    fact: Fact,
}

#[derive(Deserialize)]
struct Merge {
    height: u32,
    width: u32,
    masks: Vec<String>,
    union: Fact,
    intersection: Fact,
}

#[derive(Deserialize)]
struct Overlaps {
    height: u32,
    width: u32,
    detections: Vec<String>,
    truths: Vec<String>,
    crowd: Vec<u8>,
    iou: Vec<Vec<f64>>,
}

fn reference() -> Reference {
    let read: Reference = serde_json::from_str(include_str!("data/masks/pycocotools.json")).unwrap();
    assert!(read.source.starts_with("pycocotools 2."));
    read
}

fn bbox([x, y, w, h]: [f64; 4]) -> BBox {
    BBox::new(x, y, w, h)
}

fn same(name: &str, mask: RleRef<'_>, fact: &Fact) {
    assert_eq!(mask.to_text(), fact.text, "{name}");
    assert_eq!(mask.area(), fact.area, "{name}");
    assert_eq!(mask.bbox(), bbox(fact.bbox), "{name}");
    let again = Rle::from_text(mask.height, mask.width, fact.text.as_bytes()).unwrap();
    assert_eq!(again.as_ref(), mask, "{name}");
}

fn read(height: u32, width: u32, texts: &[String]) -> Vec<Rle> {
    texts.iter().map(|text| Rle::from_text(height, width, text.as_bytes()).unwrap()).collect()
}

fn columns(masks: &[Rle]) -> Masks {
    let mut columns = Masks::default();
    masks.iter().for_each(|mask| columns.push(mask.as_ref()));
    columns
}

#[test]
fn polygons_are_those_of_the_coco_api() {
    for shape in reference().polygons {
        let (height, width) = (shape.height, shape.width);
        for (ring, text) in shape.rings.iter().zip(&shape.parts) {
            assert_eq!(
                &Rle::from_polygon(height, width, ring).unwrap().as_ref().to_text(),
                text,
                "{}: {ring:?}",
                shape.name
            );
        }
        same(&shape.name, Rle::from_polygons(height, width, &shape.rings).unwrap().as_ref(), &shape.fact);
    }
}

#[test]
fn boxes_are_those_of_the_coco_api() {
    for shape in reference().boxes {
        let mask = Rle::from_box(shape.height, shape.width, bbox(shape.bbox));
        same(&format!("{:?}", shape.bbox), mask.as_ref(), &shape.fact);
    }
}

#[test]
fn bitmaps_are_those_of_the_coco_api() {
    for shape in reference().bitmaps {
        let pixels: Vec<u8> = shape.rows.iter().flat_map(|row| row.bytes().map(|b| b - b'0')).collect();
        let mask = Rle::from_bitmap(shape.height, shape.width, &pixels).unwrap();
        same(&shape.name, mask.as_ref(), &shape.fact);
        assert_eq!(mask.as_ref().to_bitmap(), pixels, "{}", shape.name);
    }
}

#[test]
fn runs_are_those_of_the_coco_api() {
    for shape in reference().runs {
        let mask = Rle::from_runs(shape.height, shape.width, shape.runs).unwrap();
        same(&shape.name, mask.as_ref(), &shape.fact);
    }
}

#[test]
fn unions_and_intersections_are_those_of_the_coco_api() {
    for case in reference().merges {
        let masks = read(case.height, case.width, &case.masks);
        let masks: Vec<RleRef<'_>> = masks.iter().map(Rle::as_ref).collect();
        same("union", Rle::union(&masks).unwrap().as_ref(), &case.union);
        same("intersection", Rle::intersection(&masks).unwrap().as_ref(), &case.intersection);
    }
}

#[test]
fn overlaps_are_those_of_the_coco_api() {
    for case in reference().overlaps {
        let detections = read(case.height, case.width, &case.detections);
        let truths = read(case.height, case.width, &case.truths);
        let (detection_columns, truth_columns) = (columns(&detections), columns(&truths));
        for (d, (detection, row)) in detections.iter().zip(&case.iou).enumerate() {
            for (t, (truth, &expected)) in truths.iter().zip(row).enumerate() {
                let crowd = case.crowd[t] == 1;
                assert_eq!(detection.as_ref().overlap(truth.as_ref(), crowd), expected);
                assert_eq!(detection_columns.overlap(d, &truth_columns, t, crowd), expected);
            }
        }
    }
}

/// By hand: COCO stops where runs of no pixels of both masks meet and finds no overlap; both masks are the last 20 pixels.
#[test]
fn runs_of_no_pixels_are_nothing() {
    let mask = Rle::from_runs(5, 5, vec![2, 0, 3, 20, 0, 0]).unwrap();
    let plain = Rle::from_runs(5, 5, vec![5, 20]).unwrap();
    assert_eq!(mask.as_ref().overlap(mask.as_ref(), false), 1.0);
    assert_eq!(mask.as_ref().bbox(), BBox::new(1.0, 0.0, 4.0, 5.0));
    assert_eq!(Rle::union(&[mask.as_ref(), mask.as_ref()]).unwrap(), plain);
    assert_eq!(Rle::intersection(&[mask.as_ref(), plain.as_ref()]).unwrap(), plain);
    let touching = Rle::from_runs(5, 5, vec![5, 3, 0, 17]).unwrap();
    assert_eq!(touching.as_ref().to_polygons(), plain.as_ref().to_polygons());
}

/// By hand: two pixels that touch at a corner, and a hole.
#[test]
fn outlines_go_around_pixels_and_holes() {
    let diagonal = Rle::from_bitmap(2, 2, &[1, 0, 0, 1]).unwrap();
    let square = |x: f64, y: f64| vec![[x, y + 1.0], [x, y], [x + 1.0, y], [x + 1.0, y + 1.0]];
    assert_eq!(diagonal.as_ref().to_polygons(), [square(0.0, 0.0), square(1.0, 1.0)]);
    let hole = Rle::from_bitmap(3, 3, &[1, 1, 1, 1, 0, 1, 1, 1, 1]).unwrap();
    assert_eq!(
        hole.as_ref().to_polygons(),
        [vec![[0.0, 3.0], [0.0, 0.0], [3.0, 0.0], [3.0, 3.0]], vec![[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [2.0, 1.0]],]
    );
}

#[test]
fn masks_that_cannot_be_made_say_why() {
    let few = Rle::from_runs(4, 5, vec![3, 4]).unwrap_err();
    assert_eq!(few, MaskError::NotFilled { filled: 7, pixels: 20, width: 5, height: 4 });
    assert_eq!(few.to_string(), "The runs of the mask hold 7 pixels; its image has 20 (5 × 4).");
    let many = vec![u32::MAX; 3];
    assert!(matches!(Rle::from_runs(4, 5, many), Err(MaskError::NotFilled { filled: 12_884_901_885, .. })));
    let large = MaskError::TooLarge { width: 65_536, height: 32_768 };
    assert_eq!(Rle::from_runs(32_768, 65_536, vec![1 << 31]), Err(large.clone()));
    assert_eq!(Rle::from_text(32_768, 65_536, b"0"), Err(large.clone()));
    assert_eq!(Rle::from_bitmap(32_768, 65_536, b"0"), Err(large.clone()));
    assert_eq!(Rle::from_polygon(32_768, 65_536, &[0.0; 6]), Err(large));
    assert_eq!(Rle::from_box(32_768, 65_536, BBox::new(1.0, 1.0, 9.0, 9.0)).as_ref().area(), 0);
    for (text, byte) in [("5 ", 1), ("5o", 1), ("\u{e9}", 0), ("5500N", 4), ("oooooooo0", 0)] {
        assert_eq!(Rle::from_text(5, 5, text.as_bytes()), Err(MaskError::BrokenText { byte }), "{text}");
    }
    assert_eq!(Rle::from_bitmap(2, 3, &[0; 5]), Err(MaskError::BitmapSize { given: 5, pixels: 6 }));
    assert_eq!(Rle::from_polygon(9, 9, &[1.0; 5]), Err(MaskError::FewPoints { points: 2 }));
    let nowhere = [0.0, 1.0, 2.0, f64::NAN, 5.0, 6.0];
    assert_eq!(Rle::from_polygon(9, 9, &nowhere), Err(MaskError::NotFinite { point: 1 }));
    assert_eq!(Rle::from_polygons(9, 9, &[]), Err(MaskError::Nothing));
    assert_eq!(Rle::union(&[]), Err(MaskError::Nothing));
    let (one, two) = (Rle::from_runs(2, 3, vec![6]).unwrap(), Rle::from_runs(3, 2, vec![6]).unwrap());
    let sizes = MaskError::Sizes { width: 3, height: 2, other_width: 2, other_height: 3 };
    assert_eq!(Rle::intersection(&[one.as_ref(), two.as_ref()]), Err(sizes));
}

/// By hand: all pixels of 2 × 3 and of 3 × 2 would share six.
#[test]
fn masks_of_different_sizes_do_not_overlap() {
    let masks = [Rle::from_runs(2, 3, vec![0, 6]).unwrap(), Rle::from_runs(3, 2, vec![0, 6]).unwrap()];
    assert_eq!(masks[0].as_ref().overlap(masks[1].as_ref(), false), 0.0);
    assert_eq!(masks[0].as_ref().intersection_area(masks[1].as_ref()), 0);
    let columns = columns(&masks);
    assert_eq!(columns.overlap(0, &columns, 1, false), 0.0);
    assert_eq!(columns.overlap(1, &columns, 1, false), 1.0);
}

/// By hand: points that are farther away than any grid of their own could reach.
#[test]
fn polygons_of_astronomic_size_are_cut_off_at_the_image() {
    let far = f64::MAX;
    let around = Rle::from_polygon(4, 5, &[-far, -far, far, -far, far, far, -far, far]).unwrap();
    assert_eq!(around.as_ref().runs, [0, 20]);
    // Its left edge is x = 2, its right one beyond; from top to bottom.
    let right = Rle::from_polygon(4, 5, &[2.0, -1e12, 1e12, -1e12, 1e12, 1e12, 2.0, 1e12]).unwrap();
    assert_eq!(right.as_ref().runs, [8, 12]);
    assert_eq!(Rle::from_box(4, 5, BBox::new(f64::NAN, 0.0, 3.0, 3.0)).as_ref().runs, [20]);
    assert_eq!(Rle::from_box(4, 5, BBox::new(f64::MAX, 0.0, f64::MAX, 3.0)).as_ref().runs, [20]);
}

#[test]
fn images_without_pixels() {
    for (height, width) in [(0, 0), (0, 7), (7, 0)] {
        let ring = [1.0, 1.0, 5.0, 1.0, 5.0, 5.0];
        let masks = [
            Rle::from_runs(height, width, Vec::new()).unwrap(),
            Rle::from_text(height, width, b"0").unwrap(),
            Rle::from_bitmap(height, width, &[]).unwrap(),
            Rle::from_polygon(height, width, &ring).unwrap(),
            Rle::from_box(height, width, BBox::new(0.0, 0.0, 3.0, 3.0)),
            Rle::from_text(height, width, b"").unwrap().crop(0, 0, 3, 3),
        ];
        for mask in masks {
            let mask = mask.as_ref();
            assert_eq!((mask.area(), mask.bbox(), mask.to_bitmap().len()), (0, BBox::default(), 0));
            assert_eq!((mask.overlap(mask, false), mask.contains(0, 0)), (0.0, false));
            assert!(mask.to_polygons().is_empty());
            assert_eq!(Rle::union(&[mask, mask]).unwrap().as_ref().area(), 0);
        }
    }
}

/// A mask of any pixels, with its pixels row by row; chances of all kinds, so that runs are short or long.
fn any_mask() -> impl Strategy<Value = (Rle, Vec<u8>)> {
    (1..14_u32, 1..14_u32).prop_flat_map(|(height, width)| mask_of(height, width))
}

fn mask_of(height: u32, width: u32) -> impl Strategy<Value = (Rle, Vec<u8>)> {
    let pixels = (height * width) as usize;
    let bits = prop_oneof![1_u8..2, 1_u8..20, 1_u8..250]
        .prop_flat_map(move |chance| vec(any::<u8>().prop_map(move |v| u8::from(v < 255 - chance)), pixels));
    let bits = (bits, any::<bool>()).prop_map(|(bits, flip)| bits.iter().map(|b| b ^ u8::from(flip)).collect());
    bits.prop_map(move |bits: Vec<u8>| (Rle::from_bitmap(height, width, &bits).unwrap(), bits))
}

fn any_pair() -> impl Strategy<Value = [(Rle, Vec<u8>); 2]> {
    (1..14_u32, 1..14_u32).prop_flat_map(|(height, width)| [mask_of(height, width), mask_of(height, width)])
}

fn count(a: &[u8], b: &[u8], inside: fn(u8, u8) -> u8) -> u64 {
    a.iter().zip(b).map(|(&a, &b)| u64::from(inside(a, b))).sum()
}

proptest! {
    #[test]
    fn texts_and_bitmaps_give_the_mask_back((mask, bits) in any_mask()) {
        let borrowed = mask.as_ref();
        prop_assert_eq!(&borrowed.to_bitmap(), &bits);
        let again = Rle::from_text(borrowed.height, borrowed.width, borrowed.to_text().as_bytes());
        prop_assert_eq!(again.as_ref(), Ok(&mask));
        prop_assert_eq!(borrowed.area(), bits.iter().map(|&b| u64::from(b)).sum::<u64>());
        let places = bits.iter().zip(0..);
        prop_assert!(places.into_iter().all(|(&b, i)| borrowed.contains(i % borrowed.width, i / borrowed.width) == (b == 1)));
        prop_assert!(!borrowed.contains(borrowed.width, 0) && !borrowed.contains(0, borrowed.height));
    }

    #[test]
    fn any_runs_survive_their_text(runs in vec(prop_oneof![0..40_u32, 0..(i32::MAX as u32) / 64], 0..60)) {
        let pixels = runs.iter().sum();
        let mask = Rle::from_runs(1, pixels, runs).unwrap();
        prop_assert_eq!(Rle::from_text(1, pixels, mask.as_ref().to_text().as_bytes()), Ok(mask));
    }

    #[test]
    fn any_bytes_are_a_mask_or_a_reason(
        text in prop_oneof![vec(any::<u8>(), 0..40), vec(48..112_u8, 0..40)],
        height in 0..70_000_u32,
        width in 0..70_000_u32,
    ) {
        match Rle::from_text(height, width, &text) {
            Ok(mask) => prop_assert!(mask.as_ref().runs.len() <= text.len()),
            Err(reason) => prop_assert!(!reason.to_string().is_empty()),
        }
    }

    #[test]
    fn pairs_are_those_of_their_pixels([(a, a_bits), (b, b_bits)] in any_pair(), ignored: bool) {
        let both = count(&a_bits, &b_bits, |a, b| a & b);
        let either = count(&a_bits, &b_bits, |a, b| a | b);
        let (one, two) = (a.as_ref(), b.as_ref());
        prop_assert_eq!(one.intersection_area(two), both);
        let intersection = Rle::intersection(&[one, two]).unwrap();
        let union = Rle::union(&[one, two]).unwrap();
        prop_assert_eq!((intersection.as_ref().area(), union.as_ref().area()), (both, either));
        let bits: Vec<u8> = a_bits.iter().zip(&b_bits).map(|(a, b)| a | b).collect();
        prop_assert_eq!(union, Rle::from_bitmap(one.height, one.width, &bits).unwrap());
        let whole = if ignored { one.area() } else { either };
        let expected = if both == 0 { 0.0 } else { both as f64 / whole as f64 };
        prop_assert_eq!(one.overlap(two, ignored), expected);
        let columns = columns(&[a.clone(), b.clone()]);
        prop_assert_eq!(columns.overlap(0, &columns, 1, ignored), expected);
    }

    #[test]
    fn boxes_go_around_pixels((mask, bits) in any_mask()) {
        let mask = mask.as_ref();
        let inside = || bits.iter().zip(0..).filter(|(b, _)| **b == 1).map(|(_, i)| (i % mask.width, i / mask.width));
        let ends = |pick: fn((u32, u32)) -> u32| Some((inside().map(pick).min()?, inside().map(pick).max()? + 1));
        let expected = match (ends(|(x, _)| x), ends(|(_, y)| y)) {
            (Some((left, right)), Some((top, bottom))) => {
                BBox::from_corners(f64::from(left), f64::from(top), f64::from(right), f64::from(bottom))
            }
            _ => BBox::default(),
        };
        prop_assert_eq!(mask.bbox(), expected);
    }

    /// Each ring filled by itself, and the pixels counted that are inside an odd number of rings.
    #[test]
    fn outlines_give_the_mask_back((mask, bits) in any_mask()) {
        let mask = mask.as_ref();
        let mut filled = vec![0; bits.len()];
        let mut signed = 0.0;
        for ring in mask.to_polygons() {
            let next = ring.iter().cycle().skip(1);
            signed += ring.iter().zip(next).map(|(a, b)| (a[0] * b[1] - a[1] * b[0]) / 2.0).sum::<f64>();
            let ring = Rle::from_polygon(mask.height, mask.width, ring.as_flattened()).unwrap();
            filled.iter_mut().zip(ring.as_ref().to_bitmap()).for_each(|(all, one)| *all ^= one);
        }
        prop_assert_eq!(filled, bits);
        // Outer rings clockwise on the screen, holes not: their areas add up to that of the mask.
        prop_assert_eq!(signed, mask.area() as f64);
    }

    #[test]
    fn windows_are_those_of_the_pixels(
        (mask, bits) in any_mask(), x in 0..16_u32, y in 0..16_u32, width in 0..16_u32, height in 0..16_u32,
    ) {
        let window = mask.crop(x, y, width, height);
        let all = mask.as_ref();
        let inside = |i: &u32| (x..x.saturating_add(width)).contains(&(i % all.width)) && (y..y + height).contains(&(i / all.width));
        let expected: Vec<u8> = bits.iter().zip(0_u32..).filter(|(_, i)| inside(i)).map(|(b, _)| *b).collect();
        prop_assert_eq!(window.as_ref().to_bitmap(), expected);
        prop_assert!(window.as_ref().width <= width && window.as_ref().height <= height);
    }

    #[test]
    fn columns_keep_masks_in_order(
        masks in vec(prop::option::of(any_mask().prop_map(|(mask, _)| mask)), 0..12),
        cut in 0..13_usize, keep in 0..13_usize, order in vec(0..13_u32, 0..12),
    ) {
        let push = |masks: &[Option<Rle>]| {
            let mut columns = Masks::default();
            masks.iter().for_each(|mask| match mask {
                Some(mask) => columns.push(mask.as_ref()),
                None => columns.push_none(),
            });
            columns
        };
        let same = |columns: &Masks, expected: &[Option<Rle>]| {
            assert_eq!((columns.len(), columns.is_empty()), (expected.len(), expected.is_empty()));
            for (i, mask) in expected.iter().enumerate() {
                let mask = mask.as_ref().map(Rle::as_ref);
                assert_eq!(columns.get(i), mask);
                assert_eq!(columns.area(i), mask.map_or(0, RleRef::area));
                assert_eq!(columns.bbox(i), mask.map_or(BBox::default(), RleRef::bbox));
            }
            assert_eq!((columns.get(expected.len()), columns.area(expected.len())), (None, 0));
        };
        let (early, late) = masks.split_at(cut.min(masks.len()));
        let (mut columns, mut later) = (push(early), push(late));
        columns.append(&mut later);
        same(&columns, &masks);
        same(&later, &[]);
        let picked: Vec<_> = order.iter().map(|&i| masks.get(i as usize).cloned().flatten()).collect();
        same(&columns.reordered(&order), &picked);
        columns.truncate(keep);
        same(&columns, &masks[..keep.min(masks.len())]);
        columns.append(&mut push(late));
        let kept: Vec<_> = masks.iter().take(keep).chain(late).cloned().collect();
        same(&columns, &kept);
    }
}
