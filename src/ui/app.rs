//! The window itself: in `logic` events are taken in and commands carried out, in `ui` everything is drawn.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, unbounded};
use eframe::CreationContext;
use egui::{CentralPanel, Frame, Panel, Ui, ViewportBuilder, ViewportCommand};

use crate::analysis::Filter;
use crate::jobs::{JobError, ThreadRunner, Waker};
use crate::model::fmt;
use crate::session::errors::{Tab, slices};
use crate::session::{Command, Page, Session, Slot, update};
use crate::store::log::{self, Running};
use crate::store::place::Keeper;
use crate::store::settings::{PaletteChoice, Settings, ThemeChoice};

use super::actions;
use super::brand;
use super::context::{Commands, ViewCtx, Wish};
use super::outside::{Outside, Picked};
use super::panes::{Dashboard, Pane};
use super::textures::Pictures;
use super::theme::{self, Theme};
use super::views::{
    about, answers, atlas, classes, compare, confusion, crossval, curves, errors, evaluations, header, help, images,
    leaderboard, model, navigation, notices, palette, production, recommendations, report, run as run_page, save_image,
    save_path, settings, shortcuts, status, strips, threshold_bar, thresholds, tour, welcome,
};
use super::watching::Watching;
use super::widgets::states;
use super::window;

mod program;
mod wishes;

use program::zoom;
use wishes::Asked;

/// Said where no window can be opened.
const HEADLESS: &str = "for the numbers without a window run `evalens evaluate PATH --json -`";

/// Opens the window, with these folders; on the first start and without any, with the bundled sample. With
/// `EVALENS_TIMING` set, the times until the end of the first drawing are written to the standard error.
///
/// # Errors
/// A sentence where no window can be opened.
pub fn run(paths: Vec<PathBuf>) -> Result<(), String> {
    let started = Instant::now();
    if !has_display() {
        return Err(format!("there is no display to open a window on; {HEADLESS}"));
    }
    let viewport = ViewportBuilder::default()
        .with_title("Evalens")
        .with_app_id("evalens")
        .with_icon(brand::icon(64))
        .with_min_inner_size(theme::WINDOW_MIN);
    let settings = Settings::default_file().map_or_else(Settings::default, Settings::load);
    let viewport = window::sized(viewport, settings.window.as_ref());
    let options = options(viewport);
    let folder = log::folder();
    let running = folder.as_deref().map(Running::begin);
    if let Some(folder) = folder.clone() {
        log::begin(folder);
    }
    log::info(concat!("Evalens ", env!("CARGO_PKG_VERSION"), " starts"));
    let create = move |cc: &CreationContext<'_>| {
        let created = Instant::now();
        let outside = Outside { watch: true, ..Outside::default() };
        window::put_back(cc, settings.window.as_ref(), zoom(&settings.preferences));
        let mut app = App::new(&cc.egui_ctx, session(&cc.egui_ctx, settings)?, outside);
        app.follow_log(folder, running);
        app.views.pictures = Pictures::threaded(&waker(&cc.egui_ctx))?;
        app.timing = std::env::var_os("EVALENS_TIMING").map(|_| Timing { started, created });
        app.begin(paths);
        let app: Box<dyn eframe::App> = Box::new(app);
        Ok(app)
    };
    eframe::run_native("evalens", options, Box::new(create))
        .map_err(|e| format!("no window can be opened ({e}); {HEADLESS}"))
}

/// How the system opens the window.
fn options(viewport: ViewportBuilder) -> eframe::NativeOptions {
    eframe::NativeOptions {
        viewport,
        // Names in scripts that the bundled fonts lack; the system's fonts are read when such a letter first occurs.
        system_font_fallback: true,
        // The window's place is kept with the other settings.
        persist_window: false,
        ..Default::default()
    }
}

/// False where it is known that no window can be opened.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let by_variable = cfg!(all(unix, not(target_os = "macos")));
    !by_variable || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("WAYLAND_SOCKET")
}

