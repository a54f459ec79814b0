"""Carriers of the DEV split: press, chat and adverts, field notes and forum posts. Rules may be tuned on them.

In: nothing. Out: `DEV`. Left out: the HELD split, which has a module of its own.
"""

from __future__ import annotations

from .phrases import Phrases

DEV = Phrases(
    openers={
        ("fr", "press"): (
            "Le tribunal correctionnel a jugé {n} prévenus le {d}, sur le fondement de l'article {a} du code pénal.",
            "Les enquêteurs ont saisi {m} de résine et {p} en liquide le {d}.",
            "Âgés de {w} ans, les trois hommes ont nié les faits.",
            "Selon la préfecture, {n} personnes ont été interpellées depuis le {d}.",
            "Le gramme de cocaïne se négocie {p} dans l'agglomération, d'après l'OFDT.",
        ),
        ("fr", "chat"): (
            "Arrivage ce soir 🔥 {p} le g, {q} mini.",
            "Dispo {h} jusqu'à tard, {p} les {q}.",
            "Menu : {g}",
            "Promo du {d} : {q} achetés, {k} de remise.",
            "Salut la team, menu à jour, {p} le meuj.",
        ),
        ("fr", "note"): (
            "Permanence du {d} : {n} passages, dont {n} nouveaux.",
            "Passages par jour : {s}.",
            "Compte rendu de maraude, {h}, {n} personnes rencontrées.",
            "Un usager dit payer {p} pour {q}, contre {p} l'an dernier.",
            "Je poste ici parce que j'ai commandé le {d}, {q} pour {p}.",
        ),
        ("en", "press"): (
            "The court sentenced {n} defendants on {d} under section {a} of the Act.",
            "Officers seized {m} of cannabis resin and {p} in cash on {d}.",
            "Aged {w}, the three men denied the charges.",
            "Police said {n} people had been arrested since {d}.",
            "A gram of cocaine sells for {p} in the city, the agency reported.",
        ),
        ("en", "chat"): (
            "Fresh batch tonight 🔥 {p} a g, {q} minimum.",
            "Open from {h}, {p} for {q}.",
            "Menu: {g}",
            "Deal of {d}: {k} off over {q}.",
            "Hey all, menu is up, {p} each.",
        ),
        ("en", "note"): (
            "Drop-in of {d}: {n} visits, {n} of them new.",
            "Visits by day: {s}.",
            "Outreach notes, {h}, {n} people met.",
            "One client says they pay {p} for {q}, up from {p} last year.",
            "Posting because I ordered on {d}, {q} for {p}.",
        ),
    },
    closers={
        ("fr", "press"): (
            "L'audience est renvoyée au {d}.",
            "Le parquet a requis {n} mois.",
            "Le texte applicable reste la loi n° {v}.",
            "Au total, {m} ont été détruits.",
            "Le chiffre d'affaires est estimé à {b}.",
            "",
        ),
        ("fr", "chat"): (
            "Pas de sérieux s'abstenir, {p} la livraison.",
            "Ouvert jusqu'à {h}.",
            "À bientôt 💨",
            "",
        ),
        ("fr", "note"): (
            "Poudre analysée : {k} de pureté.",
            "Série suivie sur {y}.",
            "Prochain point le {d}.",
            "{n} trousses distribuées.",
            "",
        ),
        ("en", "press"): (
            "The hearing was put back to {d}.",
            "Prosecutors sought {n} months.",
            "Regulation (EC) No {v} applies.",
            "In all, {m} were destroyed.",
            "Turnover is put at {b}.",
            "",
        ),
        ("en", "chat"): ("No time wasters, delivery {p}.", "Open till {h}.", "See you soon 💨", ""),
        ("en", "note"): (
            "Sample tested at {k} purity.",
            "Series followed over {y}.",
            "Next round on {d}.",
            "{n} kits handed out.",
            "",
        ),
    },
    bodies={
        "phone": {
            ("fr", "press"): (
                "Les clients passaient commande au {x}, selon les procès-verbaux.",
                "Le numéro du standard, {x}, figurait sur les cartes distribuées.",
            ),
            ("fr", "chat"): (
                "Appelle ou texto au {x} pour commander.",
                "Mon nouveau num : {x}",
                "Tel {x}, réponse rapide.",
            ),
            ("fr", "note"): (
                "Il m'a montré le contact, joignable au {x}, et n'a pas voulu en dire plus.",
                "Le flyer ramassé porte le numéro {x}.",
            ),
            ("en", "press"): (
                "Customers placed orders by calling {x}, the court heard.",
                "The so-called deal line, {x}, was printed on cards.",
            ),
            ("en", "chat"): (
                "Call or text {x} to order.",
                "New number is {x}",
                "Ring me on {x}, quick reply.",
            ),
            ("en", "note"): (
                "He showed me the contact, reachable on {x}, and left.",
                "The flyer we picked up has the number {x}.",
            ),
        },
        "app": {
            ("fr", "press"): (
                "Les annonces renvoyaient vers {app} : {x}",
                "Le réseau recrutait sur {app} sous le compte {x}, ont établi les gendarmes.",
            ),
            ("fr", "chat"): ("{app} : {x}", "Mon {app} c'est {x}", "Ajoute-moi sur {app} {x} pour le menu."),
            ("fr", "note"): (
                "Il commande toujours sur {app}, contact {x}, livraison en une heure.",
                "Le vendeur donne son {app} ({x}) à la sortie.",
            ),
            ("en", "press"): (
                "The adverts led to {app}: {x}",
                "The group recruited on {app} under the account {x}, police found.",
            ),
            ("en", "chat"): ("{app}: {x}", "My {app} is {x}", "Add me on {app} {x} for the menu."),
            ("en", "note"): (
                "He always orders on {app}, contact {x}, delivered within the hour.",
                "The seller hands out his {app} ({x}) at the door.",
            ),
        },
        "mail": {
            ("fr", "press"): (
                "Les commandes arrivaient à l'adresse {x}, hébergée à l'étranger.",
                "Un message envoyé à {x} suffisait pour commander.",
            ),
            ("fr", "chat"): ("Mail {x} pour les grosses commandes.", "Écris à {x}"),
            ("fr", "note"): (
                "La personne laisse son courriel, {x}, pour avoir les résultats.",
                "Contact du vendeur par mail : {x}.",
            ),
            ("en", "press"): (
                "Orders were sent to {x}, hosted abroad.",
                "An e-mail to {x} was enough to place an order.",
            ),
            ("en", "chat"): ("Email {x} for bulk.", "Write to {x}"),
            ("en", "note"): (
                "The client left an e-mail, {x}, for the results.",
                "Seller can be reached by mail: {x}.",
            ),
        },
        "link": {
            ("fr", "press"): (
                "Le catalogue était en ligne sur {x} jusqu'à la fermeture du service.",
                "Un lien, {x}, circulait parmi les acheteurs.",
            ),
            ("fr", "chat"): ("Le canal : {x}", "Rejoins {x} pour voir les vidéos.", "Lien {x}"),
            ("fr", "note"): (
                "L'usager a cité le lien {x} sans hésiter.",
                "J'ai vu passer {x} dans le groupe.",
            ),
            ("en", "press"): (
                "The catalogue was online at {x} until the service closed.",
                "A link, {x}, went round among buyers.",
            ),
            ("en", "chat"): ("Channel: {x}", "Join {x} for the videos.", "Link {x}"),
            ("en", "note"): ("The client named the link {x} at once.", "I saw {x} in the group."),
        },
        "wallet": {
            ("fr", "press"): ("Les paiements étaient versés sur une adresse {app}, {x}, selon l'expertise.",),
            ("fr", "chat"): ("Paiement en {app} : {x}", "Envoie sur mon portefeuille {app} {x}"),
            ("fr", "note"): ("Il a payé en {app} à l'adresse {x}, colis reçu en six jours.",),
            ("en", "press"): ("Payments went to a {app} address, {x}, the expert said.",),
            ("en", "chat"): ("Pay in {app}: {x}", "Send to my {app} wallet {x}"),
            ("en", "note"): ("He paid in {app} to {x}, parcel came in six days.",),
        },
        "bank": {
            ("fr", "press"): (
                "L'argent transitait par un compte de tiers ({app} {x}), précise le jugement.",
            ),
            ("fr", "chat"): ("Virement ok, {app} : {x}",),
            ("fr", "note"): ("On lui a demandé de recharger par {app} {x}, il a refusé.",),
            ("en", "press"): (
                "The money went through a third party's account ({app} {x}), the ruling says.",
            ),
            ("en", "chat"): ("Transfer is fine, {app}: {x}",),
            ("en", "note"): ("They asked him to pay to {app} {x}, he said no.",),
        },
        "net": {
            ("fr", "press"): (
                "Les connexions provenaient d'un seul appareil ({app} {x}), d'après le rapport technique.",
            ),
            ("fr", "chat"): ("Attention les gars, ils ont logué {app} {x}",),
            ("fr", "note"): ("Sur le téléphone perdu on lit {app} : {x}.",),
            ("en", "press"): ("The connections came from a single device ({app} {x}), the report says.",),
            ("en", "chat"): ("Careful guys, they logged {app} {x}",),
            ("en", "note"): ("The lost phone shows {app}: {x}.",),
        },
        "plate": {
            ("fr", "press"): (
                "Le véhicule immatriculé {x} a été intercepté au péage.",
                "Une berline noire, plaque {x}, ouvrait le convoi.",
            ),
            ("fr", "chat"): ("Le livreur arrive en Clio immatriculée {x}",),
            ("fr", "note"): ("Un riverain a relevé la plaque {x} et l'a donnée à l'équipe.",),
            ("en", "press"): (
                "The car, registration {x}, was stopped at the toll.",
                "A black saloon with number plate {x} led the convoy.",
            ),
            ("en", "chat"): ("Driver comes in a Clio, reg {x}",),
            ("en", "note"): ("A neighbour wrote down the plate {x} and gave it to the team.",),
        },
        "natid": {
            ("fr", "press"): ("Le faux dossier portait le {app} {x}, celui d'un tiers.",),
            ("fr", "chat"): ("Pour l'ordonnance j'ai mis le {app} {x}",),
            ("fr", "note"): ("Dossier ouvert, {app} : {x}, droits à jour.",),
            ("en", "press"): ("The forged file carried the {app} {x}, belonging to someone else.",),
            ("en", "chat"): ("For the prescription I used the {app} {x}",),
            ("en", "note"): ("File opened, {app}: {x}, cover up to date.",),
        },
        "geo": {
            ("fr", "press"): ("La cache se trouvait au point {x}, en lisière de forêt.",),
            ("fr", "chat"): ("Le colis t'attend ici : {x}",),
            ("fr", "note"): ("Matériel retrouvé à la position {x}, ramassé par l'équipe.",),
            ("en", "press"): ("The stash was at {x}, at the edge of a wood.",),
            ("en", "chat"): ("Your drop is here: {x}",),
            ("en", "note"): ("Equipment found at position {x}, picked up by the team.",),
        },
        "address": {
            ("fr", "press"): (
                "La perquisition a eu lieu au {x}, en présence du gardien.",
                "L'appartement loué {x} servait de nourrice.",
            ),
            ("fr", "chat"): ("Retrait sur place au {x}, sonne deux fois.",),
            ("fr", "note"): ("Il habite {x} et reçoit ses colis là.",),
            ("en", "press"): ("The search took place at {x}, with the caretaker present.",),
            ("en", "chat"): ("Pick up at {x}, ring twice.",),
            ("en", "note"): ("He lives at {x} and gets his parcels there.",),
        },
        "pos": {
            ("fr", "press"): (
                "Le point de deal était installé devant {x}, à deux pas de l'école.",
                "Des guetteurs se tenaient devant {x}.",
            ),
            ("fr", "chat"): ("On vend devant {x}, demande le grand.",),
            ("fr", "note"): ("D'après lui, ça vend surtout vers {x} en fin de journée.",),
            ("en", "press"): (
                "The dealing spot was by {x}, a few steps from the school.",
                "Lookouts stood near {x}.",
            ),
            ("en", "chat"): ("We sell by {x}, ask for the tall one.",),
            ("en", "note"): ("He says they mostly sell around {x} late in the day.",),
        },
        "shop": {
            ("fr", "press"): ("La boutique en ligne {x} expédiait dans toute l'Europe.",),
            ("fr", "chat"): ("Commande chez {x}, le meilleur shop du 93.",),
            ("fr", "note"): ("Il a commandé sur le shop {x}, colis discret.",),
            ("en", "press"): ("The online shop {x} shipped all over Europe.",),
            ("en", "chat"): ("Order from {x}, the best shop in town.",),
            ("en", "note"): ("He ordered from the shop {x}, discreet parcel.",),
        },
        "vendor": {
            ("fr", "press"): ("Le vendeur {x}, actif sur le darknet, a été identifié.",),
            ("fr", "chat"): ("Passez par le vendeur {x}, jamais déçu.",),
            ("fr", "note"): ("Commandé auprès du vendeur {x}, note de cinq étoiles.",),
            ("en", "press"): ("The vendor {x}, active on the darknet, was identified.",),
            ("en", "chat"): ("Go with vendor {x}, never let down.",),
            ("en", "note"): ("Bought from vendor {x}, five stars.",),
        },
    },
    apps={
        "telegram": {"fr": ("Telegram", "tg", "télégram"), "en": ("Telegram", "tg", "tele")},
        "snapchat": {"fr": ("Snapchat", "snap"), "en": ("Snapchat", "snap")},
        "instagram": {"fr": ("Instagram", "insta"), "en": ("Instagram", "insta")},
        "x": {"fr": ("X", "Twitter"), "en": ("X", "Twitter")},
        "tiktok": {"fr": ("TikTok",), "en": ("TikTok",)},
        "wickr": {"fr": ("Wickr", "wickr me"), "en": ("Wickr", "wickr me")},
        "signal": {"fr": ("Signal",), "en": ("Signal",)},
        "discord": {"fr": ("Discord",), "en": ("Discord",)},
        "threema": {"fr": ("Threema",), "en": ("Threema",)},
        "session": {"fr": ("Session",), "en": ("Session",)},
        "whatsapp-number": {"fr": ("WhatsApp", "whatsapp"), "en": ("WhatsApp", "whatsapp")},
        "btc-legacy": {"fr": ("BTC", "bitcoin"), "en": ("BTC", "bitcoin")},
        "btc-bech32": {"fr": ("BTC", "bitcoin"), "en": ("BTC", "bitcoin")},
        "eth": {"fr": ("ETH", "ethereum"), "en": ("ETH", "ethereum")},
        "xmr": {"fr": ("XMR", "Monero"), "en": ("XMR", "Monero")},
        "ltc-legacy": {"fr": ("LTC", "Litecoin"), "en": ("LTC", "Litecoin")},
        "ltc-bech32": {"fr": ("LTC", "Litecoin"), "en": ("LTC", "Litecoin")},
        "iban-fr": {"fr": ("IBAN", "RIB"), "en": ("IBAN",)},
        "iban-de": {"fr": ("IBAN",), "en": ("IBAN",)},
        "iban-gb": {"fr": ("IBAN",), "en": ("IBAN",)},
        "card": {"fr": ("carte bancaire", "CB"), "en": ("card", "debit card")},
        "ipv4": {"fr": ("adresse IP", "IP"), "en": ("IP address", "IP")},
        "ipv6": {"fr": ("adresse IP", "IPv6"), "en": ("IP address", "IPv6")},
        "mac": {"fr": ("adresse MAC",), "en": ("MAC address",)},
        "imei": {"fr": ("IMEI",), "en": ("IMEI",)},
        "nir-fr": {"fr": ("numéro de sécurité sociale", "NIR"), "en": ("French social security number",)},
        "niss-be": {"fr": ("numéro de registre national",), "en": ("Belgian national number",)},
        "dni-es": {"fr": ("DNI",), "en": ("DNI",)},
        "cf-it": {"fr": ("codice fiscale",), "en": ("codice fiscale",)},
        "ssn-us": {"fr": ("SSN", "numéro SSN"), "en": ("SSN", "social security number")},
        "passport-fr": {"fr": ("passeport", "numéro de passeport"), "en": ("passport", "passport number")},
        "nino-uk": {"fr": ("NINO", "National Insurance number"), "en": ("National Insurance number",)},
    },
    joins={"fr": (", puis ", " puis ", " et ensuite "), "en": (", then ", " then ", " and after that ")},
    glues={
        "phone": ("tel", "tél:", "Tel."),
        "mail": ("mail:", "Mail="),
        "plate": ("plaque:", "immat"),
        "geo": ("gps:", "pos="),
        "*": ("{app}:", "{app}="),
    },
)
