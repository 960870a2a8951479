//! Everything a key, a menu or the palette can do, in one list. Menus, palette and keys read it; nothing else decides
//! what a key does.

use egui::{Button, Key, KeyboardShortcut, Modifiers, Response, Ui};

use crate::analysis::Filter;
use crate::session::{Command, Page, Session};
use crate::store::settings::{Preferences, ThemeChoice};

use super::context::{Commands, ViewCtx, Wish};

/// What an action does.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Tells the session.
    Command(Command),
    /// Asks the window.
    Wish(Wish),
}

impl Deed {
    /// Carries it out, after the frame.
    pub fn send(self, commands: &Commands) {
        match self {
            Self::Command(command) => commands.send(command),
            Self::Wish(wish) => commands.wish(wish),
        }
    }
}

/// Something that can be done.
pub struct Action {
    /// What it is called.
    pub text: &'static str,
    /// What it does, where the name does not say it.
    pub hint: &'static str,
    /// The keys that do it, the first one shown in menus.
    pub keys: &'static [KeyboardShortcut],
    /// True where it stands in the menu of the settings.
    pub in_settings: bool,
    /// True where it stands in the project's menu.
    pub in_project_menu: bool,
    /// True where it can be done now.
    pub available: fn(&Session) -> bool,
    /// What it does now.
    pub deed: fn(&Session) -> Deed,
}

/// Opens the sample that lies under this name beside that of the detector.
fn sample_beside(session: &Session, name: &str) -> Command {
    session.sample.as_ref().map_or(Command::OpenSample, |sample| Command::Open(sample.with_file_name(name)))
}

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const NOTHING: Action = Action {
    text: "",
    hint: "",
    keys: &[],
    in_settings: false,
    in_project_menu: false,
    available: always,
    deed: |_| Deed::Wish(Wish::Leave),
};

fn always(_: &Session) -> bool {
    true
}

fn evaluated(session: &Session) -> bool {
    session.explorer.is_some()
}

fn opened(session: &Session) -> bool {
    session.project.is_some()
}

fn next_theme(session: &Session) -> Deed {
    let next = match session.settings.theme {
        ThemeChoice::Dark => ThemeChoice::Light,
        ThemeChoice::Light | ThemeChoice::System => ThemeChoice::Dark,
    };
    Deed::Command(Command::SetTheme(next))
}

/// The interface in another size.
fn resized(session: &Session, size: impl Fn(&Preferences) -> u16) -> Deed {
    let preferences = &session.settings.preferences;
    Deed::Command(Command::Prefer(Box::new(Preferences { scale: size(preferences), ..preferences.clone() })))
}

