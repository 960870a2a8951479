//! Every colour and size of the window, and how egui's own widgets wear them. No literal colour or size stands elsewhere.

use egui::epaint::Shadow;
use egui::style::{Selection, WidgetVisuals};
use egui::{Color32, CornerRadius, FontDefinitions, FontFamily, FontId, Margin, Stroke, TextStyle, vec2};

use crate::metrics::OutcomeKind;
use crate::model::{ClassId, ClassTable};
use crate::report::palette::{Palette, class_colour};
use crate::store::settings::PaletteChoice;

mod palette;

/// Grid unit in points.
pub const GRID: f32 = 4.0;
/// Padding inside panes.
pub const PADDING: f32 = 8.0;
/// Corner radius.
pub const RADIUS: f32 = 4.0;
/// Hairlines.
pub const HAIRLINE: f32 = 1.0;
/// Ring around what is selected or focused.
pub const RING: f32 = 2.0;
/// Type sizes.
pub const CAPTION: f32 = 11.0;
/// Body text.
pub const BODY: f32 = 13.0;
/// Pane titles.
pub const TITLE: f32 = 15.0;
/// Figures in tiles.
pub const FIGURE: f32 = 22.0;
/// Height of the header.
pub const HEADER: f32 = 40.0;
/// Height of the row with the confidence slider.
pub const SLIDER_ROW: f32 = 56.0;
/// Height of the row of tiles.
pub const TILE_ROW: f32 = 52.0;
/// Height of the status bar.
pub const STATUS: f32 = 24.0;
/// Width of the navigation at the left.
pub const NAVIGATION: f32 = 116.0;
/// Height of buttons, fields and rows of menus.
pub const ROW: f32 = 24.0;
/// Side of an icon.
pub const ICON: f32 = 16.0;
/// Height of a pane's title bar.
pub const PANE_TITLE: f32 = 28.0;
/// Width of cards in the middle of the window (welcome, palette, lists of keys).
pub const CARD: f32 = 560.0;
/// Width of the names of settings.
pub const SETTING: f32 = 110.0;
/// Width of the tour's card.
pub const TOUR: f32 = 320.0;
/// Width of popups with sentences.
pub const POPUP: f32 = 380.0;
/// Width of a gallery tile: smallest, largest, and on the first start.
pub const TILE: (f32, f32, f32) = (96.0, 360.0, 184.0);
/// Width of the list of objects beside a picture.
pub const OBJECT_LIST: f32 = 256.0;
/// Height of a row of that list.
pub const OBJECT_ROW: f32 = 38.0;
/// What reports are printed on.
pub const PAPER: Color32 = Color32::WHITE;
/// Pictures as they are.
pub const UNTINTED: Color32 = Color32::WHITE;
/// Width of the form of a report.
pub const REPORT_FORM: f32 = 300.0;
/// Widest page of a report on screen.
pub const PAGE_WIDEST: f32 = 860.0;
/// Height of the film strip under a picture.
pub const FILM: f32 = 76.0;
/// Width of a picture in the film strip.
pub const FILM_TILE: f32 = 84.0;
/// Width of the edge of a box on a picture, and of one that is meant or pointed at.
pub const BOX_EDGE: (f32, f32) = (1.5, 2.5);
/// Smallest window that is still usable.
pub const WINDOW_MIN: egui::Vec2 = vec2(1024.0, 640.0);
/// The window on its first start.
pub const WINDOW: egui::Vec2 = vec2(1440.0, 900.0);

/// Captions, such as axis labels.
#[must_use]
pub const fn caption() -> FontId {
    FontId::new(CAPTION, FontFamily::Proportional)
}

/// Body text.
#[must_use]
pub const fn body() -> FontId {
    FontId::new(BODY, FontFamily::Proportional)
}

/// Body text that stands out.
#[must_use]
pub fn strong() -> FontId {
    FontId::new(BODY, FontFamily::Proportional)
}

/// Titles of panes and cards.
#[must_use]
pub fn title() -> FontId {
    FontId::new(TITLE, FontFamily::Proportional)
}

