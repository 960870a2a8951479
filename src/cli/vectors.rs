//! `evalens vectors`: embeddings as points on a plane, with the cluster of each.

use crate::formats::embeddings;
use crate::model::project::DatasetEntry;
use crate::model::{Embedding, Progress};
use crate::session::atlas::layout::Projection;
use crate::session::{OpenProject, heads, load};
use crate::store::place::Keeper;
use crate::vectors::Rows;
use crate::vectors::clusters::{Clustering, Method, suggested_eps};
use crate::vectors::hdbscan;
use crate::vectors::layout::Layout;
use crate::vectors::neighbours::Neighbours;
use crate::vectors::tsne::TsneParams;
use crate::vectors::umap::UmapParams;

use super::args::{ClusterOn, Clusterer, Layouter, VectorsArgs};
use super::output::{TerminalProgress, write_to};
use super::{CliError, Exit};

/// Rows that a place needs to be dense, where nothing is said.
const MIN_POINTS: usize = 5;
/// Clusters of k-means, where nothing is said.
const CLUSTERS: usize = 10;

/// Lays out and writes.
///
/// # Errors
/// A sentence where the input or the arguments make no sense, or the output cannot be written.
pub fn vectors(args: &VectorsArgs) -> Result<Exit, CliError> {
    let progress = TerminalProgress::default();
    let embedding = read(args, &progress)?;
    let unusable = |error: &dyn std::fmt::Display| CliError::Unusable(error.to_string());
    let rows = Rows::of(&embedding).map_err(|error| unusable(&error))?;
    let seed = args.seed;
    let projection = match args.method {
        Layouter::Pca => Projection::Pca,
        Layouter::Umap => Projection::Umap(UmapParams { seed, ..UmapParams::default() }),
        Layouter::Tsne => Projection::Tsne(TsneParams { seed, ..TsneParams::default() }),
    };
    let layout = projection.of(rows, &mut |_| {}, &progress)?;
    let clusters = clusters(args, rows, &layout, &progress)?;
    progress.clear();
    write_to(&args.out, |out| {
        writeln!(out, "id,x,y,cluster")?;
        let mut table = csv::Writer::from_writer(&mut *out);
        for (row, (id, [x, y])) in embedding.ids.iter().zip(&layout.points).enumerate() {
            let cluster = clusters.as_ref().and_then(|found| found.labels.get(row));
            let cluster = match cluster {
                None => String::new(),
                Some(None) => "-1".to_owned(),
                Some(Some(cluster)) => cluster.to_string(),
            };
            table.write_record([id.as_str(), &x.to_string(), &y.to_string(), &cluster])?;
        }
        table.flush()
    })?;
    Ok(Exit::Done)
}

/// The vectors of a project's dataset, or of a file.
fn read(args: &VectorsArgs, progress: &TerminalProgress) -> Result<Embedding, CliError> {
    if let Some(file) = &args.embeddings {
        let beside = args.ids.clone().or_else(|| embeddings::ids_beside(file));
        return Ok(embeddings::read(file, beside.as_deref(), progress)?.0);
    }
    let Some(path) = &args.path else {
        return Err(CliError::Usage("name a project folder, or --embeddings".to_owned()));
    };
    let OpenProject { root, recognised, .. } = load::open(path, &Keeper::of_this_person(), progress)?;
    let wanted = |entry: &&DatasetEntry| match &args.dataset {
        Some(name) => *name == entry.id || *name == format!("{}@{}", entry.id, entry.version),
        None => entry.embeddings.is_some(),
    };
    let Some(entry) = recognised.project.datasets.iter().find(wanted) else {
        let problem = match &args.dataset {
            Some(name) => format!("{}: has no dataset `{name}`", root.display()),
            None => format!("{}: has no dataset with embeddings", root.display()),
        };
        return Err(CliError::Unusable(format!("{problem}; `evalens check` lists what was recognised")));
    };
    Ok(heads::vectors(&root, entry, progress)?.0)
}

fn clusters(
    args: &VectorsArgs,
    rows: Rows<'_>,
    layout: &Layout,
    progress: &dyn Progress,
) -> Result<Option<Clustering>, CliError> {
    let flat: Vec<f32> = layout.points.iter().flatten().copied().collect();
    let unusable = |text: String| CliError::Unusable(text);
    let on = match args.cluster_on {
        ClusterOn::Projection => Rows::new(2, &flat).map_err(|error| unusable(error.to_string()))?,
        ClusterOn::Embeddings => rows,
    };
    let method = match args.clusters {
        Clusterer::None => return Ok(None),
        Clusterer::Hdbscan => {
            let usual = hdbscan::Settings::default();
            Method::Hdbscan(hdbscan::Settings {
                min_cluster_size: args.min_cluster_size.unwrap_or(usual.min_cluster_size),
                min_samples: args.min_samples,
                ..usual
            })
        }
        Clusterer::Kmeans => Method::KMeans { clusters: args.min_cluster_size.unwrap_or(CLUSTERS), seed: args.seed },
        Clusterer::Dbscan => {
            let min_points = args.min_samples.unwrap_or(MIN_POINTS);
            let near = Neighbours::of(on, min_points, args.seed, progress).map_err(|e| unusable(e.to_string()))?;
            let eps = suggested_eps(&near, min_points);
            let none = || unusable("all items lie in one place, so that no distance tells them apart".to_owned());
            Method::Dbscan { eps: eps.ok_or_else(none)?, min_points }
        }
    };
    Clustering::of(on, &method, progress).map(Some).map_err(|error| unusable(error.to_string()))
}
