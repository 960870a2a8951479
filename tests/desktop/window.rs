//! A display, the program in a window on it, and what a person does with it.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use egui_inspection::protocol::{read_handshake, read_message, write_message};
use egui_inspection::{Request, Response};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_evalens");

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The display to draw on, and the server behind it where the test started one.
pub struct Display {
    name: String,
    _server: Option<Running>,
}

impl Display {
    pub fn open() -> Self {
        if let Ok(name) = std::env::var("DISPLAY") {
            return Self { name, _server: None };
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is needed for this test: install the package xvfb");
        let mut out = server.stdout.take().unwrap();
        let (mut text, mut byte) = (String::new(), [0_u8]);
        while out.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            text.push(char::from(byte[0]));
        }
        // The pipe stays open for the server's life: closing it could end the server.
        std::mem::forget(out);
        Self { name: format!(":{text}"), _server: Some(Running(server)) }
    }
}

/// One accessible thing on screen.
#[derive(Clone, Debug)]
pub struct Node {
    pub role: String,
    pub name: String,
    pub value: Option<f64>,
    pub toggled: Option<bool>,
    pub bounds: Option<[f64; 4]>,
}

impl Node {
    pub fn rect(&self) -> egui::Rect {
        let [x0, y0, x1, y1] = self.bounds.unwrap_or_else(|| panic!("`{}` has no place on screen", self.name));
        egui::Rect::from_min_max(egui::pos2(x0 as f32, y0 as f32), egui::pos2(x1 as f32, y1 as f32))
    }

    pub fn middle(&self) -> egui::Pos2 {
        self.rect().center()
    }
}

/// The program, driven from outside.
pub struct Window {
    process: Running,
    socket: TcpStream,
    pub shots: Option<PathBuf>,
    home: tempfile::TempDir,
}

impl Window {
    pub fn open(display: &Display, project: &Path) -> Self {
        Self::open_themed(display, project, "dark")
    }

