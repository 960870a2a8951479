"""Writes small.json: odd answers and references with the scores of sacrebleu, rouge-score and SQuAD's rules.

    python make.py > small.json
    python make.py COUNT SEED > MORE.json    (as many drawn at random; EVALENS_TEXT_CASES=MORE.json has the tests read them too)
"""

import collections
import json
import random
import re
import string
import sys
from importlib.metadata import version

from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF, TER

KINDS = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
SENTENCE = {"bleu": BLEU(effective_order=True), "chrf": CHRF(), "chrf++": CHRF(word_order=2), "ter": TER()}
CORPUS = {"bleu": BLEU, "chrf": CHRF, "chrf++": lambda: CHRF(word_order=2), "ter": TER}
ROUGE = {"rouge": rouge_scorer.RougeScorer(KINDS), "rouge_stem": rouge_scorer.RougeScorer(KINDS, use_stemmer=True)}


def normal(text):
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def f1(prediction, reference):
    p, r = normal(prediction), normal(reference)
    if not p and not r:
        return 1.0
    same = sum((collections.Counter(p) & collections.Counter(r)).values())
    return 2 * (same / len(p)) * (same / len(r)) / (same / len(p) + same / len(r)) if same else 0.0


def scores(prediction, references):
    out = {
        "exact_match": float(any(normal(prediction) == normal(r) for r in references)),
        "token_f1": max(f1(prediction, r) for r in references),
    }
    out |= {name: metric.sentence_score(prediction, references).score for name, metric in SENTENCE.items()}
    for name, scorer in ROUGE.items():
        got = scorer.score_multi(references, prediction)
        out[name] = {kind: [got[kind].precision, got[kind].recall, got[kind].fmeasure] for kind in KINDS}
    return out


def corpus(items):
    """Means over items, and sacrebleu's corpus scores; references are filled up with None, which it takes for missing."""
    width = max(len(i["references"]) for i in items)
    references = [[(i["references"] + [None] * width)[r] for i in items] for r in range(width)]
    predictions = [i["prediction"] for i in items]
    mean = lambda values: sum(values) / len(items)
    out = {name: mean([i["scores"][name] for i in items]) for name in ("exact_match", "token_f1")}
    for name, make in CORPUS.items():
        metric = make()
        out[name] = {"score": metric.corpus_score(predictions, references).score, "signature": str(metric.get_signature())}
    for name in ROUGE:
        out[name] = {kind: mean([i["scores"][name][kind][2] for i in items]) for kind in KINDS}
    return out


def long_text(seed, words, vocabulary):
    rng = random.Random(seed)
    return " ".join(rng.choice(vocabulary) + rng.choice(["", "", "", "", ",", ".", ".\n"]) for _ in range(words))


def moved(text, seed, cuts):
    """The same words with blocks in another order and some replaced."""
    rng, words = random.Random(seed), text.split(" ")
    for _ in range(cuts):
        a, b = sorted(rng.sample(range(len(words)), 2))
        block = words[a : min(b, a + 7)]
        del words[a : min(b, a + 7)]
        at = rng.randrange(len(words))
        words[at:at] = block
        words[rng.randrange(len(words))] = rng.choice(["other", "word", "a", "the"])
    return " ".join(words)


