//! The gallery: the images of the selection as tiles, or the objects that are meant cut out of them.
//!
//! Knows which tiles are in view and asks for their pictures. Holds scroll, size and modes; the selection, its order and
//! the threshold live in the session.

mod chooser;
pub mod grid;
mod items;
mod sheet;
pub mod tile;
pub mod top;

use std::sync::{Arc, Weak};

use egui::{Key, Rect, Ui};

use crate::analysis::Filter;
use crate::model::{Dataset, ImageId};
use crate::session::{Command, Explorer, SelectedImage};
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::widgets::states;

pub(super) use chooser::Chooser;
use grid::Grid;
pub(super) use items::Basis;
pub use items::Item;
use items::Objects;

/// What the gallery remembers between frames.
#[derive(Debug)]
pub struct Gallery {
    /// Width of a tile in points.
    tile: f32,
    /// One tile per object instead of one per image.
    crops: bool,
    /// Annotated boxes are drawn.
    truth: bool,
    /// Predicted boxes are drawn.
    predictions: bool,
    /// The tile that the keyboard is on, or that was opened last.
    focus: Option<Item>,
    /// That tile must come into view.
    reveal: bool,
    /// What was shown at the last frame: another filter starts at the top.
    filter: Filter,
    offset: f32,
    objects: Objects,
    chooser: Chooser,
    sheet: sheet::Sheet,
    aspect: Option<(Weak<Dataset>, f32)>,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            tile: theme::TILE.2,
            crops: false,
            truth: true,
            predictions: true,
            focus: None,
            reveal: false,
            filter: Filter::All,
            offset: 0.0,
            objects: Objects::default(),
            chooser: Chooser::default(),
            sheet: sheet::Sheet::default(),
            aspect: None,
        }
    }
}

impl Gallery {
    /// The image that a person saw last: its tile is in view when the gallery comes back.
    pub fn come_back_to(&mut self, image: ImageId) {
        if self.focus.is_none_or(|item| item.image != image) {
            self.focus = Some(Item { image, object: None });
        }
        self.reveal = true;
    }

    /// Width by height of a tile's picture: that of the middle image of the set.
    fn aspect(&mut self, explorer: &Explorer) -> f32 {
        let dataset = Arc::downgrade(&explorer.evaluation.dataset);
        match &self.aspect {
            Some((of, aspect)) if of.ptr_eq(&dataset) => *aspect,
            _ => {
                let aspect = grid::usual_aspect(explorer.dataset());
                self.aspect = Some((dataset, aspect));
                aspect
            }
        }
    }
}

/// Draws the gallery. `difference` is shared with the view of one image.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, state: &mut Gallery, difference: &mut bool, pictures: &mut Pictures) {
    let Some(explorer) = &ctx.session.explorer else { return };
    top::ui(ui, ctx, explorer, state, difference);
    if tile::has_masks(explorer) {
        pictures.masks.follow(explorer, ctx.theme, (state.truth, state.predictions), *difference);
    }
    if state.filter != explorer.selection.filter {
        state.filter = explorer.selection.filter.clone();
        state.offset = 0.0;
        state.focus = None;
        state.reveal = false;
        tiles(ui, ctx, explorer, state, pictures, Some(0.0));
    } else {
        tiles(ui, ctx, explorer, state, pictures, None);
    }
}

