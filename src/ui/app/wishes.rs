//! What only the window can do: dialogs and their answers, files that are waited for, panes that fill the window.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::ViewportCommand;

use crate::report::palette::Palette;
use crate::session::errors::slices;
use crate::session::exports::{Answer as Exported, Ask as Export, Output};
use crate::session::{Command, Notice};
use crate::store::export::Content;
use crate::ui::context::Wish;
use crate::ui::export;
use crate::ui::outside::{Answer, Picked};
use crate::ui::panes::Pane;
use crate::ui::theme::Theme;
use crate::ui::views::save_path::Waiting;
use crate::ui::views::threshold_bar;

use super::App;

/// What the dialog that is open is for; without it, to open a folder.
pub(super) enum Asked {
    /// A project to add.
    Add,
    /// The new place of a project.
    Find(PathBuf),
    /// The file of the workspace.
    Workspace,
    /// A file of vectors.
    Vectors,
    /// A table of attributes.
    Columns,
    /// The folder of a report.
    ReportFolder,
    /// A logo.
    Logo,
    /// A file to write this into.
    Save(Arc<Content>),
    /// The same of an exhibit.
    Output(Output),
}

impl App {
    pub(super) fn carry_out(&mut self, ctx: &egui::Context, now: Instant) {
        for command in self.commands.take() {
            self.session.apply(command, now);
        }
        for wish in self.commands.take_wishes() {
            self.grant(ctx, wish);
        }
        if let Some(window) = self.shots.1.try_iter().last() {
            let content = Arc::new(export::content(&window));
            self.ask_file(ctx, "evalens-window.png", Asked::Save(content));
        }
        for picked in self.picked.1.try_iter() {
            let command = match picked {
                Picked::Folder(path) => match self.asked.take() {
                    Some(Asked::Add) => Command::AddProjects(vec![path]),
                    Some(Asked::Find(from)) => Command::Relink(from, path),
                    Some(Asked::ReportFolder) => {
                        self.views.report.take_folder(&path);
                        continue;
                    }
                    _ => Command::Open(path),
                },
                Picked::File(path) => match self.asked.take() {
                    Some(Asked::Save(content)) => Command::Save(path, content),
                    Some(Asked::Output(output)) => Command::Export(Export::Save(path, output)),
                    Some(Asked::Workspace) => Command::SaveWorkspace(path),
                    Some(Asked::Vectors) => Command::OpenVectors(path),
                    Some(Asked::Logo) => {
                        self.views.report.take_logo(&path);
                        continue;
                    }
                    Some(Asked::Columns) => Command::Slices(slices::Ask::AddColumns(path)),
                    _ => continue,
                },
                Picked::Nothing => continue,
                // Without the system's dialog the path is typed.
                Picked::Failed(text) => match self.asked.take() {
                    Some(Asked::Save(content)) => {
                        self.views.save_path.open(&self.offered, Waiting::Content(content));
                        continue;
                    }
                    Some(Asked::Output(output)) => {
                        self.views.save_path.open(&self.offered, Waiting::Output(output));
                        continue;
                    }
                    _ => Command::Notify(Notice { is_error: true, text }),
                },
            };
            self.session.apply(command, now);
        }
    }

    fn grant(&mut self, ctx: &egui::Context, wish: Wish) {
        match wish {
            Wish::FindAction => self.views.palette.open(ctx, &self.session),
            Wish::ShowKeys => self.views.shortcuts = true,
            Wish::ShowAbout => self.views.about = true,
            Wish::TakeTour => self.take_tour(),
            Wish::TourDone => self.tour_done(),
            Wish::PickFolder => self.ask_folder(ctx, None),
            Wish::AddProject => self.ask_folder(ctx, Some(Asked::Add)),
            Wish::FindProject(from) => self.ask_folder(ctx, Some(Asked::Find(from))),
            Wish::PickVectors => {
                self.asked = Some(Asked::Vectors);
                self.outside.dialogs.pick_file("Vectors of items: .npy, .npz or .csv", self.answer(ctx));
            }
            Wish::PickColumns => {
                self.asked = Some(Asked::Columns);
                let title = "Columns beside item names: .csv, .tsv or .jsonl";
                self.outside.dialogs.pick_file(title, self.answer(ctx));
            }
            Wish::PickReportFolder => self.ask_folder(ctx, Some(Asked::ReportFolder)),
            Wish::PickLogo => {
                self.asked = Some(Asked::Logo);
                self.outside.dialogs.pick_file("A picture: .png or .jpg", self.answer(ctx));
            }
            Wish::SaveWorkspace => {
                self.asked = Some(Asked::Workspace);
                self.outside.dialogs.save_file("workspace.json", self.answer(ctx));
            }
            Wish::SaveAs(name, content) => {
                self.ask_file(ctx, name, Asked::Save(content));
            }
            Wish::Export(pane, errand) => {
                let explorer = self.session.explorer.as_ref();
                let own = explorer.and_then(|explorer| match pane {
                    Pane::Production => self.views.production.maker(explorer),
                    Pane::Classes => self.views.classes.maker(explorer),
                    _ => None,
                });
                if let Some(maker) = own.or_else(|| export::pane(&self.session, pane)) {
                    let name = export::name(&self.session, pane.key());
                    self.commands.send(Command::Export(Export::Make(errand, name, maker, self.paper())));
                }
            }
            Wish::SaveOutput(name, output) => {
                self.ask_file(ctx, &name, Asked::Output(output));
            }
            Wish::SaveWindow => export::shoot(ctx, self.shots.0.clone()),
            Wish::Maximise(pane) => self.dashboard.maximise(Some(pane)),
            Wish::Restore => self.dashboard.maximise(None),
            Wish::ShowLimits => self.views.recommendations.show_limits(),
            Wish::ShowScoring => self.views.threshold_bar.show_scoring(),
            Wish::ResetLayout => self.dashboard.reset(),
            Wish::FocusThreshold => ctx.memory_mut(|m| m.request_focus(threshold_bar::slider_id())),
            Wish::Leave => self.leave(),
            Wish::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
        ctx.request_repaint();
    }

    /// Takes the answer of a dialog into the window's queue.
    fn answer(&self, ctx: &egui::Context) -> Answer {
        let (sender, ctx) = (self.picked.0.clone(), ctx.clone());
        Box::new(move |picked| {
            // The receiver lives as long as the window; without one nobody is left to tell.
            let _ = sender.send(picked);
            ctx.request_repaint();
        })
    }

    fn ask_file(&mut self, ctx: &egui::Context, name: &str, for_what: Asked) {
        (self.asked, self.offered) = (Some(for_what), name.to_owned());
        self.outside.dialogs.save_file(name, self.answer(ctx));
    }

    fn ask_folder(&mut self, ctx: &egui::Context, for_what: Option<Asked>) {
        self.asked = for_what;
        self.outside.dialogs.pick_folder(self.answer(ctx));
    }

    /// The colours of what is handed out.
    pub(super) fn paper(&self) -> Palette {
        Theme::of(egui::Theme::Light, self.palette).paper()
    }

    /// What was made to be handed out goes where it was meant to go.
    pub(super) fn take_exported(&mut self, ctx: &egui::Context) {
        match self.session.exported.take() {
            Some(Exported::Made(errand, name, exhibit)) => {
                let paper = self.paper();
                self.views.save_image.open(errand, &name, exhibit, &paper);
            }
            Some(Exported::Picture(picture)) => ctx.copy_image(export::clipboard(&picture)),
            Some(Exported::Text(text)) => ctx.copy_text(text),
            Some(Exported::Nothing) | None => return,
        }
        ctx.request_repaint();
    }
}
