//! The texts of the selection as a list: what each says, what it is labelled, what the model makes of it. Searchable;
//! only what is in view is laid out.

use egui::{CursorIcon, Rect, RichText, Role, ScrollArea, Sense, TextEdit, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::model::{ClassId, ImageId, fmt};
use crate::report::figures::listing::listing;
use crate::report::palette::Palette;
use crate::report::settings;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};
use crate::session::exports::Maker;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::boxes::Boxes;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{outcome, states, text};

use super::gallery::{Basis, Chooser, top};
use super::hand_out;
use super::labelled::Labelled;

/// Height of a row: two lines of text.
const ROW: f32 = 52.0;
/// Width of the column of labels.
const LABELS: f32 = 340.0;

/// What the list remembers between frames.
#[derive(Debug, Default)]
pub struct Texts {
    search: String,
    found: Option<Found>,
    chooser: Chooser,
}

/// The items of the selection that hold the words searched for, and what that depends on.
#[derive(Debug)]
struct Found {
    basis: Basis,
    search: String,
    items: Vec<ImageId>,
}

/// Draws the page.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Texts) {
    let Some(explorer) = &ctx.session.explorer else { return };
    let Texts { search, chooser, .. } = state;
    top::texts(ui, ctx, explorer, chooser, |ui| {
        let field = TextEdit::singleline(search).hint_text("Search texts").desired_width(200.0);
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Search texts"));
        let made = || Some(Maker::made(exhibit(explorer, search, &ctx.theme.paper())));
        hand_out::button(ui, ctx, "texts", "texts", made);
    });
    let items = state.follow(explorer);
    if items.is_empty() {
        let (title, advice) = if state.search.is_empty() {
            top::nothing(explorer)
        } else {
            (format!("No text of the selection holds “{}”", state.search), "Search for something else".to_owned())
        };
        states::empty(ui, ctx, &title, &advice);
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, items.len(), |ui, rows| {
        for &item in items.get(rows).unwrap_or(&[]) {
            row(ui, ctx, explorer, item);
        }
    });
}

impl Texts {
    fn follow(&mut self, explorer: &Explorer) -> &[ImageId] {
        let basis = Basis::of(explorer);
        if !self.found.as_ref().is_some_and(|found| found.basis.same(&basis) && found.search == self.search) {
            let items = fitting(explorer, &self.search);
            self.found = Some(Found { basis, search: self.search.clone(), items });
        }
        self.found.as_ref().map_or(&[], |found| &found.items)
    }
}

/// The items of the selection whose text holds these words, in any case.
fn fitting(explorer: &Explorer, search: &str) -> Vec<ImageId> {
    let wanted = search.to_lowercase();
    let texts = &explorer.dataset().texts;
    let holds = |item: &ImageId| {
        wanted.is_empty() || texts.get(item.index()).is_some_and(|text| text.to_lowercase().contains(&wanted))
    };
    explorer.selection.images.iter().map(|s| s.image).filter(holds).collect()
}

/// The list as a table.
fn exhibit(explorer: &Explorer, search: &str, palette: &Palette) -> Exhibit {
    let columns = vec![
        Column::words("item", "Item"),
        Column::words("text", "Text"),
        Column::words("labels", "Labels"),
        Column::words("predicted", "Predicted"),
        Column::number("score", "Score"),
        Column::words("outcome", "Outcome"),
    ];
    let dataset = explorer.dataset();
    let names = |classes: &mut dyn Iterator<Item = ClassId>| {
        let names: Vec<&str> = classes.map(|class| dataset.classes.name(class)).collect();
        Cell::from(names.join(", "))
    };
    let row = |item: ImageId| {
        let labelled = Labelled::of(explorer, item);
        let score = labelled.said.first().filter(|_| labelled.said.len() == 1).map(|(_, score)| *score);
        vec![
            dataset.images.get(item.index()).map_or(Cell::Empty, |image| image.name.as_str().into()),
            dataset.texts.get(item.index()).map_or(Cell::Empty, |text| text.as_str().into()),
            names(&mut labelled.truth.iter().copied()),
            names(&mut labelled.said.iter().map(|(class, _)| *class)),
            score.map_or(Cell::Empty, |score| Cell::Rate(Some(score))),
            labelled.kind.map_or(Cell::Empty, |kind| outcome::name(kind).into()),
        ]
    };
    let table = Table { columns, rows: fitting(explorer, search).into_iter().map(row).collect() };
    let size = fmt::counted(table.rows.len() as u64, "text", "texts");
    let caption = settings::counted_at(&format!("{}, {size}", explorer.selection_title()), &explorer.condition());
    listing("texts", "Texts", &caption, table, palette)
}

fn row(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, item: ImageId) {
    let theme = ctx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let name = explorer.dataset().images.get(item.index()).map_or("", |i| i.name.as_str());
    let labelled = Labelled::of(explorer, item);
    let words = labelled.words(explorer);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("text {name}: {words}")));
    if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, theme.hover);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), (theme::HAIRLINE, theme.line));
    focus_ring(ui, theme, rect, &response);
    let inside = rect.shrink2(vec2(theme::PADDING * 1.5, theme::GRID));
    let labels = inside.with_min_x((inside.right() - LABELS).max(inside.center().x));
    let said = explorer.dataset().texts.get(item.index()).map_or("", String::as_str);
    let mut job = egui::text::LayoutJob::simple(
        said.chars().take(400).collect(),
        theme::body(),
        theme.text,
        labels.left() - inside.left() - 2.0 * theme::PADDING,
    );
    job.wrap.max_rows = 2;
    let galley = ui.painter().layout_job(job);
    ui.painter().galley(pos2(inside.left(), rect.center().y - galley.size().y / 2.0), galley, theme.text);
    let (first, second) = labels.split_top_bottom_at_fraction(0.5);
    let mark = Rect::from_center_size(pos2(first.left() + 4.0, first.center().y), Vec2::splat(theme::PADDING));
    if let Some(kind) = labelled.kind {
        let mut boxes = Boxes::new(ui.painter(), rect);
        boxes.mark(mark, kind, theme.outcome(kind));
        boxes.paint(ui.painter());
    }
    text::left(ui.painter(), first.with_min_x(mark.right() + theme::GRID), &words, theme::body(), theme.text);
    let below = labelled.below(explorer, item, name);
    text::left(ui.painter(), second.with_min_x(mark.right() + theme::GRID), &below, theme::caption(), theme.muted);
    if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_ui(|ui| card(ui, ctx, said)).clicked() {
        ctx.send(Command::OpenImage(item));
    }
}

/// The whole text, as far as it fits.
fn card(ui: &mut Ui, ctx: &ViewCtx, said: &str) {
    ui.set_max_width(theme::POPUP);
    let cut: String = said.chars().take(1200).collect();
    let more = said.chars().count().saturating_sub(1200) as u64;
    ui.label(RichText::new(cut).color(ctx.theme.text));
    if more > 0 {
        ui.label(
            RichText::new(format!("and {}", fmt::counted(more, "character", "characters"))).color(ctx.theme.muted),
        );
    }
}
