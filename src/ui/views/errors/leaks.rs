//! Items that are there twice, within a split or across splits: what is looked for, what was found, and the numbers without it.

mod groups;
mod numbers;

use std::sync::Arc;

use egui::{Button, DragValue, RichText, Role, Ui, UiBuilder, WidgetInfo};

use crate::analysis::Filter;
use crate::analysis::leaks::{Limits, looks, shingles};
use crate::metrics::detection::Matched;
use crate::model::fmt;
use crate::session::errors::leaks::{Ask, Found, Search, has_vectors};
use crate::session::exports::Maker;
use crate::session::{Command, Explorer, Slot};
use crate::ui::context::ViewCtx;
use crate::ui::exhibits;
use crate::ui::textures::Pictures;
use crate::ui::theme;
use crate::ui::views::{explain, hand_out};
use crate::ui::widgets::{states, switch};

use groups::Kind;

/// Width of the table of numbers.
const NUMBERS: f32 = 400.0;
/// A page narrower than this has the numbers above the groups.
const BESIDE: f32 = 860.0;

/// What it remembers between frames.
#[derive(Default)]
pub struct State {
    kind: Kind,
    /// The matching and threshold that numbers were last asked for: numbers that were stopped are not asked for again.
    asked: Option<(Arc<Matched>, f64)>,
}

/// Draws it.
pub fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, state: &mut State, pictures: &mut Pictures) {
    let leaks = &ctx.session.errors.leaks;
    bar(ui, ctx, explorer);
    let job = ctx.session.jobs.get(&Slot::Leaks);
    match (&leaks.found, job, &leaks.trouble) {
        (Some(found), ..) => result(ui, ctx, explorer, found, state, pictures),
        (None, Some(job), _) => states::loading(ui, ctx, Slot::Leaks, job),
        (None, None, Some(trouble)) => states::failed(ui, ctx, "The search was not finished", trouble, |_| {}),
        (None, None, None) => states::empty(ui, ctx, "Not looked for yet", &compared(ctx, explorer)),
    }
}

/// What will be compared, and how.
fn compared(ctx: &ViewCtx, explorer: &Explorer) -> String {
    let Some(project) = &ctx.session.project else { return String::new() };
    let search = Search {
        root: &project.root,
        project: &project.recognised.project,
        choice: &explorer.choice,
        evaluation: &explorer.evaluation,
        cache: None,
    };
    let splits = search.splits().join(", ");
    let how = if explorer.evaluation.task.is_text() {
        "the same text but for letter case and spaces, and nearly the same in their pieces of four letters"
    } else {
        "the same file, and pictures that look nearly the same by two perceptual hashes"
    };
    let many = explorer.evaluation.task.items().1;
    format!("Compares all {many} of {splits} with each other: {how}")
}

/// The button, what decides, and what is under way.
fn bar(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer) {
    let leaks = &ctx.session.errors.leaks;
    let mut limits = leaks.limits;
    let text = explorer.evaluation.task.is_text();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::PADDING;
        let job = ctx.session.jobs.get(&Slot::Leaks);
        let look = ui.add_enabled(job.is_none(), Button::new("Look for duplicates"));
        if look.clicked() {
            ctx.send(Command::Leaks(Ask::Look(limits)));
        }
        if text {
            ui.label(RichText::new("alike from").color(ctx.theme.muted));
            let field = DragValue::new(&mut limits.shingles).range(0.5..=1.0).speed(0.005).fixed_decimals(2);
            named(ui.add(field), "Share of pieces that near texts have in common");
        } else {
            ui.label(RichText::new("alike up to").color(ctx.theme.muted));
            let field = DragValue::new(&mut limits.bits).range(0..=Limits::MOST_BITS).speed(0.05).suffix(" of 64 bits");
            named(ui.add(field), "Bits in which hashes of near pictures differ");
        }
        let project = ctx.session.project.as_ref();
        if project.is_some_and(|project| has_vectors(&project.recognised.project, &explorer.choice)) {
            let hint =
                "Also what lies nearer in the project's embeddings than 0.13 × the median distance to the nearest";
            switch::toggle(ui, ctx.theme, &mut limits.vectors, "Embeddings", None, hint);
        }
        explain::button(ui, ctx, "duplicates", &about(text));
        if leaks.found.is_some() {
            let made = || exhibits::duplicates(ctx.session, &ctx.theme.paper()).map(Maker::made);
            hand_out::button(ui, ctx, "duplicates", "duplicates", made);
        }
        if let Some(job) = job.filter(|_| leaks.found.is_some()) {
            states::job_row(ui, ctx, Slot::Leaks, job, theme::MENU);
        }
    });
    if limits != leaks.limits {
        ctx.send(Command::Leaks(Ask::Limit(limits)));
    }
}

