//! A report as HTML, on pages and as PDF: nothing is lost, nothing covers anything, nothing is fetched, and it is the same each time.

use std::sync::Arc;

use evalens::report::chart::{Axis, Plot};
use evalens::report::encoded::{Encoded, Kind};
use evalens::report::figure::{Anchor, Figure, Mark, isolated, width};
use evalens::report::html::html;
use evalens::report::palette::Palette;
use evalens::report::paper::{A4, Paper, paper};
use evalens::report::pdf;
use evalens::report::sheet::{Block, Exhibit, Listing, Part, Sample, Section, Sheet, Tile};
use evalens::report::table::{Cell, Column, Table};
use quick_xml::events::Event;

/// Names that somebody's classes could have.
const NAMES: [&str; 9] = [
    "Red blood cell",
    "<script>alert('x')</script>",
    "tab\there \u{1}bell\u{7f} \"quoted\" & more",
    "תא דם אדום",
    "كرية دم حمراء",
    "红细胞と血小板",
    "लाल रक्त कोशिका",
    "smile 😀 → done",
    "a_very_long_name_of_a_class_without_any_blank_in_it_that_goes_on_and_on_and_on_and_on_and_on_and_never_ends_at_all_until_here",
];

fn chart((wide, high): (f64, f64), key: &str) -> Exhibit {
    let palette = Palette::default();
    let mut plot = Plot::new((wide, high), Axis::unit("Confidence threshold"), Axis::unit("Score"), 90.0, palette);
    let line = |power: f64| (0..=50).map(|i| f64::from(i) / 50.0).map(|x| (x, 1.0 - x.powf(power))).collect::<Vec<_>>();
    plot.line(&line(3.0), 1.5, palette.precision, "Precision");
    plot.line(&line(0.6), 1.5, palette.recall, "Recall");
    plot.dashed(&[(0.0, 0.1), (1.0, 0.9)], 1.0, palette.muted);
    plot.dot((0.4, 0.6), palette.accent);
    let mut figure = plot.finish();
    let area = vec![(100.0, 100.0), (160.0, 90.0), (160.0, 140.0), (100.0, 140.0)];
    figure.marks.push(Mark::Area(area, palette.correct, 0.3));
    figure.marks.push(Mark::DashedFrame([110.0, 95.0, 30.0, 30.0], 1.0, palette.missed));
    Exhibit {
        key: key.to_owned(),
        title: format!("Chart {key}"),
        caption: "Precision and recall over the confidence threshold, IoU ≥ 0.50".to_owned(),
        figure,
        table: None,
    }
}

fn photograph(seed: u32) -> Arc<Encoded> {
    let pixel = |i: u32| {
        let (x, y) = (i % 64, i / 64);
        [(x * 4) as u8, (y * 5 + seed * 7) as u8, ((x + y + 11 * seed) * 2) as u8, 255]
    };
    let rgba: Vec<u8> = (0..64 * 48).flat_map(pixel).collect();
    Encoded::of_rgba(Kind::Jpeg, 64, 48, &rgba).unwrap()
}

fn samples(count: u32) -> Vec<Sample> {
    let sample = |i: u32| {
        let mut figure = Figure::new(240.0, 180.0, [255; 3]);
        figure.marks.push(Mark::Picture([0.0, 0.0, 240.0, 180.0], photograph(i)));
        figure.marks.push(Mark::Frame([40.0, 30.0, 90.0, 70.0], 2.0, [213, 94, 0]));
        figure.marks.push(Mark::text((42.0, 26.0), 12.0, Anchor::Start, [255; 3], format!("box {i}")));
        let name = isolated(NAMES[i as usize % NAMES.len()]);
        Sample { figure, caption: format!("sample-{i:03} · {name} was missed at confidence 0.{i:03}") }
    };
    (0..count).map(sample).collect()
}

fn rows(count: u64, most: usize) -> Listing {
    let columns = vec![
        Column::words("item", "Item"),
        Column::words("class", "Class"),
        Column::number("objects", "Objects"),
        Column::number("f1", "F1"),
        Column::number("share", "Share of all errors"),
    ];
    let row = |i: u64| {
        let name = NAMES[i as usize % NAMES.len()];
        let rate = (!i.is_multiple_of(7)).then(|| 1.0 / (1.0 + i as f64));
        vec![
            format!("row-{i:04}").into(),
            name.into(),
            (i * 1234).into(),
            rate.into(),
            Cell::Shown(0.5, format!("{i}.5 %")),
        ]
    };
    let table = Table { columns, rows: (0..count).map(row).collect() };
    Listing { key: format!("rows-{count}"), title: format!("{count} rows"), table, most }
}