/// When the program and its graphics were ready.
struct Timing {
    started: Instant,
    created: Instant,
}

impl Timing {
    fn report(&self) {
        let ms = |since: Instant| since.elapsed().as_secs_f64() * 1000.0;
        let (all, own) = (ms(self.started), ms(self.created));
        // Whoever asked for times and closed the pipe does not want them any more.
        let _ = writeln!(
            std::io::stderr(),
            "first drawing ended {all:.0} ms after the start, {own:.0} ms of them after the graphics were ready"
        );
    }
}

/// A session whose jobs run on threads and wake the window.
fn session(ctx: &egui::Context, settings: Settings) -> Result<Session, JobError> {
    let program = std::env::current_exe().unwrap_or_default();
    let sample = update::find_sample(&program, Path::new(env!("CARGO_MANIFEST_DIR")));
    // What the program brings along stays as it is.
    let names = ["sample", "sample-classes", "sample-masks", "sample-texts"];
    let beside = |dir: &PathBuf| names.map(|name| dir.with_file_name(name));
    let untouched = sample.iter().flat_map(beside).collect();
    let mut session = Session::new(Box::new(ThreadRunner::new(waker(ctx))?), settings, sample);
    session.keep_tables();
    session.use_cache();
    session.keeper = Keeper { untouched, ..Keeper::of_this_person() };
    Ok(session)
}

fn waker(ctx: &egui::Context) -> Waker {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint())
}

/// True for a file that may hold vectors of the items on screen.
fn has_vectors(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    ["npy", "npz", "csv", "tsv"].contains(&ending.as_str())
}

/// What each view remembers between frames: scroll, zoom, mode. Never the threshold, never the selection.
#[derive(Default)]
struct Views {
    threshold_bar: threshold_bar::ThresholdBar,
    confusion: confusion::ConfusionState,
    recommendations: recommendations::RecommendationsState,
    welcome: welcome::Welcome,
    images: images::Images,
    /// Decoded between two frames, unless they are given threads.
    pictures: Pictures,
    production: production::Production,
    answers: answers::AnswersState,
    classes: classes::Classes,
    curves: curves::Curves,
    errors: errors::ErrorsState,
    thresholds: thresholds::State,
    crossval: crossval::CrossvalForm,
    compare: compare::CompareState,
    atlas: atlas::AtlasState,
    evaluations: evaluations::EvaluationsState,
    leaderboard: leaderboard::LeaderboardState,
    help: help::HelpState,
    model: model::ModelPage,
    report: report::Report,
    strips: strips::Strips,
    notices: notices::Notices,
    palette: palette::Palette,
    save_image: save_image::SaveImage,
    save_path: save_path::SavePath,
    shortcuts: bool,
    about: bool,
    tour: tour::Tour,
}

/// The window.
pub struct App {
    session: Session,
    commands: Commands,
    outside: Outside,
    views: Views,
    dashboard: Dashboard,
    picked: (Sender<Picked>, Receiver<Picked>),
    /// Pictures of the whole window that were asked for.
    shots: (Sender<Arc<egui::ColorImage>>, Receiver<Arc<egui::ColorImage>>),
    /// What waits for the person to say where.
    asked: Option<Asked>,
    /// The name that the dialog of a file was opened with.
    offered: String,
    watching: Watching,
    theme: Option<ThemeChoice>,
    palette: PaletteChoice,
    /// Taken away when the window is closed as it should be.
    running: Option<Running>,
    /// When it was written down last what is open.
    remembered: Option<Instant>,
    title: String,
    /// True where something had the keyboard when the last frame ended.
    focused: bool,
    timing: Option<Timing>,
}

