//! A pane as a table or as a picture: for the clipboard, or for a file that the person names.

use std::sync::Arc;

use crossbeam_channel::Sender;
use egui::{ColorImage, Pos2, Rect, vec2};

use crate::report::figure::Figure;
use crate::report::{csv_tables, text_figures, text_tables};
use crate::session::Session;
use crate::store::export::Content;

use super::panes::Pane;
use super::views::answers::MOST_COMPARED;

/// Where a pane's content goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The clipboard.
    Clipboard,
    /// A file.
    File,
}

/// A picture of the whole window, of which a pane is wanted.
#[derive(Clone, Debug)]
pub struct Shot {
    /// Which pane.
    pub pane: Pane,
    /// Where it goes.
    pub target: Target,
    area: Rect,
    window: Arc<ColorImage>,
    pixels_per_point: f32,
}

/// The numbers that a pane shows, as CSV; `None` where nothing is open.
#[must_use]
pub fn table(session: &Session, pane: Pane) -> Option<String> {
    let explorer = session.explorer.as_ref()?;
    let (evaluation, matched, counter) = (&explorer.evaluation, &explorer.matched, &explorer.counter);
    if evaluation.texts().is_some() && pane != Pane::Recommendations {
        let text = match pane {
            Pane::Production => text_tables::metrics(evaluation, explorer.intervals.as_deref()),
            Pane::Classes => text_tables::of_parts(evaluation, explorer.threshold.value),
            Pane::Matrix => text_tables::agreement(evaluation, MOST_COMPARED),
            Pane::Recommendations | Pane::Unknown => return None,
        };
        return text.ok();
    }
    let text = match pane {
        Pane::Production => csv_tables::sweep(&matched.sweep),
        Pane::Classes => csv_tables::classes(evaluation, Some((matched, counter))),
        Pane::Matrix => {
            let pairs = explorer.pairs.as_ref().and_then(|pairs| pairs.counts.as_ref());
            let counts = pairs.map(|(timeline, counter)| counter.matrix(timeline));
            csv_tables::matrix(evaluation, &counts.unwrap_or_else(|| counter.matrix(&matched.timeline)))
        }
        Pane::Recommendations => {
            csv_tables::recommendations(&explorer.recommendations, explorer.dataset().classes.names())
        }
        Pane::Unknown => return None,
    };
    text.ok()
}

/// A pane as a drawing; `None` for those that have none.
#[must_use]
pub fn drawing(session: &Session, pane: Pane) -> Option<Figure> {
    let explorer = session.explorer.as_ref()?;
    let (evaluation, threshold) = (&explorer.evaluation, explorer.threshold.value);
    match pane {
        Pane::Production => text_figures::passing(evaluation, threshold),
        Pane::Classes => text_figures::of_parts(evaluation, threshold),
        Pane::Recommendations | Pane::Matrix | Pane::Unknown => None,
    }
}

/// The name that a saved pane is offered.
#[must_use]
pub fn file_name(session: &Session, pane: Pane, ending: &str) -> String {
    let model = session.explorer.as_ref().map(|e| &e.evaluation.predictions.identity);
    let model = model.map_or_else(String::new, |m| format!("{}-{}-", m.id, m.version));
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    format!("{model}{}.{ending}", pane.key()).chars().map(plain).collect()
}

/// Asks the window for a picture of itself; it is sent when the next frame is drawn.
pub fn ask(ctx: &egui::Context, pane: Pane, target: Target, area: Rect, sender: Sender<Shot>) {
    let (pixels_per_point, wake) = (ctx.pixels_per_point(), ctx.clone());
    ctx.request_screenshot(move |window| {
        // The receiver lives as long as the window.
        let _ = sender.send(Shot { pane, target, area, window, pixels_per_point });
        wake.request_repaint();
    });
}

impl Shot {
    /// The pane alone; `None` where it lies outside the window, which may have become smaller since.
    #[must_use]
    pub fn cut(&self) -> Option<ColorImage> {
        let size = vec2(self.window.width() as f32, self.window.height() as f32) / self.pixels_per_point;
        let area = self.area.intersect(Rect::from_min_size(Pos2::ZERO, size));
        area.is_positive().then(|| self.window.region(&area, Some(self.pixels_per_point)))
    }
}

/// A picture on its way into a file.
#[must_use]
pub fn picture(image: &ColorImage) -> Content {
    let [width, height] = image.size.map(|n| u32::try_from(n).unwrap_or(0));
    let rgba = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    Content::Picture { width, height, rgba }
}
