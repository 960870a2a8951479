//! Segmenters in the window, by accessible names: pixels in tiles, matrix and bars, masks over the picture, confidence maps.

mod common;

use std::path::{Path, PathBuf};

use common::app::{Setup, TestApp};
use common::export::{read, saved, saved_as};
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::model::fmt;
use evalens::session::selection::Sort;
use evalens::session::{Command, Page};
use evalens::store::settings::ThemeChoice;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/segmentation").join(name)
}

/// A project of two images, with confidence maps or without.
fn project(sure: bool) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut files = vec![("classes.json".to_owned(), "classes.json".to_owned())];
    for image in ["a", "b"] {
        files.push(("b.jpg".to_owned(), format!("images/test/{image}.jpg")));
        files.push((format!("{image}.index.png"), format!("masks/test/{image}.png")));
        files.push((format!("{image}.predicted.png"), format!("predictions/net/v1/test/{image}.png")));
        if sure {
            files.push((format!("{image}.confidence.png"), format!("predictions/net/v1/confidence/test/{image}.png")));
        }
    }
    for (from, to) in files {
        let to = dir.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(fixture(&from), to).unwrap();
    }
    dir
}

fn opened(dir: &tempfile::TempDir, setup: Setup) -> TestApp {
    let mut app = TestApp::with(setup);
    app.open(dir.path().to_owned());
    app
}

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

/// scikit-learn 1.9.1 (tests/data/segmentation/small.json): mean IoU .789382, 1,557 Road right, 149 of it taken for Tree.
#[test]
fn pixels_are_what_tiles_matrix_and_bars_count() {
    let dir = project(false);
    let mut app = opened(&dir, Setup { size: egui::vec2(1440.0, 900.0), ..Setup::default() });
    assert!(app.sees("Mean IoU 0.789") && app.sees("No confidence in this model's output"), "{:?}", app.names());
    assert!(!has(&app, "Confidence threshold"), "there is nothing to slide");
    let totals = app.explorer().counter.totals();
    assert!(app.sees(&format!("Correct {}", fmt::count(totals.correct))), "{:?}", app.names());
    assert!(!app.names().iter().any(|name| name.starts_with("False positives")));
    app.shot("segmentation");
    app.click("IoU");
    assert!(app.sees("class Tree: IoU 0.853, boundary IoU 0.195"), "{:?}", app.names());
    app.click("Bars");
    // One point is no curve, and no threshold is an optimum.
    app.click("Curves");
    assert!(app.sees("One point and no curve"), "{:?}", app.names());
    app.click("Run");
    assert!(has(&app, "every pixel counts") && !has(&app, "the optimum"), "{:?}", app.names());
    app.click("Overview");
    // The images of a cell, those with most of its pixels first.
    app.click("truth Road, predicted Tree: 149");
    assert_eq!(app.session().page(), Page::Images);
    let selection = &app.explorer().selection;
    assert_eq!((selection.sort, selection.images.iter().map(|image| image.weight).sum::<u64>()), (Sort::Errors, 149));
    assert!(selection.images.is_sorted_by_key(|image| std::cmp::Reverse(image.weight)));
    assert!(has(&app, "149 pixels in 2 images"), "{:?}", app.names());
}

