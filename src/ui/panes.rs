//! The dashboard: which panes there are, how they are arranged, and what surrounds each. Does not know what is in them.

use egui::{CursorIcon, Id, Popup, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use egui_tiles::{
    Behavior, EditAction, Linear, LinearDir, SimplificationOptions, Tile, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use crate::metrics::generation::Column;
use crate::model::{Task, fmt};
use crate::session::{Command, Explorer};

use super::context::{ViewCtx, Wish};
use super::export;
use super::theme;
use super::views::explain::body as explain_body;
use super::views::threshold_bar::explain;
use super::widgets::icon::{self, Icon};
use super::widgets::text;

/// A pane of the dashboard. Written into the remembered layout by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Pane {
    /// Precision, recall and F1 against the confidence.
    Production,
    /// What to do next.
    Recommendations,
    /// Bars and table per class.
    Classes,
    /// The confusion matrix.
    Matrix,
    /// A name that another version wrote; dropped.
    Unknown,
}

impl From<String> for Pane {
    fn from(key: String) -> Self {
        Self::ALL.into_iter().find(|pane| pane.key() == key).unwrap_or(Self::Unknown)
    }
}

impl From<Pane> for String {
    fn from(pane: Pane) -> Self {
        pane.key().to_owned()
    }
}

impl Pane {
    /// All panes.
    pub const ALL: [Self; 4] = [Self::Production, Self::Classes, Self::Recommendations, Self::Matrix];

    /// Its name in the remembered layout.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Recommendations => "recommendations",
            Self::Classes => "classes",
            Self::Matrix => "matrix",
            Self::Unknown => "unknown",
        }
    }

    /// What its title says.
    #[must_use]
    pub const fn title(self, task: Task) -> &'static str {
        let texts = matches!(task, Task::TextGeneration);
        match self {
            Self::Production if texts => "Metrics",
            Self::Classes if texts => "Pass rate by part",
            Self::Matrix if texts => "Agreement",
            Self::Production => "Production metrics",
            Self::Recommendations => "Recommendations",
            Self::Classes => "Performance by class",
            Self::Matrix => "Confusion matrix",
            Self::Unknown => "",
        }
    }

    /// What is shown, at what setting: one line beside the title.
    #[must_use]
    pub fn subtitle(self, explorer: &Explorer) -> String {
        let at = explorer.condition();
        let classes = fmt::counted(explorer.dataset().classes.len() as u64, "class", "classes");
        if let Some(texts) = explorer.texts() {
            let answers = fmt::counted(texts.answers.len() as u64, "answer", "answers");
            match self {
                Self::Production => return format!("{answers}, {}", explain::matching(explorer)),
                Self::Classes if texts.pass_column().is_some_and(Column::ranks) => return format!("{answers} at {at}"),
                Self::Classes => return answers,
                Self::Matrix => {
                    return format!("of {}", fmt::counted(texts.shown().count() as u64, "number", "numbers"));
                }
                Self::Recommendations if !texts.pass_column().is_some_and(Column::ranks) => return String::new(),
                Self::Recommendations | Self::Unknown => {}
            }
        }
        match self {
            Self::Production if explorer.evaluation.is_without_confidence() => explain::matching(explorer),
            Self::Production => format!("every confidence, {}", explain::matching(explorer)),
            Self::Recommendations if explorer.is_settling() => "following the threshold …".to_owned(),
            Self::Recommendations => format!("at {at}, by estimated gain"),
            Self::Classes | Self::Matrix => format!("{classes} at {at}"),
            Self::Unknown => String::new(),
        }
    }

    /// What it shows and how it is computed, for `Explain`.
    #[must_use]
    pub const fn about(self, task: Task) -> &'static str {
        let texts = matches!(task, Task::TextGeneration);
        match self {
            Self::Production if texts => {
                "Every number of the whole set: BLEU, chrF and TER of all counts added up, all else the mean over the answers \
                 for which it is defined. Intervals are percentiles of 1,000 resamples of the answers. The line is the share of \
                 answers that passes at every threshold of the number chosen, the bars its values"
            }
            Self::Classes if texts => {
                "Parts of the set by template, tag and length: how many of their answers pass, the mean of the number that \
                 has to be reached, and Wilson’s 95 % interval of the pass rate as a line across the bar"
            }
            Self::Matrix if texts => {
                "Spearman’s ρ of every two numbers over the answers that have both: 1 where one rises with the other, 0 where \
                 they have nothing to do with each other, −1 where one falls as the other rises"
            }
            Self::Production => {
                "Precision, recall and F1 at every distinct score, exact and not binned. The line is the threshold of \
                 the whole window; the mark is the highest score at which F1 is largest"
            }
            Self::Recommendations if texts => {
                "Rules over these answers at the current threshold, each with its evidence, its texts and, where it can be \
                 computed, the pass rate with that fault repaired"
            }
            Self::Recommendations => {
                "Rules over this evaluation at the current confidence, each with its evidence, its images and, where it \
                 can be computed, the metric recomputed with that error repaired"
            }
            Self::Classes => {
                "Objects of each class by what became of them: correct, taken for another class, missed; and the \
                 detections of the class that found no object"
            }
            Self::Matrix => {
                "Objects by their annotated class (rows) and the class they were found as (columns). The last column \
                 holds missed objects, the last row detections that found no object. Row sums are the objects of a \
                 class, column sums its detections that count"
            }
            Self::Unknown => "",
        }
    }
}

