//! The card that asks how a chart or its numbers are saved: format, size, name of the file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Id, Modal, RichText, Role, TextEdit, Ui, WidgetInfo};

use crate::report::figure::Figure;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::session::Command;
use crate::session::exports::{Ask, Errand, Output};
use crate::ui::context::{ViewCtx, Wish};
use crate::ui::theme;

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Png,
    Svg,
    Pdf,
    Csv,
    Json,
}

impl Format {
    const PICTURES: &[Self] = &[Self::Png, Self::Svg, Self::Pdf];
    const TABLES: &[Self] = &[Self::Csv, Self::Json];

    const fn label(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Svg => "SVG",
            Self::Pdf => "PDF",
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Png => "A picture of pixels, for slides and pages",
            Self::Svg => "A drawing of lines, sharp at every size",
            Self::Pdf => "A page of its size, for printing and sending",
            Self::Csv => "Numbers at full precision, for spreadsheets",
            Self::Json => "An array of objects, for programs",
        }
    }

    /// The format that a file's ending asks for, of those that are offered.
    fn of(name: &str, offered: &[Self]) -> Option<Self> {
        let ending = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
        offered.iter().copied().find(|format| format.ending() == ending)
    }
}

/// What is being saved.
#[derive(Debug)]
struct Open {
    exhibit: Arc<Exhibit>,
    /// Its drawing with its name above it.
    figure: Arc<Figure>,
    offered: &'static [Format],
    format: Format,
    /// Pixels a point.
    scale: u32,
    /// A name, or a whole path.
    file: String,
    /// A typed path at which there is a file already.
    exists: Option<PathBuf>,
}

/// The card's own state.
#[derive(Debug, Default)]
pub struct SaveImage(Option<Open>);

/// Scales of pictures.
const SCALES: [u32; 4] = [1, 2, 3, 4];

impl SaveImage {
    /// Asks how this is saved; `name` is the stem of the file that is offered.
    pub fn open(&mut self, errand: Errand, name: &str, exhibit: Arc<Exhibit>, palette: &Palette) {
        let (offered, format) = match errand {
            Errand::SaveData => (Format::TABLES, Format::Csv),
            _ => (Format::PICTURES, Format::Png),
        };
        let file = format!("{name}.{}", format.ending());
        let figure = Arc::new(exhibit.titled(palette));
        self.0 = Some(Open { exhibit, figure, offered, format, scale: 2, file, exists: None });
    }
}

impl Open {
    /// Takes another format, and its ending where the name has that of the one before.
    fn choose(&mut self, format: Format) {
        if let Some(stem) = self.file.strip_suffix(&format!(".{}", self.format.ending())) {
            self.file = format!("{stem}.{}", format.ending());
        }
        self.format = format;
    }

    fn output(&self) -> Option<Output> {
        let figure = || Arc::clone(&self.figure);
        let table = || self.exhibit.table.clone().map(Arc::new);
        Some(match self.format {
            Format::Png => Output::Png(figure(), f64::from(self.scale)),
            Format::Svg => Output::Svg(figure()),
            Format::Pdf => Output::Pdf(figure(), self.exhibit.title.clone()),
            Format::Csv => Output::Csv(table()?),
            Format::Json => Output::Json(table()?),
        })
    }

    /// Saves at a typed path, or asks the system for a place; true where that was sent off.
    fn save(&mut self, ctx: &ViewCtx, replace: bool) -> bool {
        let Some(output) = self.output() else { return true };
        let file = PathBuf::from(self.file.trim());
        if !file.is_absolute() {
            ctx.wish(Wish::SaveOutput(self.file.trim().to_owned(), output));
            return true;
        }
        if file.exists() && !replace {
            self.exists = Some(file);
            return false;
        }
        ctx.send(Command::Export(Ask::Save(file, output)));
        true
    }
}

/// Draws the card while something is to be saved.
pub fn ui(ui: &Ui, ctx: &ViewCtx, state: &mut SaveImage) {
    let Some(open) = &mut state.0 else { return };
    let modal = Modal::new(Id::unique("save image")).frame(theme::card(ui.style())).show(ui.ctx(), |ui| {
        ui.set_width(theme::POPUP);
        card(ui, ctx, open)
    });
    if modal.should_close() || modal.inner {
        state.0 = None;
    }
}

/// True where it is done.
fn card(ui: &mut Ui, ctx: &ViewCtx, open: &mut Open) -> bool {
    let muted = |words: String| RichText::new(words).font(theme::caption()).color(ctx.theme.muted);
    ui.label(RichText::new(open.exhibit.title.clone()).font(theme::title()).color(ctx.theme.text));
    ui.label(muted(open.exhibit.caption.clone()));
    ui.add_space(theme::PADDING);
    ui.horizontal(|ui| {
        ui.label("Format");
        for &format in open.offered {
            let entry = ui.selectable_label(open.format == format, format.label()).on_hover_text(format.about());
            if entry.clicked() {
                open.choose(format);
            }
        }
    });
    size(ui, ctx, open);
    ui.add_space(theme::GRID);
    let name = ui.label("File name");
    let field = ui.add(TextEdit::singleline(&mut open.file).desired_width(f32::INFINITY));
    let field = field.labelled_by(name.id);
    if field.changed() {
        open.exists = None;
        open.format = Format::of(&open.file, open.offered).unwrap_or(open.format);
    }
    ui.label(muted("A whole path is written there without asking for a folder".to_owned()));
    let mut replace = false;
    if let Some(file) = &open.exists {
        ui.add_space(theme::GRID);
        ui.label(RichText::new(format!("{} is there already", file.display())).color(ctx.theme.missed));
        replace = ui.button("Replace it").clicked();
    }
    ui.add_space(theme::PADDING);
    let mut done = false;
    ui.horizontal(|ui| {
        let named = !open.file.trim().is_empty();
        let save = ui.add_enabled(named, egui::Button::new("Save")).clicked();
        let entered = named && field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if save || entered || replace {
            done = open.save(ctx, replace);
        }
        done |= ui.button("Cancel").clicked();
    });
    done
}

/// Scale and size of a picture; rows of a table.
fn size(ui: &mut Ui, ctx: &ViewCtx, open: &mut Open) {
    let figure = &open.figure;
    let words = match open.format {
        Format::Png => {
            ui.horizontal(|ui| {
                ui.label("Scale");
                for scale in SCALES {
                    let name = format!("{scale}×");
                    let entry = ui.selectable_label(open.scale == scale, &name);
                    entry.widget_info(|| {
                        WidgetInfo::selected(Role::RadioButton, true, open.scale == scale, format!("Scale {name}"))
                    });
                    if entry.clicked() {
                        open.scale = scale;
                    }
                }
            });
            let pixels = |points: f64| (points * f64::from(open.scale)).ceil() as u64;
            format!("{} × {} pixels", pixels(figure.width), pixels(figure.height))
        }
        Format::Svg | Format::Pdf => format!("{:.0} × {:.0} points", figure.width, figure.height),
        Format::Csv | Format::Json => {
            let rows = open.exhibit.table.as_ref().map_or(0, |table| table.rows.len());
            crate::model::fmt::counted(rows as u64, "row", "rows")
        }
    };
    ui.label(RichText::new(words).color(ctx.theme.muted));
}
