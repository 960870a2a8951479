//! The program in a real window: opens a project, drags the slider, clicks a cell, opens an image and flips it, and
//! compares the numbers on screen with those of the command line.
//!
//! Needs an X server: one of its own is started with Xvfb where `DISPLAY` is not set. Run with
//! `cargo test --features inspection --test desktop`. Pictures go to `EVALENS_SHOTS`, where that is set.
//!
//! `cargo test --features inspection --test desktop -- --ignored` renews the pictures in `screenshots/` from the sample.

mod errors;
mod segmenters;
mod texts;
mod window;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use window::{Display, Node, PROGRAM, Window};

/// A set of the shared data, where it is at hand.
fn data(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("EVALENS_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let folder = data.join(name);
    if !folder.is_dir() {
        eprintln!("{} is not there (set EVALENS_DATA)", folder.display());
    }
    folder.is_dir().then_some(folder)
}

/// bccd where it is at hand, else the bundled sample.
fn project() -> (PathBuf, Vec<&'static str>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match data("bccd") {
        Some(bccd) => (bccd, vec!["--model", "cell-detector@v3", "--split", "test"]),
        None => (root.join("assets/sample"), vec!["--model", "contour-detector@v2", "--split", "test"]),
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    for entry in walk(from) {
        let target = to.join(entry.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&entry, target).unwrap();
    }
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

fn evaluate(project: &Path, selection: &[&str], confidence: &str) -> serde_json::Value {
    let out = Command::new(PROGRAM)
        .arg("evaluate")
        .arg(project)
        .args(selection)
        .args(["--confidence", confidence, "--json", "-"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

/// Every tile shows what the command line says.
fn compare_tiles(window: &mut Window, expected: &serde_json::Value) {
    let summary = &expected["summary"];
    for (tile, key) in [("Precision", "precision"), ("Recall", "recall"), ("F1", "f1")] {
        let shown = window.number(tile);
        assert_eq!(shown, format!("{:.3}", summary[key].as_f64().unwrap()), "{tile}");
    }
    let counts = [
        ("Correct", "correct"),
        ("Misclassified", "misclassified"),
        ("Missed", "missed"),
        ("False positives", "false_positives"),
    ];
    for (tile, key) in counts {
        let shown = window.number(tile).replace(',', "");
        assert_eq!(shown, summary[key].to_string(), "{tile}");
    }
}

#[test]
fn explores_a_project_in_a_real_window() {
    let display = Display::open();
    let (project, selection) = project();
    let best = evaluate(&project, &selection, "optimal");
    let started = Instant::now();
    let mut window = Window::open(&display, &project);
    window.starting("Precision ");
    eprintln!("first numbers {:.2} s after the start of the process", started.elapsed().as_secs_f64());
    window.settle();
    compare_tiles(&mut window, &best);
    window.shot("overview");

    // A pane as a picture: without a desktop there is no dialog, which is said; with one the person is asked.
    let menu = window.wait("the matrix's menu", |n| n.name == "Confusion matrix menu");
    window.click(&menu);
    let save = window.starting("Save image");
    window.click(&save);
    let save = window.wait("the card's button", |n| n.role == "Button" && n.name == "Save");
    window.click(&save);
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
        // The path can be typed instead; here nothing is saved.
        window.starting("The system's file dialog did not open");
        let cancel = window.wait("the button that leaves", |n| n.role == "Button" && n.name == "Cancel");
        window.click(&cancel);
    }

    // Drag the slider: the tiles follow, and equal the command line at the slider's own value.
    let slider = window.wait("slider", |n| n.role == "Slider" && n.name == "Confidence threshold");
    let [x0, _, x1, _] = slider.bounds.unwrap();
    let from = egui::pos2((x0 + (x1 - x0) * 0.5) as f32, slider.middle().y);
    let to = egui::pos2((x0 + (x1 - x0) * 0.22) as f32, slider.middle().y);
    window.drag(from, to);
    let slider = window.wait("slider", |n| n.role == "Slider" && n.name == "Confidence threshold");
    let value = slider.value.expect("the slider has no value");
    let low = evaluate(&project, &selection, &value.to_string());
    assert_ne!(low["summary"]["correct"], best["summary"]["correct"], "the slider did not move");
    compare_tiles(&mut window, &low);
    window.shot("overview-low");

    // Click a cell off the diagonal: exactly its objects are marked.
    let matrix = &low["confusion_matrix"];
    let labels: Vec<&str> = matrix["labels"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    let (mut wanted, mut fewest) = (None, u64::MAX);
    for (row, counts) in matrix["counts"].as_array().unwrap().iter().enumerate() {
        for (column, count) in counts.as_array().unwrap().iter().enumerate() {
            let count = count.as_u64().unwrap();
            if row != column && count > 0 && count < fewest {
                (wanted, fewest) = (Some((row, column)), count);
            }
        }
    }
    let (row, column) = wanted.unwrap();
    let cell = format!("truth {}, predicted {}: {fewest}", labels[row], labels[column]);
    let cell = window.wait(&cell, |n| n.name == cell);
    window.click(&cell);
    let noun = if fewest == 1 { "object" } else { "objects" };
    window.starting(&format!("{fewest} marked {noun} in "));
    window.shot("cell");

    // Open the images one after the other and count their marked objects.
    let tile = window.wait("a gallery tile", |n| n.role == "Button" && n.name.starts_with("image "));
    window.click(&tile);
    let mut marked = 0;
    loop {
        let here = window.wait("the marked objects of the image", |n| n.name.contains(" in this image"));
        marked += here.name.split_whitespace().next().unwrap().parse::<u64>().unwrap();
        let position = window.wait("the position", |n| is_position(&n.name));
        let (at, of) = position.name.split_once(" of ").unwrap();
        if at == of {
            break;
        }
        window.key(egui::Key::ArrowRight);
    }
    assert_eq!(marked, fewest, "the images of the cell hold as many marked objects as the cell says");
    window.shot("image");

    // Flip between ground truth and predictions.
    let toggles = |window: &mut Window| {
        let state = |name: &str, window: &mut Window| {
            window.wait(name, |n| n.name == name && n.toggled.is_some()).toggled.unwrap()
        };
        (state("Ground truth", window), state("Model predictions", window))
    };
    window.key(egui::Key::Space);
    let first = toggles(&mut window);
    window.key(egui::Key::Space);
    let second = toggles(&mut window);
    assert!(
        first.0 != first.1 && second == (first.1, first.0),
        "space flips truth and predictions: {first:?} {second:?}"
    );
    window.shot("image-flipped");

    // Escape goes back to the gallery, and the optimum is one click away.
    window.key(egui::Key::Escape);
    window.wait("a gallery tile", |n| n.role == "Button" && n.name.starts_with("image "));
    let button = window.starting("Use optimal confidence");
    window.click(&button);
    compare_tiles(&mut window, &best);

    // An idle window does nothing.
    std::thread::sleep(Duration::from_millis(1500));
    let before = window.cpu_seconds();
    std::thread::sleep(Duration::from_secs(3));
    let used = window.cpu_seconds() - before;
    assert!(used < 0.15, "an idle window used {used:.2} s of processor time in 3 s");
}

/// A classifier of pictures: tiles as the command line says, a cell opens as many items as it counts, an item shows the
/// probability of every class; a cross-validation starts, is cancelled, and runs through.
#[test]
fn explores_a_classifier_in_a_real_window() {
    let Some(project) = data("cifar10-sample") else { return };
    let display = Display::open();
    let mut window = Window::open(&display, &project);
    window.starting("Precision ");
    window.settle();
    let best = evaluate(&project, &["--model", "efflite0-logreg"], "optimal");
    for (tile, key) in [("Correct", "correct"), ("Misclassified", "misclassified"), ("Missed", "below_threshold")] {
        assert_eq!(window.number(tile), best["summary"][key].to_string(), "{tile}");
    }
    window.shot("classifier");
    // Drag the slider: the tiles follow, and equal the command line at the slider's own value.
    let slider = window.wait("slider", |n| n.role == "Slider" && n.name == "Confidence threshold");
    let [x0, _, x1, _] = slider.bounds.unwrap();
    let at = |share: f64| egui::pos2((x0 + (x1 - x0) * share) as f32, slider.middle().y);
    window.drag(at(0.3), at(0.8));
    let value = window.wait("slider", |n| n.role == "Slider" && n.name == "Confidence threshold").value.unwrap();
    let high = evaluate(&project, &["--model", "efflite0-logreg"], &value.to_string());
    assert_ne!(high["summary"]["correct"], best["summary"]["correct"], "the slider did not move");
    for (tile, key) in [("Correct", "correct"), ("Misclassified", "misclassified"), ("Missed", "below_threshold")] {
        assert_eq!(window.number(tile).replace(',', ""), high["summary"][key].to_string(), "{tile}");
    }
    // Every class at its own optimum: the classes that had a threshold of their own are said, and one click goes back.
    let per_class = window.wait("Per class", |n| n.name == "Per class");
    window.click(&per_class);
    let each = window.wait("Use each optimum", |n| n.name == "Use each optimum");
    window.click(&each);
    window.wait("a class slider", |n| n.role == "Slider" && n.name.starts_with("Confidence threshold of "));
    window.shot("classifier-own");
    let back = window.wait("Back to one threshold", |n| n.name == "Back to one threshold");
    window.click(&back);
    window.click(&per_class);
    let button = window.starting("Use optimal confidence");
    window.click(&button);
    let cats = &best["confusion_matrix"]["counts"][3][5];
    let cell = format!("truth cat, predicted dog: {cats}");
    let cell = window.wait(&cell, |n| n.name == cell);
    window.click(&cell);
    let many = format!("{cats} images");
    window.wait(&many, |n| n.name == many);
    let tile = window.wait("an item", |n| n.role == "Button" && n.name.starts_with("image cat/"));
    assert!(tile.name.contains(": cat → dog "), "{}", tile.name);
    window.click(&tile);
    for class in best["dataset"]["classes"].as_array().unwrap() {
        window.starting(&format!("probability of {}: ", class.as_str().unwrap()));
    }
    window.shot("classifier-item");

    let page = window.wait("the page", |n| n.role == "Button" && n.name == "Cross-validate");
    window.click(&page);
    let start = window.starting("Start cross-validation");
    // Not settled: the job is to be met while it runs. Should it be faster than that, there is nothing to cancel.
    let pos = start.middle();
    window.events(vec![egui::Event::PointerMoved(pos)]);
    window.press(pos, true);
    window.press(pos, false);
    let met = window.wait("the job or its result", |n| {
        n.name.starts_with("Cancel cross-validating") || n.name == "Open pooled result"
    });
    if met.name.starts_with("Cancel") {
        window.click(&met);
        if let Some(start) = window.nodes().into_iter().find(|n| n.name == "Start cross-validation") {
            window.click(&start);
        }
    }
    window.starting("Mean Accuracy 0.6");
    window.shot("crossval");
}

/// From the list of versions to results, ranks and a comparison, on the bundled sample.
#[test]
fn keeps_score_of_versions_in_a_real_window() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    let display = Display::open();
    let mut window = Window::open(&display, &root);
    window.starting("Precision ");
    let page = window.wait("the page", |n| n.role == "Button" && n.name == "Evaluations");
    window.click(&page);
    let all = window.wait("Calculate all", |n| n.name == "Calculate all");
    window.click(&all);
    window.wait("the older version's results", |n| n.name.starts_with("View results contour-detector@v1"));
    window.shot("evaluations");

    let page = window.wait("the page", |n| n.role == "Button" && n.name == "Leaderboard");
    window.click(&page);
    for version in ["v1", "v2"] {
        let best = evaluate(&root, &["--model", &format!("contour-detector@{version}"), "--split", "test"], "optimal");
        let f1 = best["summary"]["f1"].as_f64().unwrap();
        let name = format!("F1 {f1:.3} of contour-detector@{version}");
        window.wait(&name, |n| n.name == name);
    }
    window.shot("leaderboard");

    let page = window.wait("the page", |n| n.role == "Button" && n.name == "Compare");
    window.click(&page);
    let choose = window.wait("the choice", |n| n.name == "Choose models …");
    window.click(&choose);
    let other = window.wait("the other version", |n| n.role == "CheckBox" && n.name == "contour-detector@v1");
    window.click(&other);
    window.key(egui::Key::Escape);
    let broken = window.wait("broken objects", |n| n.role == "Button" && n.name.starts_with("Broken "));
    window.shot("compare");
    let count: usize = broken.name["Broken ".len()..].parse().unwrap();
    window.click(&broken);
    let marked = |n: &Node| {
        let (_, behind) = n.name.strip_prefix("image ")?.rsplit_once(", ")?;
        behind.strip_suffix(" marked")?.parse::<usize>().ok()
    };
    window.wait("an image", |n| marked(n).is_some());
    let shown: usize = window.nodes().iter().filter_map(marked).sum();
    assert!(shown > 0 && shown <= count, "{shown} of {count} objects are marked in view");
}

/// Items on a map: laid out while one looks, coloured by correctness that follows the slider, a lasso that becomes the gallery.
#[test]
fn puts_items_on_a_map_in_a_real_window() {
    let sample = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    let display = Display::open();
    for (folder, own, what) in [("cifar10-sample", "sample-classes", "image"), ("banking77", "sample-classes", "text")]
    {
        let (project, what) = data(folder).map_or_else(|| (sample(own), "image"), |shared| (shared, what));
        explores_a_map(&mut Window::open(&display, &project), what);
    }
}

/// Map, colours that follow the slider, a rectangle that leads to the gallery, a point's neighbours, a cluster's points.
fn explores_a_map(window: &mut Window, what: &str) {
    window.starting("Precision ");
    let page = window.wait("the page", |n| n.role == "Button" && n.name == "Vectors");
    window.click(&page);
    window.wait("clusters", |n| n.name.starts_with("Cluster 1: "));
    window.wait("neighbours", |n| n.name == "Near-duplicates");
    window.settle();
    window.shot(&format!("vectors-{what}"));

    // All of it in a rectangle, in the gallery: as many items as there are points.
    let map = window.starting("vector map: ");
    let tool = window.wait("the tool", |n| n.name == "Rectangle");
    window.click(&tool);
    let at = |x: f32, y: f32| map.rect().min + map.rect().size() * egui::vec2(x, y);
    window.drag(at(0.01, 0.01), at(0.99, 0.99));
    let points: usize = map.name.split(' ').nth(2).unwrap().parse().unwrap();
    let name = format!("vector map: {points} points, {points} selected");
    window.wait(&name, |n| n.name == name);
    // A lasso around less.
    let tool = window.wait("the tool", |n| n.name == "Lasso");
    window.click(&tool);
    window.draw(&[at(0.01, 0.01), at(0.55, 0.01), at(0.5, 0.99), at(0.01, 0.99)]);
    let part = |n: &Node| -> Option<usize> { n.name.strip_suffix(" selected")?.rsplit(' ').next()?.parse().ok() };
    let some = window.wait("part of it", |n| part(n).is_some_and(|n| n > 0 && n < points));
    let chosen = part(&some).unwrap();
    let show = window.wait("the gallery", |n| n.name == format!("Show {what}s"));
    window.click(&show);
    let counted = |n: usize| if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) };
    let title = format!("{} {what}s on the map", counted(chosen));
    window.wait(&title, |n| n.name.contains(&title));
    window.shot(&format!("vectors-{what}-gallery"));

    // The higher the threshold, the fewer are right.
    let page = window.wait("the page", |n| n.role == "Button" && n.name == "Vectors");
    window.click(&page);
    let clear = window.wait("the way out of the selection", |n| n.name == "Clear");
    window.click(&clear);
    let points_of = |node: &Node| -> usize {
        let number = node.name.trim_start_matches("wrong: ").trim_end_matches(" points").replace(',', "");
        number.parse().unwrap()
    };
    let before = points_of(&window.starting("wrong: "));
    let slider = window.wait("the slider", |n| n.name == "Confidence threshold" && n.role == "Slider");
    window.drag(slider.middle(), slider.rect().right_center() - egui::vec2(20.0, 0.0));
    let after = points_of(&window.starting("wrong: "));
    assert!(after > before, "{before} wrong at the optimum, {after} near the highest score");
    window.shot(&format!("vectors-{what}-threshold"));

    let cluster = window.starting("Cluster 1: ");
    window.click(&cluster);
    let select = window.wait("its points", |n| n.name == "Select Cluster 1");
    window.click(&select);
    window.wait("the selection", |n| n.name.ends_with(" in Cluster 1"));

    // A click on a point shows what is nearest to it.
    let tool = window.wait("the tool", |n| n.name == "Move");
    window.click(&tool);
    let places = (1..10).flat_map(|y| (1..10).map(move |x| at(x as f32 / 10.0, y as f32 / 10.0)));
    let picked = places.into_iter().any(|place| {
        window.press(place, true);
        window.press(place, false);
        window.settle();
        window.nodes().iter().any(|n| n.name == "Select it and its neighbours")
    });
    assert!(picked, "no point in a hundred places");
    window.shot(&format!("vectors-{what}-neighbours"));
    let alike = window.wait("the neighbours", |n| n.name == "Select it and its neighbours");
    window.click(&alike);
    let name = format!("vector map: {points} points, 16 selected");
    window.wait(&name, |n| n.name == name);
}

/// Not a check: it makes the pictures that README shows, from the bundled sample.
#[test]
#[ignore = "writes screenshots/"]
fn renews_the_screenshots() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let display = Display::open();
    for theme in ["dark", "light"] {
        let mut window = Window::open_themed(&display, &root.join("assets/sample"), theme);
        window.shots = Some(root.join("screenshots"));
        window.starting("Precision ");
        // The sample has its own project file; nothing covers the page.
        rest(&mut window);
        window.shot(&format!("overview-{theme}"));
        let cell = window.wait("a cell with several objects", |n| {
            let count = n.name.rsplit(": ").next().and_then(|c| c.parse::<u64>().ok());
            let (truth, predicted) = n.name.split_once(", predicted ").unwrap_or_default();
            let same = predicted.starts_with(truth.trim_start_matches("truth "));
            truth.starts_with("truth ") && !same && !n.name.contains("background") && count.is_some_and(|c| c >= 3)
        });
        window.click(&cell);
        rest(&mut window);
        window.shot(&format!("cell-{theme}"));
        let tile = window.wait("a gallery tile", |n| n.role == "Button" && n.name.starts_with("image "));
        window.click(&tile);
        rest(&mut window);
        window.shot(&format!("image-{theme}"));
        // The page Run would show where this folder lies.
        let curves = window.wait("the curves", |n| n.role != "Label" && n.name == "Curves");
        window.click(&curves);
        rest(&mut window);
        window.shot(&format!("curves-{theme}"));
        errors::shots(&mut window, theme);
        let compare = window.wait("the comparison", |n| n.role == "Button" && n.name == "Compare");
        window.click(&compare);
        let choose = window.wait("the choice", |n| n.name == "Choose models …");
        window.click(&choose);
        let other = window.wait("the other version", |n| n.role == "CheckBox" && n.name == "contour-detector@v1");
        window.click(&other);
        window.key(egui::Key::Escape);
        window.starting("Broken ");
        rest(&mut window);
        window.shot(&format!("compare-{theme}"));
        let report = window.wait("the report", |n| n.role == "Button" && n.name == "Report");
        window.click(&report);
        window.starting("Page 1 of ");
        let folder = window.wait("its folder", |n| n.role == "TextInput" && n.name == "Folder of the report");
        window.click(&folder);
        // The usual folder would show where this person's files lie.
        window.key_with(egui::Modifiers::COMMAND, egui::Key::A);
        window.events(vec![egui::Event::Text("~/reports/contour-detector".to_owned())]);
        let title = window.wait("its title", |n| n.role == "TextInput" && n.name == "Title of the report");
        window.click(&title);
        window.events(vec![egui::Event::Text("Contour detector, second version".to_owned())]);
        let update = window.wait("the button", |n| n.name == "Update preview");
        window.click(&update);
        rest(&mut window);
        window.wait("the new preview", |n| n.name == "Write report");
        window.starting("Page 1 of ");
        rest(&mut window);
        window.shot(&format!("report-{theme}"));
        window.key_with(egui::Modifiers::COMMAND, egui::Key::Comma);
        window.wait("the settings", |n| n.name == "Empty the cache");
        rest(&mut window);
        window.shot(&format!("settings-{theme}"));
        window.key(egui::Key::F1);
        let heading = window.wait("the figures of the help", |n| n.name == "Heading Average precision");
        window.click(&heading);
        rest(&mut window);
        window.shot(&format!("help-{theme}"));
        drop(window);
        let mut window = Window::open_themed(&display, &root.join("assets/sample-classes"), theme);
        window.shots = Some(root.join("screenshots"));
        window.starting("Precision ");
        let per_class = window.wait("Per class", |n| n.name == "Per class");
        window.click(&per_class);
        let own = window.wait("Use its optimum", |n| n.name == "Use its optimum");
        window.click(&own);
        rest(&mut window);
        window.shot(&format!("classes-{theme}"));
        let page = window.wait("the map", |n| n.role == "Button" && n.name == "Vectors");
        window.click(&page);
        let cluster = window.starting("Cluster 2: ");
        window.click(&cluster);
        window.wait("neighbours", |n| n.name == "Near-duplicates");
        rest(&mut window);
        window.shot(&format!("vectors-{theme}"));
        drop(window);
        let mut window = Window::open_themed(&display, &root.join("assets/sample-masks"), theme);
        window.shots = Some(root.join("screenshots"));
        window.starting("Mean IoU ");
        let cell = window.starting("truth House, predicted Tree: ");
        window.click(&cell);
        let tile = window.wait("a landscape", |n| n.role == "Button" && n.name.starts_with("image land_902.jpg"));
        window.click(&tile);
        let difference = window.wait("Difference", |n| n.name == "Difference");
        window.click(&difference);
        rest(&mut window);
        window.shot(&format!("masks-{theme}"));
        drop(window);
        let mut window = Window::open_themed(&display, &root.join("assets/sample-texts"), theme);
        window.shots = Some(root.join("screenshots"));
        window.starting("Pass rate ");
        let parts = window.wait("the parts", |n| n.role == "ComboBox" && n.name == "Parts by");
        window.click(&parts);
        let category = window.wait("the categories", |n| n.role == "Button" && n.name == "category");
        window.click(&category);
        rest(&mut window);
        window.shot(&format!("texts-{theme}"));
        let page = window.wait("the texts", |n| n.role == "Button" && n.name == "Texts");
        window.click(&page);
        let search = window.wait("the search", |n| n.role == "TextInput" && n.name == "Search texts");
        window.click(&search);
        window.events(vec![egui::Event::Text("lamp be seen".to_owned())]);
        let row = window.wait("an answer", |n| n.role == "Button" && n.name.starts_with("answer lighthouse-49-plain"));
        window.click(&row);
        window.wait("the difference", |n| n.name == "Difference");
        rest(&mut window);
        window.shot(&format!("text-{theme}"));
    }
}

/// Waits until pictures are decoded, and takes the pointer away from everything.
fn rest(window: &mut Window) {
    window.events(vec![egui::Event::PointerMoved(egui::pos2(720.0, 8.0))]);
    std::thread::sleep(Duration::from_millis(700));
    window.settle();
}

fn is_position(name: &str) -> bool {
    name.split_once(" of ")
        .is_some_and(|(a, b)| [a, b].iter().all(|n| !n.is_empty() && n.bytes().all(|c| c.is_ascii_digit())))
}