/// More columns than a page is wide.
fn broad() -> Listing {
    let mut columns = vec![Column::words("name", "Name of the class"), Column::words("note", "Note")];
    columns.extend((0..14).map(|i| Column::number(&format!("n{i}"), &format!("Average precision {i}"))));
    let mut row: Vec<Cell> = vec![NAMES[8].into(), NAMES[2].into()];
    row.extend((0..14).map(|i| Cell::Count(10_u64.pow(i))));
    Listing { key: "broad".to_owned(), title: String::new(), table: Table { columns, rows: vec![row; 3] }, most: 10 }
}

fn sheet() -> Sheet {
    let tile = |i: usize| Tile {
        label: ["Precision", "Recall", "F1", "Mean average precision", "Items"][i % 5].to_owned(),
        value: ["0.812", "0.750", "0.779", "0.5512", "1,234,567,890,123"][i % 5].to_owned(),
        note: if i.is_multiple_of(2) { "0.79 … 0.83".to_owned() } else { String::new() },
    };
    let advice = |number: usize, name: &str| Block::Advice {
        number,
        title: format!("{}: 28 of 69 missed", isolated(name)),
        text: "Most of them are smaller than 32 × 32 pixels and lie at the edge of the picture. ".repeat(3),
        gain: if number == 2 { String::new() } else { "+1.2 points of F1 where half of them are found".to_owned() },
    };
    let mut todo = Vec::new();
    for (i, name) in NAMES.iter().enumerate() {
        todo.push(advice(i + 1, name));
        todo.push(Block::Samples(samples([4, 3, 0, 1, 30, 2, 4, 4, 7][i])));
    }
    let facts = vec![
        ("Matching".to_owned(), "two passes, IoU ≥ 0.50".to_owned()),
        ("Model".to_owned(), NAMES[3].to_owned()),
        (NAMES[8].to_owned(), NAMES[8].repeat(4)),
        ("Fingerprint".to_owned(), "0123456789abcdef".repeat(8)),
        ("Nothing".to_owned(), String::new()),
        ("Everything".to_owned(), "one and the other and ".repeat(600)),
    ];
    let mut tall = chart((400.0, 300.0), "tall");
    tall.figure = Figure::new(300.0, 3000.0, [240, 240, 250]);
    let section = |part: Part, blocks: Vec<Block>| Section { part, title: part.label().to_owned(), blocks };
    let sections = vec![
        section(
            Part::Headline,
            vec![
                Block::Text("At the threshold of 0.361 the model finds three of four objects. ".repeat(12)),
                Block::Tiles((0..8).map(tile).collect()),
                Block::Note("Intervals are 95 % of 1,000 bootstrap samples of whole images".to_owned()),
                Block::Tiles((0..3).map(tile).collect()),
                Block::Tiles((0..5).map(tile).collect()),
                Block::Facts(facts),
            ],
        ),
        section(Part::Production, vec![Block::Exhibit(chart((900.0, 460.0), "production"))]),
        section(
            Part::Curves,
            vec![
                Block::Exhibit(chart((400.0, 320.0), "left")),
                Block::Exhibit(chart((400.0, 320.0), "right")),
                Block::Exhibit(chart((640.0, 400.0), "middle")),
                Block::Exhibit(tall),
            ],
        ),
        section(
            Part::Classes,
            vec![Block::Listing(rows(1200, 40)), Block::Heading("Many columns".to_owned()), Block::Listing(broad())],
        ),
        section(Part::Recommendations, todo),
        section(Part::Worst, vec![Block::Listing(rows(500, 500)), Block::Samples(samples(30))]),
        section(Part::Data, vec![Block::Listing(rows(0, 10)), Block::Text(NAMES[8].repeat(30))]),
    ];
    Sheet {
        title: "Cell detector v3 on bccd — <script> & co".to_owned(),
        subtitle: "cell-detector@v3 on bccd@latest, split test, at confidence 0.361".to_owned(),
        notes: format!(
            "For the meeting of the ward.\n\n{}",
            "It was trained on twice the data of the last one. ".repeat(6)
        ),
        logo: Some(photograph(3)),
        sections,
        foot: "Evalens · everything computed on this machine".to_owned(),
        palette: Palette::default(),
    }
}