/// The picture is saved with its masks; without them it is the file. Nothing on paper speaks of a threshold that there is not.
#[test]
fn the_picture_is_saved_with_its_masks() {
    let (dir, out) = (project(false), tempfile::tempdir().unwrap());
    let mut app = opened(&dir, Setup::default());
    let svg = read(&saved_as(&mut app, out.path(), "Performance by class menu", "SVG"));
    assert!(svg.contains("pixels of ") || svg.contains("Pixels of "), "{}", svg.len());
    assert!(!svg.contains("threshold"), "a model without confidence");
    app.send(Command::Select(Filter::All));
    let first = app.explorer().selection.images[0].image;
    app.send(Command::OpenImage(first));
    let original = image::open(fixture("b.jpg")).unwrap().to_rgb8();
    let changed = |file: &Path| {
        let picture = image::open(file).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), original.dimensions());
        let differ = |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 12);
        picture.pixels().zip(original.pixels()).filter(differ).count()
    };
    let size = (original.width() * original.height()) as usize;
    let png = saved(&mut app, out.path(), ("Save picture", "Save image …"), false);
    // Nearly every pixel has a class, and the colour of it.
    assert!(changed(&png) > size / 2, "{} of {size}", changed(&png));
    std::fs::remove_file(&png).unwrap();
    app.press(egui::Key::G);
    app.press(egui::Key::P);
    let png = saved(&mut app, out.path(), ("Save picture", "Save image …"), false);
    assert_eq!(changed(&png), 0);
}

#[test]
fn an_image_shows_truth_prediction_and_difference() {
    let dir = project(false);
    let mut app =
        opened(&dir, Setup { size: egui::vec2(1280.0, 720.0), theme: ThemeChoice::Light, ..Setup::default() });
    app.send(Command::Select(Filter::All));
    let first = app.explorer().selection.images[0].image;
    app.send(Command::OpenImage(first));
    let (id, shown) = app.explorer().masks.clone().unwrap();
    assert_eq!((id, shown.is_ok()), (first, true));
    assert!(has(&app, "Mean IoU ") && has(&app, "class Road: "), "{:?}", app.names());
    assert!(has(&app, "Point at a pixel to read its classes"));
    app.shot("segmentation-image");
    // What lies under the pointer: the middle of the picture.
    let shown = shown.unwrap();
    let canvas = app.harness.ctx.content_rect();
    app.harness.hover_at(canvas.center() - egui::vec2(40.0, 0.0));
    app.run();
    assert!(has(&app, ": truth ") || has(&app, "left out of the numbers"), "{:?}", app.names());
    assert!(shown.truth.width > 0);
    app.click("Difference");
    app.harness.hover_at(egui::pos2(5.0, 5.0));
    app.run();
    assert!(app.sees("right") && app.sees("wrong") && app.sees("missed") && app.sees("ignored"), "{:?}", app.names());
    app.shot("segmentation-difference");
    // A class is left out of the overlay and taken in again.
    let name = app.names().into_iter().find(|name| name.starts_with("class Road: ")).unwrap();
    app.click(&name);
    app.click(&name);
    app.click("Next image");
    let (id, _) = app.explorer().masks.clone().unwrap();
    assert_ne!(id, first, "the masks of the next image");
}

#[test]
fn confidence_maps_bring_the_slider() {
    let dir = project(true);
    let mut app = opened(&dir, Setup::default());
    assert!(has(&app, "Confidence threshold") && !app.sees("No confidence in this model's output"));
    // scikit-learn on the pixels from level 200 on: 863 + 1308 + 372 right, 2,513 below.
    app.send(Command::SetThreshold(200.0 / 255.0));
    assert!(app.sees("Correct 2,543") && app.sees("Missed 2,513"), "{:?}", app.names());
    assert!(app.sees("truth Road, predicted below threshold: 810"), "{:?}", app.names());
    app.shot("segmentation-confidence");
    app.click("Curves");
    assert!(app.sees("Precision and recall") && app.sees("IoU at every threshold"), "{:?}", app.names());
    let summary = app.explorer().evaluation.segmentation(&app.explorer().counter).unwrap();
    assert!(has(&app, &format!("mean IoU {}", fmt::rate(summary.mean_iou))), "{:?}", app.names());
    app.shot("segmentation-curves");
    app.click("Overview");
    let first = app.explorer().dataset().image_ids().next().unwrap();
    app.send(Command::OpenImage(first));
    app.click("Difference");
    app.shot("segmentation-below");
    // Thresholds of single classes are those of their pixels.
    app.send(Command::CloseImage);
    app.send(Command::SetOwnThreshold(evalens::model::ClassId(1), Some(0.0)));
    let tree = app.explorer().counter.classes()[1];
    assert_eq!(tree.correct, 2539, "every pixel of Tree counts again");
}

