//! The page Vectors in the window, by accessible names: the map, its colours, lasso, clusters and neighbours.

mod common;

use std::path::Path;

use common::app::{Setup, TestApp};
use egui_kittest::kittest::Queryable;
use evalens::analysis::Filter;
use evalens::session::atlas::cloud::{Of, Origin, Wanted};
use evalens::session::atlas::layout::Projection;
use evalens::session::{Command, Page};
use evalens::store::settings::ThemeChoice;

/// The bundled sample of a classifier, on its page of vectors.
fn opened(setup: Setup) -> TestApp {
    let mut app = TestApp::with(setup);
    app.open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample-classes"));
    app.click("Vectors");
    app
}

fn has(app: &TestApp, part: &str) -> bool {
    app.harness.query_all_by_label_contains(part).next().is_some()
}

/// Drags over the map: from one share of its area to another.
fn drag(app: &mut TestApp, from: (f32, f32), to: (f32, f32)) {
    let map = app.harness.get_by_label_contains("vector map: ").rect();
    let at = |(x, y): (f32, f32)| map.min + map.size() * egui::vec2(x, y);
    app.harness.drag_at(at(from));
    app.harness.run_steps(2);
    app.harness.hover_at(at(to));
    app.harness.run_steps(2);
    app.harness.drop_at(at(to));
    app.run();
}

