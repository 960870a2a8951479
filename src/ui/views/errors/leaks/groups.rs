//! The groups, one under the other, each with its items side by side.

use egui::{
    Align2, Color32, CursorIcon, Rect, Response, RichText, Role, ScrollArea, Sense, StrokeKind, Ui, WidgetInfo,
};
use egui::{pos2, vec2};

use crate::analysis::Filter;
use crate::analysis::leaks::{Group, Item};
use crate::model::{Image, ImageId, fmt};
use crate::session::errors::leaks::Found;
use crate::session::{Command, Explorer};
use crate::ui::context::ViewCtx;
use crate::ui::textures::{Pictures, Shown};
use crate::ui::theme;
use crate::ui::widgets::icon::focus_ring;
use crate::ui::widgets::{states, switch, text};

/// Size of a picture, and of a text.
const PICTURE: egui::Vec2 = vec2(168.0, 112.0);
const TEXT: egui::Vec2 = vec2(300.0, 64.0);
/// Lines under a picture.
const LINES: f32 = 2.0 * (theme::CAPTION + theme::GRID);

/// Which groups are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// All.
    #[default]
    All,
    /// Those with items of several splits.
    Across,
    /// Those whose items are not labelled alike.
    Conflict,
}

impl Kind {
    const ALL: [Self; 3] = [Self::All, Self::Across, Self::Conflict];

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::All => ("All", "Every group"),
            Self::Across => ("Across splits", "Groups with items of several splits"),
            Self::Conflict => ("Labels differ", "Groups whose items are not labelled alike"),
        }
    }

    fn has(self, group: &Group) -> bool {
        match self {
            Self::All => true,
            Self::Across => group.is_across(),
            Self::Conflict => group.conflict,
        }
    }
}

/// Draws them into the rest of the place.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, found: &Found, kind: &mut Kind, pictures: &mut Pictures) {
    if found.groups.is_empty() {
        states::empty(ui, ctx, "No duplicates", "No two items that were compared are the same or nearly the same");
        return;
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID;
        for of in Kind::ALL {
            let count = found.groups.iter().filter(|group| of.has(group)).count();
            let (name, hint) = of.words();
            let name = format!("{name} {}", fmt::count(count as u64));
            if switch::choice(ui, ctx.theme, *kind == of, &name, &name, hint).clicked() {
                *kind = of;
            }
        }
    });
    let shown: Vec<(usize, &Group)> = found.groups.iter().enumerate().filter(|(_, group)| kind.has(group)).collect();
    if shown.is_empty() {
        ui.label(RichText::new("No such group").color(ctx.theme.muted));
        return;
    }
    let tile = if explorer.evaluation.task.is_text() { TEXT } else { PICTURE };
    let height = theme::ROW + tile.y + LINES + theme::PADDING;
    ui.spacing_mut().item_spacing.y = theme::PADDING;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, height, shown.len(), |ui, range| {
        for (number, group) in shown.get(range).unwrap_or_default() {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
            Drawn { ctx, found, group, number: *number, tile }.paint(ui, rect, pictures);
        }
    });
}

/// A group on screen.
struct Drawn<'a> {
    ctx: &'a ViewCtx<'a>,
    found: &'a Found,
    group: &'a Group,
    number: usize,
    tile: egui::Vec2,
}