/// The masks of objects of the fixture that pycocotools evaluated.
#[test]
fn masks_of_objects_lie_over_their_picture() {
    let dir = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/instances");
    std::fs::create_dir_all(dir.path().join("predictions")).unwrap();
    std::fs::copy(from.join("truth.json"), dir.path().join("annotations.json")).unwrap();
    std::fs::copy(from.join("results.json"), dir.path().join("predictions/shapes.json")).unwrap();
    for image in [1, 3, 7, 9] {
        image::RgbImage::from_pixel(160, 120, image::Rgb([90, 100, 110]))
            .save(dir.path().join(format!("{image}.png")))
            .unwrap();
    }
    let mut app = opened(&dir, Setup { size: egui::vec2(1440.0, 900.0), ..Setup::default() });
    assert_eq!(app.explorer().evaluation.task, evalens::model::Task::InstanceSegmentation);
    let coco = app.explorer().evaluation.coco().unwrap().summary;
    assert!((coco.ap.unwrap() - 0.173_085_308_530_853_08).abs() < 1e-9, "{coco:?}");
    app.shot("instances");
    let first = app.explorer().dataset().image_ids().next().unwrap();
    app.send(Command::OpenImage(first));
    assert!(has(&app, "truth ") && app.sees("Difference") && app.sees("Boxes"), "{:?}", app.names());
    app.shot("instances-image");
    app.click("Difference");
    app.shot("instances-difference");
    app.click("Boxes");
    app.run();
    // Tiles show the masks, and none of them where both sides are switched off.
    app.send(Command::CloseImage);
    app.click("Images");
    app.run();
    app.run();
    let drawn = app.harness.render().unwrap();
    app.shot("instances-tiles");
    app.click("Ground truth");
    app.click("Model predictions");
    app.run();
    app.run();
    let plain = app.harness.render().unwrap();
    let differ = drawn.pixels().zip(plain.pixels()).filter(|(a, b)| a != b).count();
    assert!(differ > 2000, "{differ} pixels of masks");
    let grey = plain.pixels().filter(|pixel| pixel.0[..3] == [90, 100, 110]).count();
    let under = drawn.pixels().filter(|pixel| pixel.0[..3] == [90, 100, 110]).count();
    assert!(under + 2000 < grey, "{under} of {grey} pixels of the pictures are free");
}

/// What the middle of a part of the first tile's picture looks like: `at` is a place in the picture, 0…1.
fn tile_pixel(app: &mut TestApp, at: [f32; 2], aspect: f32) -> [u8; 3] {
    let drawn = app.harness.render().unwrap();
    let node = app.harness.query_all_by_label_contains("image ").next().unwrap();
    let rect = node.rect();
    // Two lines of caption are below the picture, which is drawn as large as fits.
    let room = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width(), rect.height() - 36.0));
    let width = room.width().min(room.height() * aspect);
    let picture = egui::Rect::from_center_size(room.center(), egui::vec2(width, width / aspect));
    let place = picture.min + picture.size() * egui::vec2(at[0], at[1]);
    let [r, g, b, _] = drawn.get_pixel(place.x as u32, place.y as u32).0;
    [r, g, b]
}

/// A place inside a region of one class: the class, and where in 0…1.
fn inside_of_a_class(mask: &evalens::model::IndexMask, other: &evalens::model::IndexMask) -> (u16, [f32; 2]) {
    let all = (4..mask.height - 4).flat_map(|y| (4..mask.width - 4).map(move |x| (x, y)));
    let around = |x: u32, y: u32| (y - 4..=y + 4).flat_map(move |b| (x - 4..=x + 4).map(move |a| (a, b)));
    let same = |&(x, y): &(u32, u32)| {
        let class = mask.get(x, y);
        class != Some(3) && around(x, y).all(|(a, b)| mask.get(a, b) == class && other.get(a, b) == class)
    };
    let (x, y) = all.into_iter().find(same).unwrap();
    let at = [(x as f32 + 0.5) / mask.width as f32, (y as f32 + 0.5) / mask.height as f32];
    (mask.get(x, y).unwrap(), at)
}