#[test]
fn a_rectangle_on_the_map_is_the_selection_of_all_panes() {
    let mut app = opened(Setup::default());
    assert_eq!(app.session().page(), Page::Vectors);
    let atlas = app.session().atlas.as_ref().unwrap();
    let count = atlas.cloud.as_ref().unwrap().points.len();
    assert_eq!(count, app.explorer().dataset().images.len(), "every item has a vector");
    assert!(matches!(atlas.layout.as_ref().unwrap().0, Projection::Umap(_)));
    assert!(atlas.nearby.is_some() && atlas.groups.is_some());
    assert!(has(&app, &format!("vector map: {count} points, 0 selected")), "{:?}", app.names());
    app.shot("vectors");
    // Everything, then nothing but the left half, then less of it.
    app.click("Rectangle");
    drag(&mut app, (0.001, 0.001), (0.999, 0.999));
    let Filter::Images { images, title } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!((images.len(), title), (count, format!("{count} images on the map")));
    drag(&mut app, (0.001, 0.001), (0.5, 0.999));
    let Filter::Images { images: left, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert!(!left.is_empty() && left.len() < count, "{} of {count}", left.len());
    app.shot("vectors-selected");
    app.click("Show images");
    assert_eq!(app.session().page(), Page::Images);
    assert_eq!(app.explorer().selection.images.len(), left.len());
    app.click("Vectors");
    app.click("Clear");
    assert_eq!(app.explorer().selection.filter, Filter::All);
}

#[test]
fn colours_have_a_legend_that_filters() {
    let mut app = opened(Setup::default());
    let right = app.explorer().counter.totals().correct;
    let entry = |app: &TestApp, name: &str| app.names().into_iter().find(|label| label.starts_with(name));
    // One object an item: the items that are right are the objects that are.
    assert_eq!(entry(&app, "right: "), Some(format!("right: {right} points")), "{:?}", app.names());
    app.send(Command::SetThreshold(2.0));
    assert_eq!(entry(&app, "right: "), None, "above all scores nothing is right: {:?}", app.names());
    app.send(Command::UseOptimal);
    // A click leaves a category out, another takes it in again.
    let name = entry(&app, "wrong: ").unwrap();
    app.click(&name);
    assert!(app.sees("Show all"));
    app.click("Rectangle");
    drag(&mut app, (0.001, 0.001), (0.999, 0.999));
    let Filter::Images { images, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!(images.len() as u64, right, "what is left out is not chosen");
    app.click("Show all");
    app.click("Colour by: Correctness");
    app.click("Class");
    let classes = app.explorer().dataset().classes.names().to_vec();
    assert!(classes.iter().all(|class| has(&app, &format!("{class}: "))), "{:?}", app.names());
    app.shot("vectors-classes");
}

#[test]
fn clusters_and_neighbours_lead_to_items() {
    let mut app = opened(Setup { size: egui::vec2(1280.0, 720.0), theme: ThemeChoice::Light, ..Setup::default() });
    app.send(Command::Group(evalens::session::atlas::groups::Grouping {
        method: evalens::vectors::clusters::Method::KMeans { clusters: 4, seed: 1 },
        on_map: true,
    }));
    let groups = app.session().atlas.as_ref().unwrap().groups.clone().unwrap();
    let first = groups.clustering.sizes()[0];
    let head = app.names().into_iter().find(|name| name.starts_with("Cluster 1: ")).unwrap();
    assert!(head.contains(&format!("{first} images")), "{head}");
    app.click(&head);
    app.click("Select Cluster 1");
    let Filter::Images { images, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!(images.len(), first);
    app.send(Command::NameCluster(0, "round things".to_owned()));
    assert!(has(&app, "round things: "));
    app.shot("vectors-light");
    // Points of objects or by own descriptors are a choice away.
    app.send(Command::OpenAtlas(Some(Wanted { of: Of::Items, origin: Origin::Own })));
    let cloud = app.session().atlas.as_ref().unwrap().cloud.clone().unwrap();
    assert_eq!((cloud.points.len(), cloud.missing), (app.explorer().dataset().images.len(), 0));
}

#[test]
fn objects_of_a_detector_are_points_by_their_own_descriptors() {
    let mut app = TestApp::with(Setup::default());
    app.open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample"));
    app.click("Vectors");
    let items = app.session().atlas.as_ref().unwrap().cloud.clone().unwrap();
    assert_eq!((items.wanted.origin, items.points.len()), (Origin::Own, app.explorer().dataset().images.len()));
    app.send(Command::OpenAtlas(Some(Wanted { of: Of::Objects, origin: Origin::Own })));
    let atlas = app.session().atlas.as_ref().unwrap();
    assert!(atlas.trouble.is_none(), "{:?}", atlas.trouble);
    let cloud = atlas.cloud.clone().unwrap();
    assert_eq!(cloud.points.len() + cloud.missing, app.explorer().dataset().truths.len());
    // Right, wrong and the rest are the counts of the explorer.
    let totals = app.explorer().counter.totals();
    let names = app.names();
    assert!(names.contains(&format!("right: {} points", totals.correct)), "{names:?}");
    assert!(names.contains(&format!("wrong: {} points", totals.misclassified + totals.missed)), "{names:?}");
    app.shot("vectors-objects");
    app.click("Rectangle");
    drag(&mut app, (0.001, 0.001), (0.999, 0.999));
    let Filter::Objects { truths, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!(truths.len(), cloud.points.len());
}

#[test]
fn a_click_on_a_point_shows_its_neighbours() {
    let mut app = opened(Setup::default());
    let atlas = app.session().atlas.as_ref().unwrap();
    let layout = atlas.layout.as_ref().unwrap().1.clone();
    let map = app.harness.get_by_label_contains("vector map: ").rect();
    // The first point, where the whole map fits into its area with room of 24 points.
    let (low, high) = layout.points.iter().fold(([f32::MAX; 2], [f32::MIN; 2]), |(low, high), p| {
        ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
    });
    let scale = ((map.width() - 48.0) / (high[0] - low[0])).min((map.height() - 48.0) / (high[1] - low[1]));
    let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
    let [x, y] = layout.points[0];
    let at = map.center() + egui::vec2((x - middle[0]) * scale, (middle[1] - y) * scale);
    app.harness.hover_at(at);
    app.harness.run_steps(2);
    app.harness.drag_at(at);
    app.harness.run_steps(1);
    app.harness.drop_at(at);
    app.run();
    assert!(app.sees("Select it and its neighbours"), "{:?}", app.names());
    app.click("Select it and its neighbours");
    let Filter::Images { images, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!(images.len(), 16, "the point and fifteen neighbours");
}

/// What the neighbours say of labels, and who lies far from all.
#[test]
fn odd_labels_and_far_points_are_a_click_away() {
    let mut app = opened(Setup { size: egui::vec2(1440.0, 1200.0), ..Setup::default() });
    let near = app.session().atlas.as_ref().unwrap().nearby.clone().unwrap();
    let odd = near.disagreements.iter().flatten().filter(|found| found.share >= 0.8).count();
    assert!(odd > 1, "the sample has hard cases");
    app.click(&format!("Select {odd} images with odd labels"));
    let Filter::Images { images, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!(images.len(), odd);
    app.click("Select the 20 images farthest out");
    let Filter::Images { images, .. } = app.explorer().selection.filter.clone() else { panic!() };
    let points = &app.session().atlas.as_ref().unwrap().cloud.as_ref().unwrap().points;
    let farthest = points[near.outliers.order[0] as usize].image;
    assert!(images.len() == 20 && images.contains(&farthest));
}

#[test]
fn tags_are_kept_with_the_project_and_can_be_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("sample");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample-classes"), &root);
    let open = || {
        let mut app = TestApp::with(Setup::default());
        app.harness.state_mut().session_mut().keeper =
            evalens::store::place::Keeper { writes: true, ..evalens::store::place::Keeper::default() };
        app.open(&root);
        app.click("Vectors");
        app
    };
    let mut app = open();
    let count = app.explorer().dataset().images.len();
    app.click("Rectangle");
    drag(&mut app, (0.001, 0.001), (0.999, 0.999));
    app.harness.get_by_label("Tag for the selection").focus();
    app.run();
    app.harness.get_by_label("Tag for the selection").type_text("seen");
    app.run();
    app.click("Tag");
    assert!(app.sees(&format!("Tag seen: {count} images")), "{:?}", app.names());
    // Another window on the same project.
    let mut other = open();
    assert!(other.sees(&format!("Tag seen: {count} images")));
    other.send(Command::Tag { tag: "odd".to_owned(), images: vec![evalens::model::ImageId(0)], on: true });
    // Nothing of it is lost by a change here.
    app.send(Command::Tag { tag: "seen".to_owned(), images: vec![evalens::model::ImageId(0)], on: false });
    assert!(app.sees(&format!("Tag seen: {} images", count - 1)) && app.sees("Tag odd: 1 image"), "{:?}", app.names());
    app.click("Colour by: Correctness");
    app.click("Your tags");
    assert!(has(&app, "several: ") || has(&app, "odd: 1 point"), "{:?}", app.names());
    app.click("Undo");
    assert!(app.sees(&format!("Tag seen: {count} images")));
    app.shot("vectors-tags");
}

/// A NumPy array of version 1 with a header of our own.
fn array(kind: &str, fortran: bool, shape: (usize, usize), bytes: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut head = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': ({}, {}), }}", shape.0, shape.1);
    head.push_str(&" ".repeat((64 - (10 + head.len() + 1) % 64) % 64));
    head.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((head.len() as u16).to_le_bytes());
    file.extend(head.as_bytes());
    file.extend(bytes);
    file
}

/// Five numbers an item: the third is the same for all, the fifth is that of the item itself.
fn number(item: usize, column: usize) -> f64 {
    match column {
        2 => 1.5,
        4 => item as f64,
        _ => ((item * 7 + column * 3) % 16) as f64 / 4.0,
    }
}

#[test]
fn a_dropped_file_of_vectors_is_put_on_the_map() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = opened(Setup::default());
    let items = app.explorer().dataset().images.len();
    let cells = |rows: usize| (0..rows).flat_map(|row| (0..5).map(move |column| (row, column)));
    let mut numbers: Vec<Vec<f32>> = Vec::new();
    // The same numbers in three ways, without ids: the rows are the items in their order.
    let plain: Vec<u8> = cells(items).flat_map(|(r, c)| (number(r, c) as f32).to_le_bytes()).collect();
    let columns = (0..5).flat_map(|column| (0..items).map(move |row| (row, column)));
    let turned: Vec<u8> = columns.flat_map(|(r, c)| number(r, c).to_be_bytes()).collect();
    let mut table = "name,a,b,c,d,e\n".to_owned();
    // In another order, and with ids without the ending of the file.
    for item in (0..items).rev() {
        let name = &app.explorer().dataset().images[item].name;
        let name = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let row: Vec<String> = (0..5).map(|column| number(item, column).to_string()).collect();
        table.push_str(&format!("{name},{}\n", row.join(",")));
    }
    let files = [
        ("plain.npy", array("<f4", false, (items, 5), &plain)),
        ("turned.npy", array(">f8", true, (items, 5), &turned)),
        ("named.csv", table.into_bytes()),
    ];
    app.click("Overview");
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).unwrap();
        app.drop_file(dir.path().join(name));
        assert_eq!(app.session().page(), Page::Vectors, "{name}");
        let cloud = app.session().atlas.as_ref().unwrap().cloud.clone().unwrap();
        assert_eq!((cloud.points.len(), cloud.dimensions, cloud.missing), (items, 5, 0), "{name}");
        assert!(has(&app, &format!("Points: {items} images, {name}")), "{:?}", app.names());
        numbers.push(cloud.values.clone());
    }
    assert!(numbers.iter().all(|values| *values == numbers[0]));
    assert!(numbers[0].iter().zip(cells(items)).all(|(found, (r, c))| *found == number(r, c) as f32));
    app.shot("vectors-dropped");
    // The dialog leads to the same.
    app.dialogs.answer.replace(Some(evalens::ui::outside::Picked::File(dir.path().join("plain.npy"))));
    app.click(&format!("Points: {items} images, named.csv"));
    app.click("Vectors of a file …");
    assert!(has(&app, &format!("Points: {items} images, plain.npy")), "{:?}", app.names());
}

#[test]
fn files_of_vectors_that_do_not_fit_are_answered_with_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = opened(Setup::default());
    let items = app.explorer().dataset().images.len();
    let bytes = |rows: usize| -> Vec<u8> {
        (0..rows * 5).flat_map(|at| (number(at / 5, at % 5) as f32).to_le_bytes()).collect()
    };
    let cases: [(&str, Vec<u8>, &str); 4] = [
        ("few.npy", array("<f4", false, (items - 3, 5), &bytes(items - 3)), "no ids, and there are"),
        ("promises.npy", array("<f4", false, (usize::MAX / 64, 5), &bytes(3)), "promises.npy"),
        ("none.npy", array("<f4", false, (0, 5), &[]), "no vector that can be used"),
        ("others.csv", b"id,a,b\nx,1,2\ny,3,4\n".to_vec(), "nothing in common"),
    ];
    for (name, bytes, expected) in cases {
        std::fs::write(dir.path().join(name), bytes).unwrap();
        app.drop_file(dir.path().join(name));
        let atlas = app.session().atlas.as_ref().unwrap();
        assert!(atlas.cloud.is_none(), "{name}");
        let trouble = atlas.trouble.clone().unwrap();
        assert!(trouble.contains(expected), "{name}: {trouble}");
        assert!(has(&app, "There is no map yet") && app.sees("Try again"), "{:?}", app.names());
    }
    app.shot("vectors-trouble");
    // Rows that are not finite leave their item out; one or two that are left make a map too.
    for left in [0, 1, 2, items - 1] {
        let rows = |at: usize| if at / 5 < left { number(at / 5, at % 5) as f32 } else { f32::NAN };
        let bytes: Vec<u8> = (0..items * 5).flat_map(|at| rows(at).to_le_bytes()).collect();
        let file = dir.path().join(format!("left-{left}.npy"));
        std::fs::write(&file, array("<f4", false, (items, 5), &bytes)).unwrap();
        app.drop_file(file);
        let atlas = app.session().atlas.as_ref().unwrap();
        if left == 0 {
            assert!(atlas.trouble.as_ref().unwrap().contains("no vector that can be used"));
            continue;
        }
        let cloud = atlas.cloud.clone().unwrap();
        assert_eq!((cloud.points.len(), cloud.missing), (left, items - left));
        let finite = atlas.layout.as_ref().unwrap().1.points.iter().flatten().all(|value| value.is_finite());
        assert!(finite && has(&app, "vector map: "), "{left}");
    }
    // Rows that are all the same.
    let file = dir.path().join("same.npy");
    std::fs::write(&file, array("<f4", false, (items, 5), &1.5_f32.to_le_bytes().repeat(items * 5))).unwrap();
    app.drop_file(file);
    let nearby = app.session().atlas.as_ref().unwrap().nearby.clone().unwrap();
    assert!(nearby.duplicates.groups.iter().all(|group| group.exact) && !nearby.duplicates.groups.is_empty());
}

/// Pictures that stand in two splits are found where both are evaluated together.
#[test]
fn near_duplicates_across_splits_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = opened(Setup { size: egui::vec2(1440.0, 1600.0), ..Setup::default() });
    let mut choice = app.explorer().choice.clone();
    choice.splits = vec!["valid".to_owned(), "test".to_owned()];
    app.send(Command::Evaluate(choice));
    app.click("Vectors");
    let images = app.explorer().dataset().images.clone();
    let first = |split: u16| images.iter().position(|image| image.split == split).unwrap();
    let (a, b) = (first(0), first(1));
    // All far from each other but these two, and two of the same split.
    let number = |item: usize, column: usize| -> f32 {
        let item = if item == b {
            a
        } else if item == a + 2 {
            a + 1
        } else {
            item
        };
        if column == item % 5 { 10.0 + item as f32 } else { (item / 5) as f32 }
    };
    let bytes: Vec<u8> = (0..images.len() * 5).flat_map(|at| number(at / 5, at % 5).to_le_bytes()).collect();
    let file = dir.path().join("leak.npy");
    std::fs::write(&file, array("<f4", false, (images.len(), 5), &bytes)).unwrap();
    app.drop_file(file);
    assert!(has(&app, "2 groups, 1 across splits"), "{:?}", app.names());
    app.click("Duplicates 1: 2 the same, in several splits");
    let Filter::Images { images: found, .. } = app.explorer().selection.filter.clone() else { panic!() };
    assert_eq!(found.iter().map(|image| image.index()).collect::<Vec<_>>(), [a, b]);
}

