"""What leaves without a page: public alerts as feeds, digests, CAP and EDAS drafts. In: a store through the gate. Out: files, messages."""
