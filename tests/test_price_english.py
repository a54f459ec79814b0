"""English price lists and their idioms: portions, menus, lots, fragments, lists over places. All sentences are our own."""

from __future__ import annotations

import pytest

from facts import observations, price

Fact = tuple[object, ...]
PRICES: list[tuple[str, str, list[Fact]]] = [
    # id, text, [(substance, low, high, per_value, per_unit)]
    ("ball_is", "Meth is cheap in Oshawa: an eight ball is $120.", [("methamphetamine", 120, 120, 3.5, "g")]),
    ("ball_of", "In Regina an eight-ball of methamphetamine costs $90.", [("methamphetamine", 90, 90, 3.5, "g")]),
    ("ball_goes_for", "An 8-ball of coke goes for $250 in Boise.", [("cocaine", 250, 250, 3.5, "g")]),
    ("ball_was", "Crystal meth has slumped; a ball was $140 before.", [("methamphetamine", 140, 140, 3.5, "g")]),
    ("ball_after", "Users pay $60 a ball for crystal meth.", [("methamphetamine", 60, 60, 3.5, "g")]),
    ("teener", "For heroin users, a teener costs $85.", [("heroin", 85, 85, 1.75, "g")]),
    ("half_ball", "Cocaine is dear: a half ball is $130.", [("cocaine", 130, 130, 1.75, "g")]),
    ("point_costs", "A point of fentanyl costs $15 in Yakima.", [("fentanyl", 15, 15, 0.1, "g")]),
    ("point_still", "Fentanyl is stable: a point is still $20.", [("fentanyl", 20, 20, 0.1, "g")]),
    ("ball_then_kilo", "Meth has halved. An eight ball is $80, a kilogram $7,000 or so.",
     [("methamphetamine", 80, 80, 3.5, "g"), ("methamphetamine", 7000, 7000, 1, "kg")]),
    ("has_risen_to", "A captagon tablet, 4 dollars in the spring, has risen to 7.",
     [("captagon", 4, 4, 1, "pill"), ("captagon", 7, 7, 1, "pill")]),
    ("has_fallen_to", "A gram of ketamine, £35 in 2022, has fallen to 20; buyers are pleased.",
     [("ketamine", 35, 35, 1, "g"), ("ketamine", 20, 20, 1, "g")]),
    ("is_down_to", "A gram of cocaine cost £80 last summer and is down to 55.",
     [("cocaine", 80, 80, 1, "g"), ("cocaine", 55, 55, 1, "g")]),
    ("for_a_hundred", "The pregabalin capsules cost £2 each, or £60 for a hundred.",
     [("pregabalin", 2, 2, 1, "capsule"), ("pregabalin", 60, 60, 100, "capsule")]),
    ("for_fifty", "Diazepam tablets cost £1 each, or £30 for fifty.",
     [("diazepam", 1, 1, 1, "pill"), ("diazepam", 30, 30, 50, "pill")]),
    ("lot_then_other", "On site, ecstasy pills cost £10 each or five for £35; ketamine £25 a gram.",
     [("mdma", 10, 10, 1, "pill"), ("mdma", 35, 35, 5, "pill"), ("ketamine", 25, 25, 1, "g")]),
    ("crystal_of_mdma", "MDMA crystal is down from £50 to £35 a gram.", [("mdma", 50, 50, 1, "g"), ("mdma", 35, 35, 1, "g")]),
    ("pill_of_the_text", "They paid £70 for a gram of cocaine and £8 for a pill. MDMA is everywhere.",
     [("cocaine", 70, 70, 1, "g"), ("mdma", 8, 8, 1, "pill")]),
    ("lists_over_places", "In Leeds they paid £60 for a gram of cocaine and £25 for a gram of ketamine; in York, £70 and £30.",
     [("cocaine", 60, 60, 1, "g"), ("ketamine", 25, 25, 1, "g"), ("cocaine", 70, 70, 1, "g"), ("ketamine", 30, 30, 1, "g")]),
    ("lists_over_three", "In Hull a gram of coke is £80 and a gram of ket £20; in Derby, £90 and £25; in Bath, £100 and thirty quid.",
     [("cocaine", 80, 80, 1, "g"), ("ketamine", 20, 20, 1, "g"), ("cocaine", 90, 90, 1, "g"), ("ketamine", 25, 25, 1, "g"),
      ("cocaine", 100, 100, 1, "g"), ("ketamine", 30, 30, 1, "g")]),
    ("fragment_that", "Ten dollars. That is what a gram of heroin has cost in Boise since May.", [("heroin", 10, 10, 1, "g")]),
    ("fragment_price_of", "£25. That's the price of a gram of ketamine in Hull.", [("ketamine", 25, 25, 1, "g")]),
    ("fragment_going_rate", "Five dollars. This is the going rate for a point of methamphetamine.", [("methamphetamine", 5, 5, 0.1, "g")]),
    ("fragment_all_it_takes", "Twenty quid. That is all it takes to buy a gram of ketamine.", [("ketamine", 20, 20, 1, "g")]),
    ("holds_not_sells", "Heroin bags sell for $6 in Rutland, and a third of them contain xylazine.", [("heroin", 6, 6, 1, "bag")]),
    ("bundle_of_ten", "Heroin sells for $8 a bag, or $60 for a bundle of ten.", [("heroin", 8, 8, 1, "bag"), ("heroin", 60, 60, 10, "bag")]),
    ("fake_holds", "Fake oxycodone pills sell for $2 each in Boise. Each pill contains fentanyl.", [("fentanyl", 2, 2, 1, "pill")]),
    ("fake_carries", "A counterfeit Xanax bar costs $5 in Reno; lab tests say a pill carries about 2 mg of bromazolam. Pills at $4 each are sold too.",
     [("bromazolam", 5, 5, 1, "pill"), ("bromazolam", 4, 4, 1, "pill")]),
    ("fake_made_with", "Counterfeit Percocet tablets, made with fentanyl, cost $3 each.", [("fentanyl", 3, 3, 1, "pill")]),
    ("fake_of_unknown", "Counterfeit oxycodone tablets cost $3 each in Reno.", [("oxycodone", 3, 3, 1, "pill")]),
    ("fake_of_a_family", "Fake oxycodone tablets containing nitazenes cost £3 each.", [("oxycodone", 3, 3, 1, "pill")]),
    ("real_beside_fake", "Oxycodone pills cost $30 each. Fake oxycodone pills contain fentanyl.", [("oxycodone", 30, 30, 1, "pill")]),
    ("two_things_at_once", "Two grams of cocaine and six pills, £150, says the flyer; ketamine is £25 a gram.", [("ketamine", 25, 25, 1, "g")]),
]  # fmt: skip

