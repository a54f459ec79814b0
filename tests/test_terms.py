"""Words that may be new: found where they should be, and never a person, an account, a shop or a place."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from report_store import Paper, Said, build, way
from vigie.analysis.drafts import write_drafts
from vigie.analysis.gathering import Text
from vigie.analysis.morphology import Form, form_of, forms
from vigie.analysis.term_texts import held, texts
from vigie.analysis.terms import Candidate, Found, find_terms
from vigie.analysis.words import read, vocabulary
from vigie.lexicon.check import check_lexicons
from vigie.lexicon.terms import parse_terms
from vigie.model.document import RawDocument
from vigie.model.errors import LexiconError, SeriesError
from vigie.redact.redactor import redact
from vigie.store import Store

SINCE, UNTIL = date(2025, 7, 1), date(2025, 12, 31)
PAPERS = ("gazette", "courrier", "beffroi", "agence", "terrain", "forum-a", "forum-b")
KINDS = {"terrain": "field-note", "forum-a": "forum", "forum-b": "forum"}
EVERYDAY = (
    "À Lyon, le gramme de cocaïne se vend 60 euros, la résine 8 euros.",
    "Les gendarmes ont saisi trois kilos d'herbe dans une voiture.",
    "L'héroïne et la kétamine circulent dans les soirées de la ville.",
    "Des comprimés d'ecstasy ont été analysés par le laboratoire.",
    "Sur Telegram, la commande de cocaïne passe par une messagerie.",
    "Sur Snapchat, des livreurs proposent de l'herbe et de la résine.",
    "Le tribunal a jugé l'affaire mardi, la salle était pleine.",
    "La MDMA se vend dix euros le comprimé, la kétamine trente euros le gramme.",
    "Un usager raconte avoir acheté de la kétamine et du crack à bas prix.",
)


def stream(*extra: tuple[str, str, str]) -> list[Text]:
    """Two years of everyday texts of seven sources, and extra sentences: (day, source, sentence), in documents of their own."""
    found = []
    for month in range(24):
        for n, source in enumerate(PAPERS):
            day = date(2024 + month // 12, month % 12 + 1, 2 + 3 * n)
            said = " ".join(EVERYDAY[(month + n + k) % len(EVERYDAY)] for k in range(3))
            found.append(
                Text(
                    doc_id=f"d{month}-{n}", day=day, source=source, kind=KINDS.get(source, "press"), text=said
                )
            )
    for n, (day, source, sentence) in enumerate(extra):
        kind = KINDS.get(source, "advert" if source.startswith("canal") else "press")
        said = f"{EVERYDAY[n % len(EVERYDAY)]} {sentence}"
        found.append(Text(doc_id=f"x{n}", day=date.fromisoformat(day), source=source, kind=kind, text=said))
    return found


def spread(
    *sentences: str, sources: Sequence[str] = PAPERS, start: str = "2025-09-05"
) -> list[tuple[str, str, str]]:
    """Each sentence in another source, three days apart."""
    first = date.fromisoformat(start)
    return [
        ((first + timedelta(days=3 * n)).isoformat(), sources[n % len(sources)], sentence)
        for n, sentence in enumerate(sentences)
    ]


def search(*extra: tuple[str, str, str]) -> Found:
    written = stream(*extra)
    return find_terms(lambda: written, lang="fr", since=SINCE, until=UNTIL)


def named(found: Found, *words: str) -> list[Candidate]:
    return [c for c in found.candidates if any(word in c.term.lower() for word in words)]


# What must be found


NEW = {
    "a substance": (
        "zorbiline",
        "substance",
        [
            "Le gramme de zorbiline se vend 40 euros.",
            "Trois kilos de zorbiline ont été saisis.",
            "La zorbiline et la cocaïne circulent dans les soirées.",
            "Un usager raconte avoir acheté de la zorbiline à bas prix.",
            "Des comprimés de zorbiline ont été analysés.",
        ],
    ),
    "a word of forums": (
        "mirouf",
        "slang",
        [
            "J'ai pris de la « mirouf » avec de la kétamine.",
            "Le gramme de mirouf est à 30 euros.",
            "La mirouf circule en soirée.",
            "Un usager parle de la « mirouf ».",
            "Ils vendent de la mirouf et de l'herbe.",
        ],
    ),
    "a messaging service": (
        "Zanguil",
        "modality",
        [
            "Sur Zanguil, la commande de cocaïne passe par une messagerie.",
            "Les livreurs proposent de l'herbe sur l'application Zanguil.",
            "Via Zanguil, des livreurs proposent de la résine.",
            "Ces livreurs, sur Zanguil, proposent de la cocaïne.",
            "La commande de cocaïne passe par l'application Zanguil.",
        ],
    ),
    "a code of a laboratory": (
        "4-xmc",
        "substance",
        [
            "Le laboratoire a trouvé du 4-XMC.",
            "Un lot de 4-XMC a été saisi.",
            "Du 4-XMC vendu comme kétamine.",
            "Le 4-XMC circule.",
            "Des usagers de 4-XMC et de cocaïne.",
            "Du 4-XMC à 20 euros le gramme.",
        ],
    ),
}


@pytest.mark.parametrize("why", NEW)
def test_new_words_are_found_first(why: str) -> None:
    word, kind, sentences = NEW[why]
    sources = ("forum-a", "forum-b", "terrain", "gazette") if kind == "slang" else PAPERS
    found = search(*spread(*sentences, sources=sources))
    first = found.candidates[0]
    assert (first.term.lower(), first.kind) == (word.lower(), kind)
    assert (first.documents, first.before) == (len(sentences), 0)
    assert first.first_seen == date(2025, 9, 5)
    assert first.sources == len({s for _, s, _ in spread(*sentences, sources=sources)})
    assert first.burst is not None and first.burst[0] == date(2025, 9, 1)
    assert sum(first.counts) == first.documents and len(first.counts) == len(found.documents)
    assert all(
        one.sentence[one.start : one.end].lower().startswith(word[:4].lower()) for one in first.evidence
    )


def test_two_words_that_stand_together_are_one_candidate() -> None:
    found = search(
        *spread(
            "Le gramme de bouldo vertol se vend 40 euros.",
            "Du bouldo vertol a été saisi avec de l'herbe.",
            "Le bouldo vertol et la cocaïne circulent.",
            "Un usager a acheté du bouldo vertol.",
        )
    )
    assert [c.term for c in named(found, "bouldo", "vertol")] == ["bouldo vertol"]


def test_a_plural_counts_with_its_singular() -> None:
    found = search(
        *spread(
            "Une zorbette coûte 10 euros.",
            "Des zorbettes de cocaïne ont été saisies.",
            "La zorbette d'herbe est vendue 5 euros.",
            "Les zorbettes de résine circulent.",
        )
    )
    (one,) = named(found, "zorbette")
    assert one.documents == 4 and set(one.forms) == {"zorbette", "zorbettes"}


def test_parts_add_up_to_the_score() -> None:
    found = search(*spread(*NEW["a substance"][2]))
    for one in found.candidates:
        assert 0 <= one.score <= 1 and 0 <= one.likeness <= 1
    assert [c.score for c in found.candidates] == sorted((c.score for c in found.candidates), reverse=True)


# What must never be found

DRUGS = "La cocaïne et l'herbe circulent."
NEVER = {
    "a full name": [
        "Karim Brelvox vendait de la cocaïne.",
        "Selon Karim Brelvox, l'herbe vient d'Espagne.",
        "Le réseau de Karim Brelvox vendait de la résine.",
        "La cocaïne de Karim Brelvox coûtait 60 euros.",
    ],
    "a surname alone": [
        "Le réseau de Brelvox vendait de la cocaïne.",
        "La cocaïne de Brelvox coûtait 60 euros.",
        "L'herbe vendue par Brelvox venait du Maroc.",
        "La résine était pour Brelvox et sa bande.",
    ],
    "a surname at the start of sentences": [
        "Brelvox vendait de la cocaïne.",
        "Brelvox achetait l'herbe en Espagne.",
        "Brelvox livrait la résine le soir.",
        "Brelvox stockait la kétamine.",
    ],
    "a surname after a thing": [
        "La poudre de Brelvox coûtait 60 euros.",
        "Les comprimés de Brelvox étaient des ecstasys.",
        "La résine de Brelvox venait du Maroc.",
        "Les produits de Brelvox, cocaïne et herbe, circulaient.",
    ],
    "a surname in capitals": [
        "Le réseau de BRELVOX vendait de la cocaïne.",
        "La cocaïne de BRELVOX coûtait 60 euros.",
        "L'herbe vendue par BRELVOX venait du Maroc.",
        "La résine était pour BRELVOX.",
    ],
    "a surname after a title": [
        "M. Brelvox vendait de la cocaïne.",
        "Mme Brelvox gardait l'herbe.",
        "M. Brelvox, dit le grand, livrait la résine.",
        "Le prévenu Brelvox vendait du crack.",
    ],
    "a given name in small letters": [
        "appelle karim pour la cocaïne.",
        "la cocaïne de karim est bonne.",
        "karim vend de l'herbe.",
        "chez karim la résine est à 5 euros.",
    ],
    "a nickname in small letters after chez": [
        "chez brelvox la cocaïne est bonne.",
        "on va chez brelvox pour l'herbe.",
        "la résine vient de chez brelvox.",
        "chez brelvox le gramme est à 50 euros.",
    ],
    "an account": [
        "Cocaïne sur Telegram : brelvoxdrive",
        "contact brelvoxdrive pour la coke",
        "snap: brelvoxdrive herbe et résine",
        "insta brelvoxdrive pour la cocaïne",
    ],
    "an account with figures": [
        "la cocaïne de brelvox75 est bonne.",
        "brelvox75 vend de l'herbe.",
        "la résine de brelvox75 à 5 euros.",
        "commandez la cocaïne chez brelvox75.",
    ],
    "an account with a sign": [
        "la cocaïne de @brelvox est bonne.",
        "herbe chez brelvox_plug ce soir.",
        "la résine de #brelvox à 5 euros.",
        "brelvox.example/menu pour la cocaïne.",
    ],
    "what stands beside a placeholder": [
        "[nom] brelvox vendait de la cocaïne.",
        "la cocaïne de brelvox [nom] coûtait 60 euros.",
        "brelvox [téléphone] pour l'herbe.",
        "[compte] brelvox résine et cocaïne.",
    ],
    "a placeholder": [f"{DRUGS} Selon [nom], au [téléphone]."] * 5,
    "a shop of capitals": [
        "La cocaïne de chez Brelvox Express coûte 60 euros.",
        "Brelvox Express livre l'herbe.",
        "La carte de Brelvox Express annonce de la résine.",
        "Le menu Brelvox Express, cocaïne et herbe.",
    ],
    "a surname as subject in small letters": [
        "brelvox vend de la cocaïne le soir.",
        "la cocaïne de brelvox est bonne.",
        "brelvox a de l'herbe.",
        "demande à brelvox pour la résine.",
    ],
    "a shop written in three ways": [
        "Brelvox : cocaïne 60, herbe 10.",
        "BRELVOX menu du jour cocaïne 60 euros",
        "brelvox livre cocaïne et herbe",
        "la coke brelvox top qualité",
    ],
    "a shop of two words": [
        "brelvox coffee livre de l'herbe.",
        "chez brelvox coffee la résine est à 5.",
        "brelvox coffee cocaïne 60 euros.",
        "le plug brelvox coffee vend de la coke.",
    ],
    "a particle": [
        "La cocaïne de Ben Brelvox coûtait 60 euros.",
        "El Brelvox vendait de l'herbe.",
        "Le réseau d'El Brelvox livrait la résine.",
        "El Brelvox stockait du crack.",
    ],
    "a nickname in quotation marks": [
        "« Brelvox » vendait de la cocaïne.",
        "Celui qu'on surnomme « Brelvox » livrait l'herbe.",
        "Le caïd « Brelvox » stockait la résine.",
        "« Brelvox » dirigeait un réseau de crack.",
    ],
    "a surname after sur and via": [
        "Les soupçons se portent sur Brelvox, vendeur de cocaïne.",
        "La cocaïne arrivait via Brelvox.",
        "Une enquête sur Brelvox, pour la résine.",
        "L'herbe passait via Brelvox.",
    ],
    "a wallet": [
        "payez la cocaïne en bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "la coke bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "herbe bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 merci",
        "résine bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ],
    "an id of a session": [
        "session 05a9b3c77fe1 cocaïne",
        "la coke 05a9b3c77fe1 ok",
        "herbe 05a9b3c77fe1",
        "résine 05a9b3c77fe1",
    ],
    "a telephone": [
        "06 39 98 12 34 pour la cocaïne",
        "0639981234 herbe",
        "+33639981234 résine",
        "o6-39-98-12-34 crack",
    ],
    "a street": [
        "la cocaïne rue Brelvox à Lyon",
        "le point de deal de la rue Brelvox, herbe",
        "rue Brelvox la résine est à 5 euros",
        "le crack de la rue Brelvox",
    ],
    "an estate in small letters": [
        "la cocaïne de la cité brelvox",
        "l'herbe de la cité brelvox",
        "la résine de la cité brelvox",
        "le crack de la cité brelvox",
    ],
    "a place": [
        "À Vierzon, le gramme de cocaïne se vend 60 euros.",
        "La résine saisie à Vierzon venait du Maroc.",
        "Le marché de l'herbe à Vierzon.",
        "Vers Vierzon, la cocaïne circule.",
    ],
}


LEAKS = (
    "brelv",
    "karim",
    "vierzon",
    "nom",
    "telephone",
    "téléphone",
    "compte",
    "express",
    "coffee",
    "bc1q",
    "05a9",
    "639",
    "session",
)


@pytest.mark.parametrize("why", NEVER)
def test_what_names_someone_or_somewhere_is_no_candidate(why: str) -> None:
    found = search(*spread(*NEVER[why] * 2))
    told = [c.term for c in named(found, *LEAKS)]
    assert told == []


def test_the_same_texts_with_a_word_for_a_thing_are_found() -> None:
    """What keeps names out does not keep everything out."""
    found = search(*spread("Sur Brelvox, la commande de cocaïne passe vite.", "L'application Brelvox livre l'herbe.",
                           "Sur Brelvox, la résine est à 5 euros.", "Le réseau vend sur Brelvox de la cocaïne."))  # fmt: skip
    assert [c.term for c in named(found, "brelvox")] == ["Brelvox"]


FEW = {
    "two sources": spread(*NEW["a substance"][2], sources=("gazette", "courrier")),
    "one document": [("2025-09-05", "gazette", " ".join(NEW["a substance"][2]))],
    "adverts only": spread(*NEW["a substance"][2], sources=("canal-1", "canal-2", "canal-3", "canal-4")),
    "two sources and adverts": spread(
        *NEW["a substance"][2], sources=("gazette", "courrier", "canal-1", "canal-2")
    ),
    "before the recent period": spread(*NEW["a substance"][2], start="2025-03-01"),
    "away from drugs": spread(
        *["Le ministre a présenté la zorbiline aux élèves du collège. Ils ont aimé. Le temps était beau."] * 5
    ),
    "in every month": [
        (f"{year}-{month:02d}-15", PAPERS[month % 5], "Le gramme de zorbiline se vend 40 euros.")
        for year in (2024, 2025)
        for month in range(1, 13)
    ],
}


@pytest.mark.parametrize("why", [w for w in FEW if w != "away from drugs"])
def test_words_with_too_little_are_no_candidates(why: str) -> None:
    assert named(search(*FEW[why]), "zorbiline") == []


def test_words_away_from_drugs_are_no_candidates() -> None:
    written = stream()
    for n, (day, source, sentence) in enumerate(FEW["away from drugs"]):
        written.append(
            Text(doc_id=f"x{n}", day=date.fromisoformat(day), source=source, kind="press", text=sentence)
        )
    found = find_terms(lambda: written, lang="fr", since=SINCE, until=UNTIL)
    assert named(found, "zorbiline") == [] and found.refused["away from drugs"] >= 1


def test_what_the_lexicons_know_is_no_candidate() -> None:
    found = search(
        *spread(
            "La kétamine se vend 30 euros.",
            "Du 3-MMC a été saisi.",
            "Sur WhatsApp, l'herbe circule.",
            "La 3-MMC et la cocaïne.",
            "Le 3-MMC.",
        )
    )
    assert named(found, "kétamine", "3-mmc", "whatsapp", "cocaïne") == []


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        (date(2030, 1, 1), date(2030, 6, 1), "no text"),
        (date(2023, 1, 1), date(2025, 12, 31), "nothing to compare"),
    ],
)
def test_nothing_to_compare_is_an_error(since: date, until: date, says: str) -> None:
    written = stream()
    with pytest.raises(SeriesError, match=says):
        find_terms(lambda: written, lang="fr", since=since, until=until)


def test_no_texts_are_an_error() -> None:
    with pytest.raises(SeriesError, match="no text"):
        find_terms(list, lang="fr", since=SINCE, until=UNTIL)


def test_redacted_chats_show_no_contact() -> None:
    """Through the redactor, as in real use: nothing of an account or a name is a candidate."""
    chats = [
        "Nouveau plan : snap brelvox.drive, tel 06 39 98 12 34, cocaïne 60 euros, demande Karim Brelvox.",
        "Herbe et résine, Telegram @brelvoxdrive ou brelvoxdrive sur Snap, zorbiline à 40 euros le gramme.",
        "Commande chez Brelvox Drive, 06 39 98 12 34, la zorbiline est à 40 euros.",
        "Menu du soir : cocaïne, zorbiline. Contact : brelvoxdrive",
        "La zorbiline vue chez plusieurs usagers, avec la kétamine.",
    ]
    cleaned = [redact(RawDocument(path="a.txt", format="text", text=chat)).text for chat in chats]
    found = search(*spread(*cleaned, *cleaned))
    assert [c.term for c in named(found, "zorbiline")] == ["zorbiline"]
    assert named(found, "brelv", "karim", "06", "drive") == []


# Words and forms


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Du 3-CMC, vendu 20 €", ["du", "@substance", "vendu", "#", "€"]),
        ("un go-fast et l'herbe", ["un", "@modality", "et", "l", "@substance"]),
        ("selon [nom], au [téléphone].", ["selon", "[]", "au", "[]", "|"]),
        ("M. Zorbil parle. Il part", ["m", "zorbil", "parle", "|", "il", "part"]),
        ("du 4-XMC et du rendez-vous", ["du", "4-xmc", "et", "du", "rendez", "vous"]),
        ("@compte zorb_75 zorbil75 a.example/x", ["~", "~", "~", "~"]),
        ("1 200 euros, 3,5 g, 2024-2025", ["#", "euros", "#", "g", "#"]),
    ],
)
def test_texts_become_words(text: str, keys: list[str]) -> None:
    words = read(text, vocabulary("fr"))
    assert words.keys == keys
    assert all(0 <= a < b <= len(text) for a, b in zip(words.starts, words.ends, strict=True))


def test_a_hidden_surface_is_unknown() -> None:
    assert "@substance" in read("de la kétamine", vocabulary("fr")).keys
    assert (
        "ketamine"
        in read("de la kétamine", vocabulary("fr", {"ketamine", "ketamines", "ketaminex", "ketaminees"})).keys
    )


@pytest.mark.parametrize("form", forms(), ids=lambda f: f"{f.id}-{f.hit[0]}")
def test_each_form_holds_by_its_own_examples(form: Form) -> None:
    assert form.reason and 0 < form.weight <= 1
    assert [name for name in form.hit if not form.pattern.fullmatch(name)] == []
    assert [word for word in form.miss if form.pattern.fullmatch(word)] == []


@pytest.mark.parametrize(
    ("word", "family"),
    [
        ("Étonitazépyne", "nitazenes"),
        ("ADB BUTINACA", "synthetic-cannabinoids"),
        ("3-MeO-PCP", "dissociatives"),
        ("drone", None),
        ("2 000", None),
        ("rendez-vous", None),
    ],
)
def test_forms_read_words_as_written(word: str, family: str | None) -> None:
    found = form_of(word)
    assert (found.id if found else None) == family


# Drafts


def test_drafts_parse_and_say_what_is_missing(tmp_path: Path) -> None:
    found = search(*spread(*NEW["a substance"][2]), *spread(*NEW["a messaging service"][2]))
    written = write_drafts([found], tmp_path, 5)
    path = tmp_path / "lexicons" / "fr" / "substances.toml"
    assert path in written
    page = path.read_text("utf-8")
    terms = parse_terms(tomllib.loads(page), "drafts")
    zorbiline = next(t for t in terms if "zorbiline" in t.surface)
    assert zorbiline.extra["draft"] is True and zorbiline.hit == ()
    assert "Le gramme de zorbiline se vend 40 euros" in page and "5 documents" in page
    faults = [str(p) for p in check_lexicons(tmp_path)]
    for says in ("is a draft", "not in its taxonomy", "has no source", "has no hit"):
        assert any(says in fault for fault in faults), says
    with pytest.raises(LexiconError, match="exists"):
        write_drafts([found], tmp_path, 5)


def test_a_completed_draft_passes_the_check(tmp_path: Path) -> None:
    found = search(*spread(*NEW["a substance"][2]))
    only = Found(
        lang="fr", since=found.since, until=found.until, by="month", first=found.first, documents=found.documents,
        recent=found.recent, candidates=found.candidates[:1], refused={},
    )  # fmt: skip
    write_drafts([only], tmp_path, 5)
    path = tmp_path / "lexicons" / "fr" / "substances.toml"
    page = path.read_text("utf-8").replace("draft = true\n", "").replace('"to-choose"', '"cathinones"')
    page = page.replace('source = ""', 'source = "note"').replace(
        "hit = []", 'hit = ["Un gramme de [zorbiline]."]'
    )
    path.write_text(page, "utf-8")
    (tmp_path / "references.toml").write_text('[note]\ntitle = "Note"\n', "utf-8")
    assert check_lexicons(tmp_path) == []


@pytest.mark.parametrize("nasty", ['x"]\nid = "cocaine', "a\u0085b\x7f\x0bc", "fin]]\n[[term]]\u2028x = 1"])
def test_evidence_cannot_leave_its_comment(tmp_path: Path, nasty: str) -> None:
    sentences = [s.replace(".", f" {nasty} zorbiline.") for s in NEW["a substance"][2]]
    found = search(*spread(*sentences))
    write_drafts([found], tmp_path, 5)
    page = (tmp_path / "lexicons" / "fr" / "substances.toml").read_text("utf-8")
    terms = parse_terms(tomllib.loads(page), "drafts")
    assert all(t.extra.get("draft") is True and t.id == "to-choose" for t in terms)


def test_a_draft_in_the_data_is_never_loaded() -> None:
    from vigie.lexicon.show import lexicon_names
    from vigie.lexicon.terms import load_terms

    for lang in ("fr", "en"):
        assert not [t for n in lexicon_names(lang) for t in load_terms(n, lang) if t.extra.get("draft")]


# From a store


def paper(source: str, day: str, sentence: str, **more: object) -> Paper:
    return Paper(source=source, published=day, says=[Said(sentence=sentence, value=way("telegram"))], **more)  # type: ignore[arg-type]


def test_copies_satire_and_vague_dates_are_left_out(tmp_path: Path) -> None:
    long = " ".join(EVERYDAY) + " Le gramme de zorbiline se vend 40 euros au marché du port."
    path = build(
        tmp_path / "a.duckdb",
        [
            paper("a", "2025-09-01", long),
            paper("b", "2025-09-02", long),  # a copy
            paper("c", "2025-09-03", "La zorbiline envahit le Sénat.", satire=True),
            paper("d", "2025", "Un autre texte."),
            paper("e", "2025-09", "Encore un texte de septembre."),
        ],
    )
    with Store.open(path) as store:
        there = held(store, "fr", "month")
        assert there.left_out == {"satire": 1, "copy": 1, "dated too coarsely": 1} and there.usable == 2
        assert [t.source for t in texts(store, "fr", "month")] == ["a", "e"]
        assert [t.source for t in texts(store, "fr", "week")] == ["a"]


def test_sources_of_one_publisher_speak_with_one_voice(tmp_path: Path) -> None:
    papers = [paper(s, f"2025-09-0{n}", sentence, publisher="Maison") for n, (s, sentence) in enumerate(
        zip("abcde", NEW["a substance"][2], strict=True), 1)]  # fmt: skip
    papers += [paper("f", f"2025-0{n}-01", EVERYDAY[n]) for n in range(1, 6)]
    path = build(tmp_path / "a.duckdb", papers)
    with Store.open(path) as store:
        assert {t.source for t in texts(store, "fr", "month")} == {"Maison", "f"}
        found = find_terms(lambda: texts(store, "fr", "month"), lang="fr", since=SINCE, until=UNTIL)
        assert named(found, "zorbiline") == []
