//! What is handed out of the window.

use std::path::PathBuf;
use std::sync::Arc;

use crate::jobs::{JobCtx, JobError};
use crate::report::figure::Picture;
use crate::report::palette::Palette;
use crate::report::pdf;
use crate::session::exports::{Answer, Ask, Errand, Maker, Output, USUAL};
use crate::session::{EventBody, Session, Slot};
use crate::store::export::{self, Content};

impl Session {
    pub(super) fn export_asked(&mut self, ask: Ask) {
        match ask {
            Ask::Make(errand, name, maker, palette) => {
                let title = format!("Drawing {name}");
                let work = move |_: &JobCtx| made(errand, name.clone(), &maker, &palette);
                self.start(Slot::Export, title, work, EventBody::Exported);
            }
            Ask::Save(file, output) => {
                let output = output.fitting(&file);
                self.save_output(file, output);
            }
        }
    }

    fn save_output(&mut self, file: PathBuf, output: Output) {
        let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let work = move |_: &JobCtx| {
            let content = content(&output)?;
            export::write(&file, &content).map_err(|error| JobError::Failed(error.to_string()))?;
            Ok(file.clone())
        };
        self.start(Slot::Save, format!("Saving {name}"), work, EventBody::Saved);
    }

    pub(super) fn export_answered(&mut self, answer: Answer) {
        match answer {
            Answer::Nothing => self.fail("There is nothing to save here yet"),
            answer => self.exported = Some(answer),
        }
    }
}

fn failed(error: &impl ToString) -> JobError {
    JobError::Failed(error.to_string())
}

fn made(errand: Errand, name: String, maker: &Maker, palette: &Palette) -> Result<Answer, JobError> {
    let Some(exhibit) = maker.make(palette) else { return Ok(Answer::Nothing) };
    match errand {
        Errand::SaveImage => Ok(Answer::Made(errand, name, Arc::new(exhibit))),
        Errand::SaveData if exhibit.table.is_some() => Ok(Answer::Made(errand, name, Arc::new(exhibit))),
        Errand::CopyImage => exhibit.titled(palette).to_picture(USUAL).map(Answer::Picture).map_err(|e| failed(&e)),
        Errand::CopyPicture => exhibit.figure.to_picture(1.0).map(Answer::Picture).map_err(|e| failed(&e)),
        Errand::CopyData => match exhibit.table {
            Some(table) => table.to_csv().map(Answer::Text).map_err(|e| failed(&e)),
            None => Ok(Answer::Nothing),
        },
        Errand::SaveData => Ok(Answer::Nothing),
    }
}

fn content(output: &Output) -> Result<Content, JobError> {
    Ok(match output {
        Output::Png(figure, scale) => {
            let Picture { width, height, rgba } = figure.to_picture(*scale).map_err(|e| failed(&e))?;
            Content::Picture { width, height, rgba }
        }
        Output::Picture(maker, palette) => {
            let exhibit =
                maker.make(palette).ok_or_else(|| JobError::Failed("The picture cannot be read".to_owned()))?;
            let Picture { width, height, rgba } = exhibit.figure.to_picture(1.0).map_err(|e| failed(&e))?;
            Content::Picture { width, height, rgba }
        }
        Output::Pdf(figure, title) => {
            let page = figure.within(pdf::LONGEST);
            Content::Bytes(pdf::pdf(&[page], title).map_err(|e| failed(&e))?)
        }
        Output::Svg(figure) => Content::Text(figure.to_svg()),
        Output::Csv(table) => Content::Text(table.to_csv().map_err(|e| failed(&e))?),
        Output::Json(table) => Content::Text(table.to_json().map_err(|e| failed(&e))?),
    })
}