/// The fonts that egui brings: one for text (its digits are of one width), one of fixed width for paths and codes, which also
/// has the arrows that the first lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let chain = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    fonts.families.insert(FontFamily::Proportional, chain(&["Ubuntu-Light", "Hack"]));
    fonts.families.insert(FontFamily::Monospace, chain(&["Hack", "Ubuntu-Light"]));
    fonts
}

/// Figures in tiles.
#[must_use]
pub const fn figure() -> FontId {
    FontId::new(FIGURE, FontFamily::Proportional)
}
/// Largest cell of a matrix.
pub const CELL_MAX: egui::Vec2 = vec2(104.0, 56.0);
/// Smaller cells of a matrix have no numbers and no names for automation.
pub const CELL_NUMBER: f32 = 14.0;
/// Smaller cells of a matrix are drawn as one picture.
pub const CELL_DRAWN: f32 = 6.0;
/// Opacity of what still belongs to an earlier threshold.
pub const SETTLING: f32 = 0.55;
/// Width of a search field in a pane's bar.
pub const SEARCH_WIDTH: f32 = 96.0;
/// Least width of a list that opens from a button.
pub const MENU: f32 = 200.0;
/// A pane smaller than this shows nothing.
pub const PANE_LEAST: f32 = 96.0;

/// What surrounds a card that floats over the window.
pub fn card(style: &egui::Style) -> egui::Frame {
    egui::Frame::popup(style).inner_margin(Margin::same(12))
}

/// Tells the colours of one theme and palette from all others.
pub type Look = (bool, PaletteChoice);

/// The colours of one theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// True in the dark theme.
    pub dark: bool,
    /// Where the colours of data come from.
    pub palette: PaletteChoice,
    /// Behind everything.
    pub background: Color32,
    /// Behind panes.
    pub surface: Color32,
    /// Behind what lies on a pane (hover cards, fields, tracks).
    pub raised: Color32,
    /// Behind what the pointer is on.
    pub hover: Color32,
    /// Hairlines between things.
    pub line: Color32,
    /// Bars of the slider's track below the threshold, and rails.
    pub track_below: Color32,
    /// Bars of the slider's track above the threshold.
    pub track_above: Color32,
    /// Text and figures.
    pub text: Color32,
    /// Captions and axis labels.
    pub muted: Color32,
    /// Selection and focus.
    pub accent: Color32,
    /// Failures.
    pub danger: Color32,
    /// Opacity of shadows under what floats, in 0…255.
    pub shade: u8,
    /// Behind pictures.
    pub mat: Color32,
    /// Around lines on pictures, so that they show on any of them.
    pub halo: Color32,
    /// Precision line.
    pub precision: Color32,
    /// Recall line.
    pub recall: Color32,
    /// F1 line.
    pub f1: Color32,
    /// Right answers.
    pub correct: Color32,
    /// Wrong class.
    pub misclassified: Color32,
    /// Missed truths.
    pub missed: Color32,
    /// Detections of nothing.
    pub false_positive: Color32,
}

impl Theme {
    /// Text that is read for long; what stands out in it has the colour of text.
    #[must_use]
    pub fn prose(&self) -> Color32 {
        self.text.lerp_to_gamma(self.muted, 0.45)
    }

    /// The dark theme.
    #[must_use]
    pub const fn dark() -> Self {
        Self {
            dark: true,
            palette: PaletteChoice::Usual,
            background: Color32::from_rgb(0x10, 0x12, 0x15),
            surface: Color32::from_rgb(0x17, 0x1a, 0x1e),
            raised: Color32::from_rgb(0x21, 0x25, 0x2b),
            hover: Color32::from_rgb(0x2a, 0x2f, 0x36),
            line: Color32::from_rgb(0x2d, 0x32, 0x39),
            track_below: Color32::from_rgb(0x2d, 0x33, 0x3b),
            track_above: Color32::from_rgb(0x4a, 0x55, 0x63),
            text: Color32::from_rgb(0xe6, 0xe9, 0xed),
            muted: Color32::from_rgb(0x97, 0xa0, 0xab),
            accent: Color32::from_rgb(0x4c, 0x9a, 0xff),
            danger: Color32::from_rgb(0xff, 0x6b, 0x5e),
            shade: 96,
            mat: Color32::from_rgb(0x0b, 0x0d, 0x0f),
            halo: Color32::from_black_alpha(0x8c),
            precision: Color32::from_rgb(0x56, 0xb4, 0xe9),
            recall: Color32::from_rgb(0xf0, 0xe4, 0x42),
            f1: Color32::from_rgb(0xe6, 0xe9, 0xed),
            correct: Color32::from_rgb(0x00, 0x9e, 0x73),
            misclassified: Color32::from_rgb(0xe6, 0x9f, 0x00),
            missed: Color32::from_rgb(0xd5, 0x5e, 0x00),
            false_positive: Color32::from_rgb(0xcc, 0x79, 0xa7),
        }
    }