/// All actions, in the order the palette shows them.
pub const ALL: &[Action] = &[
    Action {
        text: "Find anything that can be done",
        keys: &[ctrl(Key::K), ctrl(Key::P)],
        deed: |_| Deed::Wish(Wish::FindAction),
        ..NOTHING
    },
    Action {
        text: "Use optimal confidence",
        hint: "Where F1 over all objects is highest; of generated texts the threshold to begin with",
        keys: &[key(Key::B)],
        available: evaluated,
        deed: |_| Deed::Command(Command::UseOptimal),
        ..NOTHING
    },
    Action {
        text: "Take the last decision about a recommendation back",
        keys: &[ctrl(Key::Z)],
        available: |session| session.page() == Page::Overview && !session.decided.is_empty(),
        deed: |_| Deed::Command(Command::UndoDecision),
        ..NOTHING
    },
    Action {
        text: "Limits of the recommendations’ rules",
        in_settings: true,
        available: evaluated,
        deed: |_| Deed::Wish(Wish::ShowLimits),
        ..NOTHING
    },
    Action {
        text: "Put the keyboard on the confidence slider",
        keys: &[key(Key::T)],
        available: evaluated,
        deed: |_| Deed::Wish(Wish::FocusThreshold),
        ..NOTHING
    },
    Action {
        text: "Raise the confidence by 0.01",
        keys: &[key(Key::CloseBracket)],
        available: evaluated,
        deed: |_| Deed::Command(Command::NudgeThreshold(0.01)),
        ..NOTHING
    },
    Action {
        text: "Lower the confidence by 0.01",
        keys: &[key(Key::OpenBracket)],
        available: evaluated,
        deed: |_| Deed::Command(Command::NudgeThreshold(-0.01)),
        ..NOTHING
    },
    Action {
        text: "Scoring …",
        hint: "How answers are scored: templates, filter, weights, checks",
        available: |s| s.explorer.as_ref().is_some_and(|e| e.texts().is_some()),
        deed: |_| Deed::Wish(Wish::ShowScoring),
        ..NOTHING
    },
    Action {
        text: "Overview",
        hint: "The dashboard",
        keys: &[ctrl(Key::Num1)],
        available: evaluated,
        deed: |_| Deed::Command(Command::Go(Page::Overview)),
        ..NOTHING
    },
    Action {
        text: "Images",
        hint: "The gallery of the selection",
        keys: &[ctrl(Key::Num2)],
        available: evaluated,
        deed: |_| Deed::Command(Command::Go(Page::Images)),
        ..NOTHING
    },
    Action {
        text: "Curves",
        hint: "Precision against recall",
        keys: &[ctrl(Key::Num3)],
        available: evaluated,
        deed: |_| Deed::Command(Command::Go(Page::Curves)),
        ..NOTHING
    },
    Action {
        text: "Run",
        hint: "Settings, protocol, inputs, problems found",
        keys: &[ctrl(Key::Num4)],
        available: evaluated,
        deed: |_| Deed::Command(Command::Go(Page::Run)),
        ..NOTHING
    },
    Action {
        text: "Report",
        hint: "A report to hand to others: HTML, PDF, figures and tables",
        keys: &[ctrl(Key::E)],
        available: evaluated,
        deed: |_| Deed::Command(Command::Go(Page::Report)),
        ..NOTHING
    },
    Action {
        text: "Back",
        keys: &[alt(Key::ArrowLeft), key(Key::Backspace), key(Key::BrowserBack)],
        available: |s| s.history.can_go_back(),
        deed: |_| Deed::Command(Command::Back),
        ..NOTHING
    },
    Action {
        text: "Forward",
        keys: &[alt(Key::ArrowRight)],
        available: |s| s.history.can_go_forward(),
        deed: |_| Deed::Command(Command::Forward),
        ..NOTHING
    },
    Action {
        text: "Leave",
        hint: "Restores a filled pane, closes an image, clears the selection",
        keys: &[key(Key::Escape)],
        available: |s| evaluated(s) || s.page() == Page::Settings,
        deed: |_| Deed::Wish(Wish::Leave),
        ..NOTHING
    },
    Action {
        text: "Show all images",
        hint: "Clears the selection",
        available: |s| s.explorer.as_ref().is_some_and(|e| e.selection.filter != Filter::All),
        deed: |_| Deed::Command(Command::Select(Filter::All)),
        ..NOTHING
    },
    Action {
        text: "Recalculate",
        hint: "Reads the files again",
        keys: &[key(Key::F5), ctrl(Key::R)],
        in_project_menu: true,
        available: evaluated,
        deed: |_| Deed::Command(Command::Recalculate),
        ..NOTHING
    },
    Action {
        text: "Open folder …",
        hint: "With the system's dialog",
        keys: &[ctrl(Key::O)],
        in_project_menu: true,
        deed: |_| Deed::Wish(Wish::PickFolder),
        ..NOTHING
    },
    Action {
        text: "Open the bundled sample",
        in_project_menu: true,
        available: |s| s.sample.is_some(),
        deed: |_| Deed::Command(Command::OpenSample),
        ..NOTHING
    },
    Action {
        text: "Open the sample of a classifier",
        available: |s| s.sample.is_some(),
        deed: |s| Deed::Command(sample_beside(s, "sample-classes")),
        ..NOTHING
    },
    Action {
        text: "Open the sample of a segmenter",
        available: |s| s.sample.is_some(),
        deed: |s| Deed::Command(sample_beside(s, "sample-masks")),
        ..NOTHING
    },
    Action {
        text: "Open the sample of texts",
        available: |s| s.sample.is_some(),
        deed: |s| Deed::Command(sample_beside(s, "sample-texts")),
        ..NOTHING
    },
    Action {
        text: "Write evalens.json",
        hint: "Writes down what was recognised, so that it can be corrected",
        in_project_menu: true,
        available: |s| s.project.as_ref().is_some_and(|p| !p.from_file),
        deed: |_| Deed::Command(Command::WriteProjectFile),
        ..NOTHING
    },
    Action {
        text: "Close project",
        keys: &[ctrl(Key::W)],
        in_project_menu: true,
        available: opened,
        deed: |_| Deed::Command(Command::Close),
        ..NOTHING
    },
    Action {
        text: "Settings …",
        hint: "Theme, colours, size, digits, defaults, cache, start",
        keys: &[ctrl(Key::Comma)],
        in_settings: true,
        deed: |_| Deed::Command(Command::Go(Page::Settings)),
        ..NOTHING
    },
    Action {
        text: "Larger interface",
        keys: &[ctrl(Key::Plus), ctrl(Key::Equals)],
        deed: |s| resized(s, |p| p.scaled(true)),
        ..NOTHING
    },
    Action {
        text: "Smaller interface",
        keys: &[ctrl(Key::Minus)],
        deed: |s| resized(s, |p| p.scaled(false)),
        ..NOTHING
    },
    Action { text: "Interface in its usual size", keys: &[ctrl(Key::Num0)], deed: |s| resized(s, |_| 100), ..NOTHING },
    Action {
        text: "Arrange panes as at first",
        in_settings: true,
        available: evaluated,
        deed: |_| Deed::Wish(Wish::ResetLayout),
        ..NOTHING
    },
    Action {
        text: "Switch between light and dark",
        keys: &[KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::L)],
        deed: next_theme,
        ..NOTHING
    },
    Action {
        text: "Help",
        hint: "What each number means, how to read it, what to do",
        keys: &[key(Key::F1)],
        deed: |session| Deed::Command(Command::Help(super::views::help::start(session))),
        ..NOTHING
    },
    Action {
        text: "Keyboard shortcuts",
        keys: &[key(Key::Questionmark), shift(Key::Questionmark), shift(Key::Slash)],
        in_settings: true,
        deed: |_| Deed::Wish(Wish::ShowKeys),
        ..NOTHING
    },
    Action {
        text: "Take the tour",
        hint: "Seven cards on the bundled sample",
        in_settings: true,
        available: |s| s.sample.is_some(),
        deed: |_| Deed::Wish(Wish::TakeTour),
        ..NOTHING
    },
    Action {
        text: "About Evalens",
        hint: "Version, licence, libraries, where files lie",
        in_settings: true,
        deed: |_| Deed::Wish(Wish::ShowAbout),
        ..NOTHING
    },
    Action {
        text: "Save window image …",
        hint: "A picture of the whole window as it is",
        deed: |_| Deed::Wish(Wish::SaveWindow),
        ..NOTHING
    },
    Action { text: "Quit", keys: &[ctrl(Key::Q)], deed: |_| Deed::Wish(Wish::Quit), ..NOTHING },
];

