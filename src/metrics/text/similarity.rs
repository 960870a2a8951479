//! Nearness of embeddings of an answer and its reference.

/// Cosine of the angle between two embeddings, −1…1: a·b / (|a| |b|), added up in double precision. `None` where one has
/// no direction (all zero, or empty), a number is not finite, or the lengths differ.
///
/// ```
/// use evalens::metrics::text::similarity::cosine;
/// assert_eq!(cosine(&[3.0, 4.0], &[6.0, 8.0]), Some(1.0));
/// assert_eq!(cosine(&[3.0, 4.0], &[0.0, 0.0]), None);
/// ```
#[must_use]
pub fn cosine(a: &[f32], b: &[f32]) -> Option<f64> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    // fourth powers of singles neither vanish nor overflow in doubles
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    let defined = a.len() == b.len() && lengths > 0.0 && lengths.is_finite();
    defined.then(|| (dot(a, b) / lengths).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions() {
        assert_eq!(cosine(&[1.0, 0.0], &[0.0, 2.0]), Some(0.0));
        assert_eq!(cosine(&[1.0, -2.0], &[-1.0, 2.0]), Some(-1.0));
        // (1·3 + 2·1) / (√5 · √10) = 1 / √2
        assert!((cosine(&[1.0, 2.0], &[3.0, 1.0]).unwrap() - 0.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(cosine(&[f32::MIN_POSITIVE], &[f32::MAX]), Some(1.0));
        for (a, b) in [(&[][..], &[][..]), (&[1.0], &[1.0, 0.0]), (&[f32::NAN], &[1.0]), (&[f32::INFINITY], &[1.0])] {
            assert_eq!(cosine(a, b), None);
        }
    }
}