    /// The light theme.
    #[must_use]
    pub const fn light() -> Self {
        Self {
            dark: false,
            palette: PaletteChoice::Usual,
            background: Color32::from_rgb(0xf1, 0xf3, 0xf5),
            surface: Color32::from_rgb(0xff, 0xff, 0xff),
            raised: Color32::from_rgb(0xf4, 0xf6, 0xf8),
            hover: Color32::from_rgb(0xe9, 0xed, 0xf1),
            line: Color32::from_rgb(0xd9, 0xde, 0xe4),
            track_below: Color32::from_rgb(0xdd, 0xe2, 0xe8),
            track_above: Color32::from_rgb(0xa9, 0xb4, 0xc1),
            text: Color32::from_rgb(0x16, 0x1b, 0x22),
            muted: Color32::from_rgb(0x5c, 0x66, 0x72),
            accent: Color32::from_rgb(0x0b, 0x66, 0xd6),
            danger: Color32::from_rgb(0xc6, 0x28, 0x1b),
            shade: 36,
            mat: Color32::from_rgb(0xe2, 0xe6, 0xea),
            halo: Color32::from_black_alpha(0x70),
            precision: Color32::from_rgb(0x1f, 0x86, 0xc2),
            recall: Color32::from_rgb(0x9a, 0x86, 0x00),
            f1: Color32::from_rgb(0x16, 0x1b, 0x22),
            correct: Color32::from_rgb(0x00, 0x8a, 0x64),
            misclassified: Color32::from_rgb(0xc9, 0x86, 0x00),
            missed: Color32::from_rgb(0xd5, 0x5e, 0x00),
            false_positive: Color32::from_rgb(0xb8, 0x5c, 0x8e),
        }
    }

    /// The tokens of egui's current theme, with the colours of a palette.
    #[must_use]
    pub fn of(theme: egui::Theme, palette: PaletteChoice) -> Self {
        match theme {
            egui::Theme::Dark => Self::dark().with(palette),
            egui::Theme::Light => Self::light().with(palette),
        }
    }

    /// The light theme in the same palette: what is handed out is drawn on light ground.
    #[must_use]
    pub fn on_paper(&self) -> Self {
        Self::of(egui::Theme::Light, self.palette)
    }

    /// The colours of figures on paper.
    #[must_use]
    pub fn paper(&self) -> Palette {
        let light = self.on_paper();
        let colour = |color: Color32| [color.r(), color.g(), color.b()];
        Palette {
            paper: colour(light.surface),
            raised: colour(light.raised),
            ink: colour(light.text),
            muted: colour(light.muted),
            line: colour(light.line),
            below: colour(light.track_below),
            above: colour(light.track_above),
            accent: colour(light.accent),
            precision: colour(light.precision),
            recall: colour(light.recall),
            f1: colour(light.f1),
            correct: colour(light.correct),
            misclassified: colour(light.misclassified),
            missed: colour(light.missed),
            false_positive: colour(light.false_positive),
        }
    }

    /// What pictures that were made of these colours depend on.
    #[must_use]
    pub const fn look(&self) -> Look {
        (self.dark, self.palette)
    }

    /// Gives egui's widgets these colours, sizes and fonts, in both themes.
    pub fn install(ctx: &egui::Context, palette: PaletteChoice) {
        ctx.set_fonts(fonts());
        Self::wear(ctx, palette);
    }

    /// Gives egui's widgets the colours of a palette, in both themes.
    pub fn wear(ctx: &egui::Context, palette: PaletteChoice) {
        for theme in [egui::Theme::Dark, egui::Theme::Light] {
            let tokens = Self::of(theme, palette);
            ctx.style_mut_of(theme, |style| tokens.dress(style));
        }
    }