/// A cluster of items that the model gets wrong is a recommendation with its items, as long as the cluster is there.
#[test]
fn weak_clusters_are_recommendations() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = opened(Setup::default());
    let explorer = app.explorer();
    let cut = explorer.counter.cut();
    let wrong: Vec<bool> = explorer
        .dataset()
        .image_ids()
        .map(|image| explorer.matched.timeline.counts_of(image, cut).correct == 0)
        .collect();
    let bad = wrong.iter().filter(|wrong| **wrong).count();
    let before = *explorer.counter.totals();
    assert!(bad >= 10 && app.explorer().recommendations.iter().all(|card| card.kind != "weak_cluster"));
    // What is wrong lies apart.
    let number = |item: usize, column: usize| (item % 7 + column) as f32 + if wrong[item] { 100.0 } else { 0.0 };
    let bytes: Vec<u8> = (0..wrong.len() * 5).flat_map(|at| number(at / 5, at % 5).to_le_bytes()).collect();
    let file = dir.path().join("apart.npy");
    std::fs::write(&file, array("<f4", false, (wrong.len(), 5), &bytes)).unwrap();
    app.drop_file(file);
    app.send(Command::Group(evalens::session::atlas::groups::Grouping {
        method: evalens::vectors::clusters::Method::KMeans { clusters: 2, seed: 1 },
        on_map: false,
    }));
    let cards: Vec<_> =
        app.explorer().recommendations.iter().filter(|card| card.kind == "weak_cluster").cloned().collect();
    let [card] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!(card.title, "Cluster 2: F1 .000 against 1.000");
    let Filter::Images { images, .. } = &card.filter else { panic!() };
    assert_eq!(images.len(), bad);
    assert!(images.iter().all(|image| wrong[image.index()]));
    // Repaired by hand: every item right.
    let gain = card.gain.unwrap();
    assert_eq!(Some(gain.from), before.f1());
    assert_eq!(gain.to, 1.0, "nothing else is wrong");
    app.send(Command::NameCluster(1, "blurred".to_owned()));
    let named = |app: &TestApp| app.explorer().recommendations.iter().find(|card| card.kind == "weak_cluster").cloned();
    assert!(named(&app).unwrap().title.starts_with("blurred: F1 "));
    app.send(Command::OpenAtlas(Some(Wanted { of: Of::Items, origin: Origin::Given })));
    assert!(named(&app).is_none_or(|card| !card.title.starts_with("blurred")));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}
