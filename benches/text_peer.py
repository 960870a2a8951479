"""Metrics of generated text by sacrebleu, rouge-score and SQuAD's rules, beside `cargo bench --bench text`.

    python text_peer.py draw COUNT ROWS.jsonl    draws answers of about 100 words, each with a reference
    python text_peer.py ROWS.jsonl [COUNT]       scores the first COUNT rows one by one, and the corpus; one process, one thread

EVALENS_TEXTS=ROWS.jsonl has the benchmark read the same rows.
"""

import collections
import json
import random
import re
import string
import sys
import time

if sys.argv[1] == "draw":
    rng, syllables = random.Random(3), "an te ri os lu men ka shi pro ver ing ed".split()

    def word():
        rank, parts = max(1, int(20_000 ** rng.random())), []
        while rank:
            parts.append(syllables[rank % 12])
            rank //= 12
        return "".join(parts) + rng.choice([",", "."] + [""] * 18)

    with open(sys.argv[3], "w") as file:
        for _ in range(int(sys.argv[2])):
            reference = [word() for _ in range(rng.randint(80, 120))]
            answer = [word() if rng.random() < 0.25 else w for w in reference if rng.random() > 0.05]
            cut = rng.randrange(12)
            file.write(json.dumps([" ".join(answer[cut:] + answer[:cut]), " ".join(reference)]) + "\n")
    sys.exit()

from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF, TER

rows = [json.loads(line) for line in open(sys.argv[1])][: int(sys.argv[2]) if len(sys.argv) > 2 else None]
predictions, references = zip(*rows)


def normal(text):
    bare = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def squad():
    for prediction, reference in rows:
        p, r = normal(prediction), normal(reference)
        sum((collections.Counter(p) & collections.Counter(r)).values())


def each(metric):
    for prediction, reference in rows:
        metric.sentence_score(prediction, [reference])


def corpus(metric):
    print(f"    {metric.corpus_score(predictions, [references]).score!r}")


def rouge(stem):
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], use_stemmer=stem)
    for prediction, reference in rows:
        scorer.score(reference, prediction)


def timed(name, work, *arguments):
    start = time.process_time()
    work(*arguments)
    took = time.process_time() - start
    print(f"{name}: {took:.2f} CPU s, {1e6 * took / len(rows):.0f} µs a row")
    return took


total = timed("exact match, F1", squad)
for name, sentence, of_corpus in [
    ("BLEU", BLEU(effective_order=True), BLEU()),
    ("chrF", CHRF(), CHRF()),
    ("chrF++", CHRF(word_order=2), CHRF(word_order=2)),
]:
    total += timed(f"{name}, items", each, sentence) + timed(f"{name}, corpus", corpus, of_corpus)
total += timed("ROUGE", rouge, False)
print(f"all but TER: {total:.2f} CPU s, {1e6 * total / len(rows):.0f} µs a row")
timed("ROUGE, stems", rouge, True)
timed("TER, items", each, TER())
