//! What floats over the picture: the switches at its top edge, the legend at its bottom.

use egui::{Align, Frame, Layout, Margin, Pos2, Rect, RichText, Slider, Ui, UiBuilder, Vec2, pos2, vec2};

use crate::metrics::OutcomeKind;
use crate::model::fmt;
use crate::ui::theme;
use crate::ui::widgets::boxes::{Boxes, Line, Look};
use crate::ui::widgets::image_canvas::Canvas;
use crate::ui::widgets::{outcome, switch};

use super::{ColourBy, Scene, Viewer, masks, pixels, save};

/// Width of the opacity slider.
const OPACITY: f32 = 64.0;

/// Draws the switches.
pub fn ui(ui: &mut Ui, scene: &Scene, canvas: &Canvas, state: &mut Viewer) {
    let edge = 2.0 * theme::GRID;
    let rect = Rect::from_min_max(canvas.rect.min + Vec2::splat(edge), canvas.rect.right_top() + vec2(-edge, 80.0));
    let layout = Layout::left_to_right(Align::Min);
    let mut floating = ui.new_child(UiBuilder::new().id_salt("bar").max_rect(rect).layout(layout));
    let frame = Frame::new().fill(scene.ctx.theme.surface).corner_radius(theme::RADIUS).inner_margin(Margin::same(3));
    let frame = frame.stroke((theme::HAIRLINE, scene.ctx.theme.line));
    frame.show(&mut floating, |ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GRID / 2.0, theme::GRID / 2.0);
        ui.set_max_width(rect.width() - edge);
        ui.horizontal_wrapped(|ui| switches(ui, scene, canvas, state));
    });
}

fn switches(ui: &mut Ui, scene: &Scene, canvas: &Canvas, state: &mut Viewer) {
    if scene.explorer.evaluation.objects().is_some() {
        of_boxes(ui, scene, state);
    } else if scene.explorer.evaluation.pixels().is_some() {
        pixels::switches(ui, scene, state);
    }
    let theme = scene.ctx.theme;
    let now = ui.input(|i| i.time);
    if switch::choice(ui, theme, state.canvas.is_fitted(), "Fit", "Fit to view", "Show all of the picture · F")
        .clicked()
    {
        state.canvas.fit(now);
    }
    let full = (canvas.zoom() - 1.0).abs() < 1e-3;
    let hint = "Zoom · click for one screen pixel per picture pixel · 1";
    if switch::choice(ui, theme, full, &fmt::zoom(canvas.zoom()), "Zoom to 100 %", hint).clicked() {
        canvas.full_size(&mut state.canvas, None, now);
    }
    save::button(ui, scene, state);
}

/// The switches of what lies on the picture.
fn of_boxes(ui: &mut Ui, scene: &Scene, state: &mut Viewer) {
    let theme = scene.ctx.theme;
    switch::toggle(ui, theme, &mut state.truth, "Ground truth", Some(Line::Solid), "Annotated boxes · G · Space flips");
    let hint = "Boxes of the model · P · Space flips";
    switch::toggle(ui, theme, &mut state.predictions, "Model predictions", Some(Line::Dashed), hint);
    switch::toggle(ui, theme, &mut state.labels, "Labels", None, "Class, confidence and outcome beside each box · L");
    if masks::are_there(scene) {
        masks::switches(ui, scene, state);
    }
    let hint = "Also the detections below the threshold, faintly";
    switch::toggle(ui, theme, &mut state.below, "Below threshold", None, hint);
    ui.add_space(theme::GRID);
    ui.label(RichText::new("Colour").color(theme.muted));
    for (by, name, accessible) in
        [(ColourBy::Outcome, "Outcome", "Colour by outcome"), (ColourBy::Class, "Class", "Colour by class")]
    {
        let hint = "What the colours of boxes say";
        if switch::choice(ui, theme, state.colour_by == by, name, accessible, hint).clicked() {
            state.colour_by = by;
        }
    }
    ui.add_space(theme::GRID);
    ui.spacing_mut().slider_width = OPACITY;
    let opacity = ui.add(Slider::new(&mut state.opacity, 0.1..=1.0).show_value(false));
    opacity.accessible_name("Overlay opacity").on_hover_text("Opacity of the boxes · O");
    ui.add_space(theme::GRID);
}