    fn dress(&self, style: &mut egui::Style) {
        style.text_styles = [
            (TextStyle::Small, caption()),
            (TextStyle::Body, body()),
            (TextStyle::Button, body()),
            (TextStyle::Heading, title()),
            (TextStyle::Monospace, FontId::new(CAPTION + 1.0, FontFamily::Monospace)),
        ]
        .into();
        style.animation_time = 0.08;
        style.interaction.selectable_labels = false;
        style.interaction.tooltip_delay = 0.35;
        self.space(&mut style.spacing);
        self.colour(&mut style.visuals);
    }

    fn space(&self, spacing: &mut egui::style::Spacing) {
        spacing.item_spacing = vec2(PADDING, GRID);
        spacing.button_padding = vec2(PADDING, GRID * 0.75);
        spacing.interact_size = vec2(ROW, ROW);
        spacing.window_margin = Margin::same(12);
        spacing.menu_margin = Margin::same(4);
        spacing.icon_width = 14.0;
        spacing.icon_width_inner = 8.0;
        spacing.tooltip_width = POPUP;
        spacing.combo_width = 0.0;
        spacing.scroll = egui::style::ScrollStyle { bar_width: PADDING, ..egui::style::ScrollStyle::thin() };
    }

    fn colour(&self, visuals: &mut egui::Visuals) {
        let corner_radius = CornerRadius::same(4);
        let line = Stroke::new(HAIRLINE, self.line);
        let widget = |fill: Color32, border: Color32, text: Color32| WidgetVisuals {
            bg_fill: fill,
            weak_bg_fill: fill,
            bg_stroke: Stroke::new(HAIRLINE, border),
            corner_radius,
            fg_stroke: Stroke::new(HAIRLINE, text),
            expansion: 0.0,
        };
        visuals.dark_mode = self.dark;
        visuals.widgets.noninteractive = widget(self.surface, self.line, self.text);
        visuals.widgets.inactive = widget(self.raised, self.line, self.text);
        visuals.widgets.hovered = widget(self.hover, self.muted, self.text);
        visuals.widgets.active = widget(self.line, self.accent, self.text);
        visuals.widgets.open = widget(self.hover, self.line, self.text);
        visuals.selection =
            Selection { bg_fill: self.accent.gamma_multiply(0.32), stroke: Stroke::new(HAIRLINE, self.text) };
        visuals.weak_text_color = Some(self.muted);
        visuals.hyperlink_color = self.accent;
        visuals.faint_bg_color = self.raised;
        visuals.extreme_bg_color = self.background;
        visuals.text_edit_bg_color = Some(self.background);
        visuals.code_bg_color = self.raised;
        visuals.warn_fg_color = self.misclassified;
        visuals.error_fg_color = self.danger;
        visuals.panel_fill = self.surface;
        visuals.window_fill = self.surface;
        visuals.window_stroke = line;
        visuals.window_corner_radius = CornerRadius::same(6);
        visuals.menu_corner_radius = CornerRadius::same(6);
        let shadow = Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(self.shade) };
        visuals.window_shadow = shadow;
        visuals.popup_shadow = shadow;
        visuals.striped = false;
        visuals.interact_cursor = Some(egui::CursorIcon::PointingHand);
        visuals.disabled_alpha = 0.45;
    }

    /// The colour of an outcome. It is always told by a pattern or a word as well.
    #[must_use]
    pub const fn outcome(&self, kind: OutcomeKind) -> Color32 {
        match kind {
            OutcomeKind::Correct => self.correct,
            OutcomeKind::Misclassified => self.misclassified,
            OutcomeKind::Missed => self.missed,
            OutcomeKind::FalsePositive => self.false_positive,
        }
    }

    /// The colour of a class: one of 20 hues of equal lightness, beyond 20 classes in steps of lightness; stable by name.
    #[must_use]
    pub fn class(&self, classes: &ClassTable, class: ClassId) -> Color32 {
        let [r, g, b] = class_colour(classes, class, self.dark);
        Color32::from_rgb(r, g, b)
    }
}