impl Drawn<'_> {
    /// `group 3: 2 items, exact, test and train, labels differ`.
    fn words(&self) -> String {
        let items = fmt::counted(self.group.members.len() as u64, "item", "items");
        let how = if self.group.is_exact() { "exact" } else { "near" };
        let differ = if self.group.conflict { ", labels differ" } else { "" };
        format!("group {}: {items}, {how}, {}{differ}", self.number + 1, self.found.names_of(&self.group.splits))
    }

    /// Its evaluated items; `None` without any.
    fn filter(&self) -> Option<Filter> {
        let images: Vec<ImageId> = self.group.items(&self.found.material.items).filter_map(|item| item.image).collect();
        let title = format!("Group {} of duplicates", self.number + 1);
        (!images.is_empty()).then_some(Filter::Images { title, images })
    }

    fn paint(&self, ui: &mut Ui, rect: Rect, pictures: &mut Pictures) {
        let head = rect.with_max_y(rect.top() + theme::ROW);
        self.head(ui, head);
        let pitch = self.tile.x + theme::PADDING;
        let room = (((rect.width() + theme::PADDING) / pitch).floor() as usize).max(1);
        let members = &self.group.members;
        // Where not all find room the last place says how many there are.
        let drawn = if members.len() > room { room - 1 } else { members.len() };
        for (place, member) in members.iter().take(drawn).enumerate() {
            let min = pos2(rect.left() + place as f32 * pitch, head.bottom());
            let tile = Rect::from_min_size(min, self.tile);
            if let Some(item) = self.found.material.items.get(member.item as usize) {
                self.item(ui, tile, item, member.item, pictures);
            }
        }
        if members.len() > drawn {
            let min = pos2(rect.left() + drawn as f32 * pitch, head.bottom());
            let words = format!("and {} more", fmt::count((members.len() - drawn) as u64));
            let place = Rect::from_min_size(min, vec2((rect.right() - min.x).min(self.tile.x), self.tile.y));
            text::left(ui.painter(), place, &words, theme::body(), self.ctx.theme.muted);
        }
    }

    fn head(&self, ui: &mut Ui, rect: Rect) {
        let (words, theme) = (self.words(), self.ctx.theme);
        let filter = self.filter();
        let response = ui.interact(rect, ui.scope_id().with(("group", self.number)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, filter.is_some(), &words));
        if response.hovered() && filter.is_some() {
            ui.painter().rect_filled(rect, theme::RADIUS, theme.hover);
        }
        focus_ring(ui, theme, rect, &response);
        let shown = words.replacen("group", "Group", 1).replacen(':', ",", 1);
        text::left(ui.painter(), rect, &shown, theme::body(), theme.text);
        if let Some(filter) = filter {
            let response = response.on_hover_cursor(CursorIcon::PointingHand);
            if response.on_hover_text("A click shows those of them that are evaluated").clicked() {
                self.ctx.send(Command::Select(filter));
            }
        }
    }

    fn item(&self, ui: &mut Ui, tile: Rect, item: &Item, at: u32, pictures: &mut Pictures) {
        let theme = self.ctx.theme;
        let split = self.found.material.split_name(item.split);
        let whole = tile.with_max_y(tile.bottom() + LINES);
        let response = ui.interact(whole, ui.scope_id().with(("item", at)), Sense::click());
        let truth = if item.truth.is_empty() { String::new() } else { format!(", {}", item.truth) };
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Button, item.image.is_some(), format!("{split}: {}{truth}", item.name))
        });
        ui.painter().rect_filled(tile, 0.0, theme.mat);
        let said = self.found.material.texts.get(at as usize);
        match said {
            Some(said) => words(ui, self.ctx, tile, said),
            None => self.picture(ui, tile, item, at, pictures),
        }
        if response.hovered() && item.image.is_some() {
            ui.painter().rect_stroke(tile, 0.0, (theme::HAIRLINE, theme.text), StrokeKind::Outside);
        }
        focus_ring(ui, theme, tile, &response);
        let line = |number: f32| {
            let top = tile.bottom() + theme::GRID / 2.0 + number * (theme::CAPTION + theme::GRID);
            Rect::from_min_size(pos2(tile.left(), top), vec2(tile.width(), theme::CAPTION + theme::GRID))
        };
        let name = item.name.rsplit(['/', '\\']).next().unwrap_or(&item.name);
        text::left(ui.painter(), line(0.0), &format!("{split} · {name}"), theme::caption(), theme.text);
        let color = if self.group.conflict { theme.misclassified } else { theme.muted };
        text::left(ui.painter(), line(1.0), &item.truth, theme::caption(), color);
        self.act(response, item, said);
    }

    fn picture(&self, ui: &Ui, tile: Rect, item: &Item, at: u32, pictures: &mut Pictures) {
        // Items that are not evaluated go by numbers behind those that are.
        let image = Image { name: item.name.clone(), path: item.path.clone(), ..Image::default() };
        match pictures.thumb(ImageId(at), &image, tile.width() * ui.pixels_per_point()) {
            Shown::Ready(drawable) => {
                let (width, height) = drawable.source;
                let size = vec2(width.max(1) as f32, height.max(1) as f32);
                let place = Rect::from_center_size(tile.center(), size * (tile.size() / size).min_elem());
                ui.painter().image(drawable.texture, place, drawable.uv, Color32::WHITE);
            }
            Shown::Loading => {}
            Shown::Failed(_) => {
                let (theme, at) = (self.ctx.theme, tile.center());
                text::at(ui.painter(), at, Align2::CENTER_CENTER, "no picture", theme::caption(), theme.muted);
            }
        }
    }

    fn act(&self, response: Response, item: &Item, said: Option<&String>) {
        let split = self.found.material.split_name(item.split);
        let open = item.image.zip(self.filter());
        let response = response.on_hover_ui(|ui| {
            ui.set_max_width(theme::POPUP);
            ui.label(RichText::new(format!("{split} · {}", item.name)).color(self.ctx.theme.text));
            for words in said.into_iter().chain([&item.truth]).filter(|words| !words.is_empty()) {
                ui.label(RichText::new(words).color(self.ctx.theme.muted));
            }
            let act = if open.is_some() { "a click opens it" } else { "it is not evaluated, and cannot be opened" };
            ui.label(RichText::new(act).color(self.ctx.theme.muted));
        });
        if let Some((image, filter)) = open
            && response.on_hover_cursor(CursorIcon::PointingHand).clicked()
        {
            self.ctx.send(Command::Select(filter));
            self.ctx.send(Command::OpenImage(image));
        }
    }
}

/// The beginning of a text.
fn words(ui: &Ui, ctx: &ViewCtx, tile: Rect, said: &str) {
    let inside = tile.shrink(theme::GRID);
    let mut job = egui::text::LayoutJob::simple(said.to_owned(), theme::body(), ctx.theme.text, inside.width());
    job.wrap.max_rows = 3;
    let galley = ui.painter().layout_job(job);
    ui.painter().with_clip_rect(inside).galley(inside.min, galley, ctx.theme.text);
}