    pub fn open_themed(display: &Display, project: &Path, theme: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let settings = home.path().join("config/evalens/settings.json");
        std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
        std::fs::write(settings, format!(r#"{{"theme": "{theme}"}}"#)).unwrap();
        Self::start(display, project, home)
    }

    /// Kills the program without a word of warning and starts it again, with what it has kept.
    pub fn kill_and_start(self, display: &Display, project: &Path) -> Self {
        let Self { process, home, .. } = self;
        drop(process);
        Self::start(display, project, home)
    }

    /// The folder in which the program keeps what belongs to projects.
    pub fn kept(&self) -> PathBuf {
        self.home.path().join("kept")
    }

    fn start(display: &Display, project: &Path, home: tempfile::TempDir) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(PROGRAM)
            .arg(project)
            .env("DISPLAY", &display.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("EGUI_INSPECTION", format!("127.0.0.1:{port}"))
            .env("EVALENS_KEEP_IN", home.path().join("kept"))
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            .env("XDG_CACHE_HOME", home.path().join("cache"))
            .env("XDG_DATA_HOME", home.path().join("data"))
            .spawn()
            .unwrap();
        let process = Running(process);
        let end = Instant::now() + Duration::from_secs(60);
        let mut socket = loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(socket) => break socket,
                Err(error) => assert!(Instant::now() < end, "the window did not open: {error}"),
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        read_handshake(&mut socket).unwrap();
        let shots = std::env::var_os("EVALENS_SHOTS").map(PathBuf::from);
        let mut window = Self { process, socket, shots, home };
        window.ask(&Request::Resize { width: 1440, height: 900 });
        window
    }

    pub fn ask(&mut self, request: &Request) -> Response {
        write_message(&mut self.socket, request).unwrap();
        match read_message(&mut self.socket).unwrap() {
            Response::Error { message } => panic!("the program answered: {message}"),
            answer => answer,
        }
    }

    pub fn events(&mut self, events: Vec<egui::Event>) {
        self.ask(&Request::ApplyEvents { events });
    }

    pub fn nodes(&mut self) -> Vec<Node> {
        let Response::Tree { accesskit: Some(tree), .. } = self.ask(&Request::GetTree) else { return Vec::new() };
        let label = |id| {
            let of = tree.nodes.iter().find(|(n, _)| *n == id);
            of.and_then(|(_, n)| n.label().or(n.value()).map(str::to_owned)).unwrap_or_default()
        };
        let nodes = tree.nodes.iter().map(|(_, n)| {
            let mut name = n.label().map(str::to_owned).unwrap_or_default();
            if name.is_empty() {
                name = n.labelled_by().iter().map(|&id| label(id)).collect::<Vec<_>>().join(" ");
            }
            if name.is_empty() {
                name = n.value().map(str::to_owned).unwrap_or_default();
            }
            Node {
                role: format!("{:?}", n.role()),
                name,
                value: n.numeric_value(),
                toggled: n.toggled().map(|t| t == egui::accesskit::Toggled::True),
                bounds: n.bounds().map(|b| [b.x0, b.y0, b.x1, b.y1]),
            }
        });
        nodes.filter(|n| !n.name.is_empty()).collect()
    }

    /// Waits until something with such a name is on screen.
    pub fn wait(&mut self, what: &str, fits: impl Fn(&Node) -> bool) -> Node {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let nodes = self.nodes();
            if let Some(node) = nodes.iter().find(|n| n.bounds.is_some() && fits(n)) {
                return node.clone();
            }
            let names: Vec<&str> = nodes.iter().map(|n| n.name.as_str()).collect();
            assert!(Instant::now() < end, "{what} did not appear; on screen: {names:#?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn starting(&mut self, prefix: &str) -> Node {
        self.wait(prefix, |n| n.name.starts_with(prefix))
    }

    /// The number behind a name, such as 0.812 of `Precision 0.812`.
    pub fn number(&mut self, name: &str) -> String {
        let prefix = format!("{name} ");
        let digits = |n: &Node| {
            n.name.strip_prefix(&prefix).is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit() || c == '–'))
        };
        let node = self.wait(name, digits);
        node.name[prefix.len()..].split_whitespace().next().unwrap().to_owned()
    }

    pub fn press(&mut self, pos: egui::Pos2, pressed: bool) {
        let modifiers = egui::Modifiers::NONE;
        self.events(vec![egui::Event::PointerButton { pos, button: egui::PointerButton::Primary, pressed, modifiers }]);
    }

    pub fn click(&mut self, node: &Node) {
        let pos = node.middle();
        self.events(vec![egui::Event::PointerMoved(pos)]);
        self.press(pos, true);
        self.press(pos, false);
        self.settle();
    }

    pub fn drag(&mut self, from: egui::Pos2, to: egui::Pos2) {
        self.draw(&[from, to]);
    }

    /// Drags along a line.
    pub fn draw(&mut self, line: &[egui::Pos2]) {
        self.events(vec![egui::Event::PointerMoved(line[0])]);
        self.press(line[0], true);
        for ends in line.windows(2) {
            for step in 1..=10 {
                let to = ends[0] + (ends[1] - ends[0]) * (step as f32 / 10.0);
                self.events(vec![egui::Event::PointerMoved(to)]);
            }
        }
        self.press(line[line.len() - 1], false);
        self.settle();
    }

    pub fn key(&mut self, key: egui::Key) {
        self.key_with(egui::Modifiers::NONE, key);
    }

    /// Presses a key while others are held.
    pub fn key_with(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        for pressed in [true, false] {
            self.events(vec![egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers }]);
        }
        self.settle();
    }

    pub fn settle(&mut self) {
        self.ask(&Request::Settle { max_steps: 600 });
    }

    pub fn shot(&mut self, name: &str) {
        let Some(dir) = self.shots.clone() else { return };
        if let Response::Screenshot(png) = self.ask(&Request::GetScreenshot { pixels_per_point: None }) {
            std::fs::create_dir_all(&dir).unwrap();
            std::fs::write(dir.join(format!("{name}.png")), png.bytes).unwrap();
        }
    }

    /// Processor time of the program so far, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.0.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks = |i: usize| fields[i].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / 100.0
    }
}