impl App {
    /// A window on a session.
    #[must_use]
    pub fn new(ctx: &egui::Context, session: Session, outside: Outside) -> Self {
        let preferences = &session.settings.preferences;
        Theme::install(ctx, preferences.palette);
        fmt::set_digits(preferences.digits);
        // Sizes are chosen in the settings, by keys too.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        ctx.set_zoom_factor(zoom(preferences));
        let palette = preferences.palette;
        let dashboard = Dashboard::new(&session.settings.layout);
        Self {
            dashboard,
            session,
            commands: Commands::default(),
            outside,
            views: Views::default(),
            picked: unbounded(),
            shots: unbounded(),
            asked: None,
            offered: String::new(),
            watching: Watching::default(),
            theme: None,
            palette,
            running: None,
            remembered: None,
            title: String::new(),
            focused: false,
            timing: None,
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

    /// One step out: of the keyboard's place, a filled pane, an image, a selection.
    fn leave(&mut self) {
        let here = self.session.history.here();
        if self.focused {
            // egui has taken the keyboard away already; that was the step.
        } else if self.dashboard.maximised().is_some() {
            self.dashboard.maximise(None);
        } else if here.page == Page::Settings {
            self.commands.send(if self.session.history.can_go_back() {
                Command::Back
            } else {
                Command::Go(if self.session.explorer.is_some() { Page::Overview } else { Page::Welcome })
            });
        } else if here.image.is_some() {
            self.commands.send(Command::CloseImage);
        } else if here.page == Page::Images && here.filter != Filter::All {
            self.commands.send(Command::Select(Filter::All));
        }
    }

    /// Keeps watches over files and folders, and looks at them when they changed.
    fn follow_files(&mut self, ctx: &egui::Context, now: Instant) {
        if self.outside.watch {
            for command in self.watching.follow(&self.session, &waker(ctx)) {
                self.session.apply(command, now);
            }
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
        let preferences = &self.session.settings.preferences;
        if self.palette != preferences.palette {
            self.palette = preferences.palette;
            Theme::wear(ctx, self.palette);
        }
        if ctx.zoom_factor() != zoom(preferences) {
            ctx.set_zoom_factor(zoom(preferences));
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

    /// Dropped folders and vectors, and the window coming back to the front.
    fn take_from_outside(&self, ui: &Ui) {
        let (dropped, back) = ui.input(|input| {
            let back = input.events.iter().any(|e| matches!(e, egui::Event::WindowFocused(true)));
            (input.raw.dropped_files.clone(), back)
        });
        if !dropped.is_empty() {
            let paths: Vec<PathBuf> = dropped.iter().map(|file| file.path().to_owned()).collect();
            let command = match paths.as_slice() {
                [file] if self.takes_columns(file) => Command::Slices(slices::Ask::AddColumns(file.clone())),
                [file] if self.session.explorer.is_some() && has_vectors(file) => Command::OpenVectors(file.clone()),
                _ => Command::OpenAll(paths),
            };
            self.commands.send(command);
        }
        if back && self.session.explorer.is_some() {
            self.commands.send(Command::CheckFiles);
        }
        if back && self.session.page() == Page::Evaluations {
            self.commands.send(Command::Rescan);
        }
    }

    /// True where a table that is dropped brings attributes.
    fn takes_columns(&self, file: &Path) -> bool {
        let here = self.session.history.here();
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_table = ["csv", "tsv", "tab", "jsonl", "ndjson"].contains(&ending.as_str());
        here.page == Page::Errors && here.tab == Tab::Slices && self.session.explorer.is_some() && is_table
    }

    fn draw(&mut self, ui: &mut Ui) {
        let theme = Theme::of(ui.ctx().theme(), self.palette);
        let ctx = ViewCtx { session: &self.session, commands: &self.commands, theme: &theme };
        let (views, dashboard) = (&mut self.views, &mut self.dashboard);
        match &ctx.session.explorer {
            Some(explorer) => views.pictures.begin(ui.ctx(), &explorer.evaluation.dataset),
            None => views.pictures.forget(),
        }
        let bar = Frame::new().fill(theme.surface);
        Panel::top("header").exact_size(theme::HEADER).frame(bar).show(ui, |ui| header::ui(ui, &ctx));
        if ctx.session.page() == Page::Settings && ctx.session.explorer.is_none() {
            let ground = Frame::new().fill(theme.background);
            CentralPanel::default().frame(ground).show(ui, |ui| settings::ui(ui, &ctx));
        } else if ctx.session.project.is_some() {
            Panel::bottom("status").exact_size(theme::STATUS).frame(bar).show(ui, |ui| status::ui(ui, &ctx));
            project(ui, &ctx, views, dashboard);
        } else if ctx.session.page() == Page::Help {
            CentralPanel::default().frame(Frame::new()).show(ui, |ui| help::ui(ui, &ctx, &mut views.help));
        } else {
            let ground = Frame::new().fill(theme.background);
            CentralPanel::default().frame(ground).show(ui, |ui| welcome::ui(ui, &ctx, &mut views.welcome));
        }
        views.pictures.end(ui.ctx());
        notices::ui(ui, &ctx, &mut views.notices);
        palette::ui(ui, &ctx, &mut views.palette);
        shortcuts::ui(ui, &ctx, &mut views.shortcuts);
        about::ui(ui, &ctx, &mut views.about);
        tour::ui(ui, &ctx, &mut views.tour, dashboard);
        save_image::ui(ui, &ctx, &mut views.save_image);
        save_path::ui(ui, &ctx, &mut views.save_path);
    }
}

/// Everything between header and status bar, while a project is open.
fn project(ui: &mut Ui, ctx: &ViewCtx, views: &mut Views, dashboard: &mut Dashboard) {
    let bar = Frame::new().fill(ctx.theme.surface);
    let ground = Frame::new().fill(ctx.theme.background);
    let whole = match ctx.session.page() {
        Page::Evaluations | Page::Leaderboard | Page::Model | Page::Settings | Page::Help => true,
        Page::Compare => ctx.session.explorer.is_some(),
        // Embeddings can be cross-validated before there is any model.
        Page::CrossValidate => ctx.session.explorer.is_none(),
        _ => false,
    };
    if whole {
        let left = Panel::left("navigation").exact_size(theme::NAVIGATION).resizable(false).frame(bar);
        left.show(ui, |ui| navigation::ui(ui, ctx));
        CentralPanel::default().frame(ground).show(ui, |ui| page(ui, ctx, views, dashboard));
        return;
    }
    if ctx.session.explorer.is_none() {
        CentralPanel::default().frame(ground).show(ui, |ui| without_numbers(ui, ctx));
        return;
    }
    let height = views.threshold_bar.height();
    let shown = Panel::top("threshold bar").exact_size(height).frame(bar).show(ui, |ui| {
        threshold_bar::ui(ui, ctx, &mut views.threshold_bar);
    });
    views.tour.bar = Some(shown.response.rect);
    strips::ui(ui, ctx, &mut views.strips);
    let left = Panel::left("navigation").exact_size(theme::NAVIGATION).resizable(false).frame(bar);
    left.show(ui, |ui| navigation::ui(ui, ctx));
    CentralPanel::default().frame(ground).show(ui, |ui| page(ui, ctx, views, dashboard));
}

/// The place of the numbers while they are under way, or after they failed.
fn without_numbers(ui: &mut Ui, ctx: &ViewCtx) {
    if let Some(job) = ctx.session.jobs.get(&Slot::Evaluate) {
        states::loading(ui, ctx, Slot::Evaluate, job);
        return;
    }
    let reason = ctx.session.notices.iter().rev().find(|n| n.is_error).map(|n| n.text.as_str());
    let reason = reason.unwrap_or("The evaluation was stopped before it was done");
    states::failed(ui, ctx, "There are no numbers to show", reason, |ui| {
        let again = ctx.session.project.as_ref().map(|p| p.root.clone());
        if let Some(root) = again
            && ui.button("Try again").clicked()
        {
            ctx.send(Command::Open(root));
        }
        if navigation::has_vectors(ctx) && ui.button("Cross-validate embeddings").clicked() {
            ctx.send(Command::Go(Page::CrossValidate));
        }
        if ui.button("Close project").clicked() {
            ctx.send(Command::Close);
        }
    });
}

fn page(ui: &mut Ui, ctx: &ViewCtx, views: &mut Views, dashboard: &mut Dashboard) {
    match ctx.session.page() {
        Page::Welcome | Page::Overview => {
            dashboard.ui(ui, ctx, &mut |ui, pane| content(ui, ctx, views, pane));
        }
        Page::Images => images::ui(ui, ctx, &mut views.images, &mut views.pictures),
        Page::Curves => curves::ui(ui, ctx, &mut views.curves),
        Page::Errors => errors::ui(ui, ctx, &mut views.errors, &mut views.pictures),
        Page::Thresholds => thresholds::ui(ui, ctx, &mut views.thresholds),
        Page::Vectors => atlas::ui(ui, ctx, &mut views.atlas, &mut views.pictures),
        Page::Run => run_page::ui(ui, ctx),
        Page::CrossValidate => crossval::ui(ui, ctx, &mut views.crossval),
        Page::Compare => compare::ui(ui, ctx, &mut views.compare),
        Page::Evaluations => evaluations::ui(ui, ctx, &mut views.evaluations),
        Page::Leaderboard => leaderboard::ui(ui, ctx, &mut views.leaderboard),
        Page::Model => model::ui(ui, ctx, &mut views.model),
        Page::Report => report::ui(ui, ctx, &mut views.report),
        Page::Help => help::ui(ui, ctx, &mut views.help),
        Page::Settings => settings::ui(ui, ctx),
    }
}

/// The inside of a pane.
fn content(ui: &mut Ui, ctx: &ViewCtx, views: &mut Views, pane: Pane) {
    if answers::ui(ui, ctx, &mut views.answers, pane) {
        return;
    }
    match pane {
        Pane::Production => production::ui(ui, ctx, &mut views.production),
        Pane::Classes => classes::ui(ui, ctx, &mut views.classes),
        Pane::Recommendations => recommendations::ui(ui, ctx, &mut views.recommendations),
        Pane::Matrix => confusion::ui(ui, ctx, &mut views.confusion),
        Pane::Unknown => {}
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        let now = (self.outside.clock)();
        self.session.drain();
        self.session.tick(now);
        self.take_exported(ctx);
        self.carry_out(ctx, now);
        self.follow_files(ctx, now);
        self.follow_settings(ctx);
        self.remember(ctx, now);
        if let Some(at) = self.session.wants_tick_at() {
            ctx.request_repaint_after(at.saturating_duration_since(now));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let mut done = false;
        tour::keys(ui.ctx(), &mut self.views.tour, &mut done);
        if done {
            self.commands.wish(Wish::TourDone);
        }
        actions::handle_keys(ui.ctx(), &self.session, &self.commands);
        self.take_from_outside(ui);
        self.draw(ui);
        self.focused = ui.ctx().memory(|m| m.focused().is_some());
        // What was asked for while drawing is seen in the next frame.
        if !self.commands.is_empty() {
            ui.ctx().request_repaint();
        }
        if let Some(timing) = self.timing.take() {
            timing.report();
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.session.remember_open();
        if let Err(error) = self.session.settings.save() {
            log::error(&error.to_string());
        }
        log::info("Evalens ends");
        if let Some(running) = self.running.take() {
            running.end();
        }
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.extreme_bg_color.to_normalized_gamma_f32()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once they were not, and names in Chinese or Arabic were rows of boxes.
    #[test]
    fn letters_that_the_bundled_fonts_lack_come_from_the_system() {
        assert!(options(ViewportBuilder::default()).system_font_fallback);
    }
}
