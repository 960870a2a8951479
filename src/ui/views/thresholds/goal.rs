//! What thresholds are chosen for: the wishes of a person, for all classes and for single ones.

use std::collections::BTreeMap;

use egui::{Button, DragValue, Popup, PopupCloseBehavior, RichText, Role, Ui, WidgetInfo};

use crate::analysis::design::{Goal, Plan};
use crate::metrics::ErrorCosts;
use crate::model::{ClassId, Task};
use crate::session::Explorer;
use crate::ui::context::ViewCtx;
use crate::ui::theme;
use crate::ui::widgets::switch;

/// The kinds of goals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Cost,
    FBeta,
    Recall,
    Precision,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Cost, Self::FBeta, Self::Recall, Self::Precision];

    const fn label(self) -> &'static str {
        match self {
            Self::Cost => "Cost",
            Self::FBeta => "F-beta",
            Self::Recall => "Target recall",
            Self::Precision => "Target precision",
        }
    }

    /// What it is called inside a sentence.
    const fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::FBeta => "F-beta",
            Self::Recall => "target recall",
            Self::Precision => "target precision",
        }
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::Cost => "The least total cost of errors",
            Self::FBeta => "The highest F, recall weighed β times as much as precision",
            Self::Recall => "The best precision among thresholds with at least this recall",
            Self::Precision => "The best recall among thresholds with at least this precision",
        }
    }
}

/// The wishes so far.
pub(super) struct Planned {
    kind: Kind,
    costs: ErrorCosts,
    /// True once somebody chose the cost of a misclassification; until then it is that of both other errors.
    misclassified: bool,
    beta: f64,
    recall: f64,
    precision: f64,
    per_class: bool,
    least_truths: u64,
    own: BTreeMap<ClassId, Goal>,
    /// The classes that `own` is about.
    of: Vec<String>,
}

impl Default for Planned {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            costs: ErrorCosts::default(),
            misclassified: false,
            beta: 2.0,
            recall: 0.95,
            precision: 0.9,
            per_class: false,
            least_truths: 10,
            own: BTreeMap::new(),
            of: Vec::new(),
        }
    }
}

impl Planned {
    /// Wishes about single classes mean nothing to other classes.
    pub(super) fn follow(&mut self, explorer: &Explorer) {
        let names = explorer.dataset().classes.names();
        if self.of != names {
            self.of = names.to_vec();
            self.own.clear();
        }
    }

    /// True where classes get thresholds of their own.
    pub(super) fn is_per_class(&self) -> bool {
        self.per_class
    }

    /// True where a class has enough truths for a threshold of its own.
    pub(super) fn gives_own(&self, truths: u64) -> bool {
        self.per_class && truths >= self.least_truths.max(1)
    }

    fn goal(&self) -> Goal {
        match self.kind {
            Kind::Cost => Goal::Cost(self.costs),
            Kind::FBeta => Goal::FBeta(self.beta),
            Kind::Recall => Goal::Recall(self.recall),
            Kind::Precision => Goal::Precision(self.precision),
        }
    }

    /// As the solver takes it.
    pub(super) fn plan(&self) -> Plan {
        let same = |goal: &Goal| std::mem::discriminant(goal) == std::mem::discriminant(&self.goal());
        let own = self.own.iter().filter(|(_, goal)| self.per_class && same(goal));
        Plan {
            per_class: self.per_class,
            least_truths: self.least_truths,
            own: own.map(|(class, goal)| (*class, *goal)).collect(),
            ..Plan::of(self.goal())
        }
    }
}

/// Draws the wishes.
pub(super) fn ui(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, planned: &mut Planned) {
    let task = explorer.evaluation.task;
    let muted = |words: &str| RichText::new(words).color(ctx.theme.muted);
    ui.horizontal_wrapped(|ui| {
        ui.label(muted("Optimise"));
        ui.spacing_mut().item_spacing.x = theme::GRID;
        for kind in Kind::ALL {
            let name = format!("Optimise {}", kind.name());
            if switch::choice(ui, ctx.theme, planned.kind == kind, kind.label(), &name, kind.hint()).clicked() {
                planned.kind = kind;
            }
        }
    });
    ui.horizontal_wrapped(|ui| {
        ui.set_min_height(theme::ROW);
        let mut goal = planned.goal();
        fields(ui, ctx, task, &mut goal, "", &mut planned.misclassified);
        match goal {
            Goal::Cost(costs) => planned.costs = costs,
            Goal::FBeta(beta) => planned.beta = beta,
            Goal::Recall(target) => planned.recall = target,
            Goal::Precision(target) => planned.precision = target,
        }
        if explorer.dataset().classes.len() < 2 {
            planned.per_class = false;
            return;
        }
        ui.separator();
        let hint = "One threshold a class, beside the one for all";
        switch::toggle(ui, ctx.theme, &mut planned.per_class, "Per class", None, hint);
        if planned.per_class {
            ui.label(muted("for classes with at least"));
            let field = DragValue::new(&mut planned.least_truths).range(1..=1_000_000_u64);
            named(ui, field, "Least number of truths");
            ui.label(muted(task.units().1));
        }
    });
}

