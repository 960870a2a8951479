//! What can be taken out of the window: a chart as a picture or a drawing, its numbers as a table; into a file that the person
//! names, or onto the clipboard.

use std::collections::BTreeSet;
use std::sync::Arc;

use crossbeam_channel::Sender;
use egui::{ColorImage, Popup, Ui};

use crate::metrics::detection::Matched;
use crate::metrics::{Counter, Evaluation};
use crate::model::ClassId;
use crate::report::figure::Picture;
use crate::report::figures::{self, View};
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::session::exports::{Errand, Maker};
use crate::session::{Explorer, Session};
use crate::store::export::Content;

use super::context::{ViewCtx, Wish};
use super::panes::Pane;
use super::widgets::icon::{self, Icon};

/// The entries of a menu that hand a chart out, with what each does.
const ENTRIES: [(&str, Errand); 4] = [
    ("Save image …", Errand::SaveImage),
    ("Save data …", Errand::SaveData),
    ("Copy image", Errand::CopyImage),
    ("Copy data", Errand::CopyData),
];

/// "Save image …", "Save data …", "Copy image" and "Copy data" in a menu, for what `make` makes; nothing happens where it makes
/// nothing. It is called when an entry is clicked, while the window waits: where making takes longer than a few milliseconds, use
/// [`entries`]. `name` is the stem of the files, such as that of [`name`].
pub fn menu(ui: &mut Ui, ctx: &ViewCtx, name: &str, make: impl Fn(&Palette) -> Option<Exhibit>) {
    entries(ui, ctx, name, || make(&ctx.theme.paper()).map(Maker::made));
}

/// The same for what is made on another thread.
pub fn entries(ui: &mut Ui, ctx: &ViewCtx, name: &str, make: impl Fn() -> Option<Maker>) {
    buttons(ui, |errand| {
        if let Some(maker) = make() {
            ctx.export(errand, name, maker);
        }
    });
}

/// The same of what a pane shows.
pub fn pane_entries(ui: &mut Ui, ctx: &ViewCtx, pane: Pane) {
    buttons(ui, |errand| ctx.wish(Wish::Export(pane, errand)));
}

/// A button "⋯" with these entries, for a chart that has a title of its own.
pub fn dots(ui: &mut Ui, ctx: &ViewCtx, title: &str, name: &str, make: impl Fn() -> Option<Maker>) {
    let dots = icon::button(ui, ctx.theme, Icon::Dots, &format!("{title} menu"), true);
    Popup::menu(&dots).show(|ui| entries(ui, ctx, name, make));
}

fn buttons(ui: &mut Ui, clicked: impl Fn(Errand)) {
    for (words, errand) in ENTRIES {
        if ui.button(words).clicked() {
            clicked(errand);
            ui.close();
        }
    }
}

/// The stem of files of what is on screen: model, version, what it shows.
#[must_use]
pub fn name(session: &Session, key: &str) -> String {
    let model = session.explorer.as_ref().map(|e| &e.evaluation.predictions.identity);
    let model = model.map_or_else(String::new, |m| format!("{}-{}-", m.id, m.version));
    plain(&format!("{model}{key}"))
}

/// A name without what file systems take for something else.
#[must_use]
pub fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    name.chars().map(plain).collect()
}

/// A picture as the clipboard wants it.
pub(super) fn clipboard(picture: &Picture) -> ColorImage {
    let size = [picture.width, picture.height].map(|n| n as usize);
    ColorImage::from_rgba_unmultiplied(size, &picture.rgba)
}

/// Asks for a picture of the whole window; it is sent when the next frame is drawn.
pub(super) fn shoot(ctx: &egui::Context, sender: Sender<Arc<ColorImage>>) {
    let wake = ctx.clone();
    ctx.request_screenshot(move |window| {
        // The receiver lives as long as the window.
        let _ = sender.send(window);
        wake.request_repaint();
    });
}

/// A picture of the window on its way into a file.
pub(super) fn content(image: &ColorImage) -> Content {
    let [width, height] = image.size.map(|n| u32::try_from(n).unwrap_or(0));
    let rgba = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    Content::Picture { width, height, rgba }
}

/// What is on screen, taken along to another thread.
#[derive(Clone)]
pub struct Taken {
    evaluation: Evaluation,
    matched: Arc<Matched>,
    counter: Counter,
    threshold: f64,
    only: Option<BTreeSet<ClassId>>,
}

impl Taken {
    /// What is on screen now.
    #[must_use]
    pub fn of(explorer: &Explorer) -> Self {
        Self {
            evaluation: explorer.evaluation.clone(),
            matched: Arc::clone(&explorer.matched),
            counter: explorer.counter.clone(),
            threshold: explorer.threshold.value,
            only: None,
        }
    }

    /// With these classes only in the drawing.
    #[must_use]
    pub fn only(self, classes: &BTreeSet<ClassId>) -> Self {
        Self { only: Some(classes.clone()), ..self }
    }

    /// Something that is made of it.
    pub fn maker(self, make: impl Fn(&View<'_>) -> Option<Exhibit> + Send + Sync + 'static) -> Maker {
        Maker::new(move |palette| {
            let Self { evaluation, matched, counter, threshold, only } = &self;
            let (threshold, only) = (*threshold, only.as_ref());
            make(&View { evaluation, matched, counter, threshold, only, palette })
        })
    }
}

/// What a pane shows, to be made on another thread; `None` where nothing is open.
#[must_use]
pub fn pane(session: &Session, pane: Pane) -> Option<Maker> {
    let explorer = session.explorer.as_ref()?;
    let taken = Taken::of(explorer);
    let texts = explorer.texts().is_some();
    Some(match pane {
        Pane::Production if texts => {
            let intervals = explorer.intervals.clone();
            taken.maker(move |view| figures::texts::metrics_and_passing(view, intervals.as_deref()))
        }
        Pane::Classes if texts => taken.maker(figures::texts::parts),
        Pane::Matrix if texts => taken.maker(|view| figures::texts::agreement(view.evaluation, view.palette)),
        Pane::Production => taken.maker(figures::production::production),
        Pane::Classes => taken.maker(figures::classes::classes),
        Pane::Matrix => {
            let pairs = explorer.pairs.as_ref().and_then(|pairs| pairs.counts.as_ref());
            let counts = pairs.map_or_else(
                || explorer.counter.matrix(&explorer.matched.timeline),
                |(timeline, counter)| counter.matrix(timeline),
            );
            taken.maker(move |view| figures::matrix::matrix(view, &counts))
        }
        Pane::Recommendations => {
            let list = Arc::clone(&explorer.recommendations);
            taken.maker(move |view| {
                figures::cards::recommendations(view.evaluation, &list, &view.condition(), view.palette)
            })
        }
        Pane::Unknown => return None,
    })
}
