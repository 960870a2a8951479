//! A short tour: a card beside each thing it explains, never over it.

use egui::{
    Area, Context, Id, Key, Modifiers, Order, Pos2, Rect, RichText, Sense, Stroke, StrokeKind, Vec2, pos2, vec2,
};

use crate::session::{Command, Page};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::panes::{Dashboard, Pane};
use crate::ui::theme;
use crate::ui::views::navigation;

/// What a step points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Bar,
    Pane(Pane),
    Entry(Page),
    /// The page of reports, or else where a pane saves what it shows.
    Report,
}

struct Step {
    target: Target,
    title: &'static str,
    text: &'static str,
}

const STEPS: [Step; 7] = [
    Step {
        target: Target::Bar,
        title: "One threshold for everything",
        text: "Drag the handle: every number on screen follows at once. The triangle marks the optimum of F1. Below stand precision, \
               recall and the four outcomes; a click on a count shows its objects",
    },
    Step {
        target: Target::Pane(Pane::Production),
        title: "Production metrics",
        text: "Precision, recall and F1 at every confidence. Drag the marker here as well, or name a precision or recall that you \
               have to reach",
    },
    Step {
        target: Target::Pane(Pane::Classes),
        title: "Performance by class",
        text: "A bar a class: correct, misclassified, missed, false positives. A click on a segment opens exactly these objects",
    },
    Step {
        target: Target::Pane(Pane::Matrix),
        title: "Confusion matrix",
        text: "What was taken for what. On the diagonal it is right, elsewhere wrong; a click on a cell opens its members",
    },
    Step {
        target: Target::Pane(Pane::Recommendations),
        title: "Recommendations",
        text: "What to do next, most useful first, each with its gain, its evidence and the images that show it",
    },
    Step {
        target: Target::Entry(Page::Images),
        title: "Images",
        text: "The pictures of whatever is selected, with ground truth and predictions on them. A double click opens one",
    },
    Step {
        target: Target::Report,
        title: "Take it with you",
        text: "The page Report makes HTML and PDF of all of it, the menu ⋯ of each pane saves its picture and its numbers. On the \
               command line the same is written without a window",
    },
];

/// Where the tour is.
#[derive(Default)]
pub struct Tour {
    step: Option<usize>,
    /// Offered on the first start, not begun.
    offered: bool,
    /// The keyboard goes to the card once it is there.
    focus: bool,
    size: Option<Vec2>,
    /// The threshold bar, as it was drawn last.
    pub bar: Option<Rect>,
}

impl Tour {
    /// Begins it.
    pub fn begin(&mut self) {
        *self = Self { step: Some(0), focus: true, bar: self.bar, ..Self::default() };
    }

    /// Asks whether to begin.
    pub fn offer(&mut self) {
        self.offered = true;
    }

    /// True while a card is on screen.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.step.is_some() || self.offered
    }

    fn go(&mut self, to: usize) {
        (self.step, self.focus) = (Some(to), true);
    }
}

/// What the keys do while the card is there; before they mean anything else.
pub fn keys(ctx: &Context, tour: &mut Tour, done: &mut bool) {
    if tour.is_open()
        && ctx.memory(|m| m.top_modal_layer().is_none())
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
    {
        (tour.step, tour.offered) = (None, false);
        *done = true;
    }
}

/// Draws the card.
pub fn ui(ui: &egui::Ui, ctx: &ViewCtx, tour: &mut Tour, dashboard: &Dashboard) {
    if !tour.is_open() || ctx.session.explorer.is_none() {
        return;
    }
    if tour.step.is_some() && ctx.session.page() != Page::Overview {
        // Every step is about the dashboard; wherever a person went meanwhile, the tour waits there.
        return;
    }
    let step = tour.step.and_then(|step| STEPS.get(step));
    let target = step.and_then(|step| place(ui.ctx(), tour, dashboard, step.target));
    let screen = ui.ctx().content_rect();
    if let Some(target) = target {
        let painter = ui.ctx().layer_painter(egui::LayerId::new(Order::Foreground, Id::unique("tour ring")));
        let ring = Stroke::new(theme::RING, ctx.theme.accent);
        painter.rect_stroke(target.shrink(theme::HAIRLINE), theme::RADIUS, ring, StrokeKind::Inside);
    }
    let size = tour.size.unwrap_or(vec2(theme::TOUR + 2.0 * theme::PADDING, theme::PANE_LEAST));
    let at = beside(size, target, screen);
    let area = Area::new(Id::unique("tour")).order(Order::Foreground).fixed_pos(at).constrain(true).fade_in(false);
    let shown = area.sense(Sense::hover()).show(ui.ctx(), |ui| {
        theme::card(ui.style()).fill(ctx.theme.raised).show(ui, |ui| {
            ui.set_width(theme::TOUR.min(screen.width() / 2.0));
            match step {
                Some(step) => card(ui, ctx, tour, step),
                None => offer(ui, ctx, tour),
            }
        });
    });
    if tour.size != Some(shown.response.rect.size()) {
        tour.size = Some(shown.response.rect.size());
        ui.ctx().request_repaint();
    }
}