OTHER_KINDS: list[tuple[str, str, list[Fact]]] = [
    # id, text, [(kind, low)]
    ("minimum_and_fee", "Cocaine is $90 a gram. There's a $50 minimum, a $15 fee east of the river.",
     [("retail", 90), ("min-order", 50), ("delivery-fee", 15)]),
    ("fee_and_minimum", "Cocaine is £80 a gram, with a £10 delivery fee and a £100 minimum.",
     [("retail", 80), ("delivery-fee", 10), ("min-order", 100)]),
    ("sum_of_drugs", "Police made 12 arrests and seized €41,000 of drugs, mostly cannabis.", [("seizure-valuation", 41000)]),
    ("sum_worth_of", "Officers seized £30,000 worth of cocaine in Hull.", [("seizure-valuation", 30000)]),
]  # fmt: skip

LOOKALIKES = [
    ("point_of_a_score", "Meth use is up. He is 20 a point ahead, the report on methamphetamine says."),
    ("ball_game", "A ball of string costs $5 in the shop where police found methamphetamine."),
    ("age_has_risen", "Cocaine is seized often; the average age of users has risen to 35."),
    ("count_down_to", "Heroin deaths cost lives: the number is down to 15."),
    ("fragment_of_a_fine", "Five hundred dollars. That is the fine for possession of a gram of cannabis."),
    ("fragment_of_a_wage", "Fifty pounds. That is what the boy earned each day for selling heroin."),
    ("fragment_of_years", "Ten years. That is what he got for importing a kilo of cocaine."),
    ("fee_of_a_lawyer", "The trafficker caught with cocaine paid a $250 fee to his lawyer."),
    ("spent_on_services", "The city spent €58,000 of its budget on heroin treatment."),
    ("fines", "Possession of cocaine: fines of £60 in Leeds and £25 in York; in Hull, £70 and £30."),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in PRICES], ids=[row[0] for row in PRICES])
def test_prices(text: str, expected: list[Fact]) -> None:
    found = [price(o)[1:4] + price(o)[5:] for o in observations(text, "price", lang="en")]
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"), [row[1:] for row in OTHER_KINDS], ids=[row[0] for row in OTHER_KINDS]
)
def test_other_kinds(text: str, expected: list[Fact]) -> None:
    found = [(price(o)[0], price(o)[2]) for o in observations(text, "price", lang="en")]
    assert found == expected


DOLLARS = [
    ("province", "In Sydney, N.S., heroin was $20 a bag.", "CAD"),
    ("province_ontario", "In London, Ont., cocaine is $80 a gram.", "CAD"),
    ("state", "In Newcastle, NSW, cocaine is $300 a gram.", "AUD"),
    ("town_far_south", "In Perth heroin is $60 a gram.", "AUD"),
    ("island", "In Auckland meth is $400 a gram.", "NZD"),
    ("said", "In Toronto cocaine is US$60 a gram.", "USD"),
    ("town_down_under_no_province", "In Sydney, no heroin was cheaper than $20 a bag.", "AUD"),
    ("united_states", "In Spokane heroin is $60 a gram.", "USD"),
]


@pytest.mark.parametrize(("text", "currency"), [row[1:] for row in DOLLARS], ids=[row[0] for row in DOLLARS])
def test_whose_dollars(text: str, currency: str) -> None:
    assert [price(o)[4] for o in observations(text, "price", lang="en")] == [currency]


@pytest.mark.parametrize("text", [row[1] for row in LOOKALIKES], ids=[row[0] for row in LOOKALIKES])
def test_no_price(text: str) -> None:
    assert [price(o) for o in observations(text, "price", lang="en") if price(o)[0] != "other"] == []
