//! What a person said of labels, as a table and as a list of changes to the ground truth.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::verdict::Named;
use crate::model::{SuspectKind, Verdict, VerdictLine, fmt};

use super::csv_tables;

/// Every verdict in a row: item, what was suspected, annotation, what the model says, how sure, what was said, when.
///
/// # Errors
/// Where the table cannot be made.
pub fn csv(lines: &[&VerdictLine]) -> Result<String, csv::Error> {
    let mut rows = vec![csv_tables::row(&[
        "split",
        "image",
        "kind",
        "label",
        "label_x",
        "label_y",
        "label_width",
        "label_height",
        "model",
        "model_x",
        "model_y",
        "model_width",
        "model_height",
        "score",
        "by",
        "verdict",
        "time_utc",
    ])];
    for line in lines {
        let mut row = csv_tables::row(&[&line.split, &line.image, line.kind.name()]);
        row.extend(cells(line.label.as_ref()));
        row.extend(cells(line.model.as_ref()));
        let verdict = line.verdict.map_or("", Verdict::name);
        row.extend([line.score.to_string(), line.by.clone(), verdict.to_owned(), fmt::date_time(line.at)]);
        rows.push(row);
    }
    csv_tables::text(&rows)
}

/// Class and place.
fn cells(named: Option<&Named>) -> Vec<String> {
    let place = named.and_then(|named| named.place);
    let class = named.map_or_else(String::new, |named| named.class.clone());
    let place = (0..4).map(|at| csv_tables::number(place.and_then(|place| place.get(at).copied())));
    std::iter::once(class).chain(place).collect()
}

/// The changes that the verdicts ask for, by item: `evalens.label-patch/1`.
#[must_use]
pub fn patch(dataset: (&str, &str), lines: &[&VerdictLine]) -> Value {
    let mut items: BTreeMap<(&str, &str), Vec<Value>> = BTreeMap::new();
    for (line, operation) in lines.iter().filter_map(|line| Some((line, operation(line)?))) {
        items.entry((line.split.as_str(), line.image.as_str())).or_default().push(operation);
    }
    let items: Vec<Value> = items
        .into_iter()
        .map(|((split, image), operations)| json!({ "split": split, "image": image, "operations": operations }))
        .collect();
    json!({
        "schema": "evalens.label-patch/1",
        "dataset": { "id": dataset.0, "version": dataset.1 },
        "items": items,
    })
}

/// The change that a verdict asks for; `None` where everything stays.
fn operation(line: &VerdictLine) -> Option<Value> {
    let (object, found) = (&line.label, &line.model);
    match (line.verdict?, line.kind) {
        (Verdict::LabelRight | Verdict::Unsure, _) => None,
        (Verdict::BothWrong, _) => Some(json!({ "op": "leave_out", "object": object, "found": found })),
        (_, SuspectKind::WrongLabel | SuspectKind::Neighbours) => {
            let class = &found.as_ref()?.class;
            Some(json!({ "op": "change_class", "object": object.as_ref()?, "class": class }))
        }
        (_, SuspectKind::MissingLabel) => Some(json!({ "op": "add", "object": found.as_ref()? })),
        (_, SuspectKind::SpuriousLabel) => Some(json!({ "op": "remove", "object": object.as_ref()? })),
        (_, SuspectKind::BadLocation) => {
            let Named { place, mask, .. } = found.as_ref()?;
            let mut change = json!({ "op": "move", "object": object.as_ref()?, "box": place });
            if let (Some(mask), Some(fields)) = (mask, change.as_object_mut()) {
                fields.insert("mask".to_owned(), json!(mask));
            }
            Some(change)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: SuspectKind, verdict: Verdict) -> VerdictLine {
        let named =
            |class: &str, x: f64| Some(Named { class: class.into(), place: Some([x, 2.0, 3.0, 4.5]), mask: None });
        VerdictLine {
            at: 1_795_340_460,
            split: "test".into(),
            image: "a, b.jpg".into(),
            kind,
            label: if kind == SuspectKind::MissingLabel { None } else { named("RBC", 1.0) },
            model: if kind == SuspectKind::SpuriousLabel { None } else { named("WBC", 1.5) },
            score: 0.93,
            by: "finder@v3".into(),
            verdict: Some(verdict),
        }
    }

    #[test]
    fn a_table_has_every_verdict() {
        let line = line(SuspectKind::MissingLabel, Verdict::Unsure);
        assert_eq!(
            csv(&[&line]).unwrap(),
            "split,image,kind,label,label_x,label_y,label_width,label_height,model,model_x,model_y,model_width,\
             model_height,score,by,verdict,time_utc\n\
             test,\"a, b.jpg\",missing_label,,,,,,WBC,1.5,2,3,4.5,0.93,finder@v3,unsure,2026-11-22 09:41\n"
        );
    }

    #[test]
    fn a_patch_has_what_changes() {
        use SuspectKind::{BadLocation, MissingLabel, SpuriousLabel, WrongLabel};
        let said = [
            line(WrongLabel, Verdict::ModelRight),
            line(WrongLabel, Verdict::LabelRight),
            line(MissingLabel, Verdict::ModelRight),
            line(SpuriousLabel, Verdict::ModelRight),
            line(BadLocation, Verdict::ModelRight),
            line(MissingLabel, Verdict::BothWrong),
        ];
        let patch = patch(("cells", "v1"), &said.iter().collect::<Vec<_>>());
        let rbc = json!({ "class": "RBC", "box": [1.0, 2.0, 3.0, 4.5] });
        let wbc = json!({ "class": "WBC", "box": [1.5, 2.0, 3.0, 4.5] });
        assert_eq!(
            patch,
            json!({
                "schema": "evalens.label-patch/1",
                "dataset": { "id": "cells", "version": "v1" },
                "items": [{ "split": "test", "image": "a, b.jpg", "operations": [
                    { "op": "change_class", "object": rbc, "class": "WBC" },
                    { "op": "add", "object": wbc },
                    { "op": "remove", "object": rbc },
                    { "op": "move", "object": rbc, "box": [1.5, 2.0, 3.0, 4.5] },
                    { "op": "leave_out", "object": null, "found": wbc },
                ] }],
            })
        );
    }
}
