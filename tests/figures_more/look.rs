//! All charts of a dataset as pictures in a folder, to be looked at: `LOOK_AT=<project> LOOK_INTO=<folder>`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use evalens::analysis::compare::{CompareSettings, compare};
use evalens::analysis::design::surface::{self as counting, Rate};
use evalens::analysis::kinds::Kinds;
use evalens::analysis::protocols::Protocols;
use evalens::analysis::slices::{Limits, Rows, Sources, attributes, find};
use evalens::jobs::InlineRunner;
use evalens::metrics::MatchTable;
use evalens::model::NoProgress;
use evalens::report::encoded::{Encoded, Kind};
use evalens::report::figure::Figure;
use evalens::report::figures::compared::{self, Names};
use evalens::report::figures::items::{self, Meant, Overlay};
use evalens::report::figures::{errors, protocols, slices, surface};
use evalens::report::palette::Palette;
use evalens::session::{Command, Session};
use evalens::store::settings::Settings;

fn write(folder: &Path, name: &str, figure: &Figure) {
    let picture = figure.to_picture(1.5).unwrap_or_else(|e| panic!("{name}: {e}"));
    let png = Encoded::of_rgba(Kind::Png, picture.width, picture.height, &picture.rgba).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), &png.bytes).unwrap();
}

#[test]
#[ignore = "writes pictures to be looked at"]
fn look() {
    let (Some(project), Some(folder)) = (std::env::var_os("LOOK_AT"), std::env::var_os("LOOK_INTO")) else { return };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    let mut session = Session::new(Box::<InlineRunner<_>>::default(), Settings::default(), None);
    session.apply(Command::Open(project.into()), Instant::now());
    let explorer = session.explorer.as_ref().expect("something is evaluated");
    let (evaluation, matched, counter) = (&explorer.evaluation, &explorer.matched, &explorer.counter);
    let (palette, at, condition) = (Palette::default(), explorer.threshold.value, explorer.condition());
    let task = evaluation.task;
    let found = Kinds::at(evaluation, matched, counter, 100, &NoProgress).unwrap();
    for exhibit in
        [errors::kinds(&found, &condition, &palette), errors::worst(&found, &evaluation.dataset, &condition, &palette)]
            .into_iter()
            .flatten()
    {
        write(folder, &exhibit.key, &exhibit.titled(&palette));
    }
    let known = attributes(&Sources { thorough: true, ..Sources::plain(evaluation, 2.0) }, &NoProgress).unwrap();
    let rows = Rows::of(evaluation, matched, counter.cut());
    for attribute in &known.all {
        let metric = slices::Metric::of(task)[0];
        let bins = rows.of_bins(attribute);
        let exhibit = slices::attribute(attribute, (&bins, rows.whole()), (metric, task), &condition, &palette);
        write(folder, &exhibit.key, &exhibit.titled(&palette));
    }
    let weak = find(&known, &rows, Limits { share: 0.05, least: 10, p: 0.05 }, &NoProgress).unwrap();
    if let Some(exhibit) = slices::weak(&weak, task, &condition, &palette) {
        write(folder, &exhibit.key, &exhibit.titled(&palette));
    }
    if evaluation.objects().is_some() {
        let counted =
            counting::surface(evaluation, matched.settings.matching, &matched.own, &NoProgress).unwrap().unwrap();
        for rate in Rate::ALL {
            let here = (matched.settings.iou, at, counter.totals().f1());
            if let Some(exhibit) = surface::surface(&counted, rate, here, &palette) {
                write(folder, &exhibit.key, &exhibit.titled(&palette));
            }
        }
        let all = Protocols::of(evaluation, matched, &NoProgress).unwrap().unwrap();
        let exhibit = protocols::rules(&all, &all.counts(at), matched.settings.matching, &condition, &palette);
        write(folder, &exhibit.key, &exhibit.titled(&palette));
    }
    let table = |at: f64| MatchTable::of(evaluation, at, &NoProgress).unwrap();
    let (a, b) = (table(at), table(0.5 * at));
    let names = Names { a: "first@1", b: "a-second-model-with-a-long-name@2" };
    let settings = CompareSettings { resamples: 100, ap_resamples: 5, seed: 0 };
    let both = compare(&a, &b, &settings, &NoProgress).unwrap();
    let classes = &evaluation.dataset.classes;
    let matrices = [at, 0.5 * at].map(|at| evaluation.matrix_at(at, &NoProgress).unwrap().unwrap());
    for exhibit in [
        compared::metrics(&both, names, &palette),
        compared::classes(&both, names, (classes, task), &palette),
        compared::matrices((&matrices[0], &matrices[1]), names, (classes, evaluation.outside()), &palette),
    ]
    .into_iter()
    .flatten()
    {
        write(folder, &exhibit.key, &exhibit.titled(&palette));
    }
    let overlay = Overlay { truth: true, predictions: true, labels: true, masks: None, meant: Meant::All };
    let view = (evaluation, &**matched, counter.cut());
    let item = |worst: &evalens::analysis::kinds::Worst| {
        let image = &evaluation.dataset.images[worst.image.index()];
        let picture = image.path.as_ref().and_then(|path| image::open(path).ok()).map(|picture| {
            let picture = picture.thumbnail(640, 640).to_rgba8();
            Encoded::of_rgba(Kind::Jpeg, picture.width(), picture.height(), picture.as_raw()).unwrap()
        });
        let masks = items::masks::of_objects(view, worst.image, 640, &palette);
        let overlay = Overlay { masks, ..overlay.clone() };
        let figure =
            items::item(view, worst.image, picture.as_ref().map(|p: &Arc<Encoded>| p), &overlay, 300.0, &palette);
        (figure, image.name.clone())
    };
    let all: Vec<(Figure, String)> = found.worst.iter().take(9).map(item).collect();
    write(folder, "contact-sheet", &items::contact_sheet("Worst items", &all, 3, &palette));
}
