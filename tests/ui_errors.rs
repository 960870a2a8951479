//! The page of errors without a display: kinds that open their objects, the worst items, crops by loss; Explain everywhere.

mod common;

use common::app::TestApp;
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::analysis::Filter;
use evalens::session::errors::Tab;
use evalens::session::{Command, Page};

fn opened() -> TestApp {
    let mut app = TestApp::evaluated();
    app.click("Errors");
    assert_eq!((app.session().page(), app.session().history.here().tab), (Page::Errors, Tab::Kinds));
    app
}

fn begins(app: &TestApp, start: &str) -> String {
    let found = app.names().into_iter().find(|name| name.starts_with(start));
    found.unwrap_or_else(|| panic!("nothing begins with {start} among {:?}", app.names()))
}

#[test]
fn a_kind_of_error_opens_its_objects() {
    let mut app = opened();
    let kinds = app.session().errors.kinds.found.clone().expect("looked at when the page opens");
    assert_eq!(app.session().errors.kinds.at, Some(app.explorer().threshold.value));
    let kind = kinds.kinds.iter().find(|kind| kind.count > 0).unwrap();
    let name = begins(&app, &format!("{}: {} error", kind.name, kind.count));
    app.shot("errors-kinds");
    app.click(&name);
    assert_eq!(app.session().page(), Page::Images);
    assert_eq!(app.explorer().selection.outcomes.len() as u64, kind.count);
    app.send(Command::Back);
    assert_eq!(app.session().history.here().tab, Tab::Kinds);
}

#[test]
fn the_worst_item_opens_among_all_with_errors() {
    let mut app = opened();
    let kinds = app.session().errors.kinds.found.clone().unwrap();
    let name = app.explorer().dataset().images[kinds.worst[0].image.index()].name.clone();
    app.click(&begins(&app, &format!("worst {name}: ")));
    assert_eq!(app.session().history.here().image, Some(kinds.worst[0].image));
    let Filter::Images { images, .. } = &app.explorer().selection.filter else { panic!() };
    assert_eq!(images.len(), kinds.worst.len());
}

#[test]
fn an_object_with_high_loss_opens_marked() {
    let mut app = opened();
    let kinds = app.session().errors.kinds.found.clone().unwrap();
    let worst = kinds.objects[0].0;
    let image = app.explorer().evaluation.image_of(worst).unwrap();
    let name = app.explorer().dataset().images[image.index()].name.clone();
    let tile = app.names().into_iter().find(|node| node.starts_with(&format!("image {name}"))).unwrap();
    app.harness.get_all_by_label(&tile).next().unwrap().click();
    app.run();
    assert_eq!(app.session().history.here().image, Some(image));
    assert!(app.explorer().selection.outcomes.contains(&worst));
}

#[test]
fn kinds_follow_the_slider_after_its_rest() {
    let mut app = opened();
    let before = app.session().errors.kinds.found.clone().unwrap();
    app.send(Command::SetThreshold(0.9));
    assert_ne!(app.session().errors.kinds.at, Some(0.9));
    app.wait(std::time::Duration::from_millis(200));
    assert_eq!(app.session().errors.kinds.at, Some(0.9));
    assert_ne!(app.session().errors.kinds.found.as_ref().unwrap().kinds, before.kinds);
}

#[test]
fn figures_explain_themselves() {
    let mut app = TestApp::evaluated();
    for (page, figures) in [
        (Page::Curves, &["Precision and recall"][..]),
        (Page::Errors, &["Error types", "Worst images", "Objects with most loss"]),
    ] {
        app.send(Command::Go(page));
        app.run();
        for figure in figures {
            app.click(&format!("Explain {figure}"));
            let said: Vec<String> =
                app.harness.root().children_recursive().filter_map(|node| node.accesskit_node().value()).collect();
            let counts = app.explorer().counter.totals();
            let line = format!("{} correct", counts.correct);
            assert!(said.iter().any(|text| text.contains(&line)), "{figure}: {said:?}");
            assert!(said.iter().any(|text| text.contains("two-pass")), "{figure}: {said:?}");
            assert!(app.sees("Show the images"), "{figure}");
            app.press(egui::Key::Escape);
        }
    }
}