/// A key as it stands in menus and lists: `Ctrl+K`, `?`, `]`.
#[must_use]
pub fn key_text(ctx: &egui::Context, shortcut: &KeyboardShortcut) -> String {
    let is_mac = matches!(ctx.os(), egui::os::OperatingSystem::Mac | egui::os::OperatingSystem::IOS);
    let key = match shortcut.logical_key {
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Questionmark => "?",
        Key::Plus => "+",
        Key::Equals => "=",
        Key::Minus => "−",
        Key::Comma => ",",
        key => key.name(),
    };
    let held = egui::ModifierNames::NAMES.format(&shortcut.modifiers, is_mac);
    if held.is_empty() { key.to_owned() } else { format!("{held}+{key}") }
}

/// A line of a menu that does an action; greyed out while it cannot be done.
pub fn button(ui: &mut Ui, ctx: &ViewCtx, action: &Action) -> Response {
    let mut button = Button::new(action.text);
    if let Some(shortcut) = action.keys.first() {
        button = button.shortcut_text(key_text(ui.ctx(), shortcut));
    }
    let response = ui.add_enabled((action.available)(ctx.session), button);
    if response.clicked() {
        (action.deed)(ctx.session).send(ctx.commands);
    }
    if action.hint.is_empty() { response } else { response.on_hover_text(action.hint) }
}

/// Does what the keys pressed in this frame ask for. While text is typed or a menu is open, plain keys belong to it and
/// only those with Ctrl work; over a card in the middle of the window none do.
pub fn handle_keys(ctx: &egui::Context, session: &Session, commands: &Commands) {
    if ctx.memory(|m| m.top_modal_layer().is_some()) {
        return;
    }
    let typing = ctx.text_edit_focused() || egui::Popup::is_any_open(ctx);
    for action in ALL {
        for shortcut in action.keys {
            if typing && !shortcut.modifiers.command {
                continue;
            }
            if (action.available)(session) && ctx.input_mut(|input| input.consume_shortcut(shortcut)) {
                (action.deed)(session).send(commands);
            }
        }
    }
}
