//! What is shown beside the pointer: the picture or text of a point, and what is known of it.

use egui::{RichText, Ui};

use crate::model::{ClassId, fmt};
use crate::session::Explorer;
use crate::session::atlas::Atlas;
use crate::session::atlas::cloud::{Cloud, Point};
use crate::session::atlas::standing;
use crate::ui::context::ViewCtx;
use crate::ui::textures::Pictures;
use crate::ui::theme;

use super::map::picture;

/// Points on a side of the picture.
const SIDE: f32 = 160.0;
/// Letters of a text.
const LETTERS: usize = 240;

/// Draws it.
pub fn ui(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    (atlas, cloud): (&Atlas, &Cloud),
    at: u32,
    pictures: &mut Pictures,
) {
    let Some(point) = cloud.points.get(at as usize).copied() else { return };
    ui.set_max_width(280.0);
    show(ui, explorer, point, SIDE, pictures);
    let dataset = explorer.dataset();
    let name = dataset.images.get(point.image.index()).map_or("", |image| image.name.as_str());
    ui.label(RichText::new(name).color(ctx.theme.text));
    for line in facts(explorer, atlas, point, at) {
        ui.label(RichText::new(line).font(theme::caption()).color(ctx.theme.muted));
    }
}

/// The picture or the beginning of the text.
pub fn show(ui: &mut Ui, explorer: &Explorer, point: Point, side: f32, pictures: &mut Pictures) {
    if let Some(text) = explorer.dataset().texts.get(point.image.index()) {
        let short: String = text.chars().take(LETTERS).collect();
        ui.label(short);
        return;
    }
    let pixels = side * ui.pixels_per_point();
    if let Some(drawable) = picture(explorer, point, pixels, pictures).and_then(|shown| shown.drawable()) {
        let size = drawable.size * (side / drawable.size.max_elem().max(1.0));
        let image = egui::Image::new(egui::load::SizedTexture::new(drawable.texture, size)).uv(drawable.uv);
        ui.add(image.fit_to_exact_size(size));
    } else {
        ui.allocate_space(egui::vec2(side, side * 0.6));
    }
}

/// Label, prediction, cluster, neighbours, in lines.
fn facts(explorer: &Explorer, atlas: &Atlas, point: Point, at: u32) -> Vec<String> {
    let dataset = explorer.dataset();
    let name = |class: ClassId| dataset.classes.name(class).to_owned();
    let list = |classes: Vec<ClassId>| {
        let mut names: Vec<(String, usize)> = Vec::new();
        for class in classes {
            let name = name(class);
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => names.push((name, 1)),
            }
        }
        let word = |(name, count): (String, usize)| if count > 1 { format!("{count} × {name}") } else { name };
        let words: Vec<String> = names.into_iter().map(word).collect();
        if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
    };
    let said = standing::said(&explorer.evaluation, &explorer.matched, explorer.counter.cut(), point);
    let truths = point.labels(dataset).to_vec();
    let mut lines = vec![format!("truth: {}", list(truths)), format!("prediction: {}", list(said))];
    if let Some(groups) = &atlas.groups {
        let label = groups.clustering.labels.get(at as usize).copied().flatten();
        lines.push(atlas.name_of(label));
    }
    if let Some(near) = &atlas.nearby {
        if let Some(ratio) = near.outliers.ratio(at) {
            lines.push(format!("{ratio:.2} × the usual distance to neighbours"));
        }
        if let Some(Some(found)) = near.disagreements.get(at as usize) {
            let most = name(ClassId(found.most));
            lines.push(format!(
                "{} of its neighbours have another label, most have {most}",
                fmt::percent(Some(found.share))
            ));
        }
    }
    lines
}