/// A text without what no document can say, its blanks made one.
fn said(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All texts of a well-formed document, and the values of its attributes.
fn read(document: &str) -> (String, Vec<(String, String)>) {
    let mut reader = quick_xml::Reader::from_str(document);
    let (mut texts, mut attributes) = (String::new(), Vec::new());
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "style" => {
                drop(reader.read_text(tag.name()));
            }
            event @ (Event::Start(_) | Event::Empty(_)) => {
                let (tag, opens) = match event {
                    Event::Start(tag) => (tag, 1),
                    Event::Empty(tag) => (tag, 0),
                    _ => unreachable!(),
                };
                depth += opens;
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    let key = attribute.key.as_ref().to_owned();
                    attributes.push((key, attribute.value.to_string()));
                }
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push_str(&text),
            Event::GeneralRef(name) => texts.push_str(match &*name {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "quot" => "\"",
                other => panic!("&{other};"),
            }),
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    (said(&texts), attributes)
}

#[test]
fn html_is_whole_well_formed_and_fetches_nothing() {
    let sheet = sheet();
    let document = html(&sheet);
    let (texts, attributes) = read(&document);
    for text in [&sheet.title, &sheet.subtitle, &sheet.foot] {
        assert!(texts.contains(&said(text)), "{text}");
    }
    let holds = |text: &str| assert!(texts.contains(&said(text)), "{text}");
    for section in &sheet.sections {
        holds(&section.title);
        for block in &section.blocks {
            match block {
                Block::Heading(text) | Block::Text(text) | Block::Note(text) => holds(text),
                Block::Tiles(tiles) => {
                    tiles.iter().for_each(|t| [&t.label, &t.value, &t.note].into_iter().for_each(|t| holds(t)));
                }
                Block::Facts(facts) => facts.iter().for_each(|(name, value)| (holds(name), holds(value)).0),
                Block::Listing(listing) => {
                    listing.table.rows.iter().take(listing.most).flatten().for_each(|cell| holds(&cell.shown()));
                }
                Block::Exhibit(exhibit) => (holds(&exhibit.title), holds(&exhibit.caption)).0,
                Block::Samples(samples) => samples.iter().for_each(|sample| holds(&sample.caption)),
                Block::Advice { title, text, gain, .. } => (holds(title), holds(text), holds(gain)).0,
            }
        }
    }
    assert!(texts.contains("and 1,160 more") && !texts.contains("row-1199"));
    // No script, and nothing that a browser would fetch.
    assert!(!document.contains("<script"));
    for (key, value) in &attributes {
        assert!(!key.starts_with("on"), "{key}");
        match key.as_str() {
            "xmlns" => assert_eq!(value, "http://www.w3.org/2000/svg"),
            "href" | "src" => assert!(value.starts_with('#') || value.starts_with("data:"), "{value}"),
            _ => assert!(!value.contains("://"), "{key}={value}"),
        }
    }
    let outside = document.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(!outside.contains("http://") && !outside.contains("https://") && !outside.contains("@import"));
    // Each jump has its goal, and each goal is there once.
    let values =
        |of: &str| attributes.iter().filter(|(key, _)| key == of).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let ids = values("id");
    let jumps: Vec<String> =
        values("href").into_iter().filter_map(|href| href.strip_prefix('#').map(str::to_owned)).collect();
    assert_eq!(jumps.len(), sheet.sections.len());
    assert!(jumps.iter().all(|jump| ids.iter().filter(|id| *id == jump).count() == 1), "{jumps:?} {ids:?}");
    let figures = values("role").into_iter().filter(|role| role == "img").count();
    assert_eq!(figures, document.matches("<svg").count());
    assert_eq!(values("aria-label").len(), figures + 1, "each figure and the contents");
    assert_eq!(document.matches("data:font/ttf").count(), 1);
}

/// Left, top, right, bottom of the ink of a mark.
fn extent(mark: &Mark) -> [f64; 4] {
    let around = |points: &[(f64, f64)]| {
        points.iter().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |[l, t, r, b], (x, y)| {
            [l.min(*x), t.min(*y), r.max(*x), b.max(*y)]
        })
    };
    match mark {
        Mark::Rect([x, y, w, h], _)
        | Mark::Frame([x, y, w, h], ..)
        | Mark::DashedFrame([x, y, w, h], ..)
        | Mark::Picture([x, y, w, h], _) => [*x, *y, x + w, y + h],
        Mark::Line(points, ..) | Mark::Dashed(points, ..) | Mark::Area(points, ..) => around(points),
        Mark::Disc((x, y), r, _) => [x - r, y - r, x + r, y + r],
        Mark::Text { at: (x, y), size, anchor, turned, text, .. } => {
            let wide = width(text, *size);
            let from = match anchor {
                Anchor::Start => 0.0,
                Anchor::Middle => -0.5 * wide,
                Anchor::End => -wide,
            };
            // Letters stand about three quarters of their size above the line and a fifth below.
            let (up, down) = (0.75 * size, 0.2 * size);
            if *turned {
                [x - up, y - from - wide, x + down, y - from]
            } else {
                [x + from, y - up, x + from + wide, y + down]
            }
        }
    }
}