/// The task of what is on screen.
fn task(ctx: &ViewCtx) -> Task {
    ctx.session.explorer.as_ref().map_or_else(Task::default, |explorer| explorer.evaluation.task)
}

/// The arrangement of panes.
pub struct Dashboard {
    tree: Tree<Pane>,
    maximised: Option<Pane>,
    edited: bool,
}

impl Dashboard {
    /// The remembered arrangement, or the first one where `layout` is empty or of another program.
    #[must_use]
    pub fn new(layout: &str) -> Self {
        let tree = serde_json::from_str(layout).ok().and_then(repaired).unwrap_or_else(first_layout);
        Self { tree, maximised: None, edited: false }
    }

    /// Arranges the panes as on the first start.
    pub fn reset(&mut self) {
        *self = Self { edited: true, ..Self::new("") };
    }

    /// The pane that fills the dashboard.
    #[must_use]
    pub fn maximised(&self) -> Option<Pane> {
        self.maximised
    }

    /// Lets one pane fill the dashboard, or none.
    pub fn maximise(&mut self, pane: Option<Pane>) {
        self.maximised = pane;
    }

    /// Draws all panes; `content` draws the inside of one.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &ViewCtx, content: &mut dyn FnMut(&mut Ui, Pane)) {
        let mut panes = Panes { ctx: *ctx, content, edited: false };
        match self.maximised {
            Some(pane) => {
                let rect = ui.available_rect_before_wrap();
                ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| panes.pane(ui, pane, true));
            }
            None => self.tree.ui(&mut panes, ui),
        }
        self.edited |= panes.edited;
        // A boundary that is being dragged is edited in every frame; what counts is where it comes to rest.
        if self.edited && !ui.input(|i| i.pointer.any_down()) {
            self.edited = false;
            if let Ok(layout) = serde_json::to_string(&self.tree) {
                ctx.send(Command::SaveLayout(layout));
            }
        }
    }
}

fn first_layout() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let [production, classes, recommendations, matrix] = Pane::ALL.map(|pane| tiles.insert_pane(pane));
    let left = Linear::new_binary(LinearDir::Vertical, [production, classes], 0.54);
    let right = Linear::new_binary(LinearDir::Vertical, [recommendations, matrix], 0.42);
    let (left, right) = (tiles.insert_container(left), tiles.insert_container(right));
    let root = tiles.insert_container(Linear::new_binary(LinearDir::Horizontal, [left, right], 0.56));
    Tree::new(tree_id(), root, tiles)
}

fn tree_id() -> Id {
    Id::unique("dashboard")
}

/// A layout of another version: panes that are gone are dropped, new ones are put at the end. `None` where nothing is
/// left of it.
fn repaired(mut tree: Tree<Pane>) -> Option<Tree<Pane>> {
    let mut seen = Vec::new();
    let unwanted = |tile: &Tile<Pane>, seen: &mut Vec<Pane>| match tile {
        Tile::Pane(pane) if *pane == Pane::Unknown || seen.contains(pane) => true,
        Tile::Pane(pane) => {
            seen.push(*pane);
            false
        }
        Tile::Container(_) => false,
    };
    let drop: Vec<TileId> =
        tree.tiles.iter().filter(|(_, tile)| unwanted(tile, &mut seen)).map(|(id, _)| *id).collect();
    for id in drop {
        tree.remove_recursively(id);
    }
    let root = tree.root()?;
    if seen.is_empty() {
        return None;
    }
    for pane in Pane::ALL.into_iter().filter(|pane| !seen.contains(pane)) {
        let new = tree.tiles.insert_pane(pane);
        match tree.tiles.get_mut(root) {
            Some(Tile::Container(container)) => container.add_child(new),
            _ => return None,
        }
    }
    Some(tree)
}

/// Draws panes for the tree.
struct Panes<'a> {
    ctx: ViewCtx<'a>,
    content: &'a mut dyn FnMut(&mut Ui, Pane),
    edited: bool,
}

impl Panes<'_> {
    /// Title bar and content; true where the title is being dragged away.
    fn pane(&mut self, ui: &mut Ui, pane: Pane, maximised: bool) -> bool {
        let ctx = self.ctx;
        let rect = ui.max_rect();
        ui.painter().rect_filled(rect, 0.0, ctx.theme.surface);
        let bar = rect.with_max_y(rect.top() + theme::PANE_TITLE);
        let title = title_bar(ui, &ctx, pane, bar, maximised);
        let body = Rect::from_min_max(pos2(rect.left(), bar.bottom()), rect.max).shrink2(vec2(theme::PADDING, 0.0));
        let body = body.with_max_y(body.bottom() - theme::GRID);
        let inside = UiBuilder::new().id_salt(pane.key()).max_rect(body);
        ui.scope_builder(inside, |ui| {
            ui.shrink_clip_rect(rect.with_min_y(bar.bottom()));
            (self.content)(ui, pane);
        });
        title.drag_started() && !maximised
    }
}

