"""Assertion cues: {kind:…} says which cue must be found and [brackets] what it governs; traps have no cue."""

from __future__ import annotations

import pytest

from vigie.extract.assertion import assertion_of, find_assertion_cues
from vigie.extract.scan import load_endings

CASES = [
    # why, language, text with the governed words in [brackets], kind (None = no cue at all)
    ("plain", "fr", "La poudre ne [contient pas de talc].", "negated"),
    ("stops at mais", "fr", "Le lot n'[a pas de cocaïne], mais 30 g de talc.", "negated"),
    ("verb inside", "fr", "Le prix de 80 euros n'[a pas bougé] depuis.", "negated"),
    ("passive takes the subject", "fr", "[Les 4 kg de cocaïne n'ont pas été saisis].", "negated"),
    ("no more, not more than", "fr", "Plus de 30 kg de résine circulent.", None),
    ("plus with ne", "fr", "On ne [trouve plus de cocaïne].", "negated"),
    ("restrictive", "fr", "Le gramme n'est vendu que 40 euros.", None),
    ("at least so much", "fr", "Pas moins de 30 kg ont été saisis.", None),
    ("upper bound", "fr", "La pureté ne dépasse pas 10 %.", None),
    ("not only", "fr", "Non seulement la cocaïne, le crack aussi.", None),
    ("does not hesitate", "fr", "Les dealers n'hésitent pas à livrer.", None),
    ("unprecedented", "fr", "Une hausse sans précédent.", None),
    ("jobless", "fr", "Un homme sans emploi détenait 4 kg.", None),
    ("without", "fr", "Il vend une poudre [sans cocaïne].", "negated"),
    ("none", "fr", "[Aucune overdose n'est signalée].", "negated"),
    ("denied, backward", "fr", "[La saisie de 30 kg a été démentie] hier.", "negated"),
    ("denies, forward", "fr", "Le parquet [dément toute overdose].", "negated"),
    ("denies, of what stands before", "fr", "[La rumeur parle de 90 kg ; le parquet dément].", "negated"),
    ("an adverb ends no clause", "fr", "Le maire [dément toutefois que 9 kg soient vendus].", "negated"),
    ("never existed", "fr", "[Ces 70 kilos n'ont jamais existé], dit-il.", "negated"),
    ("a pronoun goes on about it", "fr", "[On attendait 8 tonnes ; elles ne sont jamais arrivées].", "negated"),
    ("not delivered below a sum", "fr", "Pas de livraison en dessous de 50 euros.", None),
    ("the subject of may be", "fr", "[Un lot de 6 kg pourrait être en route].", "hypothetical"),
    ("the subject across an aside", "fr", "[Un envoi, de 6 kg, pourrait être en route].", "hypothetical"),
    ("of a person", "fr", "L'homme aux 6 kg [pourrait être jugé].", "hypothetical"),
    ("counts for", "fr", "La résine compte pour 9 tonnes.", None),
    ("means to", "fr", "Les services [comptent brûler 9 tonnes].", "planned"),
    ("meant to", "fr", "Le réseau [prévoyait d'écouler 9 kg].", "planned"),
    ("nobody vouches for it", "fr", "[On parle de 9 kg, chiffre invérifiable].", "reported"),
    ("english never arrived", "en", "[The 8 tonnes never arrived].", "negated"),
    ("english may have been", "en", "[Some 9 kg may have been sold].", "hypothetical"),
    ("english may be jailed", "en", "The man with 9 kg [might be jailed].", "hypothetical"),
    ("english could not be verified", "en", "[Tales of 9 kg could not be verified].", "reported"),
    ("english preparing", "en", "They were [preparing to move 9 kg].", "planned"),
    ("english was wrong", "en", "[The figure of 9 kg was wrong].", "negated"),
    ("feared, backward", "fr", "[Une hausse des overdoses est à craindre].", "hypothetical"),
    ("feared, forward", "fr", "Les médecins [redoutent une hausse].", "hypothetical"),
    ("if", "fr", "[Si le gramme baisse], la demande monte.", "hypothetical"),
    ("even if", "fr", "Même si le gramme baisse, la demande monte.", None),
    ("so", "fr", "Une poudre si pure.", None),
    ("may contain", "fr", "Le cachet [peut contenir 300 mg].", "hypothetical"),
    ("suspected", "fr", "Il est [soupçonné d'avoir vendu 2 kg].", "hypothetical"),
    ("not ruled out", "fr", "Le parquet [n'exclut pas une overdose].", "hypothetical"),
    ("presumed dealer exists", "fr", "Un trafiquant présumé vendait 3 kg.", None),
    ("rumour", "fr", "[Selon une rumeur, le gramme est à 200 euros].", "reported"),
    ("hearsay conditional", "fr", "Le kilo [vaudrait 30 000 euros].", "reported"),
    ("past conditional", "fr", "Le réseau [aurait écoulé 300 kg].", "reported"),
    ("passive conditional", "fr", "[Quelque 300 kg auraient été écoulés].", "reported"),
    ("regular conditional", "fr", "Le gramme [coûterait 70 euros].", "reported"),
    ("imperfect that looks alike", "fr", "Le réseau opérait et livrait de nuit.", None),
    ("official scale", "fr", "Au barème des douanes, le gramme coûterait 5 euros.", None),
    ("market rate", "fr", "Deux tonnes seraient fumées chaque jour.", None),
    ("should have", "fr", "Le prix [aurait dû baisser].", "hypothetical"),
    ("future", "fr", "[Quatre vendeurs seront jugés en mai].", "planned"),
    ("going to", "fr", "La salle [va être ouverte].", "planned"),
    ("bill", "fr", "Un [projet de loi interdit la vente].", "planned"),
    ("camera is no future", "fr", "Une caméra filmait le hall.", None),
    ("saying is no plan", "fr", "On relèvera que la cocaïne circule.", None),
    ("english no", "en", "It held [no cocaine] but 30 g of talc.", "negated"),
    ("english bound", "en", "No fewer than 30 kg were seized.", None),
    ("english never more than", "en", "It is never more than 20 percent pure.", None),
    ("english passive", "en", "[30 kg were not seized].", "negated"),
    ("month of May", "en", "It was seized in May.", None),
    ("may", "en", "The pills [may contain 300 mg].", "hypothetical"),
    ("reportedly", "en", "The gram [reportedly sells for 200 euros].", "reported"),
    ("will", "en", "The room [will open in 2027].", "planned"),
    ("denied", "en", "Police [denied that 30 kg were lost].", "negated"),
    ("denial denied", "fr", "Il ne nie pas la vente de 9 g.", None),
    ("denial denied, past", "fr", "Les deux hommes n'ont jamais contesté la vente de 9 g.", None),
    ("nobody disputes", "en", "Nobody disputes the sale of 9 g.", None),
    ("everybody knows", "fr", "Personne n'ignore que le gramme est à 90 euros.", None),
    ("silence is no denial", "fr", "Le préfet n'a pas voulu commenter la saisie de 9 kg.", None),
    ("silence, english", "en", "Police would not disclose who owned the 9 kg.", None),
    ("no chance", "fr", "Ce n'est pas un hasard si le gramme baisse.", None),
    ("not rare", "fr", "Il n'est pas rare de voir 9 kg passer.", None),
    ("never so much", "fr", "Jamais la douane n'avait saisi autant de cocaïne.", None),
    ("never so much, english", "en", "Never had customs seized so much cocaine.", None),
    ("predicate takes the subject", "fr", "[Le chiffre de 90 morts est totalement faux].", "negated"),
    ("predicate over an aside", "fr", "[Le chiffre de 90 morts, cité partout, est inexact].", "negated"),
    ("predicate with its clause", "fr", "[Il est faux de dire que le gramme coûte 9 euros].", "negated"),
    ("false without a copula", "fr", "Un faux passeport et 9 kg de coke ont été saisis.", None),
    ("excludes", "fr", "L'analyse [exclut la présence de fentanyl].", "negated"),
    ("is ruled out", "fr", "[La piste du fentanyl est écartée].", "negated"),
    ("a question", "fr", "[Le gramme est à 9 euros] ?", "hypothetical"),
    ("a question that takes it for granted", "fr", "Pourquoi le gramme a-t-il baissé ?", None),
    ("a question in quotes", "en", "[He asked: “Is a gram £9?]”", "hypothetical"),
    ("a fear over a future", "en", "Doctors [worry that nitazenes will spread].", "hypothetical"),
    ("a condition over a conditional", "fr", "Si le gramme baissait, les ventes [grimperaient].", "hypothetical"),
    ("two facts side by side", "fr", "Si les saisies ont augmenté, les prix ont baissé.", None),
    ("a true condition", "fr", "[Si le gramme a baissé], il faudra le dire.", "hypothetical"),
    ("expected by a date", "fr", "La ville [devrait ouvrir deux salles d'ici 2030].", "planned"),
    ("will, and the subject", "fr", "[La vente de codéine sera interdite].", "planned"),
    ("will, and what is done", "fr", "Les 9 kg saisis [seront détruits].", "planned"),
    ("opens by itself", "fr", "[Le procès s'ouvrira en mai].", "planned"),
    ("goes to fetch", "fr", "Il va chercher 9 g à Lille.", None),
    ("goes to sell", "fr", "L'État [va bientôt vendre 9 tonnes].", "planned"),
    ("to a number", "fr", "Le prix va de 9 à 12 euros.", None),
    ("a month that ends in -er", "fr", "Cela va janvier compris jusqu'à 9 kg.", None),
    ("the county of Will", "en", "Will County police seized 9 kg.", None),
    ("at less than", "fr", "Le gramme se vend à moins de 9 euros.", None),
    ("unless", "fr", "Rien à craindre, [à moins que le prix baisse].", "hypothetical"),
    ("an aside after the cue", "fr", "La cargaison [devait, pense le parquet, gagner Metz].", "planned"),
    ("what I fear is", "fr", "Ce que je [redoute, c'est l'arrivée du crack].", "hypothetical"),
    ("does not believe that", "fr", "Elle ne [croit pas que le prix ait baissé].", "negated"),
    ("not only at night", "fr", "Il ne vend pas que la nuit.", None),
    ("never above", "fr", "Le gramme n'est jamais monté au-dessus de 20 euros.", None),
    ("instead of a price", "fr", "Le gramme est à 8 euros au lieu de 10.", None),
    ("counts none of them", "fr", "[On parle de morts ; la préfecture n'en recense aucune].", "negated"),
    ("held to be fanciful", "fr", "[Un élu parle de 9 kg ; la police tient ce chiffre pour fantaisiste].", "negated"),
    ("a message without ground", "fr", "[« Trois morts » : le message, très partagé, n'a aucun fondement].", "negated"),
    ("the topic of what follows", "fr", "La pureté ? Elle est de 70 %.", None),
    ("what was said before a question", "fr", "« Nous avons saisi 9 kg. » — [Est-ce assez] ?", "hypothetical"),
    ("negative test", "fr", "Test : [cocaïne négative], cannabis positif.", "negated"),
    ("negative effect", "fr", "La cocaïne a des effets négatifs.", None),
    ("simple past is no future", "fr", "La pureté s'effondra.", None),
    ("sold as, and for how much", "en", "Canisters [sold as chargers] for £20.", "reported"),
    ("is to be", "en", "[An advisory is to be sent].", "planned"),
    ("they allege", "en", "It was supplied, [they allege, out of Leeds].", "reported"),
    ("what was wanted and what was found", "en", "Police [wanted to see his car] and found 9 kg.", "planned"),
    ("hearsay of nobody", "fr", "Un [tract anonyme parle de 9 morts].", "reported"),
    ("the so-called", "fr", "Les [prétendus 9 kg saisis] hier.", "reported"),
    ("parody", "fr", "[Un site parodique annonce 9 tonnes].", "reported"),
    ("object of a verb", "fr", "La police n'[a saisi aucune drogue].", "negated"),
    ("object after an aside", "fr", "La police n'[a, ce jour-là, saisi aucune drogue].", "negated"),
    ("object of a spoken verb", "fr", "On [a trouvé aucune arme].", "negated"),
    ("object of an English verb", "en", "Police [seized no drugs].", "negated"),
    ("nobody as an object", "en", "They [arrested nobody].", "negated"),
    ("no longer is no object", "en", "Crack is sold [no longer].", "negated"),
    ("part of a number", "fr", "Il achète un zéro-sept.", None),
    ("a decimal in words", "fr", "Il reste zéro virgule sept gramme.", None),
    ("from zero", "fr", "Le prix va de zéro à 9 euros.", None),
    ("zero-five", "en", "He buys a zero-five.", None),
    ("zero of a thing", "fr", "[Zéro overdose cet été].", "negated"),
    ("held, no fear", "fr", "Ils ont appréhendé deux hommes.", None),
    ("held, in capitals", "fr", "LA POLICE A APPREHENDE UN HOMME.", None),
    ("were held", "fr", "Deux hommes ont été appréhendés.", None),
    ("fears", "fr", "Elle [appréhende une vague].", "hypothetical"),
    ("accused", "en", "He is [accused of selling 9 kg].", "reported"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "marked", "kind"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_cue(lang: str, marked: str, kind: str | None) -> None:
    text = marked.replace("[", "").replace("]", "")
    cues = find_assertion_cues(text, lang)
    if kind is None:
        assert cues == []
        return
    start, end = marked.index("["), marked.index("]") - 1
    inside = [c for c in cues if c.kind == kind]
    assert inside, cues
    assert any(
        text[c.scope_start : c.scope_end].strip(" .").startswith(text[start:end].split()[0])
        and c.scope_end >= end
        for c in inside
    ), [text[c.scope_start : c.scope_end] for c in inside]
    assert all(0 <= c.scope_start <= c.start < c.end <= max(c.scope_end, c.end) for c in inside)


STOPS = [
    # why, text, what the first cue must not govern
    ("mais", "Le lot n'a pas de cocaïne, mais 30 g de talc.", "30 g"),
    ("comma", "Sans cocaïne sur lui, il avait 30 g de talc.", "30 g"),
    ("semicolon", "Il n'a pas vendu ; 30 g de crack étaient chez elle.", "30 g"),
    ("sentence", "Il n'a jamais vendu. Son frère avait 30 g.", "30 g"),
    ("word limit", "Un sac sans cocaïne a été trouvé près de 30 g de crack.", "30 g"),
    ("future looks ahead", "Les hommes arrêtés avec 30 g seront jugés.", "30 g"),
    ("what is done already", "Les 30 g saisis seront détruits.", "30 g"),
    ("what was found", "Ils voulaient fouiller la cave et ont trouvé 30 g.", "30 g"),
    ("why the next sentence", "C'était prévu en mai. Il avait 30 g.", "30 g"),
]

BACK = [
    # why, language, text with the refuted sentence in [brackets]
    ("false", "fr", "[Une vidéo annonce 9 tonnes.] C'est faux."),
    ("false, with the reason", "fr", "[Le gramme serait à 9 euros.] Faux : il en coûte 60."),
    ("this information", "fr", "[On a lu que 9 tonnes avaient été saisies.] Cette information est erronée."),
    ("that is false", "en", "[A post says a rock costs £9.] That is false."),
    ("the claim", "en", "[A post says a rock costs £9.] The claim was later found to be untrue."),
]


MAIN_VERBS = [
    ("suspects held", "fr", "Deux hommes soupçonnés de vente ont été cueillis.", "cueillis"),
    ("a woman about to leave", "fr", "Une femme qui allait embarquer pour Orly a été arrêtée.", "arrêtée"),
    ("goods meant for sale", "fr", "Les 9 kg qui devaient être vendus ont été saisis.", "saisis"),
    ("suspects held, english", "en", "Two men suspected of dealing were arrested.", "arrested"),
    ("about to board", "en", "A woman about to board a flight was arrested.", "arrested"),
    ("denied verb of its own", "fr", "Il a vendu 9 g et n'a gardé aucune dose.", "vendu"),
    ("a participle before no", "en", "He sold 9 g and made no profit.", "sold"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "free"), [c[1:] for c in MAIN_VERBS], ids=[c[0] for c in MAIN_VERBS]
)
def test_main_verb_is_free(lang: str, text: str, free: str) -> None:
    cues = find_assertion_cues(text, lang)
    assert cues and assertion_of(cues, text.index(free), text.index(free) + len(free)) == "affirmed"


def test_a_relative_clause_stays_supposed() -> None:
    text = "Il est soupçonné d'un trafic qui a fait trois morts."
    assert assertion_of(find_assertion_cues(text, "fr"), text.index("morts"), len(text)) == "hypothetical"


@pytest.mark.parametrize(("lang", "marked"), [c[1:] for c in BACK], ids=[c[0] for c in BACK])
def test_refuted_by_the_next_sentence(lang: str, marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")
    cues = find_assertion_cues(text, lang)
    assert assertion_of(cues, 8, 20) == "negated"
    after = text.find("coûte 60")
    assert after < 0 or assertion_of(cues, after, after + 8) == "affirmed"
    alone = marked.split("] ")[1]
    assert not any(c.kind == "negated" and c.scope_start < 0 for c in find_assertion_cues(alone, lang))


@pytest.mark.parametrize(("text", "free"), [c[1:] for c in STOPS], ids=[c[0] for c in STOPS])
def test_scope_stops(text: str, free: str) -> None:
    cue = find_assertion_cues(text, "fr")[0]
    at = text.index(free)
    assert not cue.scope_start <= at < cue.scope_end


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_endings_prove_themselves(lang: str) -> None:
    for term in load_endings("assertion", lang):
        for hit in term.hit:
            text = hit.replace("[", "").replace("]", "")
            wanted = {part.split("]")[0] for part in hit.split("[")[1:]}
            found = {text[c.start : c.end] for c in find_assertion_cues(text, lang)}
            assert wanted <= found
        for miss in term.miss:
            assert [c for c in find_assertion_cues(miss, lang) if c.kind == term.extra["kind"]] == []