fn tiles(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    state: &mut Gallery,
    pictures: &mut Pictures,
    scroll_to: Option<f32>,
) {
    let crops = state.crops && explorer.evaluation.objects().is_some() && !explorer.selection.outcomes.is_empty();
    if crops {
        state.objects.follow(explorer);
    }
    let count = if crops { state.objects.len() } else { explorer.selection.images.len() };
    if count == 0 {
        let (title, advice) = top::nothing(explorer);
        states::empty(ui, ctx, &title, &advice);
        return;
    }
    let aspect = if crops { 1.0 } else { state.aspect(explorer) };
    let grid = Grid::new(ui.available_width(), state.tile, aspect, count);
    let id = ui.scope_id().with("gallery");
    let mut scroll_to = scroll_to;
    if let Some(y) = keyboard(ui, explorer, state, &grid, id, crops) {
        scroll_to = Some(y);
    }
    let mut area = egui::ScrollArea::vertical().id_salt("tiles").auto_shrink(false);
    if let Some(y) = scroll_to {
        area = area.vertical_scroll_offset(y);
    }
    let output = area.show_viewport(ui, |ui, view| {
        ui.set_height(grid.height());
        let origin = ui.max_rect().min;
        let mut painter = tile::Tiles::new(ui, ctx, explorer, tile::Shows::of(state), id);
        for index in grid.visible(view) {
            let Some((item, selected)) = item_at(explorer, state, crops, index) else { continue };
            let rect = grid.rect(index).translate(origin.to_vec2());
            let picture = Rect::from_min_size(rect.min, grid.picture());
            let response = painter.tile(ui, pictures, (item, selected), rect, picture, state.focus == Some(item));
            if response.has_focus() {
                state.focus = Some(item);
            }
            if response.clicked() {
                state.focus = Some(item);
                ctx.send(Command::OpenImage(item.image));
            }
        }
        painter.paint(ui);
        for index in grid.next_rows(view) {
            if let Some((item, _)) = item_at(explorer, state, crops, index) {
                tile::ask(ui, explorer, pictures, item, grid.picture());
                tile::masks(explorer, pictures, item);
            }
        }
    });
    state.offset = output.state.clamped_offset().y;
}

fn item_at(explorer: &Explorer, state: &Gallery, crops: bool, index: usize) -> Option<(Item, SelectedImage)> {
    if crops {
        return state.objects.get(index);
    }
    explorer.selection.images.get(index).map(|s| (Item { image: s.image, object: None }, *s))
}

/// Arrow keys move the focus from tile to tile, across what is not in view as well. Returns where to scroll to.
fn keyboard(ui: &Ui, explorer: &Explorer, state: &mut Gallery, grid: &Grid, id: egui::Id, crops: bool) -> Option<f32> {
    let index_of = |state: &Gallery, item: Item| {
        if crops { state.objects.position(item) } else { explorer.selection.position(item.image) }
    };
    let focused = ui.memory(egui::Memory::focused);
    let mine = state.focus.is_some_and(|item| focused == Some(tile::id_of(id, item)));
    let step = if focused.is_none() || mine { arrow(ui, grid) } else { None };
    if let Some(step) = step {
        let from = state.focus.and_then(|item| index_of(state, item));
        let to = match from {
            Some(from) => step.from(from, grid),
            None => grid.first_visible(state.offset),
        };
        state.focus = item_at(explorer, state, crops, to).map(|(item, _)| item);
        state.reveal = true;
        if let Some(item) = state.focus {
            ui.memory_mut(|m| {
                m.move_focus(egui::FocusDirection::None);
                m.request_focus(tile::id_of(id, item));
            });
        }
    }
    if !std::mem::take(&mut state.reveal) {
        return None;
    }
    let index = state.focus.and_then(|item| index_of(state, item))?;
    grid.scroll_for(index, state.offset, ui.available_height())
}

/// A step of the keyboard.
#[derive(Clone, Copy)]
enum Step {
    By(i64),
    First,
    Last,
}

impl Step {
    fn from(self, index: usize, grid: &Grid) -> usize {
        let last = grid.count.saturating_sub(1);
        match self {
            Self::First => 0,
            Self::Last => last,
            Self::By(by) => match usize::try_from(by) {
                Ok(forward) => (index + forward).min(last),
                Err(_) => index.checked_sub(usize::try_from(-by).unwrap_or(0)).unwrap_or(index),
            },
        }
    }
}

fn arrow(ui: &Ui, grid: &Grid) -> Option<Step> {
    let columns = i64::try_from(grid.columns).unwrap_or(1);
    let steps = [
        (Key::ArrowLeft, Step::By(-1)),
        (Key::ArrowRight, Step::By(1)),
        (Key::ArrowUp, Step::By(-columns)),
        (Key::ArrowDown, Step::By(columns)),
        (Key::Home, Step::First),
        (Key::End, Step::Last),
    ];
    let pressed = |key| ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, key));
    steps.into_iter().find(|(key, _)| pressed(*key)).map(|(_, step)| step)
}
