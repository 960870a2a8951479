//! The picture with what lies over it, as the switches stand, at its own resolution: into a file or onto the clipboard; and what
//! lies on it as a table.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Color32, ColorImage, Popup, Ui};

use crate::jobs::{Part, PictureLoader, PictureRequest};
use crate::model::fmt;
use crate::report::encoded::{Encoded, Kind};
use crate::report::figure::{Colour, Figure};
use crate::report::figures::items::boxes::{self, Boxed, Layers, Pens};
use crate::report::figures::listing::listing;
use crate::report::palette::Palette;
use crate::report::sheet::Exhibit;
use crate::report::table::{Cell, Column, Table};
use crate::session::exports::{Errand, Maker, Output};
use crate::session::load::masks::Shown;
use crate::ui::context::Wish;
use crate::ui::export;
use crate::ui::masks::PixelLook;
use crate::ui::views::objects::Standing;
use crate::ui::widgets::icon::{self, Icon};

use super::overlay::{color, faintness, words};
use super::{Scene, Viewer, masks, pixels};

/// Longest side of masks that are drawn.
const SIDE: u32 = 8192;

/// Masks that lie over the picture, before they are drawn.
enum Masks {
    None,
    Pixels(Box<PixelLook>, Arc<Shown>, f32),
    Objects(Arc<ColorImage>, f32),
}

/// Everything that the picture is made of, away from the window.
struct Taken {
    path: PathBuf,
    title: String,
    annotated: (u32, u32),
    boxes: Vec<Boxed>,
    masks: Masks,
    table: Table,
}

/// Three dots whose menu saves and copies.
pub(super) fn button(ui: &mut Ui, scene: &Scene, state: &Viewer) {
    let dots = icon::button(ui, scene.ctx.theme, Icon::Dots, "Save picture", scene.image.path.is_some());
    Popup::menu(&dots).show(|ui| {
        let stem = scene.image.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let name = export::name(scene.ctx.session, stem);
        let hint = "The picture with everything that lies over it, at its own resolution";
        if ui.button("Save image …").on_hover_text(hint).clicked() {
            if let Some(maker) = maker(scene, state) {
                scene
                    .ctx
                    .wish(Wish::SaveOutput(format!("{name}.png"), Output::Picture(maker, scene.ctx.theme.paper())));
            }
            ui.close();
        }
        if ui.button("Copy image").on_hover_text(hint).clicked() {
            if let Some(maker) = maker(scene, state) {
                scene.ctx.export(Errand::CopyPicture, &name, maker);
            }
            ui.close();
        }
        for (entry, errand) in [("Save data …", Errand::SaveData), ("Copy data", Errand::CopyData)] {
            if !scene.objects.is_empty() && ui.button(entry).clicked() {
                let paper = scene.ctx.theme.paper();
                let exhibit = listing("objects", &scene.image.name, "Objects in the picture", table(scene), &paper);
                scene.ctx.export(errand, &name, Maker::made(exhibit));
                ui.close();
            }
        }
    });
}

/// What makes the picture on another thread; `None` where the item has no file.
fn maker(scene: &Scene, state: &Viewer) -> Option<Maker> {
    let over = if scene.explorer.evaluation.pixels().is_some() {
        match pixels::shown(scene) {
            Some(Ok(shown)) => {
                Masks::Pixels(Box::new(pixels::look(scene, state)), Arc::clone(shown), state.pixels.opacity)
            }
            _ => Masks::None,
        }
    } else {
        masks::picture(scene, state).map_or(Masks::None, |drawn| Masks::Objects(Arc::new(drawn), state.opacity))
    };
    let taken = Taken {
        path: scene.image.path.clone()?,
        title: scene.image.name.clone(),
        annotated: (scene.image.width, scene.image.height),
        boxes: boxes_of(scene, state),
        masks: over,
        table: table(scene),
    };
    Some(Maker::new(move |palette| taken.exhibit(palette)))
}

fn colour_of(color: Color32) -> Colour {
    let [r, g, b, _] = color.to_array();
    [r, g, b]
}