fn texts(page: &Figure) -> Vec<(&str, [f64; 4])> {
    let mut texts = Vec::new();
    for mark in &page.marks {
        if let Mark::Text { text, .. } = mark {
            texts.push((text.as_str(), extent(mark)));
        }
    }
    texts
}

/// How often a text stands on all pages.
fn count(paper: &Paper, text: &str) -> usize {
    paper.pages.iter().flat_map(texts).filter(|(words, _)| *words == text).count()
}

#[test]
fn everything_lies_on_the_pages_and_no_words_cover_others() {
    let paper = paper(&sheet());
    assert!(paper.pages.len() > 20, "{}", paper.pages.len());
    for (n, page) in paper.pages.iter().enumerate() {
        assert_eq!((page.width, page.height), A4);
        for mark in &page.marks {
            let [left, top, right, bottom] = extent(mark);
            let inside = left >= -0.01 && top >= -0.01 && right <= A4.0 + 0.01 && bottom <= A4.1 + 0.01;
            assert!(inside, "page {n}: {mark:?}");
        }
        let texts = texts(page);
        for (text, [left, _, right, bottom]) in &texts {
            assert!(*left > 47.9 && *right < A4.0 - 47.9 && *bottom < A4.1 - 30.0, "page {n}: {text:?} in the margin");
        }
        for (i, (a, [al, at, ar, ab])) in texts.iter().enumerate() {
            for (b, [bl, bt, br, bb]) in &texts[i + 1..] {
                let apart = ar <= bl || br <= al || ab <= bt || bb <= at;
                assert!(apart, "page {n}: {a:?} and {b:?}");
            }
        }
        let foot = format!("Page {} of {}", n + 1, paper.pages.len());
        assert!(texts.iter().any(|(text, _)| *text == foot));
    }
}

#[test]
fn every_row_stands_once_under_a_head() {
    let only = |listing: Listing| {
        let sections =
            vec![Section { part: Part::Worst, title: "Rows".to_owned(), blocks: vec![Block::Listing(listing)] }];
        paper(&Sheet { sections, logo: None, ..sheet() })
    };
    let all = only(rows(500, 500));
    assert!((0..500).all(|i| count(&all, &format!("row-{i:04}")) == 1));
    assert_eq!(count(&all, "Objects"), all.pages.len(), "the head on each page");
    assert!(all.pages.len() > 5);
    let some = only(rows(1200, 40));
    assert!((0..40).all(|i| count(&some, &format!("row-{i:04}")) == 1));
    assert!((40..1200).all(|i| count(&some, &format!("row-{i:04}")) == 0));
    assert_eq!(count(&some, "and 1,160 more"), 1);
    assert_eq!(count(&only(rows(0, 10)), "No rows"), 1);
}

