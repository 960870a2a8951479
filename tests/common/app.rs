//! The real window without a screen: same `App`, jobs at once on the test's thread, no memory between starts.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use evalens::jobs::runner::Work;
use evalens::jobs::{InlineRunner, JobHandle, Runner};
use evalens::session::{Command, Event, Explorer, Session};
use evalens::store::settings::{Settings, ThemeChoice};
use evalens::ui::app::App;
use evalens::ui::outside::{Answer, Dialogs, Outside, Picked};

use super::raster::Raster;
use super::synthetic::Synthetic;

/// Answers every dialog with what the test says.
#[derive(Clone, Default)]
pub struct ScriptedDialogs {
    pub answer: Rc<RefCell<Option<Picked>>>,
}

impl Dialogs for ScriptedDialogs {
    fn pick_folder(&self, answer: Answer) {
        answer(self.answer.borrow_mut().take().unwrap_or(Picked::Nothing));
    }

    fn pick_file(&self, _: &str, answer: Answer) {
        answer(self.answer.borrow_mut().take().unwrap_or(Picked::Nothing));
    }

    fn save_file(&self, name: &str, answer: Answer) {
        let folder = self.answer.borrow_mut().take();
        answer(match folder {
            Some(Picked::Folder(folder)) => Picked::File(folder.join(name)),
            other => other.unwrap_or(Picked::Nothing),
        });
    }
}

/// A file or folder in the hands of the window system.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the program reads it itself".to_owned())
    }
}

/// Runs jobs at once and counts them.
#[derive(Default)]
pub struct CountingRunner {
    inner: InlineRunner<Event>,
    started: Rc<Cell<usize>>,
}

impl Runner<Event> for CountingRunner {
    fn start(&self, work: Work<Event>) -> JobHandle {
        self.started.set(self.started.get() + 1);
        self.inner.start(work)
    }

    fn next(&self) -> Option<Event> {
        self.inner.next()
    }
}

/// How the window is made.
pub struct Setup {
    pub size: egui::Vec2,
    pub scale: f32,
    pub theme: ThemeChoice,
    pub settings: Settings,
}

impl Default for Setup {
    fn default() -> Self {
        Self { size: egui::vec2(1440.0, 900.0), scale: 1.0, theme: ThemeChoice::Dark, settings: Settings::default() }
    }
}

/// The window under test.
pub struct TestApp {
    pub harness: Harness<'static, App>,
    pub dialogs: ScriptedDialogs,
    clock: Rc<Cell<Instant>>,
    started: Rc<Cell<usize>>,
}

impl TestApp {
    /// A window that shows the welcome page.
    pub fn new() -> Self {
        Self::with(Setup::default())
    }

    /// A window of another size, scale, theme or memory.
    pub fn with(setup: Setup) -> Self {
        let dialogs = ScriptedDialogs::default();
        let clock = Rc::new(Cell::new(Instant::now()));
        let time = Rc::clone(&clock);
        let outside = Outside { dialogs: Box::new(dialogs.clone()), clock: Box::new(move || time.get()), watch: false };
        let runner = CountingRunner::default();
        let started = Rc::clone(&runner.started);
        let mut settings = setup.settings;
        settings.theme = setup.theme;
        let theme = match setup.theme {
            ThemeChoice::Light => egui::Theme::Light,
            ThemeChoice::Dark | ThemeChoice::System => egui::Theme::Dark,
        };
        let build = move |cc: &mut eframe::CreationContext<'_>| {
            let session = Session::new(Box::new(runner), settings, None);
            App::new(&cc.egui_ctx, session, outside)
        };
        let harness = Harness::builder()
            .with_size(setup.size)
            .with_pixels_per_point(setup.scale)
            .with_theme(theme)
            .with_max_steps(16)
            .with_step_dt(1.0 / 60.0)
            .with_render_cursor(false)
            .renderer(Raster::default())
            .build_eframe(build);
        Self { harness, dialogs, clock, started }
    }

    /// A window that shows a synthetic evaluation of 24 images without files.
    pub fn evaluated() -> Self {
        let mut app = Self::new();
        app.show(&Synthetic::new(24));
        app
    }

    /// Shows a synthetic evaluation.
    pub fn show(&mut self, synthetic: &Synthetic) {
        let (project, loaded) = (synthetic.project(Path::new("/workbench")), synthetic.loaded(None));
        self.harness.state_mut().session_mut().show(project, loaded);
        self.run();
    }

    /// Opens a folder.
    pub fn open(&mut self, path: impl Into<PathBuf>) {
        self.send(Command::Open(path.into()));
    }

    /// Sends a command and draws until nothing moves.
    pub fn send(&mut self, command: Command) {
        self.harness.state_mut().send(command);
        self.run();
    }

    /// Draws until nothing moves.
    pub fn run(&mut self) {
        self.harness.run();
    }

    /// Lets time pass; the window's clock stands still otherwise.
    pub fn wait(&mut self, time: Duration) {
        self.clock.set(self.clock.get() + time);
        self.run();
    }

    /// How many jobs were started so far.
    pub fn jobs_started(&self) -> usize {
        self.started.get()
    }

    /// True where the last frame asked for no other one.
    pub fn is_idle(&self) -> bool {
        let output = self.harness.output().viewport_output.values();
        output.into_iter().all(|v| v.repaint_delay == Duration::MAX)
    }

    /// All state.
    pub fn session(&self) -> &Session {
        self.harness.state().session()
    }

    /// The evaluation on screen.
    pub fn explorer(&self) -> &Explorer {
        self.session().explorer.as_ref().expect("an evaluation is on screen")
    }

    /// Clicks what has this name and draws until nothing moves.
    #[track_caller]
    /// Drops a file or folder on the window.
    pub fn drop_file(&mut self, path: PathBuf) {
        self.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
        self.run();
    }

    pub fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.run();
    }

    /// True where something has exactly this name.
    pub fn sees(&self, name: &str) -> bool {
        self.harness.query_all_by_label(name).next().is_some()
    }

    /// All names on screen, for messages of failed tests.
    pub fn names(&self) -> Vec<String> {
        let nodes = self.harness.root().children_recursive();
        nodes.filter_map(|n| n.accesskit_node().label()).filter(|l| !l.is_empty()).collect()
    }

    /// Presses a key and draws until nothing moves.
    pub fn press(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.run();
    }

    /// Presses a key with others held down and draws until nothing moves.
    pub fn press_with(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.run();
    }

    /// Drags a slider's handle to a share of its length.
    #[track_caller]
    pub fn drag_slider(&mut self, name: &str, share: f32) {
        let rect = self.harness.get_by_label(name).rect();
        let to = egui::pos2(rect.left() + rect.width() * share, rect.center().y);
        self.harness.hover_at(rect.center());
        self.harness.drag_at(rect.center());
        self.harness.hover_at(to);
        self.harness.drop_at(to);
        self.run();
    }

    /// Writes a picture of the window to `$EVALENS_SHOTS/name.png`, where that is set.
    pub fn shot(&mut self, name: &str) {
        let Some(dir) = std::env::var_os("EVALENS_SHOTS").map(PathBuf::from) else { return };
        let picture = self.harness.render().expect("meshes can be drawn");
        std::fs::create_dir_all(&dir).expect("the folder for pictures can be made");
        picture.save(dir.join(format!("{name}.png"))).expect("the picture can be written");
    }
}