fn named(response: egui::Response, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
    response.on_hover_text(name);
}

fn about(text: bool) -> String {
    let how = if text {
        format!(
            "Exact are texts that are equal in lower case and with single spaces. Near are texts whose sets of pieces of {} \
             letters have at least the chosen share in common (Jaccard).",
            shingles::LENGTH
        )
    } else {
        format!(
            "Exact are equal files (BLAKE3). Near are pictures with the same ratio of sides whose perceptual hashes (pHash, \
             64 bits) differ in at most the chosen number of bits, and those by differences (dHash) in at most twice as many; \
             pictures whose luminance varies by less than {} are flat and only compared as files.",
            looks::FLAT
        )
    };
    format!(
        "{how} With embeddings also items nearer than 0.13 × the median distance to the nearest. Groups are what such pairs \
         connect. Leaked are evaluated items that are in a group with an item of a training split, and all but the first of \
         those that are twice in what is evaluated; the numbers without them are those of an evaluation in which they do not \
         occur."
    )
}

fn result(
    ui: &mut Ui,
    ctx: &ViewCtx,
    explorer: &Explorer,
    found: &Arc<Found>,
    state: &mut State,
    pictures: &mut Pictures,
) {
    ask_numbers(ctx, explorer, found, state);
    summary(ui, ctx, explorer, found);
    ui.add_space(theme::GRID);
    let area = ui.available_rect_before_wrap();
    let leaked = !found.leaked.images.is_empty();
    let (list, table) = match leaked {
        false => (area, None),
        true if area.width() >= BESIDE => {
            let (left, right) = area.split_left_right_at_x(area.right() - NUMBERS);
            (left.with_max_x(left.right() - 2.0 * theme::PADDING), Some(right))
        }
        true => {
            let (top, bottom) = area.split_top_bottom_at_y(area.top() + numbers::height(ctx).min(area.height() * 0.5));
            (bottom, Some(top))
        }
    };
    ui.scope_builder(UiBuilder::new().id_salt("groups").max_rect(list), |ui| {
        ui.shrink_clip_rect(list);
        groups::ui(ui, ctx, explorer, found, &mut state.kind, pictures);
    });
    if let Some(table) = table {
        ui.scope_builder(UiBuilder::new().id_salt("numbers").max_rect(table), |ui| {
            ui.shrink_clip_rect(table);
            numbers::ui(ui, ctx, explorer, found);
        });
    }
}

/// Numbers follow the threshold once it rests.
fn ask_numbers(ctx: &ViewCtx, explorer: &Explorer, found: &Found, state: &mut State) {
    let at = explorer.threshold.value;
    let asked = |(matched, of): &(Arc<Matched>, f64)| Arc::ptr_eq(matched, &explorer.matched) && *of == at;
    if found.leaked.images.is_empty() || explorer.is_settling() || state.asked.as_ref().is_some_and(asked) {
        return;
    }
    if !ctx.session.jobs.contains_key(&Slot::Leaks) {
        state.asked = Some((Arc::clone(&explorer.matched), at));
        ctx.send(Command::Leaks(Ask::Count));
    }
}