#[test]
fn headings_stay_with_what_they_head() {
    let paper = paper(&sheet());
    let titles: Vec<&str> = paper.bookmarks.iter().map(|bookmark| bookmark.title.as_str()).collect();
    assert_eq!(titles, sheet().sections.iter().map(|section| section.title.clone()).collect::<Vec<_>>());
    for bookmark in &paper.bookmarks {
        let page = &paper.pages[bookmark.page];
        let below = texts(page)
            .into_iter()
            .filter(|(_, [_, top, _, bottom])| *top > bookmark.top + 24.0 && *bottom < A4.1 - 55.0);
        assert!(below.count() > 0, "{} stands alone at the foot of page {}", bookmark.title, bookmark.page + 1);
    }
    for (i, name) in NAMES.iter().enumerate().filter(|(i, _)| *i != 2) {
        // The first picture of an advice is on the page of its number.
        let number = (i + 1).to_string();
        let page = paper.pages.iter().find(|page| {
            page.marks.iter().any(|mark| matches!(mark, Mark::Text { text, at, .. } if *text == number && at.0 < 49.0))
        });
        let page = page.unwrap_or_else(|| panic!("{name}"));
        let top = page.marks.iter().find_map(|mark| match mark {
            Mark::Text { text, at, .. } if *text == number && at.0 < 49.0 => Some(at.1),
            _ => None,
        });
        let picture = page.marks.iter().any(|mark| matches!(mark, Mark::Picture([_, y, ..], _) if Some(*y) > top));
        assert!(picture, "advice {number}");
    }
}

#[test]
fn pdf_opens_and_holds_photographs_as_they_are() {
    let sheet = sheet();
    let paper = paper(&sheet);
    let bytes = pdf::of_paper(&paper, &sheet.title).unwrap();
    assert!(bytes.starts_with(b"%PDF-") && bytes.ends_with(b"%%EOF"));
    let find = |what: &[u8]| bytes.windows(what.len()).filter(|window| *window == what).count();
    assert_eq!(find(b"/Type/Page/") + find(b"/Type /Page\n"), paper.pages.len());
    assert_eq!(find(&photograph(3).bytes), 1, "the same file stands there once, however often it is shown");
    assert!(find(b"/ToUnicode") > 0, "texts can be searched");
    assert!(bytes.len() < 3_000_000, "{}", bytes.len());
    let one = pdf::pdf(&[chart((400.0, 300.0), "one").figure], "One").unwrap();
    assert!(one.starts_with(b"%PDF-"));
}

#[test]
fn the_same_report_is_the_same_bytes() {
    let (one, two) = (sheet(), sheet());
    assert_eq!(html(&one), html(&two));
    let (a, b) = (paper(&one), paper(&two));
    assert_eq!(a, b);
    assert_eq!(pdf::of_paper(&a, &one.title).unwrap(), pdf::of_paper(&b, &two.title).unwrap());
}

#[test]
fn an_empty_report_is_a_page() {
    let empty = Sheet {
        title: String::new(),
        subtitle: String::new(),
        notes: String::new(),
        logo: None,
        sections: Vec::new(),
        foot: String::new(),
        palette: Palette::default(),
    };
    assert_eq!(paper(&empty).pages.len(), 1);
    assert!(pdf::of_paper(&paper(&empty), "").unwrap().starts_with(b"%PDF-"));
    read(&html(&empty));
}

/// Writes everything to look at it.
#[test]
#[ignore = "for the eye: set EVALENS_LOOK to a folder"]
fn look() {
    let into =
        std::path::PathBuf::from(std::env::var("EVALENS_LOOK").unwrap_or_else(|_| "/tmp/evalens-look".to_owned()));
    std::fs::create_dir_all(&into).unwrap();
    let sheet = sheet();
    let paper = paper(&sheet);
    std::fs::write(into.join("report.html"), html(&sheet)).unwrap();
    std::fs::write(into.join("report.pdf"), pdf::of_paper(&paper, &sheet.title).unwrap()).unwrap();
    for (i, page) in paper.pages.iter().enumerate().take(4) {
        std::fs::write(into.join(format!("page-{i}.png")), &page.to_png(1.5).unwrap().bytes).unwrap();
    }
    let figure = chart((900.0, 460.0), "production").figure;
    let start = std::time::Instant::now();
    let _ = figure.to_picture(2.0).unwrap();
    println!("its pixels took {:?}", start.elapsed());
    let start = std::time::Instant::now();
    let chart = figure.to_png(2.0).unwrap();
    println!("a chart of {} × {} pixels took {:?}", chart.width, chart.height, start.elapsed());
    std::fs::write(into.join("chart.png"), &chart.bytes).unwrap();
}
