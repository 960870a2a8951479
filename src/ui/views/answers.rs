//! The panes of generated texts: numbers of the set and what passes at every threshold, parts of the set, how the numbers
//! agree; and the panel that says how answers are scored.

mod agreement;
mod curve;
mod metrics;
mod parts;
pub mod scoring;

use std::sync::Arc;

use egui::Ui;

use crate::metrics::detection::Matched;
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::panes::Pane;
use crate::ui::widgets::states;

pub use agreement::MOST as MOST_COMPARED;

/// What the panes remember.
#[derive(Default)]
pub struct AnswersState {
    metrics: metrics::Metrics,
    parts: parts::Parts,
    agreement: agreement::AgreementState,
}

/// Draws a pane of generated texts; false where it looks the same for all tasks.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut AnswersState, pane: Pane) -> bool {
    let Some(explorer) = &ctx.session.explorer else { return false };
    let Some(texts) = explorer.texts() else { return false };
    match pane {
        Pane::Production => metrics::ui(ui, ctx, explorer, texts, &mut state.metrics),
        Pane::Classes => parts::ui(ui, ctx, explorer, texts, &mut state.parts),
        Pane::Matrix => agreement::ui(ui, ctx, explorer, texts, &mut state.agreement),
        Pane::Recommendations | Pane::Unknown => return false,
    }
    true
}

/// What passes at every threshold, as large as the page.
#[derive(Default)]
pub struct PassCurve(Memo<curve::Curve>);

impl PassCurve {
    /// Draws it; the reason where there is none.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
        match explorer.pass_column().filter(|column| column.ranks()) {
            Some(column) => {
                let curve = self.0.of(explorer, || curve::Curve::new(explorer, column));
                curve::ui(ui, ctx, explorer, column, curve);
            }
            None => states::empty(ui, ctx, "Nothing passes or fails", "No number says which answers are better"),
        }
    }
}

/// Something computed once for a scoring.
struct Memo<T>(Option<(Arc<Matched>, T)>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Memo<T> {
    fn of(&mut self, explorer: &Explorer, make: impl FnOnce() -> T) -> &mut T {
        let fresh = self.0.take().filter(|(of, _)| Arc::ptr_eq(of, &explorer.matched));
        let (_, made) = self.0.insert(fresh.unwrap_or_else(|| (Arc::clone(&explorer.matched), make())));
        made
    }
}
