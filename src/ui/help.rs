//! The texts of the help: which page there is for a task, its headings, and where a figure is explained.

use crate::model::Task;
use crate::session::Topic;

/// A page of the help. Tasks that count alike share parts of their text.
#[derive(Debug)]
pub struct Page {
    /// Its name in places and files.
    pub name: &'static str,
    /// What a person reads.
    pub title: &'static str,
    parts: &'static [&'static str],
}

const ALL: &str = include_str!("../../assets/help/all.md");
const OBJECTS: &str = include_str!("../../assets/help/objects.md");
const LABELS: &str = include_str!("../../assets/help/labels.md");

/// All pages, in the order of the list.
pub static PAGES: [Page; 8] = [
    Page {
        name: "detection",
        title: "Detection",
        parts: &[include_str!("../../assets/help/detection.md"), OBJECTS, ALL],
    },
    Page {
        name: "instance-segmentation",
        title: "Instance segmentation",
        parts: &[include_str!("../../assets/help/instance-segmentation.md"), OBJECTS, ALL],
    },
    Page {
        name: "semantic-segmentation",
        title: "Semantic segmentation",
        parts: &[include_str!("../../assets/help/semantic-segmentation.md"), ALL],
    },
    Page {
        name: "classification",
        title: "Classification",
        parts: &[include_str!("../../assets/help/classification.md"), LABELS, ALL],
    },
    Page {
        name: "multilabel",
        title: "Multilabel classification",
        parts: &[include_str!("../../assets/help/multilabel.md"), ALL],
    },
    Page {
        name: "text-classification",
        title: "Text classification",
        parts: &[include_str!("../../assets/help/text-classification.md"), LABELS, ALL],
    },
    Page {
        name: "text-generation",
        title: "Text generation",
        parts: &[include_str!("../../assets/help/text-generation.md"), ALL],
    },
    Page { name: EMBEDDINGS, title: "Embeddings", parts: &[include_str!("../../assets/help/embeddings.md")] },
];

/// The page about vectors, whatever the task.
const EMBEDDINGS: &str = "embeddings";

/// A heading and the text below it, up to the next heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// 1 is the title of the page.
    pub level: usize,
    /// What the heading says.
    pub heading: &'static str,
    /// Heading and text, as Markdown.
    pub text: &'static str,
}

impl Section {
    /// True where every word stands somewhere in it, in any case.
    #[must_use]
    pub fn holds(&self, words: &[String]) -> bool {
        let text = self.text.to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    }
}

impl Page {
    /// Its headings with their text, in order.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        self.parts.iter().flat_map(|part| split(part)).collect()
    }

    /// The place of a heading on this page.
    #[must_use]
    pub fn topic(&self, heading: &'static str) -> Topic {
        Topic { page: self.name, heading }
    }

    /// The place of its beginning.
    #[must_use]
    pub fn top(&self) -> Topic {
        self.topic("")
    }
}

/// Cuts a text before each of its headings; what stands before the first belongs to nobody.
fn split(text: &'static str) -> Vec<Section> {
    let starts = text.match_indices('\n').map(|(at, _)| at + 1);
    let starts: Vec<usize> =
        std::iter::once(0).chain(starts).filter(|&at| text.get(at..).is_some_and(|rest| level(rest) > 0)).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let sections = starts.iter().zip(ends).filter_map(|(&from, to)| text.get(from..to));
    sections
        .map(|text| Section {
            level: level(text),
            heading: text.lines().next().unwrap_or_default().trim_start_matches('#').trim(),
            text: text.trim_end(),
        })
        .collect()
}

/// How many `#` a line begins with, where it is a heading.
fn level(text: &str) -> usize {
    let marks = text.bytes().take_while(|byte| *byte == b'#').count();
    if text.as_bytes().get(marks) == Some(&b' ') { marks } else { 0 }
}

/// The page of a task.
#[must_use]
pub fn of_task(task: Task) -> &'static Page {
    let name = if task == Task::TextMultilabel { Task::Multilabel.name() } else { task.name() };
    by_name(name)
}

/// The page of a name; the first where there is none.
#[must_use]
pub fn by_name(name: &str) -> &'static Page {
    let [first, ..] = &PAGES;
    PAGES.iter().find(|page| page.name == name).unwrap_or(first)
}

/// What a figure is called in the help, where that is not its own name.
fn heading_of(figure: &str) -> &str {
    match figure {
        "duplicates" => "Duplicates and leaks",
        "Worst images" | "Worst texts" => "Worst items",
        other => other,
    }
}

/// Where a figure is explained: on the page of the task, else on the first page that has it.
#[must_use]
pub fn topic(task: Option<Task>, figure: &str) -> Option<Topic> {
    let wanted = heading_of(figure);
    let own = task.map(of_task);
    own.into_iter().chain(PAGES.iter()).find_map(|page| {
        let section = page.sections().into_iter().find(|s| s.heading.eq_ignore_ascii_case(wanted))?;
        Some(page.topic(section.heading))
    })
}

/// The sections that hold every word, those of one page first; what several pages share comes once.
#[must_use]
pub fn search(first: &'static Page, words: &[String]) -> Vec<(&'static Page, Section)> {
    let others = PAGES.iter().filter(|page| page.name != first.name);
    let mut found: Vec<(&'static Page, Section)> = Vec::new();
    for page in std::iter::once(first).chain(others) {
        for section in page.sections().into_iter().filter(|section| section.holds(words)) {
            if !found.iter().any(|(_, known)| std::ptr::eq(known.text, section.text)) {
                found.push((page, section));
            }
        }
    }
    // A heading that says the word is what was looked for.
    let named = |section: &Section| {
        let heading = section.heading.to_lowercase();
        words.iter().all(|word| heading.contains(word.as_str()))
    };
    found.sort_by_key(|(_, section)| !named(section));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_before_headings() {
        let sections = split("lost\n# One\ntext\n\n## Two ##\n#tag\n###### Six");
        let found: Vec<_> = sections.iter().map(|s| (s.level, s.heading, s.text)).collect();
        let six = (6, "Six", "###### Six");
        assert_eq!(found, [(1, "One", "# One\ntext"), (2, "Two ##", "## Two ##\n#tag"), six]);
    }

    #[test]
    fn the_page_of_the_task_is_asked_first() {
        let at = |task, figure| topic(task, figure).map(|topic| (topic.page, topic.heading));
        assert_eq!(at(Some(Task::TextMultilabel), "F1"), Some(("multilabel", "F1")));
        assert_eq!(at(Some(Task::SemanticSegmentation), "Clusters"), Some(("embeddings", "Clusters")));
        assert_eq!(at(None, "duplicates"), Some(("detection", "Duplicates and leaks")));
        assert_eq!(at(None, "no such figure"), None);
    }
}
