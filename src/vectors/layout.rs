//! Where items lie on a map. Knows points; does not know how they came there.

/// Called every few steps with the points so far.
pub type Observer<'a> = &'a mut dyn FnMut(&[[f32; 2]]);

/// A point on the plane for every row, in the order of the rows; every coordinate is finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The points.
    pub points: Vec<[f32; 2]>,
}