/// The numbers of a goal; `of` is the class it is for, with ` of ` before it.
fn fields(ui: &mut Ui, ctx: &ViewCtx, task: Task, goal: &mut Goal, of: &str, chosen: &mut bool) {
    let label = |ui: &mut Ui, words: &str| drop(ui.label(RichText::new(words).color(ctx.theme.muted)));
    match goal {
        Goal::Cost(costs) => {
            if !task.is_one_class_each() {
                label(ui, "False positive");
                cost(ui, &mut costs.false_positive, &format!("Cost of a false positive{of}"));
            }
            label(ui, "Miss");
            cost(ui, &mut costs.miss, &format!("Cost of a miss{of}"));
            if !*chosen {
                costs.misclassified = costs.false_positive + costs.miss;
            }
            if !task.is_multilabel() {
                label(ui, "Misclassification");
                *chosen |= cost(ui, &mut costs.misclassified, &format!("Cost of a misclassification{of}"));
            }
        }
        Goal::FBeta(beta) => {
            label(ui, "β");
            named(ui, DragValue::new(beta).range(0.05..=20.0).speed(0.05).max_decimals(3), &format!("Beta{of}"));
            label(
                ui,
                if *beta > 1.0 {
                    "weighs recall more"
                } else if *beta < 1.0 {
                    "weighs precision more"
                } else {
                    "weighs both alike"
                },
            );
        }
        Goal::Recall(target) => {
            label(ui, "Recall of at least");
            rate(ui, target, &format!("Target recall{of}"));
        }
        Goal::Precision(target) => {
            label(ui, "Precision of at least");
            rate(ui, target, &format!("Target precision{of}"));
        }
    }
}

/// A cost; true where it was changed.
fn cost(ui: &mut Ui, value: &mut f64, name: &str) -> bool {
    named(ui, DragValue::new(value).range(0.0..=1e9).speed(0.1).max_decimals(3), name)
}

fn rate(ui: &mut Ui, value: &mut f64, name: &str) {
    named(ui, DragValue::new(value).range(0.01..=1.0).speed(0.005).max_decimals(3), name);
}

fn named(ui: &mut Ui, field: DragValue<'_>, name: &str) -> bool {
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, name));
    response.changed()
}

/// What a class is chosen for, with a menu to choose otherwise.
pub(super) fn of_class(ui: &mut Ui, ctx: &ViewCtx, explorer: &Explorer, planned: &mut Planned, class: ClassId) {
    let (common, task) = (planned.goal(), explorer.evaluation.task);
    let plan = planned.plan();
    let goal = plan.goal_of(class);
    let is_own = plan.own.contains_key(&class);
    let color = if is_own { ctx.theme.text } else { ctx.theme.muted };
    let name = explorer.dataset().classes.name(class);
    let button = ui.add(Button::new(RichText::new(short(&goal, task)).color(color)).frame(is_own));
    button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Goal of {name}")));
    let menu = Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    menu.show(|ui| {
        ui.strong(name);
        let mut wanted = goal;
        ui.horizontal(|ui| {
            // A cost of its own is given whole.
            let mut chosen = true;
            fields(ui, ctx, task, &mut wanted, &format!(" of {name}"), &mut chosen);
        });
        if wanted != goal {
            planned.own.insert(class, wanted);
        }
        let back = ui.add_enabled(is_own, Button::new("As for all classes"));
        if back.on_hover_text(common.sentence(task)).clicked() {
            planned.own.remove(&class);
        }
    });
}

/// A goal in few letters.
fn short(goal: &Goal, task: Task) -> String {
    match goal {
        Goal::Cost(costs) if task.is_one_class_each() => format!("{} · {}", costs.miss, costs.misclassified),
        Goal::Cost(costs) if task.is_multilabel() => format!("{} · {}", costs.false_positive, costs.miss),
        Goal::Cost(costs) => format!("{} · {} · {}", costs.false_positive, costs.miss, costs.misclassified),
        Goal::FBeta(beta) => format!("F{beta}"),
        Goal::Recall(target) | Goal::Precision(target) => format!("≥ {target}"),
    }
}

/// What the column of goals is called.
pub(super) fn head(planned: &Planned, task: Task) -> (&'static str, &'static str) {
    match planned.kind {
        Kind::Cost if task.is_one_class_each() => ("costs", "Cost of a miss and of a misclassification"),
        Kind::Cost if task.is_multilabel() => ("costs", "Cost of a false positive and of a miss"),
        Kind::Cost => ("costs", "Cost of a false positive, of a miss and of a misclassification"),
        Kind::FBeta => ("F", "The weight of recall"),
        Kind::Recall => ("to reach", "The recall to reach"),
        Kind::Precision => ("to reach", "The precision to reach"),
    }
}
