"""Reading again what was extracted: people accept, correct, reject, split or relink facts, and figures use what they decided.

In: a store. Out: a queue (`queue`), what a reviewer sees (`item`), decisions (`decisions`, `book`), the store as decided (`taking`), how well
reviewers agree and how often the extractor is right (`agreement`), corrections as gold and as drafts of lexicon entries (`gold`, `drafts`).
"""
