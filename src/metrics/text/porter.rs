//! The stems of English words: Porter, "An algorithm for suffix stripping", Program 14 (3), 1980, with the extensions of NLTK's
//! `PorterStemmer` (its default mode), which is what rouge-score stems with.

/// The stem of a word in small letters. Words of one or two letters stay as they are; a character beyond a–z counts as a
/// consonant, as in NLTK. Cuts bytes, so only for ASCII: any other word is handed back.
///
/// ```
/// assert_eq!(evalens::metrics::text::porter::stem("relational"), "relat");
/// ```
#[must_use]
pub fn stem(word: &str) -> String {
    if !word.is_ascii() {
        return word.to_string();
    }
    String::from_utf8_lossy(&stem_bytes(word.as_bytes())).into_owned()
}

/// [`stem`] of ASCII bytes.
pub(super) fn stem_bytes(word: &[u8]) -> Vec<u8> {
    if let Some(stem) = irregular(word) {
        return stem.to_vec();
    }
    let mut word = word.to_vec();
    if word.len() > 2 {
        plural(&mut word);
        past_and_gerund(&mut word);
        final_y(&mut word);
        double_suffix(&mut word);
        apply(&mut word, &STEP_3, |stem| measure(stem) > 0);
        step_4(&mut word);
        final_e(&mut word);
    }
    word
}

fn irregular(word: &[u8]) -> Option<&'static [u8]> {
    Some(match word {
        b"sky" | b"skies" => b"sky",
        b"dying" => b"die",
        b"lying" => b"lie",
        b"tying" => b"tie",
        b"news" => b"news",
        b"innings" | b"inning" => b"inning",
        b"outings" | b"outing" => b"outing",
        b"cannings" | b"canning" => b"canning",
        b"howe" => b"howe",
        b"proceed" => b"proceed",
        b"exceed" => b"exceed",
        b"succeed" => b"succeed",
        _ => return None,
    })
}

/// A suffix and what it is replaced by.
type Rule = (&'static [u8], &'static [u8]);

/// NLTK's order; `alli` is dealt with before, see [`double_suffix`].
const STEP_2: [Rule; 21] = [
    (b"ational", b"ate"),
    (b"tional", b"tion"),
    (b"enci", b"ence"),
    (b"anci", b"ance"),
    (b"izer", b"ize"),
    (b"bli", b"ble"),
    (b"alli", b"al"),
    (b"entli", b"ent"),
    (b"eli", b"e"),
    (b"ousli", b"ous"),
    (b"ization", b"ize"),
    (b"ation", b"ate"),
    (b"ator", b"ate"),
    (b"alism", b"al"),
    (b"iveness", b"ive"),
    (b"fulness", b"ful"),
    (b"ousness", b"ous"),
    (b"aliti", b"al"),
    (b"iviti", b"ive"),
    (b"biliti", b"ble"),
    (b"fulli", b"ful"),
];

const STEP_3: [Rule; 7] = [
    (b"icate", b"ic"),
    (b"ative", b""),
    (b"alize", b"al"),
    (b"iciti", b"ic"),
    (b"ical", b"ic"),
    (b"ful", b""),
    (b"ness", b""),
];

const STEP_4: [&[u8]; 19] = [
    b"al", b"ance", b"ence", b"er", b"ic", b"able", b"ible", b"ant", b"ement", b"ment", b"ent", b"ion", b"ou", b"ism",
    b"ate", b"iti", b"ous", b"ive", b"ize",
];

/// Step 1a.
fn plural(word: &mut Vec<u8>) {
    match word.as_slice() {
        [_, b'i', b'e', b's'] => cut(word, 1),
        [.., b's', b's', b'e', b's'] | [.., b'i', b'e', b's'] => cut(word, 2),
        [.., b's', b's'] => {}
        [.., b's'] => cut(word, 1),
        _ => {}
    }
}

