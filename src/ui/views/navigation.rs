//! The navigation at the left: the pages that exist.

use egui::{Align2, CursorIcon, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::project::DatasetEntry;
use crate::session::{Command, Page};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::text;

/// The pages, with the key that opens each.
pub const PAGES: &[(Page, &str)] = &[
    (Page::Overview, "Overview"),
    (Page::Images, "Images"),
    (Page::Curves, "Curves"),
    (Page::Thresholds, "Thresholds"),
    (Page::Errors, "Errors"),
    (Page::Vectors, "Vectors"),
    (Page::Run, "Run"),
    (Page::CrossValidate, "Cross-validate"),
    (Page::Evaluations, "Evaluations"),
    (Page::Leaderboard, "Leaderboard"),
    (Page::Compare, "Compare"),
    (Page::Report, "Report"),
];

/// Where the entry of a page stood when it was drawn last.
#[must_use]
pub fn place(ctx: &egui::Context, page: Page) -> Option<Rect> {
    let name = PAGES.iter().find(|(known, _)| *known == page)?.1;
    named(ctx, name).or_else(|| named(ctx, "Texts"))
}

/// Where the entry of this name stood when it was drawn last; `None` where there is none.
#[must_use]
pub fn named(ctx: &egui::Context, name: &str) -> Option<Rect> {
    ctx.read_response(Id::unique(("page", name))).map(|response| response.rect)
}

/// True where the open project has vectors and labels to cross-validate.
#[must_use]
pub fn has_vectors(ctx: &ViewCtx) -> bool {
    let datasets = ctx.session.project.as_ref().map(|p| &p.recognised.project.datasets);
    datasets.is_some_and(|all| all.iter().any(DatasetEntry::can_be_cross_validated))
}

/// Draws the navigation.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx) {
    let area = ui.available_rect_before_wrap();
    let texts = ctx.session.explorer.as_ref().is_some_and(|e| e.evaluation.task.is_text());
    let vectors = has_vectors(ctx);
    // Without numbers there is nothing on the other pages.
    let numbers = ctx.session.explorer.is_some();
    let shown = PAGES.iter().filter(|(page, _)| match page {
        Page::CrossValidate => vectors,
        page => numbers || page.needs_no_evaluation(),
    });
    for (row, (page, name)) in shown.enumerate() {
        let name = if *page == Page::Images && texts { "Texts" } else { name };
        // Pages about more than one evaluation stand apart.
        let apart = matches!(page, Page::Evaluations | Page::Leaderboard | Page::Compare | Page::Report);
        let gap = if apart { 2.0 * theme::PADDING } else { 0.0 };
        let top = area.top() + theme::PADDING + gap + row as f32 * (theme::ROW + theme::GRID);
        if *page == Page::Evaluations && row > 0 {
            let line = egui::Stroke::new(theme::HAIRLINE, ctx.theme.line);
            ui.painter().hline(area.x_range().shrink(theme::PADDING), top - theme::PADDING, line);
        }
        let rect = Rect::from_min_max(pos2(area.left(), top), pos2(area.right(), top + theme::ROW + 2.0));
        entry(ui, ctx, *page, name, rect.shrink2(vec2(theme::PADDING, 0.0)));
    }
    ui.advance_cursor_after_rect(area);
}

fn entry(ui: &Ui, ctx: &ViewCtx, page: Page, name: &str, rect: Rect) {
    let here = ctx.session.page() == page;
    let response = ui.interact(rect, Id::unique(("page", name)), Sense::click());
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, here, name));
    let painter = ui.painter();
    if here || response.hovered() {
        painter.rect_filled(rect, theme::RADIUS, if here { ctx.theme.hover } else { ctx.theme.raised });
    }
    if here {
        painter.rect_filled(text::from_left(rect.left(), rect.center().y, 3.0, 16.0), 2.0, ctx.theme.accent);
    }
    focus_ring(ui, ctx.theme, rect, &response);
    let color = if here { ctx.theme.text } else { ctx.theme.muted };
    let at = pos2(rect.left() + 12.0, rect.center().y);
    text::at(painter, at, Align2::LEFT_CENTER, name, theme::body(), color);
    if page == Page::Run {
        problems(ui, ctx, rect);
    }
    if response.clicked() {
        ctx.send(Command::Go(page));
    }
}

/// How many problems were found in the data, beside the page that lists them.
fn problems(ui: &Ui, ctx: &ViewCtx, rect: Rect) {
    use crate::model::Severity;
    let Some(explorer) = &ctx.session.explorer else { return };
    let count = explorer.findings.iter().filter(|f| f.severity != Severity::Info).count();
    if count > 0 {
        let color = if explorer.findings.iter().any(|f| f.severity == Severity::Error) {
            ctx.theme.danger
        } else {
            ctx.theme.misclassified
        };
        let at = pos2(rect.right() - theme::PADDING, rect.center().y);
        text::at(ui.painter(), at, Align2::RIGHT_CENTER, &count.to_string(), theme::caption(), color);
    }
}
