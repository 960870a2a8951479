//! The window itself: in `logic` events are taken in and commands carried out, in `ui` everything is drawn.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::CreationContext;
use egui::{CentralPanel, Frame, Panel, Ui, ViewportBuilder, ViewportCommand};

use crate::analysis::Filter;
use crate::jobs::{JobError, ThreadRunner};
use crate::session::{Command, Notice, Page, Session, update};
use crate::store::settings::{Settings, ThemeChoice};

use super::actions;
use super::context::{Commands, ViewCtx, Wish};
use super::outside::{Outside, Picked};
use super::panes::{Dashboard, Pane};
use super::theme::{self, Theme};
use super::views::{header, navigation, status, threshold_bar, welcome};

/// Opens the window, with these folders.
///
/// # Errors
/// A sentence where no window can be opened.
pub fn run(paths: Vec<PathBuf>) -> Result<(), String> {
    let viewport = ViewportBuilder::default()
        .with_title("Evalens")
        .with_app_id("evalens")
        .with_inner_size(theme::WINDOW)
        .with_min_inner_size(theme::WINDOW_MIN);
    let options = eframe::NativeOptions { viewport, system_font_fallback: false, ..Default::default() };
    let create =
        move |cc: &CreationContext<'_>| -> Result<Box<dyn eframe::App>, Box<dyn std::error::Error + Send + Sync>> {
            let session = session(&cc.egui_ctx)?;
            let mut app = App::new(&cc.egui_ctx, session, Outside::default());
            for path in paths {
                app.send(Command::Open(path));
            }
            Ok(Box::new(app))
        };
    eframe::run_native("evalens", options, Box::new(create)).map_err(|e| e.to_string())
}

