//! All models of the same data in the order of their headline number.

use crate::report::sheet::{Block, Exhibit};

use super::Case;

pub(super) fn blocks(case: &Case<'_>) -> Vec<Block> {
    let Some(board) = case.material.leaderboard.filter(|board| board.rows() > 0) else { return Vec::new() };
    let mut blocks = vec![
        Block::Text(
            "All models that were evaluated on the same data, each at its own best threshold. Where numbers lie close together the order may be \
             chance; a comparison says how far two models differ."
                .to_owned(),
        ),
        Block::Exhibit(Exhibit {
            key: "leaderboard".to_owned(),
            title: "Leaderboard".to_owned(),
            caption: "Models in the order of their headline number".to_owned(),
            figure: board.to_figure(&case.material.palette),
            table: Some(board.to_table()),
        }),
    ];
    blocks.extend(case.material.left_out.iter().map(|why| Block::Note(format!("Left out: {why}"))));
    blocks
}