/// Step 1b.
fn past_and_gerund(word: &mut Vec<u8>) {
    let stem = match word.as_slice() {
        [_, b'i', b'e', b'd'] => return cut(word, 1),
        [.., b'i', b'e', b'd'] => return cut(word, 2),
        [stem @ .., b'e', b'e', b'd'] => {
            if measure(stem) > 0 {
                cut(word, 1);
            }
            return;
        }
        [stem @ .., b'e', b'd'] | [stem @ .., b'i', b'n', b'g'] => stem,
        _ => return,
    };
    if !has_vowel(stem) {
        return;
    }
    word.truncate(stem.len());
    match word.as_slice() {
        [.., b'a', b't'] | [.., b'b', b'l'] | [.., b'i', b'z'] => word.push(b'e'),
        [.., before, last] if before == last && !matches!(last, b'l' | b's' | b'z') && ends_in_consonant(word) => {
            cut(word, 1);
        }
        // a double l, s or z stays
        [.., before, last] if before == last && ends_in_consonant(word) => {}
        short if measure(short) == 1 && ends_short(short) => word.push(b'e'),
        _ => {}
    }
}

/// Step 1c, as NLTK has it: y becomes i behind a consonant that is not all there is before it.
fn final_y(word: &mut [u8]) {
    if let [stem @ .., last @ b'y'] = word
        && stem.len() > 1
        && ends_in_consonant(stem)
    {
        *last = b'i';
    }
}

/// Step 2. NLTK cuts `alli` to `al` first and then goes through the step once more; and counts the l of `logi` as a part of
/// the stem.
fn double_suffix(word: &mut Vec<u8>) {
    while let [stem @ .., b'a', b'l', b'l', b'i'] = word.as_slice()
        && measure(stem) > 0
    {
        cut(word, 2);
    }
    if !apply(word, &STEP_2, |stem| measure(stem) > 0)
        && let [stem @ .., b'o', b'g', b'i'] = word.as_slice()
        && stem.ends_with(b"l")
        && measure(stem) > 0
    {
        cut(word, 1);
    }
}

/// Step 4.
fn step_4(word: &mut Vec<u8>) {
    let Some(suffix) = STEP_4.iter().find(|suffix| word.ends_with(suffix)) else { return };
    let Some(stem) = word.strip_suffix(*suffix) else { return };
    if measure(stem) > 1 && (*suffix != b"ion" || matches!(stem, [.., b's' | b't'])) {
        cut(word, suffix.len());
    }
}

/// Steps 5a and 5b.
fn final_e(word: &mut Vec<u8>) {
    if let [stem @ .., b'e'] = word.as_slice() {
        let measure = measure(stem);
        if measure > 1 || measure == 1 && !ends_short(stem) {
            cut(word, 1);
        }
    }
    if let [stem @ .., b'l'] = word.as_slice()
        && stem.ends_with(b"l")
        && measure(stem) > 1
    {
        cut(word, 1);
    }
}

/// Replaces the first suffix of the list that the word has if its stem is long enough; whether the word has any.
fn apply(word: &mut Vec<u8>, rules: &[Rule], condition: impl Fn(&[u8]) -> bool) -> bool {
    let Some((suffix, replacement)) = rules.iter().find(|(suffix, _)| word.ends_with(suffix)) else { return false };
    if word.strip_suffix(*suffix).is_some_and(condition) {
        cut(word, suffix.len());
        word.extend_from_slice(replacement);
    }
    true
}

fn cut(word: &mut Vec<u8>, letters: usize) {
    word.truncate(word.len().saturating_sub(letters));
}

/// Whether each letter is a consonant: no vowel, and y where it begins the word or follows a vowel.
fn consonants(word: &[u8]) -> impl Iterator<Item = bool> {
    word.iter().scan(false, |after_consonant, letter| {
        *after_consonant = match letter {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => !*after_consonant,
            _ => true,
        };
        Some(*after_consonant)
    })
}

/// Porter's m: how often a consonant follows a vowel.
fn measure(stem: &[u8]) -> usize {
    consonants(stem).zip(consonants(stem).skip(1)).filter(|(first, second)| !first && *second).count()
}

fn has_vowel(stem: &[u8]) -> bool {
    consonants(stem).any(|consonant| !consonant)
}

fn ends_in_consonant(word: &[u8]) -> bool {
    consonants(word).last().unwrap_or(false)
}

/// Consonant, vowel, consonant other than w, x, y at the end; or, as NLTK has it, a vowel and a consonant alone.
fn ends_short(word: &[u8]) -> bool {
    let mut kinds = consonants(word).skip(word.len().saturating_sub(3));
    match (kinds.next(), kinds.next(), kinds.next()) {
        (Some(true), Some(false), Some(true)) => !matches!(word, [.., b'w' | b'x' | b'y']),
        (Some(false), Some(true), None) => true,
        _ => false,
    }
}
