//! A harbour town that does not exist: tables of facts, the sentences of its encyclopaedia, and questions with their answers.

use super::super::scene::math::Rng;

/// What is answered where the encyclopaedia does not say it.
pub const REFUSAL: &str = "The encyclopaedia does not say.";

/// A question, asked in two ways.
pub struct Question {
    pub category: &'static str,
    pub text: String,
    pub references: Vec<String>,
}

/// The encyclopaedia and what is asked of it.
pub struct Town {
    pub sentences: Vec<String>,
    pub questions: Vec<Question>,
}

/// Name, kind, year, shipwright, metres, crew; what she carried, where, until when.
type Ship = (&'static str, &'static str, u16, &'static str, u16, u16, &'static str, &'static str, u16);
/// Name, street, year, architect, walls, year of a fire.
type Building = (&'static str, &'static str, u16, &'static str, &'static str, u16);
/// Name, year and place of birth, profession.
type Person = (&'static str, u16, &'static str, &'static str);

const SHIPS: [Ship; 6] = [
    ("Dawn Heron", "herring lugger", 1874, "Ida Brandt", 19, 7, "salt cod", "Marrow Bay", 1902),
    ("Grey Margaret", "barque", 1891, "Ida Brandt", 46, 18, "timber", "Skarholm", 1917),
    ("Northern Bell", "pilot cutter", 1903, "Tomas Reeve", 15, 4, "letters", "Fell Island", 1925),
    ("Queen of Marrow", "paddle steamer", 1862, "Carl Vinter", 52, 23, "passengers", "Marrow Bay", 1899),
    ("Little Tern", "lifeboat", 1887, "Tomas Reeve", 11, 12, "medicine", "Fell Island", 1919),
    ("Alderman", "dredger", 1928, "Nora Quill", 38, 14, "gravel", "Skarholm", 1951),
];
const BUILDINGS: [Building; 5] = [
    ("Customs House", "Quay Street", 1838, "Elias Morn", "red brick", 1881),
    ("Fish Hall", "Net Lane", 1899, "Hanna Sorell", "iron and glass", 1934),
    ("Town Hall", "Anchor Square", 1764, "Piet Olander", "sandstone", 1808),
    ("Ropewalk", "Hemp Row", 1811, "Elias Morn", "oak boards", 1846),
    ("Sailors' Chapel", "Chapel Hill", 1722, "Ruth Calloway", "grey granite", 1790),
];
const PEOPLE: [Person; 4] = [
    ("Ida Brandt", 1843, "Skarholm", "shipwright"),
    ("Agnes Pell", 1819, "Fell Island", "lighthouse keeper"),
    ("Samuel Finch", 1851, "Marrow Bay", "organist"),
    ("Olive Hart", 1870, "Port Aldren", "mayor"),
];
/// What, when, how much.
const PRICES: [(&str, u16, u16, &str); 6] = [
    ("a barrel of herring", 1850, 14, "shillings"),
    ("a barrel of herring", 1890, 22, "shillings"),
    ("a loaf of bread", 1850, 3, "pence"),
    ("a loaf of bread", 1890, 5, "pence"),
    ("a night at the Blue Anchor", 1890, 30, "pence"),
    ("a ton of coal", 1910, 26, "shillings"),
];
/// Where to, from where, minutes.
const FERRIES: [(&str, &str, u16); 3] =
    [("Skarholm", "North Pier", 55), ("Fell Island", "Salt Steps", 25), ("Marrow Bay", "Old Pier", 10)];

/// Of the lighthouse: sentences, and questions with answers.
const LIGHT: [&str; 6] = [
    "The lighthouse on Gull Rock was first lit in 1851.",
    "The lighthouse is 43 metres high and its stairs have 212 steps.",
    "Its lamp can be seen from 21 nautical miles away.",
    "Agnes Pell was the first keeper of the lighthouse and served for 34 years.",
    "The lamp burnt whale oil until 1879 and gas until 1926, when it became electric.",
    "In fog a bell on Gull Rock is struck every 15 seconds.",
];
const OF_LIGHT: [(&str, [&str; 2]); 9] = [
    ("When was the lighthouse first lit?", ["1851", "in 1851"]),
    ("Where does the lighthouse stand?", ["Gull Rock", "on Gull Rock"]),
    ("How high is the lighthouse?", ["43 metres", "43"]),
    ("How many steps do the stairs of the lighthouse have?", ["212", "212 steps"]),
    ("How far away can the lamp be seen?", ["21 nautical miles", "21"]),
    ("Who was the first keeper of the lighthouse?", ["Agnes Pell", "Pell"]),
    ("How many years did the first keeper serve?", ["34", "34 years"]),
    ("When did the lamp become electric?", ["1926", "in 1926"]),
    ("What burnt in the lamp until 1879?", ["whale oil", "oil"]),
];
/// Sentences of which nothing is asked.
const ASIDE: [&str; 12] = [
    "Port Aldren lies at the mouth of the river Ald.",
    "In 1900 the town had 4120 inhabitants and 61 fishing boats.",
    "The Herring Fair is held on Anchor Square on the first Sunday of May.",
    "Every child of the town learns to row before the age of eight.",
    "The harbour freezes in one winter out of nine.",
    "The oldest map of the harbour was drawn in 1688 by a monk.",
    "Salt was brought to Port Aldren by sea until the railway came in 1869.",
    "The railway station stands on Quay Street opposite the Customs House.",
    "A storm in 1784 carried away the Old Pier and 16 boats.",
    "The Blue Anchor is the oldest inn of the town and has 11 rooms.",
    "Nets are mended on Net Lane when the wind is from the north.",
    "The library keeps the log books of 230 ships.",
];
/// Questions that the encyclopaedia cannot answer.
const UNSAID: [&str; 6] = [
    "Who painted the ceiling of the theatre?",
    "When was the airport opened?",
    "How many trams run on Sundays?",
    "Where is the zoo?",
    "What did a telephone call cost in 1950?",
    "How long is the railway tunnel?",
];

/// The town as a seed tells it: which wording each sentence and each question has, and the order of the sentences.
pub fn town(seed: u64) -> Town {
    let mut teller = Teller { rng: Rng::new(seed), town: Town { sentences: Vec::new(), questions: Vec::new() } };
    SHIPS.iter().for_each(|ship| teller.ship(ship));
    BUILDINGS.iter().for_each(|building| teller.building(building));
    teller.lighthouse();
    PEOPLE.iter().for_each(|person| teller.person(person));
    PRICES.iter().for_each(|price| teller.price(price));
    FERRIES.iter().for_each(|ferry| teller.ferry(ferry));
    teller.town.sentences.extend(ASIDE.map(str::to_owned));
    for question in UNSAID {
        teller.ask("not said", [question; 2].map(str::to_owned), [REFUSAL, "unknown"].map(str::to_owned).into());
    }
    let Teller { mut rng, mut town } = teller;
    for last in (1..town.sentences.len()).rev() {
        town.sentences.swap(last, (rng.next() % (last as u64 + 1)) as usize);
    }
    town
}

struct Teller {
    rng: Rng,
    town: Town,
}

impl Teller {
    fn one_of(&mut self, [first, second]: [String; 2]) -> String {
        if (self.rng.next() >> 32) & 1 == 0 { first } else { second }
    }

    fn say(&mut self, wordings: [String; 2]) {
        let sentence = self.one_of(wordings);
        self.town.sentences.push(sentence);
    }

    fn ask(&mut self, category: &'static str, wordings: [String; 2], references: Vec<String>) {
        let text = self.one_of(wordings);
        self.town.questions.push(Question { category, text, references });
    }

    fn ship(&mut self, (name, kind, year, wright, metres, crew, cargo, port, until): &Ship) {
        let many = spelled(*crew);
        self.say([
            format!("The {kind} {name} was launched in {year}; she was built by {wright}."),
            format!("{wright} built the {kind} {name}, which was launched in {year}."),
        ]);
        self.say([
            format!("The {name} is {metres} metres long and sails with a crew of {many}."),
            format!("With a crew of {many}, the {name} is {metres} metres long."),
        ]);
        self.say([
            format!("Until {until} the {name} carried {cargo} to {port}."),
            format!("The {name} carried {cargo} to {port} until {until}."),
        ]);
        let when = [format!("When was the {name} launched?"), format!("In which year did the {name} first go to sea?")];
        self.ask("ships", when, in_year(*year));
        let who = [format!("Who built the {name}?"), format!("Who was the shipwright of the {name}?")];
        self.ask("ships", who, person(wright));
        let long = [format!("How long is the {name}?"), format!("How many metres does the {name} measure?")];
        self.ask("ships", long, measure(*metres, "metres"));
        let crew_of =
            [format!("How many people are in the crew of the {name}?"), format!("How many sail on the {name}?")];
        self.ask("ships", crew_of, if many == crew.to_string() { vec![many] } else { vec![crew.to_string(), many] });
    }

    fn building(&mut self, (name, street, year, architect, walls, fire): &Building) {
        self.say([
            format!("The {name} on {street} was finished in {year} after plans by {architect}."),
            format!("In {year} the {name} on {street} was opened; its architect was {architect}."),
        ]);
        self.say([format!("The walls of the {name} are {walls}."), format!("The {name} has walls of {walls}.")]);
        self.say([
            format!("A fire damaged the roof of the {name} in {fire}."),
            format!("In {fire} the roof of the {name} burnt down."),
        ]);
        let when = [format!("When was the {name} finished?"), format!("When was the {name} opened?")];
        self.ask("buildings", when, in_year(*year));
        let who = [format!("Who designed the {name}?"), format!("Who was the architect of the {name}?")];
        self.ask("buildings", who, person(architect));
        let place = [format!("Where is the {name}?"), format!("On which street does the {name} stand?")];
        self.ask("buildings", place, vec![(*street).to_owned(), format!("on {street}")]);
        let made = [format!("What are the walls of the {name} made of?"), format!("What is the {name} built of?")];
        self.ask("buildings", made, vec![(*walls).to_owned()]);
    }

    fn lighthouse(&mut self) {
        self.town.sentences.extend(LIGHT.map(str::to_owned));
        for (text, references) in OF_LIGHT {
            let references = references.map(str::to_owned).into();
            self.ask("lighthouse", [text; 2].map(str::to_owned), references);
        }
    }

    fn person(&mut self, (name, year, place, profession): &Person) {
        self.say([
            format!("{name} was born in {place} in {year} and later became {profession}."),
            format!("{name}, the {profession}, was born in {year} in {place}."),
        ]);
        let when = [format!("When was {name} born?"), format!("What is the year of birth of {name}?")];
        self.ask("people", when, in_year(*year));
        let place_of = [format!("Where was {name} born?"), format!("Where did {name} come from?")];
        self.ask("people", place_of, vec![(*place).to_owned(), format!("in {place}")]);
        let what = [format!("What did {name} become?"), format!("What was the profession of {name}?")];
        self.ask("people", what, vec![(*profession).to_owned()]);
    }

    fn price(&mut self, (thing, year, amount, coin): &(&str, u16, u16, &str)) {
        let much = spelled(*amount);
        self.say([
            format!("In {year} {thing} cost {much} {coin}."),
            format!("The price of {thing} was {much} {coin} in {year}."),
        ]);
        let cost =
            [format!("How much did {thing} cost in {year}?"), format!("What was the price of {thing} in {year}?")];
        let mut references = measure(*amount, coin);
        if much != amount.to_string() {
            references.push(format!("{much} {coin}"));
        }
        self.ask("prices", cost, references);
    }

    fn ferry(&mut self, (to, from, minutes): &(&str, &str, u16)) {
        self.say([
            format!("The ferry to {to} leaves from the {from} and takes {minutes} minutes."),
            format!("It takes {minutes} minutes by ferry from the {from} to {to}."),
        ]);
        let place =
            [format!("Where does the ferry to {to} leave from?"), format!("From which pier does one reach {to}?")];
        self.ask("ferries", place, vec![(*from).to_owned(), format!("from the {from}")]);
        let long =
            [format!("How long does the ferry to {to} take?"), format!("How many minutes is it to {to} by ferry?")];
        self.ask("ferries", long, measure(*minutes, "minutes"));
    }
}

fn in_year(year: u16) -> Vec<String> {
    vec![year.to_string(), format!("in {year}")]
}

/// Name, and family name alone.
fn person(name: &str) -> Vec<String> {
    let family = name.rsplit(' ').next().unwrap_or(name);
    vec![name.to_owned(), family.to_owned()]
}

fn measure(number: u16, unit: &str) -> Vec<String> {
    vec![format!("{number} {unit}"), number.to_string()]
}

/// A number as the encyclopaedia prints it: up to twelve as a word.
fn spelled(number: u16) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(usize::from(number)).map_or_else(|| number.to_string(), |word| (*word).to_owned())
}