/// Boxes as they are drawn, what matters most first.
fn boxes_of(scene: &Scene, state: &Viewer) -> Vec<Boxed> {
    let masked = masks::are_there(scene) && !state.masks.boxes;
    let mut boxes = Vec::new();
    for object in &scene.objects {
        let sides = [
            (object.prediction(scene.explorer).filter(|_| state.predictions), false),
            (object.truth(scene.explorer).filter(|_| state.truth), true),
        ];
        for (side, is_truth) in sides {
            let Some(side) = side else { continue };
            let told_by_partner = is_truth && state.predictions && object.outcome.pred().is_some();
            let aside = object.standing == Standing::Ignored && !is_truth;
            let quiet = object.standing == Standing::Below || aside || !state.labels || told_by_partner;
            boxes.push(Boxed {
                bbox: side.bbox,
                colour: colour_of(color(scene, state.colour_by, object, side)),
                dashed: !is_truth,
                opacity: f64::from(state.opacity * faintness(object.standing)),
                strong: object.marked,
                edge: !masked || object.marked,
                words: if quiet { String::new() } else { words(scene, object, is_truth, false) },
            });
        }
    }
    boxes
}

/// Everything on the picture, a row an object.
fn table(scene: &Scene) -> Table {
    let mut columns = vec![Column::words("outcome", "Outcome"), Column::words("truth", "Truth")];
    columns.push(Column::words("predicted", "Predicted"));
    columns.push(Column::number("confidence", "Confidence"));
    columns.push(Column::number("iou", "IoU"));
    for side in ["truth", "predicted"] {
        for place in ["x", "y", "width", "height"] {
            columns.push(Column::number(&format!("{side}_{place}"), &format!("{} {place}", fmt::capitalised(side))));
        }
    }
    let name = |side: Option<crate::ui::views::objects::Side>| {
        side.map_or(Cell::Empty, |side| scene.explorer.dataset().classes.name(side.class).into())
    };
    let rows = scene.objects.iter().map(|object| {
        let (truth, said) = (object.truth(scene.explorer), object.prediction(scene.explorer));
        let number = |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::Rate(Some(value)));
        let mut row = vec![object.words(scene.explorer).into(), name(truth), name(said)];
        row.extend([number(said.and_then(|side| side.score)), number(object.iou)]);
        for side in [truth, said] {
            let bbox = side.map(|side| side.bbox);
            row.extend([bbox.map(|b| b.x), bbox.map(|b| b.y), bbox.map(|b| b.w), bbox.map(|b| b.h)].map(number));
        }
        row
    });
    Table { columns, rows: rows.collect() }
}

impl Taken {
    fn exhibit(&self, palette: &Palette) -> Option<Exhibit> {
        let whole = PictureRequest { path: self.path.clone(), part: Part::Whole { side: u32::MAX } };
        let read = PictureLoader::new(None).load(&whole).ok()?;
        let size = (f64::from(read.width), f64::from(read.height));
        let picture = Encoded::of_rgba(Kind::Png, read.width, read.height, &read.rgba).ok()?;
        let masks = match &self.masks {
            Masks::None => None,
            Masks::Pixels(look, shown, opacity) => encoded(&look.draw(shown, SIDE), *opacity),
            Masks::Objects(drawn, opacity) => encoded(drawn, *opacity),
        };
        let annotated = match self.annotated {
            (0, _) | (_, 0) => size,
            (width, height) => (f64::from(width), f64::from(height)),
        };
        let mut figure = Figure::new(size.0, size.1, palette.paper);
        let layers = Layers { picture: Some(&picture), masks: masks.as_ref(), boxes: &self.boxes, size: annotated };
        boxes::draw(&mut figure, [0.0, 0.0, size.0, size.1], &layers, Pens::of_pixels(size), palette);
        Some(Exhibit {
            key: "picture".to_owned(),
            title: self.title.clone(),
            caption: String::new(),
            figure,
            table: Some(self.table.clone()),
        })
    }
}

/// A drawn mask with the opacity of the window.
fn encoded(drawn: &ColorImage, opacity: f32) -> Option<Arc<Encoded>> {
    let [width, height] = drawn.size.map(|side| u32::try_from(side).unwrap_or(0));
    let pixel = |pixel: &Color32| {
        let [r, g, b, a] = pixel.to_srgba_unmultiplied();
        [r, g, b, (f32::from(a) * opacity.clamp(0.0, 1.0)).round() as u8]
    };
    let rgba: Vec<u8> = drawn.pixels.iter().flat_map(pixel).collect();
    Encoded::of_rgba(Kind::Png, width, height, &rgba).ok()
}