/// A session whose jobs run on threads and wake the window.
fn session(ctx: &egui::Context) -> Result<Session, JobError> {
    let waker = {
        let ctx = ctx.clone();
        Arc::new(move || ctx.request_repaint())
    };
    let settings = Settings::default_file().map_or_else(Settings::default, Settings::load);
    let program = std::env::current_exe().unwrap_or_default();
    let sample = update::find_sample(&program, std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
    Ok(Session::new(Box::new(ThreadRunner::new(waker)?), settings, sample))
}

/// What each view remembers between frames: scroll, zoom, mode. Never the threshold, never the selection.
#[derive(Default)]
struct Views {
    threshold_bar: threshold_bar::ThresholdBar,
    welcome: welcome::Welcome,
}

/// The window.
pub struct App {
    session: Session,
    commands: Commands,
    outside: Outside,
    views: Views,
    dashboard: Dashboard,
    picked: (Sender<Picked>, Receiver<Picked>),
    theme: Option<ThemeChoice>,
    title: String,
}

impl App {
    /// A window on a session.
    #[must_use]
    pub fn new(ctx: &egui::Context, session: Session, outside: Outside) -> Self {
        Theme::install(ctx);
        let dashboard = Dashboard::new(&session.settings.layout);
        Self {
            dashboard,
            session,
            commands: Commands::default(),
            outside,
            views: Views::default(),
            picked: unbounded(),
            theme: None,
            title: String::new(),
        }
    }

    /// All state.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// All state, to prepare it before the window is shown.
    pub fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Sends a command; carried out before the next frame.
    pub fn send(&mut self, command: Command) {
        self.commands.send(command);
    }

    fn carry_out(&mut self, ctx: &egui::Context, now: Instant) {
        for command in self.commands.take() {
            self.session.apply(command, now);
        }
        for wish in self.commands.take_wishes() {
            self.grant(ctx, wish);
        }
        for picked in self.picked.1.try_iter() {
            let command = match picked {
                Picked::Folder(path) => Command::Open(path),
                Picked::Nothing => continue,
                Picked::Failed(text) => Command::Notify(Notice { is_error: true, text }),
            };
            self.session.apply(command, now);
        }
    }

    fn grant(&mut self, ctx: &egui::Context, wish: Wish) {
        match wish {
            Wish::FindAction | Wish::ShowKeys => {}
            Wish::PickFolder => {
                let (sender, ctx) = (self.picked.0.clone(), ctx.clone());
                self.outside.dialogs.pick_folder(Box::new(move |picked| {
                    // The receiver lives as long as the window; without one nobody is left to tell.
                    let _ = sender.send(picked);
                    ctx.request_repaint();
                }));
            }
            Wish::Maximise(pane) => self.dashboard.maximise(Some(pane)),
            Wish::Restore => self.dashboard.maximise(None),
            Wish::ResetLayout => self.dashboard.reset(),
            Wish::FocusThreshold => ctx.memory_mut(|m| m.request_focus(threshold_bar::slider_id())),
            Wish::Leave => self.leave(ctx),
            Wish::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
        ctx.request_repaint();
    }

    /// One step out: of the keyboard's place, a filled pane, an image, a selection.
    fn leave(&mut self, ctx: &egui::Context) {
        let here = self.session.history.here();
        if let Some(id) = ctx.memory(egui::Memory::focused) {
            ctx.memory_mut(|m| m.surrender_focus(id));
        } else if self.dashboard.maximised().is_some() {
            self.dashboard.maximise(None);
        } else if here.image.is_some() {
            self.commands.send(Command::CloseImage);
        } else if here.page == Page::Images && here.filter != Filter::All {
            self.commands.send(Command::Select(Filter::All));
        }
    }

    fn follow_settings(&mut self, ctx: &egui::Context) {
        let wanted = self.session.settings.theme;
        if self.theme != Some(wanted) {
            self.theme = Some(wanted);
            ctx.set_theme(match wanted {
                ThemeChoice::System => egui::ThemePreference::System,
                ThemeChoice::Dark => egui::ThemePreference::Dark,
                ThemeChoice::Light => egui::ThemePreference::Light,
            });
        }
        let title = match &self.session.project {
            Some(project) if !project.recognised.project.name.is_empty() => {
                format!("Evalens – {}", project.recognised.project.name)
            }
            Some(project) => format!("Evalens – {}", project.root.display()),
            None => "Evalens".to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn draw(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx().theme());
        let ctx = ViewCtx { session: &self.session, commands: &self.commands, theme: &theme };
        let (views, dashboard) = (&mut self.views, &mut self.dashboard);
        let bar = |fill| Frame::new().fill(fill);
        Panel::top("header").exact_size(theme::HEADER).frame(bar(theme.surface)).show(ui, |ui| header::ui(ui, &ctx));
        if ctx.session.project.is_none() {
            CentralPanel::default().frame(bar(theme.background)).show(ui, |ui| {
                welcome::ui(ui, &ctx, &mut views.welcome);
            });
            return;
        }
        Panel::bottom("status").exact_size(theme::STATUS).frame(bar(theme.surface)).show(ui, |ui| status::ui(ui, &ctx));
        if ctx.session.explorer.is_some() {
            let height = theme::SLIDER_ROW + theme::TILE_ROW;
            Panel::top("threshold bar").exact_size(height).frame(bar(theme.surface)).show(ui, |ui| {
                threshold_bar::ui(ui, &ctx, &mut views.threshold_bar);
            });
        }
        Panel::left("navigation")
            .exact_size(theme::NAVIGATION)
            .resizable(false)
            .frame(bar(theme.surface))
            .show(ui, |ui| navigation::ui(ui, &ctx));
        CentralPanel::default().frame(bar(theme.background)).show(ui, |ui| {
            page(ui, &ctx, views, dashboard);
        });
    }
}

fn page(ui: &mut Ui, ctx: &ViewCtx, views: &mut Views, dashboard: &mut Dashboard) {
    match ctx.session.page() {
        Page::Welcome | Page::Overview => {
            dashboard.ui(ui, ctx, &mut |ui, pane| content(ui, ctx, views, pane));
        }
        Page::Images | Page::Curves | Page::Run => {}
    }
}

/// The inside of a pane.
fn content(_ui: &mut Ui, _ctx: &ViewCtx, _views: &mut Views, pane: Pane) {
    match pane {
        Pane::Production | Pane::Classes | Pane::Recommendations | Pane::Matrix | Pane::Unknown => {}
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        let now = (self.outside.clock)();
        self.session.drain();
        self.session.tick(now);
        self.carry_out(ctx, now);
        self.follow_settings(ctx);
        if let Some(at) = self.session.wants_tick_at() {
            ctx.request_repaint_after(at.saturating_duration_since(now));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        actions::handle_keys(ui.ctx(), &self.session, &self.commands);
        for file in ui.input(|i| i.raw.dropped_files.clone()) {
            self.commands.send(Command::Open(file.path().to_owned()));
        }
        self.draw(ui);
        // What was asked for while drawing is seen in the next frame.
        if !self.commands.is_empty() {
            ui.ctx().request_repaint();
        }
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.extreme_bg_color.to_normalized_gamma_f32()
    }
}
