//! Recommendations as a list of cards.

use crate::analysis::Recommendation;
use crate::metrics::Evaluation;
use crate::model::fmt;
use crate::report::chart::{MARGIN, SIZE, SMALL, WIDTH, wrapped};
use crate::report::csv_tables;
use crate::report::figure::{Anchor, Figure, Mark, cut, width};
use crate::report::palette::Palette;
use crate::report::settings::NO_THRESHOLD;
use crate::report::sheet::Exhibit;

/// Most cards drawn.
const MOST: usize = 20;
/// Around the words of a card, and between cards.
const PAD: f64 = 10.0;
/// Height of a line of words.
const LINE: f64 = SMALL + 4.5;
/// Room for the number of a card.
const NUMBER: f64 = 26.0;

/// What to do next, in its order; `None` where nothing is.
#[must_use]
pub fn recommendations(
    evaluation: &Evaluation,
    list: &[Recommendation],
    condition: &str,
    palette: &Palette,
) -> Option<Exhibit> {
    if list.is_empty() {
        return None;
    }
    let mut figure = Figure::new(WIDTH, 0.0, palette.paper);
    let mut y = MARGIN;
    for (at, card) in list.iter().take(MOST).enumerate() {
        y = draw(&mut figure, card, at + 1, y, palette) + 8.0;
    }
    if list.len() > MOST {
        let more = format!("and {} more in the table", fmt::count((list.len() - MOST) as u64));
        y += SMALL;
        figure.marks.push(Mark::text((MARGIN, y), SMALL, Anchor::Start, palette.muted, more));
        y += 8.0;
    }
    figure.height = y - 8.0 + MARGIN;
    if let Some(Mark::Rect([_, _, _, height], _)) = figure.marks.first_mut() {
        *height = figure.height;
    }
    Some(Exhibit {
        key: "recommendations".to_owned(),
        title: "Recommendations".to_owned(),
        caption: match condition {
            NO_THRESHOLD => "By estimated gain".to_owned(),
            condition => format!("At {condition}, by estimated gain"),
        },
        figure,
        table: Some(csv_tables::recommendation_table(list, evaluation.dataset.classes.names())),
    })
}

/// Draws a card; where it ends.
fn draw(figure: &mut Figure, card: &Recommendation, number: usize, top: f64, palette: &Palette) -> f64 {
    let (left, right) = (MARGIN + PAD + NUMBER, WIDTH - MARGIN - PAD);
    let gain = card.gain.map(|gain| {
        let metric = fmt::capitalised(&gain.metric.replace('_', " "));
        format!("{metric} {} to {}", fmt::rate(Some(gain.from)), fmt::rate(Some(gain.to)))
    });
    let lines = wrapped(&card.sentence, SMALL, right - left);
    let height = 2.0 * PAD + SIZE + 5.0 + LINE * lines.len() as f64 - 4.0;
    figure.marks.push(Mark::Rect([MARGIN, top, WIDTH - 2.0 * MARGIN, height], palette.raised));
    let mut y = top + PAD + 0.8 * SIZE;
    figure.marks.push(Mark::text((MARGIN + PAD, y), SIZE, Anchor::Start, palette.accent, number.to_string()));
    let taken = gain.as_ref().map_or(0.0, |gain| width(gain, SMALL) + 14.0);
    let title = cut(&card.title, SIZE, right - left - taken);
    figure.marks.push(Mark::text((left, y), SIZE, Anchor::Start, palette.ink, title));
    if let Some(gain) = gain {
        figure.marks.push(Mark::text((right, y), SMALL, Anchor::End, palette.correct, gain));
    }
    y += 5.0;
    for line in lines {
        y += LINE;
        figure.marks.push(Mark::text((left, y), SMALL, Anchor::Start, palette.muted, line));
    }
    top + height
}
