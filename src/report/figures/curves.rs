//! Precision-recall and ROC curves, calibration, scores.
