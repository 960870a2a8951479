//! The pages of a report as they will be printed, drawn when they come into view.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{ColorImage, Id, Pos2, Rect, Role, ScrollArea, Sense, TextureHandle, TextureOptions, Ui, WidgetInfo, vec2};

use crate::report::figure::Picture;
use crate::session::reporting::{Ask, Made};
use crate::session::{Command, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::text;

/// Pages kept drawn.
const KEPT: usize = 12;
/// Widths of pages are rounded up to this many pixels, so that a window that is being resized does not draw them all the time.
const STEP: u32 = 160;
/// Widest page in pixels.
const WIDEST: u32 = 2_400;

/// A page as it was drawn.
struct Drawn {
    width: u32,
    texture: Result<TextureHandle, String>,
    /// The frame in which it was last looked at.
    seen: u64,
}

/// The pages that were drawn.
#[derive(Default)]
pub struct Preview {
    of: Option<Arc<Made>>,
    pages: BTreeMap<usize, Drawn>,
    /// The page under way, and its width.
    wanted: Option<(usize, u32)>,
}

impl Preview {
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &ViewCtx, made: &Arc<Made>) {
        if !self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, made)) {
            *self = Self { of: Some(Arc::clone(made)), ..Self::default() };
        }
        self.take(ui, ctx, made);
        let room = ui.available_width() - 4.0 * theme::PADDING;
        let width = room.clamp(theme::PANE_LEAST, theme::PAGE_WIDEST);
        let pixels = (width * ui.ctx().pixels_per_point()).ceil() as u32;
        // No side is longer than the graphics can hold.
        let side = ui.input(|input| input.max_texture_side);
        let tallest = made.pages.iter().map(|page| page.height / page.width).fold(1.0, f64::max);
        let pixels = (pixels.div_ceil(STEP) * STEP).min(WIDEST).min((side as f64 / tallest) as u32);
        let mut missing = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.add_space(theme::PADDING);
            for (number, page) in made.pages.iter().enumerate() {
                let size = vec2(width, width * (page.height / page.width) as f32);
                let left = ui.max_rect().center().x - width / 2.0;
                let rect = Rect::from_min_size(Pos2::new(left, ui.cursor().top()), size);
                ui.advance_cursor_after_rect(rect);
                ui.add_space(2.0 * theme::PADDING);
                if ui.is_rect_visible(rect) {
                    let name = format!("Page {} of {}", number + 1, made.pages.len());
                    ui.interact(rect, Id::unique(("report page", number)), Sense::hover())
                        .widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
                    if self.page(ui, ctx, number, pixels, rect) {
                        missing = missing.or(Some(number));
                    }
                }
            }
        });
        let idle = !ctx.session.jobs.contains_key(&Slot::ReportPage);
        if let Some(page) = missing.filter(|page| idle && self.wanted != Some((*page, pixels))) {
            self.wanted = Some((page, pixels));
            ctx.send(Command::Report(Ask::Draw { page, width: pixels }));
        }
    }

    /// Takes in the page that was drawn last, and lets those go that were not looked at for longest.
    fn take(&mut self, ui: &Ui, ctx: &ViewCtx, made: &Arc<Made>) {
        let Some((page, width)) = self.wanted else { return };
        let Some((of, drawn, picture)) = &ctx.session.reporting.drawn else { return };
        if *drawn != page || !Arc::ptr_eq(of, made) || ctx.session.jobs.contains_key(&Slot::ReportPage) {
            return;
        }
        self.wanted = None;
        let texture = match picture {
            Ok(picture) => Ok(texture(ui, page, picture)),
            Err(problem) => Err(problem.clone()),
        };
        self.pages.insert(page, Drawn { width, texture, seen: ui.ctx().cumulative_frame_nr() });
        while self.pages.len() > KEPT {
            let oldest = self.pages.iter().min_by_key(|(_, drawn)| drawn.seen).map(|(page, _)| *page);
            oldest.map(|page| self.pages.remove(&page));
        }
    }

    /// Draws a page as far as it is there; true where it has to be drawn, or drawn at another size.
    fn page(&mut self, ui: &Ui, ctx: &ViewCtx, number: usize, pixels: u32, rect: Rect) -> bool {
        let painter = ui.painter();
        painter.rect_filled(rect, 0.0, theme::PAPER);
        let Some(drawn) = self.pages.get_mut(&number) else {
            text::at(painter, rect.center(), egui::Align2::CENTER_CENTER, "…", theme::figure(), ctx.theme.muted);
            return true;
        };
        drawn.seen = ui.ctx().cumulative_frame_nr();
        match &drawn.texture {
            Ok(texture) => {
                let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
                painter.image(texture.id(), rect, whole, theme::UNTINTED);
            }
            Err(problem) => {
                text::at(painter, rect.center(), egui::Align2::CENTER_CENTER, problem, theme::body(), ctx.theme.danger);
            }
        }
        drawn.width != pixels && drawn.texture.is_ok()
    }
}

fn texture(ui: &Ui, page: usize, picture: &Picture) -> TextureHandle {
    let size = [picture.width as usize, picture.height as usize];
    let image = ColorImage::from_rgba_unmultiplied(size, &picture.rgba);
    ui.ctx().load_texture(format!("report page {page}"), image, TextureOptions::LINEAR)
}
