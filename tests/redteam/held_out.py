"""Never read while writing rules. Carriers of the HELD split: other sentences, cues and names than DEV.

In: nothing. Out: `HELD`. Only its scores may be looked at (`benchmarks/redteam.py --split held`).
"""

from __future__ import annotations

from .phrases import Phrases

HELD = Phrases(
    openers={
        ("fr", "press"): (
            "Deux ans après les faits, {n} hommes comparaissaient le {d} pour infraction à l'article {a}.",
            "La douane a intercepté {m} de cocaïne le {d}, d'une valeur de {p} le gramme à la revente.",
            "Sur place, les policiers ont compté {n} transactions en une heure.",
            "D'après le rapport, la barrette est passée à {p} cette année.",
        ),
        ("fr", "chat"): (
            "Yo, grosse qualité, {p} le pochon de {q}.",
            "Livraison dès {h}, {q} offerts pour la première commande.",
            "⚠️ -{k} jusqu'au {d}, {p} les {q}.",
            "Coffee ouvert, comptez {p} pour {q}.",
        ),
        ("fr", "note"): (
            "Note du {d}, quartier nord : {n} échanges, {n} seringues récupérées.",
            "Entretien n° {n}, début {h}.",
            "Prix entendu : {p} les {q}, dit-elle.",
            "Retour d'expérience : pris {q} le {d}, payé {p}.",
        ),
        ("en", "press"): (
            "Two years on, {n} men were in the dock on {d} over section {a}.",
            "Customs intercepted {m} of cocaine on {d}, worth {p} a gram on the street.",
            "Detectives counted {n} deals within an hour.",
            "According to the report, a wrap now costs {p}.",
        ),
        ("en", "chat"): (
            "Yo, top quality, {p} for {q}.",
            "Drops from {h}, {q} free on first order.",
            "⚠️ -{k} until {d}, {p} for {q}.",
            "Shop's on, reckon {p} for {q}.",
        ),
        ("en", "note"): (
            "Note of {d}, north side: {n} exchanges, {n} syringes returned.",
            "Interview {n}, started {h}.",
            "Price heard: {p} for {q}, she says.",
            "Trip report: took {q} on {d}, paid {p}.",
        ),
    },
    closers={
        ("fr", "press"): (
            "Jugement attendu le {d}.",
            "Ils encourent {n} ans.",
            "La saisie porte sur {m}.",
            "Le butin, sur {y}, dépasserait {b}.",
            "",
        ),
        ("fr", "chat"): ("Frais de port {p}.", "Dernière tournée {h} 🚚", "Bisous la famille", ""),
        ("fr", "note"): ("Résultat du labo : {k}.", "À rappeler le {d}.", "Remis : {n} kits.", ""),
        ("en", "press"): (
            "A verdict is due on {d}.",
            "They face {n} years.",
            "The haul came to {m}.",
            "Proceeds over {y} came to {b}.",
            "",
        ),
        ("en", "chat"): ("Postage {p}.", "Last run {h} 🚚", "Love you all", ""),
        ("en", "note"): ("Lab result: {k}.", "To call back on {d}.", "Given: {n} kits.", ""),
    },
    bodies={
        "phone": {
            ("fr", "press"): (
                "La ligne dédiée aux commandes, le {x}, sonnait jour et nuit.",
                "Il suffisait de composer le {x} pour être livré.",
            ),
            ("fr", "chat"): (
                "Pour passer commande c'est le {x} uniquement par message.",
                "On a changé de ligne 👉 {x}",
                "☎️ {x}",
            ),
            ("fr", "note"): (
                "Le portable du livreur serait le {x} d'après deux personnes.",
                "Elle rappelle depuis le {x}.",
            ),
            ("en", "press"): (
                "The order line, {x}, rang day and night.",
                "Buyers only had to dial {x} to be served.",
            ),
            ("en", "chat"): ("To order hit {x}, texts only.", "We changed lines 👉 {x}", "☎️ {x}"),
            ("en", "note"): (
                "The courier's mobile is said to be {x}, two people told us.",
                "She rings back from {x}.",
            ),
        },
        "app": {
            ("fr", "press"): (
                "Tout se négociait par messagerie, sur {app}, auprès de {x}.",
                "L'administrateur du compte {app} « {x} » a été interpellé.",
            ),
            ("fr", "chat"): (
                "Retrouve-nous {app} 👉 {x}",
                "Plus actif ici, mp {app} {x}",
                "{x} sur {app}, réponse direct",
            ),
            ("fr", "note"): ("Elle a le type en {app}, pseudo {x}.", "Pseudo {app} noté sur la carte : {x}."),
            ("en", "press"): (
                "Everything was arranged by message, on {app}, with {x}.",
                "The administrator of the {app} account “{x}” was arrested.",
            ),
            ("en", "chat"): (
                "Find us {app} 👉 {x}",
                "Not active here, dm {app} {x}",
                "{x} on {app}, fast answer",
            ),
            ("en", "note"): ("She has the guy on {app}, username {x}.", "{app} username on the card: {x}."),
        },
        "mail": {
            ("fr", "press"): (
                "La messagerie {x} servait de boîte aux lettres au réseau.",
                "Les acheteurs étaient priés d'écrire à {x} avant le week-end.",
            ),
            ("fr", "chat"): ("Tarifs pro sur demande {x}", "Contact → {x}"),
            ("fr", "note"): ("Joindre la référente : {x}.", "Il a reçu la liste depuis {x}."),
            ("en", "press"): (
                "The mailbox {x} was the network's letterbox.",
                "Buyers were asked to contact {x} before the weekend.",
            ),
            ("en", "chat"): ("Trade prices on request {x}", "Contact → {x}"),
            ("en", "note"): ("Reach the key worker: {x}.", "He got the list from {x}."),
        },
        "link": {
            ("fr", "press"): (
                "Le site, accessible à {x}, comptait des milliers d'abonnés.",
                "La page {x} a été signalée à la plateforme.",
            ),
            ("fr", "chat"): ("Tout est là 👉 {x}", "Nouveau groupe vu que l'ancien a sauté {x}"),
            ("fr", "note"): (
                "Source : {x} (capture faite par l'équipe).",
                "Quelqu'un a collé {x} dans la discussion.",
            ),
            ("en", "press"): (
                "The site, reachable at {x}, had thousands of followers.",
                "The page {x} was reported to the platform.",
            ),
            ("en", "chat"): ("It's all here 👉 {x}", "New group since the old one got banned {x}"),
            ("en", "note"): ("Source: {x} (screenshot by the team).", "Someone pasted {x} in the thread."),
        },
        "wallet": {
            ("fr", "press"): ("Les fonds ont fini sur le portefeuille {app} {x}, que la justice a gelé.",),
            ("fr", "chat"): ("On prend {app} 👉 {x}", "Règlement {app} avant envoi {x}"),
            ("fr", "note"): ("Adresse {app} donnée par le vendeur : {x}.",),
            ("en", "press"): ("The funds ended up in the {app} wallet {x}, since frozen.",),
            ("en", "chat"): ("We take {app} 👉 {x}", "{app} up front please {x}"),
            ("en", "note"): ("{app} address given by the seller: {x}.",),
        },
        "bank": {
            ("fr", "press"): ("Les acheteurs payaient d'avance, {app} {x} à l'appui.",),
            ("fr", "chat"): ("Paie par {app} {x} et envoie la capture",),
            ("fr", "note"): ("Elle s'est fait voler sa monnaie : {app} {x} notée sur un papier.",),
            ("en", "press"): ("Buyers paid in advance, quoting {app} {x}.",),
            ("en", "chat"): ("Pay by {app} {x} and send the screenshot",),
            ("en", "note"): ("She was robbed of her cash: {app} {x} written on a slip.",),
        },
        "net": {
            ("fr", "press"): ("L'hébergeur a fourni la trace suivante, {app} {x}, aux enquêteurs.",),
            ("fr", "chat"): ("Le serveur tourne sur {app} {x} mdr",),
            ("fr", "note"): ("Borne d'accueil, {app} {x}, à réinitialiser.",),
            ("en", "press"): ("The host gave investigators the trace {app} {x}.",),
            ("en", "chat"): ("Server runs on {app} {x} lol",),
            ("en", "note"): ("Front desk tablet, {app} {x}, to be reset.",),
        },
        "plate": {
            ("fr", "press"): (
                "Le go-fast s'est achevé quand le {x}, un utilitaire volé, a percuté une glissière.",
                "Plaque d'immatriculation relevée : {x}.",
            ),
            ("fr", "chat"): ("Voiture grise, plaques {x}, monte à l'arrière",),
            ("fr", "note"): ("Même voiture que mardi (immat. {x}) garée en face du local.",),
            ("en", "press"): (
                "The chase ended when {x}, a stolen van, hit a barrier.",
                "The licence plate was {x}.",
            ),
            ("en", "chat"): ("Grey car, plates {x}, get in the back",),
            ("en", "note"): ("Same car as Tuesday (reg. {x}) parked across the road.",),
        },
        "natid": {
            ("fr", "press"): ("Les ordonnances volées mentionnaient toutes le {app} {x}.",),
            ("fr", "chat"): ("Mets ce {app} sur la feuille {x}",),
            ("fr", "note"): ("{app} de la personne : {x}, à vérifier.",),
            ("en", "press"): ("The stolen scripts all quoted the {app} {x}.",),
            ("en", "chat"): ("Put this {app} on the form {x}",),
            ("en", "note"): ("Client's {app}: {x}, to check.",),
        },
        "geo": {
            ("fr", "press"): ("Les ballots ont été largués à {x}, selon le GPS du bateau.",),
            ("fr", "chat"): ("Drop prêt, coordonnées {x}",),
            ("fr", "note"): ("Seringues au sol, géolocalisées {x}.",),
            ("en", "press"): ("The bales were dropped at {x}, the boat's GPS shows.",),
            ("en", "chat"): ("Drop ready, coordinates {x}",),
            ("en", "note"): ("Needles on the ground, geolocated {x}.",),
        },
        "address": {
            ("fr", "press"): ("La marchandise était stockée dans un box, {x}, loué sous un faux nom.",),
            ("fr", "chat"): ("Meetup {x}, gare-toi devant",),
            ("fr", "note"): ("Visite à domicile : {x}, code à demander.",),
            ("en", "press"): ("The goods were kept in a lock-up, {x}, rented under a false name.",),
            ("en", "chat"): ("Meet at {x}, park outside",),
            ("en", "note"): ("Home visit: {x}, ask for the door code.",),
        },
        "pos": {
            ("fr", "press"): (
                "Les habitants dénoncent un trafic à ciel ouvert autour de {x}.",
                "Les vendeurs s'étaient repliés derrière {x}.",
            ),
            ("fr", "chat"): ("Le four est ouvert, c'est juste à côté de {x}",),
            ("fr", "note"): ("Elle achète au même endroit, vers {x}, deux fois par semaine.",),
            ("en", "press"): (
                "Residents complain of open dealing around {x}.",
                "The dealers had moved behind {x}.",
            ),
            ("en", "chat"): ("Spot is open, right next to {x}",),
            ("en", "note"): ("She buys at the same place, by {x}, twice a week.",),
        },
        "shop": {
            ("fr", "press"): (
                "Derrière l'enseigne {x}, plateforme de vente par messagerie, se cachait une fratrie.",
            ),
            ("fr", "chat"): ("Bienvenue chez {x}, le coffee des vrais",),
            ("fr", "note"): ("La carte de visite annonce le coffee shop {x}.",),
            ("en", "press"): ("Behind the brand {x}, a shop run by chat, were two brothers.",),
            ("en", "chat"): ("Welcome to {x}, the realest shop around",),
            ("en", "note"): ("The business card names the shop {x}.",),
        },
        "vendor": {
            ("fr", "press"): ("Connu sous le pseudonyme {x}, le revendeur opérait depuis trois ans.",),
            ("fr", "chat"): ("Avis sur {x} svp, vendeur sérieux ou pas ?",),
            ("fr", "note"): ("Vendeur cité : {x}, livraison lente.",),
            ("en", "press"): ("Known by the alias {x}, the dealer had been active for three years.",),
            ("en", "chat"): ("Any reviews of {x}? Legit vendor or not?",),
            ("en", "note"): ("Vendor named: {x}, slow delivery.",),
        },
    },
    apps={
        "telegram": {"fr": ("Telegram", "télé", "tlg"), "en": ("Telegram", "TG", "tlgrm")},
        "snapchat": {"fr": ("snap", "Snapchat", "snpa"), "en": ("snap", "Snapchat", "sc")},
        "instagram": {"fr": ("insta", "IG", "Instagram"), "en": ("IG", "insta", "Instagram")},
        "x": {"fr": ("Twitter", "X"), "en": ("Twitter", "X")},
        "tiktok": {"fr": ("TikTok", "tik tok"), "en": ("TikTok", "tik tok")},
        "wickr": {"fr": ("Wickr",), "en": ("Wickr",)},
        "signal": {"fr": ("Signal",), "en": ("Signal",)},
        "discord": {"fr": ("Discord", "disc"), "en": ("Discord", "disc")},
        "threema": {"fr": ("Threema", "ID Threema"), "en": ("Threema", "Threema ID")},
        "session": {"fr": ("Session", "l'appli Session"), "en": ("Session", "the Session app")},
        "whatsapp-number": {"fr": ("WhatsApp", "wsp", "Wapp"), "en": ("WhatsApp", "wsp", "Wapp")},
        "btc-legacy": {"fr": ("BTC", "Bitcoin"), "en": ("BTC", "Bitcoin")},
        "btc-bech32": {"fr": ("BTC", "Bitcoin"), "en": ("BTC", "Bitcoin")},
        "eth": {"fr": ("ETH", "Ether"), "en": ("ETH", "Ether")},
        "xmr": {"fr": ("XMR", "monero"), "en": ("XMR", "monero")},
        "ltc-legacy": {"fr": ("LTC", "litecoin"), "en": ("LTC", "litecoin")},
        "ltc-bech32": {"fr": ("LTC", "litecoin"), "en": ("LTC", "litecoin")},
        "iban-fr": {"fr": ("IBAN", "compte"), "en": ("IBAN", "account")},
        "iban-de": {"fr": ("IBAN", "compte"), "en": ("IBAN", "account")},
        "iban-gb": {"fr": ("IBAN", "compte"), "en": ("IBAN", "account")},
        "card": {"fr": ("carte", "carte n°"), "en": ("card", "card no.")},
        "ipv4": {"fr": ("IP", "l'adresse IP"), "en": ("IP", "the IP address")},
        "ipv6": {"fr": ("IP", "l'adresse IP"), "en": ("IP", "the IP address")},
        "mac": {"fr": ("MAC", "l'adresse MAC"), "en": ("MAC", "the MAC address")},
        "imei": {"fr": ("IMEI", "n° IMEI"), "en": ("IMEI", "IMEI no.")},
        "nir-fr": {
            "fr": ("n° de sécu", "numéro de Sécurité sociale"),
            "en": ("French insurance number (NIR)",),
        },
        "niss-be": {"fr": ("NISS", "numéro national"), "en": ("NISS", "national register number")},
        "dni-es": {"fr": ("DNI", "numéro de DNI"), "en": ("DNI", "DNI number")},
        "cf-it": {"fr": ("code fiscal", "codice fiscale"), "en": ("codice fiscale", "Italian tax code")},
        "nino-uk": {"fr": ("NI number",), "en": ("NI number", "NINO")},
    },
    joins={"fr": (" suivi de ", " et après ", " ensuite "), "en": (" followed by ", " and next ", " plus ")},
    glues={
        "phone": ("num:", "portable", "n°"),
        "mail": ("courriel:", "@mail:"),
        "plate": ("immat:", "plaque="),
        "geo": ("GPS", "point:"),
        "*": ("{app}-", "{app}→"),
    },
)
