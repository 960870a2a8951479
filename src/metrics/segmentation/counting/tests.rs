use super::*;

fn mask(width: u32, values: &[u16]) -> IndexMask {
    IndexMask::new(width, values.len() as u32 / width, values.to_vec())
}

fn cell(truth: u16, predicted: u16, level: u16, pixels: u32) -> PixelCell {
    PixelCell { truth, predicted, level, pixels }
}

/// By hand: the truth has one pixel to be ignored (3), one of no class (7); the prediction has 9 once at a true 0 and once
/// at the pixel that is ignored.
#[test]
fn pixels_are_counted_or_left_out() {
    let truth = mask(4, &[0, 0, 1, 3, 0, 7, 1, 1]);
    let predicted = mask(4, &[0, 9, 1, 9, 0, 0, 0, 1]);
    let counts = count_image(&truth, &predicted, 3, Some(3), None);
    let cells = vec![cell(0, 0, 0, 2), cell(0, NO_CLASS, 0, 1), cell(1, 0, 0, 1), cell(1, 1, 0, 2)];
    assert_eq!(counts, ImageCells { cells, ignored: 1, truth_out_of_range: 1, predicted_out_of_range: 1 });
    let without = count_image(&truth, &predicted, 3, None, None);
    assert_eq!((without.ignored, without.truth_out_of_range), (0, 2));
    // An index to be ignored that is also a class.
    let zero = count_image(&truth, &predicted, 3, Some(0), None);
    assert_eq!((zero.ignored, zero.truth_out_of_range, zero.cells.first()), (3, 2, Some(&cell(1, 0, 0, 1))));
}

#[test]
fn two_bytes_an_index_count_the_same() {
    let truth: Vec<u16> = (0..4000_u16).map(|i| i / 37 % 7).collect();
    let predicted: Vec<u16> = (0..4000_u16).map(|i| i / 29 % 7).collect();
    let levels: Vec<u8> = (0..4000_u16).map(|i| (i % 251) as u8).collect();
    let small = |values: &[u16]| mask(80, values);
    let large = |values: &[u16]| IndexMask { width: 80, height: 50, values: Indices::Large(values.to_vec()) };
    let bytes = Confidence { width: 80, height: 50, levels: Levels::Byte(levels.clone()), not_finite: 0 };
    let words = Confidence { levels: Levels::Word(levels.into_iter().map(u16::from).collect()), ..bytes.clone() };
    for confidence in [None, Some(&bytes), Some(&words)] {
        let expected = count_image(&small(&truth), &small(&predicted), 6, Some(5), confidence);
        assert!(expected.ignored > 0 && expected.truth_out_of_range > 0 && expected.predicted_out_of_range > 0);
        assert_eq!(count_image(&large(&truth), &small(&predicted), 6, Some(5), confidence), expected);
        assert_eq!(count_image(&small(&truth), &large(&predicted), 6, Some(5), confidence), expected);
        assert_eq!(count_image(&large(&truth), &large(&predicted), 6, Some(5), confidence), expected);
    }
}

#[test]
fn another_size_is_resized() {
    let truth = mask(4, &[0, 0, 1, 1]);
    let counts = count_image(&truth, &mask(2, &[0, 1]), 2, None, None);
    assert_eq!(counts.cells, [cell(0, 0, 0, 2), cell(1, 1, 0, 2)]);
    let confidence = Confidence { width: 2, height: 1, levels: Levels::Byte(vec![10, 20]), not_finite: 0 };
    let counts = count_image(&truth, &mask(1, &[0]), 2, None, Some(&confidence));
    assert_eq!(counts.cells, [cell(0, 0, 10, 2), cell(1, 0, 20, 2)]);
}

#[test]
fn odd_masks_count_what_is_there() {
    let empty = IndexMask::new(0, 0, Vec::new());
    assert_eq!(count_image(&empty, &empty, 3, None, None), ImageCells::default());
    assert_eq!(count_image(&mask(1, &[0]), &mask(1, &[0]), 0, None, None).truth_out_of_range, 1);
    // More classes than indices: the highest index is still none.
    let unknown = mask(1, &[NO_CLASS]);
    assert_eq!(count_image(&unknown, &unknown, 1 << 20, None, None).truth_out_of_range, 1);
    assert_eq!(count_image(&mask(1, &[2]), &unknown, 1 << 20, None, None).predicted_out_of_range, 1);
    // Fewer pixels than the size says.
    let short = IndexMask { width: 4, height: 4, values: Indices::Small(vec![0; 5]) };
    let map = Confidence { width: 4, height: 4, levels: Levels::Byte(vec![7; 3]), not_finite: 0 };
    assert_eq!(count_image(&short, &mask(4, &[0; 16]), 1, None, None).cells, [cell(0, 0, 0, 5)]);
    let pixels: u32 = count_image(&short, &short, 1, None, Some(&map)).cells.iter().map(|c| c.pixels).sum();
    assert_eq!(pixels, 5);
}