/// What was found, in words, and its items as a selection.
fn summary(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, found: &Found) {
    let task = explorer.evaluation.task;
    let (one, many) = task.items();
    ui.add_space(theme::GRID);
    ui.label(RichText::new(in_words(found)).font(theme::title()).color(ctx.theme.text));
    let leaked = &found.leaked;
    if !leaked.images.is_empty() {
        ui.horizontal(|ui| {
            ui.label(leaked_in_words(found, (one, many)));
            let show = ui.button(if task.is_text() { "Show texts" } else { "Show images" });
            show.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Show leaked images"));
            if show.clicked() {
                let title = "Leaked: also in training, or repeated".to_owned();
                ctx.send(Command::Select(Filter::Images { title, images: leaked.images.clone() }));
            }
        });
    }
    let material = &found.material;
    let mut compared: Vec<String> =
        material.splits.iter().map(|split| format!("{} of {}", fmt::count(split.items as u64), split.name)).collect();
    if material.unreadable() > 0 {
        let what = if task.is_text() { "without text" } else { "without a picture that can be read" };
        compared.push(format!("{} {what}", fmt::count(material.unreadable() as u64)));
    }
    for (split, reason) in &material.skipped {
        compared.push(format!("{split} could not be read ({reason})"));
    }
    compared.extend(found.no_vectors.iter().map(|reason| format!("no embeddings compared ({reason})")));
    let words = format!("Compared {}", compared.join(", "));
    ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.muted));
    if found.limits != ctx.session.errors.leaks.limits {
        let words = "The limits were changed since; look again to use them";
        ui.label(RichText::new(words).font(theme::caption()).color(ctx.theme.misclassified));
    }
}

/// `12 groups: 8 exact, 4 near; 5 across splits (test and train 4, …)`.
fn in_words(found: &Found) -> String {
    if found.groups.is_empty() {
        return "Nothing is there twice".to_owned();
    }
    let count = |wanted: &dyn Fn(&crate::analysis::leaks::Group) -> bool| {
        fmt::count(found.groups.iter().filter(|group| wanted(group)).count() as u64)
    };
    let groups = fmt::counted(found.groups.len() as u64, "group", "groups");
    let exact = count(&|group| group.is_exact());
    let near = count(&|group| !group.is_exact());
    let mut words = format!("{groups}, {exact} exact and {near} near");
    let mut across: Vec<(String, u64)> = Vec::new();
    for group in found.groups.iter().filter(|group| group.is_across()) {
        let names = found.names_of(&group.splits);
        match across.iter_mut().find(|(known, _)| *known == names) {
            Some((_, n)) => *n += 1,
            None => across.push((names, 1)),
        }
    }
    across.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    if across.is_empty() {
        words.push_str(", none across splits");
    } else {
        let parts: Vec<String> = across.iter().map(|(names, n)| format!("{} in {names}", fmt::count(*n))).collect();
        words.push_str(&format!(", {} across splits: {}", count(&|group| group.is_across()), parts.join(", ")));
    }
    let conflicts = found.groups.iter().filter(|group| group.conflict).count() as u64;
    if conflicts > 0 {
        words.push_str(&format!("; in {} labels differ", fmt::count(conflicts)));
    }
    words
}

fn leaked_in_words(found: &Found, (one, many): (&str, &str)) -> String {
    let leaked = &found.leaked;
    let mut parts = Vec::new();
    if leaked.in_training > 0 {
        let items = fmt::counted(leaked.in_training as u64, one, many);
        let are = if leaked.in_training == 1 { "is" } else { "are" };
        parts.push(format!("{items} {are} also in {}", found.names_of(&leaked.splits)));
    }
    if leaked.repeated() > 0 {
        let items = fmt::counted(leaked.repeated() as u64, one, many);
        let repeat = if leaked.repeated() == 1 { "repeats" } else { "repeat" };
        parts.push(format!("{items} {repeat} another of what is evaluated"));
    }
    parts.join(", ")
}