COMMON = "the a of machine walks Walking relational happily 1,000 3.5 over-fitted caf\u00e9 (yes) \"no\" it's flies data model".split()
LONG = long_text(1, 420, COMMON)
CASES = [
    ("The cat sat on the mat.", ["The cat sat on the mat."]),
    ("the cat sat on a mat", ["The cat sat on the mat."]),
    ("", [""]),
    ("", ["something"]),
    ("something", [""]),
    ("   ", ["\n\t"]),
    ("?!...", ["?!..."]),
    ("...", ["!!!"]),
    ("The", ["a an the"]),
    ("a", ["b"]),
    ("a", ["a b c d e f g h"]),
    ("a b c d e f g h", ["a"]),
    ("one two three", ["one two three four", "one two", "zero one two three"]),
    ("one two three four", ["one two", "one two three four five six", "four three two one"]),
    ("no no no no no no", ["No crane is on the quay.", "There is no, no crane at all on the quay."]),
    ("The crane lifts every container that the harbour master has cleared for the northern quay.",
     ["The crane lifts every container cleared for the northern quay by the harbour master.",
      "Each container which the harbour master cleared is lifted by the crane to the northern quay.",
      "Only containers that the master of the harbour has cleared are lifted to the quay in the north."]),
    ("Der Fluss ist über die Ufer getreten, sagte Müller.", ["Der Fluß trat über die Ufer, so Müller."]),
    ("今天天气很好。", ["今天的天气非常好。"]),
    ("東京は日本の首都です", ["東京は 日本の首都です", "日本の首都は東京です"]),
    ("Привет, мир!", ["Привет мир"]),
    ("ΟΔΥΣΣΕΥΣ ΣΑΣ", ["οδυσσευς σας"]),
    ("İstanbul'da 5 K", ["istanbul'da 5 k"]),
    ("I like 🍕🍕 and 👩‍👩‍👧!", ["I like 🍕 and 👩‍👧 !"]),
    ("e\u0301te\u0301 the\u0301", ["été thé"]),
    ("x—the—y an–other a\u0301", ["x y the other"]),
    ("first line\nsecond line here\n\nthird", ["second line here\nfirst line\nfourth line"]),
    ("first line second line here third", ["first line\nsecond line here\nthird"]),
    ("a b c\nd e f\na b d", ["a c e\nb d f\n\na b c d e f"]),
    ("hyphen-\nated word\r\nnext\u2028para\u00a0graph\u3000end\u001cfin", ["hyphenated word next para graph end fin"]),
    ("It cost 1,000,000.50 (or 3.14%), i.e. 5-6 times more...", ["It cost 1000000.50, or 3.14 %, that is 5 to 6 times more."]),
    ("1.5.2024, .5, 5., -5 5- 5-5 a.b,c", ["1.5.2024 , 0.5 , 5 , -5 , 5-5 , a.b , c"]),
    ("Tom &amp; Jerry &lt;b&gt; &quot;x&quot; &amp;lt; &nbsp;", ["Tom & Jerry <b> \"x\" < &nbsp;"]),
    ("a <skipped> b<skipped>c", ["a b c", "a bc"]),
    ("“Quoted”, she said: 'it''s' \"fine\" (really)", ["\"Quoted\", she said: it's \"fine\" [really]"]),
    ("don't can't O'Neill's rock'n'roll", ["dont cant ONeills rock n roll"]),
    ("snake_case_name == other_name; x += 1", ["snake_case_name = other_name; x = x + 1"]),
    ("{\"answer\": [1, 2, {\"deep\": null}]}", ["{\"answer\":[1,2,{\"deep\":null}]}"]),
    ("c d a b", ["a b c d"]),
    ("e f g h a b c d", ["a b c d e f g h"]),
    ("d c b a", ["a b c d"]),
    ("a b a b a b a b a b a b c", ["b a b a c b a b a b a b a"]),
    ("downer " * 3 + "calls for the removal of a law", ["law of the removal for a call downers down"]),
    ("relational conditional rationally digitizers flies dies skies happily generalizations oscillators controlled",
     ["relate condition rational digitizer fly die sky happy generalize oscillate control"]),
    ("running ran runs easily fairness news innings proceeding feed agreed plastered hopping falling hissing fizzed filing",
     ["run run run easy fair news inning proceed feed agree plaster hop fall hiss fizz file"]),
    (LONG, [moved(LONG, 2, 12)]),
    (moved(LONG, 3, 30), [LONG, moved(LONG, 4, 25)]),
    (" ".join(["spam", "egg"] * 60), [" ".join(["egg", "egg", "spam"] * 40)]),
    ("lone", [" ".join(f"w{n}" for n in range(140)) + " lone"]),
    ("two lone", ["lone " + " ".join(f"w{n}" for n in range(130)) + " two"]),
    (" ".join(f"w{n % 50}" for n in range(200)), ["w7 w8 w9"]),
    (" ".join(f"w{n}" for n in range(120)), [" ".join(f"w{(n + 60) % 120}" for n in range(120))]),
    ("supercalifragilistic" * 40, ["supercalifragilistic" * 39 + "x"]),
    ("\0 nul \u0007 bell", ["nul bell"]),
]
STEMS = """
caresses ponies ties caress cats flies dies mules spied died feed agreed plastered bled motoring sing conflated troubled
sized hopping tanned falling hissing fizzed failing filing happy sky enjoy enjoyment spy say y by relational conditional
rational valenci hesitanci digitizer conformabli radicalli differentli vileli analogousli vietnamization predication
operator feudalism decisiveness hopefulness callousness formaliti sensitiviti sensibiliti triplicate formative formalize
electriciti electrical hopeful goodness revival allowance inference airliner gyroscopic adjustable defensible irritant
replacement adjustment dependent adoption homologou communism activate angulariti homologous effective bowdlerize probate
rate cease controll roll geologi theologi archaeologi logi ologi apologi fulli carefulli sensationalli rationalli alli
bally generally skies dying lying tying news innings inning outings canning howe proceed exceed succeed ion nation passion
onion ate ement cement element ies ied bies bied yyyy yyyying syzygy toying played dreading 1990s abc123ing 4eed aed bing
ing ed eed ioned owed taxed vexing rowing oxen able ably abli bli ousness iveness biliti iviti aliti tional ational izer
""".split()
LETTERS = list("abcdefg") + ["the", "a", "An", "cat", "cats", "running", "x.", "1,0", "(b)", "-", "3-4", "don't", "é", "日本", "&amp;"]


def drawn(count, seed):
    """Short texts over few words, so that there is much to shift."""
    rng = random.Random(seed)

    def text():
        few = rng.sample(LETTERS, rng.randint(1, len(LETTERS)))
        return "".join(rng.choice(few) + rng.choice([" "] * 9 + ["\n", ""]) for _ in range(rng.choice([3, 8, 20, 40, 90])))

    for _ in range(count):
        base = text()
        references = [moved(base, rng.random(), rng.randint(0, 6)) if rng.random() < 0.7 and " " in base.strip() and
                      len(base.split(" ")) > 9 else text() for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        yield base, references


cases = list(drawn(int(sys.argv[1]), int(sys.argv[2]))) if len(sys.argv) > 1 else CASES
items = [{"prediction": p, "references": r, "scores": scores(p, r)} for p, r in cases]
single = [i for i in items if len(i["references"]) == 1]
made = " ".join(f"{name} {version(name)}" for name in ("sacrebleu", "rouge-score", "nltk"))
document = {
    "by": f"{made}, SQuAD v1.1 rules (both sides empty: F1 1), Python {sys.version.split()[0]}",
    "items": items,
    "corpus": corpus(items),
    "corpus_of_single_references": corpus(single),
    "stems": {word: PorterStemmer().stem(word) for word in STEMS},
}
json.dump(document, sys.stdout, indent=1)
print()