fn title_bar(ui: &mut Ui, ctx: &ViewCtx, pane: Pane, bar: Rect, maximised: bool) -> Response {
    let words = pane.title(task(ctx));
    let menu = bar.with_min_x(bar.right() - theme::ROW - theme::GRID).shrink2(vec2(0.0, 2.0));
    let grip = bar.with_max_x(menu.left());
    let response = ui.interact(grip, Id::unique(("title", pane)), Sense::click_and_drag());
    let response = if maximised { response } else { response.on_hover_cursor(CursorIcon::Grab) };
    response.widget_info(|| WidgetInfo::labeled(Role::TitleBar, true, words));
    let inner = grip.shrink2(vec2(theme::PADDING, 0.0));
    let title = text::left(ui.painter(), inner, words, theme::title(), ctx.theme.text);
    if let Some(explorer) = &ctx.session.explorer {
        let rest = inner.with_min_x(title.right() + theme::PADDING).translate(vec2(0.0, 1.5));
        text::left(ui.painter(), rest, &pane.subtitle(explorer), theme::caption(), ctx.theme.muted);
    }
    let wish = if maximised { Wish::Restore } else { Wish::Maximise(pane) };
    if response.double_clicked() {
        ctx.wish(wish);
    }
    let mut corner = ui.new_child(UiBuilder::new().max_rect(menu));
    let dots = icon::button(&mut corner, ctx.theme, Icon::Dots, &format!("{words} menu"), true);
    Popup::menu(&dots).show(|ui| menu_ui(ui, ctx, pane, maximised));
    Popup::context_menu(&response).show(|ui| menu_ui(ui, ctx, pane, maximised));
    response
}

fn menu_ui(ui: &mut Ui, ctx: &ViewCtx, pane: Pane, maximised: bool) {
    let (name, wish) = if maximised { ("Restore", Wish::Restore) } else { ("Maximise", Wish::Maximise(pane)) };
    if ui.button(name).clicked() {
        ctx.wish(wish);
        ui.close();
    }
    if ui.button("Arrange panes as at first").clicked() {
        ctx.wish(Wish::ResetLayout);
        ui.close();
    }
    export::pane_entries(ui, ctx, pane);
    if pane == Pane::Recommendations && ui.button("Limits of the rules …").clicked() {
        ctx.wish(Wish::ShowLimits);
        ui.close();
    }
    ui.menu_button("Explain", |ui| {
        ui.set_width(theme::POPUP);
        explain_body(ui, ctx, pane.about(task(ctx)));
    });
}

impl Behavior<Pane> for Panes<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        if self.pane(ui, *pane, false) { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        pane.title(task(&self.ctx)).into()
    }

    fn retain_pane(&mut self, pane: &Pane) -> bool {
        *pane != Pane::Unknown
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions { all_panes_must_have_tabs: false, ..SimplificationOptions::default() }
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        theme::HAIRLINE
    }

    fn min_size(&self) -> f32 {
        theme::PANE_TITLE * 3.0
    }

    fn resize_stroke(&self, _style: &egui::Style, state: egui_tiles::ResizeState) -> egui::Stroke {
        match state {
            egui_tiles::ResizeState::Idle => egui::Stroke::new(theme::HAIRLINE, self.ctx.theme.line),
            _ => egui::Stroke::new(theme::RING, self.ctx.theme.accent),
        }
    }

    fn tab_bar_color(&self, _visuals: &egui::Visuals) -> egui::Color32 {
        self.ctx.theme.background
    }

    fn on_edit(&mut self, _action: EditAction) {
        self.edited = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panes(tree: &Tree<Pane>) -> Vec<Pane> {
        let of = |tile: &Tile<Pane>| match tile {
            Tile::Pane(pane) => Some(*pane),
            Tile::Container(_) => None,
        };
        let mut panes: Vec<Pane> = tree.tiles.tiles().filter_map(of).collect();
        panes.sort_by_key(|pane| pane.key());
        panes
    }

    #[test]
    fn a_layout_survives_its_text() {
        let text = serde_json::to_string(&first_layout()).unwrap();
        assert_eq!(panes(&Dashboard::new(&text).tree), panes(&first_layout()));
    }

    #[test]
    fn panes_of_another_version_are_dropped_and_missing_ones_come_back() {
        let text = serde_json::to_string(&first_layout()).unwrap().replace("\"matrix\"", "\"hologram\"");
        assert!(text.contains("hologram"));
        assert_eq!(panes(&Dashboard::new(&text).tree), panes(&first_layout()));
    }

    #[test]
    fn nonsense_is_the_first_layout() {
        assert_eq!(panes(&Dashboard::new("{]").tree), panes(&first_layout()));
    }
}
