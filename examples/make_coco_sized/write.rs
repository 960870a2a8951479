//! A [`Set`] as the two JSON files that evaluators read.

use std::io::{self, Write};

use super::set::{Annotation, Detection, Set, SetImage};

/// The truth as COCO instances JSON.
pub fn truth(set: &Set, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"info\": {{\"description\": \"Synthetic boxes for measuring speed; there are no pictures.\"}}, ")?;
    write!(out, "\"images\": [")?;
    for (index, SetImage { id, width, height }) in set.images.iter().enumerate() {
        write!(out, "{}{{\"id\": {id}, \"file_name\": \"{id:012}.jpg\", ", comma(index))?;
        write!(out, "\"width\": {width}, \"height\": {height}}}")?;
    }
    write!(out, "], \"annotations\": [")?;
    for (index, a) in set.annotations.iter().enumerate() {
        let Annotation { bbox: [x, y, w, h], area, .. } = a;
        let (image, category, crowd) = (set.images[a.image].id, set.categories[a.class], u8::from(a.crowd));
        // Ids of about six digits, as in COCO.
        write!(
            out,
            "{}{{\"id\": {}, \"image_id\": {image}, \"category_id\": {category}, ",
            comma(index),
            1_001 + 47 * index
        )?;
        write!(out, "\"bbox\": [{x:?}, {y:?}, {w:?}, {h:?}], \"area\": {area:?}, \"iscrowd\": {crowd}}}")?;
    }
    write!(out, "], \"categories\": [")?;
    for (index, id) in set.categories.iter().enumerate() {
        write!(out, "{}{{\"id\": {id}, \"name\": \"class {:02}\"}}", comma(index), index + 1)?;
    }
    writeln!(out, "]}}")
}

/// The detections as COCO results JSON.
pub fn results(set: &Set, out: &mut impl Write) -> io::Result<()> {
    write!(out, "[")?;
    for (index, d) in set.detections.iter().enumerate() {
        let Detection { bbox: [x, y, w, h], score, .. } = d;
        let (image, category) = (set.images[d.image].id, set.categories[d.class]);
        write!(out, "{}{{\"image_id\": {image}, \"category_id\": {category}, ", comma(index))?;
        write!(out, "\"bbox\": [{x:?}, {y:?}, {w:?}, {h:?}], \"score\": {score:?}}}")?;
    }
    writeln!(out, "]")
}

fn comma(index: usize) -> &'static str {
    if index == 0 { "" } else { ", " }
}
