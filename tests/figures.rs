//! Charts as drawings with their numbers: of the samples, of what is made by hand, of what is far too large.

use std::path::{Path, PathBuf};

use evalens::analysis::curves::{self, CurveKey};
use evalens::metrics::Evaluation;
use evalens::model::NoProgress;
use evalens::report::document::{At, ConfidenceSource};
use evalens::report::figures::evaluation::{Curves, with_intervals};
use evalens::report::palette::Palette;
use evalens::report::sheet::Exhibit;
