//! From vectors to a map: by principal components at once, by UMAP or t-SNE while the window shows how it improves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::TableCache;
use crate::jobs::JobError;
use crate::model::Progress;
use crate::vectors::Rows;
use crate::vectors::layout::{Layout, Observer};
use crate::vectors::pca::Pca;
use crate::vectors::tsne::{TsneParams, tsne};
use crate::vectors::umap::{UmapParams, umap};

use super::cloud::Cloud;

/// How vectors become points on a plane.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Projection {
    /// Two principal components.
    #[default]
    Pca,
    /// UMAP.
    Umap(UmapParams),
    /// t-SNE.
    Tsne(TsneParams),
}

impl Projection {
    /// What a person reads.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Pca => "PCA",
            Self::Umap(_) => "UMAP",
            Self::Tsne(_) => "t-SNE",
        }
    }

    /// Lays rows out; `observe` is shown the points while they improve.
    ///
    /// # Errors
    /// A sentence where the settings make no sense; cancelled.
    pub fn of(&self, rows: Rows<'_>, observe: Observer<'_>, progress: &dyn Progress) -> Result<Layout, JobError> {
        let failed = |text: String| JobError::Failed(text);
        Ok(match self {
            Self::Pca => Pca::of(rows, 2, progress)?.layout(rows),
            Self::Umap(params) => {
                let params = params.clone().check().map_err(|error| failed(error.to_string()))?;
                umap(rows, &params, progress, observe)?
            }
            Self::Tsne(params) => {
                let params = params.clone().check().map_err(|error| failed(error.to_string()))?;
                tsne(rows, &params, progress, observe)?
            }
        })
    }

    fn key(&self, cloud: &Cloud) -> String {
        format!("layout/1 {self:?} {}", cloud.hash())
    }
}

/// What a projection under way has found so far, for whoever draws it.
#[derive(Debug, Default)]
pub struct Live {
    latest: Mutex<Option<Arc<Layout>>>,
    fresh: AtomicBool,
}

impl Live {
    fn put(&self, points: &[[f32; 2]]) {
        let layout = Arc::new(Layout { points: points.to_vec() });
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(layout);
        self.fresh.store(true, Ordering::Release);
    }

    /// What was found since it was last asked.
    #[must_use]
    pub fn take(&self) -> Option<Arc<Layout>> {
        if !self.fresh.swap(false, Ordering::Acquire) {
            return None;
        }
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Lays the points out; what was laid out before is read from the cache.
///
/// # Errors
/// A sentence where the settings make no sense; cancelled.
pub fn lay_out(
    cloud: &Cloud,
    projection: &Projection,
    cache: Option<&TableCache>,
    live: &Live,
    progress: &dyn Progress,
) -> Result<Layout, JobError> {
    let Some(rows) = cloud.rows() else { return Ok(Layout::default()) };
    let key = projection.key(cloud);
    let known = cache.filter(|_| *projection != Projection::Pca).and_then(|cache| cache.get(&key));
    if let Some(layout) = known.and_then(|bytes| from_bytes(&bytes, cloud.points.len())) {
        return Ok(layout);
    }
    let layout = projection.of(rows, &mut |points| live.put(points), progress)?;
    if let Some(cache) = cache.filter(|_| *projection != Projection::Pca) {
        let bytes: Vec<u8> = layout.points.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        cache.put(&key, &bytes);
    }
    Ok(layout)
}

fn from_bytes(bytes: &[u8], points: usize) -> Option<Layout> {
    if bytes.len() != points.checked_mul(8)? {
        return None;
    }
    let number = |chunk: &[u8]| chunk.first_chunk::<4>().map_or(0.0, |four| f32::from_le_bytes(*four));
    let points: Vec<[f32; 2]> =
        bytes.chunks_exact(8).map(|chunk| [number(chunk), number(chunk.get(4..).unwrap_or_default())]).collect();
    points.iter().flatten().all(|value| value.is_finite()).then_some(Layout { points })
}