/// Draws the legend, and what is unusual about the picture's size.
pub fn legend(
    ui: &mut Ui,
    scene: &Scene,
    canvas: &Canvas,
    state: &Viewer,
    (source, pointer): (Option<(u32, u32)>, Option<Pos2>),
) {
    let of_pixels = scene.explorer.evaluation.pixels().is_some();
    if scene.explorer.evaluation.objects().is_none() && !of_pixels {
        return;
    }
    let edge = 2.0 * theme::GRID;
    let rect = Rect::from_min_max(
        pos2(canvas.rect.left() + edge, canvas.rect.bottom() - theme::ROW - theme::GRID),
        canvas.rect.max - vec2(edge, theme::GRID),
    );
    let layout = Layout::left_to_right(Align::Center);
    let mut floating = ui.new_child(UiBuilder::new().id_salt("legend").max_rect(rect).layout(layout));
    let frame = Frame::new().fill(scene.ctx.theme.surface).corner_radius(theme::RADIUS);
    let frame = frame.inner_margin(Margin::symmetric(6, 2)).stroke((theme::HAIRLINE, scene.ctx.theme.line));
    frame.show(&mut floating, |ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GRID, 0.0);
        if of_pixels {
            pixels::legend(ui, scene, canvas, state, pointer);
            return;
        }
        for (line, name, on) in [
            (Line::Solid, "truth", state.truth),
            (Line::Dashed, "prediction", state.predictions),
            (Line::Dotted, "ignored", scene.objects.iter().any(|o| o.standing == super::objects::Standing::Ignored)),
        ] {
            if on {
                sample(ui, scene, line);
                caption(ui, scene, name);
            }
        }
        match state.colour_by {
            ColourBy::Outcome => outcomes(ui, scene),
            ColourBy::Class => classes(ui, scene),
        }
        if let Some(words) = other_size(scene, source) {
            ui.label(RichText::new(words).font(theme::caption()).color(scene.ctx.theme.misclassified));
        }
    });
}

/// A sentence where the picture's real size is not the annotated one.
fn other_size(scene: &Scene, source: Option<(u32, u32)>) -> Option<String> {
    let (annotated, real) = ((scene.image.width, scene.image.height), source?);
    (annotated.0 > 0 && annotated.1 > 0 && annotated != real).then(|| {
        format!(
            "The picture is {} × {}, annotated as {} × {}; boxes are scaled",
            real.0, real.1, annotated.0, annotated.1
        )
    })
}

fn outcomes(ui: &mut Ui, scene: &Scene) {
    for kind in OutcomeKind::ALL {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::PADDING), egui::Sense::hover());
        let mut boxes = Boxes::new(ui.painter(), ui.clip_rect());
        boxes.mark(rect, kind, scene.ctx.theme.outcome(kind));
        boxes.paint(ui.painter());
        caption(ui, scene, &outcome::name(kind).to_lowercase());
    }
}

/// The classes in this image, in declaration order; at most ten.
fn classes(ui: &mut Ui, scene: &Scene) {
    let explorer = scene.explorer;
    let mut present: Vec<_> = scene
        .objects
        .iter()
        .flat_map(|o| [o.truth(explorer), o.prediction(explorer)])
        .flatten()
        .map(|s| s.class)
        .collect();
    present.sort_unstable();
    present.dedup();
    for class in present.into_iter().take(10) {
        let name = explorer.dataset().classes.name(class);
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::PADDING), egui::Sense::hover());
        ui.painter().rect_filled(rect, 0.0, scene.ctx.theme.class(&explorer.dataset().classes, class));
        caption(ui, scene, name);
    }
}

fn sample(ui: &mut Ui, scene: &Scene, line: Line) {
    let (rect, _) = ui.allocate_exact_size(vec2(theme::ICON, theme::ICON), egui::Sense::hover());
    let mut boxes = Boxes::new(ui.painter(), ui.clip_rect());
    let color = scene.ctx.theme.text;
    let look = Look { line, color, width: theme::HAIRLINE, halo: egui::Color32::TRANSPARENT };
    boxes.edge(Rect::from_center_size(rect.center(), vec2(14.0, 9.0)), look);
    boxes.paint(ui.painter());
}

fn caption(ui: &mut Ui, scene: &Scene, words: &str) {
    ui.label(RichText::new(words).font(theme::caption()).color(scene.ctx.theme.muted));
    ui.add_space(theme::GRID);
}