fn offer(ui: &mut egui::Ui, ctx: &ViewCtx, tour: &mut Tour) {
    ui.label(RichText::new("New here?").font(theme::title()).color(ctx.theme.text));
    let words = "This is the bundled sample: parts in pictures, found by a detector. Seven cards show what is where";
    ui.label(RichText::new(words).color(ctx.theme.muted));
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        if ui.button("Take the tour").clicked() {
            tour.begin();
        }
        if ui.button("Not now").clicked() {
            tour.offered = false;
            ctx.wish(Wish::TourDone);
        }
    });
}

fn card(ui: &mut egui::Ui, ctx: &ViewCtx, tour: &mut Tour, step: &Step) {
    let at = tour.step.unwrap_or(0);
    let last = at + 1 == STEPS.len();
    let count = format!("{} of {}", at + 1, STEPS.len());
    ui.label(RichText::new(count).font(theme::caption()).color(ctx.theme.muted));
    ui.label(RichText::new(step.title).font(theme::title()).color(ctx.theme.text));
    ui.label(RichText::new(step.text).color(ctx.theme.muted));
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        let next = ui.button(if last { "Finish the tour" } else { "Next" });
        if std::mem::take(&mut tour.focus) {
            next.request_focus();
        }
        if ui.add_enabled(at > 0, egui::Button::new("Previous step")).clicked() {
            tour.go(at - 1);
        }
        let close = !last && ui.button("Close the tour").clicked();
        if close || (last && next.clicked()) {
            tour.step = None;
            ctx.wish(Wish::TourDone);
        } else if next.clicked() {
            tour.go(at + 1);
        }
    });
}

/// Where a target stands on screen.
fn place(ctx: &Context, tour: &Tour, dashboard: &Dashboard, target: Target) -> Option<Rect> {
    match target {
        Target::Bar => tour.bar,
        Target::Pane(pane) => dashboard.place(pane),
        Target::Entry(page) => navigation::place(ctx, page),
        Target::Report => navigation::named(ctx, "Report").or_else(|| {
            let pane = dashboard.place(Pane::Classes)?;
            let corner = pos2(pane.right() - 2.0 * theme::PANE_TITLE, pane.top());
            Some(Rect::from_min_max(corner, pos2(pane.right(), pane.top() + theme::PANE_TITLE)))
        }),
    }
}

/// Where a card of this size goes: beside the target and on the screen, where the least of the target is covered; in the middle
/// where there is no target.
fn beside(size: Vec2, target: Option<Rect>, screen: Rect) -> Pos2 {
    let Some(target) = target else { return screen.center() - size / 2.0 };
    let gap = theme::PADDING;
    let candidates = [
        pos2(target.left(), target.bottom() + gap),
        pos2(target.right() + gap, target.top()),
        pos2(target.left() - gap - size.x, target.top()),
        pos2(target.left(), target.top() - gap - size.y),
        pos2(target.right() - size.x, target.bottom() + gap),
    ];
    let inside = |at: Pos2| {
        let most = (screen.max - size).max(screen.min);
        at.clamp(screen.min, most)
    };
    let covered = |at: &Pos2| {
        let common = Rect::from_min_size(*at, size).intersect(target);
        if common.is_positive() { common.area() } else { 0.0 }
    };
    let best = candidates.map(inside).into_iter().min_by(|a, b| covered(a).total_cmp(&covered(b)));
    best.unwrap_or(screen.min)
}

/// What has to be on screen for the tour: the sample, its overview, all panes.
#[must_use]
pub fn preparation(has_numbers: bool) -> Vec<Command> {
    if has_numbers { vec![Command::Go(Page::Overview)] } else { vec![Command::OpenSample] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_stands_beside_what_it_explains() {
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 720.0));
        let size = vec2(340.0, 170.0);
        let targets = [
            Rect::from_min_max(pos2(0.0, 40.0), pos2(1280.0, 150.0)),
            Rect::from_min_max(pos2(120.0, 150.0), pos2(700.0, 430.0)),
            Rect::from_min_max(pos2(120.0, 430.0), pos2(700.0, 696.0)),
            Rect::from_min_max(pos2(700.0, 150.0), pos2(1280.0, 430.0)),
            Rect::from_min_max(pos2(700.0, 430.0), pos2(1280.0, 696.0)),
            Rect::from_min_max(pos2(8.0, 180.0), pos2(108.0, 206.0)),
            Rect::from_min_max(pos2(1224.0, 150.0), pos2(1280.0, 178.0)),
        ];
        for target in targets {
            let card = Rect::from_min_size(beside(size, Some(target), screen), size);
            assert!(screen.contains_rect(card), "{card:?} of {target:?}");
            assert!(!card.intersects(target), "{card:?} covers {target:?}");
        }
        // Where there is no room the card stays on screen.
        let card = Rect::from_min_size(beside(size, Some(screen), screen), size);
        assert!(screen.contains_rect(card));
        assert_eq!(beside(vec2(280.0, 120.0), None, screen), pos2(500.0, 300.0));
    }
}