#[test]
fn tiles_show_the_classes_of_pixels() {
    let dir = project(false);
    let mut app = opened(&dir, Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    app.send(Command::Select(Filter::All));
    app.click("Images");
    let first = app.explorer().selection.images[0].image;
    let image = app.explorer().dataset().images[first.index()].clone();
    let letter = &image.name[..1];
    let read =
        |name: &str| evalens::formats::mask_png::read(&fixture(&format!("{letter}.{name}.png")), None).unwrap().0;
    let (class, at) = inside_of_a_class(&read("index"), &read("predicted"));
    let aspect = image.width as f32 / image.height as f32;
    app.run();
    app.run();
    let theme = evalens::ui::theme::Theme::dark();
    let of_class = theme.class(&app.explorer().dataset().classes, evalens::model::ClassId(class.into()));
    let both = tile_pixel(&mut app, at, aspect);
    app.shot("segmentation-tiles");
    app.click("Ground truth");
    app.click("Model predictions");
    app.run();
    app.run();
    let plain = tile_pixel(&mut app, at, aspect);
    let half = |over: egui::Color32| {
        let over = [over.r(), over.g(), over.b()];
        std::array::from_fn::<f32, 3, _>(|i| f32::from(plain[i]) / 2.0 + f32::from(over[i]) / 2.0)
    };
    let near = |found: [u8; 3], expected: [f32; 3]| (0..3).all(|i| (f32::from(found[i]) - expected[i]).abs() <= 4.0);
    assert!(near(both, half(of_class)), "{both:?} is not half {of_class:?} over {plain:?}");
    app.click("Difference");
    app.run();
    app.run();
    let difference = tile_pixel(&mut app, at, aspect);
    assert!(near(difference, half(theme.correct)), "{difference:?} is not half green over {plain:?}");
    // An opened image shows the same.
    app.send(Command::OpenImage(first));
    assert!(app.sees("right") && app.sees("wrong"), "{:?}", app.names());
}

/// Masks that cannot be read leave the tiles as they are.
#[test]
fn tiles_without_masks_stay_pictures() {
    let dir = project(false);
    let mut app = opened(&dir, Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    for name in ["masks/test/a.png", "masks/test/b.png"] {
        std::fs::write(dir.path().join(name), b"no mask").unwrap();
    }
    app.click("Images");
    app.run();
    app.run();
    let with = tile_pixel(&mut app, [0.5, 0.5], 1.5);
    app.click("Ground truth");
    app.click("Model predictions");
    app.run();
    assert_eq!(tile_pixel(&mut app, [0.5, 0.5], 1.5), with);
}

/// The first page opens all samples; that of the segmenter has a slider, and tiles with the classes of its pixels.
#[test]
fn the_sample_of_masks_opens_from_the_first_page() {
    let mut app = TestApp::with(Setup { size: egui::vec2(1280.0, 720.0), ..Setup::default() });
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    app.harness.state_mut().session_mut().sample = Some(sample);
    app.run();
    for name in ["Open the bundled sample", "… of a classifier", "… of a segmenter"] {
        assert!(app.sees(name), "{name} is not among {:?}", app.names());
    }
    app.shot("samples");
    app.click("… of a segmenter");
    assert!(app.sees("Project Landscapes") && app.sees("Model pixel-classifier@v2"), "{:?}", app.names());
    assert!(has(&app, "Confidence threshold") && has(&app, "Mean IoU ") && app.sees("Split test"));
    assert_eq!(app.explorer().dataset().images.len(), 16);
    app.click("Images");
    app.run();
    app.run();
    app.shot("sample-masks-tiles");
    assert!(app.sees("Difference") && has(&app, "image land_900.jpg: "), "{:?}", app.names());
}
